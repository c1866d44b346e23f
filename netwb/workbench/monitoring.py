"""Whether devices are up, on the facade: for the wall, the pages and the ERP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netwb.inventory.ports.records import Port, WherePort
from netwb.inventory.records import EVERYWHERE, NamedDevice
from netwb.loading import lazy
from netwb.metrics.records import SeriesKey
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.metrics import samples as _samples
    from netwb.metrics import status as _status
    from netwb.metrics.samples import Samples
    from netwb.metrics.status import Heard, HeardPort, Monitored, MonitoringStatus
else:
    _samples = lazy("netwb.metrics.samples")
    _status = lazy("netwb.metrics.status")

LOOK_BACK_S = 7 * 86_400  # what was silent for longer was never heard of
AWAITED = frozenset({"active", "maintenance"})
POLLER = "poller"  # the collector of devices that no shard serves


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredDevice:
    """A device and whether it is up."""

    device: NamedDevice
    state: Monitored
    observed_at: datetime | None  # of its newest answer
    age_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """All devices that are meant, worst first, then by tenant, site and hostname."""

    as_of: datetime
    interval_s: int
    devices: tuple[MonitoredDevice, ...]

    @property
    def counts(self) -> Mapping[MonitoringStatus, int]:
        """How many are how, worst first."""
        counts: Mapping[MonitoringStatus, int] = _status.counts(self._statuses)
        return counts

    @property
    def overall(self) -> str:
        """All of them in a word."""
        return str(_status.overall(self._statuses))

    @property
    def newest(self) -> datetime | None:
        """When anything was heard of any of them last."""
        known = [one.observed_at for one in self.devices if one.observed_at is not None]
        return max(known, default=None)

    @property
    def _statuses(self) -> list[MonitoringStatus]:
        return [one.state.status for one in self.devices]


class MonitoringFace(Face):
    """`monitoring`."""

    def monitoring(self) -> Monitoring:
        """Whether each device that is meant is up. Raises MetricsError where the store does not say.

        A silence is judged by what the collector's other devices do, whosever they are.
        """
        self._require(Permission.MONITORING_VIEW)
        parts, now = self._parts, self._parts.clock()
        interval_s = parts.settings.metrics.interval_s
        devices = [
            one for one in parts.devices.named(ALL_TENANTS, EVERYWHERE) if one.status in AWAITED
        ]
        heard = self._heard(devices, int(now.timestamp()))
        judged = _status.monitored(heard, now=int(now.timestamp()), interval_s=interval_s)
        meant = self._meant_ids()
        found = (
            _monitored(device, state, now)
            for device, state in zip(devices, judged, strict=True)
            if device.id in meant
        )
        return Monitoring(
            as_of=now, interval_s=interval_s, devices=tuple(sorted(found, key=_worst))
        )

    def _heard(self, devices: Sequence[NamedDevice], now: int) -> list[Heard]:
        store, since = self._parts.metrics, now - LOOK_BACK_S
        keys = {one.id: SeriesKey(tenant=one.tenant, device_id=one.id) for one in devices}
        asked = list(keys.values())
        snmp = store.newest(asked, "device", ("sysUpTime",), since)
        pings = store.newest(asked, "ping", ("percent_packet_loss",), since)
        ports = self._heard_ports(now)
        return [
            _heard_of(
                one,
                snmp.get(keys[one.id]),
                pings.get(keys[one.id]),
                ports.get(one.id, ()),
            )
            for one in devices
        ]

    def _heard_ports(self, now: int) -> Mapping[str, Sequence[HeardPort]]:
        """Watched ports by device id."""
        parts = self._parts
        since = now - _status.INTERVALS * parts.settings.metrics.interval_s
        watched = parts.ports.list(ALL_TENANTS, WherePort(watched=True))
        keys = [_key(port) for port in watched]
        fields = ("ifOperStatus", "ifAdminStatus")
        newest = parts.metrics.newest(keys, "interface", fields, since) if keys else {}
        found: dict[str, list[HeardPort]] = {}
        for port, key in zip(watched, keys, strict=True):
            if key in newest:
                found.setdefault(port.device_id, []).append(_heard_port(port, newest[key]))
        return found


def _key(port: Port) -> SeriesKey:
    return SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=port.name)


def _heard_port(port: Port, samples: Samples) -> HeardPort:
    oper, admin = (_whole(samples, field) for field in ("ifOperStatus", "ifAdminStatus"))
    return _status.HeardPort(
        name=port.name, at=int(samples.at[-1]), oper=oper, admin=admin, watched=port.watched
    )


def _whole(samples: Samples, field: str) -> int | None:
    value = int(samples.values[field][-1])
    return None if value == _samples.MISSING else value


def _heard_of(
    device: NamedDevice, snmp: Samples | None, ping: Samples | None, ports: Sequence[HeardPort]
) -> Heard:
    pinged_at = int(ping.at[-1]) if ping is not None else None
    answered = ping is not None and float(ping.values["percent_packet_loss"][-1]) < 100
    return _status.Heard(
        device_id=device.id,
        collector=POLLER,
        quiet=device.status == "maintenance",
        snmp_at=int(snmp.at[-1]) if snmp is not None else None,
        ping_at=pinged_at if answered else None,
        pinged_at=pinged_at,
        ports=ports,
    )


def _monitored(device: NamedDevice, state: Monitored, now: datetime) -> MonitoredDevice:
    at = state.observed_at
    return MonitoredDevice(
        device=device,
        state=state,
        observed_at=datetime.fromtimestamp(at, UTC) if at is not None else None,
        age_s=int(now.timestamp()) - at if at is not None else None,
    )


def _worst(one: MonitoredDevice) -> tuple[int, str, str, str]:
    device = one.device
    rank = _status.WORST_FIRST.index(one.state.status)
    return (rank, device.tenant, device.site, device.hostname)
