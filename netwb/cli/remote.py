"""`netwb remote set | show | passphrase | check | accept | unset`, `netwb push`: archives elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from netwb.cli.asking import SOURCE, given_source
from netwb.cli.context import NetwbCommand, NetwbGroup, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.from_remote import (
    SHORT,
    known_source,
    restored_line,
    say_foreign,
    say_missing,
    status_of,
)
from netwb.cli.scan import accept
from netwb.cli.show import json_option, print_items, print_json, print_table, say, shown
from netwb.errors import InputError
from netwb.inventory.records import SecretSource

if TYPE_CHECKING:
    from netwb.workbench.words import Pushed, Remote


def register(cli: click.Group) -> None:
    """Add the group and the command."""
    cli.add_command(remote)
    cli.add_command(push)


@click.group(cls=NetwbGroup)
def remote() -> None:
    """Where a tenant's archive is pushed to after each run, so that it outlives this machine."""


@remote.command("set")
@click.argument("tenant")
@click.argument("url")
@click.option("--username", default="", metavar="USER", help="Over https; with --password.")
@click.option("--password", metavar="SOURCE", help=f"Password or token over https: {SOURCE}.")
@click.option("--key", metavar="SOURCE", help="Private key over ssh: file:PATH or env:NAME.")
@click.option("--reference", is_flag=True, help="Keep env: and file: as such; read at use.")
@click.pass_context
def set_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str,
    url: str,
    username: str,
    password: str | None,
    key: str | None,
    reference: bool,
) -> None:
    """Push the archive of TENANT to URL: https://, ssh:// or file://, an empty bare repository."""
    found = bench(context).set_remote(
        tenant,
        url,
        username=username,
        password=_source(password, "password", reference=reference),
        key=_source(key, "private key", reference=reference),
    )
    say(f"remote of {found.tenant} is set; next: netwb push --tenant {found.tenant}")
    if found.passphrase_at is None:
        say(f"nothing can be restored from it before: netwb remote passphrase {found.tenant}")


@remote.command()
@click.argument("tenant", required=False)
@json_option
@click.pass_context
def show(context: click.Context, *, tenant: str | None, as_json: bool) -> None:
    """How the remote of TENANT stands, or all of them; the remote itself is not asked."""
    workbench = reading(context)
    if tenant is None:
        _show_all(workbench.remotes(), as_json=as_json)
        return
    found = workbench.remote(tenant)
    if as_json:
        print_json(found)
        return
    print_table(("field", "value"), _rows(found), empty="")
    if found.strangers:
        print_table(
            ("not pushed by netwb", "author", "what"),
            [(s.commit[:SHORT], s.author, s.subject) for s in found.strangers],
            empty="",
        )


@remote.command()
@click.argument("tenant")
@click.option("--passphrase", "source", default="prompt", metavar="SOURCE", help=f"{SOURCE}.")
@click.pass_context
def passphrase(context: click.Context, *, tenant: str, source: str) -> None:
    """Set the passphrase that a restore of TENANT from its remote needs; keep it apart from netwb."""
    given = given_source(source, "passphrase of the remote")
    bench(context).set_remote_passphrase(tenant, given)
    say(
        f"the keys of {tenant} go to its remote under that passphrase; with the URL it is all that a"
        f" restore needs: try it by netwb remote check {tenant}"
    )


@remote.command()
@click.argument("tenant")
@click.option("--passphrase", "source", metavar="SOURCE", help=f"{SOURCE}; by default asked for.")
@json_option
@click.pass_context
def check(context: click.Context, *, tenant: str, source: str | None, as_json: bool) -> int:
    """Try a restore of TENANT from its remote: bring all of it, prove it, write nothing."""
    known = known_source(source, "passphrase of the remote")
    found = bench(context).check_remote(tenant, known)
    if as_json:
        print_json(found)
    else:
        say(f"the remote restores {restored_line(found)}")
        say_missing(found, f"`netwb push --tenant {found.tenant}` gives them to it again")
        say_foreign(found)
    return status_of(found)


remote.add_command(accept)


@remote.command()
@click.argument("tenant")
@click.pass_context
def unset(context: click.Context, *, tenant: str) -> None:
    """Push the archive of TENANT nowhere any more; what is there stays there."""
    bench(context).unset_remote(tenant)
    say(f"remote of {tenant} is unset; what was pushed there stays there")


@click.command(cls=NetwbCommand)
@click.option("--tenant", metavar="T", help="Only this tenant's archive.")
@json_option
@click.pass_context
def push(context: click.Context, *, tenant: str | None, as_json: bool) -> int:
    """Push archives to their remotes now, instead of after the next run."""
    narrowed = bench(context).where(**({"tenant": tenant} if tenant else {}))
    done = narrowed.push(when="now")
    if tenant and not done:
        narrowed.remote(tenant)  # says that there is none
    if as_json:
        print_items(done)
    else:
        print_table(
            ("tenant", "status", "commits", "cause"),
            [(p.tenant, p.status, p.commits, p.cause) for p in done],
            empty="no tenant has a remote; give it one with `netwb remote set`",
        )
    return _status(done)


def _status(done: Iterable[Pushed]) -> int:
    return SOME_FAILED if any(one.cause is not None for one in done) else DONE


def _source(text: str | None, what: str, *, reference: bool) -> SecretSource | None:
    if text is None:
        return None
    source = given_source(text, what)
    if not reference:
        return source
    if source.answer is not None:
        msg = f"the {what} is asked for by prompt; --reference needs env:NAME or file:PATH"
        raise InputError(msg)
    return replace(source, keep="reference")


def _show_all(found: Iterable[Remote], *, as_json: bool) -> None:
    if as_json:
        print_items(found)
        return
    print_table(
        ("tenant", "url", "ahead", "behind", "pushed (UTC)", "next try", "error"),
        [
            (r.tenant, r.url, r.ahead, r.behind, r.pushed_at, r.next_at, r.error or None)
            for r in found
        ],
        empty="no tenant has a remote; give it one with `netwb remote set TENANT URL`",
    )


def _rows(found: Remote) -> list[tuple[str, Any]]:
    named = {
        "tenant": found.tenant,
        "url": found.url,
        "opened by": ", ".join(found.opened_by) or "what the login that runs netwb has",
        "ahead": f"{found.ahead} commits to push",
        "behind": f"{found.behind} commits there that netwb did not push",
        "pushed at": shown(found.pushed_at) if found.pushed_at else "never",
        "error": found.error or None,
        "failing since": found.failed_since,
        "tries in vain": found.tries,
        "next try": found.next_at,
        "passphrase": found.passphrase_at
        or f"none: nothing can be restored; `netwb remote passphrase {found.tenant}`",
        "restore tried": found.restored_at or f"never; `netwb remote check {found.tenant}` does",
    }
    return list(named.items())
