"""`netwb wall add | list | revoke`. A wall's code is printed once, by `add`."""

from __future__ import annotations

import click

from netwb.access.records import NewWall, Wall
from netwb.cli.context import NetwbGroup, bench
from netwb.cli.show import json_option, print_items, print_json, print_table, say


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(wall)


@click.group(cls=NetwbGroup)
def wall() -> None:
    """Screens that show /wall without anybody logged in at them."""


@wall.command()
@click.argument("name")
@click.option("--tenant", "tenants", multiple=True, metavar="T", help="Shows only this tenant.")
@click.option("--networks", multiple=True, metavar="CIDR", help="Only from there; also several.")
@click.option("--time-zone", default="", metavar="ZONE", help="Of its clock; Europe/Berlin.")
@json_option
@click.pass_context
def add(  # noqa: PLR0913 - the fields of a wall, a keyword each
    context: click.Context,
    /,
    *,
    name: str,
    tenants: tuple[str, ...],
    networks: tuple[str, ...],
    time_zone: str,
    as_json: bool,
) -> None:
    """Make a wall; its code stands on stdout, this once: type it at /wall on the screen."""
    new = NewWall(
        name=name,
        tenants=tenants or None,
        networks=tuple(part for one in networks for part in one.replace(",", " ").split()),
        time_zone=time_zone,
    )
    issued = bench(context).add_wall(new)
    made = issued.wall
    if as_json:
        print_json({"id": made.id, "code": issued.secret, "until": made.code_until_at})
        return
    click.echo(issued.secret)
    say(f"wall {made.name}: type it at /wall until {made.code_until_at:%H:%M} UTC; it opens once")


@wall.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Walls, newest first, also those that were revoked or never enrolled."""
    found = bench(context).walls()
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "name", "tenants", "networks", "enrolled (UTC)", "from", "seen", "revoked"),
        [
            (
                one.id,
                one.name,
                _tenants(one),
                ", ".join(one.networks) or "anywhere",
                one.enrolled_at,
                one.address,
                one.seen_at,
                one.revoked_at,
            )
            for one in found
        ],
        empty="no wall yet; make one with `netwb wall add NAME`",
    )


@wall.command()
@click.argument("wall_id", metavar="WALL")
@click.pass_context
def revoke(context: click.Context, *, wall_id: str) -> None:
    """Revoke a WALL, by name or id: from now on it shows nothing, also where it is open."""
    done = bench(context).revoke_wall(wall_id)
    say(f"wall {done.name} is revoked")


def _tenants(one: Wall) -> str:
    return "all" if one.tenants is None else ", ".join(one.tenants)
