"""`netwb blackhole ...`: ask that a host's traffic be dropped, and see to what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from netwb.blackhole.records import REACHES, STATES, Blackhole, Reason
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.workbench.blackhole_records import BlackholeAnswer

Command = TypeVar("Command", bound=Callable[..., Any])
NO = 1  # exit status: the answer is no


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(blackhole)


@click.group(cls=NetwbGroup)
def blackhole() -> None:
    """Hosts whose traffic the edge drops, announced by BGP (RFC 7999)."""


def _reason(command: Command) -> Command:
    return click.option(
        "--reason", required=True, metavar="TEXT", help="Why; whoever is called reads it."
    )(command)


@blackhole.command()
@click.argument("prefix")
@click.option("--minutes", type=int, metavar="N", help="For how long; else blackhole.minutes.")
@_reason
@click.option(
    "--scope",
    "reach",
    type=click.Choice(REACHES),
    help="Who drops it; by default what the prefix's policy says.",
)
@click.option("--break-glass", is_flag=True, help="Without a second person; tells all admins.")
@click.option("--dry-run", is_flag=True, help="The answer and the commands; no router is touched.")
@json_option
@click.pass_context
def add(
    context: click.Context, /, *, prefix: str, as_json: bool, dry_run: bool, **options: Any
) -> None:
    """Ask that traffic to the host PREFIX be dropped."""
    workbench = reading(context) if dry_run else bench(context)
    answer = workbench.blackhole(prefix, dry_run=dry_run, **options)
    _tell(context, answer, as_json=as_json)


@blackhole.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES), help="Only these; repeatable."
)
@click.option("--limit", default=50, show_default=True, help="At most so many.")
@json_option
@click.pass_context
def list_(context: click.Context, *, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Blackholes, newest first: what stands, waits, has ended, was denied."""
    workbench = reading(context)
    found = workbench.blackholes(states=states, limit=limit)  # type: ignore[arg-type]  # click's choice
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "prefix", "tenant", "state", "until (UTC)", "routers", "asked by", "why"),
        [_row(one) for one in found],
        empty="no blackhole yet; `netwb blackhole test PREFIX` tries the whole chain",
    )
    _tell_running(workbench.blackholes_running())


@blackhole.command()
@click.argument("reference", metavar="ID")
@json_option
@click.pass_context
def show(context: click.Context, *, reference: str, as_json: bool) -> None:
    """The blackhole ID, or the newest one of a prefix: verdict, routers, commands, events."""
    workbench = reading(context)
    one = workbench.blackhole_of(reference)
    events = workbench.attack_events(blackhole=one.id)
    if as_json:
        print_json({"blackhole": one, "events": list(events)})
        return
    print_table(
        ("field", "value"),
        [
            ("id", one.id),
            ("prefix", one.prefix),
            ("tenant", one.tenant),
            ("state", one.state),
            ("scope", one.reach),
            ("asked by", f"{one.requested_by}: {one.reason}"),
            ("asked at", one.requested_at),
            ("announced at", one.announced_at),
            ("until", one.expires_at),
            ("ended", f"{one.ended_by or '-'}: {one.end_reason or '-'}" if one.ended_at else None),
            *(("approved by", approval.name) for approval in one.approvals),
            *((f"{on.router.role} {on.router.label}", on.said or on.state) for on in one.routers),
        ],
        empty="",
    )
    _tell_reasons(one.reasons)
    _tell_commands(one.commands.items())
    for event in events:
        say(f"{event.received_at:%H:%M:%S} {event.sender}: {event.event.action}; {event.said}")


@blackhole.command()
@click.argument("reference", metavar="ID")
@click.option("--minutes", type=int, metavar="N", help="For so long at most.")
@json_option
@click.pass_context
def approve(context: click.Context, *, reference: str, minutes: int | None, as_json: bool) -> None:
    """Approve the held blackhole ID; not your own."""
    _tell(context, bench(context).approve(reference, minutes=minutes), as_json=as_json)


@blackhole.command()
@click.argument("reference", metavar="ID")
@_reason
@json_option
@click.pass_context
def deny(context: click.Context, *, reference: str, reason: str, as_json: bool) -> None:
    """Deny the held blackhole ID, or take back your own request."""
    _tell_one(bench(context).deny(reference, reason=reason), as_json=as_json)


@blackhole.command()
@click.argument("reference", metavar="ID")
@_reason
@json_option
@click.pass_context
def withdraw(context: click.Context, *, reference: str, reason: str, as_json: bool) -> None:
    """Take the blackhole ID, or the one of a prefix, off every router now."""
    one = bench(context).withdraw(reference, reason=reason)
    _tell_one(one, as_json=as_json)
    if one.state == "withdrawing":
        context.exit(NO)


@blackhole.command("withdraw-all")
@_reason
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@json_option
@click.pass_context
def withdraw_all(context: click.Context, *, reason: str, tenant: str | None, as_json: bool) -> None:
    """Take all of netwb's blackholes off every router now; `pause` keeps new ones away."""
    workbench = bench(context)
    found = (workbench.where(tenant=tenant) if tenant else workbench).withdraw_all(reason=reason)
    if as_json:
        print_items(found)
    else:
        print_table(
            ("id", "prefix", "tenant", "state", "until (UTC)", "routers", "asked by", "why"),
            [_row(one) for one in found],
            empty="none stands and none waits",
        )
    if any(one.state == "withdrawing" for one in found):
        say("some routers still have them; they are tried again until they let go")
        context.exit(NO)


