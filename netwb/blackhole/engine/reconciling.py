"""Compare what stands on routers with the ledger: at the start of a term, and each minute.

What a rebooted router lost is put back; what a crash left is finished; what stands there and is not ours
is told and never removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future

from netwb.blackhole.commands import tag_of
from netwb.blackhole.engine.flights import Flights
from netwb.blackhole.engine.looking import Looking
from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.engine.sending import Sending
from netwb.blackhole.engine.standing import compare
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.records import REACHES, STANDING, IPNetwork, Router, RouteThere
from netwb.errors import NetwbError
from netwb.roles import ALL_TENANTS

TAGS = {reach: tag_of(reach) for reach in REACHES}


class Reconciling:
    """Of whoever leads."""

    def __init__(
        self,
        parts: EngineParts,
        telling: Telling,
        flights: Flights,
        *,
        sending: Sending,
        looking: Looking,
    ) -> None:
        self._parts = parts
        self._telling = telling
        self._flights = flights
        self._sending = sending
        self._looking = looking

    def begin(self) -> None:
        """Read every trigger that is not being written to, and every edge."""
        entries = self._parts.ledger.entries(STANDING)
        known = frozenset(entry.blackhole.network for entry in entries)
        for router in self._parts.routers.list(ALL_TENANTS, "trigger"):
            key = f"read {router.device_id}"
            if key in self._flights or router.device_id in self._flights:
                continue
            work = self._parts.triggers.start_list(router)
            self._flights.begin(key, [work], self._landing(router, known, work))
        self._looking.look(entries)

    def _landing(
        self,
        router: Router,
        known: frozenset[IPNetwork],
        work: Future[Mapping[IPNetwork, RouteThere]],
    ) -> Callable[[], None]:
        def land() -> None:
            """Take in what the router has; where it could not be read, say so and change nothing."""
            try:
                there = work.result()
            except NetwbError as error:
                self._telling.router(router, str(error))
                self._parts.ledger.note_read(router, fault=str(error))
                return
            self._telling.router(router, "")
            self._compare(router, there, known)

        return land

    def _compare(
        self, router: Router, there: Mapping[IPNetwork, RouteThere], known: frozenset[IPNetwork]
    ) -> None:
        if router.device_id in self._flights:
            return  # it was written to meanwhile; the next reading says more
        entries = self._parts.ledger.entries(STANDING)
        found = compare(router, there, entries, tags=TAGS, known=known)
        self._parts.ledger.note_read(router, strays=found.strays)
        self._telling.strays(router, found.strays)
        triggers = self._parts.routers.list(ALL_TENANTS, "trigger")
        changed = []
        if found.stood:
            with self._telling.sitting() as sitting:
                sitting.read_ahead(ids=[entry.blackhole.id for entry, _ in found.stood])
                for entry, stood in found.stood:
                    sitting.note_routers(entry.blackhole.id, [stood])
                    changed.append(self._sending.settle(sitting, entry.blackhole.id, triggers))
        self._looking.look(changed)
