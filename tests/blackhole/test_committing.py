"""Triggers whose lines count by a commit: IOS XR and Junos, played after their documents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netwb.blackhole.records import IPNetwork, OnRouter, Router
from netwb.blackhole.trigger import Announcer, Keeper, Patience
from netwb.platforms.record import Platform
from tests.blackhole.committing import Committing, iosxr, junos
from tests.blackhole.ground_routers import FOUR, PLATFORMS, SIX, words
from tests.collect.ground import PATIENT, forget
from tests.collect.scripted import device

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PLAYS = {"cisco_xr": iosxr, "juniper_junos": junos}
NAMES = sorted(PLAYS)
REFUSED = {
    "cisco_xr": "% Failed to commit one or more configuration items.\r\n",
    "juniper_junos": "error: configuration database locked by ana",
}
OURS = {
    "cisco_xr": ("router static address-family ipv4 unicast 203.0.113.10/32 Null0 tag 666",),
    "juniper_junos": (
        "set routing-options static route 203.0.113.10/32 discard",
        "set routing-options static route 203.0.113.10/32 tag 666",
    ),
}
THEIRS = {
    "cisco_xr": ("router static address-family ipv4 unicast 203.0.113.10/32 192.0.2.9 tag 666",),
    "juniper_junos": (
        "set routing-options static route 203.0.113.10/32 next-hop 192.0.2.9",
        "set routing-options static route 203.0.113.10/32 tag 666",
    ),
}
Outcomes = Mapping[IPNetwork, OnRouter]


def router(name: str) -> Router:
    return Router(
        device_id="d1",
        tenant_id="t1",
        tenant="acme",
        hostname="trg1",
        platform=name,
        role="trigger",
    )


def with_router(
    name: str,
    state: Committing,
    work: Callable[[Announcer, Router], Awaitable[Outcomes]],
    platforms: Mapping[str, Platform] = PLATFORMS,
) -> Outcomes:
    """Do the work on a played router, and log out."""

    async def body() -> Outcomes:
        async with device(PLAYS[name](state)) as target:
            keeper = Keeper(
                targets=lambda _: replace(target, platform=name),
                platforms=platforms,
                settings=PATIENT,
                on_new_host_key=forget,
                patience=Patience(again_s=0),
            )
            announcer = Announcer(keeper, clock=lambda: NOON)
            try:
                return await work(announcer, router(name))
            finally:
                await announcer.close()

    return asyncio.run(body())


def running(*lines: str) -> Committing:
    return Committing(running=dict.fromkeys(lines, ""))


def states(outcomes: Outcomes) -> list[str]:
    return [on.state for on in outcomes.values()]


@pytest.mark.parametrize("name", NAMES)
def test_announced_lines_are_committed_at_once(name: str) -> None:
    state = running()

    outcomes = with_router(name, state, lambda at, to: at.announce(to, [FOUR, SIX], "edge"))

    assert states(outcomes) == ["announced", "announced"]
    assert state.lines[: len(OURS[name])] == OURS[name]
    assert state.typed.count("commit") == 1
    assert state.candidate is None


@pytest.mark.parametrize("name", NAMES)
def test_withdrawn_lines_are_committed_and_others_stay(name: str) -> None:
    other = OURS[name][0].replace("203.0.113.10", "203.0.113.11")
    state = running(*OURS[name], other)

    outcomes = with_router(name, state, lambda at, to: at.withdraw(to, [FOUR]))

    assert states(outcomes) == ["withdrawn"]
    assert state.lines == (other,)


@pytest.mark.parametrize("name", NAMES)
def test_wider_reach_takes_the_place_of_the_former_tag(name: str) -> None:
    state = running(*OURS[name])

    outcomes = with_router(name, state, lambda at, to: at.announce(to, [FOUR], "both"))

    assert states(outcomes) == ["announced"]
    assert state.lines == tuple(line.replace("666", "667") for line in OURS[name])


@pytest.mark.parametrize("name", NAMES)
def test_refused_commit_leaves_nothing_and_is_told(name: str) -> None:
    state = running()
    state.refuse = REFUSED[name]

    outcomes = with_router(name, state, lambda at, to: at.announce(to, [FOUR], "edge"))

    assert states(outcomes) == ["failed"]
    assert outcomes[FOUR].said == REFUSED[name].strip()
    assert state.lines == ()
    assert state.candidate is None
    assert state.typed[-2:] == [words(name).abandon[-1], *words(name).listing]


def test_commit_that_says_nothing_of_being_complete_is_no_commit() -> None:
    state = running()
    state.refuse = "commit check pending"

    outcomes = with_router("juniper_junos", state, lambda at, to: at.announce(to, [FOUR], "edge"))

    assert outcomes[FOUR].state == "failed"
    assert outcomes[FOUR].said == "commit check pending"


@pytest.mark.parametrize("name", NAMES)
def test_refused_line_abandons_all_of_them(name: str) -> None:
    state, record = running(), PLATFORMS[name]
    assert record.blackhole is not None
    spoiled = replace(
        record.blackhole,
        ipv6=replace(record.blackhole.ipv6, on=("frobnicate {address} {tag}",)),
    )

    outcomes = with_router(
        name,
        state,
        lambda at, to: at.announce(to, [FOUR, SIX], "edge"),
        {name: replace(record, blackhole=spoiled)},
    )

    assert states(outcomes) == ["failed", "failed"]
    assert "commit" not in state.typed
    assert state.lines == ()


@pytest.mark.parametrize("name", NAMES)
def test_route_of_another_is_left_alone(name: str) -> None:
    state = running(*THEIRS[name])

    async def both(at: Announcer, to: Router) -> Outcomes:
        await at.announce(to, [FOUR], "edge")
        return await at.withdraw(to, [FOUR])

    outcomes = with_router(name, state, both)

    assert states(outcomes) == ["failed"]
    assert state.lines == THEIRS[name]
    assert "commit" not in state.typed


@pytest.mark.parametrize("name", NAMES)
def test_commit_is_all_that_saving_needs(name: str) -> None:
    async def save(at: Announcer, to: Router) -> Outcomes:
        assert (await at.save(to)).saved
        return {}

    state = running()
    with_router(name, state, save)

    assert state.typed == []
