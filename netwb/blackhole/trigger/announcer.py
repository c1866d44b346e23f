"""What is done at one router: announce, withdraw, list, verify, save. Each answer is a record.

What stands is read, then typed, then read again: by that alone a route counts as announced or
withdrawn. Every network asked for is in the answer, also where the connection broke in the middle.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netwb.blackhole.commands import (
    Answer,
    announcing,
    is_saved,
    judge,
    off_lines,
    on_lines,
    tag_of,
    why_unsafe,
    withdrawing,
)
from netwb.blackhole.records import (
    EDGE_TAG,
    IPNetwork,
    OnRouter,
    Reach,
    Router,
    RouterState,
    RouteThere,
    Saved,
)
from netwb.blackhole.trigger.configuring import configure, text_of
from netwb.blackhole.trigger.keeping import Keeper
from netwb.blackhole.trigger.reading import listing, lookups
from netwb.errors import DeviceError, UnknownPlatformError
from netwb.platforms.blackhole import BlackholeWords

logger = logging.getLogger(__name__)

PART = 100  # networks that are done in one use of a router; longer, and an attack waits for a list
SHOWN = 5  # networks named in one line of the log
LOOK_AGAIN_S = 0.05  # between two looks at an edge: BGP takes about 0.1 s, and says nothing here

Routes = Mapping[IPNetwork, RouteThere]
OnRouters = Mapping[IPNetwork, OnRouter]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Lines to be typed, by network; what needs none is settled."""

    lines: Mapping[IPNetwork, tuple[str, ...]]
    settled: Mapping[IPNetwork, str]  # "" as wished already; otherwise why it is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is to be done: lines by what stands, and how a route must be then."""

    words: BlackholeWords
    plan: Callable[[Sequence[IPNetwork], Routes], _Plan]
    wished: Callable[[RouteThere | None], bool]
    state: RouterState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How it went. `there` None: nobody knows what stands."""

    plan: _Plan
    there: Routes | None
    answer: Answer = Answer()  # noqa: RUF009 - frozen
    broken: str = ""


class Announcer:
    """Triggers and edges, over kept sessions. Lives on the keeper's event loop."""

    def __init__(self, keeper: Keeper, *, clock: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._clock = clock

    def commands(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        """What would be typed to announce these hosts. Touches no router.

        Of a platform that nobody gave words a remark that says so: the others are shown all the same.
        """
        return self._shown(router, lambda words: announcing(words, networks, reach))

    def commands_back(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        """What would be typed to withdraw these hosts. Touches no router."""
        return self._shown(router, lambda words: withdrawing(words, networks, reach))

    async def announce(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> OnRouters:
        """Let these hosts stand there: `announced`, or `failed` with what the router said.

        A route that stands already is left as it is. Another's route for a host is, too: failed.
        Raises the DeviceError of a router that nothing could be typed at.
        """
        words, tag = self._writing(router), tag_of(reach)

        def plan(part: Sequence[IPNetwork], there: Routes) -> _Plan:
            return _capped(_to_announce(words, part, reach, there), router, there)

        def stands(route: RouteThere | None) -> bool:
            return route is not None and route.ours and route.tag == tag

        change = _Change(words=words, plan=plan, wished=stands, state="announced")
        return await self._changed(router, networks, change)

    async def withdraw(self, router: Router, networks: Sequence[IPNetwork]) -> OnRouters:
        """Let these hosts stand there no more: `withdrawn`, or `failed` with what the router said.

        Only what is exactly of netwb's kind is removed; a route that another made is left, and said.
        Raises the DeviceError of a router that nothing could be typed at.
        """
        words = self._writing(router)

        change = _Change(
            words=words,
            plan=lambda part, there: _to_withdraw(words, part, there),
            wished=lambda route: route is None,
            state="withdrawn",
        )
        return await self._changed(router, networks, change)

    async def list_static(self, router: Router) -> Routes:
        """Every static host route there, ours and others'. Raises DeviceError."""
        words = self._keeper.words(router)
        async with self._keeper.use(router) as session:
            return await listing(session, words)

    async def list_ours(self, router: Router) -> Routes:
        """The routes there that are exactly of netwb's kind, whoever made them. Raises DeviceError."""
        there = await self.list_static(router)
        return {network: route for network, route in there.items() if route.ours}

    async def verify(
        self, edge: Router, networks: Sequence[IPNetwork], *, within_s: float = 0.0
    ) -> Routes:
        """Where the edge sends each of these hosts. Raises DeviceError.

        within_s   looked again until all are discarded, or so long
        """
        words, loop = self._keeper.words(edge), asyncio.get_running_loop()
        until, found, asked = loop.time() + within_s, dict[IPNetwork, RouteThere](), list(networks)
        while True:
            async with self._keeper.use(edge) as session:
                found.update(await lookups(session, words, asked))
            asked = [one for one in networks if found[one].kind != "blackhole"]
            if not asked or loop.time() >= until:
                return found
            await asyncio.sleep(LOOK_AGAIN_S)

    async def save(self, router: Router) -> Saved:
        """Keep the configuration over a reboot, where that is safe. Raises DeviceError."""
        words = self._writing(router)
        if words.save is None:
            return Saved(saved=True)
        async with self._keeper.use(router) as session:
            await listing(session, words)  # a session learns of a dead daemon by asking it
            alive, unsaved = [
                b"" if command is None else text_of(await session.send(command))
                for command in (words.alive, words.unsaved)
            ]
            why = why_unsafe(words, alive=alive, unsaved=unsaved)
            if why is not None:
                return Saved(saved=False, why=why)
            text = text_of(await session.send(words.save))
        answer = judge(text, (words.save,), words)
        if not answer.refused and is_saved(text, words):
            return Saved(saved=True)
        return Saved(saved=False, why=answer.words or f"`{words.save}` is answered by nothing")

    async def close(self) -> None:
        """End every session."""
        await self._keeper.close()

    # -- changing

    async def _changed(
        self, router: Router, networks: Sequence[IPNetwork], change: _Change
    ) -> OnRouters:
        """Every network asked for has an outcome; many are done in parts, so that others have a turn."""
        outcomes: dict[IPNetwork, OnRouter] = {}
        for start in range(0, len(networks), PART):
            part = networks[start : start + PART]
            try:
                ended = await self._ended(router, part, change)
            except DeviceError as error:
                if not outcomes:
                    raise
                ended = _Ended(plan=_Plan(lines={}, settled={}), there=None, broken=str(error))
            outcomes.update(
                (network, self._outcome(router, network, change, ended)) for network in part
            )
        _log(router, outcomes)
        return outcomes

    async def _ended(
        self, router: Router, networks: Sequence[IPNetwork], change: _Change
    ) -> _Ended:
        """Read, type, read again. Raises the DeviceError of what happened before anything was typed."""
        plan, answer, words = _Plan(lines={}, settled={}), Answer(), change.words
        try:
            async with self._keeper.use(router) as session:
                there = await listing(session, words)
                plan = change.plan(networks, there)
                if plan.lines:
                    typed = [line for lines in plan.lines.values() for line in lines]
                    answer = await configure(session, words, typed)
                    there = await listing(session, words)
                return _Ended(plan=plan, there=there, answer=answer)
        except DeviceError as error:
            if not plan.lines:
                raise
            return await self._after_a_break(router, change, plan, str(error))

    async def _after_a_break(
        self, router: Router, change: _Change, plan: _Plan, broken: str
    ) -> _Ended:
        """The connection broke while lines were typed: what stands is asked for once more."""
        try:
            async with self._keeper.use(router) as session:
                there = await listing(session, change.words)
        except DeviceError as error:
            unknown = f"{broken}; what stands there is unknown ({error})"
            return _Ended(plan=plan, there=None, broken=unknown)
        return _Ended(plan=plan, there=there, broken=broken)

    def _outcome(
        self, router: Router, network: IPNetwork, change: _Change, ended: _Ended
    ) -> OnRouter:
        on = OnRouter(router=router, state=change.state, at=self._clock())
        left = ended.plan.settled.get(network)
        if left is not None:
            return replace(on, state="failed", said=left) if left else on
        if ended.there is not None and change.wished(ended.there.get(network)):
            return on
        said = ended.broken or _said_of(network, ended.answer) or "it did nothing, without a word"
        return replace(on, state="failed", said=said)

    def _shown(
        self, router: Router, commands: Callable[[BlackholeWords], tuple[str, ...]]
    ) -> tuple[str, ...]:
        try:
            return commands(self._keeper.words(router))
        except UnknownPlatformError as error:
            return (f"! {error}",)

    def _writing(self, router: Router) -> BlackholeWords:
        """The words, where they may be typed."""
        words = self._keeper.words(router)
        if not words.verified:
            msg = (
                f"{router.label}: the commands of platform {router.platform} are only shown, as its "
                "record says `verified = false`; try them on a router of that kind, then set it true"
            )
            raise UnknownPlatformError(msg)
        return words


def _log(router: Router, outcomes: OnRouters) -> None:
    """One line for all that went alike: there may be hundreds."""
    alike: dict[tuple[RouterState, str], list[str]] = {}
    for network, outcome in outcomes.items():
        alike.setdefault((outcome.state, outcome.said or ""), []).append(str(network))
    for (state, said), names in alike.items():
        level = logging.WARNING if state == "failed" else logging.INFO
        shown = ", ".join(names[:SHOWN]) + (
            f" and {len(names) - SHOWN} more" * (len(names) > SHOWN)
        )
        logger.log(level, "%s: %s %s%s", router.label, shown, state, f": {said}" if said else "")


def _to_announce(
    words: BlackholeWords, networks: Iterable[IPNetwork], reach: Reach, there: Routes
) -> _Plan:
    lines, settled = {}, {}
    for network in networks:
        route = there.get(network)
        if route is None or (route.ours and route.tag != tag_of(reach)):
            lines[network] = on_lines(words, network, reach)
        else:
            settled[network] = "" if route.ours else _not_ours(route)
    return _Plan(lines=lines, settled=settled)


def _to_withdraw(words: BlackholeWords, networks: Iterable[IPNetwork], there: Routes) -> _Plan:
    lines, settled = {}, {}
    for network in networks:
        route = there.get(network)
        if route is not None and route.ours:
            lines[network] = off_lines(words, network, route.tag or EDGE_TAG)
        else:
            settled[network] = "" if route is None else _not_ours(route)
    return _Plan(lines=lines, settled=settled)


def _capped(plan: _Plan, router: Router, there: Routes) -> _Plan:
    """No more than the router may carry: its peers drop all routes where there are too many."""
    if not router.max_routes:
        return plan
    standing = sum(route.ours for route in there.values())
    room, lines, settled = router.max_routes - standing, {}, dict(plan.settled)
    for network, typed in plan.lines.items():
        if network in there or room > 0:
            lines[network] = typed
            room -= network not in there
        else:
            settled[network] = (
                f"{standing} routes of ours stand there, and it may carry {router.max_routes}; "
                "withdraw some, or let it carry more with `netwb trigger add --max`"
            )
    return _Plan(lines=lines, settled=settled)


def _not_ours(route: RouteThere) -> str:
    return f"`{route.said}` stands there, which is not of netwb's kind, and is left alone"


def _said_of(network: IPNetwork, answer: Answer) -> str:
    """The line that names the host; else the first one that says no."""
    address = str(network.network_address)
    lines = (*answer.refused, *answer.new)
    return next((line for line in lines if address in line), answer.words)
