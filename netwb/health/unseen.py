"""What polls have seen of ports, and devices that answer SNMP and show no interface. It reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from netwb.health.diagnosis import Diagnosis, advice
from netwb.metrics.records import SeriesKey
from netwb.roles import ALL_TENANTS
from netwb.store.models import DeviceRow, PortRow

if TYPE_CHECKING:
    from netwb.inventory.records import NamedDevice
    from netwb.metrics.store import MetricsStore
    from netwb.store.database import Database

CHECK = "samples"
LATELY = timedelta(hours=2)  # ports that are there are noted once an hour
NEVER_AT = datetime.min.replace(tzinfo=UTC)
_NAMED = 5
_STATES = ("ifHCInOctets", "ifOperStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPorts:
    """How many ports polls have seen, and by device's id when one was seen last."""

    count: int = 0
    last: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def last_at(self) -> datetime | None:
        """When any was seen last."""
        return max(self.last.values(), default=None)


def seen_ports(database: Database) -> SeenPorts:
    """Of all devices, by one statement; ports that were only given count for nothing."""
    statement = (
        select(PortRow.device_id, func.count(), func.max(PortRow.last_seen_at))
        .where(PortRow.last_seen_at.is_not(None))
        .group_by(PortRow.device_id)
    )
    with database.reading(ALL_TENANTS) as session:
        rows = session.execute(statement).all()
    return SeenPorts(
        count=sum(count for _, count, _ in rows), last={device: at for device, _, at in rows if at}
    )


def with_ports(database: Database) -> frozenset[str]:
    """Ids of devices of which a port is known."""
    statement = select(DeviceRow.id).where(exists().where(PortRow.device_id == DeviceRow.id))
    with database.reading(ALL_TENANTS) as session:
        return frozenset(session.scalars(statement))


def without_interfaces(
    database: Database,
    store: MetricsStore,
    devices: Sequence[NamedDevice],
    seen: SeenPorts,
    since: datetime,
) -> tuple[str, ...]:
    """Active devices that answered SNMP since then, and of no interface of which anything came.

    Raises MetricsError.
    """
    asked = [
        SeriesKey(tenant=one.tenant, device_id=one.id)
        for one in devices
        if one.status == "active" and seen.last.get(one.id, NEVER_AT) < since - LATELY
    ]
    begin = int(since.timestamp())
    answers = store.newest(asked, "device", ("sysUpTime",), begin) if asked else {}
    ports = _ports_of(database, {key.device_id: key.tenant for key in answers})
    counted = store.newest(ports, "interface", _STATES, begin) if ports else {}
    bare = {key.device_id for key in answers} - {key.device_id for key in counted}
    return tuple(sorted(f"{one.tenant}/{one.hostname}" for one in devices if one.id in bare))


def judge_without_interfaces(names: Sequence[str]) -> Diagnosis:
    """Of devices that count as up, and of whose traffic nothing is known."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return advice(
        CHECK,
        f"{', '.join(names[:_NAMED])}{more}: answers SNMP, and no interface can be read",
        "widen the agent's view to ifTable and ifXTable of IF-MIB",
    )


def _ports_of(database: Database, tenants: Mapping[str, str]) -> Sequence[SeriesKey]:
    """Of these devices, whose tenants these are."""
    if not tenants:
        return ()
    statement = select(PortRow.device_id, PortRow.name).where(
        PortRow.device_id.in_(sorted(tenants))
    )
    with database.reading(ALL_TENANTS) as session:
        rows = session.execute(statement).all()
    return [SeriesKey(tenants[device], device, name) for device, name in rows]
