"""Resolve how each device is asked by SNMP: its credential, inherited as that for logins is.

First everything is loaded, in two statements; then, outside of any transaction, each secret is
opened once and each reference read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.errors import InventoryError
from netwb.inventory.credential_rows import secret_context
from netwb.inventory.ports.records import SnmpLogin, SnmpTarget
from netwb.inventory.records import Device, SecretKind, Snmp
from netwb.inventory.secret_sources import Secrets
from netwb.inventory.targets import PURPOSE, Held
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import CredentialRow, CredentialSecretRow

_KINDS: tuple[SecretKind, ...] = ("snmp_community", "snmp_auth", "snmp_priv")
_Key = tuple[str, str]  # id of the tenant, name of the credential


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    """One credential with its SNMP secrets still closed."""

    id: str
    tenant_id: str
    name: str
    snmp: Snmp
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoLogin:
    """Why there is none, with the cure; `unread`: there should be one, and its secret is not to be had."""

    why: str
    unread: bool = False


class SnmpTargets:
    """Makes targets; secrets stay in what it gives."""

    def __init__(
        self, database: Database, keyring: Keyring, environment: Mapping[str, str]
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._secrets = Secrets(environment)

    def of(self, scope: Scope, devices: Sequence[Device]) -> tuple[SnmpTarget, ...]:
        """A target for each device, in the order given.

        One whose login cannot be made up has none, and `no_login` says why: it stops no other.
        """
        with self._database.reading(scope) as session:
            locked = _load(session, {device.tenant_id for device in devices})
        opened: dict[_Key, SnmpLogin | _NoLogin] = {}
        return tuple(self._target(device, locked, opened) for device in devices)

    def _target(
        self,
        device: Device,
        locked: Mapping[_Key, _Locked],
        opened: dict[_Key, SnmpLogin | _NoLogin],
    ) -> SnmpTarget:
        login: SnmpLogin | _NoLogin = _nameless(device)
        if device.snmp_credential.value is not None:
            key = (device.tenant_id, device.snmp_credential.value)
            if key not in opened:
                opened[key] = self._open(f"{device.tenant}/{locked[key].name}", locked[key])
            login = opened[key]
        return SnmpTarget(
            device_id=device.id,
            tenant_id=device.tenant_id,
            tenant=device.tenant,
            site=device.site,
            hostname=device.hostname,
            address=device.address,
            port=device.snmp_port,
            login=None if isinstance(login, _NoLogin) else login,
            no_login=login.why if isinstance(login, _NoLogin) else "",
            unread=isinstance(login, _NoLogin) and login.unread,
        )

    def _open(self, name: str, locked: _Locked) -> SnmpLogin | _NoLogin:
        try:
            texts = {held.kind: self._text(locked, held) for held in locked.held}
        except InventoryError as error:
            return _NoLogin(why=f"credential {name}: {error}", unread=True)
        if "snmp_community" not in texts and locked.snmp.user is None:
            why = (
                f"credential {name}: it holds no SNMP community and no SNMP user; give it one with "
                f"`netwb credential set {name} --snmp-community env:NAME`"
            )
            return _NoLogin(why=why)
        if locked.snmp.user is None:
            return SnmpLogin(credential=name, community=texts["snmp_community"])
        return SnmpLogin(
            credential=name,
            user=locked.snmp.user,
            auth_protocol=locked.snmp.auth_protocol,
            auth_key=texts.get("snmp_auth"),
            priv_protocol=locked.snmp.priv_protocol,
            priv_key=texts.get("snmp_priv"),
        )

    def _text(self, locked: _Locked, held: Held) -> str:
        if held.sealed is None:
            kind = next(kind for kind in _KINDS if kind == held.kind)
            return self._secrets.resolve(kind, held.reference or "")
        context = secret_context(locked.id, held.kind)
        return self._keyring.open(PURPOSE, locked.tenant_id, context, held.sealed).decode()


def _nameless(device: Device) -> _NoLogin:
    why = (
        f"device {device.tenant}/{device.hostname} has no SNMP credential; give one to it, to its "
        "site or to its tenant with --snmp-credential"
    )
    return _NoLogin(why=why)


def _load(session: Session, tenants: Iterable[str]) -> Mapping[_Key, _Locked]:
    held: dict[str, list[Held]] = {}
    wanted = sorted(tenants)
    for secret in session.scalars(
        select(CredentialSecretRow).where(
            CredentialSecretRow.tenant_id.in_(wanted),
            CredentialSecretRow.kind.in_(_KINDS),
            CredentialSecretRow.generation == 0,
        )
    ):
        held.setdefault(secret.credential_id, []).append(
            Held(
                kind=secret.kind,
                generation=secret.generation,
                sealed=secret.sealed,
                reference=secret.reference,
            )
        )
    rows = session.scalars(select(CredentialRow).where(CredentialRow.tenant_id.in_(wanted)))
    return {
        (row.tenant_id, row.name): _Locked(
            id=row.id,
            tenant_id=row.tenant_id,
            name=row.name,
            snmp=Snmp(
                user=row.snmp_user,
                auth_protocol=row.snmp_auth_protocol,
                priv_protocol=row.snmp_priv_protocol,
            ),
            held=tuple(held.get(row.id, ())),
        )
        for row in rows
    }
