"""The devices as their messages show them: addresses, names, and whom netwb logs in as."""

from __future__ import annotations

from sqlalchemy import func, select

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
                hostname=row[3],
                sysname=row[4],
                address=row[5],
                platform=row[6],
                source=row[7],
                username=row[8],
            )
            for row in session.execute(statement)
        )
