"""Traffic on the facade: one port over time, and which ports are the busiest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwb.errors import InputError, UnknownNameError
from netwb.inventory.fields import quoted
from netwb.inventory.ports.records import Port, PortName, WherePort
from netwb.loading import lazy
from netwb.metrics.records import Question, SeriesKey
from netwb.roles import Permission
from netwb.workbench.moments import parse_moment
from netwb.workbench.ports import PortsFace
from netwb.workbench.records import Records, records_of
from netwb.workbench.traffic_records import FIELDS, SIDES, BusyPort, Kind, PortTraffic, Side

if TYPE_CHECKING:
    from netwb.metrics.samples import Samples
    from netwb.metrics.series import buckets as _buckets
    from netwb.metrics.series import busiest as _busiest
    from netwb.metrics.series import flows as _flows
    from netwb.metrics.series import rates as _rates
    from netwb.metrics.series.rates import Rates
else:
    _buckets = lazy("netwb.metrics.series.buckets")
    _busiest = lazy("netwb.metrics.series.busiest")
    _flows = lazy("netwb.metrics.series.flows")
    _rates = lazy("netwb.metrics.series.rates")

BUCKETS = 1_000
EVENTS = 20
_RAW_S = 32 * 86_400  # of a port each sample is read up to so long, then one of five minutes
_THIN_S = 300
_BRIDGED = 2.5  # intervals: one missed poll is bridged, two are not
_LATE = 1.5  # where that is longer than a window: a missed poll is a missing window
_LONGEST = timedelta(days=1_200)
_BESIDE = ("ifHighSpeed", "ifCounterDiscontinuityTime")
_OF_DEVICE = ("sysUpTime", "snmpEngineBoots")
_MOST = {"most": 500}  # busiest ports of one question


class TrafficFace(PortsFace):
    """`traffic`, `port_traffic`, `busiest`."""

    def traffic(  # noqa: PLR0913 - each narrows the time, by its name
        self,
        device: str,
        name: str,
        *,
        hours: float = 24,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        kinds: Sequence[Kind] = ("bits", "packets"),
    ) -> PortTraffic:
        """What went through one port, in at most a thousand buckets.

        hours          back from `until`, where there is no `since`
        since, until   aware, or as people write times: "2026-11-01", "7d"; without: now
        Raises UnknownNameError, InputError, MetricsError where the store does not answer.
        """
        self._require(Permission.TRAFFIC_VIEW)
        now = self._parts.clock()
        end = parse_moment(until, now) if until is not None else now
        begin = parse_moment(since, now) if since is not None else end - timedelta(hours=hours)
        port = self._parts.ports.get(self._meant_scope, device, name)
        return self._traffic(port, begin, end, kinds=kinds)

    def port_traffic(  # noqa: PLR0913 - each narrows the time, by its name
        self,
        port_id: str,
        *,
        since: datetime,
        until: datetime,
        buckets: int = BUCKETS,
        step_s: int | None = None,
        kinds: Sequence[Kind] = ("bits", "packets"),
    ) -> PortTraffic:
        """The same by a port's id. `step_s`: how long a bucket is, whatever comes of it."""
        self._require(Permission.TRAFFIC_VIEW)
        found = self._parts.ports.by_id(self._meant_scope, [port_id])
        if not found:
            msg = f"port {quoted(port_id)} is not known; `netwb port list` shows those that are"
            raise UnknownNameError(msg, thing="port", wanted=port_id)
        return self._traffic(found[0], since, until, most=buckets, step_s=step_s, kinds=kinds)

    def busiest(
        self, *, since: datetime, until: datetime, most: int = 20, where: WherePort | None = None
    ) -> Records[BusyPort]:
        """Ports by the 95th percentile of their busier direction, highest first."""
        self._require(Permission.TRAFFIC_VIEW)
        _refuse_span(since, until)
        ports = self._meant_ports(where or WherePort())
        keys = {_key(port, port.name): port for port in ports}
        begin, end = int(since.timestamp()), int(until.timestamp())
        fields = tuple(FIELDS["bits", side] for side in SIDES)
        question = Question(
            measurement="interface",
            fields=(*fields, *_BESIDE),
            since=begin,
            until=end,
            every_s=_THIN_S,
            edge_s=self._gap_s(_THIN_S),
        )
        samples = self._parts.metrics.read(list(keys), question)
        limits = {
            key: _rates.Limits(physical_bps=port.speed_override_bps) for key, port in keys.items()
        }
        ranked = _busiest.busiest(
            samples, fields, begin, end, gap_s=self._gap_s(_THIN_S), most=most, limits=limits
        )
        found = (
            BusyPort(port=keys[key], p95_in=values[0], p95_out=values[1]) for key, values in ranked
        )
        return records_of(found, BusyPort)

    def _traffic(  # noqa: PLR0913 - one question, whichever way it came
        self,
        port: Port,
        since: datetime,
        until: datetime,
        *,
        most: int = BUCKETS,
        step_s: int | None = None,
        kinds: Sequence[Kind],
    ) -> PortTraffic:
        _refuse_span(since, until)
        begin, end = int(since.timestamp()), int(until.timestamp())
        interval_s = self._parts.settings.metrics.interval_s
        step = step_s or _buckets.step_for(end - begin, most, least_s=interval_s)
        begin = begin // step * step  # the first bucket is whole
        every_s = 0 if end - begin <= _RAW_S else _THIN_S
        asked: list[tuple[Kind, Side]] = [(kind, side) for kind in kinds for side in SIDES]
        samples, device = self._samples(
            port, begin, end, fields=[FIELDS[one] for one in asked], every_s=every_s
        )
        gap_s = self._gap_s(every_s)
        limits = _rates.Limits(physical_bps=port.speed_override_bps)
        flows: dict[tuple[Kind, Side], _flows.Flow] = {}
        rates: list[Rates] = []
        drawn = None
        for one in asked:
            found = _rates.rates(
                samples,
                FIELDS[one],
                gap_s=gap_s,
                poll_s=interval_s,
                device=device,
                limits=limits,
            )
            buckets = _buckets.into_buckets(found, begin, end, step)
            flows[one] = _flows.flow_of(found, buckets, begin, end)
            rates.append(found)
            drawn = drawn or buckets
        assert drawn is not None
        return PortTraffic(
            port=port,
            since=datetime.fromtimestamp(begin, UTC),
            until=datetime.fromtimestamp(end, UTC),
            step_s=step,
            interval_s=interval_s,
            begin=drawn.begin,
            flows=flows,
            gaps=_gaps(drawn, begin, end, 2 * interval_s) if len(samples) else ((begin, end),),
            events=_flows.events(rates, begin, end, most=EVENTS),
            newest=_newest(samples, end),
        )

    def _samples(
        self, port: Port, since: int, until: int, *, fields: Sequence[str], every_s: int
    ) -> tuple[Samples, Samples | None]:
        """The port's own, under each name that it bore, and its device's starts."""
        store, gap_s = self._parts.metrics, self._gap_s(every_s)
        (names,) = self._parts.ports.names(self._scope, [port]).values()
        keys = {_key(port, one.name): one for one in names}
        question = Question(
            measurement="interface",
            fields=(*fields, *_BESIDE),
            since=since,
            until=until,
            every_s=every_s,
            edge_s=gap_s,
        )
        found = store.read(list(keys), question)
        parts = [_own(found[key], name) for key, name in keys.items() if key in found]
        own = SeriesKey(tenant=port.device_tenant, device_id=port.device_id)
        starts = Question(
            measurement="device",
            fields=_OF_DEVICE,
            since=since,
            until=until,
            every_s=every_s,
            edge_s=gap_s,
        )
        return _flows.joined(parts, question.fields), store.read([own], starts).get(own)

    def _gap_s(self, every_s: int) -> int:
        """Samples that are farther apart say nothing of the time between them."""
        apart = max(self._parts.settings.metrics.interval_s, every_s)
        return int(min(_BRIDGED * apart, max(_LATE * apart, _LATE * _THIN_S)))


def _key(port: Port, name: str) -> SeriesKey:
    return SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)


def _own(samples: Samples, name: PortName) -> Samples:
    since = int(name.since.timestamp()) if name.since is not None else None
    until = int(name.until.timestamp()) if name.until is not None else None
    cut: Samples = _flows.within(samples, since, until)
    return cut


def _gaps(
    drawn: _buckets.Buckets, since: int, until: int, late_s: int
) -> tuple[tuple[int, int], ...]:
    """The next poll is only on its way at an end that is as young as that: it is no gap yet."""
    found = _buckets.gaps(drawn, since, until)
    return tuple(
        (begin, end) for begin, end in found if end < until or end - begin > late_s + drawn.step_s
    )


def _newest(samples: Samples, until: int) -> datetime | None:
    before = samples.at[samples.at <= until]
    return datetime.fromtimestamp(int(before[-1]), UTC) if len(before) else None


def _refuse_span(since: datetime, until: datetime) -> None:
    if until <= since:
        msg = "the end is not after the beginning; swap the two times"
        raise InputError(msg)
    if until - since > _LONGEST:
        msg = f"that is more than {_LONGEST.days} days; choose a shorter time"
        raise InputError(msg)
