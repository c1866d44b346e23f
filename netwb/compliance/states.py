"""What a cell is shown as: what was judged, unless the copy is old or the rule is waived. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from netwb.compliance.records import State
from netwb.compliance.report import WORST_FIRST, Cell
from netwb.compliance.rows import Cells, KeptCell, Standing, moment

_NOT_YET = KeptCell("not_evaluated", None, None)
_NOTHING: frozenset[str] = frozenset()


class Showing:
    """Shows the cells of devices at one moment; those that are alike are made once."""

    def __init__(self, now: datetime, stale_after: timedelta) -> None:
        self._now = now
        self._stale_after = stale_after
        self._made: dict[tuple[KeptCell, State], Cell] = {}

    def cells(
        self,
        standing: Standing,
        cells: Cells,
        rule_ids: Iterable[str],
        waived: Collection[str] = _NOTHING,
    ) -> dict[str, Cell]:
        """A cell of each rule that means the device; one that was not judged yet is not evaluated.

        waived   ids of rules with a waiver in force for it
        """
        whole = self._whole(standing)
        shown: dict[str, Cell] = {}
        for rule_id in rule_ids:
            kept = cells.get(rule_id, _NOT_YET)
            state = whole or _state(kept, rule_id, waived)
            made = self._made.get((kept, state))
            shown[rule_id] = made if made is not None else self._new(kept, state)
        return shown

    def count(
        self,
        standing: Standing,
        cells: Cells,
        rule_ids: Iterable[str],
        waived: Collection[str] = _NOTHING,
    ) -> Counter[State]:
        """The same, counted."""
        whole = self._whole(standing)
        return Counter(
            whole or _state(cells.get(rule_id, _NOT_YET), rule_id, waived) for rule_id in rule_ids
        )

    def _whole(self, standing: Standing) -> State | None:
        """What all cells of a device are, whatever was judged; None: what each of them is."""
        if standing.copy_at is None:
            return "not_evaluated"
        return "stale" if self._now - standing.copy_at >= self._stale_after else None

    def _new(self, kept: KeptCell, state: State) -> Cell:
        cell = Cell(state=state, judged=kept.judged, since=moment(kept.since), number=kept.number)
        self._made[kept, state] = cell
        return cell


def summed(counts: Iterable[Counter[State]]) -> dict[State, int]:
    """Of all devices; each state is there."""
    found: Counter[State] = Counter()
    for one in counts:
        found.update(one)
    return {state: found[state] for state in WORST_FIRST}


def _state(kept: KeptCell, rule_id: str, waived: Collection[str]) -> State:
    if kept.judged == "non_compliant" and rule_id in waived:
        return "waived"
    return kept.judged
