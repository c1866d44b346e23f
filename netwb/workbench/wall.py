"""The wall on the facade: how all sites are, the busiest ports, and last night's backup, in one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from netwb.errors import MetricsError
from netwb.inventory.ports.records import WherePort
from netwb.loading import lazy
from netwb.metrics.records import Question, SeriesKey
from netwb.roles import ALL_TENANTS, Permission, allowed
from netwb.workbench.monitoring import MonitoredDevice, MonitoringFace
from netwb.workbench.traffic import TrafficFace
from netwb.workbench.wall_records import WallNews

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.collect import nights as _nights
    from netwb.collect.nights import LastNight
    from netwb.metrics import samples as _samples
    from netwb.metrics import status as _status
    from netwb.metrics.samples import Samples
    from netwb.workbench import wall_sites as _wall_sites
    from netwb.workbench.traffic_records import PortTraffic
    from netwb.workbench.wall_sites import Since
else:
    _principals = lazy("netwb.access.principals")
    _nights = lazy("netwb.collect.nights")
    _samples = lazy("netwb.metrics.samples")
    _status = lazy("netwb.metrics.status")
    _wall_sites = lazy("netwb.workbench.wall_sites")

PORTS = 3  # charts that a wall has room for
SHOWN = timedelta(hours=6)
BUCKETS = 180  # of a chart: one in four pixels
LOOK_BACK_S = 86_400  # how far back it is looked when a port went down
MOST_LOOKED_AT = 50  # ports that are down; of more nobody reads since when
_NEEDED = (Permission.MONITORING_VIEW, Permission.TRAFFIC_VIEW)


class WallFace(MonitoringFace, TrafficFace):
    """`wall`."""

    def wall(self) -> WallNews:
        """What a wall shows, at most an interval old; read once for all who may see the same.

        Of the backup it has counts alone, which `monitoring.view` opens. A store that does not
        answer is a sentence in it.
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
        try:
            found = self.monitoring()
            ports = self._busiest_traffic(now)
            port_since = self._port_since(found.devices, now)
        except MetricsError as error:
            return WallNews(
                as_of=now, interval_s=interval_s, sites=(), ports=(), night=self._backup_night(now),
                newest=None, fault=str(error),
            )  # fmt: skip
        return WallNews(
            as_of=now,
            interval_s=interval_s,
            sites=_wall_sites.sites_of(found.devices, port_since),
            ports=ports,
            night=self._backup_night(now),
            newest=found.newest,
        )

    def _backup_night(self, now: datetime) -> LastNight | None:
        return _nights.find_last_night(self._parts.database, self._meant_scope, now=now)

    def _busiest_traffic(self, now: datetime) -> tuple[PortTraffic, ...]:
        if not allowed(self._actor, Permission.TRAFFIC_VIEW):
            return ()
        since = now - SHOWN
        return tuple(
            self.port_traffic(one.port.id, since=since, until=now, buckets=BUCKETS, kinds=("bits",))
            for one in self.busiest(since=since, until=now, most=PORTS)
        )

    def _port_since(self, devices: Iterable[MonitoredDevice], now: datetime) -> dict[str, Since]:
        """Of each degraded device: since when the first of its bad ports is down."""
        bad = {one.device.id: frozenset(one.state.bad_ports) for one in devices}
        wanted = {device: names for device, names in bad.items() if names}
        if not wanted:
            return {}
        keys = [
            SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=port.name)
            for port in self._parts.ports.list(ALL_TENANTS, WherePort(watched=True))
            if port.name in wanted.get(port.device_id, ())
        ][:MOST_LOOKED_AT]
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
