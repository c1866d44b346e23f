"""What a process does at once: a flood of logins takes no thread from who is in already."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import LoginThrottledError
from netwb.web import process
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


def test_a_flood_of_logins_holds_nobody_up_who_is_in_already() -> None:
    async def work() -> None:
        gate = threading.Event()
        logins = [
            asyncio.create_task(process.run_login(gate.wait)) for _ in range(process.MOST_LOGINS)
        ]
        await asyncio.sleep(0)
        assert await process.run(int, "7") == 7
        with pytest.raises(LoginThrottledError):
            await process.run_login(gate.wait)
        gate.set()
        assert all(await asyncio.gather(*logins))
        assert await process.run_login(int, "7") == 7, "the flood is over"

    async def bounded() -> None:
        async with asyncio.timeout(30):
            await work()

    asyncio.run(bounded())
