"""Count a group's windows: its ports' counters out of the metrics store.

A bill is the same whoever looks at it: a port is on it for the times in which it was the tenant's and
in the group, and what it carried for another, before or since, is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import Port, PortName, PortTime
from netwb.metrics.billing.keeping import filled_up
from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.billing.records import Month
from netwb.metrics.records import Measurement, Question, SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.series.carried import SPEED, Limits
from netwb.metrics.series.flows import joined, seams, within
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.rates import PortSamples
from netwb.metrics.series.spacing import CONTEXT_S, bridged_s
from netwb.metrics.series.windows import IN, OUT, Volumes, one_after_another, volumes
from netwb.metrics.store import MetricsStore
from netwb.roles import ALL_TENANTS

BilledTimes = Mapping[str, Sequence[PortTime]]  # of each port, by its id; oldest first
_SECOND = timedelta(seconds=1)
_AT_ONCE = 20  # ports in memory: a month of minutes takes 1.4 MB a port
_FIELDS = (IN, OUT, "ifCounterDiscontinuityTime", SPEED)
_OF_DEVICE = ("sysUpTime", "snmpEngineBoots")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theirs:
    """Under which names samples of each port lie, and in which times it is billed; by its id."""

    names: Mapping[str, tuple[PortName, ...]]
    times: BilledTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What reads windows; `interval_s` is how often devices are polled."""

    ports: Ports
    store: MetricsStore
    interval_s: int

    def count(
        self, ports: Sequence[Port], times: BilledTimes, month: Month, now: datetime
    ) -> Volumes:
        """Of the month's windows that are over; a row a port."""
        until = min(month.until, int(now.timestamp()) - self._gap_s)
        until = month.since + max(0, until - month.since) // WINDOW_S * WINDOW_S
        theirs = _Theirs(names=self.ports.names(ALL_TENANTS, ports), times=times)
        parts = [
            volumes(read, month.since, until, gap_s=self._gap_s)
            for read in self._read(ports, theirs, month.since, until)
        ] or [volumes((), month.since, until, gap_s=self._gap_s)]
        return one_after_another(parts)

    def filled_up(
        self, fresh: Volumes, ports: Sequence[Port], times: BilledTimes, kept: Counted
    ) -> Volumes:
        """The same, and of windows that the store knows no more what was frozen of them."""
        spans = {
            port_id: [(_second(time.since), _second(time.until)) for time in own]
            for port_id, own in times.items()
        }
        return filled_up(fresh, [port.id for port in ports], spans, kept)

    @property
    def _gap_s(self) -> int:
        return bridged_s(self.interval_s)

    def _read(
        self,
        ports: Sequence[Port],
        theirs: _Theirs,
        since: int,
        until: int,
    ) -> Iterator[list[PortSamples]]:
        for first in range(0, len(ports), _AT_ONCE):
            some = ports[first : first + _AT_ONCE]
            keys = sorted(
                {_key(port, name.name) for port in some for name in theirs.names[port.id]}
            )
            found = self.store.read(keys, self._question("interface", _FIELDS, since, until))
            own = sorted({_key(port) for port in some})
            devices = self.store.read(own, self._question("device", _OF_DEVICE, since, until))
            yield [_known(port, theirs, found, devices.get(_key(port))) for port in some]

    def _question(
        self, measurement: Measurement, fields: tuple[str, ...], since: int, until: int
    ) -> Question:
        return Question(
            measurement=measurement,
            fields=fields,
            since=since - CONTEXT_S,
            until=until + CONTEXT_S,
        )


def _key(port: Port, name: str = "") -> SeriesKey:
    return SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)


def _known(
    port: Port, theirs: _Theirs, found: Mapping[SeriesKey, Samples], device: Samples | None
) -> PortSamples:
    """What it carried for others is not there, and between two names or times nothing is reckoned."""
    parts = list(_own_parts(port, theirs, found))
    return PortSamples(
        samples=joined(parts, _FIELDS),
        device=device,
        limits=Limits(physical_bps=port.speed_override_bps, told_bps=port.speed_bps),
        seams=seams(parts),
    )


def _own_parts(
    port: Port, theirs: _Theirs, found: Mapping[SeriesKey, Samples]
) -> Iterator[Samples]:
    """Under each name, in each time."""
    for name in theirs.names[port.id]:
        if (samples := found.get(_key(port, name.name))) is None:
            continue
        for time in theirs.times[port.id]:
            ends = time.until + _SECOND if time.until else None  # what it showed then is theirs
            since, until = _latest(name.since, time.since), _earliest(name.until, ends)
            if since is None or until is None or since < until:
                yield within(samples, _second(since), _second(until))


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _second(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None
