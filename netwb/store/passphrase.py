"""Wrap a key by a passphrase: argon2id stretches it, AES-256-GCM seals by what comes out.

Wrapped bytes: version (1 byte), memory in KiB (4), passes (1), lanes (1), salt (16), then as
`store.sealing`. All of it is authenticated: the costs are part of what was stretched.
Source: RFC 9106, section 4 (second recommended option: 64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

import secrets
import struct
import unicodedata
from dataclasses import dataclass

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw

from netwb.errors import StoreError
from netwb.store.sealing import KEY_BYTES, context_bytes, seal, unseal

_HEAD = struct.Struct(">BIBB16s")
_VERSION = 1
# What is wrapped says what unwrapping costs, and may be hostile: 16 times of what is written here.
_MOST_MEMORY_KIB = 1024 * 1024
_MOST_PASSES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What each guess of a passphrase costs."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


STANDARD = Costs()


def wrap(passphrase: str, context: str, plain: bytes, *, costs: Costs = STANDARD) -> bytes:
    """Seal under the passphrase; it opens only with the same context."""
    salt = secrets.token_bytes(16)
    head = _HEAD.pack(_VERSION, costs.memory_kib, costs.passes, costs.lanes, salt)
    return head + seal(_stretched(passphrase, salt, costs), _bound(head, context), plain)


def unwrap(passphrase: str, context: str, wrapped: bytes) -> bytes | None:
    """Open; None when passphrase or context is another one, or a byte was changed.

    Raises StoreError where the machine has not the memory that it takes.
    """
    head, sealed = wrapped[: _HEAD.size], wrapped[_HEAD.size :]
    if len(head) < _HEAD.size:
        return None
    version, memory_kib, passes, lanes, salt = _HEAD.unpack(head)
    costs = Costs(memory_kib=memory_kib, passes=passes, lanes=lanes)
    if version != _VERSION or not _is_bearable(costs):
        return None
    return unseal(_stretched(passphrase, salt, costs), _bound(head, context), sealed)


def _is_bearable(costs: Costs) -> bool:
    """Within what argon2 takes, and what a machine survives."""
    enough = costs.lanes > 0 and costs.memory_kib >= 8 * costs.lanes
    return enough and costs.memory_kib <= _MOST_MEMORY_KIB and 0 < costs.passes <= _MOST_PASSES


def _stretched(passphrase: str, salt: bytes, costs: Costs) -> bytes:
    try:
        return hash_secret_raw(
            unicodedata.normalize("NFKC", passphrase).encode(),
            salt,
            time_cost=costs.passes,
            memory_cost=costs.memory_kib,
            parallelism=costs.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except HashingError as error:
        msg = (
            f"a passphrase cannot be tried here: that takes {costs.memory_kib // 1024} MiB of memory;"
            " end something, or try on a larger machine"
        )
        raise StoreError(msg) from error


def _bound(head: bytes, context: str) -> bytes:
    return head + context_bytes(context)
