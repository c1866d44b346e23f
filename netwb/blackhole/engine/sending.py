"""Bring triggers to what the ledger says: withdraw, announce. Of whoever leads, and it alone.

Nothing here waits: what was begun at a router is taken in at a later turn, and a router that is slow
keeps no other one waiting. A router has one writer, by a lease that is asked again before each use; it
is given what is to be withdrawn before what is to be announced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import timedelta

from netwb.blackhole.engine.flights import Flights
from netwb.blackhole.engine.looking import Looking
from netwb.blackhole.engine.parts import ENGINE, EngineParts
from netwb.blackhole.engine.standing import (
    by_reach,
    is_gone,
    is_to_come,
    is_to_go,
    on_triggers,
    was_sent,
)
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.ledger.sitting import Decide, Sitting
from netwb.blackhole.records import (
    STANDING,
    Blackhole,
    Entry,
    IPNetwork,
    OnRouter,
    Pause,
    Router,
    Saved,
)
from netwb.errors import LeaseLostError, NetwbError
from netwb.roles import ALL_TENANTS
from netwb.store.leases import Lease

logger = logging.getLogger(__name__)

LEASE_S = 40.0  # of a router: longer than one use of it may take
AGAIN_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # after so many tries in vain a router is tried again then

Outcomes = Mapping[IPNetwork, OnRouter]


class Sending:
    """The writes to triggers.

    announces   False: only what is to be withdrawn is seen to
    """

    def __init__(
        self,
        parts: EngineParts,
        telling: Telling,
        flights: Flights,
        *,
        looking: Looking,
        announces: bool,
    ) -> None:
        self._announces = announces
        self._parts = parts
        self._telling = telling
        self._looking = looking
        self._flights = flights
        self._leases: dict[str, Lease] = {}
        self._in_vain: dict[str, int] = {}
        self._again_at: dict[str, float] = {}
        self._warned: dict[str, str] = {}
        self._unsaved: set[str] = set()  # ids of triggers that were changed since they were saved

    def next_at(self) -> float | None:
        """When a router that failed is tried again, epoch seconds; None: none has to be."""
        return min(self._again_at.values(), default=None)

    def turn(self) -> None:
        """Begin what is to be done."""
        self._prolong()
        entries = self._parts.ledger.entries(STANDING)
        if not (entries or self._unsaved):
            self._again_at.clear()
            return
        triggers = self._parts.routers.list(ALL_TENANTS, "trigger")
        if not self._announces:
            entries = tuple(one for one in entries if one.blackhole.state == "withdrawing")
        if not triggers:
            self._end_all(entries)
            return
        free = [one for one in triggers if not (one.device_id in self._flights or self._waits(one))]
        ready = self._asked_again(entries, free)
        for trigger in free:
            self._begin(trigger, ready)
        self._save(triggers)

    def leave(self) -> None:
        """Let others write to the routers at once."""
        for lease in self._leases.values():
            self._parts.leases.release(lease)
        self._leases.clear()

    def settle(self, sitting: Sitting, blackhole_id: str, triggers: Sequence[Router]) -> Entry:
        """Announced where one trigger has it, with what was typed at each that has; ended where none has."""
        entry = sitting.entry(blackhole_id)
        one = entry.blackhole
        typed = self._typed(one, triggers)
        if one.state == "intended" and typed:
            moved = sitting.move(entry, "announced", commands=typed)
            if moved is not None:
                self._telling.announced(moved.blackhole)
            return moved or entry
        if one.state == "announced" and typed.items() - one.commands.items():
            every = {**one.commands, **typed}
            return sitting.move(entry, "announced", commands=every) or entry
        if one.state == "withdrawing" and is_gone(one, triggers):
            return self._end(sitting, entry)
        return entry

    def _typed(self, one: Blackhole, triggers: Sequence[Router]) -> Mapping[str, tuple[str, ...]]:
        """At those that have it now."""
        stands = {on.router.device_id for on in on_triggers(one) if on.state == "announced"}
        return {
            router.label: self._parts.triggers.commands(router, [one.network], one.reach)
            for router in triggers
            if router.device_id in stands
        }

    # -- beginning

    def _asked_again(self, entries: Sequence[Entry], free: Sequence[Router]) -> Sequence[Entry]:
        """Those that no router has yet by the guard's answer of now; the others as they are."""
        coming = {
            one.blackhole.id
            for one in entries
            if one.blackhole.state == "intended"
            and any(is_to_come(one.blackhole, router) for router in free)
        }
        if not coming:
            return entries
        asking, paused = self._parts.asking(), self._parts.heads.paused()
        with self._telling.sitting() as sitting:
            sitting.read_ahead(ids=coming)
            asked = [
                self._asked(sitting, one, asking, paused) if one.blackhole.id in coming else one
                for one in entries
            ]
        return [one for one in asked if one is not None]

    def _asked(
        self, sitting: Sitting, entry: Entry, asking: Decide, paused: Pause | None
    ) -> Entry | None:
        """What is sent of it now; None: nothing."""
        if was_sent(entry.blackhole):
            if paused is None:
                return entry
            why = f"blackholes were paused before a router took it: {paused.why}"
            sitting.move(entry, "withdrawing", by=paused.by, why=why)
            return None
        asked = sitting.ask_again(entry, asking)
        if asked is None:
            return None
        if asked[0].blackhole.state == "denied":
            self._telling.denied(asked[0])
        return asked[0] if asked[0].blackhole.state == "intended" else None

    def _begin(self, router: Router, entries: Sequence[Entry]) -> None:
        now = self._parts.clock()
        off = [one for one in entries if is_to_go(one.blackhole, router)]
        on = [
            one
            for one in entries
            if is_to_come(one.blackhole, router) and (one.blackhole.expires_at or now) > now
        ]
        if not (off or on) or not self._may_write(router):
            return
        work: list[Future[Outcomes]] = []
        if off:
            networks = tuple(one.blackhole.network for one in off)
            work.append(self._parts.triggers.start_withdraw(router, networks))
        for reach, networks in by_reach(on).items():
            work.append(self._parts.triggers.start_announce(router, networks, reach))
        sent = {one.blackhole.network: one for one in (*off, *on)}
        self._flights.begin(router.device_id, work, lambda: self._landed(router, sent, work))

    def _save(self, triggers: Sequence[Router]) -> None:
        """What was changed and has nothing more to be done on it: many changes are saved once."""
        for router in triggers:
            if router.device_id not in self._unsaved or router.device_id in self._flights:
                continue
            if self._may_write(router):
                work = self._parts.triggers.start_save(router)
                self._flights.begin(router.device_id, [work], self._saving(router, work))

    def _saving(self, router: Router, work: Future[Saved]) -> Callable[[], None]:
        def land() -> None:
            """Say whether it is saved; one that is not is tried again with its next change."""
            self._unsaved.discard(router.device_id)
            try:
                saved = work.result()
            except NetwbError as error:
                saved = Saved(saved=False, why=str(error))
            self._telling.saved(router, saved)

        return land

    def _may_write(self, router: Router) -> bool:
        lease = self._parts.leases.acquire(f"router:{router.device_id}", LEASE_S)
        if lease is None:
            return False
        self._leases[router.device_id] = lease
        try:
            self._parts.leases.check(lease)
        except LeaseLostError:
            return False
        return True

    def _prolong(self) -> None:
        """A router that is slow keeps its writer."""
        half = timedelta(seconds=LEASE_S / 2)
        for device_id, lease in [*self._leases.items()]:
            if device_id not in self._flights or lease.until - self._parts.clock() > half:
                continue
            try:
                self._leases[device_id] = self._parts.leases.renew(lease)
            except LeaseLostError as error:
                logger.warning("%s", error)
                del self._leases[device_id]

    # -- what came of it

    def _landed(
        self, router: Router, sent: Mapping[IPNetwork, Entry], work: Sequence[Future[Outcomes]]
    ) -> None:
        outcomes: dict[IPNetwork, OnRouter] = {}
        fault = ""
        for one in work:
            try:
                outcomes.update(one.result())
            except NetwbError as error:
                fault = str(error)
        self._warn(router, fault)
        for network in sent:
            outcomes.setdefault(network, OnRouter(router=router, state="failed", said=fault))
        self._telling.router(router, fault)
        self._parts.ledger.note_read(router, fault=fault)
        if router.saves and any(one.state != "failed" for one in outcomes.values()):
            self._unsaved.add(router.device_id)
        self._note_try(router, in_vain=any(one.state == "failed" for one in outcomes.values()))
        triggers = self._parts.routers.list(ALL_TENANTS, "trigger")
        now_stand = []
        with self._telling.sitting() as sitting:
            sitting.read_ahead(ids=[entry.blackhole.id for entry in sent.values()])
            for network, stood in outcomes.items():
                before = sent[network].blackhole
                sitting.note_routers(before.id, [stood])
                if not fault:
                    self._telling.on_router(before, stood)
                now_stand.append(self.settle(sitting, before.id, triggers))
        self._looking.look(now_stand)

    def _warn(self, router: Router, fault: str) -> None:
        """Once, until it is another one: a router that is away is tried again and again."""
        if fault and self._warned.get(router.device_id) != fault:
            logger.warning("%s", fault)
        self._warned[router.device_id] = fault

    def _end_all(self, entries: Sequence[Entry]) -> None:
        """There is no trigger any more that could be asked."""
        with self._telling.sitting() as sitting:
            for entry in entries:
                if entry.blackhole.state == "withdrawing":
                    self._end(sitting, entry)

    def _end(self, sitting: Sitting, entry: Entry) -> Entry:
        one = entry.blackhole
        if one.announced_at is None:
            why = f"no trigger router had taken it: {one.end_reason or 'it ended'}"
            moved = sitting.move(entry, "failed", why=why)
        else:
            up = one.expires_at is not None and one.expires_at <= self._parts.clock()
            by_clock = up and one.ended_by == ENGINE
            moved = sitting.move(entry, "expired" if by_clock else "withdrawn")
        if moved is not None:
            self._telling.ended(moved.blackhole)
        return moved or entry

    def _waits(self, router: Router) -> bool:
        return self._again_at.get(router.device_id, 0.0) > self._parts.clock().timestamp()

    def _note_try(self, router: Router, *, in_vain: bool) -> None:
        if not in_vain:
            self._in_vain.pop(router.device_id, None)
            self._again_at.pop(router.device_id, None)
            return
        tries = self._in_vain[router.device_id] = self._in_vain.get(router.device_id, 0) + 1
        wait = timedelta(seconds=AGAIN_S[min(tries, len(AGAIN_S)) - 1])
        self._again_at[router.device_id] = (self._parts.clock() + wait).timestamp()
