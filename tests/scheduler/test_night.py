"""The night over places: own times, black-outs within, retries, what is left alone; by recorded devices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from netwb.errors import (
    DeadlineError,
    InputError,
    LeaseLostError,
    LoginRefusedError,
    NetwbError,
    RunUnderWayError,
    ShrunkConfigError,
    StoreUnavailableError,
    UnreachableError,
)
from netwb.roles import ALL_TENANTS
from netwb.schedules.records import Blackout, JobSpec, Place
from netwb.store.models import FiringRow
from netwb.workbench import Workbench
from netwb.workbench.leader import Leader
from netwb.workbench.planning import Start
from tests.benches import START, Rig, ios, rig
from tests.scheduler.nights import Played, ended, pass_until, with_jobs

GONE = UnreachableError("acme/edge1: no answer on 127.0.0.1:22; look at it")
DEVICES = {"acme": ("edge1", "edge2"), "zeta": ("core1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, DEVICES) as one:
        with_jobs(one)
        yield one


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """Of the first night; the clock starts at 02:00 of that day."""
    return START.replace(hour=hour, minute=minute) + timedelta(days=day)


def nights(made: Rig, job: str = "nightly") -> list[tuple[str, int, str]]:
    """Begin, devices and status of each firing, in the order in which they began."""
    rows = sorted(ended(made, job), key=lambda row: row.started_at or row.ended_at or row.due_at)
    return [
        (f"{row.started_at:%d %H:%M}" if row.started_at else "-", devices(row), row.status)
        for row in rows
    ]


def devices(row: FiringRow) -> int:
    return int(row.result.get("devices", 0))


def test_a_tenant_with_a_time_of_its_own_has_its_own_night_and_none_of_the_others(
    made: Rig,
) -> None:
    made.bench.where(tenant="zeta").set_schedule("nightly", "23:00", jitter_s=0)

    pass_until(made, made.bench.lead(), at(12, day=2))

    assert nights(made) == [
        ("20 23:00", 1, "done"),
        ("21 02:00", 2, "done"),
        ("21 23:00", 1, "done"),
        ("22 02:00", 2, "done"),
    ]


def test_a_site_that_is_off_has_no_night_until_it_has_the_default_again(made: Rig) -> None:
    site = made.bench.where(tenant="acme", site="fra1")
    site.set_schedule("nightly", "off")
    leader = made.bench.lead()
    pass_until(made, leader, at(12, day=1))

    site.reset_schedule("nightly")
    pass_until(made, leader, at(12, day=2))

    assert nights(made) == [("21 02:00", 1, "done"), ("22 02:00", 3, "done")]


def test_tenants_are_spread_behind_their_time_each_at_the_same_place(made: Rig) -> None:
    for tenant in DEVICES:
        made.bench.where(tenant=tenant).set_schedule("nightly", "04:00", jitter_s=1800)

    pass_until(made, made.bench.lead(), at(12, day=2))

    begun = [
        (row.tenant_id, row.started_at - row.due_at)
        for row in ended(made, "nightly")
        if row.tenant_id and row.started_at
    ]
    assert len(begun) == 6
    assert len(set(begun)) == 2
    assert all(timedelta(0) <= behind < timedelta(minutes=30) for _, behind in begun)


def test_a_tenant_in_a_blackout_is_left_out_and_has_its_night_when_that_ends(made: Rig) -> None:
    made.bench.where(tenant="acme").add_blackout(
        start=at(1, day=1), end=at(6, day=1), reason="maintenance"
    )

    pass_until(made, made.bench.lead(), at(12, day=2))

    assert nights(made) == [
        ("21 02:00", 1, "done"),
        ("21 06:00", 2, "done"),
        ("22 02:00", 3, "done"),
    ]


def test_a_blackout_over_several_nights_leaves_one_night_to_make_up(made: Rig) -> None:
    made.bench.where(tenant="acme").add_blackout(
        start=at(1, day=1), end=at(6, day=3), reason="a freeze"
    )

    pass_until(made, made.bench.lead(), at(12, day=3))

    assert [one for one in nights(made) if one[2] == "done"] == [
        ("21 02:00", 1, "done"),
        ("22 02:00", 1, "done"),
        ("23 02:00", 1, "done"),
        ("23 06:00", 2, "done"),
    ]
    assert [one.status for one in ended(made, "nightly")].count("skipped") == 2


def test_a_blackout_in_a_zone_that_is_unknown_here_keeps_nobody_else_from_a_night(
    made: Rig,
) -> None:
    leader, acme = made.bench.lead(), Place(tenant_id=made.bench.tenant("acme").id)
    made.bench.where(tenant="acme").add_blackout(
        reason="CHG1", start=at(1, day=1), end=at(4, day=1)
    )
    pass_until(made, leader, at(3, day=1))
    from_elsewhere = Blackout(
        id="b-1",
        place=acme,
        from_at=None,
        until_at=None,
        starts="22:00",
        lasts_s=3600,
        time_zone="Mars/Base",
        reason="set where it is known",
        set_by="ana",
        set_at=made.clock.now,
        ended_at=None,
    )
    made.bench._parts.scheduling.blackouts.add(from_elsewhere)
    made.bench.where(tenant="zeta").set_schedule("nightly", "05:00", jitter_s=0)
    pass_until(made, leader, at(6, day=1))

    assert [begin for begin, _, status in nights(made) if status == "done"][-1] == "21 05:00"


def test_a_blackout_of_all_holds_the_night_back_and_ending_it_lets_it_begin(made: Rig) -> None:
    leader = made.bench.lead()
    added = made.bench.add_blackout(start=at(1, day=1), end=at(20, day=1), reason="freeze")
    pass_until(made, leader, at(5, day=1))
    assert nights(made) == []
    assert made.bench.timetable()[0].next_at == at(20, day=1)

    made.bench.end_blackout(added.id)
    pass_until(made, leader, at(12, day=1))

    assert nights(made) == [("21 05:00", 3, "done")]
    late = [one.kind for one in made.bench._parts.notices.list(ALL_TENANTS, since=START)]
    assert "daemon.late" not in late


def test_a_series_of_blackouts_is_ended_for_this_time_and_comes_again(made: Rig) -> None:
    leader = made.bench.lead()
    window = made.bench.add_blackout(each="sat 01:00", lasts="6h", reason="window")
    with pytest.raises(InputError, match=f"netwb blackout remove {window.id}"):
        made.bench.end_blackout(window.id)
    pass_until(made, leader, at(3, day=1))

    state = made.bench.end_blackout(window.id)
    assert (state.state, state.from_at) == ("comes", at(1, day=8))
    pass_until(made, leader, at(7, day=8))  # it looks when that is over
    pass_until(made, leader, at(12, day=8))

    begun = [begin for begin, _, status in nights(made) if status == "done"]
    assert (begun[0], begun[-2:]) == ("21 03:00", ["27 02:00", "28 07:00"])


def test_what_failed_is_tried_again_three_times_and_then_left_to_the_next_night(made: Rig) -> None:
    made.answer("acme/edge1", GONE)

    pass_until(made, made.bench.lead(), at(12, day=1))

    assert nights(made) == [("21 02:00", 3, "done")]
    assert nights(made, "retry") == [
        ("21 02:15", 1, "done"),
        ("21 02:45", 1, "done"),
        ("21 04:00", 1, "done"),
    ]


def test_a_retry_that_mends_all_is_the_last_one(made: Rig) -> None:
    made.answer("acme/edge1", GONE)
    leader = made.bench.lead()
    pass_until(made, leader, at(2, 10, day=1))

    made.answer("acme/edge1", ios("edge1"))
    pass_until(made, leader, at(12, day=1))

    assert nights(made, "retry") == [("21 02:15", 1, "done")]
    assert made.bench.status().without == ()


@pytest.mark.parametrize(
    "cause",
    [
        LoginRefusedError("login of acme/lab is refused; set the right secret"),
        ShrunkConfigError("acme/edge1 sent 10 lines where 400 were stored; look at it"),
    ],
    ids=["refused", "shrunk"],
)
def test_what_a_second_try_cannot_mend_is_not_tried_again(made: Rig, cause: NetwbError) -> None:
    made.answer("acme/edge1", cause)

    pass_until(made, made.bench.lead(), at(12, day=1))

    assert nights(made, "retry") == []


def test_a_refused_login_beside_a_silent_device_is_left_alone(made: Rig) -> None:
    made.answer("acme/edge1", LoginRefusedError("login of acme/lab is refused; set the secret"))
    made.answer("zeta/core1", DeadlineError("zeta/core1 was silent for 30 s; look at it"))

    pass_until(made, made.bench.lead(), at(3, day=1))

    assert nights(made, "retry") == [("21 02:15", 1, "done"), ("21 02:45", 1, "done")]


def test_another_run_that_has_the_devices_is_waited_for(made: Rig) -> None:
    leader = made.bench.lead()
    busy = [RunUnderWayError("acme/edge1 is in a backup run of ana since 01:58; wait for it")] * 2
    made.clock.now = at(1, 59, day=1)
    real = leader._call
    leader._call = lambda spec, place: _raise(busy.pop()) if busy else real(spec, place)

    pass_until(made, leader, at(2, 3, day=1))
    said = made.bench.timetable()[0]
    pass_until(made, leader, at(12, day=1))

    assert "backup run of ana" in said.said
    assert said.next_at == at(2, 4, day=1)
    assert nights(made) == [("21 02:04", 3, "done")]


def _raise(error: NetwbError) -> object:
    raise error


def test_a_night_begun_anew_leaves_out_what_it_had_done(made: Rig) -> None:
    leader = made.bench.lead()
    made.clock.now = at(2, day=1)
    begun = _begin_and_die(made, leader)
    made.back_up("acme/edge1", "acme/edge2")  # as far as it came
    made.clock.advance(seconds=60)

    pass_until(made, made.bench.lead(), at(3, day=1))

    (again,) = ended(made, "nightly")
    assert (again.due_at, again.tries, devices(again)) == (begun, 2, 1)


def _begin_and_die(made: Rig, leader: Leader) -> datetime:
    """Claim the night, and never be heard of again; gives when it was due."""
    made.clock.now -= timedelta(seconds=1)
    leader.beat()
    leader.due()
    made.clock.now += timedelta(seconds=1)
    (start,) = leader.due()
    term = leader._term
    assert term is not None
    claimed = made.bench._parts.scheduling.firings.claim(
        term.lease, start.planned, start.due, missed=0
    )
    assert claimed is not None
    return start.due.at


def test_a_job_that_is_switched_off_is_not_tried_again_either(made: Rig) -> None:
    made.answer("acme/edge1", GONE)
    leader = made.bench.lead()
    pass_until(made, leader, at(2, 10, day=1))

    made.bench.set_schedule("retry", "off")
    pass_until(made, leader, at(12, day=1))

    assert nights(made, "retry") == []
    assert made.bench.timetable()[1].next_at is None


def night_due(made: Rig, leader: Leader) -> Start:
    """What the leader may begin at the first night's time."""
    made.clock.now = at(1, 59, day=1)
    leader.beat()
    leader.due()
    made.clock.now = at(2, day=1)
    leader.beat()
    (start,) = leader.due()
    return start


