"""The wall on the facade: how all sites are, the busiest ports, and last night's backup, in one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from logging import getLogger
from math import isfinite
from typing import TYPE_CHECKING

from netwb.errors import MetricsError
from netwb.inventory.ports.records import WherePort
from netwb.loading import lazy
from netwb.metrics.records import Question, SeriesKey
from netwb.notify.records import SEVERITIES
from netwb.roles import Actor, Permission, allowed
from netwb.workbench.monitoring import MonitoredDevice, MonitoringFace
from netwb.workbench.traffic import BESIDE, TrafficFace
from netwb.workbench.traffic_parts import THIN_S
from netwb.workbench.traffic_records import FIELDS, SIDES
from netwb.workbench.wall_records import (
    NO_BLACKHOLES,
    WallAlarm,
    WallAttack,
    WallBlackholes,
    WallNews,
)

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.collect import nights as _nights
    from netwb.collect.nights import LastNight
    from netwb.metrics import samples as _samples
    from netwb.metrics import status as _status
    from netwb.metrics.samples import Samples
    from netwb.metrics.series import busiest as _busiest
    from netwb.workbench import wall_blackholes as _wall_blackholes
    from netwb.workbench import wall_links as _wall_links
    from netwb.workbench import wall_sites as _wall_sites
    from netwb.workbench.traffic_records import PortTraffic
    from netwb.workbench.wall_links import FullLink, Since
else:
    _principals = lazy("netwb.access.principals")
    _nights = lazy("netwb.collect.nights")
    _samples = lazy("netwb.metrics.samples")
    _status = lazy("netwb.metrics.status")
    _busiest = lazy("netwb.metrics.series.busiest")
    _wall_blackholes = lazy("netwb.workbench.wall_blackholes")
    _wall_links = lazy("netwb.workbench.wall_links")
    _wall_sites = lazy("netwb.workbench.wall_sites")

logger = getLogger(__name__)

PORTS = 3  # charts that a wall has room for
SHOWN = timedelta(hours=6)
BUCKETS = 180  # of a chart: one in four pixels
LATELY = timedelta(minutes=15)  # a link that is full by its 95th percentile in it is full
MOST_RANKED = 100_000  # all of them: a small link can be as full as a large one
DRAWN = 3  # samples, however often they come
MOST_FULL = 10  # links of which it is read since when
LOOK_BACK_S = 86_400  # how far back it is looked when a port went down
MOST_LOOKED_AT = 50  # ports that are down; of more nobody reads since when
_NEEDED = (Permission.MONITORING_VIEW, Permission.TRAFFIC_VIEW, Permission.BLACKHOLE_VIEW)


class WallFace(MonitoringFace, TrafficFace):
    """`wall`."""

    def wall(self) -> WallNews:
        """What a wall shows, at most an interval old; read once for all who may see the same.

        Of the backup and of what stands wrong it has counts alone, which `monitoring.view` opens. A
        store that does not answer is a sentence in it; its cause, where all tenants are shown.
        """
        self._require(Permission.MONITORING_VIEW)
        actor, parts = self._actor, self._parts
        # What is read is read with the very rights that the key names, whatever happens meanwhile.
        held = type(self)(parts, _principals.Fixed(actor), self._where)
        may = frozenset(right for right in _NEEDED if allowed(actor, right))
        key = (may, actor.scope.tenants, self._where)
        read = held._read_wall  # noqa: SLF001 - a copy of itself
        return parts.wall_news.get(key, parts.clock(), read)

    def _read_wall(self) -> WallNews:
        parts = self._parts
        now, interval_s = parts.clock(), parts.settings.metrics.interval_s
        told = WallNews(
            as_of=now,
            interval_s=interval_s,
            sites=(),
            ports=(),
            night=self._backup_night(now),
            newest=None,
            alarms=self._alarms(),
            blackholes=self._blackholes(),
            attacks=self._attacked(now),
            may_chart=allowed(self._actor, Permission.TRAFFIC_VIEW),
        )
        try:
            found = self.monitoring()
            port_since, full = self._port_since(found.devices, now), self._full_links(now)
            ports, first_at = self._charts(now)
        except MetricsError as error:
            return replace(told, fault=_fault(error, actor=self._actor))
        sites = _wall_sites.sites_of(found.devices, port_since, full)
        return replace(told, sites=sites, ports=ports, newest=found.newest, first_at=first_at)

    def _alarms(self) -> tuple[WallAlarm, ...]:
        """Counts of what stands wrong, for the tenants of the scope; in netwb itself, for all of them."""
        found: dict[str, WallAlarm] = {}
        for one in self._parts.notices.standing(self._meant_scope):  # longest first
            before = found.get(one.kind)
            found[one.kind] = WallAlarm(
                kind=one.kind,
                severity=max(one.severity, before.severity, key=SEVERITIES.index)
                if before
                else one.severity,
                many=before.many + 1 if before else 1,
                since=before.since if before else one.since,
            )
        worst = sorted(found.values(), key=lambda one: (-SEVERITIES.index(one.severity), one.since))
        return tuple(worst)

    def _blackholes(self) -> WallBlackholes:
        if not allowed(self._actor, Permission.BLACKHOLE_VIEW):
            return NO_BLACKHOLES
        hold_minutes = self._parts.settings.blackhole.hold_minutes
        found: WallBlackholes = _wall_blackholes.blackholes_of(
            self._parts.attacks.ledger, self._meant_scope, hold_minutes=hold_minutes
        )
        return found

    def _attacked(self, now: datetime) -> tuple[WallAttack, ...]:
        if not allowed(self._actor, Permission.BLACKHOLE_VIEW):
            return ()
        found: tuple[WallAttack, ...] = _wall_blackholes.attacks_of(
            self._parts.attacks.ledger, self._meant_scope, since=now - SHOWN, until=now
        )
        return found

    def _full_links(self, now: datetime) -> dict[str, FullLink]:
        """By device: the fullest of its links, where one is full."""
        if not allowed(self._actor, Permission.TRAFFIC_VIEW):
            return {}
        lately = self.busiest(since=now - LATELY, until=now, most=MOST_RANKED, every_s=THIN_S)
        full = sorted(filter(_wall_links.is_full, lately), key=lambda one: one.share or 0)
        return {
            one.port.device_id: _wall_links.full_link(one, self._hours_of(one.port.id, now))
            for one in full[-MOST_FULL:]
        }

    def _hours_of(self, port_id: str, now: datetime, span: timedelta = SHOWN) -> PortTraffic:
        since = now - span
        return self.port_traffic(port_id, since=since, until=now, buckets=BUCKETS, kinds=("bits",))

    def _backup_night(self, now: datetime) -> LastNight | None:
        return _nights.find_last_night(self._parts.database, self._meant_scope, now=now)

    def _charts(self, now: datetime) -> tuple[tuple[PortTraffic, ...], datetime | None]:
        """The busiest ports; and when the first of them is there, where none is yet."""
        if not allowed(self._actor, Permission.TRAFFIC_VIEW):
            return (), None
        busy = self.busiest(since=now - SHOWN, until=now, most=PORTS, every_s=THIN_S)
        if busy:
            return tuple(self._hours_of(one.port.id, now) for one in busy), None
        return self._first_charts(now)

    def _first_charts(self, now: datetime) -> tuple[tuple[PortTraffic, ...], datetime | None]:
        """What a young store knows: before its first window is whole no port is the busiest by it.

        Two samples are a rate, and three a curve; till then the third is awaited. It is of the last
        minutes alone, as in six hours it would be a dot.
        """
        begin, end = int((now - LATELY).timestamp()), int(now.timestamp())
        fields = tuple(FIELDS["bits", side] for side in SIDES)
        asked = self._question("interface", (*fields, *BESIDE), begin, end, every_s=0)
        known = self._known_of(self._ports_found(WherePort()), asked)
        ids = _busiest.busiest_so_far(known, fields, begin, end, gap_s=self._gap_s(0), most=PORTS)
        drawn = tuple(filter(_has_curve, (self._hours_of(one, now, LATELY) for one in ids)))
        there = max((len(one.samples.at) for one in known.values()), default=0)
        if drawn or not 0 < there < DRAWN:
            return drawn, None
        every_s = self._parts.settings.metrics.interval_s
        return (), datetime.fromtimestamp((end // every_s + DRAWN - there) * every_s, UTC)

    def _port_since(self, devices: Iterable[MonitoredDevice], now: datetime) -> dict[str, Since]:
        """Of each degraded device: since when the first of its bad ports is down."""
        wanted = [
            SeriesKey(tenant=one.device.tenant, device_id=one.device.id, name=name)
            for one in devices
            for name in one.state.bad_ports
        ]
        if not wanted:
            return {}
        keys = wanted[:MOST_LOOKED_AT]
        end = int(now.timestamp())
        question = Question(
            measurement="interface",
            fields=("ifOperStatus",),
            since=end - LOOK_BACK_S,
            until=end + 1,
        )
        found: dict[str, Since] = {}
        for key, samples in self._parts.metrics.read(keys, question).items():
            since = _down_since(samples)
            if since is not None:
                found[key.device_id] = min(found.get(key.device_id, since), since)
        return found


def _fault(error: MetricsError, *, actor: Actor) -> str:
    """The cause, where all tenants are shown; a tenant's screen has a number that the log knows it by."""
    if actor.scope.tenants is None:
        return str(error)
    reference = secrets.token_hex(4)
    logger.warning("wall, reference %s: %s", reference, error)
    return (
        "What was measured cannot be read. This screen tries again by itself; if it stays so,"
        f" tell who runs netwb the reference {reference}"
    )


def _has_curve(traffic: PortTraffic) -> bool:
    """Whether two buckets have a value: one alone is no line."""
    means = (traffic.flows["bits", side].mean.tolist() for side in SIDES)
    return any(sum(map(isfinite, mean)) > 1 for mean in means)


def _down_since(samples: Samples) -> Since | None:
    """When it was first seen as it is now, and whether it was so from the first sample on."""
    states = samples.values["ifOperStatus"]
    known = states != _samples.MISSING
    at, states = samples.at[known], states[known]
    if not len(states):
        return None
    ups = (states == _status.UP).nonzero()[0]
    first = int(ups[-1]) + 1 if len(ups) else 0
    if first >= len(at):
        return None
    return datetime.fromtimestamp(int(at[first]), UTC), not len(ups)
