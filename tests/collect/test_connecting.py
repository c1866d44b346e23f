"""What is prepared once for many devices is not where one of them is mistaken for another."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import asyncssh
import pytest

from netwb.collect.ssh import Sessions, connecting
from netwb.errors import LoginRefusedError
from netwb.inventory.records import Target
from netwb.lab.fleet import Fleet
from tests.collect.ground import (
    PATIENT,
    forget,
    make_device,
    make_login,
    make_target,
    make_world,
    target_on,
)

COUNT = 5


def own(number: int) -> str:
    """The password of that device, which no other one has."""
    return f"Their-own-{number}"


def fleet_of_unlike_passwords() -> Fleet:
    return Fleet(make_world(*(make_device(f"acme/edge{n}", password=own(n)) for n in range(COUNT))))


def target_with(fleet: Fleet, number: int, password: str) -> Target:
    return target_on(fleet, f"acme/edge{number}", logins=(make_login(password=password),))


def test_devices_of_one_username_at_once_are_each_asked_with_their_own_password() -> None:
    async def all_open(targets: list[Target]) -> list[tuple[str, int]]:
        sessions = Sessions(PATIENT, forget)
        async with AsyncExitStack() as stack:
            opened = await asyncio.gather(
                *(stack.enter_async_context(sessions.connected(target)) for target in targets)
            )
            return [connection.get_extra_info("peername")[:2] for connection, _ in opened]

    with fleet_of_unlike_passwords() as fleet:
        targets = [target_with(fleet, n, own(n)) for n in range(COUNT)]
        reached = asyncio.run(all_open(targets))
        refused = [fleet.seen(f"acme/edge{n}").refusals for n in range(COUNT)]

    assert reached == [(target.address, target.port) for target in targets]
    assert refused == [0] * COUNT


def test_a_refusal_of_one_says_nothing_of_another_with_the_same_options() -> None:
    async def one_after_the_other(wrong: Target, right: Target) -> str:
        sessions = Sessions(PATIENT, forget)
        with pytest.raises(LoginRefusedError, match="edge0"):
            await sessions.test_login(wrong)
        return (await sessions.test_login(right)).credential

    with fleet_of_unlike_passwords() as fleet:
        wrong, right = target_with(fleet, 0, "wrong"), target_with(fleet, 1, own(1))

        assert asyncio.run(one_after_the_other(wrong, right)) == "acme/lab"


def test_options_are_prepared_once_for_all_devices_that_are_told_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[str] = []

    class Counted(asyncssh.SSHClientConnectionOptions):
        def prepare(self, *, username: str, **kwargs: object) -> None:  # type: ignore[override]
            prepared.append(username)
            super().prepare(username=username, **kwargs)  # type: ignore[arg-type]

    async def visit(targets: list[Target]) -> None:
        sessions = Sessions(PATIENT, forget)
        for target in targets:
            await sessions.test_login(target)

    connecting.prepared.cache_clear()
    monkeypatch.setattr(asyncssh, "SSHClientConnectionOptions", Counted)
    with fleet_of_unlike_passwords() as fleet:
        asyncio.run(visit([target_with(fleet, n, own(n)) for n in range(COUNT)]))
    connecting.prepared.cache_clear()

    assert prepared == ["netwb"]


def test_a_connection_that_is_given_up_closes_its_socket() -> None:
    begun, closed = asyncio.Event(), asyncio.Event()

    class Silent(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            del transport
            begun.set()

        def connection_lost(self, exc: Exception | None) -> None:
            del exc
            closed.set()

    async def give_up() -> None:
        server = await asyncio.get_running_loop().create_server(Silent, "127.0.0.1", 0)
        target = make_target(port=server.sockets[0].getsockname()[1])
        dialing = asyncio.create_task(Sessions(PATIENT, forget).test_login(target))
        async with asyncio.timeout(30):
            await begun.wait()
            dialing.cancel()
            await closed.wait()
        with pytest.raises(asyncio.CancelledError):
            await dialing
        server.close()

    asyncio.run(give_up())
