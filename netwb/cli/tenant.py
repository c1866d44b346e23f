"""`netwb tenant add | list | show | set | retire | activate`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netwb.cli.asking import SOURCE, given_source, has_terminal
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.fields import given, inherited_options, print_record, say_changed
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.errors import InputError

if TYPE_CHECKING:
    from netwb.workbench.words import TenantPurge


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
    found = reading(context).tenants()
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
    found = reading(context).tenant(slug)
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
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--secrets",
    metavar=SOURCE,
    help="Take the secrets of its configurations along, under this passphrase.",
)
@json_option
@click.pass_context
def export(
    context: click.Context, *, slug: str, file: Path, secrets: str | None, as_json: bool
) -> None:
    """Write what netwb holds of a tenant into FILE, a zip for it: CSV, JSON, its history for Git."""
    source = None if secrets is None else given_source(secrets, "passphrase of the secrets")
    done = bench(context).export_tenant(slug, file, secrets=source)
    if as_json:
        print_json(done)
        return
    rows = ", ".join(f"{count} {name}" for name, count in done.rows.items() if count)
    say(f"tenant {slug} is in {done.file}, {done.size:,} bytes: {rows}, {done.secrets} secrets")


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
        require_typed(slug)
    done = planned if dry_run else opened.purge_tenant(slug, reason=reason)
    if as_json:
        print_json(done or {})
    elif done is None:
        ends = "would be brought to its end" if dry_run else "is through now"
        say(f"a purge that had been cut off {ends}")
    else:
        say_purge(slug, done, "would lose" if dry_run else "is purged; gone are")


def require_typed(slug: str) -> None:
    """Let a person type it once more; without one, `--yes` has to say it."""
    if not has_terminal():
        msg = f"nobody is there to type {slug}; purge it with --yes"
        raise InputError(msg)
    if click.prompt(f"type {slug} to purge it", err=True) != slug:
        msg = f"that is not {slug}; nothing is purged"
        raise InputError(msg)


def say_purge(slug: str, found: TenantPurge, verb: str) -> None:
    """What goes, and what a person has to see to."""
    rows = ", ".join(f"{count} {table}" for table, count in found.rows.items())
    say(
        f"tenant {slug} (id {found.tenant_id}) {verb} {rows}; {found.files:,} bytes of repository"
        f" and held texts; what was counted of {found.counters:,} devices, and ports of other ones;"
        f" the words of {found.audit} audit links"
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
