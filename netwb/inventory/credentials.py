"""Credentials: their open part, their secrets behind the keyring, who uses them.

A secret is sealed under a key of its tenant, bound to its credential and kind, so that a row copied
to another place opens nothing. During a rotation the credential holds two generations: 0 is in
force, 1 is the one before it, whole, and tried second. Only `targets` opens anything; what it gives
lives in memory for a run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.errors import InventoryError
from netwb.faults import Faults
from netwb.inventory.credential_rows import (
    PREVIOUS,
    credential_of,
    list_credentials,
    secret_context,
    secret_rows,
    uses_of,
)
from netwb.inventory.credential_shape import check_secret, check_shape, check_snmp
from netwb.inventory.fields import check_credential_name, check_text, quoted
from netwb.inventory.places import refuse_retired_places
from netwb.inventory.records import (
    Credential,
    CredentialChanges,
    CredentialUse,
    Device,
    NewCredential,
    SecretKind,
    SecretSource,
    Snmp,
    Target,
)
from netwb.inventory.rows import find_credential, find_tenant
from netwb.inventory.secret_sources import Secrets, lasting
from netwb.inventory.targets import PURPOSE, Safe, load_plan, resolve
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import CredentialRow, CredentialSecretRow, TenantRow

Read = Mapping[SecretKind, tuple[SecretSource, str]]


class Credentials:
    """Reads and writes of credentials; `environment` is where `env:NAME` is looked up."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._secrets = Secrets(environment)
        self._clock = clock

    def list(self, scope: Scope) -> tuple[Credential, ...]:
        """Credentials in scope, also retired ones, by tenant and name; no secret is opened."""
        with self._database.reading(scope) as session:
            return list_credentials(session)

    def get(self, scope: Scope, ref: str) -> Credential:
        """One credential by tenant/name, or by its name where only one tenant has it."""
        with self._database.reading(scope) as session:
            return credential_of(session, *find_credential(session, ref))

    def add(self, scope: Scope, new: NewCredential) -> Credential:
        """A new credential; its secrets are read now, all of them before anything is written."""
        tenant_id, read = self._checked(scope, new)
        with self._database.writing(scope) as session:
            tenant = find_tenant(session, tenant_id)
            refuse_retired_places(tenant)
            now = self._clock()
            row = _retired(session, tenant_id, new.name) or CredentialRow(
                id=new_id(), tenant_id=tenant_id, name=new.name, created_at=now
            )
            row.status, row.updated_at = "active", now
            row.username = None if new.username is None else check_text("username", new.username)
            _set_snmp(row, new.snmp)
            _insert(session, row, tenant.slug)
            self._store(session, row, read)
            return credential_of(session, row, tenant)

    def set(self, scope: Scope, ref: str, changes: CredentialChanges) -> Credential:
        """Change a credential; new secrets are read now, all of them before anything is written."""
        found = _open_faults(changes.username, changes.snmp)
        read: Read = {}
        with found.of_fields():
            read = self._read(changes.secrets)
        found.settle()
        self._tenant_id(scope, self.get(scope, ref).tenant)
        with self._database.writing(scope) as session:
            row, tenant = find_credential(session, ref)
            _refuse_retired(row)
            if changes.previous == "keep":
                self._keep_previous(session, row)
            if changes.username is not None:
                row.username = check_text("username", changes.username)
            _set_snmp(row, _merged(row, changes.snmp))
            _forget(session, row, changes.without)
            self._store(session, row, read)
            row.updated_at = self._clock()
            now = credential_of(session, row, tenant)
            check_shape(username=now.username, kinds=set(now.secrets), snmp=now.snmp)
            return now

    def settle(self, scope: Scope, ref: str) -> Credential:
        """End a rotation: the credential before is forgotten."""
        with self._database.writing(scope) as session:
            row, tenant = find_credential(session, ref)
            _drop_previous(session, row)
            row.updated_at = self._clock()
            return credential_of(session, row, tenant)

    def retire(self, scope: Scope, ref: str) -> Credential:
        """Retire a credential that nothing names any more; its secrets are deleted."""
        with self._database.writing(scope) as session:
            row, tenant = find_credential(session, ref)
            named = [use for use in uses_of(session, row, tenant) if use.source == "named"]
            if named:
                users = ", ".join(f"{use.level} {use.name}" for use in named[:3])
                msg = (
                    f"credential {tenant.slug}/{row.name} is used by {users}"
                    f"{' and others' if len(named) > 3 else ''}; give them another one first"
                )
                raise InventoryError(msg)
            session.execute(
                delete(CredentialSecretRow).where(CredentialSecretRow.credential_id == row.id)
            )
            row.status, row.updated_at = "retired", self._clock()
            return credential_of(session, row, tenant)

    def used_by(self, scope: Scope, ref: str) -> tuple[CredentialUse, ...]:
        """What names the credential, then the devices that inherit it."""
        with self._database.reading(scope) as session:
            return uses_of(session, *find_credential(session, ref))

    def targets(self, scope: Scope, devices: Sequence[Device]) -> tuple[Target, ...]:
        """All that a login to each device needs, in the order given, in a few statements.

        A device whose login cannot be made up has no `logins`, and `no_login` says why: one
        variable that is not set must not stop a run over all the others.
        """
        with self._database.reading(scope) as session:
            plan = load_plan(session, devices)
        safe = Safe(plan, self._keyring, self._secrets)
        return tuple(resolve(device, plan, safe) for device in devices)

    def _checked(self, scope: Scope, new: NewCredential) -> tuple[str, Read]:
        """Id of its tenant and its secrets, or all that is wrong with a new credential."""
        found, tenant_id = _open_faults(new.username, new.snmp), ""
        read: Read = {}
        with found.of_fields():
            check_shape(username=new.username, kinds=set(new.secrets), snmp=new.snmp)
        with found.of_fields():
            read = self._read(new.secrets)
        with found.of("tenant"):
            tenant_id = self._tenant_id(scope, new.tenant)
        with found.of("name"):
            check_credential_name(new.name)
            with self._database.reading(scope) as session:
                _refuse_taken(session, tenant_id, new.name)
        found.settle()
        return tenant_id, read

    def _tenant_id(self, scope: Scope, ref: str) -> str:
        """Also makes sure of the tenant's key, which may have to be written before we write."""
        with self._database.reading(scope) as session:
            tenant_id = find_tenant(session, ref).id
        self._keyring.key(PURPOSE, tenant_id)
        return tenant_id

    def _read(self, sources: Mapping[SecretKind, SecretSource]) -> Read:
        """Read each secret, those kept as a reference too, so that a wrong name shows now."""
        found, read = Faults(), {}
        for kind, source in sources.items():
            with found.of(kind):
                read[kind] = source, check_secret(kind, self._secrets.read(kind, source))
        found.settle()
        return read

    def _store(self, session: Session, row: CredentialRow, read: Read) -> None:
        _forget(session, row, read)
        for kind, (source, text) in read.items():
            reference = lasting(source.origin) if source.keep == "reference" else None
            sealed = self._seal(row, kind, text) if reference is None else None
            session.add(self._secret(row, kind, generation=0, sealed=sealed, reference=reference))
        session.flush()

    def _keep_previous(self, session: Session, row: CredentialRow) -> None:
        _drop_previous(session, row)
        for secret in secret_rows(session, row):
            session.add(
                self._secret(
                    row,
                    secret.kind,
                    generation=PREVIOUS,
                    sealed=secret.sealed,
                    reference=secret.reference,
                )
            )
        if row.username is not None:
            sealed = self._seal(row, "username", row.username)
            session.add(self._secret(row, "username", generation=PREVIOUS, sealed=sealed))
        session.flush()

    def _seal(self, row: CredentialRow, kind: str, text: str) -> bytes:
        return self._keyring.seal(
            PURPOSE, row.tenant_id, secret_context(row.id, kind), text.encode()
        )

    def _secret(
        self,
        row: CredentialRow,
        kind: str,
        *,
        generation: int,
        sealed: bytes | None,
        reference: str | None = None,
    ) -> CredentialSecretRow:
        return CredentialSecretRow(
            tenant_id=row.tenant_id,
            credential_id=row.id,
            kind=kind,
            generation=generation,
            sealed=sealed,
            reference=reference,
            created_at=self._clock(),
        )


