"""The daemon's side of the facade: lead, give signs of life, say what is due, do it.

One of any number of daemons leads, by a lease whose epoch is asked again before each effect. Whoever
slept through its lease finds that out at its next beat, and does nothing more: `LeaseLostError`.
The clock of `scheduler/` calls this; nothing here waits or begins a thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netwb.errors import LeaseLostError, StoreError
from netwb.notify.records import Observed
from netwb.schedules.records import Place
from netwb.store.firing_records import DIED, Due, Ending, Firing
from netwb.store.leases import Lease
from netwb.store.notices import Notices
from netwb.workbench.attempting import Call, attempt
from netwb.workbench.compose_scheduling import SchedulingParts
from netwb.workbench.planning import Planner, Start

logger = logging.getLogger(__name__)

LEASE = "scheduler"
LATE = "daemon.late"  # kind of the notice
MOST_BEGUN = 5  # a firing whose process died so often brings the process down itself
WRITE_AGAIN_S = 2.0
HANDED_BACK = "its daemon was told to end; the next one does it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The lease as it was last renewed, and since when this daemon leads."""

    lease: Lease
    since: datetime


class Leader:
    """One daemon's part; safe between its threads.

    call      does a job
    named     a place as a person names it
    lease_s   how long a silent leader keeps others waiting
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        parts: SchedulingParts,
        planner: Planner,
        notices: Notices,
        clock: Callable[[], datetime],
        *,
        call: Call,
        named: Callable[[Place], str],
        lease_s: float,
    ) -> None:
        self._parts = parts
        self._planner = planner
        self._notices = notices
        self._clock = clock
        self._call = call
        self._named = named
        self._lease_s = lease_s
        self._term: Term | None = None
        self._last: Term | None = None  # as it was last known, also while the database is away
        self._does: dict[Due, Firing] = {}
        self._lock = threading.Lock()  # a firing begins, ends, or gives a sign of life
        self._in_time: set[tuple[str, Place]] = set()
        self._stopped = threading.Event()

    @property
    def leads(self) -> bool:
        """Whether this daemon led when it last asked."""
        return self._term is not None

    @property
    def does(self) -> tuple[str, ...]:
        """Jobs that run here now."""
        return tuple(due.job for due in tuple(self._does))

    def begin(self) -> None:
        """What an earlier life of this very process held is over; then as `beat`."""
        self._parts.leases.end_all_of(self._parts.holder)
        self.beat()

    def beat(self) -> None:
        """Stay or become the leader where nobody else is, and give a sign of life for all that runs.

        Raises LeaseLostError where another daemon led meanwhile and work of this one still runs: the
        process has to end, as nothing else surely ends the work. StoreError: the database is away.
        """
        before, self._term = self._last, None  # nothing begins until it is known who leads
        term = self._prolonged(before) or self._taken(before)
        self._term = self._last = term
        self._parts.daemons.beat(leads_since=term.since if term else None)
        with self._lock:
            for firing in self._does.values():
                self._parts.firings.beat(firing, self._lease_s)
        if term is not None:
            self._settle_lost(term.lease)

    def due(self) -> tuple[Start, ...]:
        """What may begin now, the longest due first; nothing where another daemon leads."""
        term = self._term
        return () if term is None else self._planner.due(term.lease)

    def run(self, start: Start) -> Firing | None:
        """Claim a firing and do it; None where it is another's by now."""
        term = self._term
        if term is None:
            return None
        missed = start.missed
        try:
            firing = self._parts.firings.claim(term.lease, start.planned, start.due, missed=missed)
            if firing is not None:
                self._do(start, firing, term.lease)
        except LeaseLostError as error:
            logger.warning("%s", error)
            return None
        return firing

    def hand_back(self) -> tuple[str, ...]:
        """Give back what still runs: the next leader does it. Gives the jobs; the process ends now."""
        handed = []
        back = Ending(status="waiting", begin_at=self._clock(), said=HANDED_BACK)
        for due, firing in tuple(self._does.items()):
            try:
                self._parts.firings.end(firing, back)
            except LeaseLostError:  # it ended just now, or is another's
                continue
            handed.append(due.job)
        if handed:
            self._parts.leases.end_all_of(self._parts.holder)
        return tuple(handed)

    def leave(self) -> None:
        """Lead no more, so that no other daemon has to wait."""
        term, self._term = self._last, None
        if term is not None:
            self._parts.leases.release(term.lease)
        self._parts.daemons.leave()

    def _do(self, start: Start, firing: Firing, lease: Lease) -> None:
        """From the claim to the end; LeaseLostError where it is another's meanwhile."""
        with self._lock:
            self._does[firing.due] = firing
        try:
            self._parts.leases.check(lease)
            self._tell_late(start)
            self._write(firing, attempt(start.spec, firing, self._call, self._clock))
        finally:
            with self._lock:
                self._does.pop(firing.due, None)

    def _prolonged(self, before: Term | None) -> Term | None:
        if before is None:
            return None
        try:
            return Term(lease=self._parts.leases.renew(before.lease), since=before.since)
        except LeaseLostError:
            return None

    def _taken(self, before: Term | None) -> Term | None:
        """A new term; the same one goes on where nobody led between, as when the database was away."""
        lease = self._parts.leases.acquire(LEASE, self._lease_s)
        goes_on = lease and before and lease.epoch == before.lease.epoch + 1
        if self._does and not goes_on:
            jobs = ", ".join(self.does)
            msg = f"another daemon led meanwhile; {jobs} that this one still does is over"
            raise LeaseLostError(msg)
        if lease is None:
            return None
        logger.info("this daemon leads (term %s)", lease.epoch)
        return Term(lease=lease, since=before.since if goes_on and before else self._clock())

    def _settle_lost(self, lease: Lease) -> None:
        """What a process left that died or hung: ended for it, and done again where that is the policy."""
        for firing in self._parts.firings.lost(lease.epoch):
            if firing.due in self._does:
                continue
            if not self._is_ours(firing.holder):
                self._parts.leases.end_all_of(firing.holder)
            logger.warning("%s was interrupted: %s", firing.due.job, DIED)
            again, stands = self._is_done_again(firing), self._observed(firing.due, wrong=DIED)
            self._parts.firings.settle(lease, firing, again=again, stands=stands)

    def _is_done_again(self, firing: Firing) -> bool:
        """By the policy of its job; never what a person began, who has to know."""
        spec = self._parts.table().get(firing.due.job)
        wanted = spec is not None and spec.interrupted == "again" and firing.epoch > 0
        return wanted and firing.tries < MOST_BEGUN

    def _is_ours(self, holder: str) -> bool:
        return holder.rpartition("|")[0] == self._parts.holder.rpartition("|")[0]

    def _write(self, firing: Firing, ending: Ending) -> None:
        """However long the database is away: what was done is known here alone."""
        stands = None
        if ending.status != "waiting":
            wrong = "" if ending.status == "done" else ending.said
            stands = self._observed(firing.due, wrong=wrong)
        said = ""
        while True:
            try:
                with self._lock:
                    self._parts.firings.end(firing, ending, stands)
                    self._does.pop(firing.due, None)
            except LeaseLostError:
                raise
            except StoreError as error:
                if str(error) != said:
                    logger.warning("the end of %s waits to be written: %s", firing.due.job, error)
                said = str(error)
                self._stopped.wait(WRITE_AGAIN_S)
            else:
                return

    def _tell_late(self, start: Start) -> None:
        """That it begins late, or is in time again; what is known to be in time is not asked again."""
        key = (start.due.job, start.due.place)
        if not start.late and key in self._in_time:
            return
        said = f"it was due {start.due.at:%Y-%m-%d %H:%M} UTC, and begins only now"
        if start.missed:
            said += f"; {start.missed} before it were missed"
        stands = self._observed(start.due, wrong=said if start.late else "")
        self._notices.stands_many(LATE, [stands])
        (self._in_time.discard if start.late else self._in_time.add)(key)

    def _observed(self, due: Due, *, wrong: str) -> Observed:
        """How a job stands at a place; `wrong` says what is the matter, "": nothing."""
        name = self._named(due.place)
        label = f"{due.job} of {name}" if name else due.job
        return Observed(
            tenant_id=due.place.tenant_id,
            subject="/".join(one for one in (due.job, due.place.site_id) if one),
            label=label,
            is_wrong=bool(wrong),
            message=f"{label}: {wrong}" if wrong else f"{label} is done in time and whole again",
        )
