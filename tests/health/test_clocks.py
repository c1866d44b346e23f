from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.health.clocks import check_clock, judge_apart
from netwb.health.diagnosis import Verdict
from tests.benches import rig
from tests.postgresql import Cluster


@pytest.mark.parametrize(
    ("apart_s", "verdict"),
    [(0, "ok"), (1.9, "ok"), (-2, "advice"), (14, "advice"), (15, "wrong"), (-3600, "wrong")],
)
def test_clocks_may_be_apart_by_far_less_than_a_lease(apart_s: float, verdict: Verdict) -> None:
    assert judge_apart(apart_s).verdict == verdict


@pytest.mark.real
def test_the_servers_clock_is_asked(tmp_path: Path, postgresql: Cluster) -> None:
    with rig(tmp_path, {}, cluster=postgresql) as made:
        database, now = made.bench._parts.database, datetime.now(UTC)

        assert check_clock(database, now=now).verdict == "ok"
        assert check_clock(database, now=now + timedelta(minutes=1)).verdict == "wrong"
