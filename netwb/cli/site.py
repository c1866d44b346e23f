"""`netwb site add | list | show | set | retire | activate`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.fields import given, inherited_options, print_record, say_changed
from netwb.cli.show import json_option, print_items, print_json, print_table, say


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(site)


@click.group(cls=NetwbGroup)
def site() -> None:
    """Places of a tenant; a SITE is tenant/site."""


@site.command()
@click.argument("site")
@click.option("--name", metavar="TEXT", help="Its name for people; by default the slug.")
@click.option("--max-sessions", metavar="N", help="Most logins at once here.")
@inherited_options
@json_option
@click.pass_context
def add(context: click.Context, /, *, site: str, as_json: bool, **options: Any) -> None:
    """Add a SITE, written tenant/site."""
    added = bench(context).add_site(site, **given(options))
    if as_json:
        print_json(added)
    else:
        say(f"site {added.tenant}/{added.slug} is added")


@site.command("list")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@json_option
@click.pass_context
def list_(context: click.Context, *, tenant: str | None, as_json: bool) -> None:
    """Every site, also retired ones."""
    workbench = reading(context)
    found = (workbench.where(tenant=tenant) if tenant else workbench).sites()
    if as_json:
        print_items(found)
        return
    print_table(
        ("site", "name", "status", "credential", "jump"),
        [(f"{s.tenant}/{s.slug}", s.name, s.status, s.credential, s.jump) for s in found],
        empty="no site yet; add one with `netwb site add TENANT/SITE`",
    )


@site.command()
@click.argument("site")
@json_option
@click.pass_context
def show(context: click.Context, *, site: str, as_json: bool) -> None:
    """One SITE."""
    found = reading(context).site(site)
    rows = [(item.name, getattr(found, item.name)) for item in fields(found)]
    print_record(found, rows, as_json=as_json)


@site.command("set")
@click.argument("site")
@click.option("--name", metavar="TEXT", help="Its name for people.")
@click.option("--max-sessions", metavar="N", help="Most logins at once here.")
@click.option(
    "--shadow",
    type=click.Choice(("on", "off")),
    help="Only write down what of its prefixes would be blackholed.",
)
@inherited_options
@click.pass_context
def set_(context: click.Context, /, *, site: str, **options: Any) -> None:
    """Change a SITE; an empty value clears, and the name is the slug again. Its devices inherit."""
    say_changed(f"site {site}", bench(context).set_site(site, **given(options)))


@site.command()
@click.argument("site")
@click.pass_context
def retire(context: click.Context, *, site: str) -> None:
    """Retire a SITE that has no living device; its history stays."""
    retired = bench(context).retire_site(site)
    say(f"site {retired.tenant}/{retired.slug} is retired")


@site.command()
@click.argument("site")
@click.pass_context
def activate(context: click.Context, *, site: str) -> None:
    """Bring a retired SITE back; its devices stay as they are."""
    bench(context).activate_site(site)
    say(f"site {site} is active")
