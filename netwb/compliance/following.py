"""From what a device was by its rules to what it is now: new cells, and the changes between. Pure.

A change names the revision that did it; one that a rule did, or the inventory, names none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from netwb.compliance.records import Judged
from netwb.compliance.rows import Cells, KeptCell, Step

Found = Mapping[str, Judged]  # by rule id


@dataclass(slots=True, kw_only=True)
class Follower:
    """Takes in one set of findings after another; `cells` and `changes` grow with them.

    now       when it was noticed
    device    columns that each change has: whose it is
    """

    cells: Cells
    now: datetime
    device: Mapping[str, str]
    changes: list[dict[str, Any]] = field(default_factory=list)

    def take(self, found: Found, *, source: Step | None, first: Step | None) -> None:
        """What was found next.

        source   the revision that did what differs; None: a rule did
        first    the revision that was found, by which a cell is dated that was not there before
        """
        self.cells = {
            rule_id: self._cell(rule_id, judged, source, first) for rule_id, judged in found.items()
        }

    def _cell(
        self, rule_id: str, judged: Judged, source: Step | None, first: Step | None
    ) -> KeptCell:
        old = self.cells.get(rule_id)
        if old is not None and old.judged == judged:
            return old
        if old is None:
            return self._first_seen(rule_id, judged, first)
        at = source.at if source else self.now
        self.changes.append(self._change(rule_id, old, judged, source, at))
        return KeptCell(judged, int(at.timestamp()), _number(source) if source else None)

    def _first_seen(self, rule_id: str, judged: Judged, first: Step | None) -> KeptCell:
        """Since when at least; which revision made it so nobody knows."""
        at = first.at if first else self.now
        if judged == "non_compliant":
            self.changes.append(self._change(rule_id, None, judged, None, at))
        return KeptCell(judged, int(at.timestamp()) if first else None, None)

    def _change(
        self, rule_id: str, old: KeptCell | None, new: Judged, by: Step | None, at: datetime
    ) -> dict[str, Any]:
        return {
            **self.device,
            "rule_id": rule_id,
            "at": at,
            "noticed_at": self.now,
            "old": old.judged if old else None,
            "new": new,
            "number": _number(by) if by else None,
            "commit": by.commit if by else "",
            "author": by.author if by else "",
            "told_at": None,
        }


def _number(step: Step) -> int | None:
    """Of the running text's revisions alone, as those are what a history shows."""
    return step.number if step.kind == "running" else None


def reigns(steps: Iterable[Step]) -> tuple[tuple[Step, Step | None], ...]:
    """Each running revision with the startup text that was known until the next one came."""
    listed = list(steps)
    running = [step for step in listed if step.kind == "running"]
    startup = [step for step in listed if step.kind == "startup"]
    return tuple(
        (step, _newest(startup, running[place + 1].stored_at if place + 1 < len(running) else None))
        for place, step in enumerate(running)
    )


def _newest(startup: Sequence[Step], before: datetime | None) -> Step | None:
    known = [step for step in startup if before is None or step.stored_at < before]
    return known[-1] if known else None
