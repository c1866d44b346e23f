"""`netwb notify target | route | kinds | test | list | redeliver`: who is told of what, and whether it came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from netwb.cli.asking import SOURCE, given_source
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.errors import InputError
from netwb.inventory.records import SecretSource
from netwb.notify.records import (
    DELIVERY_STATES,
    DIGESTS,
    KINDS,
    SEVERITIES,
    AddedTarget,
    DeliveryState,
    DigestChoice,
    NewRoute,
    NewTarget,
    Severity,
    Target,
    TargetKind,
)

URL = f"{SOURCE}; it holds a password or a token"


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(notify)


@click.group(cls=NetwbGroup)
def notify() -> None:
    """Who is told of changes and failures, by mail, chat or webhook; and what came of it."""


@notify.group(cls=NetwbGroup)
def target() -> None:
    """Where messages go; a TARGET is its name, or tenant/name of a tenant's."""


@notify.group(cls=NetwbGroup)
def route() -> None:
    """What a target is told: notices that match any of its routes."""


def _route_options(command: Any) -> Any:
    for option in (
        click.option(
            "--only", multiple=True, metavar="TENANT", help="Only of that tenant; also several."
        ),
        click.option(
            "--severity",
            type=click.Choice(SEVERITIES),
            default="warning",
            show_default=True,
            help="The least that is told.",
        ),
        click.option(
            "--kinds",
            multiple=True,
            default=("*",),
            metavar="PATTERN",
            help="As backup.*; also several; `netwb notify kinds` lists them.",
        ),
    ):
        command = option(command)
    return command


@target.command()
@click.argument("name")
@click.option("--tenant", metavar="T", help="The tenant's own; it is told of nothing else.")
@click.option("--url", metavar="SOURCE", help=f"Mail or chat, as apprise writes it: {URL}.")
@click.option("--webhook", metavar="SOURCE", help=f"A program's address, by signed posts: {URL}.")
@click.option(
    "--events",
    is_flag=True,
    help="Of --webhook: the tenant's events, each once and in order, in place of notices.",
)
@click.option(
    "--inside", is_flag=True, help="Of --events: it may be in the provider's own network."
)
@click.option("--reference", is_flag=True, help="Keep env: and file: as such; read at use.")
@click.option(
    "--digest",
    type=click.Choice(DIGESTS),
    default="off",
    show_default=True,
    help="Each morning; `changes`: unless there is nothing to say.",
)
@_route_options
@json_option
@click.pass_context
def add(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    name: str,
    tenant: str | None,
    url: str | None,
    webhook: str | None,
    events: bool,
    inside: bool,
    reference: bool,
    digest: DigestChoice,
    kinds: tuple[str, ...],
    severity: Severity,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add the target NAME with its first route; then try it by `netwb notify test NAME`.

    With --events it has no route: it is told what its tenant's ERP reads at /api/v1/erp/events.
    """
    given = url if webhook is None else webhook
    if given is None or (url is not None and webhook is not None):
        msg = "say where it is by --url (mail, chat) or by --webhook (a program); give one of them"
        raise click.UsageError(msg)
    if events and (webhook is None or only or digest != "off"):
        msg = "--events goes with --webhook alone, and is told neither --only nor --digest"
        raise click.UsageError(msg)
    if inside and not events:
        msg = "--inside goes with --events; a tenant's other targets are at public addresses"
        raise click.UsageError(msg)
    owner, _, own = name.rpartition("/")
    kind: TargetKind = "service" if webhook is None else "feed" if events else "webhook"
    new = NewTarget(
        name=own,
        tenant=owner or tenant or "",
        kind=kind,
        url=_source(given, reference=reference),
        digest=digest,
        events=kinds if events else (),
        inside=inside,
    )
    if events:
        added = bench(context).add_event_feed(new)
    else:
        route = NewRoute(kinds=kinds, severity=severity, tenants=only)
        added = bench(context).add_notify_target(new, route)
    if as_json:
        print_json(added)
        return
    say(
        f"target {added.target.label} is added: {added.target.shown};"
        f" try it by netwb notify test {added.target.label}"
    )
    _show_key(added)


@target.command("list")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@json_option
@click.pass_context
def list_targets(context: click.Context, *, tenant: str | None, as_json: bool) -> None:
    """Targets, and how each fares."""
    workbench = reading(context)
    found = (workbench.where(tenant=tenant) if tenant else workbench).notify_targets()
    if as_json:
        print_items(found)
        return
    print_table(
        ("target", "to", "told", "digest", "waiting", "failing since (UTC)", "tries", "last error"),
        [
            (
                *(one.label, one.shown, _told(one), one.digest, one.waiting),
                *(one.failing_since, one.tries or None, one.last_error or None),
            )
            for one in found
        ],
        empty="no target yet; add one with `netwb notify target add`",
    )


@target.command("set")
@click.argument("target")
@click.option("--url", metavar="SOURCE", help=f"Another URL of the same kind: {URL}.")
@click.option("--reference", is_flag=True, help="Keep env: and file: as such; read at use.")
@click.option("--digest", type=click.Choice(DIGESTS), help="Whether it is sent each morning.")
@click.option("--rotate-key", is_flag=True, help="Another key of a webhook; both sign for now.")
@click.option("--settle-key", is_flag=True, help="End that: the key before signs no more.")
@click.pass_context
def set_target(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    target: str,
    url: str | None,
    reference: bool,
    digest: DigestChoice | None,
    rotate_key: bool,
    settle_key: bool,
) -> None:
    """Change a TARGET; what is not given stays."""
    if rotate_key and settle_key:
        msg = "--rotate-key begins a rotation, --settle-key ends it; give one of them"
        raise click.UsageError(msg)
    if not (url or digest or rotate_key or settle_key):
        msg = "nothing is given to change; see `netwb notify target set --help`"
        raise click.UsageError(msg)
    workbench = bench(context)
    if url or digest:
        source = _source(url, reference=reference) if url else None
        workbench.set_notify_target(target, url=source, digest=digest)
    if rotate_key:
        _show_key(workbench.rotate_notify_key(target))
    if settle_key:
        workbench.settle_notify_key(target)
    say(f"target {target} is changed")


@target.command("retire")
@click.argument("target")
@click.pass_context
def retire_target(context: click.Context, *, target: str) -> None:
    """Retire a TARGET: it is sent nothing more, and its secrets are deleted."""
    gone = bench(context).retire_notify_target(target)
    say(f"target {gone.label} is retired and its secrets are gone")


@route.command("add")
@click.argument("target")
@_route_options
@json_option
@click.pass_context
def add_route(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    target: str,
    kinds: tuple[str, ...],
    severity: Severity,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell a TARGET more."""
    new = NewRoute(kinds=kinds, severity=severity, tenants=only)
    added = bench(context).add_notify_route(target, new)
    if as_json:
        print_json(added)
    else:
        say(f"route {added.id}: {added.target} is told of {', '.join(added.kinds)}")


@route.command("list")
@json_option
@click.pass_context
def list_routes(context: click.Context, *, as_json: bool) -> None:
    """Routes by their targets."""
    found = reading(context).notify_routes()
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "target", "kinds", "from", "tenants"),
        [
            (r.id, r.target, ", ".join(r.kinds), r.severity, ", ".join(r.tenant_slugs) or "all")
            for r in found
        ],
        empty="no route yet; a target comes with one: `netwb notify target add`",
    )


