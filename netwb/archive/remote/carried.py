"""What `refs/netwb/vault` holds: a tenant's sealed secrets and all else that a restore needs. Pure.

    about           format, tenant
    keys            the tenant's keys, under a passphrase; missing while none was given
    inventory       tenant, sites and devices, sealed under the vault's key
    secrets/00001   sealed secrets, a line of JSON each; a file is added with each push that has new
                    ones, and none is ever changed
    commits/00001   commits of `main`, each with its seal; added to in the same way, so that a remote
                    whose `main` was put back is still known as ours up to where it ends

Nothing here opens without the passphrase; tokens, HMACs and names of rules stand open, and the
archive's own texts show as much. Where the secrets stand in each revision, and its volatile lines,
are trailers of its commit (`archive.message`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from netwb.archive.records import NETWB

ABOUT, KEYS, INVENTORY, SECRETS, COMMITS = "about", "keys", "inventory", "secrets/", "commits/"
FORMAT = 1
LINES_A_FILE = 5000  # of secrets; about 1 MB
_DIGITS = 5  # of a file's number; Git sorts by name


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """A row of the vault as it is: the value opens with the tenant's vault key alone."""

    token: str
    full: str
    sealed: bytes = field(repr=False)
    fingerprint: str
    rule: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedState:
    """Up to where the vault was carried; the trailers of the newest commit of the ref.

    secrets    how many there were, `newest`: when the last one was made, ISO 8601
    inventory  HMAC of what was carried of it; `keys`: digest of the wrapped ones, "" none
    main       the archive's newest commit then, and `commits`, how many it had: a remote that has
               less than these lost some
    seal       HMAC of these two, "" of an older netwb: who can push there cannot make one, and as a
               commit names those before it, it vouches for all of them
    """

    secrets: int
    newest: str
    inventory: str
    keys: str
    main: str = ""
    commits: int = 0
    seal: str = ""


NOTHING = CarriedState(secrets=0, newest="", inventory="", keys="")


def about(tenant_id: str) -> bytes:
    """The file that says what this is."""
    told = {"format": FORMAT, "tenant_id": tenant_id}
    return json.dumps(told, sort_keys=True).encode() + b"\n"


def numbered(folder: str, number: int) -> str:
    """Name of the file that is added to that folder as the `number`-th, from 1."""
    return f"{folder}{number:0{_DIGITS}d}"


def render_secrets(rows: Iterable[SealedSecret]) -> bytes:
    """One file of them."""
    return b"".join(_line(row) for row in rows)


def parse_secrets(content: bytes) -> Iterator[SealedSecret]:
    """The rows of one file. Raises ValueError for what is none."""
    for line in content.splitlines():
        token, full, sealed, fingerprint, rule, created_at = json.loads(line)
        yield SealedSecret(
            token=token,
            full=full,
            sealed=base64.b64decode(sealed, validate=True),
            fingerprint=fingerprint,
            rule=rule,
            created_at=datetime.fromisoformat(created_at).astimezone(UTC),
        )


def render_seals(key: bytes, commits: Iterable[str]) -> bytes:
    """One file of commits, each with its seal; `key` is the tenant's vault key."""
    return "".join(f"{commit} {_seal_commit(key, commit)}\n" for commit in commits).encode()


def sealed_commits(key: bytes, content: bytes) -> Iterator[str]:
    """The commits of one file whose seal is by that key."""
    for line in content.decode(errors="replace").splitlines():
        commit, _, seal = line.partition(" ")
        if hmac.compare_digest(_seal_commit(key, commit).encode(), seal.encode()):
            yield commit


def message(state: CarriedState, *, added: int) -> bytes:
    """The message of the commit that carries up to there."""
    what = f"{added} secrets more" if added else "inventory, keys or commits anew"
    return (
        f"{what}\n\nSecrets: {state.secrets}\nNewest: {state.newest}\n"
        f"Inventory: {state.inventory}\nKeys: {state.keys}\n"
        f"Main: {state.main}\nCommits: {state.commits}\nSeal: {state.seal}\n"
    ).encode()


def parse_message(text: str) -> CarriedState:
    """What it says; NOTHING where it is not ours."""
    said = dict(line.partition(":")[::2] for line in text.splitlines()[2:])
    try:
        return CarriedState(
            secrets=int(said["Secrets"]),
            newest=said["Newest"].strip(),
            inventory=said["Inventory"].strip(),
            keys=said["Keys"].strip(),
            main=said.get("Main", "").strip(),
            commits=int(said.get("Commits", "0")),
            seal=said.get("Seal", "").strip(),
        )
    except (KeyError, ValueError):
        return NOTHING


def render_commit(
    files: Mapping[str, bytes], said: bytes, *, onto: str, ref: str, at: datetime
) -> Iterator[bytes]:
    """Pieces of the stream that puts those files on `onto` ("": the first commit of the ref)."""
    yield (
        f"commit {ref}\nmark :1\n"
        f"committer {NETWB} <{NETWB}@localhost> {int(at.timestamp())} +0000\n"
        f"data {len(said)}\n"
    ).encode()
    yield said + b"\n"
    if onto:
        yield f"from {onto}\n".encode()
    for path, content in files.items():
        yield f"M 100644 inline {path}\ndata {len(content)}\n".encode()
        yield content
        yield b"\n"
    yield b"get-mark :1\ndone\n"


def seal_main(key: bytes, main: str, commits: int) -> str:
    """The seal of a state; `key` is the tenant's vault key."""
    return hmac.digest(key, f"main {main} {commits}".encode(), "sha256").hex() if main else ""


def is_sealed(state: CarriedState, key: bytes) -> bool:
    """Whether who has the key carried up to that commit of the archive."""
    seal = seal_main(key, state.main, state.commits)
    return bool(seal) and hmac.compare_digest(seal.encode(), state.seal.encode())


def key_digest(wrapped: bytes | None) -> str:
    """Tells whether the wrapped keys are still those that were carried."""
    return hashlib.sha256(wrapped).hexdigest()[:16] if wrapped else ""


def parse_about(content: bytes) -> str:
    """Id of the tenant. Raises ValueError for what is not ours, or is of a newer netwb."""
    told: Any = json.loads(content)
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        msg = "another format"
        raise ValueError(msg)
    return str(told["tenant_id"])


def _seal_commit(key: bytes, commit: str) -> str:
    return hmac.digest(key, f"commit {commit}".encode(), "sha256").hex()[:32]


def _line(row: SealedSecret) -> bytes:
    values = (
        row.token,
        row.full,
        base64.b64encode(row.sealed).decode(),
        row.fingerprint,
        row.rule,
        row.created_at.isoformat(),
    )
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"