@blackhole.command()
@_reason
@json_option
@click.pass_context
def pause(context: click.Context, *, reason: str, as_json: bool) -> None:
    """Announce nothing new until `resume`; what stands ends by its time."""
    running = bench(context).pause_blackholes(reason=reason)
    if as_json:
        print_json(running)
    else:
        _tell_running(running)


@blackhole.command()
@json_option
@click.pass_context
def resume(context: click.Context, *, as_json: bool) -> None:
    """Announce again."""
    running = bench(context).resume_blackholes()
    if as_json:
        print_json(running)
    else:
        say("blackholes are announced again")


@blackhole.command()
@json_option
@click.pass_context
def reconcile(context: click.Context, *, as_json: bool) -> None:
    """Compare every trigger and edge with the ledger now; the daemon does it each minute."""
    found = bench(context).reconcile()
    if as_json:
        print_json(found)
    else:
        print_table(
            ("router", "role", "read (UTC)", "what is wrong"),
            [(one.label, one.role, one.read_at, one.fault or None) for one in found.routers],
            empty="no trigger and no edge yet; `netwb trigger add DEVICE`",
        )
        for stray in found.strays:
            say(f"{stray.network} on {stray.router.label} is none of netwb's, and is left alone")
        if found.waiting:
            say(f"{found.waiting} routes were lost there, and are given again")
    if found.strays or found.waiting or any(one.fault for one in found.routers):
        context.exit(NO)


@blackhole.command("test")
@click.argument("prefix")
@json_option
@click.pass_context
def test_(context: click.Context, *, prefix: str, as_json: bool) -> None:
    """Walk the whole chain for PREFIX: guard, expiry, detectors, routers; nothing is announced."""
    chain = bench(context).test_blackhole(prefix)
    if as_json:
        print_json(chain)
    else:
        print_table(
            ("verdict", "step", "what was found"),
            [("ok" if one.is_good else "wrong", one.step, one.said) for one in chain.steps],
            empty="",
        )
        _tell_commands(chain.answer.commands.items())
    if not chain.is_good:
        context.exit(NO)


def _tell(context: click.Context, answer: BlackholeAnswer, *, as_json: bool) -> None:
    """Exit 0 where it stands, would stand or waits for a person; 1 where it does not."""
    if as_json:
        print_json(
            {
                "id": answer.id or None,
                "prefix": answer.prefix,
                "state": answer.state,
                "reasons": list(answer.why),
                "commands": [line for lines in answer.commands.values() for line in lines],
                "tenant": answer.tenant,
                "scope": answer.reach,
                "expires_at": answer.expires_at,
                "shadow": answer.shadow,
                "by_router": answer.commands,
            }
        )
    else:
        until = f" until {answer.expires_at:%H:%M} UTC" if answer.expires_at else ""
        shadow = ", and nothing is sent: its site is in shadow mode" if answer.shadow else ""
        say(f"{answer.prefix} is {answer.state}{until}{shadow} {answer.id}".rstrip())
        _tell_reasons(answer.reasons)
        _tell_commands(answer.commands.items())
    stood = answer.blackhole is not None and answer.state in {"intended", "failed"}
    if stood and answer.blackhole is not None:
        for on in answer.blackhole.routers:
            say(f"{on.router.label}: {on.said or on.state}")
        if not answer.blackhole.routers:
            say(
                "no router has it yet; daemon or server send it: start `netwb scheduler` if none runs"
            )
    if answer.answer == "deny" or stood:
        context.exit(NO)


def _tell_one(one: Blackhole, *, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    say(f"{one.prefix} is {one.state}")
    for on in one.routers:
        if on.state == "failed":
            say(f"{on.router.label}: {on.said}")


def _tell_reasons(reasons: Iterable[Reason]) -> None:
    """What stands in the way first, then what does not object."""
    ranks = {"deny": 0, "hold": 1, "allow": 2}
    for one in sorted(reasons, key=lambda reason: ranks[reason.answer]):
        say(f"  {one.answer:5} {one.text}")


def _tell_commands(commands: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    for label, lines in commands:
        say(f"on {label}:")
        for line in lines:
            say(f"  {line}")


def _tell_running(running: Any) -> None:
    if running.paused is not None:
        pause = running.paused
        say(f"paused since {pause.at:%Y-%m-%d %H:%M} UTC by {pause.by}: {pause.why}")
    if not running.is_alive:
        say("nobody would take blackholes back, so new ones are held; start `netwb scheduler`")


def _row(one: Blackhole) -> tuple[Any, ...]:
    good = sum(on.state in {"announced", "verified"} for on in one.routers)
    routers = f"{good} of {len(one.routers)}" if one.routers and one.state == "announced" else None
    why = one.end_reason or "; ".join(
        reason.text for reason in one.reasons if reason.answer == one.answer != "allow"
    )
    return (
        one.id,
        one.prefix,
        one.tenant,
        one.state,
        one.expires_at if one.ended_at is None else None,
        routers,
        one.requested_by,
        why or one.reason,
    )
