"""`netwb tenant add | list | show | set | retire | activate`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from netwb.cli.context import NetwbGroup, bench
from netwb.cli.fields import given, inherited_options, print_record, say_changed
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.workbench.leaving import TenantPurge


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(tenant)


@click.group(cls=NetwbGroup)
def tenant() -> None:
    """Customers, or the provider itself; each sees its own and nothing else."""


@tenant.command()
@click.argument("slug")
@click.option("--name", metavar="TEXT", help="Its name for people; by default the slug.")
@json_option
@click.pass_context
def add(context: click.Context, *, slug: str, name: str | None, as_json: bool) -> None:
    """Add the tenant SLUG: lower-case letters, digits, dashes."""
    added = bench(context).add_tenant(slug, name=name or slug)
    if as_json:
        print_json(added)
    else:
        say(f"tenant {added.slug} is added; next: netwb site add {added.slug}/SITE")


@tenant.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every tenant, also retired ones."""
    found = bench(context).tenants()
    if as_json:
        print_items(found)
        return
    print_table(
        ("tenant", "name", "status", "credential"),
        [(t.slug, t.name, t.status, t.credential) for t in found],
        empty="no tenant yet; add one with `netwb tenant add`",
    )


@tenant.command()
@click.argument("slug")
@json_option
@click.pass_context
def show(context: click.Context, *, slug: str, as_json: bool) -> None:
    """One tenant."""
    found = bench(context).tenant(slug)
    rows = [(item.name, getattr(found, item.name)) for item in fields(found)]
    print_record(found, rows, as_json=as_json)


@tenant.command("set")
@click.argument("slug")
@click.option("--name", metavar="TEXT", help="Its name for people.")
@inherited_options
@click.pass_context
def set_(context: click.Context, /, *, slug: str, **options: Any) -> None:
    """Change a tenant; an empty value clears. Its sites and devices inherit."""
    say_changed(f"tenant {slug}", bench(context).set_tenant(slug, **given(options)))


@tenant.command()
@click.argument("slug")
@click.pass_context
def retire(context: click.Context, *, slug: str) -> None:
    """Retire a tenant that has no living device; its history stays."""
    say(f"tenant {bench(context).retire_tenant(slug).slug} is retired")


@tenant.command()
@click.argument("slug")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the audit keeps it.")
@click.option("--yes", is_flag=True, help="Do not ask; without it the slug is to be typed again.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
@click.pass_context
def purge(  # noqa: PLR0913 - one parameter an option
    context: click.Context, *, slug: str, reason: str, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Take a tenant out for good: its history, devices, secrets, people; nothing brings it back."""
    opened = bench(context)
    planned = None
    if dry_run or not yes:
        planned = opened.plan_tenant_purge(slug)
    if planned is not None and not dry_run:
        say_purge(slug, planned, "would lose")
        if click.prompt(f"type {slug} to purge it", err=True) != slug:
            raise click.Abort
    done = planned if dry_run else opened.purge_tenant(slug, reason=reason)
    if as_json:
        print_json(done or {})
    elif done is None:
        say("a purge that had been cut off is through now")
    else:
        say_purge(slug, done, "would lose" if dry_run else "is purged; gone are")


def say_purge(slug: str, found: TenantPurge, verb: str) -> None:
    """What goes, and what a person has to see to."""
    rows = ", ".join(f"{count} {table}" for table, count in found.rows.items())
    say(
        f"tenant {slug} (id {found.tenant_id}) {verb} {rows}; {found.files:,} bytes of repository"
        f" and held texts; the words of {found.audit} audit links"
    )
    for place in found.left:
        say(f"not netwb's to delete, and yours to see to: {place}")
    say("exports of before, and copies of the home, still hold it")


@tenant.command()
@click.argument("slug")
@click.pass_context
def activate(context: click.Context, *, slug: str) -> None:
    """Bring a retired tenant back; its devices stay as they are."""
    bench(context).activate_tenant(slug)
    say(f"tenant {slug} is active")
