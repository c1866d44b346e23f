"""Resolve what a login to each device needs: inheritance, secrets, host keys, jump hosts.

First everything is loaded, in a number of statements that does not grow with the devices; then,
outside of any transaction, each secret is opened once and each reference read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.errors import InventoryError
from netwb.inventory.credential_rows import PREVIOUS, secret_context
from netwb.inventory.fields import parse_jump
from netwb.inventory.records import SECRET_KINDS, Device, Jump, Login, SecretKind, Target
from netwb.inventory.secret_sources import Secrets
from netwb.store.keyring import Keyring
from netwb.store.models import (
    BlackholeRouterRow,
    CredentialRow,
    CredentialSecretRow,
    DeviceRow,
    HostKeyRow,
    SiteRow,
    TenantRow,
)

PURPOSE = "credential"  # of the keyring's keys, one a tenant
LOGIN_KINDS: tuple[SecretKind, ...] = ("password", "private_key", "passphrase", "enable")
ASKED_AT_ONCE = 10_000  # device ids in one statement; SQLite takes 32,766 values


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One secret as it is stored."""

    kind: str
    generation: int
    sealed: bytes | None = field(repr=False)
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One credential with its secrets still closed."""

    id: str
    tenant_id: str
    name: str  # tenant/name
    username: str | None
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What one level (device, site, tenant) says about login and jump host."""

    id: str
    credential_id: str | None
    jump: str | None
    jump_credential_id: str | None
    jump_host_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything loaded: levels by device id, nearest first; credentials by id."""

    levels: Mapping[str, tuple[Level, ...]]
    max_sessions: Mapping[str, int | None]
    credentials: Mapping[str, Locked]
    host_keys: Mapping[str, str]
    triggers: frozenset[str]  # ids of those that announce blackholes


def load_plan(session: Session, devices: Sequence[Device]) -> Plan:
    """Load in four statements a ten thousand devices."""
    levels: dict[str, tuple[Level, ...]] = {}
    max_sessions: dict[str, int | None] = {}
    host_keys: dict[str, str] = {}
    triggers: set[str] = set()
    for start in range(0, len(devices), ASKED_AT_ONCE):
        ids = [device.id for device in devices[start : start + ASKED_AT_ONCE]]
        for row in session.execute(_levels_statement(ids)):
            levels[row[0]] = _three_levels(row)
            max_sessions[row[0]] = row[1]
            triggers.update(row[-1:] if row[-1] else ())
        host_keys.update(_host_keys(session, ids))
    tenants = {device.tenant_id for device in devices}
    return Plan(
        levels=levels,
        max_sessions=max_sessions,
        credentials=_locked(session, sorted(tenants)),
        host_keys=host_keys,
        triggers=frozenset(triggers),
    )


_LEVEL_FIELDS = ("id", "credential_id", "jump", "jump_credential_id", "jump_host_key")


def _levels_statement(ids: Sequence[str]) -> Any:
    columns = [
        getattr(level, name) for level in (DeviceRow, SiteRow, TenantRow) for name in _LEVEL_FIELDS
    ]
    trigger = BlackholeRouterRow
    return (
        select(DeviceRow.id, SiteRow.max_sessions, *columns, trigger.device_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(trigger, (trigger.device_id == DeviceRow.id) & (trigger.role == "trigger"))
        .where(DeviceRow.id.in_(ids))
    )


def _three_levels(row: Sequence[Any]) -> tuple[Level, ...]:
    """Device, site and tenant, from columns after the first two; the last one is none of theirs."""
    width = len(_LEVEL_FIELDS)
    starts = (2, 2 + width, 2 + 2 * width)
    return tuple(
        Level(**dict(zip(_LEVEL_FIELDS, row[start : start + width], strict=True)))
        for start in starts
    )


def _host_keys(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    statement = select(HostKeyRow.device_id, HostKeyRow.key).where(
        HostKeyRow.device_id.in_(ids), HostKeyRow.retired_at.is_(None)
    )
    return dict(session.execute(statement).all())


def _locked(session: Session, tenants: Sequence[str]) -> Mapping[str, Locked]:
    held: dict[str, list[Held]] = {}
    for secret in session.scalars(
        select(CredentialSecretRow).where(CredentialSecretRow.tenant_id.in_(tenants))
    ):
        held.setdefault(secret.credential_id, []).append(
            Held(
                kind=secret.kind,
                generation=secret.generation,
                sealed=secret.sealed,
                reference=secret.reference,
            )
        )
    rows = session.execute(
        select(CredentialRow, TenantRow.slug)
        .join(TenantRow, TenantRow.id == CredentialRow.tenant_id)
        .where(CredentialRow.tenant_id.in_(tenants))
    )
    return {
        row.id: Locked(
            id=row.id,
            tenant_id=row.tenant_id,
            name=f"{slug}/{row.name}",
            username=row.username,
            held=tuple(held.get(row.id, ())),
        )
        for row, slug in rows
    }


class Safe:
    """Opens credentials, each one once."""

    def __init__(self, plan: Plan, keyring: Keyring, secrets: Secrets) -> None:
        self._credentials = plan.credentials
        self._keyring = keyring
        self._secrets = secrets
        self._opened: dict[str, tuple[Login, ...] | InventoryError] = {}

    def logins(self, credential_id: str) -> tuple[Login, ...]:
        """In the order to try; InventoryError where a reference gives nothing."""
        if credential_id not in self._opened:
            self._opened[credential_id] = self._open_or_error(self._credentials[credential_id])
        found = self._opened[credential_id]
        if isinstance(found, InventoryError):
            raise found
        return found

    def _open_or_error(self, locked: Locked) -> tuple[Login, ...] | InventoryError:
        try:
            return self._open(locked)
        except InventoryError as error:
            return InventoryError(f"credential {locked.name}: {error}")

    def _open(self, locked: Locked) -> tuple[Login, ...]:
        newest = self._texts(locked, 0)
        logins = [_login(locked.name, locked.username, newest)]
        previous = self._texts(locked, PREVIOUS)
        if previous:
            username = previous.get("username", locked.username)
            logins.append(_login(f"{locked.name} (previous)", username, previous))
        return tuple(logins)

    def _texts(self, locked: Locked, generation: int) -> dict[str, str]:
        wanted = {*LOGIN_KINDS, "username"}
        return {
            item.kind: self._text(locked, item)
            for item in locked.held
            if item.generation == generation and item.kind in wanted
        }

    def _text(self, locked: Locked, item: Held) -> str:
        if item.sealed is None:
            kind = next(kind for kind in SECRET_KINDS if kind == item.kind)
            return self._secrets.resolve(kind, item.reference or "")
        context = secret_context(locked.id, item.kind)
        return self._keyring.open(PURPOSE, locked.tenant_id, context, item.sealed).decode()


def _login(name: str, username: str | None, texts: Mapping[str, str]) -> Login:
    if username is None:
        reference = name.partition(" ")[0]
        msg = (
            f"it has no username; give it one with `netwb credential set {reference} --username U`"
        )
        raise InventoryError(msg)
    secrets: dict[str, str | None] = {kind: texts.get(kind) for kind in LOGIN_KINDS}
    return Login(credential=name, username=username, **secrets)


def resolve(device: Device, plan: Plan, safe: Safe) -> Target:
    """One device's target; where its login cannot be made up, `no_login` says why."""
    target = Target(
        device_id=device.id,
        tenant_id=device.tenant_id,
        tenant=device.tenant,
        site=device.site,
        hostname=device.hostname,
        address=device.address,
        port=device.port,
        platform=device.platform,
        transport=device.transport,
        host_key=plan.host_keys.get(device.id),
        sysname=device.sysname,
        serial=device.serial,
        max_sessions=plan.max_sessions.get(device.id),
        trigger=device.id in plan.triggers,
    )
    try:
        logins = _device_logins(device, plan, safe)
        return replace(target, logins=logins, jump=_jump(device, plan, safe, logins))
    except InventoryError as error:
        return replace(target, no_login=str(error))


