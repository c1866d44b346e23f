"""`netwb token issue | rotate | list | show | set | retire`. A token's text is printed this once."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import fields
from datetime import timedelta

import click

from netwb.access.expiry import OVERLAP
from netwb.access.records import NewToken, Token
from netwb.cli.context import NetwbGroup, bench
from netwb.cli.fields import print_record
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.cli.user import ROLES
from netwb.errors import InputError
from netwb.roles import LATER, Permission, Role
from netwb.schedules.triggers import parse_span_s


def register(cli: click.Group) -> None:
    """Add the group; `token add` is `token issue`, as every other group adds."""
    token.add_command(_as_add(issue), "add")
    cli.add_command(token)


@click.group(cls=NetwbGroup)
def token() -> None:
    """What scripts and other systems log in with; never more than its owner, and it expires."""


@token.command()
@click.option("--user", required=True, metavar="NAME", help="Its owner.")
@click.option("--days", required=True, type=int, help="How long it opens anything.")
@click.option("--role", type=ROLES, help="Less than the owner's; by default the same.")
@click.option("--tenant", "tenants", multiple=True, metavar="T", help="Only this tenant.")
@click.option("--allow", multiple=True, metavar="RIGHTS", help="Only these: config.view,...")
@click.option("--networks", multiple=True, metavar="CIDR", help="Only from there; also several.")
@click.option("--note", default="", metavar="TEXT", help="What it is for.")
@json_option
@click.pass_context
def issue(  # noqa: PLR0913 - the fields of a token, a keyword each
    context: click.Context,
    /,
    *,
    user: str,
    days: int,
    role: str | None,
    tenants: tuple[str, ...],
    allow: tuple[str, ...],
    networks: tuple[str, ...],
    note: str,
    as_json: bool,
) -> None:
    """Issue a token; its text stands on stdout, this once."""
    new = NewToken(
        user=user,
        days=days,
        note=note,
        role=None if role is None else Role(role),
        tenants=tenants or None,
        allow=_permissions(allow) if allow else None,
        networks=tuple(_parted(networks)),
    )
    issued = bench(context).issue_token(new)
    if as_json:
        made = issued.token
        print_json({"id": made.id, "token": issued.secret, "expires_at": made.expires_at})
    else:
        click.echo(issued.secret)
        say(f"token {issued.token.id} of {issued.token.user}; it is shown this once, keep it safe")


@token.command()
@click.argument("token_id", metavar="ID")
@click.option("--days", type=int, help="How long the new one holds; by default as the old one was.")
@click.option(
    "--overlap",
    metavar="SPAN",
    help=f"How long the old one still opens: 12h, 7d; 0: not at all. By default {OVERLAP.days}d.",
)
@json_option
@click.pass_context
def rotate(
    context: click.Context, *, token_id: str, days: int | None, overlap: str | None, as_json: bool
) -> None:
    """Issue a token that takes over from another, with the same rights; the old one ends later."""
    rotated = bench(context).rotate_token(token_id, days=days, overlap=_overlap(overlap))
    issued, old = rotated.issued, rotated.old
    if as_json:
        made = issued.token
        print_json(
            {
                "id": made.id,
                "token": issued.secret,
                "expires_at": made.expires_at,
                "replaces": old.id,
                "old_expires_at": old.expires_at,
            }
        )
    else:
        click.echo(issued.secret)
        over = old.expires_at <= issued.token.created_at
        until = "no more" if over else f"until {old.expires_at:%Y-%m-%d %H:%M} UTC"
        say(
            f"token {issued.token.id} of {issued.token.user}; it is shown this once, keep it safe;"
            f" {old.id} opens {until}"
        )


@token.command("list")
@click.option("--user", metavar="NAME", help="Only this user's.")
@json_option
@click.pass_context
def list_(context: click.Context, *, user: str | None, as_json: bool) -> None:
    """Tokens, newest first, also expired and revoked ones."""
    found = bench(context).tokens(user)
    if as_json:
        print_items(found)
        return
    print_table(
        (
            *("id", "user", "note", "role", "tenants", "expires (UTC)", "used", "from", "revoked"),
            *("replaces", "replaced by"),
        ),
        [
            (
                *(t.id, t.user, t.note, t.role, _tenants(t), t.expires_at, t.used_at),
                *(t.used_from, t.revoked_at, t.replaces, t.replaced_by),
            )
            for t in found
        ],
        empty="no token yet; issue one with `netwb token issue`",
    )


@token.command()
@click.argument("token_id", metavar="ID")
@json_option
@click.pass_context
def show(context: click.Context, *, token_id: str, as_json: bool) -> None:
    """One token without its text."""
    found = bench(context).token(token_id)
    shown = {item.name: getattr(found, item.name) for item in fields(found)}
    shown["tenants"] = _tenants(found)
    shown["allow"] = "all of the role" if found.allow is None else ", ".join(found.allow)
    shown["networks"] = ", ".join(found.networks) or "from anywhere"
    print_record(found, shown.items(), as_json=as_json)


@token.command("set")
@click.argument("token_id", metavar="ID")
@click.option("--note", metavar="TEXT", help="What it is for.")
@click.option("--networks", multiple=True, metavar="CIDR", help="Only from there; also several.")
@click.option("--from-anywhere", is_flag=True, help="From every network.")
@click.pass_context
def set_(
    context: click.Context,
    *,
    token_id: str,
    note: str | None,
    networks: tuple[str, ...],
    from_anywhere: bool,
) -> None:
    """Change note or networks of a token; for other rights issue another one."""
    if bool(networks) and from_anywhere:
        msg = "--networks and --from-anywhere exclude each other; give one of them"
        raise click.UsageError(msg)
    if note is None and not networks and not from_anywhere:
        msg = "nothing is given to change; see `netwb token set --help`"
        raise click.UsageError(msg)
    places = tuple(_parted(networks)) if networks or from_anywhere else None
    changed = bench(context).set_token(token_id, note=note, networks=places)
    say(f"token {changed.id} opens from {', '.join(changed.networks) or 'anywhere'}")


@token.command()
@click.argument("token_id", metavar="ID")
@click.pass_context
def retire(context: click.Context, *, token_id: str) -> None:
    """Revoke a token: from now on it opens nothing."""
    revoked = bench(context).revoke_token(token_id)
    say(f"token {revoked.id} of {revoked.user} is revoked")


def _as_add(command: click.Command) -> click.Command:
    """The same, which says so."""
    twin = copy(command)
    twin.help = "The same as `netwb token issue`."
    return twin


def _permissions(words: Iterable[str]) -> tuple[Permission, ...]:
    known = {str(permission): permission for permission in Permission}
    found = list(_parted(words))
    unknown = [word for word in found if word not in known]
    if unknown or not found:
        used = ", ".join(name for name, permission in known.items() if permission not in LATER)
        msg = f"{', '.join(unknown) or 'nothing'} is no right; rights are {used}"
        raise InputError(msg)
    return tuple(known[word] for word in found)


def _parted(words: Iterable[str]) -> Iterable[str]:
    """`a,b` and `a` `b` alike."""
    return (part.strip() for word in words for part in word.split(",") if part.strip())


def _overlap(text: str | None) -> timedelta:
    if text is None:
        return OVERLAP
    return timedelta(0) if text.strip() == "0" else timedelta(seconds=parse_span_s(text))


def _tenants(found: Token) -> str:
    return "the owner's" if found.tenants is None else ", ".join(found.tenants)
