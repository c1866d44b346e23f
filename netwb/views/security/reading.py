"""What `/security` shows, read in one go; waits for the database, so never on the loop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netwb.blackhole.attack_records import ReceivedEvent
from netwb.blackhole.records import (
    STANDING,
    Blackhole,
    OwnPrefix,
    Reason,
    Router,
    State,
    StrayRoute,
)
from netwb.views.security.look import ENDED, MOST, Look
from netwb.workbench import Workbench
from netwb.workbench.blackhole_page import BlackholeLimits
from netwb.workbench.blackhole_records import BlackholeAnswer, Running

OPENED = 5  # cards that stand open, the ones that lapse first; more would be as many guards to ask
MOST_HELD, MOST_STANDING = 200, 500
HELD: tuple[State, ...] = ("held",)
SHADOW: frozenset[State] = frozenset({"shadow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One that waits; what the guard says of it now, and whether who looks may approve it.

    would, may   None: it is a line alone, and opens to a card
    """

    one: Blackhole
    would: BlackholeAnswer | None = None
    may: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """named: the one of the address where it is not held any more.

    link_fault   what is wrong with the notification's link that led here
    shadowed     all that was only written down, where that is the tab
    opened       id of the one that is opened; "" also where that link is not netwb's own
    """

    at: datetime
    mark: int
    running: Running
    limits: BlackholeLimits
    held: tuple[Held, ...]
    named: Blackhole | None
    standing: tuple[Blackhole, ...]
    past: tuple[Blackhole, ...]
    events: tuple[ReceivedEvent, ...]
    has_more: bool
    strays: tuple[StrayRoute, ...]
    routers: tuple[Router, ...]
    prefixes: tuple[OwnPrefix, ...]
    shadowed: tuple[Blackhole, ...] = ()
    opened: str = ""
    link_fault: str = ""


def read(bench: Workbench, look: Look, *, at: datetime) -> Shown:
    """All of it. Raises UnknownNameError for one in the address that is not, or is another's."""
    most = look.rows
    mark = bench.blackholes_mark()  # first: what changes meanwhile is read again
    opened, link_fault = look.held, ""
    if look.is_link:
        link = bench.judge_link(look.held, look.ends, look.mark)
        opened, link_fault = link.held, link.fault
    waiting = sorted(
        bench.blackholes(states=HELD, limit=MOST_HELD), key=lambda one: one.requested_at
    )
    named = None
    if opened and all(one.id != opened for one in waiting):
        named = bench.blackhole_of(opened)
    past, events = _tab(bench, look)
    return Shown(
        at=at,
        mark=mark,
        running=bench.blackholes_running(),
        limits=bench.blackhole_limits(),
        held=tuple(_held(bench, waiting, opened)),
        named=named,
        standing=tuple(
            sorted(
                bench.blackholes(states=STANDING, limit=MOST_STANDING),
                key=lambda one: (one.expires_at or one.requested_at, str(one.network)),
            )
        ),
        past=past[:most],
        events=events[:most],
        has_more=len(past) > most or len(events) > most,
        shadowed=past if look.tab == "shadow" else (),
        strays=tuple(bench.stray_routes()),
        routers=(*bench.triggers(), *bench.edges()),
        prefixes=tuple(bench.prefixes()),
        opened=opened,
        link_fault=link_fault,
    )


def _held(bench: Workbench, waiting: Iterable[Blackhole], opened: str) -> Iterable[Held]:
    for number, one in enumerate(waiting):
        if number < OPENED or one.id == opened:
            would = bench.blackhole_would(one.id)
            yield Held(one=one, would=would, may=bench.may_approve(one.id))
        else:
            yield Held(one=one)


def _tab(bench: Workbench, look: Look) -> tuple[tuple[Blackhole, ...], tuple[ReceivedEvent, ...]]:
    """One more than is shown; of the shadow all, as they are counted by what would have become of them."""
    if look.tab == "events":
        return (), tuple(bench.attack_events(limit=look.rows + 1))
    if look.tab == "shadow":
        return tuple(bench.blackholes(states=SHADOW, limit=MOST)), ()
    return tuple(bench.blackholes(states=ENDED, limit=look.rows + 1)), ()
