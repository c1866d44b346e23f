"""Traffic of many ports on the facade: each, their sum, the busiest, by hours, and when they are full.

All of it is read once, device by device, in parts that memory holds; a question that would take
minutes is refused in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from netwb.inventory.ports.records import Port, WherePort
from netwb.loading import lazy
from netwb.metrics.records import Newest, SeriesKey
from netwb.roles import Permission
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of
from netwb.workbench.traffic import (
    BESIDE,
    TrafficFace,
    key_of,
    refuse_span,
    usual_s,
)
from netwb.workbench.traffic_many_records import (
    HeatRow,
    PortLine,
    PortNumbers,
    PortState,
    PortTrend,
    Shortfall,
    TrafficHeat,
    TrafficOverview,
    TrafficShares,
    TrafficSum,
)
from netwb.workbench.traffic_parts import (
    THIN_S,
    cell_s_of,
    in_parts,
    midnights,
    read_every_s,
    refuse_much,
)
from netwb.workbench.traffic_records import SIDES

if TYPE_CHECKING:
    from netwb.metrics.series import buckets as _buckets
    from netwb.metrics.series import many as _many
    from netwb.metrics.series import shares as _shares
    from netwb.metrics.series.rates import PortSamples
    from netwb.workbench import progress as bars
else:
    _buckets = lazy("netwb.metrics.series.buckets")
    _many = lazy("netwb.metrics.series.many")
    _shares = lazy("netwb.metrics.series.shares")
    bars = lazy("netwb.workbench.progress")

OnPorts = Callable[[int, int], None]
BUCKETS = 600
BUSIEST = 20  # ports of which buckets are kept
SHARES = 8  # of these are drawn beside all others
_LOOKED_AT = 16  # ports, by which it is judged how often samples come
_NOW_S = 3_600  # so far back the newest samples are looked for
_STATES = ("ifOperStatus", "ifAdminStatus", "ifHCInOctets")
_UP, _DOWN = 1, 2  # RFC 2863


class ManyPortsFace(TrafficFace):
    """`traffic_overview`, `port_trends`."""

    def traffic_overview(  # noqa: PLR0913 - each narrows the time or the ports, by its name
        self,
        *,
        hours: float = 24,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        where: WherePort | None = None,
        buckets: int = BUCKETS,
        zone: tzinfo = UTC,
        on_ports: OnPorts | None = None,
    ) -> TrafficOverview:
        """All ports that are meant: numbers of each, their sum, the busiest over time and by hours.

        hours, since, until   as of `traffic`
        zone       hours of the heat map begin as clocks do there
        on_ports   instead of the bar: called with how many ports are read, and of how many
        Raises InputError where it is too much at once, MetricsError where the store does not answer.
        """
        self._require(Permission.TRAFFIC_VIEW)
        now = self._parts.clock()
        end = parse_moment(until, now) if until is not None else now
        begin = parse_moment(since, now) if since is not None else end - timedelta(hours=hours)
        refuse_span(begin, end, now)
        where = where or WherePort()
        tenants = self._meant_tenants(where)
        ports, gone = self._ports_of_time(where, tenants, begin, end)
        interval_s = self._parts.settings.metrics.interval_s
        every_s = read_every_s(len(ports), end - begin, interval_s)
        grid = self._grid(begin, end, buckets, zone, every_s)
        with _told(on_ports, "traffic") as told:
            many, last = self._read_many(ports, tenants, grid, every_s, told)
            comes_s = self._comes_s(ports, tenants, grid.until)
            states = self._port_states(ports, last, comes_s, gone)
            found = self._overview(ports, many, grid, states, comes_s)
            return replace(found, every_s=every_s)

    def port_trends(
        self,
        *,
        ports: Sequence[str] | None = None,
        where: WherePort | None = None,
        zone: tzinfo = UTC,
        on_ports: OnPorts | None = None,
    ) -> Records[PortTrend]:
        """When ports are full, from their days of the last months; the soonest first.

        ports   by their ids; else those that are meant
        zone    days begin at midnight there
        Raises UnknownNameError, MetricsError. They are read in parts, however many they are.
        """
        self._require(Permission.TRAFFIC_VIEW)
        where = where or WherePort()
        wanted = self._ports_found(where) if ports is None else self._ports_of(ports)
        tenants = self._meant_tenants(where if ports is None else WherePort())
        days = midnights(self._parts.clock(), zone)
        found: list[PortTrend] = []
        with _told(on_ports, "trends") as told:
            for part in in_parts(wanted, (days[-1] - days[0]) // THIN_S):
                samples = self._port_samples(part, tenants, days[0], days[-1], THIN_S)
                for port, own in zip(part, samples, strict=True):
                    side, trend = _many.urgent_trend(
                        own, days, port.limit_bps, gap_s=self._gap_s(THIN_S)
                    )
                    found.append(PortTrend.of(port, side, trend))
                told(len(found), len(wanted))
        return records_of(sorted(found, key=_soonest), PortTrend)

    def _ports_of_time(
        self,
        where: WherePort,
        tenants: AbstractSet[str] | None,
        since: datetime,
        until: datetime,
    ) -> tuple[Sequence[Port], AbstractSet[str]]:
        """Those that are meant, also that were these tenants' then alone; and which these are."""
        if tenants is None:
            return self._ports_found(where), frozenset()
        gone = self._gone_ports(tenants, where, since, until)
        if not gone:
            return self._ports_found(where), frozenset()
        found = [*self._meant_ports(where), *gone]
        found.sort(key=lambda port: (port.device_tenant, port.hostname, port.if_index or 0))
        return found, {port.id for port in gone}

    def _grid(
        self, since: datetime, until: datetime, buckets: int, zone: tzinfo, every_s: int
    ) -> _many.Grid:
        poll_s = max(self._parts.settings.metrics.interval_s, every_s)
        begin, end = int(since.timestamp()), int(until.timestamp())
        step_s = _buckets.step_for(end - begin, buckets, least_s=poll_s)
        offset = until.astimezone(zone).utcoffset() or timedelta()
        return _many.Grid(
            asked=begin,
            since=begin // step_s * step_s,  # the first bucket is whole
            until=end,
            step_s=step_s,
            cell_s=cell_s_of(end - begin),
            ahead_s=int(offset.total_seconds()),
            poll_s=poll_s,
            gap_s=self._gap_s(every_s),
            most=BUSIEST,
        )

    def _read_many(
        self,
        ports: Sequence[Port],
        tenants: AbstractSet[str] | None,
        grid: _many.Grid,
        every_s: int,
        told: OnPorts,
    ) -> tuple[_many.Many | None, Mapping[str, int]]:
        """Of all of them, and the last sample of each by its id; None of no ports."""
        span, between_s = grid.until - grid.since, max(every_s, grid.poll_s)
        refuse_much(len(ports), span, between_s)
        whole: _many.Many | None = None
        last: dict[str, int] = {}
        for part in in_parts(ports, span // between_s):
            samples = self._port_samples(part, tenants, grid.since, grid.until, every_s)
            last |= _last(part, samples, grid.until)
            found = _many.many_of(samples, grid, [port.limit_bps for port in part])
            whole = whole.plus(found, grid.most) if whole else found
            told(len(whole.numbers), len(ports))
        return whole, last

    def _port_samples(
        self,
        ports: Sequence[Port],
        tenants: AbstractSet[str] | None,
        since: int,
        until: int,
        every_s: int,
    ) -> list[PortSamples]:
        fields = (*_many.OCTETS, *BESIDE)
        question = self._question("interface", fields, since, until, every_s=every_s)
        return list(self._known_of(ports, question, tenants).values())

    def _comes_s(self, ports: Sequence[Port], tenants: AbstractSet[str] | None, until: int) -> int:
        """How often samples of some of them came last: those that come seldomest."""
        some = ports[:: 1 + len(ports) // _LOOKED_AT]
        asked = self._question("interface", _many.OCTETS, until - 1, until, every_s=0)
        least_s = self._parts.settings.metrics.interval_s
        each = self._known_of(some, asked, tenants).values()
        return max((usual_s(one.samples, until, least_s) for one in each), default=least_s)

    def _port_states(
        self,
        ports: Sequence[Port],
        last: Mapping[str, int],
        comes_s: int,
        gone: AbstractSet[str] = frozenset(),
    ) -> Mapping[str, tuple[PortState, int | None]]:
        """How each port is now, and its newest sample, by its id; samples come each `comes_s`.

        gone   another's by now: nothing is told of it but what was
        """
        store, now = self._parts.metrics, int(self._parts.clock().timestamp())
        found: dict[str, tuple[PortState, int | None]] = {
            port_id: ("gone", last.get(port_id)) for port_id in gone
        }
        ports = [port for port in ports if port.id not in gone]
        keys = {port.id: key_of(port, port.name) for port in ports}
        devices = {
            port.device_id: SeriesKey(tenant=port.device_tenant, device_id=port.device_id)
            for port in ports
        }
        since = now - _NOW_S
        newest = store.newest(list(keys.values()), "interface", _STATES, since)
        answers = store.newest(list(devices.values()), "device", ("sysUpTime",), since)
        fresh = now - 2 * comes_s
        for port in ports:
            own, device = newest.get(keys[port.id]), answers.get(devices[port.device_id])
            at = own.at if own is not None else last.get(port.id)
            is_heard = device is not None and device.at >= fresh
            found[port.id] = (_state(own, at, fresh, device_answers=is_heard), at)
        return found

    def _overview(
        self,
        ports: Sequence[Port],
        many: _many.Many | None,
        grid: _many.Grid,
        states: Mapping[str, tuple[PortState, int | None]],
        comes_s: int,
    ) -> TrafficOverview:
        many = many or _many.nothing(grid)
        numbers = [
            _numbers(port, own, *states[port.id])
            for port, own in zip(ports, many.numbers, strict=True)
        ]
        lines = many.lines(grid)
        newest = max((at for _, at in states.values() if at is not None), default=None)
        return TrafficOverview(
            since=_at(grid.since),
            until=_at(grid.until),
            ports=records_of(sorted(numbers, key=_busiest_first), PortNumbers),
            sum=self._port_sum(many, grid, len(ports), newest, comes_s),
            heat=_heat(ports, lines, grid),
            shares=_shares_of(ports, many, lines, grid),
        )

    def _port_sum(
        self, many: _many.Many, grid: _many.Grid, asked: int, newest: int | None, comes_s: int
    ) -> TrafficSum:
        into, out = many.sums
        poll_s = int(into.fine[1] - into.fine[0])
        late_s = 2 * max(comes_s, poll_s)
        short = _many.fewer((into, out), grid.step_s, until=grid.until, late_s=late_s)
        return TrafficSum(
            since=_at(grid.since),
            until=_at(grid.until),
            step_s=grid.step_s,
            interval_s=self._parts.settings.metrics.interval_s,
            usual_s=comes_s,
            begin=into.begin,
            flows={"in": into.flow, "out": out.flow},
            asked=asked,
            known=many.known,
            counted=_many.fewest(into, grid.step_s, short),
            short=tuple(
                Shortfall(since=one.since, until=one.until, ports=one.ports, of=one.of)
                for one in short
            ),
            gaps=_many.silences(into, grid.since, grid.until, late_s),
            newest=_at(newest) if newest is not None else None,
        )


def _state(own: Newest | None, at: int | None, fresh: int, *, device_answers: bool) -> PortState:
    if at is None:
        return "silent" if device_answers else "never"
    if own is None or at < fresh:
        return "silent" if device_answers else "stale"
    oper, admin, octets = (own.values.get(field) for field in _STATES)
    if admin == _DOWN:
        return "off"
    if oper is not None and oper != _UP:
        return "down"
    return "up" if octets is not None else "uncounted"


def _numbers(
    port: Port, both: Sequence[_many.Numbers], state: PortState, newest: int | None
) -> PortNumbers:
    into, out = both
    busier = max((one.p95 for one in both if one.p95 is not None), default=None)
    return PortNumbers(
        port=port,
        in_least=into.least,
        in_mean=into.average,
        in_p95=into.p95,
        in_most=into.most,
        in_octets=into.total,
        out_least=out.least,
        out_mean=out.average,
        out_p95=out.p95,
        out_most=out.most,
        out_octets=out.total,
        percent=_shares.percent(busier, port.limit_bps),
        newest=_at(newest) if newest is not None else None,
        state=state,
    )


def _busiest_first(one: PortNumbers) -> tuple[float, str, str]:
    p95 = one.p95
    return (-p95 if p95 is not None else 1.0, one.port.hostname, one.port.name)


def _heat(ports: Sequence[Port], lines: Sequence[_many.BusyLine], grid: _many.Grid) -> TrafficHeat:
    return TrafficHeat(
        edges=_many.cell_edges(grid),
        cell_s=grid.cell_s,
        rows=tuple(
            HeatRow(
                port=ports[line.place],
                mean=dict(zip(SIDES, line.cells, strict=True)),
                percent=line.percent,
            )
            for line in lines
        ),
    )


def _shares_of(
    ports: Sequence[Port],
    many: _many.Many,
    lines: Sequence[_many.BusyLine],
    grid: _many.Grid,
) -> TrafficShares:
    shown = lines[:SHARES]
    return TrafficShares(
        begin=_buckets.begins(grid.since, grid.until, grid.step_s),
        lines=tuple(
            PortLine(
                port=ports[line.place],
                p95=line.p95,
                mean=dict(zip(SIDES, line.mean, strict=True)),
            )
            for line in shown
        ),
        others=many.known - len(shown),
        rest=dict(zip(SIDES, many.rest(shown), strict=True)),
    )


def _last(ports: Sequence[Port], samples: Sequence[PortSamples], until: int) -> dict[str, int]:
    """The newest sample of each up to then."""
    found: dict[str, int] = {}
    for port, own in zip(ports, samples, strict=True):
        before = own.samples.at[own.samples.at <= until]
        if len(before):
            found[port.id] = int(before[-1])
    return found


def _soonest(one: PortTrend) -> tuple[int, float, str, str]:
    order = ("full", "filling")
    rank = order.index(one.verdict) if one.verdict in order else len(order)
    return (rank, one.days or 0.0, one.port.hostname, one.port.name)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def _told(on_ports: OnPorts | None, what: str) -> Iterator[OnPorts]:
    """Who asked is told how far it is, or a bar shows it where somebody looks."""
    if on_ports is not None:
        yield on_ports
        return
    with bars.ShareProgress(what) as progress:
        yield lambda done, asked: progress.told(
            f"{done:,} of {asked:,} ports", done / max(asked, 1)
        )
