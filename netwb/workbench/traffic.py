"""Traffic on the facade: one port over time, and which ports are the busiest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwb.errors import InputError, UnknownNameError
from netwb.inventory.fields import quoted
from netwb.inventory.ports.records import Port, PortName, PortTime, WherePort, names_in
from netwb.loading import lazy
from netwb.metrics.records import Measurement, Question, SeriesKey
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.moments import parse_moment
from netwb.workbench.ports import PortsFace
from netwb.workbench.records import Records, records_of
from netwb.workbench.traffic_parts import RAW_S, THIN_S, read_every_s
from netwb.workbench.traffic_records import FIELDS, SIDES, BusyPort, Kind, PortTraffic, Side

if TYPE_CHECKING:
    from netwb.metrics.samples import Samples
    from netwb.metrics.series import buckets as _buckets
    from netwb.metrics.series import busiest as _busiest
    from netwb.metrics.series import carried as _carried
    from netwb.metrics.series import flows as _flows
    from netwb.metrics.series import rates as _rates
    from netwb.metrics.series import spacing as _spacing
    from netwb.metrics.series.rates import PortSamples, Rates
else:
    _buckets = lazy("netwb.metrics.series.buckets")
    _busiest = lazy("netwb.metrics.series.busiest")
    _carried = lazy("netwb.metrics.series.carried")
    _flows = lazy("netwb.metrics.series.flows")
    _rates = lazy("netwb.metrics.series.rates")
    _spacing = lazy("netwb.metrics.series.spacing")

BUCKETS = 1_000
EVENTS = 20
_LONGEST = timedelta(days=1_200)
BESIDE = ("ifHighSpeed", "ifCounterDiscontinuityTime")
_OF_DEVICE = ("sysUpTime", "snmpEngineBoots")


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
        earlier: timedelta = timedelta(),
    ) -> PortTraffic:
        """The same by a port's id.

        step_s    how long a bucket is, whatever comes of it
        earlier   also what was so much earlier, in the same buckets
        """
        self._require(Permission.TRAFFIC_VIEW)
        port, earlier_s = self._port_of(port_id), int(earlier.total_seconds())
        return self._traffic(
            port, since, until, most=buckets, step_s=step_s, kinds=kinds, earlier_s=earlier_s
        )

    def _port_of(self, port_id: str) -> Port:
        (port,) = self._ports_of([port_id])
        return port

    def _ports_of(self, ids: Sequence[str]) -> Sequence[Port]:
        """Each of them once. Raises UnknownNameError."""
        found = self._parts.ports.by_id(self._meant_scope, ids)
        unknown = sorted(set(ids) - {port.id for port in found})
        if unknown:
            msg = f"port {quoted(unknown[0])} is not known; `netwb port list` shows those that are"
            raise UnknownNameError(msg, thing="port", wanted=unknown[0])
        return found

    def busiest(
        self,
        *,
        since: datetime | str,
        until: datetime | str | None = None,
        most: int = 20,
        where: WherePort | None = None,
        every_s: int | None = None,
    ) -> Records[BusyPort]:
        """Ports by the 95th percentile of their busier direction, highest first.

        since, until   as of `traffic`
        every_s   of which samples: 0: of each poll, as `traffic`; 300: of one of five minutes, which
                  is quicker and loses windows beside a gap; None: of each poll where they are not too many
        """
        self._require(Permission.TRAFFIC_VIEW)
        now = self._parts.clock()
        since = parse_moment(since, now)
        until = parse_moment(until, now) if until is not None else now
        refuse_span(since, until, now)
        where = where or WherePort()
        ports = {port.id: port for port in self._ports_found(where)}
        begin, end = int(since.timestamp()), int(until.timestamp())
        fields = tuple(FIELDS["bits", side] for side in SIDES)
        if every_s is None:
            interval_s = self._parts.settings.metrics.interval_s
            every_s = read_every_s(len(ports), until - since, interval_s)
        asked = self._question("interface", (*fields, *BESIDE), begin, end, every_s=every_s)
        question, tenants = replace(asked, peaks="left out"), self._meant_tenants(where)
        found = self._known_of(list(ports.values()), question, tenants)
        ranked = _busiest.busiest(found, fields, begin, end, gap_s=self._gap_s(every_s), most=most)
        busy = (
            BusyPort(port=ports[key], p95_in=values[0], p95_out=values[1], every_s=every_s)
            for key, values in ranked
        )
        return records_of(busy, BusyPort)

    def _ports_found(self, where: WherePort) -> Sequence[Port]:
        """Those that are meant. Raises UnknownNameError for a tenant or a site that is not there."""
        found, places = self._meant_ports(where), self._parts.places
        if not found and where.tenant is not None:
            places.tenant(self._meant_scope, where.tenant)
        if not found and where.site is not None:
            places.require_site(self._meant_scope, where.site, tenant=None)
        return found

    def _meant_tenants(self, where: WherePort) -> AbstractSet[str] | None:
        """In whose times alone ports are told of; None: in all."""
        scope = self._meant_scope
        if where.tenant is None:
            return scope.tenants
        return frozenset({self._parts.places.tenant(scope, where.tenant).id})

    def _traffic(  # noqa: PLR0913 - one question, whichever way it came
        self,
        port: Port,
        since: datetime,
        until: datetime,
        *,
        most: int = BUCKETS,
        step_s: int | None = None,
        kinds: Sequence[Kind],
        earlier_s: int = 0,
    ) -> PortTraffic:
        refuse_span(since, until, self._parts.clock())
        begin, end = int(since.timestamp()), int(until.timestamp())
        interval_s = self._parts.settings.metrics.interval_s
        step = step_s or _buckets.step_for(end - begin, most, least_s=interval_s)
        asked, begin = begin, begin // step * step  # the first bucket is whole
        every_s = 0 if end - begin <= RAW_S else THIN_S
        read = partial(self._read_rates, port, kinds=kinds, every_s=every_s)
        touches = earlier_s <= end - begin  # then both are one stretch, and one question
        found = read(begin - earlier_s if touches else begin, end)
        was = found if touches else read(begin - earlier_s, -(-end // step) * step - earlier_s)
        samples, rates = found
        drawn = {one: _buckets.into_buckets(own, begin, end, step) for one, own in rates.items()}
        first = next(iter(drawn))
        return PortTraffic(
            port=port,
            since=datetime.fromtimestamp(begin, UTC),
            until=datetime.fromtimestamp(end, UTC),
            step_s=step,
            interval_s=interval_s,
            usual_s=usual_s(samples, end, interval_s),
            begin=drawn[first].begin,
            flows={one: _flows.flow_of(rates[one], drawn[one], asked, end) for one in drawn},
            gaps=_silences(rates[first], begin, end, usual_s(samples, end, interval_s)),
            events=_flows.events(list(rates.values()), begin, end, most=EVENTS),
            newest=newest_of(samples, end),
            is_counted=not len(samples)
            or _flows.answered(samples, [FIELDS["bits", side] for side in SIDES]),
            before=_before(was[1], drawn, asked, end, earlier_s) if earlier_s else {},
        )

    def _read_rates(
        self, port: Port, since: int, until: int, *, kinds: Sequence[Kind], every_s: int
    ) -> tuple[Samples, dict[tuple[Kind, Side], Rates]]:
        """A port's samples in a stretch of time, and the rates of each kind and side."""
        asked: list[tuple[Kind, Side]] = [(kind, side) for kind in kinds for side in SIDES]
        counters = [FIELDS[one] for one in asked]
        question = self._question("interface", (*counters, *BESIDE), since, until, every_s=every_s)
        known = self._known_of([port], question)[port.id]
        if _flows.falls(known.samples, counters):
            starts = self._starts(port, since, until, every_s=every_s)
            known = replace(known, device=starts)
        gap_s, poll_s = self._gap_s(every_s), self._parts.settings.metrics.interval_s
        return known.samples, {
            one: _rates.rates_of([known], FIELDS[one], gap_s=gap_s, poll_s=poll_s) for one in asked
        }

    def _starts(self, port: Port, since: int, until: int, *, every_s: int) -> Samples | None:
        """What its device says of its own starts."""
        own = SeriesKey(tenant=port.device_tenant, device_id=port.device_id)
        question = self._question("device", _OF_DEVICE, since, until, every_s=every_s)
        return self._parts.metrics.read([own], question).get(own)

    def _known_of(
        self,
        ports: Sequence[Port],
        question: Question,
        tenants: AbstractSet[str] | None = None,
    ) -> dict[str, PortSamples]:
        """By port's id: its samples under all of its names, and where one name follows another.

        tenants   what was measured while it was for one of them; None: of those that are meant
        """
        tenants = tenants if tenants is not None else self._meant_scope.tenants
        names = self._parts.ports.names(ALL_TENANTS, ports)
        times: Mapping[str, Sequence[PortTime]] = {}
        if tenants is not None:  # as a bill has them, whoever looks
            times = self._parts.ports.times_for(tenants, ports)
            names = {port.id: names_in(names[port.id], times[port.id]) for port in ports}
        found = self._parts_of(ports, names, question)
        return {
            port.id: _rates.PortSamples(
                samples=_flows.joined(found[port.id], question.fields),
                limits=_carried.Limits(
                    physical_bps=port.speed_override_bps, told_bps=port.speed_bps
                ),
                seams=_flows.seams(found[port.id]),
                spans=_spans(times[port.id]) if times else None,
            )
            for port in ports
        }

    def _parts_of(
        self, ports: Sequence[Port], names: Mapping[str, Sequence[PortName]], question: Question
    ) -> Mapping[str, list[Samples]]:
        """By port's id, under each of its names. One question of the store for all of them."""
        keys = {
            port.id: [(key_of(port, one.name), one) for one in names[port.id]] for port in ports
        }
        asked = list({key: None for own in keys.values() for key, _ in own})
        read = self._parts.metrics.read(asked, question)
        return {
            port_id: [_own(read[key], name) for key, name in own if key in read]
            for port_id, own in keys.items()
        }

    def _question(
        self,
        measurement: Measurement,
        fields: Sequence[str],
        since: int,
        until: int,
        *,
        every_s: int,
    ) -> Question:
        """With the neighbours that rates need, and by which it is judged what is usual."""
        return Question(
            measurement=measurement,
            fields=tuple(fields),
            since=since - _spacing.CONTEXT_S,
            until=until + _spacing.CONTEXT_S,
            every_s=every_s,
            edge_s=self._gap_s(every_s),
        )

    def _gap_s(self, every_s: int) -> int:
        """Samples that are farther apart say nothing of the time between them."""
        apart: int = _spacing.bridged_s(max(self._parts.settings.metrics.interval_s, every_s))
        return apart


