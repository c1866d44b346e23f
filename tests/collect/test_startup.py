"""The startup configuration beside the running one: only where it is asked for, and at its own risk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from netwb.collect.gather import Gathered
from netwb.collect.gatherer import NornirGatherer
from netwb.errors import DeviceError
from netwb.lab.fleet import Fleet
from netwb.settings import CollectSettings
from tests.collect.ground import (
    IOS,
    PATIENT,
    PLATFORMS,
    KeptSink,
    make_device,
    make_world,
    target_on,
)
from tests.collect.scripted import Screen, Script, device

ASKED = {"cisco_ios": replace(IOS, startup_unasked=True)}
TRANSPORTS = ["fast", "stock"]
PROMPT = b"edge1#"
RUNNING = b"!\r\nversion 15.7\r\nhostname edge1\r\n!\r\nend\r\n"
BRIEF = replace(PATIENT, idle_timeout_s=3, total_deadline_s=6)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_by_default_not_one_command_more_is_sent(transport: str) -> None:
    with Fleet(make_world(make_device())) as fleet:
        target = target_on(fleet, transport=transport)
        NornirGatherer(settings=PATIENT, platforms=PLATFORMS).gather([target], KeptSink())
        commands = fleet.seen("acme/edge1").commands

    assert "show running-config" in commands
    assert not [command for command in commands if "startup" in command]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_both_texts_come_in_one_login_where_it_is_asked_for(transport: str) -> None:
    sink = KeptSink()
    with Fleet(make_world(make_device())) as fleet:
        target = target_on(fleet, transport=transport)
        NornirGatherer(settings=PATIENT, platforms=ASKED).gather([target], sink)
        shown = fleet.world.startup("acme/edge1", 0)
        logins = fleet.seen("acme/edge1").logins

    startup = sink.results["acme/edge1"].startup
    assert logins == 1
    assert (startup.kind, startup.command) == ("startup", "show startup-config")
    assert shown.rstrip().replace("\n", "\r\n").encode() in startup.transcript
    assert startup.prompt.strip() == PROMPT


async def says_nothing(screen: Screen) -> None:
    screen.show(b"Using 61 out of 262136 bytes\r\n" + RUNNING[:20])
    await screen.typed()  # and nothing more is


async def hangs_up(screen: Screen) -> None:
    screen.show(b"Using 61 out of 262136 bytes\r\n" + RUNNING[:20])
    raise EOFError


async def never_ends(screen: Screen) -> None:
    while not screen.process.is_closing():
        screen.show(b"!\r\n")
        await asyncio.sleep(0.2)


def router(startup: Callable[[Screen], Coroutine[Any, Any, None]]) -> Script:
    """An IOS router that does so in answer to `show startup-config`."""

    async def script(screen: Screen) -> None:
        screen.show(PROMPT)
        known = {b"show running-config": RUNNING, b"show version": b"Cisco IOS Software\r\n"}
        while True:
            command = (await screen.typed()).strip()
            screen.show(command + b"\r\n")
            if command == b"show startup-config":
                await startup(screen)
            screen.show(known.get(command, b"") + PROMPT)

    return script


def gathered(script: Script, transport: str, settings: CollectSettings) -> Gathered | DeviceError:
    sink = KeptSink()

    async def body() -> None:
        async with device(script) as target:
            known = replace(target, transport=transport)
            gatherer = NornirGatherer(settings=settings, platforms=ASKED)
            await asyncio.to_thread(gatherer.gather, [known], sink)

    asyncio.run(body())
    result: Gathered | DeviceError
    (result,) = sink.results.values()
    return result


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("startup", "cause"),
    [
        (says_nothing, "DeadlineError"),
        (hangs_up, "ConnectionLostError"),
        (never_ends, "DeadlineError"),
    ],
    ids=["silent", "lost", "endless"],
)
def test_a_startup_text_that_does_not_come_costs_the_running_one_nothing(
    startup: Callable[[Screen], Coroutine[Any, Any, None]], cause: str, transport: str
) -> None:
    found = gathered(router(startup), transport, BRIEF)

    assert isinstance(found, Gathered), found
    assert RUNNING.rstrip() in found.running.transcript
    assert found.startup is not None
    told = cause if transport == "fast" else "DeadlineError"  # netmiko's word for all of them
    assert type(found.startup.broken).__name__ == told
    assert "edge1" in str(found.startup.broken)
