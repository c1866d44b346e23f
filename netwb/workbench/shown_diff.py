"""A diff that draws itself in a notebook's cell, as the pages draw it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from netwb.archive.records import Revision
from netwb.configs.diff import ConfigDiff, Hunk
from netwb.inventory.records import Device
from netwb.loading import lazy
from netwb.workbench.framed import DiffRow
from netwb.workbench.records import records_of

if TYPE_CHECKING:
    import pandas as pd

cell: Any = lazy("netwb.views.diff.cell")  # Panel takes a second to load; a script needs none of it

_DIGITS = 7  # of a commit id, as Git shows them
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDiff(ConfigDiff):
    """What `diff` gives on the facade; `caption` is its line above the drawing."""

    caption: str = field(default="", compare=False)

    @classmethod
    def of(
        cls, diff: ConfigDiff, *, old: tuple[Device, Revision], new: tuple[Device, Revision]
    ) -> Self:
        """The same diff, that can be shown."""
        places = len(diff.hunks)
        caption = (
            f"{new[0].hostname}: old {_side(*old)}, new {_side(*new)},"
            f" +{diff.added} {_MINUS}{diff.removed} in {places} place{'' if places == 1 else 's'}"
        )
        values = {item.name: getattr(diff, item.name) for item in fields(ConfigDiff)}
        return cls(**values, caption=caption)

    def frame(self) -> pd.DataFrame:
        """A row a line that differs, or stands beside one that does."""
        rows = [row for hunk in self.hunks for row in _hunk_rows(hunk)]
        return records_of(rows, DiffRow).frame()

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """IPython's own question; what it then wants of it, it takes."""
        del include, exclude
        bundle: tuple[dict[str, Any], dict[str, Any]] = cell.mimebundle(self, self.caption)
        return bundle


def _hunk_rows(hunk: Hunk) -> Iterator[DiffRow]:
    old, new = hunk.old_start, hunk.new_start
    for line in hunk.lines:
        stood, stands = line.kind != "added", line.kind != "removed"
        yield DiffRow(
            section=hunk.section,
            kind=line.kind,
            old_line=old if stood else None,
            new_line=new if stands else None,
            text=line.text,
        )
        old, new = old + stood, new + stands


def _side(device: Device, revision: Revision) -> str:
    at = f"{revision.at:%Y-%m-%d %H:%M} UTC"
    return f"{device.tenant}/{device.hostname} {revision.id[:_DIGITS]} {revision.author}, {at}"
