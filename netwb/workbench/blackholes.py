"""Blackholes on the facade: what there is, for who may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from netwb.blackhole.attack_records import ReceivedEvent
from netwb.blackhole.records import (
    Blackhole,
    Entry,
    State,
    StrayRoute,
)
from netwb.errors import ChangedSinceError, InputError, InventoryError, UnknownNameError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.blackhole_records import (
    Running,
)
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.blackhole.engine import engine as _engine
    from netwb.blackhole.engine.engine import Engine
    from netwb.blackhole.guard import prefixes as _prefixes
    from netwb.blackhole.ledger import reading as _reading
else:
    _engine = lazy("netwb.blackhole.engine.engine")
    _prefixes = lazy("netwb.blackhole.guard.prefixes")
    _reading = lazy("netwb.blackhole.ledger.reading")

WAIT_S = 10.0  # so long a call waits for the routers; what takes longer goes on without it
LOOK_S = 0.05
TRIES = 20  # of one that others change at the same moment
ALIVE = timedelta(seconds=60)  # the guard's own measure
CALM: frozenset[State] = frozenset({"held", "denied", "shadow", "withdrawn", "expired", "failed"})


class BlackholeFace(Face):
    """`blackholes`, `blackhole_of`, and what else there is to read."""

    def blackholes(  # noqa: PLR0913 - each by its name
        self,
        *,
        states: Collection[State] = (),
        prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        after: tuple[datetime, str] | None = None,
    ) -> Records[Blackhole]:
        """Those of this scope, newest first.

        since, until   that were open at some time between
        after          `requested_at` and id of the last one of the page before
        """
        self._require(Permission.BLACKHOLE_VIEW)
        wanted = _reading.Wanted(
            states=states,
            network=None if prefix is None else _prefixes.parse_prefix(prefix),
            since=since,
            until=until,
        )
        found = self._parts.attacks.ledger.list(self._meant_scope, wanted, limit=limit, after=after)
        return records_of(map(self._without_addresses, found), Blackhole)

    def blackhole_of(self, reference: str, *, seen: int | None = None) -> Blackhole:
        """One by its id, or the newest one of a prefix; UnknownNameError. `seen`: as of `approve`."""
        self._require(Permission.BLACKHOLE_VIEW)
        found = self._found(reference)
        self._require_seen(found, seen)
        return found

    def attack_events(
        self, *, blackhole: str | None = None, limit: int = 50, after: int | None = None
    ) -> Records[ReceivedEvent]:
        """What detectors said of addresses in scope, newest first. `after`: id of the last one before."""
        self._require(Permission.BLACKHOLE_VIEW)
        events = self._parts.attacks.events.list(
            self._meant_scope, blackhole_id=blackhole, limit=limit, after=after
        )
        return records_of(events, ReceivedEvent)

    def stray_routes(self) -> Records[StrayRoute]:
        """Routes on triggers in scope that look like blackholes, and are none of netwb's."""
        self._require(Permission.BLACKHOLE_VIEW)
        return records_of(self._parts.attacks.ledger.strays(self._meant_scope), StrayRoute)

    def blackholes_running(self) -> Running:
        """Whether they are paused, who ends them, and how many there are."""
        self._require(Permission.BLACKHOLE_VIEW)
        heads = self._parts.attacks.heads
        at = heads.expirer_at()
        return Running(
            paused=heads.paused(),
            expirer_at=at,
            is_alive=at is not None and self._parts.clock() - at <= ALIVE,
            counts=self._parts.attacks.ledger.counts(self._meant_scope),
        )

    # -- who, which, and when it is done

    @property
    def _person(self) -> str:
        """Who is behind it: a token counts as its owner."""
        standing = self._who.standing()
        return self._actor.name if standing is None else standing.user_id

    def _found(self, reference: str) -> Blackhole:
        return self._without_addresses(self._entry(reference, narrowed=True).blackhole)

    def _without_addresses(self, one: Blackhole) -> Blackhole:
        """A router's own words name where it is managed at, which not everybody may see."""
        if Permission.INVENTORY_ADDRESS in self._actor.permissions:
            return one
        return replace(one, routers=tuple(replace(on, said=None) for on in one.routers))

    def _entry(self, reference: str, *, narrowed: bool = False) -> Entry:
        """By id, or the newest one of that prefix; another tenant's is unknown."""
        ledger = self._parts.attacks.ledger
        try:
            one = ledger.get(self._meant_scope, reference)
        except UnknownNameError:
            try:
                network = _prefixes.parse_prefix(reference)
            except InputError:
                network = None
            wanted = None if network is None else _reading.Wanted(network=network)
            found = ledger.list(self._meant_scope, wanted, limit=1) if wanted else ()
            if not found:
                raise
            one = found[0]
        entry = ledger.entry(one.id)
        if not narrowed:
            return entry
        return Entry(blackhole=one, request=entry.request)

    def _changed(self, one: Blackhole) -> InventoryError:
        now = self._found(one.id)
        return InventoryError(f"{one.prefix} is {now.state} by now; look at it again")

    def _require_seen(self, one: Blackhole, seen: int | None) -> None:
        """ChangedSinceError where it is not any more as who acts on it saw it."""
        if seen not in {None, one.version}:
            msg = f"{one.prefix} is {one.state} by now, and not as you saw it; look at it again"
            raise ChangedSinceError(msg)

    def _new_engine(self) -> Engine:
        made: Engine = _engine.Engine(self._parts.engine, stays=False)
        return made

    def _awaited(self, blackhole_id: str, states: Collection[State], wait_s: float) -> Blackhole:
        """Whoever leads sends; this only waits for it."""
        ends_at, never = monotonic() + wait_s, Event()
        while not self._are([blackhole_id], states) and monotonic() < ends_at:
            never.wait(LOOK_S)
        return self._found(blackhole_id)

    def _are(self, ids: Collection[str], states: Collection[State]) -> bool:
        return len(self._parts.attacks.ledger.ids_in(states, ids)) == len(set(ids))

    def _audit_step(self, action: str, one: Blackhole, detail: dict[str, object]) -> None:
        self._audit_steps(action, [one], detail)

    def _audit_steps(
        self, action: str, several: Iterable[Blackhole], detail: dict[str, object]
    ) -> None:
        """In one transaction: there may be hundreds."""
        targets = (
            (str(one.network), one.tenant_id or "", {"id": one.id, "state": one.state, **detail})
            for one in several
        )
        self._audit_many(action, targets)


def require_reason(reason: str) -> None:
    """InputError where nothing is said."""
    if not reason.strip():
        msg = "a reason is needed, as who is called at night will read it; give one with --reason"
        raise InputError(msg)
