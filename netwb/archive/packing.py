"""A quarantined text and what the gate found out about it, as bytes to be sealed. Pure."""

from __future__ import annotations

import json
from datetime import datetime

from netwb.configs.records import CleanConfig, Rejected, VolatileLine


def pack(rejected: Rejected) -> bytes:
    """One line of JSON, then the text as it is."""
    clean = rejected.clean
    facts = None
    if clean is not None:
        facts = {
            "kind": clean.kind,
            "lines": clean.lines,
            "volatile": [[line.line, line.text.decode("latin-1")] for line in clean.volatile],
            "proof": clean.proof,
            "changed_by": clean.changed_by,
            "changed_at": clean.changed_at.isoformat() if clean.changed_at else None,
        }
    return json.dumps(facts).encode() + b"\n" + (clean.text if clean else rejected.text)


def unpack(packed: bytes) -> tuple[bytes, CleanConfig | None]:
    """The text, and its storable form where there is one."""
    head, _, text = packed.partition(b"\n")
    facts = json.loads(head)
    if facts is None:
        return text, None
    changed_at = facts.pop("changed_at")
    volatile = tuple(
        VolatileLine(line=line, text=content.encode("latin-1"))
        for line, content in facts.pop("volatile")
    )
    return text, CleanConfig(
        text=text,
        volatile=volatile,
        changed_at=datetime.fromisoformat(changed_at) if changed_at else None,
        **facts,
    )
