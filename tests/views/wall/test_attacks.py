"""Attacks on a wall's charts: whose, from when to when, and in words."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.views.wall.attacks import LEAST, attacks_on, bands, render_attacks
from netwb.workbench.wall_records import WallAttack
from tests.views.traffic.made_traffic import UNTIL, traffic

VIENNA = ZoneInfo("Europe/Vienna")  # 09:40 where the chart ends at 08:40


def ago(since: float, until: float | None = None, tenant_id: str = "t1") -> WallAttack:
    """Minutes before the chart's end; it has an hour."""
    return WallAttack(
        tenant_id=tenant_id,
        since=UNTIL - timedelta(minutes=since),
        until=None if until is None else UNTIL - timedelta(minutes=until),
    )


def minutes(attacks: tuple[WallAttack, ...]) -> list[tuple[float, float]]:
    """The bands, in minutes before the end."""
    end = UNTIL.timestamp() * 1_000
    return [
        ((end - begin) / 60_000, (end - over) / 60_000) for begin, over in bands(attacks, traffic())
    ]


def test_those_of_the_ports_tenant_and_the_charts_time_count_oldest_first() -> None:
    given = (ago(10, 5), ago(30), ago(20, 15, "t2"), ago(90, 61), ago(90, 50))

    assert attacks_on(given, traffic()) == (ago(90, 50), ago(30), ago(10, 5))


def test_several_at_once_are_one_band_within_the_chart() -> None:
    assert minutes((ago(90, 50), ago(40, 30), ago(38, 36), ago(35, 20), ago(3))) == [
        (60, 50),
        (40, 20),
        (3, 0),
    ]


def test_a_short_one_is_wide_enough_to_be_seen_from_afar_also_at_the_charts_end() -> None:
    early, late = minutes((ago(30, 29.9), ago(0.1)))

    assert early == pytest.approx((30, 30 - 60 * LEAST))
    assert late == pytest.approx((60 * LEAST, 0))


@pytest.mark.parametrize(
    ("attacks", "said"),
    [
        ((ago(10, 5),), "attack 09:30"),
        ((ago(40, 30), ago(10, 5)), "2 attacks"),
        ((ago(40, 30), ago(20), ago(10)), "attack now"),
    ],
    ids=["one", "several", "stands"],
)
def test_it_is_said_beside_the_ports_name(attacks: tuple[WallAttack, ...], said: str) -> None:
    assert render_attacks(attacks, VIENNA) == f'<em class="atk">{said}</em>'


def test_of_none_nothing_is_said() -> None:
    assert render_attacks((), VIENNA) == ""
