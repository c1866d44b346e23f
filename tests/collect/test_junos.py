"""A Junos device over SSH, played from what such a device prints: `set` lines, pager, roles, a shell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.collect.gather import Gathered, gather_configs
from netwb.collect.ssh import Sessions
from netwb.configs.clean import clean
from netwb.configs.records import CleanConfig, Identity, Rejected, ShrinkLimit
from netwb.errors import CommandRejectedError, DeadlineError
from netwb.inventory.records import Facts
from netwb.settings import CollectSettings
from tests.collect.ground import PATIENT, PLATFORMS, QUICK, forget
from tests.collect.scripted import Screen, Script, device

JUNOS = PLATFORMS["juniper_junos"]
PROMPT = b"netwb@edge1> "
GREETING = b"\r\n--- JUNOS 18.4R1.8 built 2018-12-07 21:02:13 UTC\r\n"
LENGTH, WIDTH = b"set cli screen-length 0", b"set cli screen-width 0"
MORE = b"---(more 52%)---"
RECORDED = Path(__file__).parents[1] / "data/juniper_junos/getters"


def answers() -> Mapping[bytes, bytes]:
    """Command -> answer, as such a device sends it."""
    told = {
        b"show version": (RECORDED / "show_version.txt").read_bytes(),
        JUNOS.running.encode(): (
            RECORDED / "show_configuration_display_set_no_more.txt"
        ).read_bytes(),
        LENGTH: b"Screen length set to 0\n",
        WIDTH: b"Screen width set to 0\n",
    }
    return {command: text.replace(b"\n", b"\r\n") for command, text in told.items()}


def router(*, role: bytes = b"") -> Script:
    """It answers `show version` a page at a time until paging is switched off.

    role   what stands on a line of its own before each prompt
    """
    prompt = (b"\r\n" + role + b"\r\n" if role else b"") + PROMPT
    known = answers()

    async def script(screen: Screen) -> None:
        paged = True
        screen.show(GREETING + prompt)
        while True:
            command = (await screen.typed()).strip()
            paged = paged and command != LENGTH
            wrong = b"    ^\r\nunknown command.\r\n" if command else b""
            text = known.get(command, wrong)
            half = text.find(b"\r\n") + 2 if paged and command == b"show version" else 0
            screen.show(command + b"\r\n" + (text[:half] + MORE if half else b""))
            screen.show(text[half:] + prompt)

    return script


def gathered(script: Script, settings: CollectSettings = PATIENT) -> Gathered:
    """What our session brings from it."""

    async def body() -> Gathered:
        async with device(script) as target:
            known = replace(target, platform="juniper_junos", hostname="edge1")
            async with Sessions(settings, forget).open(known, JUNOS) as session:
                return await gather_configs(session, JUNOS)

    return asyncio.run(body())


def judged(found: Gathered) -> CleanConfig | Rejected:
    return clean(
        found.running,
        JUNOS,
        identity=Identity(hostname="edge1"),
        last_good=None,
        limit=ShrinkLimit(percent=30, lines=20),
        key=bytes(32),
    )


@pytest.mark.parametrize("role", [b"", b"{master:0}", b"{primary:node1}"], ids=repr)
def test_its_configuration_comes_whole_whatever_role_stands_before_the_prompt(role: bytes) -> None:
    found = gathered(router(role=role))

    config = judged(found)

    assert isinstance(config, CleanConfig), config.cause
    assert config.text == answers()[JUNOS.running.encode()].replace(b"\r\n", b"\n")
    assert [line.text for line in config.volatile] == [role][: bool(role)]
    assert found.startup is None
    assert found.facts == Facts(model="vmx", os_version="18.4R1.8")


def test_a_login_that_lands_in_a_shell_is_told_so() -> None:
    async def shell(screen: Screen) -> None:
        prompt = b"root@edge1:~ # "
        screen.show(GREETING + prompt)
        await screen.serve(prompt, {})

    with pytest.raises(DeadlineError, match="prompt"):
        gathered(shell, QUICK)


def test_another_operating_systems_answer_is_refused() -> None:
    async def other(screen: Screen) -> None:
        wrong = b"     ^\r\nsyntax error, expecting <command>.\r\n"
        screen.show(PROMPT)
        await screen.serve(PROMPT, {JUNOS.running.encode(): wrong})

    config = judged(gathered(other))

    assert isinstance(config, Rejected)
    assert isinstance(config.cause, CommandRejectedError)
