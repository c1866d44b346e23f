"""Attacks on a chart: their words, by how far they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwb.blackhole.records import Blackhole
from netwb.views.address import Address
from netwb.views.navigation import Moment
from netwb.views.traffic.attacks import attack_of, attack_row
from tests.views.hostile import HOSTILE

NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
ONE = Blackhole(
    id="b1",
    tenant_id="t1",
    tenant="acme",
    network=ip_network("203.0.113.10/32"),
    state="expired",
    reach="edge",
    alarm=True,
    requested_by="sender:fnm1",
    reason="fnm1 reports udp_flood",
    requested_at=NOW - timedelta(minutes=31),
    announced_at=NOW - timedelta(minutes=30),
    expires_at=NOW - timedelta(minutes=6),
    ended_at=NOW - timedelta(minutes=6),
    ended_by="system:blackhole",
    end_reason="its time was over",
    attack_id=None,
    reasons=(),
)
ADDRESS = Address("?port=p1&tenant=acme", page="traffic")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "attack, blackholed 24 min"),
        ({"state": "announced", "ended_at": None}, "attack, blackholed for 30 min"),
        ({"state": "held", "announced_at": None, "ended_at": None}, "attack, held"),
        ({"state": "denied", "announced_at": None}, "attack, denied"),
        ({"state": "shadow", "announced_at": None}, "attack, only written down"),
        ({"state": "failed"}, "attack, blackholing failed"),
        ({"alarm": False, "requested_by": "ana"}, "blackholed 24 min"),
    ],
    ids=["ended", "stands", "held", "denied", "shadow", "failed", "asked for"],
)
def test_a_mark_says_what_became_of_it(changes: dict[str, Any], said: str) -> None:
    found = attack_of(replace(ONE, **changes), ADDRESS, now=NOW)

    assert found.said == said
    assert found.url == "security?held=b1&tenant=acme"
    assert (found.until is None) == (changes.get("state") == "announced")


def test_who_points_at_it_is_told_what_by_whom_and_its_state() -> None:
    found = attack_of(ONE, ADDRESS, now=NOW)

    assert found.told == (
        "203.0.113.10/32: fnm1 reports udp_flood, asked by detector fnm1, expired: its time was over"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_its_row_has_both_times_a_link_and_nothing_that_acts(text: str) -> None:
    moment = Moment(now=NOW, zone=ZoneInfo("UTC"))

    row = attack_row(attack_of(replace(ONE, reason=text), ADDRESS, now=NOW), moment)

    assert "to 08:34" in row
    assert 'href="security?held=b1&amp;tenant=acme"' in row
    assert "<script" not in row
