"""A chart and a list as files of numbers: what is in them the facade says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from netwb.views.html import csv_of
from netwb.workbench.traffic_many_records import PortNumbers, PortTrend
from netwb.workbench.traffic_records import PortTraffic
from netwb.workbench.traffic_table import Cell, ports_table

Of = TypeVar("Of")


NOTHING = "no figures are shown that a file could hold; try again once they are"


def file_name(traffic: PortTraffic, now: datetime, kind: str) -> str:
    """Device, port and time as a file's name: what a device says of itself is not one."""
    said = f"{traffic.port.hostname}-{traffic.port.name}"
    named = "".join(c if c.isalnum() and c.isascii() else "-" for c in said)[:80]
    return f"traffic-{named}-{now:%Y%m%d-%H%M}.{kind}"


def picture_of(what: str, since: datetime, until: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """What stands over a picture that is kept: what it is of, and of which time in which zone."""
    begin, end = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (since, until))
    return what, f"{begin} to {end}, {zone.key}"


def csv_file(traffic: PortTraffic) -> bytes:
    """The buckets of a chart: begin, then mean and max; empty where there is no data."""
    return csv_of(*traffic.table())


def ports_csv(rows: Sequence[PortNumbers], trends: Mapping[str, PortTrend]) -> bytes:
    """Each port with all that is known of it, in the order given."""
    return csv_of(*ports_table(rows, trends))


def table_csv(
    table: Callable[[Of], tuple[Sequence[str], Sequence[Sequence[Cell]]]], shown: Of
) -> bytes:
    """Such a table of what is shown."""
    return csv_of(*table(shown))
