from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from netwb.health.hindrances import Held, judge_blackouts, judge_targets
from netwb.notify.records import Target

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def held(place: str, *, days: float) -> Held:
    start = NOW - timedelta(hours=1)
    return Held(place=place, start=start, end=start + timedelta(days=days), reason="freeze 12")


def test_a_black_out_that_holds_is_told_and_a_long_one_is_wrong() -> None:
    found = list(judge_blackouts([held("acme/fra1", days=0.25), held("", days=120)]))

    assert [one.verdict for one in found] == ["wrong", "advice"]
    assert found[0].said == "all is backed up by nothing until 2026-06-29 07:00 UTC: freeze 12"
    assert found[1].said.startswith("acme/fra1 is backed up by nothing until 2026-03-01 13:00")


def test_without_one_none_holds_and_of_many_some_are_named() -> None:
    many = [held(f"t{n}", days=1) for n in range(8)]

    assert [(one.verdict, one.said) for one in judge_blackouts([])] == [("ok", "none holds")]
    assert [one.said for one in judge_blackouts(many)][5:] == ["3 more hold"]


def target(
    name: str, *, hours: float | None = None, status: Literal["active", "retired"] = "active"
) -> Target:
    values: dict[str, Any] = {
        "tenant_id": "",
        "tenant": "acme",
        "kind": "webhook",
        "shown": "https://noc.example/...",
        "stored": "sealed",
        "rotating": False,
        "digest": "off",
        "created_at": NOW - timedelta(days=9),
        "waiting": 0,
        "tries": 4,
        "retry_at": None,
        "last_error": "it answered 500; look at its log",
    }
    since = None if hours is None else NOW - timedelta(hours=hours)
    return Target(id=name, name=name, status=status, failing_since=since, **values)


@pytest.mark.parametrize(
    ("targets", "verdict", "said"),
    [
        ([], "ok", "of 0 targets none refuses"),
        ([target("noc")], "ok", "of 1 targets none refuses"),
        ([target("noc", hours=5, status="retired")], "ok", "of 1 targets none refuses"),
        (
            [target("noc", hours=2), target("desk", hours=5)],
            "wrong",
            "nothing arrives at acme/desk for 5 h: it answered 500",
        ),
    ],
    ids=["none", "well", "retired", "failing"],
)
def test_a_target_at_which_nothing_arrives_is_wrong(
    targets: list[Target], verdict: str, said: str
) -> None:
    found = list(judge_targets(targets, now=NOW))

    assert (found[0].verdict, found[0].said) == (verdict, said)
