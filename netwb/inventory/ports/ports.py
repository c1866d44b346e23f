"""Ports: scoped reads and writes. A port's samples follow it through renames (design D11, D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.errors import (
    ImportRefusedError,
    InventoryError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.inventory.changes import FieldChange
from netwb.inventory.fields import quoted
from netwb.inventory.ports.editing import checked, edit_port, write_planned
from netwb.inventory.ports.importing import (
    PortPlace,
    PortPlan,
    PortWorld,
    judge_ports,
    not_their_device,
    parse_ports,
)
from netwb.inventory.ports.records import (
    Port,
    PortName,
    PortTime,
    SeenPort,
    WherePort,
    joined_times,
)
from netwb.inventory.ports.rows import (
    ASKED_AT_ONCE,
    gone_ports,
    list_ports,
    past_circuits,
    ports_by_id,
    watched_names,
)
from netwb.inventory.ports.sighting import Sighted, sight
from netwb.inventory.rows import find_device, name_devices
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import DeviceRow, PortNameRow, PortRow, PortTenantRow, TenantRow

ALL_PORTS = WherePort()


class Ports:
    """Reads and writes of ports."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope, where: WherePort = ALL_PORTS) -> tuple[Port, ...]:
        """Ports of living devices, by tenant of the device, hostname and ifIndex.

        Those of a retired device where `where.device` is its id. UnknownDeviceError where there is
        no such device, nor a port of one that the scope holds.
        """
        with self._database.reading(ALL_TENANTS) as session:
            found = list_ports(session, scope, where)
        if not found and where.device is not None:
            with self._database.reading(scope) as session:
                find_device(session, where.device)
        return found

    def get(self, scope: Scope, device: str, name: str) -> Port:
        """One port by its device and name; a name of before names it while no other port has it."""
        ports = self.list(scope, WherePort(device=device))
        named = [port for port in ports if port.name == name] or [
            port for port in ports if name in port.former_names
        ]
        if not named:
            msg = (
                f"port {quoted(name)} of device {quoted(device)} is not known; `netwb port list "
                f"--device {device}` shows those that are"
            )
            among = tuple(port.name for port in ports)
            raise UnknownNameError(msg, thing="port", wanted=name, among=among)
        if len({port.device_id for port in named}) > 1:
            slugs = sorted(port.device_tenant for port in named)
            msg = f"device {quoted(device)} is in {' and '.join(slugs)}; write {slugs[0]}/{device}"
            raise InventoryError(msg)
        return named[0]

    def by_id(self, scope: Scope, ids: Sequence[str]) -> tuple[Port, ...]:
        """Those of them that the scope holds, in the order of `list`."""
        with self._database.reading(ALL_TENANTS) as session:
            return ports_by_id(session, scope, ids)

    def watched_names(self, scope: Scope) -> Sequence[tuple[str, str]]:
        """Device id and name of now of watched ports, those of a device by ifIndex.

        Of retired devices too.
        """
        with self._database.reading(ALL_TENANTS) as session:
            return [(device_id, name) for device_id, name in watched_names(session, scope)]

    def names(self, scope: Scope, ports: Sequence[Port]) -> Mapping[str, tuple[PortName, ...]]:
        """Under which names the samples of each port lie, by its id: the name of now, then others.

        A name may have been another port's before, and a port another tenant's: what was measured
        then is theirs, and who sees all tenants sees it.
        """
        with self._database.reading(ALL_TENANTS) as session:
            former = _former(session, {port.device_id for port in ports})
        return {port.id: tuple(_own_names(port, former, scope)) for port in ports}

    def times_of(self, tenant_id: str, ports: Sequence[Port]) -> Mapping[str, tuple[PortTime, ...]]:
        """In which times each port was for that tenant, by its id; oldest first."""
        return self.times_for({tenant_id}, ports)

    def times_for(
        self, tenant_ids: AbstractSet[str], ports: Sequence[Port]
    ) -> Mapping[str, tuple[PortTime, ...]]:
        """The same for any of these tenants; from one of them to another it goes on."""
        ids = [port.id for port in ports]
        found: dict[str, list[PortTime]] = {port_id: [] for port_id in ids}
        with self._database.reading(ALL_TENANTS) as session:
            for start in range(0, len(ids), ASKED_AT_ONCE):
                before = select(PortTenantRow).where(
                    PortTenantRow.tenant_id.in_(sorted(tenant_ids)),
                    PortTenantRow.port_id.in_(ids[start : start + ASKED_AT_ONCE]),
                )
                for row in session.scalars(before.order_by(PortTenantRow.until_at)):
                    found[row.port_id].append(PortTime(since=row.since_at, until=row.until_at))
            for port in ports:
                if port.tenant_id in tenant_ids:
                    found[port.id].append(PortTime(since=port.tenant_since_at))
        return {port_id: joined_times(times) for port_id, times in found.items()}

    def circuits_of(
        self, tenant_id: str, ports: Sequence[Port]
    ) -> Mapping[str, tuple[tuple[PortTime, str | None], ...]]:
        """What that tenant calls each port's circuit, and called it when it had it; oldest first."""
        with self._database.reading(ALL_TENANTS) as session:
            past = past_circuits(session, tenant_id, [port.id for port in ports])
        now = {
            port.id: ((PortTime(since=port.tenant_since_at), port.circuit_ref),)
            for port in ports
            if port.tenant_id == tenant_id
        }
        return {port.id: (*past.get(port.id, ()), *now.get(port.id, ())) for port in ports}

    def gone(
        self, tenant_ids: AbstractSet[str], where: WherePort, since: datetime, until: datetime
    ) -> tuple[Port, ...]:
        """Ports that were for one of these tenants in any of that time, and are another's by now.

        Each as it was the tenant's: of what came since its name and its speed are told alone.
        """
        with self._database.reading(ALL_TENANTS) as session:
            return gone_ports(session, tenant_ids, where, (since, until))

    def set(
        self,
        scope: Scope,
        port_id: str,
        changes: Mapping[str, Any],
        given_at: datetime | None = None,
    ) -> tuple[Port, tuple[FieldChange, ...]]:
        """Change fields; gives the port as it was, and what really changed.

        None clears; a tenant goes back to that of the device then. It is for another tenant from
        `given_at` on, or from now, not from before it came to the one that it is for. NotPermittedError where the scope
        holds the port and not its device.
        """
        held = self._held(scope, port_id)
        wanted = checked(changes, held.device_tenant)
        with self._database.writing(scope) as session:
            if session.get(DeviceRow, held.device_id) is None:
                raise NotPermittedError(not_their_device(held))
            return held, edit_port(session, held, wanted, self._clock(), given_at)

    def refer_in(
        self, session: Session, port_id: str, circuit_ref: str | None
    ) -> tuple[FieldChange, ...]:
        """Its circuit's reference alone, in the caller's transaction; None clears it.

        Also on a device of another tenant: what its tenant calls the circuit is that one's own.
        """
        row = session.get(PortRow, port_id)
        if row is None:
            msg = f"port {quoted(port_id)} is not known; `netwb port list` shows those that are"
            raise UnknownNameError(msg)
        wanted = checked({"circuit_ref": circuit_ref}, "")["circuit_ref"]
        if row.circuit_ref == wanted:
            return ()
        done = FieldChange(field="circuit_ref", old=row.circuit_ref, new=wanted)
        row.circuit_ref, row.updated_at = wanted, self._clock()
        return (done,)

    def _held(self, scope: Scope, port_id: str) -> Port:
        found = self.by_id(scope, [port_id])
        if not found:
            msg = f"port {quoted(port_id)} is not known; `netwb port list` shows those that are"
            raise UnknownNameError(msg)
        return found[0]

    def plan(self, scope: Scope, text: str, ignored: frozenset[str] = frozenset()) -> PortPlan:
        """What the import of a table would do now; bad rows stand in `problems`."""
        return judge_ports(parse_ports(text, ignored), self._world(scope))

    def apply(
        self,
        scope: Scope,
        text: str,
        ignored: frozenset[str] = frozenset(),
        *,
        bad_rows: Literal["refuse", "skip"] = "refuse",
    ) -> PortPlan:
        """Do it, in one transaction; ImportRefusedError and nothing written where a row is bad."""
        rows = parse_ports(text, ignored)
        with self._database.writing(scope) as session:
            plan = judge_ports(rows, self._world(scope))
            if plan.problems and bad_rows == "refuse":
                msg = (
                    f"{len(plan.problems)} of {len(rows)} rows are bad and nothing was imported; "
                    "correct them, or take the good ones with --skip-bad"
                )
                raise ImportRefusedError(msg, plan.problems)
            write_planned(session, plan.ports, self._clock())
        return plan

    def _world(self, scope: Scope) -> PortWorld:
        ports = self.list(scope)
        with self._database.reading(scope) as session:
            slugs = session.scalars(select(TenantRow.slug).where(TenantRow.status != "retired"))
            own = name_devices(session, DeviceRow.status != "retired")
            tenants = frozenset(slugs)
        places = {
            port.device_id: PortPlace(
                id=port.device_id,
                tenant=port.device_tenant,
                hostname=port.hostname,
                in_scope=False,
            )
            for port in ports
        } | {
            one.id: PortPlace(id=one.id, tenant=one.tenant, hostname=one.hostname, in_scope=True)
            for one in own
        }
        called: dict[str, tuple[PortPlace, ...]] = {}
        for place in places.values():
            for word in (place.hostname, place.label, place.id):
                called[word.casefold()] = (*called.get(word.casefold(), ()), place)
        return PortWorld(
            tenants=tenants,
            devices=called,
            ports={(port.device_id, port.name): port for port in ports},
        )

    def sighted(
        self, seen: Mapping[str, Sequence[SeenPort]], read_at: Mapping[str, datetime] | None = None
    ) -> Sighted:
        """Remember what a poll found, by device id: new ports, changed ones, renamed ones.

        read_at   when it read the counters that it keeps under these names
        """
        with self._database.writing(ALL_TENANTS) as session:
            return sight(session, seen, self._clock(), read_at or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Former:
    """Names that ports of some devices bore before, and until when; the last one first.

    of     by port
    ends   by device and name, whichever of its ports bore it
    """

    of: dict[str, list[tuple[str, datetime]]]
    ends: dict[tuple[str, str], list[datetime]]


def _former(session: Session, device_ids: set[str]) -> _Former:
    found, ids = _Former(of={}, ends={}), sorted(device_ids)
    for start in range(0, len(ids), ASKED_AT_ONCE):
        before = (
            select(PortRow.device_id, PortNameRow.port_id, PortNameRow.name, PortNameRow.until_at)
            .join_from(PortNameRow, PortRow, PortRow.id == PortNameRow.port_id)
            .where(PortRow.device_id.in_(ids[start : start + ASKED_AT_ONCE]))
            .order_by(PortNameRow.until_at.desc())
        )
        for device_id, port_id, name, until in session.execute(before):
            found.of.setdefault(port_id, []).append((name, until))
            found.ends.setdefault((device_id, name), []).append(until)
    return found


def _own_names(port: Port, former: _Former, scope: Scope) -> Iterator[PortName]:
    given_at = None if scope.tenants is None else port.tenant_since_at
    for name, until in ((port.name, None), *former.of.get(port.id, ())):
        ended = former.ends.get((port.device_id, name), ())
        before = [at for at in ended if until is None or at < until]
        since = max((at for at in (*before, given_at) if at is not None), default=None)
        if since is None or until is None or since < until:
            yield PortName(name=name, since=since, until=until)
