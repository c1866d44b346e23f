"""Netmiko's face: what its callers may ask beyond a command and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from netwb.collect.drivers.link import open_link
from netwb.collect.drivers.shim import NetmikoShim, as_text
from netwb.collect.ssh import RawOutput, Sessions
from netwb.errors import ConnectionLostError
from tests.collect.ground import PATIENT, PLATFORMS, forget
from tests.collect.recordings import serving
from tests.collect.scripted import Screen

VERSION = b"Cisco IOS Software, C2900 Software, Version 15.7(3)M5\r\n"


async def router(screen: Screen) -> None:
    """A router with a configuration mode, a question and a hostname that can be changed."""
    name, mode = b"edge1", b""
    screen.show(b"\r\n" + name + b"#")
    while True:
        command = (await screen.typed()).strip()
        screen.show(command + b"\r\n")
        if command == b"copy running-config startup-config":
            screen.show(b"Destination filename [startup-config]? ")
            await screen.typed()
            screen.show(b"\r\nBuilding configuration...\r\n[OK]\r\n")
        elif command == b"reload":
            screen.show(b"Proceed with reload? [confirm]")
            await screen.typed()
            screen.show(b"\r\n")
        elif command == b"show version":
            screen.show(VERSION)
        mode = {b"configure terminal": b"(config)", b"end": b""}.get(command, mode)
        if mode and command.startswith(b"interface "):
            mode = b"(config-if)"
        if mode and command.startswith(b"hostname "):
            name = command.partition(b" ")[2]
        screen.show(name + mode + b"#")


@contextmanager
def connected() -> Iterator[NetmikoShim]:
    with (
        serving(router) as target,
        open_link(Sessions(PATIENT, forget), PLATFORMS, PATIENT) as link,
    ):
        shim = NetmikoShim(link.hold(target))
        yield shim
        shim.disconnect()


@pytest.fixture(scope="module")
def shim() -> Iterator[NetmikoShim]:
    with connected() as made:
        yield made


def test_command_comes_without_echo_and_prompt(shim: NetmikoShim) -> None:
    assert shim.send_command("show version") == VERSION.decode().strip()


def test_echo_and_prompt_are_left_where_they_are_wanted(shim: NetmikoShim) -> None:
    text = shim.send_command("show version", strip_command=False, strip_prompt=False)

    assert text.startswith("show version\nCisco IOS")
    assert text.endswith("\nedge1#")


def test_expected_string_ends_an_answer(shim: NetmikoShim) -> None:
    asked = shim.send_command("reload", expect_string=r"\[confirm\]")

    assert asked == ""  # the question is what the answer ends in
    assert shim.send_command_timing("") is not None
    assert shim.send_command("show version") == VERSION.decode().strip()


def test_question_is_answered_and_the_configuration_saved(shim: NetmikoShim) -> None:
    assert "[OK]" in shim.save_config()
    assert shim.send_command("show version") == VERSION.decode().strip()


def test_configuration_lines_are_sent_and_the_mode_is_left(shim: NetmikoShim) -> None:
    said = shim.send_config_set(["interface Gi0/1", "description uplink"])

    assert "interface Gi0/1" in said
    assert "description uplink" in said
    assert not shim.check_config_mode()
    assert shim.send_command("show version") == VERSION.decode().strip()


def test_mode_shows_in_the_prompt(shim: NetmikoShim) -> None:
    shim.config_mode()
    inside = shim.check_config_mode(), shim.find_prompt()
    shim.exit_config_mode()

    assert inside == (True, "edge1(config)#")
    assert (shim.check_config_mode(), shim.find_prompt()) == (False, "edge1#")


def test_renamed_device_is_followed() -> None:
    with connected() as shim:
        shim.send_config_set("hostname edge2")

        assert shim.set_base_prompt() == "edge2"
        assert shim.send_command("show version") == VERSION.decode().strip()


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")
def test_parsers_of_netmiko_are_asked(shim: NetmikoShim) -> None:
    parsed = shim.send_command("show version", use_textfsm=True)

    assert isinstance(parsed, list | str)


def test_what_the_shim_has_not_fails_by_name(shim: NetmikoShim) -> None:
    with pytest.raises(AttributeError, match="read_channel"):
        shim.read_channel()  # type: ignore[attr-defined]


def test_typing_into_the_line_is_refused(shim: NetmikoShim) -> None:
    shim.write_channel("\0")  # NAPALM's question whether the line is up

    with pytest.raises(OSError, match="cannot type"):
        shim.write_channel("reload\n")


def test_line_is_down_after_the_end() -> None:
    with connected() as shim:
        shim.disconnect()
        shim.disconnect()

        with pytest.raises(ConnectionLostError, match="edge1"):
            shim.send_command("show version")
        assert not shim.is_alive()


@pytest.mark.parametrize(
    ("transcript", "text"),
    [
        (b"show x\r\na\r\nb\r\n", "a\nb"),
        (b"show x\r\r\na\r\n", "a"),
        (b"show x\n\ra\n\r", "a"),
        (b"a\r\n", "a"),
        (b"show x\r\n\x1b[1ma\x1b[m\r\n", "a"),
        (b"show x\r\n\xff\r\n", "\ufffd"),
    ],
    ids=["crlf", "crcrlf", "lfcr", "no echo", "escapes", "not utf-8"],
)
def test_text_is_made_as_netmiko_makes_it(transcript: bytes, text: str) -> None:
    assert as_text(RawOutput(transcript=transcript, prompt=b"edge1#"), "show x") == text
