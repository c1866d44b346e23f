"""A request to the guard, and what becomes of one that repeats what is there already."""

from __future__ import annotations

from dataclasses import replace

from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.ledger.sitting import Begun, Decide, Sitting
from netwb.blackhole.records import Entry, OnRouter, Request, Verdict


class Asking:
    """Requests of detectors and of people alike."""

    def __init__(self, parts: EngineParts, telling: Telling) -> None:
        self._parts = parts
        self._telling = telling

    def ask(self, request: Request, *, once_key: str | None = None) -> Begun:
        """Write it down with the guard's answer; a repeat prolongs what stands, where it may."""
        guard = self._parts.asking()
        with self._telling.sitting() as sitting:
            return self.ask_in(sitting, request, guard, once_key=once_key)

    def ask_in(  # noqa: PLR0913 - each by its name
        self,
        sitting: Sitting,
        request: Request,
        guard: Decide,
        *,
        attack_id: str | None = None,
        cause_id: int | None = None,
        once_key: str | None = None,
    ) -> Begun:
        """The same in a sitting of many, which go by one reading of the policy.

        All are asked again before anything is sent.
        """
        begun = sitting.begin(
            request, guard, attack_id=attack_id, cause_id=cause_id, once_key=once_key
        )
        if begun.how == "new" and begun.entry.blackhole.state == "denied":
            self._telling.denied(begun.entry)
        if begun.how == "repeat" and begun.verdict is not None:
            entry = _repeated(sitting, begun.entry, begun.verdict, alarm=request.alarm)
            return replace(begun, entry=entry)
        return begun


def _repeated(sitting: Sitting, entry: Entry, verdict: Verdict, *, alarm: bool) -> Entry:
    """What stands is prolonged and widened, never shortened; what is being withdrawn comes back.

    A person who prolongs it makes another version of it, and a detector that repeats itself does not.
    """
    one = entry.blackhole
    if verdict.answer != "allow" or verdict.shadow:
        return entry
    if one.state not in {"intended", "announced", "withdrawing"}:
        return entry
    back = one.state == "withdrawing"
    later = verdict.expires_at  # the guard never shortens, but for a clock that jumped
    if not back and (later, verdict.reach) == (one.expires_at, one.reach):
        return entry
    wider = verdict.reach != one.reach
    if alarm and not (back or wider):
        prolonged = sitting.prolong(entry, later)
        assert prolonged is not None  # nobody else sits meanwhile
        return prolonged
    moved = sitting.move(
        entry, "intended" if back else one.state, expires_at=later, reach=verdict.reach
    )
    assert moved is not None  # nobody else sits meanwhile
    return _anew(sitting, moved) if back or wider else moved


def _anew(sitting: Sitting, entry: Entry) -> Entry:
    """Every router is gone to once more: what stands there is not what is meant any longer."""
    one = entry.blackhole
    waiting = [OnRouter(router=on.router, state="waiting") for on in one.routers]
    sitting.note_routers(one.id, waiting)
    return sitting.entry(one.id)
