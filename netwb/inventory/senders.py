"""The devices as their messages show them: addresses, names, and whom netwb logs in as."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwb.errors import InventoryError
from netwb.inventory.fields import parse_sources
from netwb.inventory.records import Sender
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import CredentialRow, DeviceRow, SiteRow, TenantRow

_BACKED_UP = ("active", "maintenance")


def list_senders(database: Database) -> tuple[Sender, ...]:
    """Every device that is backed up, of all tenants; one statement."""
    credential = func.coalesce(
        DeviceRow.credential_id, SiteRow.credential_id, TenantRow.credential_id
    )
    statement = (
        select(
            DeviceRow.id,
            DeviceRow.tenant_id,
            TenantRow.slug,
            DeviceRow.site_id,
            DeviceRow.hostname,
            DeviceRow.sysname,
            DeviceRow.address,
            DeviceRow.platform,
            DeviceRow.syslog_source,
            CredentialRow.username,
        )
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(CredentialRow, CredentialRow.id == credential)
        .where(DeviceRow.status.in_(_BACKED_UP))
    )
    with database.reading(ALL_TENANTS) as session:
        return tuple(
            Sender(
                device_id=row[0],
                tenant_id=row[1],
                tenant=row[2],
                site_id=row[3],
                hostname=row[4],
                sysname=row[5],
                address=row[6],
                platform=row[7],
                source=row[8],
                username=row[9],
            )
            for row in session.execute(statement)
        )


def refuse_shared_source(session: Session, row: DeviceRow) -> None:
    """Raise InventoryError where a source is another living device's of the tenant.

    Of another tenant's nothing is said here: networks overlap, and a relay may tell them apart.
    """
    mine = set(parse_sources(row.syslog_source))
    if not mine:
        return
    others = session.execute(
        select(DeviceRow.hostname, DeviceRow.syslog_source).where(
            DeviceRow.tenant_id == row.tenant_id,
            DeviceRow.id != row.id,
            DeviceRow.status != "retired",
            DeviceRow.syslog_source.is_not(None),
        )
    )
    for hostname, source in others:
        if shared := mine.intersection(parse_sources(source)):
            raise shared_source(min(shared), hostname)


def refuse_spoken_for(database: Database, row: DeviceRow, is_relay: Callable[[str], bool]) -> None:
    """Raise InventoryError where a source is another tenant's device's, or a relay's.

    Whoever claims it would make the other's messages ambiguous, so that they start nothing. Asked
    of whom does not see all tenants, and told nothing of whose it is.
    """
    mine = parse_sources(row.syslog_source)
    if not mine:
        return
    statement = select(DeviceRow.address, DeviceRow.syslog_source).where(
        DeviceRow.tenant_id != row.tenant_id,
        DeviceRow.status != "retired",
        DeviceRow.syslog_source.is_not(None) | DeviceRow.address.in_(mine),
    )
    with database.reading(ALL_TENANTS) as session:
        taken = {
            one
            for address, source in session.execute(statement)
            for one in (address, *parse_sources(source))
        }
    for one in mine:
        if one in taken or is_relay(one):
            msg = f"syslog source {one}: that address is spoken for; ask an admin of netwb"
            error = InventoryError(msg)
            error.faults = {"syslog_source": msg}
            raise error


def shared_source(source: str, hostname: str) -> InventoryError:
    """What is said of a source that two devices would have."""
    msg = (
        f"syslog source {source} is that of device {hostname}; take it from there, or give another"
    )
    error = InventoryError(msg)
    error.faults = {"syslog_source": msg}
    return error
