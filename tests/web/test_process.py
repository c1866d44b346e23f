"""What a process opens, and does at once: a flood of logins takes no thread from who is in already."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from netwb.errors import LoginThrottledError
from netwb.web import process
from netwb.web.logins import AT_ONCE, MOST_OF_ONE, comer_of
from netwb.workbench import Workbench


@pytest.fixture(autouse=True)
def _of_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process of its own, which nobody asked anything yet."""
    Workbench.create(tmp_path / "home", environment={}).close()
    monkeypatch.setenv("NETWB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(process, "_opened", [])
    yield
    process.end()
    process.workbench().close()


ONE, OTHER = comer_of("192.0.2.1", ""), comer_of("192.0.2.2", "")
KNOWN = comer_of("192.0.2.1", "Ana")
WAIT_S = 30.0


def test_a_flood_of_logins_holds_nobody_up_who_is_in_already() -> None:
    async def work() -> None:
        gate, hashing = threading.Event(), threading.Barrier(AT_ONCE + 1)

        def hash_until_told() -> bool:
            hashing.wait(WAIT_S)
            return gate.wait(WAIT_S)

        logins = [
            asyncio.create_task(process.run_login(ONE, hash_until_told)) for _ in range(AT_ONCE)
        ]
        await asyncio.to_thread(hashing.wait, WAIT_S)  # no thread is left, whoever had one before
        logins += [
            asyncio.create_task(process.run_login(ONE, gate.wait)) for _ in range(MOST_OF_ONE)
        ]
        await asyncio.sleep(0)
        assert await process.run(int, "7") == 7
        with pytest.raises(LoginThrottledError):
            await process.run_login(ONE, gate.wait)
        others = [asyncio.create_task(process.run_login(one, int, "7")) for one in (OTHER, KNOWN)]
        gate.set()
        assert await asyncio.gather(*others) == [7, 7], "another address, and a known person"
        assert all(await asyncio.gather(*logins))
        assert await process.run_login(ONE, int, "7") == 7, "the flood is over"

    bounded(work())


def bounded(work: Coroutine[Any, Any, None]) -> None:
    async def waited() -> None:
        async with asyncio.timeout(WAIT_S):
            await work

    asyncio.run(waited())


def test_asking_for_the_routes_opens_nothing(tmp_path: Path) -> None:
    """`panel serve` asks for them before it listens, and a home that is none must not end it there."""
    code = (
        "from netwb import web; web.ROUTES; from netwb.web import process; print(process._opened)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NETWB_HOME": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    assert not (tmp_path / "none").exists()


def test_it_is_opened_by_the_first_who_asks_and_once() -> None:
    assert (process._opened, process.trusted_so_far()) == ([], ())

    with ThreadPoolExecutor(4) as askers:
        found = set(askers.map(lambda _: process.workbench(), range(8)))

    assert len(found) == len(process._opened) == 1
