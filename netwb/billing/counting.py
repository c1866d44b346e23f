"""Count a group's windows: its ports' counters out of the metrics store.

A bill is the same whoever looks at it: names of ports and the times in which they are the tenant's
are asked for as the tenant would, so that what a port carried for another before is not on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import Port, PortName
from netwb.metrics.billing.records import Month
from netwb.metrics.records import Measurement, Question, SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.series.flows import joined, within
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.rates import Limits, PortSamples
from netwb.metrics.series.windows import IN, OUT, Volumes, one_after_another, volumes
from netwb.metrics.store import MetricsStore
from netwb.roles import Scope

_BRIDGED = 2.5  # intervals: one missed poll is bridged, two are not
_LATE = 1.5  # where that is longer than a window: a missed poll is a missing window
_AT_ONCE = 20  # ports in memory: a month of minutes takes 1.4 MB a port
_FIELDS = (IN, OUT, "ifCounterDiscontinuityTime")
_OF_DEVICE = ("sysUpTime", "snmpEngineBoots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What reads windows; `interval_s` is how often devices are polled."""

    ports: Ports
    store: MetricsStore
    interval_s: int

    def count(self, tenant_id: str, ports: Sequence[Port], month: Month, now: datetime) -> Volumes:
        """Of the month's windows that are over; a row a port."""
        until = min(month.until, int(now.timestamp()) - self._gap_s)
        until = month.since + max(0, until - month.since) // WINDOW_S * WINDOW_S
        names = self.ports.names(Scope(frozenset({tenant_id})), ports)
        parts = [
            volumes(read, month.since, until, gap_s=self._gap_s)
            for read in self._read(ports, names, month.since, until)
        ] or [volumes((), month.since, until, gap_s=self._gap_s)]
        return one_after_another(parts)

    @property
    def _gap_s(self) -> int:
        late = max(_LATE * self.interval_s, _LATE * WINDOW_S)
        return int(min(_BRIDGED * self.interval_s, late))

    def _read(
        self,
        ports: Sequence[Port],
        names: Mapping[str, tuple[PortName, ...]],
        since: int,
        until: int,
    ) -> Iterator[list[PortSamples]]:
        for first in range(0, len(ports), _AT_ONCE):
            some = ports[first : first + _AT_ONCE]
            keys = [_key(port, name.name) for port in some for name in names[port.id]]
            found = self.store.read(keys, self._question("interface", _FIELDS, since, until))
            own = sorted({_key(port) for port in some})
            devices = self.store.read(own, self._question("device", _OF_DEVICE, since, until))
            yield [
                PortSamples(
                    samples=_joined(port, names[port.id], found),
                    device=devices.get(_key(port)),
                    limits=Limits(physical_bps=port.speed_override_bps),
                )
                for port in some
            ]

    def _question(
        self, measurement: Measurement, fields: tuple[str, ...], since: int, until: int
    ) -> Question:
        return Question(
            measurement=measurement, fields=fields, since=since, until=until, edge_s=self._gap_s
        )


def _key(port: Port, name: str = "") -> SeriesKey:
    return SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)


def _joined(port: Port, names: Sequence[PortName], found: Mapping[SeriesKey, Samples]) -> Samples:
    parts = [
        within(found[key], _second(name.since), _second(name.until))
        for name in names
        if (key := _key(port, name.name)) in found
    ]
    return joined(parts, _FIELDS)


def _second(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None
