"""Nights on a virtual clock, without a device behind them: none missed, none doubled, nothing told twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from netwb.errors import StoreUnavailableError
from netwb.notify.records import Notice
from netwb.roles import ALL_TENANTS
from netwb.schedules.records import JobSpec, Place
from netwb.workbench.leader import Leader
from tests.benches import Rig, rig
from tests.conftest import FULL
from tests.scheduler.nights import ended, pass_until, statuses, with_jobs

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
YEAR = BEGIN + timedelta(days=365)
# A year of outages in the long form; in the gate a quarter of one, over one change of the clock.
SINCE = BEGIN if FULL else datetime(2026, 2, 1, 12, tzinfo=UTC)
UNTIL = YEAR if FULL else SINCE + timedelta(days=90)


def days(since: datetime, until: datetime) -> list[date]:
    """Whose night lies between."""
    return [
        (since + timedelta(days=number)).date() for number in range(1, (until - since).days + 1)
    ]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {}) as one:
        one.clock.now = BEGIN
        with_jobs(one)
        one.bench.set_schedule("nightly", "02:30", time_zone="Europe/Berlin")
        yield one


def told(made: Rig) -> list[Notice]:
    return list(made.bench._parts.notices.list(ALL_TENANTS, since=BEGIN))


@pytest.mark.parametrize(
    ("since", "until", "times"),
    [
        pytest.param(
            BEGIN, YEAR, {"01:30": 154, "01:00": 1, "00:30": 210}, id="year", marks=pytest.mark.full
        ),
        pytest.param(
            datetime(2026, 3, 14, 12, tzinfo=UTC),
            datetime(2026, 4, 13, 12, tzinfo=UTC),
            {"01:30": 14, "01:00": 1, "00:30": 15},
            id="spring",
        ),
        pytest.param(
            datetime(2026, 10, 10, 12, tzinfo=UTC),
            datetime(2026, 11, 9, 12, tzinfo=UTC),
            {"00:30": 15, "01:30": 15},
            id="autumn",
        ),
    ],
)
def test_nights_are_each_done_once_in_time_and_tell_nothing(
    made: Rig, since: datetime, until: datetime, times: dict[str, int]
) -> None:
    made.clock.now = since
    pass_until(made, made.bench.lead(), until)

    nights, wanted = ended(made, "nightly"), days(since, until)
    assert statuses(nights) == {"done": len(wanted)}
    assert [one.started_at.astimezone(BERLIN).date() for one in nights if one.started_at] == wanted
    assert all(one.started_at == one.due_at and one.tries == 1 for one in nights)
    due = {one.due_at.date(): f"{one.due_at:%H:%M}" for one in nights}
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert due.get(spring, "01:00") == "01:00"  # 02:30 does not exist: right after the jump
    assert due.get(autumn, "00:30") == "00:30"  # 02:30 comes twice: the first time
    assert spring in due or autumn in due
    assert Counter(due.values()) == times
    assert told(made) == []


def test_daemons_that_die_and_stay_away_for_hours_or_days_make_each_outage_up_once(
    made: Rig, dice: Random
) -> None:
    away: list[tuple[datetime, datetime]] = []
    made.clock.now = SINCE
    while made.clock.now < UNTIL - timedelta(days=20):
        pass_until(made, made.bench.lead(), made.clock.now + timedelta(hours=dice.randint(1, 400)))
        left = made.clock.now
        made.clock.now += timedelta(minutes=dice.randint(1, 6000))
        away.append((left, made.clock.now))
    pass_until(made, made.bench.lead(), UNTIL)

    nights = ended(made, "nightly")
    assert set(statuses(nights)) == {"done"}
    assert all(one.tries == 1 for one in nights)
    missed = sum(one.missed for one in nights)
    assert len(nights) + missed == (UNTIL - SINCE).days
    for left, back in away:
        made_up = [one for one in nights if one.started_at == back]
        inside = [day for day in days(SINCE, UNTIL) if left < night_of(day) <= back]
        assert len(made_up) == min(1, len(inside))
        assert sum(one.missed for one in made_up) == max(0, len(inside) - 1)
    assert_told_once_each(told(made))


def night_of(day: date) -> datetime:
    """02:30 in Berlin, as the year above has it."""
    wall = datetime(day.year, day.month, day.day, 2, 30, tzinfo=BERLIN).astimezone(UTC)
    return datetime(2026, 3, 29, 1, tzinfo=UTC) if day == date(2026, 3, 29) else wall


def assert_told_once_each(notices: list[Notice]) -> None:
    """Wrong and recovered take turns: nothing is told twice."""
    states = [one.state for one in notices]
    assert states == ["wrong", "recovered"] * (len(states) // 2) + ["wrong"] * (len(states) % 2)


def test_a_job_that_fails_for_weeks_is_told_of_once_and_once_that_it_is_well(made: Rig) -> None:
    broken = {"until": BEGIN + timedelta(days=15)}

    def call(spec: JobSpec, place: Place) -> object:
        del place
        if spec.name == "nightly" and made.clock.now < broken["until"]:
            msg = "the database has no room; make some"
            raise StoreUnavailableError(msg)
        return {"devices": 0}

    leader: Leader = made.bench.lead()
    leader._call = call
    pass_until(made, leader, BEGIN + timedelta(days=20))

    nights = ended(made, "nightly")
    assert statuses(nights) == {"failed": 15, "done": 5}
    assert {one.tries for one in nights if one.status == "failed"} == {4}
    assert [(one.kind, one.state) for one in told(made)] == [
        ("daemon.failed", "wrong"),
        ("daemon.failed", "recovered"),
    ]
    assert "has no room" in told(made)[0].message
