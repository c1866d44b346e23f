"""Triggers and edges over real SSH, played by the lab: what is typed, read back, refused and kept."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nornir.core.inventory import Inventory

from netwb.blackhole.records import IPNetwork, OnRouter, Router
from netwb.blackhole.trigger import Keeper, Patience, Triggers, nornir_tasks
from netwb.errors import (
    CommandRejectedError,
    DeadlineError,
    LoginNotTriedError,
    LoginRefusedError,
    UnknownPlatformError,
    UnreachableError,
)
from netwb.inventory.records import Target
from netwb.lab.device import LabPlatform
from netwb.lab.fleet import Fleet
from netwb.platforms.record import Platform
from tests.blackhole.ground_routers import FOUR, SIX, net
from tests.collect.ground import (
    PATIENT,
    PLATFORMS,
    forget,
    make_device,
    make_login,
    make_world,
    target_on,
)

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
KINDS: tuple[LabPlatform, ...] = ("frr", "cisco_ios", "arista_eos")
TRIGGER, EDGE = "acme/trg1", "acme/edge1"
OTHER = net("203.0.113.11/32")
QUICKLY = Patience(connect_s=5, answer_s=1, use_s=5, proof_s=1, idle_s=0, again_s=0)


def router(key: str = TRIGGER, **more: object) -> Router:
    values: dict[str, object] = {
        "device_id": key,
        "tenant_id": "t1",
        "tenant": "acme",
        "hostname": key.rpartition("/")[2],
        "platform": "frr",
        "role": "trigger" if key == TRIGGER else "edge",
    }
    return Router(**{**values, **more})  # type: ignore[arg-type]


class Stage:
    """A fleet of one trigger and one edge, and what talks to it."""

    def __init__(self, fleet: Fleet, platform: str) -> None:
        self.fleet = fleet
        self.trigger, self.edge = router(platform=platform), router(EDGE, platform=platform)
        self.asked: list[str] = []
        self.change: Callable[[Target], Target] = lambda target: target
        self.platforms: dict[str, Platform] = dict(PLATFORMS)
        self.triggers = self.made(QUICKLY)

    def made(self, patience: Patience) -> Triggers:
        keeper = Keeper(
            targets=self.target,
            platforms=self.platforms,
            settings=PATIENT,
            on_new_host_key=forget,
            patience=patience,
        )
        return Triggers(keeper, clock=lambda: NOON)

    def target(self, device_id: str) -> Target:
        self.asked.append(device_id)
        return self.change(target_on(self.fleet, device_id))

    def typed(self, key: str = TRIGGER) -> Sequence[str]:
        return self.fleet.seen(key).commands


@contextmanager
def staged(platform: LabPlatform) -> Iterator[Stage]:
    devices = [make_device(key, platform=platform) for key in (TRIGGER, EDGE)]
    with Fleet(make_world(*devices)) as fleet:
        stage = Stage(fleet, platform)
        try:
            yield stage
        finally:
            stage.triggers.close()


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param) as made:
        yield made


@pytest.fixture
def frr() -> Iterator[Stage]:
    with staged("frr") as made:
        yield made


def states(outcomes: Mapping[IPNetwork, OnRouter]) -> dict[str, str]:
    return {str(network): on.state for network, on in outcomes.items()}


# -- the common way


def test_announced_route_stands_and_the_edge_discards(stage: Stage) -> None:
    outcomes = stage.triggers.announce(stage.trigger, [FOUR, SIX], "edge")

    assert states(outcomes) == {str(FOUR): "announced", str(SIX): "announced"}
    assert all(on.at == NOON and on.said is None for on in outcomes.values())
    assert stage.fleet.routes(TRIGGER) == {FOUR: 666, SIX: 666}
    seen = stage.triggers.verify(stage.edge, [FOUR, SIX, OTHER])
    assert [seen[one].kind for one in (FOUR, SIX, OTHER)] == ["blackhole", "blackhole", "absent"]


def test_withdrawn_route_is_gone_from_trigger_and_edge(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR, SIX], "edge")

    outcomes = stage.triggers.withdraw(stage.trigger, [FOUR, SIX])

    assert states(outcomes) == {str(FOUR): "withdrawn", str(SIX): "withdrawn"}
    assert stage.fleet.routes(TRIGGER) == {}
    assert stage.triggers.verify(stage.edge, [FOUR])[FOUR].kind == "absent"


def test_announcing_twice_types_once(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")
    before = len([line for line in stage.typed() if line.startswith("conf")])

    outcomes = stage.triggers.announce(stage.trigger, [FOUR], "edge")

    assert states(outcomes) == {str(FOUR): "announced"}
    assert len([line for line in stage.typed() if line.startswith("conf")]) == before


def test_withdrawing_what_is_gone_is_done_already(stage: Stage) -> None:
    assert states(stage.triggers.withdraw(stage.trigger, [FOUR])) == {str(FOUR): "withdrawn"}
    assert not [line for line in stage.typed() if line.startswith("conf")]


def test_wider_reach_changes_the_tag(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")

    outcomes = stage.triggers.announce(stage.trigger, [FOUR], "both")

    assert states(outcomes) == {str(FOUR): "announced"}
    assert stage.fleet.routes(TRIGGER) == {FOUR: 667}


def test_route_of_another_is_neither_replaced_nor_removed(stage: Stage) -> None:
    stage.fleet.put_route(TRIGGER, FOUR, 100)
    stage.fleet.put_route(TRIGGER, OTHER, None)

    announced = stage.triggers.announce(stage.trigger, [FOUR], "edge")
    withdrawn = stage.triggers.withdraw(stage.trigger, [FOUR, OTHER])

    assert stage.fleet.routes(TRIGGER) == {FOUR: 100, OTHER: None}
    assert states(announced) == {str(FOUR): "failed"}
    assert states(withdrawn) == {str(FOUR): "failed", str(OTHER): "failed"}
    assert "is left alone" in (withdrawn[FOUR].said or "")


def test_list_tells_ours_from_others(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")
    stage.fleet.put_route(TRIGGER, OTHER, 100)

    assert set(stage.triggers.list_ours(stage.trigger)) == {FOUR}
    assert {FOUR, OTHER} <= set(stage.triggers.list_static(stage.trigger))
    assert {FOUR, OTHER} <= set(stage.triggers.start_list(stage.trigger).result())


def test_rebooted_router_has_lost_what_was_not_saved_and_takes_it_again(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")
    stage.fleet.reboot(TRIGGER)

    assert stage.triggers.list_ours(stage.trigger) == {}
    assert states(stage.triggers.announce(stage.trigger, [FOUR], "edge")) == {
        str(FOUR): "announced"
    }


def test_saved_route_is_there_after_a_reboot(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")

    assert stage.triggers.save(stage.trigger).saved

    stage.fleet.reboot(TRIGGER)
    assert set(stage.triggers.list_ours(stage.trigger)) == {FOUR}


@pytest.mark.parametrize("platform", ["cisco_ios", "arista_eos"])
def test_what_others_left_unsaved_is_not_saved(platform: LabPlatform) -> None:
    with staged(platform) as stage:
        stage.triggers.announce(stage.trigger, [FOUR], "edge")
        stage.fleet.put_route(TRIGGER, OTHER, 100)

        saved = stage.triggers.save(stage.trigger)

    assert not saved.saved
    assert "203.0.113.11" in saved.why


def test_dry_run_shows_the_commands_and_touches_no_router(stage: Stage) -> None:
    commands = stage.triggers.commands(stage.trigger, [FOUR], "edge")
    back = stage.triggers.commands_back(stage.trigger, [FOUR], "edge")

    assert commands[0] == "configure terminal"
    assert back[1] == f"no {commands[1]}"
    assert stage.asked == []


# -- many


def test_five_hundred_routes_are_listed_announced_and_verified(stage: Stage) -> None:
    many = [net(f"198.18.{n // 250}.{n % 250 + 1}/32") for n in range(500)]

    outcomes = stage.triggers.announce(stage.trigger, many, "edge")

    assert set(states(outcomes).values()) == {"announced"}
    assert len(stage.triggers.list_ours(stage.trigger)) == 500
    seen = stage.triggers.verify(stage.edge, many)
    assert {route.kind for route in seen.values()} == {"blackhole"}


def test_router_carries_no_more_than_it_may(stage: Stage) -> None:
    capped = replace(stage.trigger, max_routes=2)
    three = [FOUR, OTHER, net("203.0.113.12/32")]

    outcomes = stage.triggers.announce(capped, three, "edge")

    assert list(states(outcomes).values()) == ["announced", "announced", "failed"]
    assert "it may carry 2" in (outcomes[three[2]].said or "")
    assert len(stage.fleet.routes(TRIGGER)) == 2


def test_one_writer_at_a_time_and_in_the_order_of_asking(frr: Stage) -> None:
    work = [
        frr.triggers.start_announce(frr.trigger, [FOUR], "edge"),
        frr.triggers.start_withdraw(frr.trigger, [FOUR]),
        frr.triggers.start_announce(frr.trigger, [FOUR], "upstream"),
    ]

    done = [one.result()[FOUR].state for one in work]

    assert done == ["announced", "withdrawn", "announced"]
    assert frr.fleet.routes(TRIGGER) == {FOUR: 667}
    assert frr.fleet.seen(TRIGGER).most_sessions == 1


def test_what_is_asked_first_is_done_first_also_where_its_thread_is_slow(
    frr: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, third = [0], threading.Event()
    made = nornir_tasks.inventory_of

    def slow_for_the_second(routers: Sequence[Router]) -> Inventory:
        begun[0] += 1
        if begun[0] == 2:
            third.wait(0.3)
        elif begun[0] == 3:
            third.set()
        return made(routers)

    monkeypatch.setattr(nornir_tasks, "inventory_of", slow_for_the_second)
    work = [
        frr.triggers.start_announce(frr.trigger, [FOUR], "edge"),
        frr.triggers.start_withdraw(frr.trigger, [FOUR]),
        frr.triggers.start_announce(frr.trigger, [FOUR], "upstream"),
    ]

    assert [one.result()[FOUR].state for one in work] == ["announced", "withdrawn", "announced"]
    assert frr.fleet.routes(TRIGGER) == {FOUR: 667}


def test_what_failed_holds_up_nothing_behind_it(frr: Stage) -> None:
    frr.change = lambda target: replace(target, port=closed_port())
    work = [frr.triggers.start_announce(frr.trigger, [FOUR], "edge") for _ in range(3)]

    assert [type(one.exception(60)) for one in work] == [UnreachableError] * 3


# -- the kept session


def test_one_login_serves_many_announcements(frr: Stage) -> None:
    for number in range(5):
        frr.triggers.announce(frr.trigger, [net(f"203.0.113.{number}/32")], "edge")

    assert frr.fleet.seen(TRIGGER).logins == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        (lambda target: replace(target, port=closed_port()), UnreachableError),
        (lambda target: replace(target, address="127.0.0.99"), UnreachableError),
        (lambda target: replace(target, logins=(make_login(password="wrong"),)), LoginRefusedError),
    ],
    ids=["port", "address", "credential"],
)
def test_session_to_where_the_inventory_leads_no_more_is_ended_at_its_next_use(
    frr: Stage, changed: Callable[[Target], Target], wrong: type[Exception]
) -> None:
    frr.triggers.announce(frr.trigger, [FOUR], "edge")
    way, frr.change = frr.change, changed

    with pytest.raises(wrong, match=r"trg1"):
        frr.triggers.announce(frr.trigger, [OTHER], "edge")

    assert frr.fleet.seen(TRIGGER).sessions == 0
    frr.change = way
    assert set(frr.triggers.list_ours(frr.trigger)) == {FOUR}


def test_host_key_that_is_learned_ends_no_session(frr: Stage) -> None:
    frr.change = lambda target: replace(target, host_key=None)
    frr.triggers.list_ours(frr.trigger)
    frr.change = lambda target: target

    frr.triggers.list_ours(frr.trigger)

    assert frr.fleet.seen(TRIGGER).logins == 1


def closed_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def test_unused_session_is_closed_and_opened_anew(frr: Stage) -> None:
    triggers = frr.made(replace(QUICKLY, kept_s=0.05))
    triggers.list_ours(frr.trigger)

    asyncio.run(_until(lambda: frr.fleet.seen(TRIGGER).sessions == 0))

    assert set(states(triggers.announce(frr.trigger, [FOUR], "edge")).values()) == {"announced"}
    triggers.close()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - another thread's, without an event
            await asyncio.sleep(0.01)


def test_old_session_is_renewed_with_what_the_inventory_says_by_then(frr: Stage) -> None:
    triggers = frr.made(replace(QUICKLY, renewed_s=0))

    for _ in range(2):
        triggers.list_ours(frr.trigger)

    assert frr.asked == [TRIGGER, TRIGGER]
    assert frr.fleet.seen(TRIGGER).logins == 2
    triggers.close()


def test_closing_ends_every_session(frr: Stage) -> None:
    triggers = frr.made(QUICKLY)
    triggers.list_ours(frr.trigger)

    triggers.close()

    asyncio.run(_until(lambda: frr.fleet.seen(TRIGGER).sessions == 0))


# -- what goes wrong


def test_refused_lines_are_told_in_the_routers_words(stage: Stage) -> None:
    stage.fleet.set_route_fault(TRIGGER, "refuses")

    outcomes = stage.triggers.announce(stage.trigger, [FOUR], "edge")

    assert states(outcomes) == {str(FOUR): "failed"}
    assert "uthorization " in (outcomes[FOUR].said or "")


def test_router_that_answers_something_new_is_not_believed(stage: Stage) -> None:
    stage.fleet.set_route_fault(TRIGGER, "answers_anew")

    outcomes = stage.triggers.announce(stage.trigger, [FOUR], "edge")

    assert states(outcomes) == {str(FOUR): "failed"}
    assert outcomes[FOUR].said == "Change 4711 waits for its review."


def test_route_that_cannot_be_removed_is_told(stage: Stage) -> None:
    stage.triggers.announce(stage.trigger, [FOUR], "edge")
    stage.fleet.set_route_fault(TRIGGER, "refuses")

    outcomes = stage.triggers.withdraw(stage.trigger, [FOUR])

    assert states(outcomes) == {str(FOUR): "failed"}
    assert stage.fleet.routes(TRIGGER) == {FOUR: 666}


def test_router_that_falls_silent_fails_in_time_and_serves_again(stage: Stage) -> None:
    stage.fleet.set_route_fault(TRIGGER, "silent")

    outcomes = stage.triggers.announce(stage.trigger, [FOUR], "edge")

    assert states(outcomes) == {str(FOUR): "failed"}
    assert "silent for 1 s" in (outcomes[FOUR].said or "")
    stage.fleet.set_route_fault(TRIGGER, None)
    assert states(stage.triggers.announce(stage.trigger, [FOUR], "edge")) == {
        str(FOUR): "announced"
    }


def test_silence_while_others_wait_ends_for_each_of_them(frr: Stage) -> None:
    frr.fleet.set_route_fault(TRIGGER, "silent")

    work = [
        frr.triggers.start_announce(frr.trigger, [net(f"203.0.113.{n}")], "edge") for n in (1, 2)
    ]

    assert [{on.state for on in one.result().values()} for one in work] == [{"failed"}] * 2


def test_broken_connection_leaves_no_network_without_a_word(frr: Stage) -> None:
    """Nobody knows what stands there: said for each, and not taken for done."""
    frr.fleet.set_route_fault(TRIGGER, "silent")
    work = frr.triggers.start_announce(frr.trigger, [FOUR, SIX], "edge")
    asyncio.run(_until(lambda: "configure terminal" in frr.typed()))

    frr.fleet.set_fault(TRIGGER, "port_closed")

    outcomes = work.result()
    assert states(outcomes) == {str(FOUR): "failed", str(SIX): "failed"}
    assert "what stands there is unknown" in (outcomes[FOUR].said or "")


def test_router_lost_between_two_parts_of_a_long_list_fails_the_rest(frr: Stage) -> None:
    many = [net(f"198.18.0.{number}/32") for number in range(150)]
    triggers = frr.made(replace(QUICKLY, renewed_s=0))
    frr.change = lambda target: replace(target, port=target.port if len(frr.asked) == 1 else 1)

    outcomes = triggers.announce(frr.trigger, many, "edge")

    assert list(states(outcomes).values()) == ["announced"] * 100 + ["failed"] * 50
    assert "the port is closed" in (outcomes[many[-1]].said or "")
    triggers.close()


def test_listing_that_is_refused_is_no_empty_list(frr: Stage) -> None:
    record = PLATFORMS["frr"]
    assert record.blackhole is not None
    frr.platforms["frr"] = replace(
        record, blackhole=replace(record.blackhole, listing=("frobnicate",))
    )

    with pytest.raises(CommandRejectedError, match="`frobnicate` is refused: % Unknown command"):
        frr.triggers.withdraw(frr.trigger, [FOUR])


def test_unreachable_router_is_an_error_of_its_own(frr: Stage) -> None:
    frr.fleet.set_fault(TRIGGER, "port_closed")

    with pytest.raises(UnreachableError, match="the port is closed"):
        frr.triggers.announce(frr.trigger, [FOUR], "edge")


def test_unreachable_router_is_not_tried_again_at_once(frr: Stage) -> None:
    triggers = frr.made(replace(QUICKLY, again_s=60))
    frr.fleet.set_fault(TRIGGER, "port_closed")

    for _ in range(2):
        with pytest.raises(UnreachableError):
            triggers.list_ours(frr.trigger)

    assert frr.asked == [TRIGGER]
    triggers.close()


def test_refused_login_is_not_repeated_until_the_credential_is_another(frr: Stage) -> None:
    frr.change = lambda target: replace(target, logins=(make_login(password="wrong"),))
    with pytest.raises(LoginRefusedError):
        frr.triggers.list_ours(frr.trigger)

    with pytest.raises(LoginNotTriedError, match="netwb credential set acme/lab"):
        frr.triggers.list_ours(frr.trigger)
    assert frr.fleet.seen(TRIGGER).refusals == 1

    frr.change = lambda target: target
    assert frr.triggers.list_ours(frr.trigger) == {}


def test_router_that_does_not_let_the_login_configure_is_told() -> None:
    with staged("cisco_ios") as stage:
        stage.fleet.set_fault(TRIGGER, "restricted")

        outcomes = stage.triggers.announce(stage.trigger, [FOUR], "edge")

        assert states(outcomes) == {str(FOUR): "failed"}
        assert "`configure terminal` does not lead into" in (outcomes[FOUR].said or "")
        assert stage.fleet.routes(TRIGGER) == {}


def test_answer_of_an_edge_that_nobody_knows_is_an_error() -> None:
    """The edge is of another kind than its record says."""
    with staged("cisco_ios") as stage:
        wrong = replace(stage.edge, platform="frr")
        stage.change = lambda target: replace(target, platform="cisco_ios")

        with pytest.raises(CommandRejectedError, match="nothing that netwb knows"):
            stage.triggers.verify(wrong, [FOUR])


def test_use_that_takes_too_long_is_a_deadline(frr: Stage) -> None:
    triggers = frr.made(replace(QUICKLY, answer_s=5, use_s=0.5))
    frr.fleet.set_fault(TRIGGER, "hangs_after_login")

    with pytest.raises(DeadlineError):
        triggers.list_ours(frr.trigger)
    triggers.close()


def test_edge_that_hears_late_is_looked_at_again(frr: Stage) -> None:
    seen = frr.triggers.start_verify(frr.edge, [FOUR], within_s=10)
    asyncio.run(_until(lambda: bool(frr.typed(EDGE))))

    frr.fleet.put_route(TRIGGER, FOUR, 666)

    assert seen.result()[FOUR].kind == "blackhole"


def test_platform_without_words_for_it_is_refused_by_name(frr: Stage) -> None:
    with pytest.raises(UnknownPlatformError, match=r"cisco_nxos has no `\[blackhole\]`"):
        frr.triggers.list_ours(router(platform="cisco_nxos"))

    (remark,) = frr.triggers.commands(router(platform="cisco_nxos"), [FOUR], "edge")
    assert remark.startswith("! acme/trg1: platform cisco_nxos has no")


def test_unverified_platform_is_shown_and_never_typed(frr: Stage) -> None:
    record = PLATFORMS["frr"]
    assert record.blackhole is not None
    frr.platforms["frr"] = replace(record, blackhole=replace(record.blackhole, verified=False))

    assert frr.triggers.commands(frr.trigger, [FOUR], "edge")
    for write in (
        lambda: frr.triggers.announce(frr.trigger, [FOUR], "edge"),
        lambda: frr.triggers.withdraw(frr.trigger, [FOUR]),
        lambda: frr.triggers.save(frr.trigger),
    ):
        with pytest.raises(UnknownPlatformError, match="verified = false"):
            write()
    assert frr.asked == []


def test_log_names_many_networks_in_one_line(frr: Stage, caplog: pytest.LogCaptureFixture) -> None:
    many = [net(f"203.0.113.{n}/32") for n in range(20)]

    with caplog.at_level(logging.INFO, "netwb.blackhole"):
        frr.triggers.announce(frr.trigger, many, "edge")

    (line,) = [record.message for record in caplog.records if "announced" in record.message]
    assert line.startswith("acme/trg1: 203.0.113.0/32, ")
    assert line.endswith(" and 15 more announced")
