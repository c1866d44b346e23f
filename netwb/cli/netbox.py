"""`netwb netbox set | list | unset | plan | sync`: devices as NetBox has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from netwb.cli.asking import SOURCE, given_source
from netwb.cli.context import NetwbGroup, bench
from netwb.cli.device_import import changes_of
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.problems import grouped
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.errors import InputError
from netwb.workbench.netbox import NetboxPlan, NetboxSynced

if TYPE_CHECKING:
    from netwb.inventory.importers.netbox_plan import SyncPlan

_ACTIONS = {"add": "added", "update": "changed", "retire": "retired", "same": "unchanged"}


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(netbox)


@click.group(cls=NetwbGroup)
def netbox() -> None:
    """Take a tenant's devices over from NetBox, every night and by hand."""


@netbox.command("set")
@click.argument("tenant")
@click.argument("url")
@click.option("--token", required=True, metavar="SOURCE", help=f"API token: {SOURCE}.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="K=V",
    help="Which devices, as NetBox filters them; repeatable. Default: tenant=TENANT.",
)
@click.option("--reference", is_flag=True, help="Keep env: and file: as such; read at use.")
@click.pass_context
def set_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str,
    url: str,
    token: str,
    filters: Sequence[str],
    reference: bool,
) -> None:
    """Read the devices of TENANT from the NetBox at URL (https)."""
    source = given_source(token, "token")
    if reference and source.answer is not None:
        msg = "the token is asked for by prompt; --reference needs env:NAME or file:PATH"
        raise InputError(msg)
    found = bench(context).set_netbox(
        tenant,
        url,
        token=replace(source, keep="reference") if reference else source,
        filters=[_pair(text) for text in filters],
    )
    say(f"NetBox of {found.tenant} is set; next: netwb netbox plan {found.tenant}")


@netbox.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Whose devices are read from where, and which plan waits for a person."""
    found = bench(context).netboxes()
    if as_json:
        print_items(found)
        return
    print_table(
        ("tenant", "url", "filters", "token", "synchronised (UTC)", "waiting"),
        [
            (s.tenant, s.url, ", ".join(map("=".join, s.filters)), s.token, s.synced_at, s.waiting)
            for s in found
        ],
        empty="no tenant has a NetBox; give it one with `netwb netbox set TENANT URL`",
    )
    for source in found:
        if source.waiting:
            say(source.waiting_says)


@netbox.command()
@click.argument("tenant")
@click.pass_context
def unset(context: click.Context, *, tenant: str) -> None:
    """Read the devices of TENANT from nowhere any more; they stay as they are."""
    bench(context).unset_netbox(tenant)
    say(f"NetBox of {tenant} is unset; its devices stay as they are")


@netbox.command()
@click.argument("tenant")
@json_option
@click.pass_context
def plan(context: click.Context, *, tenant: str, as_json: bool) -> int:
    """Show what a synchronisation of TENANT would do now; nothing is written."""
    found = bench(context).plan_netbox(tenant)
    if as_json:
        print_json(_document(found))
    else:
        _print(found.plan)
    _say(found)
    return SOME_FAILED if found.plan.problems else DONE


@netbox.command()
@click.argument("tenant", required=False)
@click.option("--accept", metavar="PLAN", help="Do that plan, however many devices it retires.")
@json_option
@click.pass_context
def sync(context: click.Context, *, tenant: str | None, accept: str | None, as_json: bool) -> int:
    """Do what NetBox says of TENANT, or of all that have one.

    A plan that would retire more than netbox.retire_percent of the devices waits for --accept.
    """
    workbench = bench(context)
    if accept is not None and tenant is None:
        msg = "--accept takes the plan of one tenant; name the TENANT"
        raise click.UsageError(msg)
    if accept is not None and tenant is not None:
        done = workbench.accept_netbox(tenant, accept)
    else:
        narrowed = workbench.where(**({"tenant": tenant} if tenant else {}))
        done = narrowed.sync_netbox()
    if as_json:
        print_json(done)
    _say_done(done)
    return SOME_FAILED if done.waiting or done.bad else DONE


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _document(found: NetboxPlan) -> dict[str, object]:
    plan = found.plan
    return {
        "plan": plan.id,
        "tenant": plan.tenant,
        "waits": found.waits,
        "known": plan.known,
        "items": [
            {
                "at": item.at,
                "action": item.action,
                "site": item.site,
                "hostname": item.hostname,
                "changes": item.fields,
            }
            for item in plan.devices
        ],
        "renames": [asdict(rename) for rename in plan.renames],
        "places": plan.places,
        "problems": plan.problems,
        "notes": plan.notes,
    }


def _print(plan: SyncPlan) -> None:
    rows: list[tuple[str, str, str, str]] = [
        (item.at, item.action, f"{item.tenant}/{item.hostname}", changes_of(item))
        for item in plan.devices
        if item.action not in {"same", "left_out"}
    ]
    rows += [("", "rename", f"{plan.tenant}/{one.old}", f"to {one.new}") for one in plan.renames]
    print_table(("where", "what", "device", "changes"), rows, empty="nothing to change")


def _say(found: NetboxPlan) -> None:
    plan = found.plan
    for place in plan.places:
        say(f"new site: {place.tenant}/{place.site} ({place.name})")
    for sentence in (*plan.notes, *grouped(plan.problems)):
        say(sentence)
    counts = ", ".join(f"{plan.count(action)} {word}" for action, word in _ACTIONS.items())
    say(f"plan {plan.id} would be: {counts}, {len(plan.renames)} renamed")
    if found.waits:
        say(
            f"it retires {plan.count('retire')} of {plan.known} devices and waits for a person;"
            f" take it with `netwb netbox sync {plan.tenant} --accept {plan.id}`"
        )


def _say_done(done: NetboxSynced) -> None:
    if not done.tenants:
        say("no tenant meant has a NetBox; give it one with `netwb netbox set TENANT URL`")
        return
    say(
        f"{done.added} added, {done.changed} changed, {done.renamed} renamed,"
        f" {done.retired} retired, {done.bad} bad"
    )
    for tenant in done.waiting:
        say(f"the plan of {tenant} waits for a person; see it with `netwb netbox plan {tenant}`")
