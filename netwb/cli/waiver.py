"""`netwb waiver add | list | end`: rules that a device may break for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say, shown
from netwb.compliance.report import STATE_WORDS

if TYPE_CHECKING:
    from netwb.compliance.report import Waiver
    from netwb.workbench import Workbench


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(waiver)


@click.group(cls=NetwbGroup)
def waiver() -> None:
    """Rules that a device may break for a while, with a reason, an owner and an end."""


@waiver.command()
@click.argument("device")
@click.argument("rule")
@click.option("--reason", required=True, metavar="TEXT", help="Why, and what happens until then.")
@click.option(
    "--until", required=True, metavar="TIME", help="When it ends: 2026-12-20, or 30d from now."
)
@json_option
@click.pass_context
def add(  # noqa: PLR0913 - one parameter an option
    context: click.Context, *, device: str, rule: str, reason: str, until: str, as_json: bool
) -> None:
    """Let DEVICE break RULE until then; you own the waiver, and it ends by itself.

    One that is in force for the same is replaced. It may be given ahead of a change, while DEVICE is
    compliant; where RULE does not mean DEVICE, or DEVICE is retired, it is refused. Longer than compliance.waiver_days it cannot last.
    """
    opened = bench(context)
    made = opened.waive(device, rule, reason=reason, until=until)
    if as_json:
        print_json(made)
    else:
        say(
            f"{made.tenant}/{made.hostname} may break {made.rule_id} until {shown(made.until)} UTC;"
            f" `netwb waiver end {made.id}` ends that"
        )
        _tell_state(opened, made)


def _tell_state(opened: Workbench, made: Waiver) -> None:
    """That it was given ahead, where it was."""
    for one in opened.compliance(made.device_id).devices:
        state = one.cells[made.rule_id].state
        if state != "waived":
            name = f"{made.tenant}/{made.hostname}"
            say(
                f"{name} is {STATE_WORDS[state]} by {made.rule_id} now; the waiver waits until it breaks it"
            )


@waiver.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@json_option
@click.pass_context
def list_(context: click.Context, *, everything: bool, as_json: bool) -> None:
    """Waivers in force, newest first."""
    found = reading(context).waivers("all" if everything else "in force")
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "device", "rule", "until (UTC)", "owner", "reason"),
        [
            (
                one.id,
                f"{one.tenant}/{one.hostname}",
                one.rule_id,
                f"ended {shown(one.ended_at)}" if one.ended_at else shown(one.until),
                one.owner,
                one.reason,
            )
            for one in found
        ],
        empty="no waiver; `netwb waiver add` gives one",
    )


@waiver.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_context
def end(context: click.Context, *, id_: str, as_json: bool) -> None:
    """End the waiver ID now; the rule holds for the device again."""
    ended = bench(context).end_waiver(id_)
    if as_json:
        print_json(ended)
    else:
        say(f"{ended.rule_id} holds for {ended.tenant}/{ended.hostname} again")
