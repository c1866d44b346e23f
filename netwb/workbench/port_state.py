"""What stands beside a port's traffic: how it is, and since when; and how its device answers pings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwb.errors import MetricsError
from netwb.inventory.ports.records import Port
from netwb.loading import lazy
from netwb.metrics.records import PING_FIELDS, SeriesKey
from netwb.roles import Permission
from netwb.workbench.port_state_records import CountersSeen, Level, PortNow, PortPings, Since
from netwb.workbench.traffic import newest_of, refuse_span, usual_s
from netwb.workbench.traffic_many import ManyPortsFace
from netwb.workbench.traffic_parts import RAW_S, THIN_S

if TYPE_CHECKING:
    from netwb.metrics import samples as _samples
    from netwb.metrics.samples import Samples
    from netwb.metrics.series import buckets as _buckets
    from netwb.metrics.series import flows as _flows
    from netwb.metrics.series import levels as _levels
    from netwb.metrics.series import restarts as _restarts
else:
    _buckets = lazy("netwb.metrics.series.buckets")
    _flows = lazy("netwb.metrics.series.flows")
    _levels = lazy("netwb.metrics.series.levels")
    _restarts = lazy("netwb.metrics.series.restarts")
    _samples = lazy("netwb.metrics.samples")

LOOK_BACK = timedelta(days=32)  # each sample of them is kept so long at least


class PortStateFace(ManyPortsFace):
    """`port_state`, `port_pings`, `counters_seen`."""

    def port_state(self, port_id: str) -> PortNow:
        """How a port is now, at what speed, and since when. Raises UnknownNameError, MetricsError."""
        self._require(Permission.TRAFFIC_VIEW)
        port, now = self._port_of(port_id), int(self._parts.clock().timestamp())
        since = now - int(LOOK_BACK.total_seconds())
        question = self._question(
            "interface", ("ifOperStatus", "ifHighSpeed"), since, now + 1, every_s=0
        )
        own = self._known_of([port], question)[port.id].samples
        last = {port.id: int(own.at[-1])} if len(own) else {}
        comes_s = usual_s(own, now, self._parts.settings.metrics.interval_s)
        state, newest = self._port_states([port], last, comes_s)[port.id]
        return PortNow(
            port=port,
            state=state,
            newest=_at(newest) if newest is not None else None,
            oper_since=self._since_restart(port, _since(own, "ifOperStatus"), now),
            speed_since=_since(own, "ifHighSpeed"),
        )

    def _since_restart(self, port: Port, since: Since | None, now: int) -> Since | None:
        """What a device's ports were before it began anew says nothing of since when they are so."""
        if since is None:
            return None
        first = int(since.at.timestamp())
        device = self._starts(port, first, now + 1, every_s=0)
        began = _restarts.restarts(device).until.tolist() if device is not None else []
        last = max((at for at in began if at <= now), default=first)
        return Since(at=_at(last), is_known=False, restarted=True) if last > first else since

    def counters_seen(self) -> CountersSeen:
        """How old what was measured is, of all that is; a store that is silent is an answer too."""
        self._require(Permission.TRAFFIC_VIEW)
        try:
            newest = self._parts.metrics.health().newest
        except MetricsError:
            return CountersSeen(newest=None, is_stale=True, answers=False)
        if newest is None:
            return CountersSeen(newest=None, is_stale=False, answers=True)
        age_s = self._parts.clock().timestamp() - newest
        stale = age_s > 2 * self._parts.settings.metrics.interval_s
        return CountersSeen(newest=_at(newest), is_stale=stale, answers=True)

    def port_pings(
        self, port_id: str, *, since: datetime, until: datetime, step_s: int
    ) -> PortPings:
        """Loss and delay of pings to a port's device, in the buckets of its traffic."""
        self._require(Permission.TRAFFIC_VIEW)
        refuse_span(since, until, self._parts.clock())
        port, end = self._port_of(port_id), int(until.timestamp())
        begin = int(since.timestamp()) // step_s * step_s
        samples = self._pings(port, begin, end)
        loss, delay = (self._level(samples, field, begin, end, step_s) for field in PING_FIELDS)
        return PortPings(
            port=port,
            step_s=step_s,
            begin=_buckets.begins(begin, end, step_s),
            loss=loss,
            delay=delay,
            newest=newest_of(samples, end),
        )

    def _pings(self, port: Port, since: int, until: int) -> Samples:
        """Since it is for who may see it: what was before is another's."""
        key = SeriesKey(tenant=port.device_tenant, device_id=port.device_id)
        every_s = 0 if until - since <= RAW_S else THIN_S
        question = self._question("ping", PING_FIELDS, since, until, every_s=every_s)
        found = self._parts.metrics.read([key], question).get(key)
        if found is None:
            return _flows.joined((), PING_FIELDS)
        (names,) = self._parts.ports.names(self._scope, [port]).values()
        own = names[0].since if names else None
        first = int(own.timestamp()) + 1 if own else None  # a sample stands for the time before it
        cut: Samples = _flows.within(found, first, None)
        return cut

    def _level(self, samples: Samples, field: str, since: int, until: int, step_s: int) -> Level:
        interval_s = self._parts.settings.metrics.interval_s
        every_s = 0 if until - since <= RAW_S else THIN_S
        measured = _levels.levels(
            samples, field, interval_s=max(interval_s, every_s), gap_s=self._gap_s(every_s)
        )
        found = _buckets.into_buckets(measured, since, until, step_s)
        return Level(mean=found.mean, highest=found.highest)


def _since(samples: Samples, field: str) -> Since | None:
    """When a field was first seen to be what it is now; None: it never was answered."""
    values = samples.values[field]
    known = values != _samples.MISSING
    at, values = samples.at[known], values[known]
    if not len(values):
        return None
    others = (values != values[-1]).nonzero()[0]
    first = int(others[-1]) + 1 if len(others) else 0
    return Since(at=_at(int(at[first])), is_known=bool(len(others)))


def _at(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
