"""Heads of the audit chain that commits carry: what proves that the chain was not cut.

Each commit names the newest link of its time in a trailer, and Git's history cannot be changed
without changing every id after it. So a database whose chain was cut, with its head put back to
match, is found by the commits made since.
"""

from __future__ import annotations

import re
from pathlib import Path

from netwb.archive.repository import Repository

_HEAD = re.compile(r"[1-9]\d{0,17}:[0-9a-f]{16}")


def witnesses(folder: Path, tenant: str) -> frozenset[str]:
    """The heads that the tenant's commits carry; none where nothing was ever stored.

    A person's commit may say anything there; what is no head is left out.
    """
    repository = Repository(folder / f"{tenant}.git")
    if not repository.exists() or repository.tip() is None:
        return frozenset()
    return frozenset(head for head in repository.audit_heads() if _HEAD.fullmatch(head))
