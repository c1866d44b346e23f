"""Heads of the audit chain that commits carry: what proves that the chain was not cut.

Each commit names the newest link of its time in a trailer, and Git's history cannot be changed
without changing every id after it. So a database whose chain was cut, with its head put back to
match, is found by the commits made since.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from netwb.archive.repository import Repository
from netwb.errors import ArchiveError

logger = logging.getLogger(__name__)
_HEAD = re.compile(r"[1-9]\d{0,17}:[0-9a-f]{16}")


def witnesses(folder: Path, tenants: Mapping[str, str | None]) -> frozenset[str]:
    """The heads that the tenants' commits carry; none where nothing was ever stored.

    tenants   slug -> the commit up to which another netwb made them, before the repository was
              brought here from a remote: those carry heads of its chain. None: all were made here
    A person's commit may say anything there; what is no head is left out. A repository that cannot be
    read witnesses nothing: the check of the index tells of it.
    """
    return frozenset(head for item in tenants.items() for head in _heads(folder, *item))


def _heads(folder: Path, tenant: str, after: str | None) -> Iterator[str]:
    repository = Repository(folder / f"{tenant}.git")
    if not repository.exists():
        return
    try:
        if repository.tip() is not None:
            heads = repository.audit_heads(after)
            yield from (head for head in heads if _HEAD.fullmatch(head))
    except ArchiveError as error:
        logger.warning("%s witnesses nothing: %s", tenant, error)
