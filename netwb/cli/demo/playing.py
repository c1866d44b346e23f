"""Build a demo or go on with one: its network, its nights, what is told of them, its server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from netwb.cli.demo.attacks import ShownAttack, attacks, defend, show_attack
from netwb.cli.demo.bills import CIRCUIT, CUSTOMER, bill_ports
from netwb.cli.demo.building import (
    PlayedClock,
    Refused,
    fill_inventory,
    move_inventory,
    network_logins,
    open_to_snmp,
    pass_night,
    prepare_home,
    secrets_of,
)
from netwb.cli.demo.people import add_people
from netwb.cli.demo.serving import serve_until_ended
from netwb.cli.demo.state import (
    DemoState,
    caught_up,
    clear_home,
    new_state,
    only_demo_on,
    read_state,
    write_state,
)
from netwb.cli.demo.summary import DemoResult, print_summary, summary_document
from netwb.cli.show import print_json, say
from netwb.lab.demo import DemoNight, DemoPlan
from netwb.lab.fleet import Fleet
from netwb.lab.snmp.device import Agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.lab.snmp.network import agents_of
from netwb.workbench import Workbench
from netwb.workbench.words import BackupReport

Played = TypeVar("Played", bound=AbstractContextManager[Any])
MOST_MISSED = 30  # nights that a start plays at most: some half a minute of a person's time


def _utc_now() -> datetime:
    return datetime.now(UTC)


def run(home: Path, *, devices: int, once: bool, port: int | None, as_json: bool) -> int:
    """The demo of that home, with so many devices where it is new. Gives the exit status."""
    read_state(home)  # nothing is written into a home that is no demo's
    with only_demo_on(home):
        found = _read_whole(home)
        now = _utc_now()
        current = caught_up(found, now) if found else new_state(now, devices=devices)
        return play(home, current, once=once, port=port, as_json=as_json)


def _read_whole(home: Path) -> DemoState | None:
    """The state of a demo that was built to its end; what is left of another one is taken away."""
    found = read_state(home)
    if found is None or found.built:
        return found
    say(f"the demo in {home} was interrupted while it was built; it is built anew")
    clear_home(home)
    return None


def play(home: Path, current: DemoState, *, once: bool, port: int | None, as_json: bool) -> int:
    """Build it or go on, show it, and stay until it is ended. Gives the exit status."""
    with played(home, current) as (bench, result):
        if as_json:
            print_json(summary_document(bench, result))
        else:
            print_summary(bench, result)
        _print_logins(result)
        bench.close()
        return 0 if once else _stay(result, current, port)


@contextmanager
def played(
    home: Path, current: DemoState, *, clock: Callable[[], datetime] = _utc_now
) -> Iterator[tuple[Workbench, DemoResult]]:
    """The demo, built or gone on with; its network answers while the context lasts.

    clock   the present, for whoever wants a demo of another day
    """
    plan = current.plan()
    act = _go_on if current.built else _build
    with _network(current, plan, clock) as network:
        yield act(home, current, plan, network, clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """The devices' SSH and their SNMP, on the same addresses; `played` are those, by key."""

    fleet: Fleet
    agents: AgentFleet
    played: Mapping[str, Agent]


@contextmanager
def _network(
    current: DemoState, plan: DemoPlan, clock: Callable[[], datetime]
) -> Iterator[_Network]:
    """On the ports that it had, or on free ones where another program has taken those."""
    with _on_its_port(current.port, lambda port: _fleet(current, plan, port)) as fleet:
        addresses = {key: fleet.address(key) for key in fleet.keys}
        made = agents_of(
            plan.world,
            seed=current.seed,
            night=len(plan.nights) - 1,
            community=current.community.encode(),
        )
        with _on_its_port(
            current.snmp_port,
            lambda port: AgentFleet(
                made, addresses=addresses, port=port, clock=lambda: clock().timestamp()
            ),
        ) as agents:
            by_key = {agent.key: agent for agent in made}
            yield _Network(fleet=fleet, agents=agents, played=by_key)


@contextmanager
def _on_its_port(port: int, make: Callable[[int], Played]) -> Iterator[Played]:
    """On that port where it is free, and else on another one."""
    with ExitStack() as stack:
        try:
            playing = stack.enter_context(make(port))
        except OSError:
            if not port:
                raise
            playing = stack.enter_context(make(0))
        yield playing


def _fleet(current: DemoState, plan: DemoPlan, port: int) -> Fleet:
    return Fleet(plan.world, jumps=plan.jumps, port=port, seed=current.seed)


def _build(
    home: Path,
    current: DemoState,
    plan: DemoPlan,
    network: _Network,
    now: Callable[[], datetime],
) -> tuple[Workbench, DemoResult]:
    began = monotonic()
    write_state(home, current)
    prepare_home(home)
    clock = PlayedClock(plan.nights[0].at)
    bench = Workbench.create(home, environment=secrets_of(current), clock=clock)
    fill_inventory(bench, plan, network.fleet, network.agents.port)
    refused, _ = _pass_nights(bench, network.fleet, plan.nights, clock)
    clock.turn_to(now())
    bench.poll()
    bill_ports(bench, network.played, now())
    bench.check()
    bench.check_history(_days_of(plan, now()))
    key, attack = _attacked(bench, plan, clock)
    logins = add_people(bench)
    write_state(home, replace(_at_ports(current, network), built=True))
    return bench, DemoResult(
        plan=plan,
        home=home,
        refused=refused,
        took_s=monotonic() - began,
        logins=logins,
        attack=attack,
        key=key,
    )


