"""What an export says of itself: a head that opens it, and at its end what it holds. Pure.

An export is a tar file. The head comes first; then settings, keys and files, tables, repositories;
last the manifest, with the digest of each member before it, and the code that proves the manifest.
The head's key opens by the passphrase alone; master key and settings are sealed by it, and it makes
the code, so that nobody without the passphrase can change one byte of an export unseen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from netwb.errors import ExportRefusedError
from netwb.store.canonical import instant
from netwb.store.dump import TableShape

FORMAT = 1
HEAD, MANIFEST, CODE = "netwb-export.json", "manifest.json", "manifest.code"
KEY_FILE, SETTINGS_FILE = "keys/master.key.sealed", "settings/netwb.toml.sealed"
TABLES, BUNDLES, QUARANTINE = "tables", "archive", "quarantine"
_CODED = b"netwb export manifest"
_PART = re.compile(r"[^\x00-\x1f/\\]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How an export is opened.

    netwb   version that made it
    key     32 random bytes, wrapped by the passphrase
    """

    netwb: str
    key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an export; `digest` is SHA-256 of its bytes, hex."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table and how many rows of it there are."""

    shape: TableShape
    rows: int

    @property
    def member(self) -> str:
        """Where its lines are, compressed."""
        return f"{TABLES}/{self.shape.name}.jsonl.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One tenant's repository, up to the commit that the tables know."""

    tenant: str
    main: str

    @property
    def member(self) -> str:
        """Where its bundle is; `git clone` takes it."""
        return f"{BUNDLES}/{self.tenant}.bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an export holds.

    schema      migration that its tables stand at
    audit_head  newest link of the audit chain; no two databases have the same
    missing     quarantined texts that were lost before the export was made
    """

    made_at: datetime
    netwb: str
    schema: str
    audit_head: str
    members: tuple[Member, ...]
    dumped: tuple[Table, ...]
    bundles: tuple[Bundle, ...]
    quarantine: tuple[str, ...]
    missing: tuple[str, ...]

    def rows(self, table: str) -> int:
        """How many rows of that table there are."""
        return next((found.rows for found in self.dumped if found.shape.name == table), 0)

    def size(self, name: str) -> int:
        """Bytes of the member of that name, 0 where it is not there."""
        return next((member.size for member in self.members if member.name == name), 0)


def render_head(head: Head) -> bytes:
    """One JSON document."""
    said = {
        "netwb_export": FORMAT,
        "netwb": head.netwb,
        "key": base64.b64encode(head.key).decode(),
    }
    return json.dumps(said, indent=1).encode()


def parse_head(text: bytes) -> Head:
    """Raises ExportRefusedError for what is no export, or one of a newer netwb."""
    try:
        said = json.loads(text)
        found = said["netwb_export"]
        if found == FORMAT:
            return Head(netwb=str(said["netwb"]), key=base64.b64decode(said["key"], validate=True))
    except (ValueError, KeyError, TypeError) as error:
        msg = "it is no export of netwb; name the right file"
        raise ExportRefusedError(msg) from error
    msg = f"it was made by netwb {str(said.get('netwb', ''))[:20]}, which is newer; install that"
    raise ExportRefusedError(msg)


def render_manifest(manifest: Manifest) -> bytes:
    """One JSON document."""
    said = asdict(manifest) | {"made_at": instant(manifest.made_at)}
    return json.dumps(said, indent=1).encode()


def parse_manifest(text: bytes) -> Manifest:
    """What `render_manifest` wrote. Only after `is_proven`: a fault here is then one of ours."""
    said: dict[str, Any] = json.loads(text)
    return Manifest(
        made_at=datetime.fromisoformat(said["made_at"]),
        netwb=said["netwb"],
        schema=said["schema"],
        audit_head=said["audit_head"],
        members=tuple(Member(**one) for one in said["members"]),
        dumped=tuple(Table(shape=_shape(one["shape"]), rows=one["rows"]) for one in said["dumped"]),
        bundles=tuple(Bundle(**one) for one in said["bundles"]),
        quarantine=tuple(said["quarantine"]),
        missing=tuple(said["missing"]),
    )


def code(key: bytes, manifest: bytes) -> bytes:
    """What proves the manifest, and by its digests everything else."""
    return hmac.new(key, _CODED + manifest, hashlib.sha256).hexdigest().encode()


def is_proven(key: bytes, manifest: bytes, told: bytes) -> bool:
    """Whether that code is this manifest's."""
    return hmac.compare_digest(code(key, manifest), told)


def is_name(name: str) -> bool:
    """Whether a member's name leads nowhere but below the place where it is unpacked."""
    parts = name.split("/")
    return all(_PART.fullmatch(part) and part not in {".", ".."} for part in parts)


def _shape(said: Mapping[str, Any]) -> TableShape:
    columns = cast("Sequence[Sequence[str]]", said["columns"])
    return TableShape(
        name=said["name"],
        columns=tuple((name, kind) for name, kind in columns),
        key=tuple(said["key"]),
        later=tuple(said["later"]),
    )
