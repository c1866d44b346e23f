"""Months that were counted by hand, night by night."""

from __future__ import annotations

from datetime import date, timedelta

from netwb.reports.coverage import StatusChange, Try, Window, days_of, month_of, sums_of
from netwb.reports.records import NOT_SAVED, SAVED, DeviceMonth, HeldText
from tests.month_reports.months import BERLIN, EVE, day, facts, month, tries, windows

EVERY = list(range(1, 31))


def told(*given: Try, **more: object) -> DeviceMonth:
    found = month_of(facts(*given, **more), month(), horizon=None)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_month_in_which_each_night_was_saved() -> None:
    one = told(*tries(changed=[3, 9], unchanged=[n for n in EVERY if n not in {3, 9}]))

    assert (one.due, one.count(*SAVED), one.count("changed"), one.count("unchanged")) == (
        30,
        30,
        2,
        28,
    )
    assert (one.days, one.days_without, one.copy_known) == (30, 0, "run")
    assert one.copy_at == day(30) + timedelta(minutes=10)
    assert one.gap is not None
    assert (one.gap.since, one.gap.hours) == (EVE, 24), "a night to the next"


def test_nights_that_were_not_saved_have_their_causes() -> None:
    good = [n for n in EVERY if n not in {4, 5, 6, 20}]
    one = told(
        *tries(unchanged=good, failed__UnreachableError=[4, 5], rejected__ShrunkConfigError=[20])
    )

    states = {night.at.day: (night.state, night.cause) for night in one.nights}
    assert states[4] == states[5] == ("failed", "UnreachableError")
    assert states[6] == ("untried", "")
    assert states[20] == ("rejected", "ShrunkConfigError")
    assert (one.due, one.count(*SAVED), one.count(*NOT_SAVED), one.days_without) == (30, 26, 4, 4)
    assert one.gap is not None
    assert (one.gap.since, one.gap.until) == (
        day(3) + timedelta(minutes=10),
        day(7) + timedelta(minutes=10),
    )
    assert one.gap.hours == 96


def test_a_repeat_in_the_afternoon_mends_its_night_and_its_day() -> None:
    failed = tries(unchanged=[n for n in EVERY if n != 8], failed__UnreachableError=[8])
    mended = sorted([*failed, Try(day(8, 16), "changed")], key=lambda one: one.at)

    one = told(*mended)

    assert (one.count("changed"), one.count(*NOT_SAVED), one.days_without) == (1, 0, 0)


def test_a_night_that_began_after_midnight_of_the_next_day_is_the_night_it_was_due_for() -> None:
    nights = windows(30, hour=23.9)
    late = [Try(one.begin + timedelta(minutes=20), "unchanged") for one in nights]

    one = told(*late, nights=nights)

    assert (one.due, one.count(*SAVED)) == (30, 30)
    assert one.days_without == 1, "on the first of the month itself no copy was made"


def test_text_that_a_person_accepted_saves_the_night_on_which_it_came() -> None:
    held = HeldText(
        at=day(12) + timedelta(minutes=11),
        cause="ShrunkConfigError",
        status="accepted",
        settled_at=day(13, 9),
        settled_by="ana",
    )
    given = tries(
        unchanged=[n for n in EVERY if n not in {12, 13}],
        rejected__ShrunkConfigError=[12, 13],
    )

    one = told(*given, held=[held])

    states = {night.at.day: night.state for night in one.nights}
    assert (states[12], states[13]) == ("accepted", "rejected")
    assert (one.count(*SAVED), one.days_without) == (29, 1)


def test_device_is_counted_for_the_days_of_its_service_alone() -> None:
    given = tries(unchanged=range(11, 21))
    retired = StatusChange(at=day(21, 12), old="active")

    one = told(
        *given, copy_before=None, created_at=day(10, 15), status="retired", changes=[retired]
    )

    assert (one.due, one.count(*SAVED), one.count("untried")) == (11, 10, 1)
    assert (one.days, one.days_without) == (10, 0), "11 to 20; it left on the 21st"
    assert (one.added_on, one.retired_on) == (date(2026, 11, 10), date(2026, 11, 21))
    assert one.gap is not None
    assert one.gap.until == day(21, 12)


def test_device_that_left_before_the_month_or_came_behind_it_is_not_in_it() -> None:
    before = StatusChange(at=day(15), old="active")
    gone = facts(status="retired", changes=[before])
    coming = facts(created_at=day(2, of="2026-12"))
    planned = facts(status="planned")

    assert month_of(gone, month("2026-12"), horizon=None) is None
    assert month_of(coming, month(), horizon=None) is None
    assert month_of(planned, month(), horizon=None) is None


