"""Which sections the newest changes of a device touched, in a word or two for the list."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.configs.diff import Hunk
from netwb.inventory.records import ConfigKind
from netwb.workbench import Workbench
from netwb.workbench.words import Revision

NEWEST = 12  # revisions; each costs a difference, so only these are named
WORDS = 3  # of a line outside of any section
_NO_EDIT = {"rename", "retire", "rules"}  # netwb's own revisions: no section of the device changed


def name_sections(
    known: dict[str, str], bench: Workbench, revisions: Sequence[Revision], kind: ConfigKind
) -> None:
    """Add what each of the newest touched to `known`, by commit; `revisions` come newest first."""
    for older, newer in zip(revisions[1:], revisions[:NEWEST], strict=False):
        if newer.id not in known and newer.cause not in _NO_EDIT:
            diff = bench.diff(newer.device_id, old=older.id, new=newer.id, words="lines", kind=kind)
            known[newer.id] = ", ".join(dict.fromkeys(map(touched, diff.hunks)))


def touched(hunk: Hunk) -> str:
    """The outermost section of a change, or how its first line begins where there is none."""
    if hunk.section:
        return hunk.section.split(" > ")[0]
    first = next((line.text for line in hunk.lines if line.kind != "same"), "")
    return " ".join(first.split()[:WORDS])
