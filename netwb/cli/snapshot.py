"""`netwb snapshot take | list | compare`: what a change did to the state of devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import (
    in_words,
    json_option,
    print_items,
    print_json,
    print_table,
    rfc3339,
    say,
)
from netwb.snapshots.records import DEFAULT_GETTERS, GETTERS
from netwb.workbench import Workbench

if TYPE_CHECKING:
    from netwb.workbench.snapshots import Snapshot, WindowComparison

SHOWN = 200  # of a long comparison; --json has them all


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(snapshot)


@click.group(cls=NetwbGroup)
def snapshot() -> None:
    """What devices say of their state, kept before a change and compared after it."""


@snapshot.command()
@click.argument("name")
@click.option("--tenant", metavar="T", help="Devices of this tenant.")
@click.option("--site", metavar="S", help="Devices of this site.")
@click.option("--role", metavar="R", help="Devices of this role.")
@click.option("--device", metavar="D", help="This device.")
@click.option(
    "--getter",
    "getters",
    multiple=True,
    type=click.Choice(GETTERS),
    metavar="G",
    help=f"What to ask for, again and again; default: {', '.join(DEFAULT_GETTERS)}.",
)
@json_option
@click.pass_context
def take(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    name: str,
    tenant: str | None,
    site: str | None,
    role: str | None,
    device: str | None,
    getters: tuple[str, ...],
    as_json: bool,
) -> int:
    """Ask devices for their state and keep it under NAME, the number of the change.

    Exit 1 where a device gave nothing; the others are kept all the same.
    """
    narrowed = _narrowed(bench(context), tenant=tenant, site=site, role=role)
    if device is not None:
        meant = narrowed.device(device)
        narrowed = _narrowed(narrowed, tenant=meant.tenant, hostname=meant.hostname)
    taken = narrowed.snapshot(name, getters=getters or DEFAULT_GETTERS)
    if as_json:
        print_json(_document(taken))
    else:
        _print_taken(taken)
    return SOME_FAILED if taken.head.failed else DONE


@snapshot.command("list")
@click.option("--device", metavar="D", help="Only those that this device was asked for.")
@json_option
@click.pass_context
def list_(context: click.Context, *, device: str | None, as_json: bool) -> None:
    """Snapshots that are kept, newest first."""
    found = reading(context).snapshots(device=device)
    if as_json:
        print_items(found)
        return
    print_table(
        ("name", "taken (UTC)", "by", "devices", "failed", "getters", "id"),
        [
            (s.name, s.taken_at, s.taken_by, s.devices, s.failed, ", ".join(s.getters), s.id)
            for s in found
        ],
        empty="no snapshot; take one with `netwb snapshot take NAME`",
    )


@snapshot.command()
@click.argument("before")
@click.argument("after", required=False)
@json_option
@click.pass_context
def compare(context: click.Context, *, before: str, after: str | None, as_json: bool) -> int:
    """What differs since the snapshot BEFORE, or between it and AFTER; each by its name or id.

    Without AFTER its devices are asked now. What moves by itself (uptimes, ages, counters) is left
    out. Exit 1 where something could not be compared.
    """
    found = bench(context).compare_snapshots(before, after)
    if as_json:
        print_json(
            {
                "before": found.before,
                "after": found.after,
                "differences": list(found.differences),
                "not_compared": list(found.not_compared),
                "left_out": {name: sorted(fields) for name, fields in found.left_out.items()},
            }
        )
    else:
        _print_compared(found)
    return SOME_FAILED if found.not_compared else DONE


def _narrowed(opened: Workbench, **criteria: str | None) -> Workbench:
    meant = {name: value for name, value in criteria.items() if value is not None}
    return opened.where(**meant) if meant else opened


def _document(taken: Snapshot) -> dict[str, Any]:
    head = taken.head
    return {
        "id": head.id,
        "name": head.name,
        "taken_at": rfc3339(head.taken_at),
        "getters": list(head.getters),
        "devices": [
            {
                "tenant": one.tenant,
                "hostname": one.hostname,
                "device_id": one.device_id,
                "getters": sorted(one.state),
                "missing": one.missing,
                "cause": {"kind": one.cause_kind, "message": one.cause} if one.cause else None,
            }
            for one in taken.states
        ],
    }


def _print_taken(taken: Snapshot) -> None:
    say(f"{taken.name}: {in_words(taken.head.devices)} asked, {taken.head.failed} gave nothing")
    print_table(
        ("device", "missing", "why"),
        [
            *((f"{one.tenant}/{one.hostname}", "all", one.cause) for one in taken.failed),
            *(
                (f"{one.tenant}/{one.hostname}", getter, reason)
                for one in taken.states
                for getter, reason in one.missing.items()
            ),
        ],
        empty="every getter of every device is kept",
    )


def _print_compared(found: WindowComparison) -> None:
    print_table(
        ("device", "getter", "what", "before", "after"),
        [
            (f"{one.tenant}/{one.hostname}", one.getter, one.path, one.before, one.after)
            for one in found.differences[:SHOWN]
        ],
        empty=_nothing(found),
    )
    if len(found.differences) > SHOWN:
        say(f"... and {len(found.differences) - SHOWN} more; --json shows them all")
    for one in found.not_compared:
        say(f"not compared: {one.tenant}/{one.hostname} {one.getter}: {one.reason}")


def _nothing(found: WindowComparison) -> str:
    """That nothing differs is told of what was compared alone."""
    if not found.not_compared:
        return "nothing differs"
    if len([one for one in found.not_compared if one.getter == "all"]) == found.before.devices:
        return "nothing could be compared"
    return "nothing differs in what could be compared"