def test_maintenance_is_service_and_planning_is_none() -> None:
    changes = [
        StatusChange(at=day(5, 12), old="planned"),
        StatusChange(at=day(7, 12), old="active"),
        StatusChange(at=day(9, 12), old="maintenance"),
    ]

    one = told(*tries(unchanged=range(6, 31)), changes=changes)

    assert (one.due, one.count(*SAVED), one.days) == (25, 25, 25)
    assert (one.added_on, one.retired_on) == (date(2026, 11, 5), None)


def test_longest_gap_begins_where_the_last_copy_of_the_month_before_was() -> None:
    one = told(*tries(unchanged=range(3, 31)), copy_before=day(1) - timedelta(days=5))

    assert one.gap is not None
    assert one.gap.hours == 7 * 24 + 1 / 6


def test_device_without_any_copy_says_so() -> None:
    one = told(*tries(failed__UnreachableError=EVERY), copy_before=None)

    assert (one.copy_at, one.copy_known, one.days_without) == (None, "none", 30)
    assert sums_of([one]).without_copy == 1


def test_what_retention_took_is_no_record_and_no_failure() -> None:
    kept = tries(unchanged=range(16, 31), failed__UnreachableError=[14])

    one = month_of(facts(*kept, revised_at=day(2)), month(), horizon=day(15, 0))

    assert one is not None
    assert (one.due, one.count("unknown"), one.count(*SAVED), one.count("untried")) == (
        30,
        14,
        15,
        1,
    )
    assert (one.days_without, one.gap) == (None, None)
    assert one.copy_known == "run", "what is behind the horizon is known"


def test_all_of_a_month_that_retention_took_is_not_known() -> None:
    long_gone = month_of(
        facts(revised_at=day(9), copy_before=None), month(), horizon=day(1, of="2027-03")
    )
    nothing = month_of(facts(copy_before=None), month(), horizon=day(1, of="2027-03"))

    assert long_gone is not None
    assert nothing is not None
    assert long_gone.count("unknown") == long_gone.due == 30
    assert (long_gone.copy_at, long_gone.copy_known) == (day(9), "revision")
    assert nothing.copy_known == "gone"
    sums = sums_of([long_gone, nothing])
    assert (sums.no_record, sums.not_saved, sums.saved, sums.days_without) == (60, 0, 0, None)


def test_night_that_is_not_over_is_not_missed_yet() -> None:
    now = day(10, 12)
    running = month(now=now)

    one = month_of(facts(*tries(unchanged=range(1, 10))), running, horizon=None)

    assert one is not None
    assert (one.due, one.count(*SAVED), one.days, one.days_without) == (9, 9, 9, 0)


def test_night_that_a_black_out_held_back_is_not_due() -> None:
    nights = [Window(one.begin, one.end, one.begin.day in {7, 8}) for one in windows()]

    one = told(*tries(unchanged=[n for n in EVERY if n != 7]), nights=nights)

    assert (one.due, one.count("blackout"), one.count(*SAVED)) == (29, 1, 29)
    assert one.days_without == 1, "the day has no copy all the same"


def test_days_are_those_of_the_zone_where_clocks_change() -> None:
    october, march = month("2026-10", BERLIN), month("2026-03", BERLIN)

    hours = {(one.until - one.since) / timedelta(hours=1) for one in days_of(october)}
    shorter = {(one.until - one.since) / timedelta(hours=1) for one in days_of(march)}

    assert (len(days_of(october)), hours) == (31, {24, 25})
    assert (len(days_of(march)), shorter) == (31, {24, 23})
    assert october.until - october.since == timedelta(days=31, hours=1)


def test_copy_just_before_local_midnight_counts_for_its_own_day_and_month() -> None:
    bounds = month("2026-10", BERLIN)
    nights = windows(31, hour=22, of="2026-10", zone=BERLIN)
    last = Try(bounds.until - timedelta(minutes=1), "unchanged")  # 22:59 UTC, 23:59 in Berlin
    behind = Try(bounds.until, "changed")

    one = month_of(facts(last, behind, nights=nights), bounds, horizon=None)

    assert one is not None
    assert (one.days, one.days_without) == (31, 30)
    assert one.copy_at == last.at
    assert one.nights[-1].state == "changed", "the last night lasts until the next one is due"


def test_sum_line_is_the_sum_of_the_rows() -> None:
    first = told(*tries(changed=[1], unchanged=EVERY[1:]), revisions=1)
    second = told(
        *tries(unchanged=EVERY[:20], failed__UnreachableError=EVERY[20:]), hostname="edge2"
    )

    sums = sums_of([first, second])

    assert (sums.devices, sums.due, sums.saved, sums.changed, sums.unchanged) == (2, 60, 50, 1, 49)
    assert (sums.not_saved, sums.failed, sums.days, sums.days_without) == (10, 10, 60, 10)
    assert sums.revisions == 1
