"""Words of measuring: what is written, what is asked for. Pure; no arrays, no database.

The names of measurements, tags and fields are those of the MIBs (IF-MIB, SNMPv2-MIB,
SNMP-FRAMEWORK-MIB) and of Telegraf's own inputs; a database that others filled is mapped to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Measurement = Literal["interface", "device", "ping"]
FOREVER = 4_000_000_000  # epoch seconds; later than any sample

COUNTER_FIELDS = (  # of `interface`; octets and packets never fall, but for a wrap or a reset
    "ifHCInOctets",
    "ifHCOutOctets",
    "ifHCInUcastPkts",
    "ifHCOutUcastPkts",
    "ifInErrors",
    "ifOutErrors",
    "ifInDiscards",
    "ifOutDiscards",
)
STATE_FIELDS = ("ifHighSpeed", "ifOperStatus", "ifAdminStatus", "ifCounterDiscontinuityTime")
INTERFACE_FIELDS = (*COUNTER_FIELDS, *STATE_FIELDS)
DEVICE_FIELDS = ("sysUpTime", "snmpEngineTime", "snmpEngineBoots")
PING_FIELDS = ("percent_packet_loss", "average_response_ms")
FIELDS: Mapping[Measurement, tuple[str, ...]] = {
    "interface": INTERFACE_FIELDS,
    "device": DEVICE_FIELDS,
    "ping": PING_FIELDS,
}


class SeriesKey(NamedTuple):
    """One series: a port of a device, or the device itself where `name` is empty.

    Only the inventory makes these, from rows that the asker's scope holds: a store reads what it is
    given a key of, and nothing else. `tenant` is that of the device, as its samples are tagged; a
    customer's port on a provider's device has the provider's. A tuple, as thousands are made and
    looked up for each answer: a tenth of what a dataclass takes.
    """

    tenant: str  # slug
    device_id: str
    name: str = ""  # ifName


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was measured of one series at one moment.

    at       epoch seconds, UTC
    values   by field; counters are whole and never negative, a field that was not answered is absent
    """

    measurement: Measurement
    key: SeriesKey
    site: str  # slug, a label
    device: str  # hostname, a label
    at: int
    values: Mapping[str, int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Samples of some fields in a span of time, epoch seconds, `since` <= at < `until`.

    every_s   0: each sample that is kept; else the last one of each window that is aligned to the
              epoch, with the time that it was really taken
    edges     also the newest sample before `since` and the first one at or after `until`, where
              they lie within `edge_s`: rates need a neighbour
    peaks     whether the highest rates of samples that are left out are told (`Samples.highest`):
              a percentile of windows asks for none, and they take a third of the time
    """

    measurement: Measurement
    fields: tuple[str, ...]
    since: int
    until: int
    every_s: int = 0
    edge_s: int = 0
    peaks: Literal["told", "left out"] = "told"


class Newest(NamedTuple):
    """The newest sample of a series, as plain numbers.

    at       epoch seconds
    values   by field, as `Samples` has them; a field that was not answered is absent
    """

    at: int
    values: Mapping[str, int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """What a metrics store says of itself; times are epoch seconds, None where it is empty."""

    name: str  # SQLite, InfluxDB
    version: str
    oldest: int | None
    newest: int | None
    size_bytes: int | None = None
