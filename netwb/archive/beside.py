"""Compare a text that is not stored with one that is. Only redacted texts come here.

The text becomes a blob of a repository in a temporary folder, which Git reads beside the tenant's;
so the same Git compares both, and the archive holds nothing that netwb did not believe.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from netwb.archive.child import GitChildren
from netwb.archive.repository import Repository, create


def compare_unstored(repository: Repository, stored: str, text: bytes) -> bytes:
    """What `git diff` prints of the stored blob against the text."""
    with TemporaryDirectory(prefix="netwb-compare-") as folder:
        path = Path(folder) / "held.git"
        create(path)
        blob = GitChildren(path).told(("hash-object", "-w", "--stdin"), [text]).decode().strip()
        return repository.compare(stored, blob, beside=Repository(path))
