"""What becomes of what is due: it begins, waits or is left out; what was missed is made up once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwb.schedules.deciding import (
    Timing,
    Verdict,
    begins_at,
    decide,
    next_due,
    place_schedule,
)
from netwb.schedules.records import EVERYTHING, JobSpec, Place, Schedule
from netwb.schedules.triggers import parse_trigger

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
SPEC = JobSpec(
    name="nightly", trigger="02:00", method="back_up_night", says="Back up.", overlap="wait"
)
TIMING = Timing(trigger=parse_trigger("02:00"), zone=UTC, jitter=timedelta(0))
ACME, FRA1 = Place(tenant_id="t1"), Place(tenant_id="t1", site_id="s1")


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def never_held(at: datetime) -> datetime | None:
    del at
    return None


def judged(
    now: datetime, *, spec: JobSpec = SPEC, timing: Timing = TIMING, runs: bool = False
) -> Verdict:
    return decide(spec, timing, NIGHT, now, holds=never_held, runs=runs)


def test_what_is_not_due_waits() -> None:
    assert judged(NIGHT - timedelta(seconds=1)).answer == "wait"
    assert judged(NIGHT) == Verdict(answer="start", due_at=NIGHT)


def test_jitter_puts_the_start_off_and_not_the_due_time() -> None:
    timing = replace(TIMING, jitter=timedelta(minutes=3))

    assert judged(NIGHT + timedelta(minutes=2), timing=timing).answer == "wait"
    assert judged(NIGHT + timedelta(minutes=3), timing=timing).due_at == NIGHT
    assert begins_at(timing, NIGHT, never_held) == NIGHT + timedelta(minutes=3)


def test_a_start_that_is_long_behind_is_late() -> None:
    assert not judged(NIGHT + timedelta(minutes=15)).late
    assert judged(NIGHT + timedelta(minutes=16)).late


def test_of_several_that_were_missed_the_newest_is_done_and_the_others_are_counted() -> None:
    found = judged(NIGHT + hours(3 * 24 + 5))

    assert found == Verdict(answer="start", due_at=NIGHT + hours(72), missed=3, late=True)


def test_what_is_older_than_its_grace_is_left_out() -> None:
    strict = replace(SPEC, grace_s=3600)

    assert judged(NIGHT + hours(1), spec=strict).answer == "start"
    assert judged(NIGHT + hours(1.1), spec=strict).answer == "skip"


def test_a_job_that_makes_nothing_up_leaves_out_what_was_missed() -> None:
    punctual = replace(SPEC, missed="skip")

    assert judged(NIGHT + timedelta(minutes=5), spec=punctual).answer == "start"
    left_out = judged(NIGHT + hours(1), spec=punctual)
    assert (left_out.answer, left_out.why) == ("skip", "nobody was there in time")


def test_while_it_runs_still_it_waits_or_is_left_out_as_its_row_says() -> None:
    assert judged(NIGHT, runs=True).answer == "wait"
    assert judged(NIGHT, spec=replace(SPEC, overlap="skip"), runs=True).answer == "skip"


def test_a_blackout_holds_it_back_and_what_was_held_back_is_neither_late_nor_missed() -> None:
    end = NIGHT + hours(24 * 2 + 6)

    def holds(at: datetime) -> datetime | None:
        return end if at < end else None

    during = decide(SPEC, TIMING, NIGHT, end - hours(1), holds=holds, runs=False)
    after = decide(SPEC, TIMING, NIGHT, end, holds=holds, runs=False)

    assert during.answer == "wait"
    assert after == Verdict(answer="start", due_at=NIGHT + hours(48))
    assert begins_at(TIMING, NIGHT, holds) == end


def test_what_follows_another_job_is_due_so_long_after_that_ended() -> None:
    ended = NIGHT + timedelta(minutes=40)
    timing = replace(TIMING, trigger=parse_trigger("after nightly 15m 45m 2h"), ended=ended)

    first = next_due(timing, ended)
    second = first and next_due(timing, first)
    third = second and next_due(timing, second)

    assert first == ended + timedelta(minutes=15)
    assert second == ended + timedelta(minutes=45)
    assert third == ended + hours(2)
    assert next_due(timing, third) is None
    assert next_due(replace(timing, ended=None), NIGHT) is None


def test_of_retries_that_were_missed_the_newest_is_done() -> None:
    ended = NIGHT - timedelta(minutes=15)  # so that the first retry is due at NIGHT
    timing = replace(TIMING, trigger=parse_trigger("after nightly 15m 45m 2h"), ended=ended)

    assert judged(ended + hours(1), timing=timing) == Verdict(
        answer="start", due_at=ended + timedelta(minutes=45), missed=1, late=True
    )


def schedule(place: Place) -> Schedule:
    return Schedule(
        job="nightly",
        place=place,
        trigger="02:00",
        time_zone="",
        jitter_s=None,
        set_by="ana",
        set_at=NIGHT,
    )


@pytest.mark.parametrize(
    ("set_for", "at", "found"),
    [
        ([EVERYTHING, ACME, FRA1], FRA1, FRA1),
        ([EVERYTHING, ACME], FRA1, ACME),
        ([EVERYTHING, FRA1], ACME, EVERYTHING),
        ([ACME], Place(tenant_id="t2"), None),
        ([], FRA1, None),
    ],
    ids=["its own", "its tenant's", "that of all", "another's is none", "none"],
)
def test_the_narrowest_schedule_around_a_place_is_in_force(
    set_for: list[Place], at: Place, found: Place | None
) -> None:
    chosen = place_schedule([schedule(one) for one in set_for], at)

    assert (chosen.place if chosen else None) == found
