"""A tenant's keys under a passphrase, as they lie at its remote. Nothing else opens them there.

Three keys: the vault's opens the secrets, the redaction key tells which token a secret has (so that
backups after a restore make no changes), the digest key tells an unchanged text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from netwb.errors import InputError
from netwb.store.keyring import Keyring
from netwb.store.passphrase import STANDARD, Costs, unwrap, wrap

PURPOSES = ("digest", "redact", "vault")
_CONTEXT = "keys of a tenant at its remote: "


def wrap_keys(keyring: Keyring, tenant_id: str, passphrase: str, costs: Costs = STANDARD) -> bytes:
    """The tenant's keys; they open with the passphrase, for that tenant."""
    keys = {purpose: keyring.key(purpose, tenant_id).hex() for purpose in PURPOSES}
    return wrap(passphrase, _CONTEXT + tenant_id, json.dumps(keys).encode(), costs=costs)


def unwrap_keys(wrapped: bytes, tenant_id: str, passphrase: str) -> Mapping[str, bytes]:
    """The keys by purpose. Raises InputError."""
    plain = unwrap(passphrase, _CONTEXT + tenant_id, wrapped)
    if plain is None:
        msg = "the passphrase is not the one that this remote's keys lie under; try another one"
        raise InputError(msg)
    keys = json.loads(plain)
    return {purpose: bytes.fromhex(keys[purpose]) for purpose in PURPOSES}
