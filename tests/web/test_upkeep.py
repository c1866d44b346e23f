"""What a server does by the minute: counts of denials appear without anybody who reads the trail."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from netwb.access.records import Origin
from netwb.errors import NotAuthenticatedError
from netwb.roles import ALL_TENANTS
from netwb.store.audit import AuditEvent
from netwb.web import upkeep
from tests.benches import Rig, rig


class Minutes(threading.Event):
    """Is set after that many waits, and keeps how long each was to be."""

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self.left = minutes
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        self.left -= 1
        return self.left < 0


def refused(made: Rig, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotAuthenticatedError):
            made.bench.at_token("nwb_x.y", origin=Origin(address="192.0.2.66", browser=""))


def kept(made: Rig) -> list[AuditEvent]:
    """As they stand in SQL: the facade settles the counts before it reads."""
    found = made.bench._parts.audit.events(ALL_TENANTS)
    return [event for event in found if "repeats" in event.detail]


def test_counts_appear_without_a_reader(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        refused(made, times=4)
        minute = Minutes(1)
        upkeep.run(made.bench, minute)
        assert kept(made) == [], "the window is open"

        made.clock.advance(minutes=11)
        upkeep.run(made.bench, Minutes(2))

        assert [event.detail["repeats"] for event in kept(made)] == [3]
        assert minute.waited == [60.0, 60.0]


def test_a_database_that_is_away_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="netwb.web.upkeep")
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        refused(made, times=2)
        database, away = made.bench.home / "netwb.db", made.bench.home / "away.db"
        database.rename(away)
        upkeep.run(made.bench, Minutes(2))
        away.rename(database)
        made.clock.advance(minutes=11)
        upkeep.run(made.bench, Minutes(1))

        waits = caplog.text.count("upkeep waits: database")
        assert waits == 4, "at the start, in each of two minutes, and at the end"
        assert [event.detail["repeats"] for event in kept(made)] == [1]


def test_a_server_is_known_to_serve_until_it_ends(tmp_path: Path) -> None:
    said = []

    class Looking(Minutes):
        def wait(self, timeout: float | None = None) -> bool:
            said.append(part(made, "server"))
            return super().wait(timeout)

    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        upkeep.run(made.bench, Looking(1))
        said.append(part(made, "server"))

    assert said == ["ok", "ok", "advice"]


def test_a_server_that_fell_silent_is_missed(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.bench.note_serving()
        made.clock.advance(minutes=3)

        assert part(made, "server") == "wrong"

        made.clock.advance(days=2)
        made.bench.note_serving()
        assert part(made, "server") == "ok"


def part(made: Rig, name: str) -> str:
    """How a part of netwb stands."""
    return next(one.verdict for one in made.bench.status().parts if one.check == name)
