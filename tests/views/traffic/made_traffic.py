"""A port and its traffic, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from netwb.inventory.ports.records import Port
from netwb.metrics.series.flows import Flow
from netwb.metrics.series.percentiles import Ranked
from netwb.workbench.port_state_records import Level, PortPings
from netwb.workbench.traffic_records import PortTraffic

UNTIL = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
STEP = 300
BUCKETS = 12
PORT = Port(
    id="p1",
    device_id="d1",
    device_tenant="acme",
    site="fra1",
    hostname="edge1",
    name="xe-0/0/0",
    former_names=(),
    tenant_id="t1",
    tenant="acme",
    tenant_since_at=None,
    alias="Transit: AS64496",
    if_type=6,
    if_index=1,
    speed_bps=1_000_000_000,
    speed_override_bps=None,
    circuit_ref="20931",
    watched=True,
    first_seen_at=UNTIL,
    last_seen_at=UNTIL,
)


def port(**changes: Any) -> Port:
    return replace(PORT, **changes)


def flow(mean: float = 400e6, *, without: slice | None = None, **changes: Any) -> Flow:
    values = np.full(BUCKETS, mean)
    if without is not None:
        values[without] = np.nan
    made = Flow(
        mean=values,
        highest=values * 1.5,
        least=mean / 4,
        average=mean,
        percentile=Ranked(value=mean * 1.2, rank=12, windows=12),
        most=mean * 1.5,
        total=int(mean * 3_600 / 8),
    )
    return replace(made, **changes)


def traffic(*, without: slice | None = None, **changes: Any) -> PortTraffic:
    since = UNTIL - timedelta(seconds=STEP * BUCKETS)
    made = PortTraffic(
        port=PORT,
        since=since,
        until=UNTIL,
        step_s=STEP,
        interval_s=60,
        usual_s=60,
        begin=int(since.timestamp()) + STEP * np.arange(BUCKETS, dtype=np.int64),
        flows={
            ("bits", "in"): flow(without=without),
            ("bits", "out"): flow(150e6, without=without),
            ("packets", "in"): flow(50e3, without=without),
            ("packets", "out"): flow(20e3, without=without),
        },
        gaps=(),
        events=(),
        newest=UNTIL - timedelta(seconds=40),
    )
    return replace(made, **changes)


def pings(*, loss: float = 0.0, delay: float = 10.0, **changes: Any) -> PortPings:
    both = {
        name: Level(mean=np.full(BUCKETS, value), highest=np.full(BUCKETS, 2 * value))
        for name, value in (("loss", loss), ("delay", delay))
    }
    made = PortPings(port=PORT, step_s=STEP, begin=traffic().begin, newest=UNTIL, **both)
    return replace(made, **changes)
