"""`netwb report coverage | access`: a month for an auditor, on the screen, as PDF, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from netwb.cli.context import NetwbGroup, reading
from netwb.cli.files import named, write_new
from netwb.cli.show import json_option, plain, print_json, print_table, say
from netwb.reports.coverage import sums_by_tenant
from netwb.reports.records import SAVED, AccessReport, CoverageReport, DeviceMonth
from netwb.reports.sections import heading_of, preface_of, sections_of
from netwb.workbench import Workbench

Command = Callable[..., Any]


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(report)


@click.group(cls=NetwbGroup)
def report() -> None:
    """A month for an auditor: how well devices were saved, and who could do what."""


def _options(command: Command) -> Command:
    """What both reports take."""
    target = click.Path(path_type=Path)
    options = (
        click.option("--month", metavar="YYYY-MM", default="", help="[default: the month before]"),
        click.option("--tenant", metavar="T", help="Only of this tenant."),
        click.option("--pdf", "pdf_file", type=target, help="Write it there; - is stdout."),
        click.option("--csv", "csv_file", type=target, help="The same as CSV."),
        json_option,
        click.pass_context,
    )
    for option in reversed(options):
        command = option(command)
    return command


@report.command()
@_options
def coverage(context: click.Context, *, month: str, tenant: str | None, **asked: Any) -> None:
    """Of each device: nights due and saved, days without a good copy, the longest gap, who accepted.

    A night is due by the schedule as it is today. What netwb has no record of any more is said to be
    so, and counted neither as saved nor as failed.
    """
    netwb = _of(context, tenant)
    _give(netwb, netwb.coverage_report(month), **asked)


@report.command()
@_options
def access(context: click.Context, *, month: str, tenant: str | None, **asked: Any) -> None:
    """People, tokens and changes of rights; denials, revealed secrets, approvals; is the trail whole.

    It needs the rights to see the audit trail and to manage people. Who verifies the trail as well
    manages all of netwb.
    """
    netwb = _of(context, tenant)
    _give(netwb, netwb.access_report(month), **asked)


def _of(context: click.Context, tenant: str | None) -> Workbench:
    opened = reading(context)
    return opened.where(tenant=tenant) if tenant else opened


def _give(
    netwb: Workbench,
    found: CoverageReport | AccessReport,
    *,
    pdf_file: Path | None,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    if pdf_file is not None:
        write_new(netwb.report_pdf(found), pdf_file)
        say(f"report written to {named(pdf_file)}")
    if csv_file is not None:
        text = netwb.report_csv(found)
        write_new(text.encode("utf-8-sig", "replace"), csv_file)
        say(f"report written to {named(csv_file)}")
    if pdf_file is not None or csv_file is not None:
        return
    if as_json:
        print_json(_in_json(found))
    else:
        _show(found)


def _show(found: CoverageReport | AccessReport) -> None:
    say(heading_of(found))
    for sentence in preface_of(found):
        say(sentence)
    for section in sections_of(found):
        say("")
        say(section.title)
        print_table(section.columns, section.rows, empty=section.empty)


def _in_json(found: CoverageReport | AccessReport) -> dict[str, Any]:
    document: dict[str, Any] = plain(found)
    document["summary"] = preface_of(found)[0]
    if isinstance(found, CoverageReport):
        document["tenants"] = plain(sums_by_tenant(found.devices))
        document["devices"] = [_device(one) for one in found.devices]
    return document


def _device(one: DeviceMonth) -> dict[str, Any]:
    """With what a program would have to count."""
    states = [night.state for night in one.nights]
    counts = {f"nights_{state}": states.count(state) for state in sorted(set(states))}
    hours = None if one.gap is None else round(one.gap.hours, 2)
    told = {"due": one.due, "saved": one.count(*SAVED), "longest_gap_h": hours, **counts}
    return {**plain(one), **told}
