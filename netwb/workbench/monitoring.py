"""Whether devices are up, on the facade: for the wall, the pages and the ERP."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netwb.inventory.records import EVERYWHERE, NamedDevice
from netwb.loading import lazy
from netwb.metrics.records import Newest, SeriesKey
from netwb.roles import ALL_TENANTS, Permission
from netwb.telegraf.records import MAIN, Shard
from netwb.workbench.face import Face
from netwb.workbench.framed import Framed, MonitoredRow
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.health import unseen as _unseen
    from netwb.metrics import status as _status
    from netwb.metrics.status import Heard, HeardPort, Monitored, MonitoringStatus
    from netwb.telegraf import shards as _shards
else:
    _status = lazy("netwb.metrics.status")
    _unseen = lazy("netwb.health.unseen")
    _shards = lazy("netwb.telegraf.shards")

LOOK_BACK_S = 7 * 86_400  # what was silent for longer was never heard of
AWAITED = frozenset({"active", "maintenance"})
POLLER = "poller"  # the collector of devices that no shard serves: netwb's own


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredDevice:
    """A device and whether it is up.

    collector   the shard of Telegraf that asks it, else `poller`
    """

    device: NamedDevice
    state: Monitored
    collector: str
    observed_at: datetime | None  # of its newest answer
    age_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Monitoring(Framed):
    """All devices that are meant, worst first, then by tenant, site and hostname."""

    as_of: datetime
    interval_s: int
    devices: tuple[MonitoredDevice, ...]

    def rows(self) -> Records[MonitoredRow]:
        """The devices."""
        return records_of(map(_monitored_row, self.devices), MonitoredRow)

    def said(self) -> str:
        """How many are how."""
        told = ", ".join(f"{many} {status}" for status, many in self.counts.items() if many)
        return f"{len(self.devices)} devices at {self.as_of:%Y-%m-%d %H:%M} UTC: {told or 'none'}"

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every device that is awaited, whosever it is; and the newest of its ports that were read.

    ports   of the silence that a status is judged by; older ones are left out
    """

    as_of: datetime
    devices: tuple[MonitoredDevice, ...]
    ports: Mapping[SeriesKey, Newest]


def _monitored_row(one: MonitoredDevice) -> MonitoredRow:
    device, state = one.device, one.state
    return MonitoredRow(
        tenant=device.tenant,
        site=device.site,
        hostname=device.hostname,
        platform=device.platform,
        status=state.status,
        stale=state.stale,
        reason=state.reason,
        collector=one.collector,
        observed_at=one.observed_at,
        age_s=one.age_s,
    )


