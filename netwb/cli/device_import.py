"""`netwb device import FILE`: a CSV, a NetBox export, a SimpleInventory folder, a router.db."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import BAD_INPUT, DONE, SOME_FAILED
from netwb.cli.problems import grouped
from netwb.cli.show import json_option, print_json, print_table, say
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.inventory.importers import rows as _rows
    from netwb.inventory.importers.rows import ImportPlan, PlannedDevice
else:
    _rows = lazy("netwb.inventory.importers.rows")


@click.command("import", cls=NetwbCommand)
@click.argument("file")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=OURS", help="Repeatable.")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave it out; repeatable.")
@click.option(
    "--defaults", multiple=True, metavar="K=V[,K=V]", help="Where a row says nothing: site=fra1."
)
@click.option("--create", is_flag=True, help="Make tenants and sites that are not there.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although some are bad.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; nothing is written.")
@json_option
@click.pass_context
def import_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    file: str,
    mapping: Sequence[str],
    ignore: Sequence[str],
    defaults: Sequence[str],
    create: bool,
    skip_bad: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import devices: all rows are judged first, and bad ones stop the import.

    FILE is a CSV (tenant, site, hostname, address, platform, ...), a NetBox export (CSV or .json),
    a folder with hosts.yaml of a Nornir SimpleInventory, or router.db of RANCID or Oxidized, whose
    fields are called 0, 1, 2, ... Known devices are updated.
    """
    options = _rows.ImportOptions(
        columns=_rows.Columns(
            mapping=_pairs("--map", mapping),
            ignored=frozenset(ignore),
            defaults=_pairs("--defaults", [p for text in defaults for p in text.split(",")]),
        ),
        missing="create" if create else "refuse",
        bad_rows="skip" if skip_bad else "refuse",
    )
    workbench = bench(context)
    done = (workbench.plan_import if dry_run else workbench.apply_import)(file, options)
    if as_json:
        print_json({"dry_run": dry_run, **_document(done)})
    else:
        _print(done)
    _say(done, dry_run=dry_run)
    if not done.problems:
        return DONE
    return SOME_FAILED if skip_bad else BAD_INPUT


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.rpartition("=") if option == "--map" else text.partition("=")
        if not equals or not name.strip() or not value.strip():
            msg = f"{option} takes NAME=VALUE, not {text!r}"
            raise click.UsageError(msg)
        pairs[name.strip()] = value.strip()
    return pairs


def _document(done: ImportPlan) -> dict[str, object]:
    return {
        "items": [
            {
                "at": item.at,
                "action": item.action,
                "tenant": item.tenant,
                "site": item.site,
                "hostname": item.hostname,
                "changes": item.fields,
            }
            for item in done.devices
        ],
        "places": done.places,
        "problems": done.problems,
        "notes": done.notes,
    }


def _print(done: ImportPlan) -> None:
    print_table(
        ("row", "what", "device", "changes"),
        [
            (item.at, item.action, f"{item.tenant}/{item.hostname}", changes_of(item))
            for item in done.devices
            if item.action != "same"
        ],
        empty="no row can be imported"
        if done.problems and not done.devices
        else "nothing to change",
    )


def changes_of(item: PlannedDevice) -> str:
    """What a row would do to its device, in words."""
    if item.new is not None:
        return f"{item.new.address} {item.new.platform} at {item.site}"
    if item.action == "left_out":
        return "its status at the source is retired (NetBox: decommissioning), and it is not here"
    return "; ".join(f"{c.field}: {c.old or '-'} -> {c.new or '-'}" for c in item.fields)


def _say(done: ImportPlan, *, dry_run: bool) -> None:
    for place in done.places:
        name = place.tenant if place.site is None else f"{place.tenant}/{place.site}"
        say(f"new {'tenant' if place.site is None else 'site'}: {name} ({place.name})")
    for sentence in (*done.notes, *grouped(done.problems)):
        say(sentence)
    actions: list[str] = [item.action for item in done.devices]
    words = [f"{actions.count(action)} {word}" for action, word in _ACTIONS.items()]
    say(f"{'would be: ' if dry_run else ''}{', '.join(words)}, {len(done.problems)} bad")


_ACTIONS = {
    "add": "added",
    "update": "updated",
    "retire": "retired",
    "same": "unchanged",
    "left_out": "left out",
}
