"""The remotes in SQL: what a person set, how the last push ended, when the next one is due.

The row is the retry queue: what is to be pushed follows from it and from Git, so that a push that
was killed at any moment is simply still to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from netwb.archive.remote.opening import Credentials
from netwb.archive.remote.records import NewRemote, Stranger
from netwb.errors import InputError, NetwbError, UnknownNameError
from netwb.inventory.records import SecretKind
from netwb.roles import ALL_TENANTS, Scope
from netwb.settings import RemoteSettings
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import RemoteRow, TenantRow

PURPOSE = "remote"  # of the key that seals what opens a remote
_DOUBLINGS = 20  # enough for any limit; 2**1000 is no float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One remote's row, with its tenant's slug; what opens it is left out.

    only_elsewhere   it may not lead to the machine that netwb runs on
    """

    tenant_id: str
    tenant: str
    url: str
    only_elsewhere: bool
    username: str
    opened_by: tuple[str, ...]
    set_at: datetime
    wrapped: bytes | None = field(repr=False)
    wrapped_at: datetime | None
    pushed_main: str
    pushed_vault: str
    pushed_at: datetime | None
    tries: int
    failed_since: datetime | None
    next_at: datetime | None
    error_kind: str
    error: str
    behind: int
    strangers: tuple[Stranger, ...]
    checked_at: datetime | None
    checked_main: str


class Remotes:
    """Reads and writes the remotes' rows.

    resolve   the secret behind `env:NAME` or `file:PATH`
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        resolve: Callable[[SecretKind, str], str],
        clock: Callable[[], datetime],
        settings: RemoteSettings,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._resolve = resolve
        self._clock = clock
        self._settings = settings

    def list(self, scope: Scope) -> tuple[Standing, ...]:
        """Every remote in scope, by tenant."""
        statement = (
            select(RemoteRow, TenantRow.slug)
            .join(TenantRow, TenantRow.id == RemoteRow.tenant_id)
            .order_by(TenantRow.slug)
        )
        with self._database.reading(scope) as session:
            return tuple(_standing(row, slug) for row, slug in session.execute(statement))

    def get(self, scope: Scope, tenant_id: str, tenant: str) -> Standing:
        """One tenant's. Raises UnknownNameError."""
        for found in self.list(scope):
            if found.tenant_id == tenant_id:
                return found
        msg = f"tenant {tenant} has no remote; give it one with `netwb remote set {tenant} URL`"
        raise UnknownNameError(msg, wanted=tenant)

    def set(self, scope: Scope, tenant_id: str, new: NewRemote, *, only_elsewhere: bool) -> None:
        """Set a tenant's remote in place of the one before, whose passphrase stays.

        Raises InputError when another tenant is pushed to the same URL.
        """
        sealed = {
            f"{kind}_sealed": self._keyring.seal(PURPOSE, tenant_id, kind, value.encode())
            if value
            else None
            for kind, value in (("password", new.password), ("key", new.key))
        }
        values = {
            "url": new.url,
            "only_elsewhere": only_elsewhere,
            "username": new.username,
            "password_reference": new.password_reference or None,
            "key_reference": new.key_reference or None,
            "set_at": self._clock(),
            **sealed,
            **_NEVER_PUSHED,
        }
        try:
            with self._database.writing(scope) as session:
                row = session.get(RemoteRow, tenant_id)
                if row is None:
                    session.add(
                        RemoteRow(tenant_id=tenant_id, wrapped=None, wrapped_at=None, **values)
                    )
                else:
                    for name, value in values.items():
                        setattr(row, name, value)
                session.flush()
        except IntegrityError as error:
            msg = f"{new.url} is another tenant's remote; each tenant needs a repository of its own"
            raise InputError(msg) from error

    def unset(self, scope: Scope, tenant_id: str) -> None:
        """Push that tenant's archive nowhere any more; what is there stays there."""
        with self._database.writing(scope) as session:
            session.execute(delete(RemoteRow).where(RemoteRow.tenant_id == tenant_id))

    def wrap(self, scope: Scope, tenant_id: str, wrapped: bytes) -> None:
        """Keep the tenant's keys as they are to be carried: under a passphrase."""
        self._change(scope, tenant_id, wrapped=wrapped, wrapped_at=self._clock())

    def credentials(self, tenant_id: str) -> Credentials:
        """What opens the remote now; a reference is read anew. Raises InventoryError."""
        with self._database.reading(ALL_TENANTS) as session:
            row = session.get(RemoteRow, tenant_id)
            if row is None:
                return Credentials()
            username = row.username
            password = (row.password_sealed, row.password_reference)
            key = (row.key_sealed, row.key_reference)
        return Credentials(
            username=username,
            password=self._secret(tenant_id, "password", "password", *password),
            key=self._secret(tenant_id, "private_key", "key", *key),
        )

    def pushed(self, of: Standing, *, main: str, vault: str) -> None:
        """The remote has these commits now; whatever failed before is over."""
        self._change(
            ALL_TENANTS,
            of.tenant_id,
            set_at=of.set_at,
            pushed_main=main,
            pushed_vault=vault,
            pushed_at=self._clock(),
            **_NOTHING_WRONG,
        )

    def seen(self, of: Standing, *, main: str, vault: str) -> None:
        """The remote was asked, and has these commits."""
        self._change(
            ALL_TENANTS, of.tenant_id, set_at=of.set_at, pushed_main=main, pushed_vault=vault
        )

    def failed(
        self, of: Standing, error: NetwbError, *, behind: int, strangers: Sequence[Stranger]
    ) -> int:
        """Note a push in vain, and when to try again; gives how many there were in a row."""
        now, tries = self._clock(), of.tries + 1
        self._change(
            ALL_TENANTS,
            of.tenant_id,
            set_at=of.set_at,
            tries=tries,
            failed_since=of.failed_since or now,
            next_at=now + timedelta(seconds=self._wait_s(tries)),
            error_kind=type(error).__name__,
            error=storable(str(error)),
            behind=behind,
            strangers=[[one.commit, one.author, one.subject] for one in strangers],
        )
        return tries

    def checked(self, of: Standing, *, main: str) -> None:
        """A restore from it was tried, and gave everything up to that commit."""
        self._change(
            ALL_TENANTS,
            of.tenant_id,
            set_at=of.set_at,
            checked_at=self._clock(),
            checked_main=main,
        )

    def _wait_s(self, tries: int) -> float:
        doubled: float = self._settings.retry_s * 2 ** min(tries - 1, _DOUBLINGS)
        return min(doubled, max(self._settings.retry_s, self._settings.retry_most_s))

    def _change(
        self, scope: Scope, tenant_id: str, *, set_at: datetime | None = None, **values: Any
    ) -> None:
        """`set_at`: only while that is the remote still; a person may set another meanwhile."""
        statement = update(RemoteRow).where(RemoteRow.tenant_id == tenant_id).values(**values)
        if set_at is not None:
            statement = statement.where(RemoteRow.set_at == set_at)
        with self._database.writing(scope) as session:
            session.execute(statement)

    def _secret(
        self,
        tenant_id: str,
        kind: SecretKind,
        context: str,
        sealed: bytes | None,
        reference: str | None,
    ) -> str:
        if reference:
            return self._resolve(kind, reference)
        if sealed is None:
            return ""
        return self._keyring.open(PURPOSE, tenant_id, context, sealed).decode()