class MonitoringFace(Face):
    """`monitoring`."""

    def monitoring(self) -> Monitoring:
        """Whether each device that is meant is up. Raises MetricsError where the store does not say.

        A silence is judged by what the collector's other devices do, whosever they are.
        """
        self._require(Permission.MONITORING_VIEW)
        judged, meant = self._judged_now(), self._meant_ids()
        found = (one for one in judged.devices if one.device.id in meant)
        return Monitoring(
            as_of=judged.as_of,
            interval_s=self._parts.settings.metrics.interval_s,
            devices=tuple(sorted(found, key=_worst)),
        )

    def _judged_now(self, beside: Collection[tuple[str, str]] = ()) -> Judged:
        """All devices, of all tenants: what each is shown is for the caller to choose.

        beside   ports that are read besides the watched ones, by device id and name
        """
        parts, now = self._parts, self._parts.clock()
        at = int(now.timestamp())
        devices = [
            one for one in parts.devices.named(ALL_TENANTS, EVERYWHERE) if one.status in AWAITED
        ]
        ports = self._newest_ports({one.id: one.tenant for one in devices}, beside, at)
        heard = self._heard(devices, ports, at)
        judged = _status.monitored(heard, now=at, interval_s=parts.settings.metrics.interval_s)
        return Judged(
            as_of=now,
            devices=tuple(
                _monitored(device, state, one.collector, now)
                for device, state, one in zip(devices, judged, heard, strict=True)
            ),
            ports=ports.newest,
        )

    def _heard(self, devices: Sequence[NamedDevice], newest: _NewestPorts, now: int) -> list[Heard]:
        """Of those that answer SNMP nobody needs to know whether they answer pings too."""
        store, since = self._parts.metrics, now - LOOK_BACK_S
        keys = {one.id: SeriesKey(tenant=one.tenant, device_id=one.id) for one in devices}
        answers = store.newest(list(keys.values()), "device", ("sysUpTime",), since)
        snmp = {key.device_id: one.at for key, one in answers.items()}
        fresh = now - self._silence_s
        silent = [key for key in keys.values() if snmp.get(key.device_id, 0) <= fresh]
        pings = store.newest(silent, "ping", ("percent_packet_loss",), since)
        ports = newest.bad()
        collectors = self._collectors(devices)
        shown = _unseen.with_ports(self._parts.database)
        return [
            _heard_of(
                one,
                collectors[one.id],
                snmp.get(one.id),
                pings.get(keys[one.id]),
                ports.get(one.id, ()),
                bare=one.id not in shown,
            )
            for one in devices
        ]

    @property
    def _silence_s(self) -> int:
        """From then on it is one."""
        return _status.INTERVALS * self._parts.settings.metrics.interval_s

    def _collectors(self, devices: Sequence[NamedDevice]) -> Mapping[str, str]:
        """Who asks each device, by its id: the shard that serves its site, or netwb itself."""
        shards = self._shards_asking()
        serving: dict[str, Sequence[Shard]] = {}
        found: dict[str, str] = {}
        for one in devices:
            site = f"{one.tenant}/{one.site}"
            if site not in serving:
                serving[site] = tuple(shard for shard in shards if shard.serves(site))
            chosen = _shards.chosen_shard(serving[site], one.id)
            found[one.id] = chosen.name if chosen else POLLER
        return found

    def _shards_asking(self) -> Sequence[Shard]:
        """Those that are defined; else `main`, where a person has applied it."""
        defined = self._parts.shards.list(ALL_TENANTS)
        if defined:
            return defined
        return (Shard(name=MAIN),) if self._parts.telegraf.is_begun(MAIN) else ()

    def _newest_ports(
        self, tenants: Mapping[str, str], beside: Collection[tuple[str, str]], now: int
    ) -> _NewestPorts:
        """Of devices whose tenants these are."""
        parts = self._parts
        watched = [
            SeriesKey(tenants[device_id], device_id, name)
            for device_id, name in parts.ports.watched_names(ALL_TENANTS)
            if device_id in tenants
        ]
        others = (
            SeriesKey(tenants[device_id], device_id, name)
            for device_id, name in beside
            if device_id in tenants
        )
        keys = [*dict.fromkeys((*watched, *others))] if beside else watched
        fields = ("ifOperStatus", "ifAdminStatus")
        newest = parts.metrics.newest(keys, "interface", fields, now - self._silence_s)
        return _NewestPorts(watched=watched, newest=newest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewestPorts:
    """What was heard of ports; the watched ones are what degrades a device."""

    watched: Sequence[SeriesKey]
    newest: Mapping[SeriesKey, Newest]

    def bad(self) -> Mapping[str, Sequence[HeardPort]]:
        """Watched ports that are not up, by device id."""
        found: dict[str, list[HeardPort]] = {}
        up = _status.UP
        for key in self.watched:
            one = self.newest.get(key)
            if one is not None and one.values.get("ifOperStatus") != up:
                found.setdefault(key.device_id, []).append(_heard_port(key.name, one))
        return found


def _heard_port(name: str, newest: Newest) -> HeardPort:
    oper, admin = (_whole(newest, field) for field in ("ifOperStatus", "ifAdminStatus"))
    return _status.HeardPort(name=name, at=newest.at, oper=oper, admin=admin, watched=True)


def _whole(newest: Newest, field: str) -> int | None:
    value = newest.values.get(field)
    return None if value is None else int(value)


def _heard_of(  # noqa: PLR0913 - what was heard of one device
    device: NamedDevice,
    collector: str,
    snmp_at: int | None,
    ping: Newest | None,
    ports: Sequence[HeardPort],
    *,
    bare: bool,
) -> Heard:
    pinged_at = ping.at if ping is not None else None
    answered = ping is not None and ping.values.get("percent_packet_loss", 100) < 100
    return _status.Heard(
        device_id=device.id,
        collector=collector,
        quiet=device.status == "maintenance",
        snmp_at=snmp_at,
        ping_at=pinged_at if answered else None,
        pinged_at=pinged_at,
        bare=bare,
        ports=ports,
    )


def _monitored(
    device: NamedDevice, state: Monitored, collector: str, now: datetime
) -> MonitoredDevice:
    at = state.observed_at
    return MonitoredDevice(
        device=device,
        state=state,
        collector=collector,
        observed_at=datetime.fromtimestamp(at, UTC) if at is not None else None,
        age_s=int(now.timestamp()) - at if at is not None else None,
    )


def _worst(one: MonitoredDevice) -> tuple[int, str, str, str]:
    device = one.device
    rank = _status.WORST_FIRST.index(one.state.status)
    return (rank, device.tenant, device.site, device.hostname)
