"""`netwb monitoring`: whether devices are up, as their counters and pings tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from netwb import ages
from netwb.cli.context import NetwbCommand, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_json, print_table, say

if TYPE_CHECKING:
    from netwb.workbench.monitoring import MonitoredDevice, Monitoring


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(monitoring)


@click.command(cls=NetwbCommand)
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--site", metavar="S", help="Only this site's devices.")
@json_option
@click.pass_context
def monitoring(
    context: click.Context, *, tenant: str | None, site: str | None, as_json: bool
) -> int:
    """Whether each device is up, worst first; exit status 1 unless all are up or in maintenance."""
    named = {name: value for name, value in (("tenant", tenant), ("site", site)) if value}
    found = reading(context).where(**named).monitoring()
    if as_json:
        print_json(_document(found))
    else:
        _show(found)
    well = found.counts["up"] + found.counts["maintenance"] == len(found.devices)
    return DONE if well else SOME_FAILED


def _show(found: Monitoring) -> None:
    print_table(
        ("device", "site", "status", "newest answer", "why"),
        [
            (
                f"{one.device.tenant}/{one.device.hostname}",
                one.device.site,
                one.state.status,
                f"{ages.span(one.age_s)} ago" if one.age_s is not None else None,
                one.state.reason,
            )
            for one in found.devices
        ],
        empty="no active device; `netwb device list --status any` shows all of them",
    )
    say(", ".join(f"{count} {status}" for status, count in found.counts.items() if count))


def _document(found: Monitoring) -> dict[str, Any]:
    return {
        "overall": found.overall,
        "counts": found.counts,
        "as_of": found.as_of,
        "interval_s": found.interval_s,
        "devices": [_device(one) for one in found.devices],
    }


def _device(one: MonitoredDevice) -> dict[str, Any]:
    return {
        "id": one.device.id,
        "tenant": one.device.tenant,
        "site": one.device.site,
        "hostname": one.device.hostname,
        "status": one.state.status,
        "observed_at": one.observed_at,
        "age_s": one.age_s,
        "stale": one.state.stale,
        "reason": one.state.reason,
        "collector": one.collector,
    }
