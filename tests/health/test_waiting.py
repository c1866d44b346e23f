from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwb.health.counts import HeldTexts
from netwb.health.waiting import judge_held

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def held(tenant: str, texts: int, days: float) -> HeldTexts:
    return HeldTexts(tenant=tenant, texts=texts, size=1, oldest=NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        ([], "ok", "0 texts wait for a person, none of them for long"),
        ([held("acme", 2, 7)], "ok", "2 texts wait for a person, none of them for long"),
        (
            [held("acme", 2, 1), held("bolt", 1, 9)],
            "advice",
            "3 texts wait for a person, the oldest for 9 days",
        ),
    ],
    ids=["none", "a-week", "longer"],
)
def test_texts_that_wait_for_long_are_told(given: list[HeldTexts], verdict: str, said: str) -> None:
    found = judge_held(given, now=NOW)

    assert (found.verdict, found.said) == (verdict, said)