_NOTHING_WRONG: dict[str, Any] = {
    "tries": 0,
    "failed_since": None,
    "next_at": None,
    "error_kind": "",
    "error": "",
    "behind": 0,
    "strangers": [],
}
_NEVER_PUSHED: dict[str, Any] = {
    **_NOTHING_WRONG,
    "pushed_main": "",
    "pushed_vault": "",
    "pushed_at": None,
    "checked_at": None,
    "checked_main": "",
}


def _standing(row: RemoteRow, slug: str) -> Standing:
    return Standing(
        tenant_id=row.tenant_id,
        tenant=slug,
        url=row.url,
        only_elsewhere=row.only_elsewhere,
        username=row.username,
        opened_by=_opened_by(row),
        set_at=row.set_at,
        wrapped=row.wrapped,
        wrapped_at=row.wrapped_at,
        pushed_main=row.pushed_main,
        pushed_vault=row.pushed_vault,
        pushed_at=row.pushed_at,
        tries=row.tries,
        failed_since=row.failed_since,
        next_at=row.next_at,
        error_kind=row.error_kind,
        error=row.error,
        behind=row.behind,
        strangers=tuple(
            Stranger(commit=commit, author=author, subject=subject)
            for commit, author, subject in row.strangers
        ),
        checked_at=row.checked_at,
        checked_main=row.checked_main,
    )


def _opened_by(row: RemoteRow) -> tuple[str, ...]:
    held = {
        "password": row.password_reference or ("sealed" if row.password_sealed else ""),
        "key": row.key_reference or ("sealed" if row.key_sealed else ""),
    }
    return tuple(f"{kind}: {how}" for kind, how in held.items() if how)