def _days_of(plan: DemoPlan, now: datetime) -> int:
    """How many days of history there are: rules are younger than that, and yet tell since when."""
    return (now - plan.nights[0].at).days + 1


def _attacked(
    bench: Workbench, plan: DemoPlan, clock: Callable[[], datetime]
) -> tuple[str | None, ShownAttack | None]:
    """The detector's key, and one attack from its beginning to its end."""
    key = defend(bench, plan)
    return key, show_attack(bench, key, clock) if key is not None else None


def _at_ports(current: DemoState, network: _Network) -> DemoState:
    return replace(current, port=network.fleet.port, snmp_port=network.agents.port)


def _go_on(
    home: Path,
    current: DemoState,
    plan: DemoPlan,
    network: _Network,
    present: Callable[[], datetime],
) -> tuple[Workbench, DemoResult]:
    """The nights that passed since, and one more backup, of a network whose faults were mended.

    That they passed is remembered first: whoever ends it in their middle finds their edits in the
    one more backup of the next start, and no night twice.
    """
    began, now = monotonic(), present()
    clock = PlayedClock(now)
    bench = Workbench.open(home, environment=secrets_of(current), clock=clock)
    if _at_ports(current, network) != current:
        move_inventory(bench, plan, network.fleet, network.agents.port)
    open_to_snmp(bench, plan)
    write_state(home, _at_ports(current, network))
    missed = _missed(bench, plan, current.played)
    if missed:
        say(_told(len(missed), passed=current.nights - current.played))
    mended = replace(plan.nights[-1], at=now, faults={})
    refused, report = _pass_nights(bench, network.fleet, (*missed, mended), clock)
    clock.turn_to(present())
    bench.check()
    key, attack = _attacked(bench, plan, clock)
    return bench, DemoResult(
        plan=plan,
        home=home,
        refused=refused,
        took_s=monotonic() - began,
        report=report,
        attack=attack,
        key=key,
    )


def _missed(bench: Workbench, plan: DemoPlan, played: int) -> tuple[DemoNight, ...]:
    """Nights behind those played and all that was stored; of many the newest alone."""
    stored = bench.where(status="any").changes(since=plan.nights[0].at, limit=1)
    seen = stored[0].at if stored else plan.nights[0].at
    return tuple(night for night in plan.nights[played:] if night.at > seen)[-MOST_MISSED:]


def _told(missed: int, *, passed: int) -> str:
    nights = f"{passed} night{'' if passed == 1 else 's'}"
    newest = "" if missed == passed else f"; the newest {missed} are played"
    return f"{nights} passed since this demo was last started{newest}"


def _pass_nights(
    bench: Workbench, fleet: Fleet, nights: tuple[DemoNight, ...], clock: PlayedClock
) -> tuple[tuple[Refused, ...], BackupReport | None]:
    """What was refused in all the nights, and the report of the last one."""
    report: BackupReport | None = None
    refused: list[Refused] = []
    console = Console(stderr=True)
    columns = (
        TextColumn("nights"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[at]}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("nights", total=len(nights), at="")
        for night in nights:
            clock.turn_to(night.at)
            report = pass_night(bench, fleet, night, lambda _: None)
            bad = report.with_status("rejected", "failed")
            refused += [Refused(night=night.at, outcome=outcome) for outcome in bad]
            progress.update(task, advance=1, at=f"{night.at:%d %b}")
    return tuple(refused), report


def _print_logins(result: DemoResult) -> None:
    """On stderr: the passwords belong to the person who looks, not to what reads the document."""
    say("")
    if not result.logins:
        say("The logins' passwords were shown when this demo was built; a new one for ana:")
        say(f"  netwb user set ana --password prompt --home {result.home}")
        return
    say("Logins, whose passwords are shown this once:")
    for login in result.logins:
        say(f"  {login.role:<9} {login.name:<9} {login.password}  {login.sees}: {login.does}")


def _stay(result: DemoResult, current: DemoState, port: int | None) -> int:
    """Keep network, server and daemon alive until somebody ends it."""
    option = f"--home {result.home}"
    say("")
    for line in network_logins(current):
        say(line)
    say("Try in another terminal:")
    say(f"  netwb backup {option}")
    say(f"  netwb changes --since 7d --patch {option}")
    say(f"  netwb search --ever snmp-server {option}")
    say(f"  netwb port list --find {CIRCUIT} {option}")
    say(f"  netwb billing {CUSTOMER} {option}")
    say(f"  netwb scheduler --list {option}")
    if result.key is not None:
        say(f"  netwb blackhole list {option}")
        say("An attack is reported every few minutes, and one waits for a person: /security.")
    say("")
    with attacks(result.home, result.key):
        return serve_until_ended(result.home, port)
