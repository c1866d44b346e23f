"""Recorded answers, and an SSH device that plays them to a driver of ours.

`tests/data/<platform>/getters/` holds an answer a command, under the command's name with `_` for
all that is no letter or digit.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from netwb.collect.drivers.fast import fast_driver
from netwb.collect.drivers.link import open_link
from netwb.collect.ssh import Sessions
from netwb.inventory.records import Target
from tests.collect.ground import PATIENT, PLATFORMS, forget
from tests.collect.scripted import Screen, Script, device

DATA = Path(__file__).parent.parent / "data"
PROMPTS = {
    "cisco_ios": b"edge1#",
    "arista_eos": b"leaf1#",
    "cisco_nxos": b"core1# ",
    "frr": b"edge1# ",
    "juniper_junos": b"netwb@edge1> ",
}
INVALID = "% Invalid input detected at '^' marker.\n"


def recorded(platform: str, command: str) -> str:
    """The answer as the device prints it, LF line ends."""
    stem = re.sub(r"[^a-z0-9]+", "_", command.lower()).strip("_")
    path = DATA / platform / "getters" / f"{stem}.txt"
    if path.exists():
        return path.read_text()
    return "" if command.startswith(("terminal ", "set cli ")) else INVALID


def replay(platform: str) -> Script:
    """A device that answers each command with what was recorded."""
    prompt = PROMPTS[platform]

    async def script(screen: Screen) -> None:
        screen.show(b"\r\n" + prompt)
        while True:
            command = (await screen.typed()).strip()
            screen.show(command + b"\r\n")
            if command:
                answer = recorded(platform, command.decode()).encode()
                screen.show(answer.replace(b"\n", b"\r\n"))
            screen.show(prompt)

    return script


@contextmanager
def serving(script: Script) -> Iterator[Target]:
    """An SSH device in a thread of its own, for drivers that wait; gives the target."""
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), list[Target]()

    async def serve() -> None:
        async with device(script) as target:
            ready.append(target)
            await stop.wait()

    work = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    work.start()
    while not ready:
        work.join(0.01)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        work.join()
        loop.close()


@contextmanager
def playing(platform: str) -> Iterator[Target]:
    """An SSH device that plays the platform's recorded answers; gives the target."""
    with serving(replay(platform)) as target:
        yield replace(target, platform=platform)


@contextmanager
def replayed(platform: str) -> Iterator[Any]:
    """Our driver, opened on recorded answers."""
    with (
        playing(platform) as target,
        open_link(Sessions(PATIENT, forget), PLATFORMS, PATIENT) as link,
    ):
        driver = fast_driver(target, link, {})
        driver.open()
        yield driver
        driver.close()
