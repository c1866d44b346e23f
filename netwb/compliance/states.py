"""What a cell is shown as: what was judged, unless the copy is old or the rule is waived. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from netwb.compliance.records import State
from netwb.compliance.report import Cell
from netwb.compliance.rows import Cells, KeptCell, Standing, moment

_NOT_YET = KeptCell("not_evaluated", None, None)


def shown_cells(  # noqa: PLR0913 - a device's, by which rules, and by keyword when
    standing: Standing,
    cells: Cells,
    rule_ids: Iterable[str],
    *,
    waived: Collection[str],
    now: datetime,
    stale_after: timedelta,
) -> dict[str, Cell]:
    """A cell of each rule that means the device; one that was not judged yet is not evaluated.

    waived   ids of rules with a waiver in force for it
    """
    stale = standing.copy_at is not None and now - standing.copy_at >= stale_after
    missing = standing.copy_at is None
    return {
        rule_id: _cell(
            cells.get(rule_id, _NOT_YET), waived=rule_id in waived, stale=stale, missing=missing
        )
        for rule_id in rule_ids
    }


def _cell(kept: KeptCell, *, waived: bool, stale: bool, missing: bool) -> Cell:
    state: State = kept.judged
    if missing:
        state = "not_evaluated"
    elif stale:
        state = "stale"
    elif waived and kept.judged == "non_compliant":
        state = "waived"
    return Cell(state=state, judged=kept.judged, since=moment(kept.since), number=kept.number)


def counted(cells: Iterable[Mapping[str, Cell]]) -> dict[State, int]:
    """Cells of devices by their state; each state is there."""
    found: dict[State, int] = {
        "compliant": 0,
        "non_compliant": 0,
        "not_evaluated": 0,
        "stale": 0,
        "waived": 0,
    }
    for one in cells:
        for cell in one.values():
            found[cell.state] += 1
    return found
