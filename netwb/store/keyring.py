"""Random keys by purpose and tenant, wrapped by the master key (design D13).

HMAC, cookie, token, vault and audit keys are rows; what they protect never sees the master key, so
that a new master key changes rows and nothing else. A check value, wrapped like the rest, tells a
wrong master key before anything is opened with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from netwb.errors import KeyringError
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.inserting import insert_absent
from netwb.store.masterkey import MasterKey, sole_writer
from netwb.store.models import KeyRow
from netwb.store.sealing import KEY_BYTES, context_bytes, seal, unseal

__all__ = ["Keyring", "MasterKey", "opens"]

CHECK = "check"  # purpose of the check value


class _Opened(NamedTuple):
    plain: bytes
    by: bytes  # the key of the master file that opened it


class Keyring:
    """Keys of one database. Safe between threads and between processes.

    Raises KeyringError at construction when `master` is not what wrapped the database's keys.
    """

    def __init__(
        self, database: Database, master: MasterKey, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._master = master
        self._clock = clock
        self._known: dict[tuple[str, str], bytes] = {}
        if self._stored(CHECK, "") is None:
            self._make(CHECK, "")

    @classmethod
    def of_file(cls, database: Database, path: Path, clock: Callable[[], datetime]) -> Self:
        """Open by the master key file, also while another process renews it.

        A renewal may end between our reading of the file and the check; then it is read again.
        """
        master = MasterKey.read(path)
        try:
            return cls(database, master, clock)
        except KeyringError:
            with sole_writer(path):
                again = MasterKey.read(path)
            if again.keys == master.keys:
                raise
            return cls(database, again, clock)

    def key(self, purpose: str, tenant_id: str = "") -> bytes:
        """Thirty-two random bytes, made at the first use and the same ever after.

        A first use writes: ask for a new key before a write transaction begins, not inside it.
        """
        name = (purpose, tenant_id)
        if name not in self._known:
            self._known[name] = self._stored(*name) or self._make(*name)
        return self._known[name]

    def adopt(self, session: Session, tenant_id: str, keys: Mapping[str, bytes]) -> None:
        """Take a tenant's keys by purpose as they are, in the caller's transaction; it has none yet."""
        for purpose, key in keys.items():
            row = KeyRow(
                id=new_id(), purpose=purpose, tenant_id=tenant_id, created_at=self._clock()
            )
            row.wrapped = seal(self._wrapping(session, purpose), _context(row), key)
            session.add(row)
        session.flush()

    def seal(self, purpose: str, tenant_id: str, context: str, plain: bytes) -> bytes:
        """Encrypt under that purpose's key; it opens only with the same context."""
        return seal(self.key(purpose, tenant_id), context_bytes(context), plain)

    def open(self, purpose: str, tenant_id: str, context: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` gave. Raises KeyringError when it was changed or moved."""
        plain = unseal(self.key(purpose, tenant_id), context_bytes(context), sealed)
        if plain is None:
            msg = f"sealed {purpose} of {context} was changed or moved; put the database back from a copy"
            raise KeyringError(msg)
        return plain

    def renew_master(self, path: Path) -> None:
        """Put a new master key in place of the one in that file, and wrap every key by it.

        The file holds both while the rows are wrapped, so that a crash in between loses nothing.
        One renewal at a time: a second one waits, then renews what the first one left. Raises
        KeyringError, and leaves the file alone, when its key does not open this database.
        """
        with sole_writer(path):
            master = MasterKey.read(path)
            fresh = type(self)(self._database, master, self._clock)  # refuses a wrong key
            renewed = master.renewed()
            renewed.write(path)
            fresh.rekey(renewed)
            renewed.newest().write(path)
            self._master = renewed.newest()

    def rekey(self, new_master: MasterKey) -> None:
        """Wrap every key by the newest key of `new_master`, in one transaction.

        Keys themselves stay. Processes with the old file go on with the keys that they know, and
        make no new ones until they read the new file.
        """
        with self._database.writing_durably(NO_TENANT) as session:
            self._locked_check(session)
            for row in session.scalars(select(KeyRow)):
                row.wrapped = seal(new_master.keys[0], _context(row), self._opened(row).plain)
        self._master = new_master

    def _stored(self, purpose: str, tenant_id: str) -> bytes | None:
        with self._database.reading(NO_TENANT) as session:
            row = _find(session, purpose, tenant_id)
            return None if row is None else self._opened(row).plain

    def _make(self, purpose: str, tenant_id: str) -> bytes:
        """Make a key, or take the one of another process that was first."""
        with self._database.writing_durably(NO_TENANT) as session:
            wrapping = self._wrapping(session, purpose)
            row = KeyRow(
                id=new_id(), purpose=purpose, tenant_id=tenant_id, created_at=self._clock()
            )
            row.wrapped = seal(wrapping, _context(row), secrets.token_bytes(KEY_BYTES))
            insert_absent(session, row)
            return self._opened(_find(session, purpose, tenant_id)).plain

    def _wrapping(self, session: Session, purpose: str) -> bytes:
        """The key that wraps the check value, so that all rows stay under one key.

        Whether there are keys is asked first: another process may make the check value, the first
        of all, between the two questions, and then it must not seem lost.
        """
        has_keys = session.scalars(select(KeyRow.id).limit(1)).first() is not None
        check = self._locked_check(session)
        if check is not None:
            return self._opened(check).by
        if purpose == CHECK and not has_keys:
            return self._master.keys[0]
        msg = f"keys of database {self._database.name} lost their check value; put it back from a copy"
        raise KeyringError(msg)

    def _locked_check(self, session: Session) -> KeyRow | None:
        """The check value, held: on PostgreSQL a key maker and a rekey wait for each other here."""
        return session.scalars(
            select(KeyRow).where(KeyRow.purpose == CHECK).with_for_update()
        ).one_or_none()

    def _opened(self, row: KeyRow | None) -> _Opened:
        if row is not None:
            for key in self._master.keys:
                plain = unseal(key, _context(row), row.wrapped)
                if plain is not None:
                    return _Opened(plain, key)
        raise self._wrong()

    def _wrong(self) -> KeyringError:
        return KeyringError(
            f"master key {self._master.source} is not the one that this database was made with;"
            " put the right file back, or set keys.master_file"
        )


def opens(connection: Connection, master: MasterKey) -> bool:
    """Whether the keys that the connection sees are wrapped by one of those."""
    found = select(KeyRow.wrapped).where(KeyRow.purpose == CHECK)
    wrapped = connection.scalar(found)
    context = context_bytes("key", CHECK, "")
    return wrapped is not None and any(unseal(key, context, wrapped) for key in master.keys)


def _context(row: KeyRow) -> bytes:
    return context_bytes("key", row.purpose, row.tenant_id)


def _find(session: Session, purpose: str, tenant_id: str) -> KeyRow | None:
    return session.scalars(
        select(KeyRow).where(KeyRow.purpose == purpose, KeyRow.tenant_id == tenant_id)
    ).one_or_none()
