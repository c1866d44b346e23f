"""What ends by the clock: blackholes whose time is up, and those that were held for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from netwb.blackhole.engine.parts import ENGINE, EngineParts
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.guard.holding import Step, next_step
from netwb.blackhole.guard.space import strictest
from netwb.blackhole.ledger.sitting import Decide, Sitting
from netwb.blackhole.records import Entry, OwnPrefix, Standing

TIME_UP = "its time is up"


def _is_prolonged(sitting: Sitting, entry: Entry, now: datetime) -> bool:
    """Whether its attack went on since it was found to be due."""
    end = sitting.entry(entry.blackhole.id).blackhole.expires_at
    return end is not None and end > now


class Ending:
    """Of whoever leads."""

    def __init__(self, parts: EngineParts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling

    def expire(self) -> int:
        """Let those be withdrawn whose time is up; how many."""
        now = self._parts.clock()
        due = self._parts.ledger.due(now)
        if not due:
            return 0
        with self._telling.sitting() as sitting:
            sitting.read_ahead(ids=[entry.blackhole.id for entry in due])
            return sum(
                sitting.move(entry, "withdrawing", by=ENGINE, why=TIME_UP) is not None
                for entry in due
                if not _is_prolonged(sitting, entry, now)
            )

    def hold(self) -> int:
        """Judge anew those that are held, call on-call, and end what nobody answered; how many changed."""
        held = self._parts.ledger.entries(["held"])
        if not held:
            return 0
        prefixes, asking = self._parts.policies.space.all(), self._parts.asking()
        standing = self._parts.ledger.standing(self._parts.within)
        steps = [
            (entry, step)
            for entry in held
            if (step := self._step(entry, prefixes, asking, standing)) is not None
        ]
        if not steps:
            return 0
        with self._telling.sitting() as sitting:
            sitting.read_ahead(ids=[entry.blackhole.id for entry, _ in steps])
            return sum(self._done(sitting, entry, step, asking) for entry, step in steps)

    def _step(
        self,
        entry: Entry,
        prefixes: Sequence[OwnPrefix],
        asking: Decide,
        standing: Sequence[Standing],
    ) -> Step | None:
        """What is due for one; None: nothing. What it waited for may have come, or its prefix gone."""
        one, now = entry.blackhole, self._parts.clock()
        if asking(entry.request, standing).answer != "hold":
            return Step(action="ask", next_at=now, why="")
        prefix = strictest(prefixes, one.network)
        step = next_step(
            held_at=one.requested_at,
            called_at=entry.called_at,
            now=now,
            hold_minutes=self._parts.settings.hold_minutes,
            mode=None if prefix is None else prefix.mode,
        )
        return None if step.action == "wait" else step

    def _done(self, sitting: Sitting, entry: Entry, step: Step, asking: Decide) -> bool:
        """Whether anything changed. `why` of a question: why what is held still is denied; "": it stays."""
        match step.action:
            case "call":
                return self._call(sitting, entry, step.why)
            case "ask":
                return self._ask(sitting, entry, asking, step.why)
        return self._deny(sitting, entry, step.why)

    def _call(self, sitting: Sitting, entry: Entry, why: str) -> bool:
        moved = sitting.move(entry, "held", called_at=self._parts.clock())
        if moved is not None:
            self._telling.held(moved.blackhole, why)
        return moved is not None

    def _ask(self, sitting: Sitting, entry: Entry, asking: Decide, why: str) -> bool:
        asked = sitting.ask_again(entry, asking)
        if asked is None:
            return False
        entry, _ = asked
        if entry.blackhole.state == "denied":
            self._telling.denied(entry)
        if entry.blackhole.state == "held" and why:
            return self._deny(sitting, entry, why)
        return True

    def _deny(self, sitting: Sitting, entry: Entry, why: str) -> bool:
        moved = sitting.move(entry, "denied", by=ENGINE, why=why)
        if moved is not None:
            self._telling.denied(moved)
        return moved is not None