@route.command("retire")
@click.argument("route_id", metavar="ID")
@click.pass_context
def retire_route(context: click.Context, *, route_id: str) -> None:
    """Take a route away."""
    gone = bench(context).retire_notify_route(route_id)
    say(f"{gone.target} is no longer told of {', '.join(gone.kinds)} by route {gone.id}")


@notify.command()
@json_option
@click.pass_context
def kinds(context: click.Context, *, as_json: bool) -> None:
    """What can be told."""
    del context
    if as_json:
        print_items({"kind": kind, "says": says} for kind, says in KINDS.items())
    else:
        print_table(("kind", "says"), KINDS.items(), empty="")


@notify.command()
@click.argument("target", required=False)
@json_option
@click.pass_context
def test(context: click.Context, *, target: str | None, as_json: bool) -> int:
    """Send a test message to TARGET now, or to each of them; exit 1 where one did not arrive."""
    tried = bench(context).test_notify(target)
    if as_json:
        print_items(tried)
    else:
        print_table(
            ("target", "to", "came of it"),
            [(one.target, one.shown, one.error or "arrived") for one in tried],
            empty="no target yet; add one with `netwb notify target add`",
        )
    return SOME_FAILED if any(one.error for one in tried) else DONE


@notify.command("list")
@click.option("--target", metavar="TARGET", help="Only to this one.")
@click.option("--tenant", metavar="T", help="Only to this tenant's targets.")
@click.option("--state", type=click.Choice(DELIVERY_STATES), help="Only those.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="Most of them that are shown.",
)
@json_option
@click.pass_context
def list_deliveries(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    target: str | None,
    tenant: str | None,
    state: DeliveryState | None,
    limit: int,
    as_json: bool,
) -> None:
    """Messages, newest first, and what came of each."""
    workbench = reading(context)
    workbench = workbench.where(tenant=tenant) if tenant else workbench
    found = workbench.deliveries(target=target, state=state, limit=limit)
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "queued (UTC)", "target", "title", "state", "tries", "last error"),
        [
            (d.id, d.queued_at, d.target, d.title, d.state, d.tries, d.last_error or None)
            for d in found
        ],
        empty="nothing was told yet; `netwb notify target list` shows who would be",
    )


@notify.command()
@click.argument("delivery_id", metavar="ID", type=int)
@json_option
@click.pass_context
def redeliver(context: click.Context, *, delivery_id: int, as_json: bool) -> None:
    """Send a message again, under the id that it has; the daemon does within a minute."""
    again = bench(context).redeliver(delivery_id)
    if as_json:
        print_json(again)
    else:
        say(f"{again.message_id} goes to {again.target} again, within a minute of the daemon")


def _told(one: Target) -> str:
    if one.kind != "feed":
        return "notices"
    return f"events: {', '.join(one.events)}" if one.events else "events"


def _source(text: str, *, reference: bool) -> SecretSource:
    source = given_source(text, "URL")
    if not reference:
        return source
    if source.answer is not None:
        msg = "the URL is asked for by prompt; --reference needs env:NAME or file:PATH"
        raise InputError(msg)
    return replace(source, keep="reference")


def _show_key(added: AddedTarget) -> None:
    """The key on stdout, shown this once; how to use it on stderr."""
    if added.key:
        say("the key that signs its messages (Standard Webhooks); it is shown this once:")
        click.echo(added.key)
