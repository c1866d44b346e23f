"""Where tenants' devices are read from: their NetBox, what opens it, and the plan that waits.

The token is sealed under the tenant's key, or kept as a reference that is read at each use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from netwb.errors import UnknownNameError
from netwb.inventory.netbox import Filters
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import NetboxLinkRow, NetboxSourceRow, TenantRow

PURPOSE = "netbox"  # of the key that seals tokens
_TOKEN = "token"  # noqa: S105 - the context of the seal


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxSource:
    """A tenant's NetBox.

    waiting      id of the plan that waits for a person, since when, and what it would do; "" none
    synced_at    last time that everything was as NetBox says
    """

    tenant_id: str
    tenant: str
    url: str
    filters: Filters
    token: str  # where it is kept: "sealed", or the reference
    synced_at: datetime | None
    waiting: str
    waiting_since: datetime | None
    waiting_says: str


class NetboxSources:
    """Reads and writes them. `resolve` gives the secret behind `env:NAME` or `file:PATH`."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        resolve: Callable[[str], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._resolve = resolve
        self._clock = clock

    def list(self, scope: Scope) -> tuple[NetboxSource, ...]:
        """Every one in scope, by tenant."""
        statement = (
            select(NetboxSourceRow, TenantRow.slug)
            .join(TenantRow, TenantRow.id == NetboxSourceRow.tenant_id)
            .order_by(TenantRow.slug)
        )
        with self._database.reading(scope) as session:
            return tuple(_source(row, slug) for row, slug in session.execute(statement))

    def get(self, scope: Scope, tenant_id: str, tenant: str) -> NetboxSource:
        """One tenant's. Raises UnknownNameError."""
        for found in self.list(scope):
            if found.tenant_id == tenant_id:
                return found
        msg = f"tenant {tenant} has no NetBox; give it one with `netwb netbox set {tenant} URL`"
        raise UnknownNameError(msg, wanted=tenant)

    def set(  # noqa: PLR0913 - the source's fields
        self,
        scope: Scope,
        tenant_id: str,
        *,
        url: str,
        filters: Filters,
        token: str,
        reference: str,
    ) -> None:
        """Set a tenant's NetBox; at another URL ids mean other devices, and are forgotten."""
        sealed = None
        if not reference:
            sealed = self._keyring.seal(PURPOSE, tenant_id, _TOKEN, token.encode())
        values = {
            "url": url,
            "filters": [list(pair) for pair in filters],
            "token_sealed": sealed,
            "token_reference": reference or None,
            "set_at": self._clock(),
        }
        with self._database.writing(scope) as session:
            row = session.get(NetboxSourceRow, tenant_id)
            if row is None:
                session.add(NetboxSourceRow(tenant_id=tenant_id, **values, **_NOTHING_WAITS))
                return
            if row.url != url:
                mine = NetboxLinkRow.tenant_id == tenant_id
                session.execute(delete(NetboxLinkRow).where(mine))
            for name, value in {**values, **_NOTHING_WAITS}.items():
                setattr(row, name, value)

    def unset(self, scope: Scope, tenant_id: str) -> None:
        """Read a tenant's devices from nowhere any more; they stay as they are."""
        with self._database.writing(scope) as session:
            for row in (NetboxLinkRow, NetboxSourceRow):
                session.execute(delete(row).where(row.tenant_id == tenant_id))

    def token(self, scope: Scope, tenant_id: str) -> str:
        """What opens the NetBox. InventoryError where a reference leads nowhere now."""
        with self._database.reading(scope) as session:
            row = session.get_one(NetboxSourceRow, tenant_id)
            sealed, reference = row.token_sealed, row.token_reference
        if reference:
            return self._resolve(reference)
        return self._keyring.open(PURPOSE, tenant_id, _TOKEN, sealed or b"").decode()

    def note_waiting(self, scope: Scope, tenant_id: str, plan: str, says: str) -> None:
        """A plan waits for a person, since it was first seen; it is the newest one alone."""
        with self._database.writing(scope) as session:
            row = session.get_one(NetboxSourceRow, tenant_id)
            if row.waiting != plan:
                row.waiting, row.waiting_since, row.waiting_says = plan, self._clock(), says

    def note_synced(self, scope: Scope, tenant_id: str) -> None:
        """Everything is as NetBox says, and nothing waits."""
        with self._database.writing(scope) as session:
            row = session.get_one(NetboxSourceRow, tenant_id)
            row.synced_at = self._clock()
            row.waiting, row.waiting_since, row.waiting_says = "", None, ""


_NOTHING_WAITS = {"synced_at": None, "waiting": "", "waiting_since": None, "waiting_says": ""}


def _source(row: NetboxSourceRow, tenant: str) -> NetboxSource:
    return NetboxSource(
        tenant_id=row.tenant_id,
        tenant=tenant,
        url=row.url,
        filters=tuple((str(name), str(value)) for name, value in row.filters),
        token=row.token_reference or "sealed",
        synced_at=row.synced_at,
        waiting=row.waiting,
        waiting_since=row.waiting_since,
        waiting_says=row.waiting_says,
    )
