"""`netwb user add | list | show | set | disable | enable | retire | sessions`.

Secrets never stand in arguments.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from netwb.access.records import NewUser, User, UserChanges
from netwb.cli.asking import SOURCE, given_source
from netwb.cli.context import NetwbGroup, bench
from netwb.cli.fields import print_record
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.roles import Role
from netwb.workbench import Workbench

Command = TypeVar("Command", bound=Callable[..., Any])
ROLES = click.Choice([str(role) for role in Role])


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(user)


@click.group(cls=NetwbGroup)
def user() -> None:
    """People who may log in; each has a role, and a scope of tenants."""


def _scope_options(command: Command) -> Command:
    for option in (
        click.option("--all-tenants", is_flag=True, help="All tenants, those to come too."),
        click.option("--tenant", "tenants", multiple=True, metavar="T", help="Of this tenant."),
    ):
        command = option(command)
    return command


def _person_options(command: Command) -> Command:
    for option in (
        click.option("--time-zone", metavar="ZONE", help="Of its pages: Europe/Berlin."),
        click.option("--full-name", metavar="TEXT", help="Its name for people."),
        click.option("--password", metavar="SOURCE", help=f"{SOURCE}."),
    ):
        command = option(command)
    return command


@user.command()
@click.argument("name")
@click.option("--role", required=True, type=ROLES, help="What it may.")
@click.option("--require-totp", is_flag=True, help="Its first login sets a one-time code up.")
@_scope_options
@_person_options
@json_option
@click.pass_context
def add(context: click.Context, /, *, name: str, role: str, as_json: bool, **options: Any) -> None:
    """Add the user NAME; without a password it cannot log in by one yet."""
    scope = _scope(options)
    if scope is None:
        msg = "say for whom: --tenant T (also several), or --all-tenants"
        raise click.UsageError(msg)
    workbench = bench(context)
    new = NewUser(
        name=name,
        role=Role(role),
        tenants=scope[0],
        full_name=options["full_name"] or "",
        password=_password(workbench, options["password"] or _asked()),
        totp="required" if options["require_totp"] else "off",
        time_zone=options["time_zone"] or "",
    )
    added = workbench.add_user(new)
    if as_json:
        print_json(added)
    else:
        say(f"user {added.name} is added as {added.role} of {_tenants(added)}")


@user.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every user whose tenants you hold, also disabled and retired ones."""
    found = bench(context).users()
    if as_json:
        print_items(found)
        return
    print_table(
        ("user", "full name", "role", "tenants", "login", "code", "status", "seen (UTC)"),
        [
            (u.name, u.full_name, u.role, _tenants(u), u.source, u.totp, u.status, u.seen_at)
            for u in found
        ],
        empty="no user yet; add one with `netwb user add`",
    )


@user.command()
@click.argument("name")
@json_option
@click.pass_context
def show(context: click.Context, *, name: str, as_json: bool) -> None:
    """One user by NAME, without its password."""
    found = bench(context).user(name)
    rows = [(item.name, getattr(found, item.name)) for item in fields(found)]
    rows = [(field, _tenants(found) if field == "tenants" else value) for field, value in rows]
    print_record(found, rows, as_json=as_json)


@user.command("set")
@click.argument("name")
@click.option("--role", type=ROLES, help="What it may.")
@click.option(
    "--totp",
    type=click.Choice(["off", "required"]),
    help="One-time code: off forgets its app (a lost phone), required sets one up at the login.",
)
@_scope_options
@_person_options
@click.pass_context
def set_(
    context: click.Context, /, *, name: str, role: str | None, totp: Any, **options: Any
) -> None:
    """Change the user NAME; what is not given stays. A new password ends its logins."""
    workbench = bench(context)
    changes = UserChanges(
        role=None if role is None else Role(role),
        scope=_scope(options),
        full_name=options["full_name"],
        password=_password(workbench, options["password"]),
        totp=totp,
        time_zone=options["time_zone"],
    )
    if changes == UserChanges():
        msg = "nothing is given to change; see `netwb user set --help`"
        raise click.UsageError(msg)
    changed = workbench.set_user(name, changes)
    say(f"user {changed.name} is {changed.role} of {_tenants(changed)}, {changed.status}")


@user.command()
@click.argument("name")
@click.pass_context
def disable(context: click.Context, *, name: str) -> None:
    """Shut the user NAME out for now: its logins and tokens end at once."""
    changed = bench(context).set_user(name, UserChanges(status="disabled"))
    say(f"user {changed.name} is disabled; its logins have ended and its tokens open nothing")


@user.command()
@click.argument("name")
@click.pass_context
def enable(context: click.Context, *, name: str) -> None:
    """Let a disabled user NAME in again; its tokens open again too."""
    say(f"user {bench(context).set_user(name, UserChanges(status='active')).name} is active")


@user.command()
@click.argument("name")
@click.pass_context
def retire(context: click.Context, *, name: str) -> None:
    """Retire the user NAME for good; the name stays taken, as the audit names it."""
    say(f"user {bench(context).retire_user(name).name} is retired; its tokens are revoked")


@user.group()
def sessions() -> None:
    """Logins that are open."""


@sessions.command("list")
@click.option("--user", metavar="NAME", help="Only this user's.")
@json_option
@click.pass_context
def list_sessions(context: click.Context, *, user: str | None, as_json: bool) -> None:
    """Open logins, newest first."""
    found = bench(context).login_sessions(user)
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "user", "by", "opened (UTC)", "seen", "ends", "address", "browser"),
        [
            (s.id, s.user, s.means, s.opened_at, s.seen_at, s.expires_at, s.address, s.browser)
            for s in found
        ],
        empty="nobody is logged in",
    )


@sessions.command()
@click.argument("session_id", metavar="ID")
@click.pass_context
def end(context: click.Context, *, session_id: str) -> None:
    """End the login ID, also under an open page."""
    bench(context).end_session(session_id)
    say(f"login {session_id} has ended")


def _scope(options: dict[str, Any]) -> tuple[tuple[str, ...] | None] | None:
    """The tenants that are meant in a 1-tuple, None in it for all; None where nothing is said."""
    if options["all_tenants"] and options["tenants"]:
        msg = "--all-tenants and --tenant exclude each other; give one of them"
        raise click.UsageError(msg)
    if options["all_tenants"]:
        return (None,)
    return (options["tenants"],) if options["tenants"] else None


def _asked() -> str | None:
    """At a terminal a new user without a password is asked for one."""
    return "prompt" if sys.stdin.isatty() else None


def _password(workbench: Workbench, source: str | None) -> str | None:
    return workbench.read_password(given_source(source, "password")) if source else None


def _tenants(found: User) -> str:
    if found.tenants is None:
        return "all tenants"
    return ", ".join(found.tenants) or "no tenant"
