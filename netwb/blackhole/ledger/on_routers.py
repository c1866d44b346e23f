"""When each router was last read, and what stands there that is none of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_network

from sqlalchemy import delete, select, update

from netwb.blackhole.ledger.heads import touch
from netwb.blackhole.ledger.rows import router_of
from netwb.blackhole.records import IPNetwork, Router, StrayRoute
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.models import (
    BlackholeRouterRow,
    DeviceRow,
    StrayRouteRow,
    TenantRow,
)


class OnRouters:
    """Writes of the engine, and the list of what is none of ours."""

    _database: Database
    _clock: Callable[[], datetime]

    def note_read(
        self, router: Router, *, fault: str = "", strays: Mapping[IPNetwork, str] | None = None
    ) -> tuple[IPNetwork, ...]:
        """Write down that a router's routes were read, or why not; gives the strays that are new.

        strays   lines of what looks like a blackhole and is none of ours; None: they were not read
        """
        now = self._clock()
        which = (
            BlackholeRouterRow.device_id == router.device_id,
            BlackholeRouterRow.role == router.role,
        )
        read = {"fault": storable(fault)} if fault else {"fault": "", "read_at": now}
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(update(BlackholeRouterRow).where(*which).values(**read))
            if strays is None:
                return ()
            mine = StrayRouteRow.device_id == router.device_id
            before = {
                row.network: row for row in session.scalars(select(StrayRouteRow).where(mine))
            }
            for network, line in strays.items():
                row = before.pop(str(network), None)
                if row is not None:
                    row.line, row.seen_at = storable(line), now
                    continue
                session.add(
                    StrayRouteRow(
                        device_id=router.device_id,
                        tenant_id=router.tenant_id,
                        network=str(network),
                        line=storable(line),
                        since_at=now,
                        seen_at=now,
                    )
                )
            new = tuple(
                ip_network(row.network) for row in session.new if isinstance(row, StrayRouteRow)
            )
            if before:
                session.execute(
                    delete(StrayRouteRow).where(mine, StrayRouteRow.network.in_(before))
                )
            if new or before:
                touch(session)
            return new

    def strays(self, scope: Scope) -> tuple[StrayRoute, ...]:
        """Routes that look like blackholes and are none of ours, on routers in scope; oldest first."""
        statement = (
            select(StrayRouteRow, DeviceRow, TenantRow.slug, BlackholeRouterRow)
            .join(DeviceRow, DeviceRow.id == StrayRouteRow.device_id)
            .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
            .join(BlackholeRouterRow, BlackholeRouterRow.device_id == StrayRouteRow.device_id)
            .where(BlackholeRouterRow.role == "trigger")
            .order_by(StrayRouteRow.since_at, StrayRouteRow.network)
        )
        with self._database.reading(scope) as session:
            return tuple(
                StrayRoute(
                    router=router_of(device, slug, router, router.role),
                    network=ip_network(row.network),
                    line=row.line,
                    since_at=row.since_at,
                    seen_at=row.seen_at,
                )
                for row, device, slug, router in session.execute(statement)
            )
