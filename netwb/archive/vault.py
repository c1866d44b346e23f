"""Secrets behind their tokens: sealed under the tenant's key, durable before any commit names them.

A short token shows 64 bits of a secret's HMAC. The whole HMAC is kept beside it, so that two
secrets that share a token are noticed; the second one is then redacted with all its digits.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.configs.records import Secret
from netwb.errors import SecretMissingError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.inserting import insert_many
from netwb.store.keyring import Keyring
from netwb.store.models import VaultRow

PURPOSE = "vault"


class Vault:
    """The sealed secrets of all tenants. Rows are added, and never changed."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def keep(self, tenant_id: str, secrets: Iterable[Secret], at: datetime) -> frozenset[str]:
        """Store what is not there yet, and return when a power cut can no longer lose it.

        Gives the whole HMACs of those secrets whose token already stands for another one, in the
        vault or among these; then nothing was stored. Redact again with them as `longer`.
        """
        wanted: dict[str, Secret] = {}
        clashes = set()
        for secret in secrets:
            if wanted.setdefault(secret.token, secret).full != secret.full:
                clashes.add(secret.full)
        known = self._known(tenant_id, wanted)
        clashes |= {wanted[t].full for t, full in known.items() if wanted[t].full != full}
        new = [secret for token, secret in wanted.items() if token not in known]
        if new and not clashes:
            new.sort(key=lambda secret: secret.token)  # random words: neighbours share a page
            rows = [self._row(tenant_id, secret, at) for secret in new]
            with self._database.writing(ALL_TENANTS) as session:
                insert_many(session, VaultRow, rows)
            _to_disk(self._database)
        return frozenset(clashes)

    def values(self, scope: Scope, tenant_id: str, tokens: Collection[str]) -> Mapping[str, bytes]:
        """The exact bytes behind each token.

        Raises SecretMissingError when one of them is not there: a text with a hole is no text.
        """
        values = self.held(scope, tenant_id, tokens)
        if missing := [token for token in tokens if token not in values]:
            msg = (
                f"the vault has no secret for {missing[0]} ({len(missing)} missing); put the"
                " database back from a copy, or restore with --redacted"
            )
            raise SecretMissingError(msg)
        return values

    def held(self, scope: Scope, tenant_id: str, tokens: Collection[str]) -> Mapping[str, bytes]:
        """The exact bytes behind those tokens that are there."""
        sealed: dict[str, bytes] = {}
        with self._database.reading(scope) as session:
            for piece in chunks(tokens):
                rows = session.execute(
                    select(VaultRow.token, VaultRow.sealed).where(
                        VaultRow.tenant_id == tenant_id, VaultRow.token.in_(piece)
                    )
                )
                sealed.update((token, value) for token, value in rows)
        return {
            token: self._keyring.open(PURPOSE, tenant_id, token, value)
            for token, value in sealed.items()
        }

    def missing(self, tenant_id: str, tokens: Collection[str]) -> frozenset[str]:
        """Those tokens that have no secret here."""
        return frozenset(set(tokens) - self._known(tenant_id, tokens).keys())

    def _known(self, tenant_id: str, tokens: Iterable[str]) -> dict[str, str]:
        with self._database.reading(ALL_TENANTS) as session:
            return {
                token: full
                for piece in chunks(tokens)
                for token, full in _fulls(session, tenant_id, piece)
            }

    def _row(self, tenant_id: str, secret: Secret, at: datetime) -> dict[str, object]:
        return {
            "tenant_id": tenant_id,
            "token": secret.token,
            "full": secret.full,
            "sealed": self._keyring.seal(PURPOSE, tenant_id, secret.token, secret.value),
            "fingerprint": secret.fingerprint,
            "rule": secret.rule,
            "created_at": at,
        }


def _fulls(session: Session, tenant_id: str, tokens: list[str]) -> list[tuple[str, str]]:
    found = session.execute(
        select(VaultRow.token, VaultRow.full).where(
            VaultRow.tenant_id == tenant_id, VaultRow.token.in_(tokens)
        )
    )
    return [(token, full) for token, full in found]


def _to_disk(database: Database) -> None:
    """Sync SQLite's log. `synchronous=NORMAL` leaves that to the next checkpoint, and Git syncs."""
    if database.path is None:
        return
    # No log: the checkpoint that removed it synced the database itself.
    with suppress(FileNotFoundError):
        descriptor = os.open(f"{database.path}-wal", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
