from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.health.freshness import (
    WORST_FIRST,
    DeviceBackup,
    Freshness,
    by_tenant,
    cause_and_cure,
    headline,
    is_overdue,
    judge_freshness,
    worst_first,
)

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(hours=26)


def hours(count: float | None) -> datetime | None:
    """So long ago."""
    return None if count is None else NOW - timedelta(hours=count)


@pytest.mark.parametrize(
    ("copy", "tried_h", "tried", "said"),
    [
        (None, None, None, "never"),
        (None, 1, "failed", "never"),
        (None, 1, "rejected", "never"),
        (6, 6, "unchanged", "fresh"),
        (6, 6, "changed", "fresh"),
        (26, 26, "changed", "fresh"),
        (26.1, 26.1, "changed", "stale"),
        (6, 2, "failed", "failed"),
        (6, 2, "rejected", "rejected"),
        (60, 2, "failed", "failed"),
        (6, None, None, "fresh"),
        (2, 6, "rejected", "fresh"),
        (-1, -1, "changed", "fresh"),
    ],
    ids=[
        "never-tried",
        "failed-at-first",
        "rejected-at-first",
        "unchanged",
        "changed",
        "just-in-time",
        "a-night-was-missed",
        "failed-since",
        "rejected-since",
        "failed-and-old",
        "tries-are-swept",
        "accepted-by-a-person",
        "clock-set-back",
    ],
)
def test_a_device_stands_as_its_copy_and_its_newest_try_say(
    copy: float | None, tried_h: float | None, tried: str | None, said: Freshness
) -> None:
    found = judge_freshness(
        copy_at=hours(copy), tried_at=hours(tried_h), tried=tried, now=NOW, allowed=DAY
    )

    assert found == said


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0.1, 1000))
def test_what_is_fresh_was_fresh_at_each_moment_before(
    copy: float, earlier: float, allowed: float
) -> None:
    copy_at, time = NOW - timedelta(hours=copy), timedelta(hours=allowed)
    then = max(copy_at, NOW - timedelta(hours=earlier))

    stands = [
        judge_freshness(copy_at=copy_at, tried_at=None, tried=None, now=at, allowed=time)
        for at in (then, NOW)
    ]

    assert stands in (["fresh", "fresh"], ["fresh", "stale"], ["stale", "stale"])


def test_a_device_without_a_copy_is_overdue_when_it_waited_too_long_for_one() -> None:
    young, old = NOW - timedelta(hours=1), NOW - timedelta(days=3)

    assert not is_overdue(None, young, now=NOW, allowed=DAY)
    assert is_overdue(None, old, now=NOW, allowed=DAY)
    assert not is_overdue(young, old, now=NOW, allowed=DAY)
    assert is_overdue(old, young, now=NOW, allowed=DAY)


def device(
    name: str, freshness: Freshness, *, copy: float | None = 6, status: str = "active"
) -> DeviceBackup:
    tenant, _, hostname = name.partition("/")
    return DeviceBackup(
        device_id=name,
        tenant_id=tenant,
        tenant=tenant,
        site="fra1",
        hostname=hostname,
        status=status,
        freshness=freshness,
        overdue=False,
        copy_at=hours(copy),
        begun_at=NOW - timedelta(days=9),
        tried_at=None,
        cause_kind="",
        cause_message="",
    )


def test_the_worst_stand_first_and_those_in_maintenance_last() -> None:
    given_ = [
        device("acme/a", "stale", copy=40),
        device("acme/b", "never", copy=None, status="maintenance"),
        device("acme/c", "stale", copy=90),
        device("acme/d", "failed"),
        device("acme/e", "rejected"),
        device("acme/f", "never", copy=None),
    ]

    assert [one.hostname for one in worst_first(given_)] == ["f", "e", "d", "c", "a", "b"]


def test_counts_leave_out_what_is_in_maintenance() -> None:
    counts = by_tenant(
        [
            device("umbra/a", "fresh", copy=3),
            device("acme/a", "fresh", copy=9),
            device("acme/b", "failed", copy=40),
            device("acme/c", "never", copy=None, status="maintenance"),
        ]
    )

    assert [(one.tenant, one.devices, one.fresh, one.failed, one.never) for one in counts] == [
        ("acme", 2, 1, 1, 0),
        ("umbra", 1, 1, 0, 0),
    ]
    assert counts[0].oldest_at == hours(40)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["fresh"], "The only device has a fresh good backup."),
        (["fresh"] * 3, "All 3 devices have a fresh good backup."),
        (["stale"], "The only device has no fresh good backup: stale."),
        (["fresh", "failed"], "1 of 2 devices has no fresh good backup: 1 failed since."),
        (
            [*WORST_FIRST, "stale"],
            (
                "5 of 6 devices have no fresh good backup: 1 never saved, 1 rejected since,"
                " 1 failed since, 2 stale."
            ),
        ),
    ],
    ids=["one", "one-stale", "all", "one-fails", "each"],
)
def test_one_sentence_says_it(states: list[Freshness], said: str) -> None:
    assert headline(by_tenant(device("acme/a", state) for state in states)) == said


def test_what_was_never_tried_or_forgotten_has_a_next_step() -> None:
    never = cause_and_cure(device("acme/a", "never", copy=None), NOW)
    restored = device("acme/a", "stale", copy=49)
    stale = cause_and_cure(replace(restored, tried_at=restored.copy_at), NOW)

    assert never == "acme/a was never tried; `netwb backup --device acme/a` does it now"
    assert stale.startswith("nothing tried acme/a for 49 h; ")
    assert cause_and_cure(restored, NOW).startswith(
        "no try of acme/a is known here, as after a restore, and its newest text is 49 h old; "
    )
    assert cause_and_cure(device("acme/a", "fresh"), NOW) == ""


@pytest.mark.parametrize(
    ("freshness", "message", "said"),
    [
        ("failed", "no answer; look at it", "no answer; look at it"),
        ("failed", "it hung up", "it hung up; `netwb backup --device acme/a` tries again"),
        ("rejected", "it was cut", "it was cut; `netwb quarantine show acme/a` shows what came"),
        ("never", "it hung up", "it hung up; `netwb backup --device acme/a` tries again"),
        ("failed", "", ""),
    ],
    ids=["own-cure", "try-again", "look-at-it", "never-saved", "kind-alone"],
)
def test_a_cause_without_a_cure_is_given_a_step(
    freshness: Freshness, message: str, said: str
) -> None:
    tried = replace(device("acme/a", freshness), tried_at=NOW, cause_message=message)

    assert cause_and_cure(tried, NOW) == said