@contextmanager
def database_away(made: Rig) -> Iterator[None]:
    """SQLite's file is not where it was."""
    file = made.bench.home / "netwb.db"
    file.rename(file.with_suffix(".away"))
    try:
        yield
    finally:
        file.with_suffix(".away").rename(file)


def test_a_night_goes_on_where_the_database_was_away_and_nobody_led_between(made: Rig) -> None:
    leader = made.bench.lead()
    start = night_due(made, leader)
    real = leader._call

    def long(spec: JobSpec, place: Place) -> object:
        made.clock.advance(minutes=5)  # nobody could beat: the lease has ended meanwhile
        with database_away(made), pytest.raises(StoreUnavailableError):
            leader.beat()
        leader.beat()
        return real(spec, place)

    leader._call = long
    leader.run(start)

    assert leader.leads
    assert [(row.status, row.tries) for row in ended(made, "nightly")] == [("done", 1)]


def test_a_night_that_lost_its_database_goes_on_seconds_after_it_is_back(made: Rig) -> None:
    bench, leader = made.bench, made.bench.lead()
    start = night_due(made, leader)
    real = leader._call

    def broken(_spec: JobSpec, _place: Place) -> None:
        targets = bench._parts.credentials.targets(bench._scope, list(bench.devices()))
        run_id, lease = bench._parts.runs.start(targets, actor="system:scheduler", note="")
        with database_away(made):
            bench._parts.runs.end(run_id, lease)

    leader._call = broken
    leader.run(start)
    leader._call = real
    made.clock.advance(seconds=11)
    leader.beat()
    (again,) = leader.due()
    leader.run(again)

    assert nights(made) == [("21 02:00", 3, "done")]


def test_a_night_is_over_where_another_daemon_led_between(made: Rig) -> None:
    elsewhere = Played(
        Workbench.open(made.bench.home, environment={}, clock=made.clock), made.clock
    )
    with_jobs(elsewhere)
    leader, other = made.bench.lead(), elsewhere.bench.lead()
    made.clock.now = at(1, 59, day=1)
    leader.beat()
    leader.due()
    made.clock.now = at(2, day=1)
    leader.beat()
    (start,) = leader.due()

    def slept(spec: JobSpec, place: Place) -> object:
        del spec, place
        made.clock.advance(minutes=5)
        other.beat()
        with pytest.raises(LeaseLostError, match="another daemon led meanwhile"):
            leader.beat()
        return {"devices": 3}

    leader._call = slept
    leader.run(start)

    assert not leader.leads
    assert ended(made, "nightly") == []
    elsewhere.bench.close()
    (waits,) = made.bench._parts.scheduling.firings.open(ALL_TENANTS)[:1]
    assert (waits.status, waits.due.at) == ("waiting", at(2, day=1))