def _retired(session: Session, tenant_id: str, name: str) -> CredentialRow | None:
    """A retired credential's name is taken up again; its secrets went when it was retired."""
    return session.scalars(
        select(CredentialRow).where(
            CredentialRow.tenant_id == tenant_id,
            CredentialRow.name == name,
            CredentialRow.status == "retired",
        )
    ).first()


def _open_faults(username: str | None, snmp: Snmp) -> Faults:
    """What is wrong with what a credential says openly."""
    found = Faults()
    with found.of("username"):
        if username is not None:
            check_text("username", username)
    with found.of_fields():
        check_snmp(snmp)
    return found


def _refuse_taken(session: Session, tenant_id: str, name: str) -> None:
    taken = session.scalar(
        select(TenantRow.slug)
        .join(CredentialRow, CredentialRow.tenant_id == TenantRow.id)
        .where(
            CredentialRow.tenant_id == tenant_id,
            CredentialRow.name == name,
            CredentialRow.status != "retired",
        )
    )
    if taken is not None:
        raise InventoryError(_taken(taken, name))


def _insert(session: Session, row: CredentialRow, tenant: str) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # another process was first
        raise InventoryError(_taken(tenant, row.name)) from error


def _taken(tenant: str, name: str) -> str:
    return (
        f"credential {quoted(f'{tenant}/{name}')} exists already; "
        f"take another name, or change it with `netwb credential set {tenant}/{name}`"
    )


def _set_snmp(row: CredentialRow, snmp: Snmp) -> None:
    row.snmp_user = snmp.user
    row.snmp_auth_protocol = snmp.auth_protocol
    row.snmp_priv_protocol = snmp.priv_protocol


def _merged(row: CredentialRow, snmp: Snmp) -> Snmp:
    return Snmp(
        user=snmp.user or row.snmp_user,
        auth_protocol=snmp.auth_protocol or row.snmp_auth_protocol,
        priv_protocol=snmp.priv_protocol or row.snmp_priv_protocol,
    )


def _forget(session: Session, row: CredentialRow, kinds: Collection[SecretKind]) -> None:
    session.execute(
        delete(CredentialSecretRow).where(
            CredentialSecretRow.credential_id == row.id,
            CredentialSecretRow.generation == 0,
            CredentialSecretRow.kind.in_(list(kinds)),
        )
    )


def _drop_previous(session: Session, row: CredentialRow) -> None:
    session.execute(
        delete(CredentialSecretRow).where(
            CredentialSecretRow.credential_id == row.id,
            CredentialSecretRow.generation == PREVIOUS,
        )
    )


def _refuse_retired(row: CredentialRow) -> None:
    if row.status == "retired":
        msg = f"credential {row.name} is retired; add a new one with `netwb credential add`"
        raise InventoryError(msg)
