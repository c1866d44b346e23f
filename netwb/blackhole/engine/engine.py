"""`Engine`: one process's part in blackholes. A turn does what is due now, and never waits.

The one that holds the lease settles alarms, ends what is due, calls on-call, writes to routers and
compares them with the ledger; it gives a sign of life, without which the guard holds everything: what
nobody alive would take back is not announced. The others stand by.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.blackhole.engine.asking import Asking
from netwb.blackhole.engine.ending import Ending
from netwb.blackhole.engine.flights import Flights
from netwb.blackhole.engine.intake import Intake
from netwb.blackhole.engine.looking import Looking
from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.engine.reconciling import Reconciling
from netwb.blackhole.engine.sending import Sending
from netwb.blackhole.engine.telling import Telling
from netwb.errors import LeaseLostError
from netwb.store.leases import Lease

logger = logging.getLogger(__name__)

LEASE = "blackholes"
LEASE_S = 15.0  # so long a leader that hangs keeps the others waiting
BEAT = timedelta(seconds=5)  # lease, sign of life, expiry and holds


@dataclass(slots=True)
class _Term:
    """Since when this process leads, and when it did what."""

    lease: Lease
    beat_at: datetime
    reconciled_at: datetime | None = None
    mark: int | None = None


class Engine:
    """Used by one thread at a time.

    landed    called from another thread when a turn would find something new
    stays     whether it lives on to end what it announces; a command, which does not, leads only to
              withdraw, and gives no sign of life
    """

    def __init__(
        self,
        parts: EngineParts,
        landed: Callable[[], None] = lambda: None,
        *,
        stays: bool = True,
    ) -> None:
        self._parts = parts
        self._stays = stays
        self._flights = Flights(landed)
        telling = Telling(parts)
        self.asking = Asking(parts, telling)
        self._intake = Intake(parts, self.asking, telling)
        self._ending = Ending(parts, telling)
        self._looking = Looking(parts, telling, self._flights)
        self._sending = Sending(
            parts, telling, self._flights, looking=self._looking, announces=stays
        )
        self._reconciling = Reconciling(
            parts, telling, self._flights, sending=self._sending, looking=self._looking
        )
        self._term: _Term | None = None

    @property
    def leads(self) -> bool:
        """Whether this process led at its last turn."""
        return self._term is not None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self._flights

    def turn(self) -> None:
        """Do what is due now. Raises StoreError where the database is away: what is due stays due."""
        has_beaten = self._lead()
        self._flights.land()
        term = self._term
        if term is None:
            return
        if self._stays and self._parts.events.are_waiting():
            self._intake.settle()
        mark = self._parts.heads.mark()  # what changes from here on is seen at the next turn
        if has_beaten or mark != term.mark or self._is_tried_again():
            self._ending.expire()
            self._ending.hold()
            self._sending.turn()
            term.mark = mark
        now = self._parts.clock()
        every = timedelta(seconds=self._parts.settings.reconcile_s)
        if term.reconciled_at is None or now - term.reconciled_at >= every:
            term.reconciled_at = now
            self._reconciling.begin()

    def reconcile(self) -> None:
        """Begin to compare every router with the ledger; any process may. Turns take it in."""
        self._reconciling.begin()

    def leave(self) -> None:
        """Let another process lead at once."""
        term, self._term = self._term, None
        self._sending.leave()
        if term is not None:
            self._parts.leases.release(term.lease)

    def _is_tried_again(self) -> bool:
        again_at = self._sending.next_at()
        return again_at is not None and again_at <= self._parts.clock().timestamp()

    def _lead(self) -> bool:
        """Stay or become the leader where nobody else is; whether it was time to say so."""
        now, term = self._parts.clock(), self._term
        if term is not None and timedelta(0) <= now - term.beat_at < BEAT:
            return False
        lease = self._renewed(term) or self._parts.leases.acquire(LEASE, LEASE_S)
        if lease is None:
            self._term = None
            return False
        if term is None or term.lease.epoch != lease.epoch:
            logger.info("this process leads blackholes (term %s)", lease.epoch)
            term = _Term(lease=lease, beat_at=now)
        term.lease, term.beat_at = lease, now
        self._term = term
        if self._stays:
            self._parts.heads.beat(self._parts.holder)
        return True

    def _renewed(self, term: _Term | None) -> Lease | None:
        if term is None:
            return None
        try:
            return self._parts.leases.renew(term.lease)
        except LeaseLostError as error:
            logger.warning("%s", error)
            return None
