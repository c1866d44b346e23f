"""What of a blackhole's life follows from how it stands on its routers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from netwb.blackhole.records import (
    STANDING,
    Blackhole,
    Entry,
    IPNetwork,
    OnRouter,
    Reach,
    Router,
    RouterState,
    RouteThere,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a trigger has, beside what it should have.

    stood    how known ones stand there, where that is other than was known
    strays   lines of what looks like a blackhole of ours and is none
    """

    stood: Sequence[tuple[Entry, OnRouter]]
    strays: Mapping[IPNetwork, str]


def on_triggers(one: Blackhole) -> Sequence[OnRouter]:
    """How it stands on triggers."""
    return [on for on in one.routers if on.router.role == "trigger"]


def state_on(one: Blackhole, router: Router) -> RouterState | None:
    """How it stands on that one; None: it was never there."""
    for on in one.routers:
        if (on.router.device_id, on.router.role) == (router.device_id, router.role):
            return on.state
    return None


def is_to_come(one: Blackhole, router: Router) -> bool:
    """Whether that trigger is to announce it."""
    return one.state in {"intended", "announced"} and state_on(one, router) != "announced"


def is_to_go(one: Blackhole, router: Router) -> bool:
    """Whether that trigger is to withdraw it, also where nobody knows that it has it."""
    return one.state == "withdrawing" and state_on(one, router) != "withdrawn"


def was_sent(one: Blackhole) -> bool:
    """Whether a router may have it: from then on it is withdrawn and not forgotten."""
    return one.announced_at is not None or any(
        on.state in {"announced", "failed"} for on in on_triggers(one)
    )


def is_gone(one: Blackhole, triggers: Iterable[Router]) -> bool:
    """Whether every trigger has let it go."""
    return all(state_on(one, trigger) == "withdrawn" for trigger in triggers)


def by_reach(entries: Iterable[Entry]) -> Mapping[Reach, tuple[IPNetwork, ...]]:
    """Networks by how far they are to be heard."""
    found: dict[Reach, list[IPNetwork]] = {}
    for entry in entries:
        found.setdefault(entry.blackhole.reach, []).append(entry.blackhole.network)
    return {reach: tuple(networks) for reach, networks in found.items()}


def seen_at_edge(one: Blackhole, edge: Router, route: RouteThere) -> OnRouter | None:
    """What an edge's route says of it; None: nothing that can be judged now."""
    drops = route.kind == "blackhole"
    if one.state == "announced":
        where = route.said or "there is no route for it alone"
        said = None if drops else f"it is not dropped there: {where}"
        return OnRouter(router=edge, state="verified" if drops else "failed", said=said)
    if one.state in STANDING or one.announced_at is None:
        return None
    said = "it is still dropped there, though no trigger announces it any more" if drops else None
    return OnRouter(router=edge, state="failed" if drops else "withdrawn", said=said)


def compare(
    router: Router,
    there: Mapping[IPNetwork, RouteThere],
    entries: Sequence[Entry],
    *,
    tags: Mapping[Reach, int],
    known: Iterable[IPNetwork] = (),
) -> Compared:
    """A trigger's routes beside the ledger.

    entries   all that stand, as they are now
    tags      of a route by reach
    known     networks that stood when the routes were asked for, and may have ended since
    """
    stood = []
    for entry in entries:
        one = entry.blackhole
        route = there.get(one.network)
        right = route is not None and route.ours and route.tag == tags[one.reach]
        before = state_on(one, router)
        after: RouterState | None = None
        if one.state == "withdrawing":
            after = "withdrawn" if route is None and before != "withdrawn" else None
        elif right and before != "announced":
            after = "announced"
        elif not right and before == "announced":
            after = "waiting"
        if after is not None:
            stood.append((entry, OnRouter(router=router, state=after)))
    ours = {entry.blackhole.network for entry in entries} | set(known)
    strays = {n: route.said or str(n) for n, route in there.items() if route.ours and n not in ours}
    return Compared(stood=stood, strays=strays)
