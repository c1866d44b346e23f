"""Turn what people write into columns: check each field, look names up, and tell what changed.

Names of sites and credentials are loaded once a transaction, so that an import of 2,000 rows asks
the database no more often than one of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.errors import InventoryError, UnknownNameError
from netwb.faults import Faults
from netwb.inventory.changes import FieldChange
from netwb.inventory.checks import CLEARED, NEVER_EMPTY, REFERENCES, Check
from netwb.inventory.credential_rows import ASKS_BY_SNMP
from netwb.inventory.credential_shape import unfit_fields, unfit_for
from netwb.inventory.fields import quoted, render_labels
from netwb.store.models import CredentialRow, DeviceRow, SiteRow, TenantRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of sites and credentials in scope, both ways."""

    of: Mapping[str, str]  # id -> name
    credentials: Mapping[tuple[str, str], str]  # (tenant id, name) -> id, active ones
    sites: Mapping[tuple[str, str], str]  # (tenant id, slug) -> id, active ones
    tenants: Mapping[str, str]  # id -> slug, of those with credentials
    unfit: AbstractSet[tuple[str, str]] = frozenset()  # (field, id of a credential)

    def identify(self, field: str, tenant_id: str, name: str | None) -> str | None:
        """Id of the site or credential that a field names."""
        if name is None:
            return None
        thing = "site" if field == "site" else "credential"
        known = self.sites if thing == "site" else self.credentials
        slug, _, bare = name.rpartition("/")
        own = bare if slug and slug == self.tenants.get(tenant_id) else name
        found = known.get((tenant_id, own))
        if found is None:
            msg = (
                f"{thing} {quoted(name)} is not known in this tenant; "
                f"`netwb {thing} list` shows those that are"
            )
            among = tuple(one for tenant, one in known if tenant == tenant_id)
            raise UnknownNameError(msg, thing=thing, wanted=name, among=among)
        if (field, found) in self.unfit:
            raise InventoryError(unfit_for(field, name))
        return found


def load_names(session: Session) -> Names:
    """All names in scope: two statements."""
    of_tenants = TenantRow.id == CredentialRow.tenant_id
    credentials = session.execute(
        select(
            CredentialRow.id,
            CredentialRow.tenant_id,
            CredentialRow.name,
            CredentialRow.status,
            CredentialRow.username,
            ASKS_BY_SNMP,
            TenantRow.slug,
        ).join(TenantRow, of_tenants)
    ).all()
    sites = session.execute(
        select(SiteRow.id, SiteRow.tenant_id, SiteRow.slug, SiteRow.status)
    ).all()
    return Names(
        of={row[0]: row[2] for rows in (credentials, sites) for row in rows},
        credentials={(row[1], row[2]): row[0] for row in credentials if row[3] == "active"},
        tenants={row[1]: row[6] for row in credentials},
        sites={(row[1], row[2]): row[0] for row in sites if row[3] == "active"},
        unfit={
            (field, identifier)
            for identifier, _, _, _, username, snmp, _ in credentials
            for field in unfit_fields(username=username, asks_by_snmp=snmp)
        },
    )


def edit(
    row: TenantRow | SiteRow | DeviceRow,
    changes: Mapping[str, Any],
    checks: Mapping[str, Check],
    *,
    tenant_id: str,
    names: Names,
) -> tuple[FieldChange, ...]:
    """Write the changes into the row; gives those that really changed something.

    Where fields are refused the error says all of them, and nothing is written.
    Another jump host has another key: the old one goes with it, unless a new one is given.
    """
    if changes.get("jump", row.jump) != row.jump:
        changes = {"jump_host_key": None, **changes}
    found = Faults()
    wanted: dict[str, tuple[Any, Any]] = {}
    for field, value in changes.items():
        with found.of(field):
            checked = _checked(field, _or_fallback(row, field, value), checks)
            reference = field in REFERENCES
            stored = names.identify(field, tenant_id, checked) if reference else checked
            wanted[field] = checked, stored
    found.settle()
    return tuple(_written(row, wanted, names))


def _written(
    row: TenantRow | SiteRow | DeviceRow, wanted: Mapping[str, tuple[Any, Any]], names: Names
) -> Iterator[FieldChange]:
    for field, (checked, stored) in wanted.items():
        reference = field in REFERENCES
        column = f"{field}_id" if reference else field
        old = getattr(row, column)
        if old != stored:
            setattr(row, column, stored)
            was = names.of.get(old) if reference else old
            yield FieldChange(field=field, old=_shown(was), new=_shown(checked))


def _or_fallback(row: TenantRow | SiteRow | DeviceRow, field: str, value: Any) -> Any:
    """What an emptied field falls back to: a place is then called by its slug."""
    if value is not None:
        return value
    return row.slug if field == "name" and not isinstance(row, DeviceRow) else CLEARED.get(field)


def _checked(field: str, value: Any, checks: Mapping[str, Check]) -> Any:
    if field not in checks:
        msg = f"field {quoted(field)} cannot be set; these can: {', '.join(checks)}"
        raise InventoryError(msg)
    if value is not None:
        return checks[field](value)
    if field in NEVER_EMPTY:
        msg = f"{field} cannot be empty; give a value"
        raise InventoryError(msg)
    return None


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "on" if value else "off"
    return render_labels(value) if isinstance(value, Mapping) else str(value)