def _device_logins(device: Device, plan: Plan, safe: Safe) -> tuple[Login, ...]:
    levels = plan.levels.get(device.id, ())
    named = _first(levels, lambda level: level.credential_id)
    if named is None:
        msg = (
            f"device {device.tenant}/{device.hostname} has no credential; give one to it, to its "
            "site or to its tenant with --credential"
        )
        raise InventoryError(msg)
    return safe.logins(named)


def _jump(device: Device, plan: Plan, safe: Safe, logins: Sequence[Login]) -> Jump | None:
    """The nearest level's jump host; without a credential of its own it is given the device's."""
    levels = plan.levels.get(device.id, ())
    naming = next((i for i, level in enumerate(levels) if level.jump is not None), None)
    if naming is None:
        return None
    host = parse_jump(levels[naming].jump or "")
    credential = _first(levels[naming:], lambda level: level.jump_credential_id)
    login = safe.logins(credential)[0] if credential else logins[0]
    return Jump(
        address=host.address,
        port=host.port,
        login=replace(login, username=host.user),
        host_key=levels[naming].jump_host_key,
        named_by=levels[naming].id,
    )


def _first(levels: Sequence[Level], value: Callable[[Level], str | None]) -> str | None:
    return next((found for level in levels if (found := value(level)) is not None), None)
