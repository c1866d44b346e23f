"""The command line: where an answer ends, what is kept, and how privilege is raised."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from netwb.collect.gather import gather_configs
from netwb.collect.ssh import RawOutput, Session, Sessions
from netwb.collect.ssh.prompts import prompts_at_end
from netwb.errors import (
    CommandRejectedError,
    ConnectionLostError,
    DeadlineError,
    IncompleteConfigError,
    RestrictedLoginError,
)
from netwb.lab.fleet import Fleet
from netwb.settings import CollectSettings
from tests.collect.ground import (
    ENABLE,
    IOS,
    PATIENT,
    QUICK,
    forget,
    make_device,
    make_login,
    make_world,
    run_in_session,
    target_on,
)
from tests.collect.scripted import Screen, Script, device

PROMPT = b"edge1#"


def asked(
    script: Script, command: str = "show running-config", settings: CollectSettings = PATIENT
) -> RawOutput:
    """The answer of a scripted device to one command."""

    async def send(session: Session) -> RawOutput:
        return await session.send(command)

    output: RawOutput = in_scripted(script, send, settings=settings)
    return output


def in_scripted(script: Script, work: Any, *, settings: CollectSettings = PATIENT) -> Any:
    async def body() -> Any:
        async with device(script) as target:
            sessions = Sessions(settings, forget)
            async with sessions.open(target, IOS) as session:
                return await work(session)

    return asyncio.run(body())


def answering(text: bytes, *, greeting: bytes = b"\r\n", prompt: bytes = PROMPT) -> Script:
    async def script(screen: Screen) -> None:
        screen.show(greeting + prompt)
        await screen.serve(prompt, {b"show running-config": text})

    return script


def in_pieces(*pieces: bytes, pause_s: float = 0.15) -> Script:
    """Shows a configuration in pieces, silent in between."""

    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        while (command := (await screen.typed()).strip()) != b"show running-config":
            screen.show(command + b"\r\n" + PROMPT)
        screen.show(command + b"\r\n")
        for piece in pieces:
            screen.show(piece)
            await asyncio.sleep(pause_s)
        screen.show(PROMPT)
        await screen.serve(PROMPT, {})

    return script


def test_answer_is_kept_byte_for_byte_from_the_echo_to_the_prompt() -> None:
    text = b"hostname edge1\r\n\x00 description \xc4\xe9 \x1b[1m\r\nend\r\n"

    output = asked(answering(text))

    assert output.transcript == b"show running-config\r\n" + text
    assert output.prompt == PROMPT


@pytest.mark.parametrize(
    "pieces",
    [
        (b"banner motd ^C\r\nedge1#", b"\r\n^C\r\nend\r\n"),
        (b"banner motd ^C\r\nedge1#", b" is my prompt\r\n^C\r\nend\r\n"),
        (b"banner motd ^C\r\nedge2#", b"\r\n^C\r\nend\r\n"),
    ],
    ids=["alone on a line", "begins a line", "another device's"],
)
def test_prompt_inside_the_configuration_does_not_end_it(pieces: tuple[bytes, ...]) -> None:
    output = asked(in_pieces(*pieces))

    assert output.transcript == b"show running-config\r\n" + b"".join(pieces)
    assert output.prompt == PROMPT


def test_next_answer_is_its_own_after_a_prompt_inside_a_text() -> None:
    async def twice(session: Session) -> list[RawOutput]:
        return [await session.send("show running-config"), await session.send("show clock")]

    first, second = in_scripted(in_pieces(b"banner ^C\r\nedge1#", b"\r\n^C\r\nend\r\n"), twice)

    assert first.transcript.endswith(b"end\r\n")
    assert second.transcript == b"show clock\r\n"


@pytest.mark.parametrize(
    "greeting",
    [
        b"\r\n",
        b"Authorized use only\r\nWelcome to edge1#\r\n\r\n",
        b"\r\nmotd\r\nstranger#\r\n",
        b"\x1b[2J\x1b[H\r\n",
    ],
    ids=["plain", "banner that ends like a prompt", "prompt in the banner", "screen cleared"],
)
def test_prompt_is_learned_after_any_greeting(greeting: bytes) -> None:
    async def learned(session: Session) -> bytes:
        return session.prompt

    assert in_scripted(answering(b"end\r\n", greeting=greeting), learned) == PROMPT


def test_banner_that_stops_at_a_false_prompt_is_waited_out() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\nnotice#")
        await asyncio.sleep(0.2)
        screen.show(b"\r\nmore words\r\n" + PROMPT)
        await screen.serve(PROMPT, {b"show running-config": b"end\r\n"})

    output = asked(script)

    assert output.transcript == b"show running-config\r\nend\r\n"


@pytest.mark.parametrize(
    "prompt",
    [b"edge1# ", b"\x1b[1medge1#\x1b[m", b"\redge1#", b"edge1.pop-2#"],
    ids=["space after it", "in bold", "after a return", "dots and dashes"],
)
def test_prompt_is_known_in_any_dress(prompt: bytes) -> None:
    output = asked(answering(b"end\r\n", prompt=prompt))

    assert output.transcript.rstrip(b"\r") == b"show running-config\r\nend\r\n".rstrip(b"\r")
    assert output.prompt.strip() in prompt


def test_device_that_throws_away_what_is_typed_too_early_is_asked_again() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        await screen.typed()  # without an answer
        await screen.serve(PROMPT, {b"show running-config": b"end\r\n"})

    output = asked(script, settings=replace(PATIENT, idle_timeout_s=3))

    assert output.transcript == b"show running-config\r\nend\r\n"


def test_device_that_answers_slowly_stays_in_step() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        while True:
            command = (await screen.typed()).strip()
            await asyncio.sleep(0.3 if command else 1.2)
            screen.show(command + b"\r\n" + (b"end\r\n" if b"run" in command else b"") + PROMPT)

    output = asked(script)

    assert output.transcript == b"show running-config\r\nend\r\n"


def test_device_that_does_not_echo_gives_its_text_alone() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        await screen.serve(b"\r\n" + PROMPT, {b"show running-config": b"end"}, echo=False)

    assert asked(script).transcript == b"end\r\n"


def test_answer_longer_than_the_cap_is_given_up() -> None:
    settings = replace(PATIENT, max_bytes=4096)

    with pytest.raises(IncompleteConfigError, match=r"more than 4096 bytes .* collect\.max_bytes"):
        asked(answering(b"x" * 10_000 + b"\r\n"), settings=settings)


def test_silence_names_the_command_and_what_came() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        while (command := (await screen.typed()).strip()) != b"show running-config":
            screen.show(command + b"\r\n" + PROMPT)
        screen.show(b"half")
        await asyncio.sleep(30)

    with pytest.raises(DeadlineError, match=r"silent for 0\.5 s in the answer .*, after 4 bytes"):
        asked(script, settings=replace(PATIENT, idle_timeout_s=0.5))


def test_pager_that_waits_is_named() -> None:
    with pytest.raises(CommandRejectedError, match="a pager waits"):
        asked(in_pieces(b"line\r\n --More-- ", pause_s=30))


def test_end_of_the_connection_is_seen_at_once() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + PROMPT)
        while (command := (await screen.typed()).strip()) != b"show running-config":
            screen.show(command + b"\r\n" + PROMPT)
        screen.show(b"half\r\n")
        screen.process.close()

    with pytest.raises(ConnectionLostError, match="after 6 bytes and before the prompt"):
        asked(script)


def test_prompt_that_is_none_of_the_platform_is_a_deadline_with_its_reason() -> None:
    async def script(screen: Screen) -> None:
        screen.show(b"\r\nPassword expired. Press any key")
        await asyncio.sleep(30)

    with pytest.raises(DeadlineError, match="no prompt of Cisco IOS"):
        asked(script, settings=replace(PATIENT, idle_timeout_s=0.4))


# -- privilege


def gather(fleet: Fleet, enable: str | None, **more: Any) -> Any:
    async def work(session: Session) -> Any:
        return session.privileged, await gather_configs(session, session.platform)

    target = target_on(fleet, logins=(make_login(enable=enable),), **more)
    return run_in_session(target, work)


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos"])
def test_enable_password_raises_the_privilege(platform: str) -> None:
    with Fleet(make_world(make_device(platform=platform, enable=ENABLE))) as fleet:
        privileged, gathered = gather(fleet, ENABLE)

    assert privileged
    assert gathered.running.transcript.rstrip().endswith(b"end")


@pytest.mark.parametrize(
    ("enable", "words"),
    [
        ("wrong", "enable password of acme/lab is refused; .* acme/lab --enable prompt`"),
        (None, "is not privileged .* acme/lab --enable prompt`"),
    ],
    ids=["wrong", "none"],
)
def test_login_that_stays_unprivileged_is_restricted(enable: str | None, words: str) -> None:
    with (
        Fleet(make_world(make_device(enable=ENABLE))) as fleet,
        pytest.raises(RestrictedLoginError, match=words),
    ):
        gather(fleet, enable)


def test_enable_password_is_shown_once() -> None:
    with Fleet(make_world(make_device(enable=ENABLE))) as fleet:
        with pytest.raises(RestrictedLoginError):
            gather(fleet, "wrong")
        commands = fleet.seen("acme/edge1").commands

    assert commands == ("enable",)


def test_session_without_an_enable_password_can_still_be_used() -> None:
    async def work(session: Session) -> tuple[bool, bytes]:
        return session.privileged, (await session.ask("show version")).transcript

    with Fleet(make_world(make_device(enable=ENABLE))) as fleet:
        privileged, answer = run_in_session(target_on(fleet), work)

    assert not privileged
    assert b"Cisco IOS" in answer


def test_facts_come_in_the_same_login() -> None:
    with Fleet(make_world(make_device())) as fleet:
        _, gathered = gather(fleet, None)
        seen = fleet.seen("acme/edge1")

    assert seen.logins == 1
    assert gathered.facts.serial
    assert gathered.facts.uptime_s > 0
    assert gathered.startup is None


def test_total_deadline_ends_a_device_that_never_falls_silent() -> None:
    settings = replace(QUICK, total_deadline_s=1)
    with Fleet(make_world(make_device())) as fleet:
        fleet.set_fault("acme/edge1", "slow_trickle")

        with pytest.raises(DeadlineError, match="not done within 1 s"):
            run_in_session(
                target_on(fleet),
                lambda session: gather_configs(session, session.platform),
                settings=settings,
            )


def test_reading_costs_the_same_per_byte_however_long_the_text() -> None:
    """By counting the bytes that are looked at, not by a clock."""
    looked_at = [0]

    class Counted(bytearray):
        def __getitem__(self, place: Any) -> Any:
            part = super().__getitem__(place)
            looked_at[0] += len(part) if isinstance(part, bytes | bytearray) else 1
            return part

    def cost(lines: int) -> int:
        text = Counted()
        looked_at[0] = 0
        for _ in range(lines):
            text += b"interface x#\r\n"
            prompts_at_end(text, b"edge1#", most=1)
        return looked_at[0]

    assert cost(20_000) < 11 * cost(2_000)