def key_of(port: Port, name: str) -> SeriesKey:
    """Under which its samples lie while it bears that name."""
    return SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name)


def _own(samples: Samples, name: PortName) -> Samples:
    since = int(name.since.timestamp()) if name.since is not None else None
    until = int(name.until.timestamp()) if name.until is not None else None
    cut: Samples = _flows.within(samples, since, until)
    return cut


def _spans(times: Sequence[PortTime]) -> tuple[tuple[float, float], ...]:
    """Epoch seconds, without an end where there is none."""
    return tuple(
        (
            one.since.timestamp() if one.since is not None else -math.inf,
            one.until.timestamp() if one.until is not None else math.inf,
        )
        for one in times
    )


def usual_s(samples: Samples, until: int, interval_s: int) -> int:
    """How often they come, by the newest."""
    found: int = _spacing.usual_s(samples.at[samples.at <= until], interval_s)
    return found


def _silences(rates: Rates, since: int, until: int, comes_s: int) -> tuple[tuple[int, int], ...]:
    """To the second, however long a bucket is. At a young end the next poll is only on its way."""
    return tuple(
        (begin, end)
        for begin, end in _flows.silences(rates, since, until)
        if end - begin >= comes_s and (end < until or end - begin > 2 * comes_s)
    ) or (() if len(rates) else ((since, until),))


