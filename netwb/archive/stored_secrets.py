"""The secrets that a device's newest texts stand for: their values, and whether the vault has them.

Read only. A text is small beside the vault, and its tokens are found in it; so no table says which
device has which secret.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.records import ConfigKey
from netwb.archive.vault import Vault
from netwb.configs.redact import find_tokens
from netwb.configs.tokens import Tokens
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import CurrentTextRow

REDACT = "redact"  # purpose of the tenant's redaction key
_TEXTS_AT_ONCE = 100  # some megabytes


class StoredSecrets:
    """Looks into newest texts and into the vault."""

    def __init__(self, database: Database, vault: Vault, keyring: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._keyring = keyring

    def known(self, tenant_id: str, device_id: str, texts: Iterable[bytes]) -> frozenset[bytes]:
        """The values behind the tokens of the device's newest texts, of both kinds.

        A secret whose rule line is gone may still stand in a description; so it must stay known.
        Because its token then stands in the next revision too, it is for as long as it stands.

        texts   that are about to be redacted: a value that the vault lost is looked for among their
                words, whose HMAC tells it
        """
        with self._database.reading(ALL_TENANTS) as session:
            tokens = {token for _, _, token in _tokens(session, [device_id], tenant_id)}
        held = self._vault.held(ALL_TENANTS, tenant_id, tokens)
        lost = tokens - held.keys()
        found = self._recognized(tenant_id, lost, texts) if lost else ()
        return frozenset({*held.values(), *found})

    def lost(self, scope: Scope, device_ids: Collection[str]) -> frozenset[ConfigKey]:
        """Whose newest text names a secret that the vault has not; one reading for all of them."""
        named: dict[str, dict[str, set[ConfigKey]]] = {}
        with self._database.reading(scope) as session:
            for tenant_id, key, token in _tokens(session, device_ids):
                named.setdefault(tenant_id, {}).setdefault(token, set()).add(key)
        return frozenset(
            key
            for tenant_id, by_token in named.items()
            for token in self._vault.missing(tenant_id, by_token.keys())
            for key in by_token[token]
        )

    def _recognized(
        self, tenant_id: str, lost: Collection[str], texts: Iterable[bytes]
    ) -> Iterator[bytes]:
        tokens = Tokens(self._keyring.key(REDACT, tenant_id), frozenset())
        words = {word for text in texts for word in text.split()}
        return (word for word in words if tokens.token(word, "", b"plain") in lost)


def _tokens(
    session: Session, device_ids: Iterable[str], tenant_id: str | None = None
) -> Iterator[tuple[str, ConfigKey, str]]:
    """Tenant, device and kind, and token, of each token in the newest texts."""
    columns = (CurrentTextRow.tenant_id, CurrentTextRow.device_id, CurrentTextRow.kind)
    statement = select(*columns, CurrentTextRow.text).execution_options(yield_per=_TEXTS_AT_ONCE)
    if tenant_id is not None:
        statement = statement.where(CurrentTextRow.tenant_id == tenant_id)
    for piece in chunks(device_ids):
        for owner, device_id, kind, text in session.execute(
            statement.where(CurrentTextRow.device_id.in_(piece))
        ):
            for place in find_tokens(text):
                yield owner, (device_id, kind), place.token  # type: ignore[misc]
