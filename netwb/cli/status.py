"""`netwb status`: one look says whether every device has a good, fresh backup."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from netwb.ages import age
from netwb.cli.context import NetwbCommand, reading
from netwb.cli.diagnoses import print_diagnoses
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_json, print_table
from netwb.health.freshness import DeviceBackup, TenantBackups, cause_and_cure
from netwb.workbench.status import Status

if TYPE_CHECKING:
    from netwb.workbench.words import LastNight

SHOWN = 50  # devices of the table; `--json` has all


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(status)


@click.command(cls=NetwbCommand)
@click.option("--tenant", metavar="T", help="Of this tenant only.")
@click.option("--site", metavar="S", help="Of this site only, as tenant/site.")
@json_option
@click.pass_context
def status(context: click.Context, *, tenant: str | None, site: str | None, as_json: bool) -> int:
    """Whether every device has a fresh good backup, and what runs; exit 1 when something is wrong."""
    chosen = {"tenant": tenant, "site": site}
    meant = {name: value for name, value in chosen.items() if value is not None}
    found = reading(context).where(**meant).status()
    if as_json:
        print_json(_document(found))
    else:
        _print(found)
    return DONE if found.good else SOME_FAILED


def _document(found: Status) -> dict[str, object]:
    """As the record stands, each device with its age and its next step in words."""
    return {
        "at": found.at,
        "good": found.good,
        "headline": found.headline,
        "devices": [_device(one, found.at) for one in found.without],
        "tenants": found.tenants,
        "last_night": found.last_night,
        "parts": found.parts,
    }


def _device(one: DeviceBackup, now: datetime) -> dict[str, object]:
    told, _, cure = cause_and_cure(one, now).partition("; ")
    return {
        "id": one.device_id,
        "tenant": one.tenant,
        "site": one.site,
        "hostname": one.hostname,
        "status": one.status,
        "backup": one.freshness,
        "overdue": one.overdue,
        "copy_at": one.copy_at,
        "age_s": None if one.copy_at is None else int((now - one.copy_at).total_seconds()),
        "tried_at": one.tried_at,
        "cause": {"kind": one.cause_kind, "message": told},
        "next_step": cure,
    }


def _print(found: Status) -> None:
    click.echo(found.headline)
    if found.without:
        click.echo()
        _print_devices(found.without[:SHOWN], found.at)
        if len(found.without) > SHOWN:
            click.echo(f"... and {len(found.without) - SHOWN:,} more; `--json` lists them all")
    if found.tenants:
        click.echo()
        _print_tenants(found.tenants, found.at)
    click.echo()
    click.echo(_night(found.last_night))
    if found.parts:
        click.echo()
        print_diagnoses(found.parts)


def _print_devices(without: Iterable[DeviceBackup], now: datetime) -> None:
    print_table(
        ("device", "backup", "last good", "cause and next step"),
        [
            (
                one.name,
                f"{one.freshness}, in maintenance" if one.excused else one.freshness,
                _age(one.copy_at, now),
                cause_and_cure(one, now) or one.cause_kind,
            )
            for one in without
        ],
        empty="",
    )


def _print_tenants(tenants: Iterable[TenantBackups], now: datetime) -> None:
    print_table(
        ("tenant", "devices", "fresh", "never", "rejected", "failed", "stale", "oldest good"),
        [
            (
                one.tenant,
                one.devices,
                one.fresh,
                one.never,
                one.rejected,
                one.failed,
                one.stale,
                _age(one.oldest_at, now),
            )
            for one in tenants
        ],
        empty="",
    )


def _night(night: LastNight | None) -> str:
    if night is None:
        return "No backup has run yet; `netwb backup` runs one."
    shown = "%Y-%m-%d %H:%M UTC"
    began = f"began {night.started_at:{shown}}"
    ended = "still runs" if night.ended_at is None else f"ended {night.ended_at:{shown}}"
    runs = f"{len(night.runs)} runs, the first {began}, the last" if len(night.runs) > 1 else began
    joined = " " if len(night.runs) > 1 else ", "
    return (
        f"Newest backups: {runs}{joined}{ended}; since then {night.good:,} of {night.planned:,} good,"
        f" {night.changed:,} changed, {night.not_saved:,} not saved."
    )


def _age(at: datetime | None, now: datetime) -> str:
    return "none" if at is None else age(at, now)