def _before(
    rates: Mapping[tuple[Kind, Side], Rates],
    drawn: Mapping[tuple[Kind, Side], _buckets.Buckets],
    since: int,
    until: int,
    by_s: int,
) -> dict[tuple[Kind, Side], _flows.Flow]:
    """What was so much earlier, in these buckets."""
    return {
        one: _flows.flow_of(
            rates[one], _buckets.before(rates[one], own, by_s), since - by_s, until - by_s
        )
        for one, own in drawn.items()
    }


def newest_of(samples: Samples, until: int) -> datetime | None:
    """When the last of them was taken that lies within the time."""
    before = samples.at[samples.at <= until]
    return datetime.fromtimestamp(int(before[-1]), UTC) if len(before) else None


def refuse_span(since: datetime, until: datetime, now: datetime) -> None:
    """Raise InputError for a time that is no past, ends before it begins, or is too long to read."""
    if since > now:
        msg = f"{since:%Y-%m-%d %H:%M} UTC is in the future; choose a beginning that is past"
        raise InputError(msg)
    if until <= since:
        msg = "the end is not after the beginning; swap the two times"
        raise InputError(msg)
    if until - since > _LONGEST:
        msg = f"that is more than {_LONGEST.days} days; choose a shorter time"
        raise InputError(msg)
