"""Rows of credentials as records without secrets, and who names them. Inside a caller's session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from netwb.inventory.records import Credential, CredentialUse, Device, Snmp
from netwb.inventory.rows import list_devices
from netwb.store.models import CredentialRow, CredentialSecretRow, DeviceRow, SiteRow, TenantRow

ASKS_BY_SNMP = or_(
    CredentialRow.snmp_user.is_not(None),
    exists().where(
        CredentialSecretRow.credential_id == CredentialRow.id,
        CredentialSecretRow.kind == "snmp_community",
        CredentialSecretRow.generation == 0,
    ),
)
PREVIOUS = 1  # generation of the credential before, during a rotation
PURPOSES: tuple[tuple[str, Literal["login", "snmp", "jump"]], ...] = (
    ("credential_id", "login"),
    ("snmp_credential_id", "snmp"),
    ("jump_credential_id", "jump"),
)


def secret_context(credential_id: str, kind: str) -> str:
    """What a sealed secret is bound to; not the generation, which changes in a rotation."""
    return f"{credential_id}:{kind}"


def secret_rows(session: Session, row: CredentialRow) -> tuple[CredentialSecretRow, ...]:
    """Secrets in force of one credential."""
    return tuple(
        session.scalars(
            select(CredentialSecretRow).where(
                CredentialSecretRow.credential_id == row.id, CredentialSecretRow.generation == 0
            )
        )
    )


def list_credentials(session: Session) -> tuple[Credential, ...]:
    """All credentials in scope by tenant and name, in two statements."""
    rows = session.execute(
        select(CredentialRow, TenantRow)
        .join(TenantRow, TenantRow.id == CredentialRow.tenant_id)
        .order_by(TenantRow.slug, CredentialRow.name)
    ).all()
    held: dict[str, list[CredentialSecretRow]] = {}
    for secret in session.scalars(select(CredentialSecretRow)):
        held.setdefault(secret.credential_id, []).append(secret)
    return tuple(_record(row, tenant, held.get(row.id, ())) for row, tenant in rows)


def credential_of(session: Session, row: CredentialRow, tenant: TenantRow) -> Credential:
    """One credential's record."""
    secrets = session.scalars(
        select(CredentialSecretRow).where(CredentialSecretRow.credential_id == row.id)
    )
    return _record(row, tenant, secrets)


def _record(
    row: CredentialRow, tenant: TenantRow, secrets: Iterable[CredentialSecretRow]
) -> Credential:
    held = sorted(secrets, key=lambda secret: secret.kind)
    return Credential(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=tenant.slug,
        name=row.name,
        username=row.username,
        secrets={item.kind: item.reference or "sealed" for item in held if item.generation == 0},
        snmp=Snmp(
            user=row.snmp_user,
            auth_protocol=row.snmp_auth_protocol,
            priv_protocol=row.snmp_priv_protocol,
        ),
        rotating=any(item.generation == PREVIOUS for item in held),
        status=row.status,  # type: ignore[arg-type]  # only `credentials` writes it
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def uses_of(session: Session, row: CredentialRow, tenant: TenantRow) -> tuple[CredentialUse, ...]:
    """What names the credential, then the living devices that inherit it."""
    devices = list_devices(
        session, DeviceRow.tenant_id == row.tenant_id, DeviceRow.status != "retired"
    )
    return (*_named(session, row, tenant), *_inheriting(devices, row.name))


def _named(session: Session, row: CredentialRow, tenant: TenantRow) -> Iterator[CredentialUse]:
    for found in _naming(session, row.id):
        if found.status != "retired":
            yield from _purposes(found, row.id, tenant.slug)


def _naming(session: Session, credential_id: str) -> Iterator[TenantRow | SiteRow | DeviceRow]:
    yield from session.scalars(select(TenantRow).where(_names(TenantRow, credential_id)))
    yield from session.scalars(select(SiteRow).where(_names(SiteRow, credential_id)))
    yield from session.scalars(select(DeviceRow).where(_names(DeviceRow, credential_id)))


def _names(level: type[TenantRow | SiteRow | DeviceRow], credential_id: str) -> ColumnElement[bool]:
    return or_(*(getattr(level, column) == credential_id for column, _ in PURPOSES))


def _purposes(
    found: TenantRow | SiteRow | DeviceRow, credential_id: str, tenant: str
) -> Iterator[CredentialUse]:
    level, name = _place(found, tenant)
    for column, purpose in PURPOSES:
        if getattr(found, column) == credential_id:
            yield CredentialUse(level=level, name=name, purpose=purpose, source="named")


def _place(
    found: TenantRow | SiteRow | DeviceRow, tenant: str
) -> tuple[Literal["tenant", "site", "device"], str]:
    if isinstance(found, TenantRow):
        return "tenant", tenant
    if isinstance(found, SiteRow):
        return "site", f"{tenant}/{found.slug}"
    return "device", f"{tenant}/{found.hostname}"


def _inheriting(devices: Iterable[Device], name: str) -> Iterator[CredentialUse]:
    for device in devices:
        purposes: tuple[tuple[Literal["login", "snmp"], str | None, str], ...] = (
            ("login", device.credential.value, device.credential.source),
            ("snmp", device.snmp_credential.value, device.snmp_credential.source),
        )
        for purpose, value, source in purposes:
            if value == name and source != "device":
                yield CredentialUse(
                    level="device",
                    name=f"{device.tenant}/{device.hostname}",
                    purpose=purpose,
                    source="inherited",
                )
