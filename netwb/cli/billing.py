"""`netwb billing TENANT --month YYYY-MM`; `netwb billing freeze | reopen | exclude`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from netwb.amounts import amount, octets
from netwb.billing.records import TenantBill
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.moments import MOMENT
from netwb.cli.show import json_option, print_json, print_table, rfc3339, say
from netwb.errors import InputError
from netwb.metrics.billing.records import POLICY, GroupBill, Span, many

_SAID = {
    "no_ports": "no ports",
    "no_data": "no data",
    "all_excluded": "all of it is excluded",
}
SHOWN_SPANS = 10  # --json has them all
month_option = click.option("--month", metavar="YYYY-MM", required=True, help="Of the contract.")


class _BillingGroup(NetwbGroup):
    """A word that is no command is a tenant whose bill is shown."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """`billing acme` is `billing show acme`."""
        known = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["show", *args])


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(billing)


@click.group(cls=_BillingGroup)
def billing() -> None:
    """What port groups come to: `netwb billing TENANT --month 2026-11`."""


@billing.command()
@click.argument("tenant")
@click.option("--month", metavar="YYYY-MM", default="", help="[default: the month that it is]")
@click.option("--version", type=int, metavar="N", help="One that was frozen, also if reopened.")
@click.option("--group", metavar="NAME", default="", help="Only this one; for --csv.")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="Write a group's windows there."
)
@json_option
@click.pass_context
def show(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str,
    month: str,
    version: int | None,
    group: str,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """The bill of TENANT: the frozen one, else as it is reckoned now."""
    netwb = reading(context)
    if csv_file is not None:
        _write(netwb.bill_csv(tenant, month, group=group, version=version), csv_file)
        return
    found = netwb.bill(tenant, month, version=version)
    if as_json:
        print_json(found)
    else:
        _show(found, group)


@billing.command()
@click.argument("tenant")
@month_option
@json_option
@click.pass_context
def freeze(context: click.Context, *, tenant: str, month: str, as_json: bool) -> None:
    """Keep a month's figures and windows as they are now."""
    made = bench(context).freeze_bill(tenant, month)
    if as_json:
        print_json(made)
    else:
        say(f"{tenant} {month} is frozen as version {made.version}")


@billing.command()
@click.argument("tenant")
@month_option
@click.option("--reason", required=True, metavar="TEXT", help="It stands with the version.")
@json_option
@click.pass_context
def reopen(context: click.Context, *, tenant: str, month: str, reason: str, as_json: bool) -> None:
    """Let a frozen month be corrected; the version stays, and the next one stands beside it."""
    done = bench(context).reopen_bill(tenant, month, reason=reason)
    if as_json:
        print_json(done)
    else:
        say(f"{tenant} {month} version {done.version} is reopened; next: netwb billing freeze")


@billing.command()
@click.argument("tenant")
@click.option("--since", type=MOMENT, required=True, help="From when on.")
@click.option("--until", type=MOMENT, required=True, help="Up to when.")
@click.option("--reason", required=True, metavar="TEXT", help="It stands on the bill.")
@click.option("--group", metavar="NAME", default="", help="Only of this one.")
@json_option
@click.pass_context
def exclude(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str,
    since: datetime,
    until: datetime,
    reason: str,
    group: str,
    as_json: bool,
) -> None:
    """Leave a time out of bills that are not frozen."""
    done = bench(context).exclude_from_bill(
        tenant, since=since, until=until, reason=reason, group=group
    )
    if as_json:
        print_json(done)
    else:
        said = done.said
        say(f"{rfc3339(said.since)} to {rfc3339(said.until)} is left out: {said.reason}")


def _write(text: str, path: Path) -> None:
    """For a spreadsheet: UTF-8 with its mark. InputError where it cannot be written."""
    try:
        with path.open("x", encoding="utf-8-sig", newline="", errors="replace") as file:
            file.write(text)
    except FileExistsError as error:
        msg = f"{path} is there already; name a new file"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); name another file"
        raise InputError(msg) from error
    say(f"{text.count(chr(10)) - 1} windows written to {path}")


def _show(found: TenantBill, group: str) -> None:
    groups = [one for one in found.groups if group in {"", one.terms.group}]
    print_table(
        ("group", "method", "95th", "bit/s", "rank", "window (UTC)", "commit", "over", "of month"),
        [_row(one) for one in groups],
        empty="no port group; `netwb port-group add` makes one",
    )
    say(_standing(found))
    for one in groups:
        for sentence in _sentences(one):
            say(f"{one.terms.group}: {sentence}")
    if any(one.missing or one.partial or one.excluded for one in groups):
        say(POLICY)


def _row(one: GroupBill) -> tuple[Any, ...]:
    billed = one.billed
    commit, over = one.terms.commit_bps, one.overage_bps
    return (
        one.terms.group,
        one.terms.method,
        _SAID[one.state] if billed is None else amount(billed.bps, "bits"),
        billed and billed.bps,
        billed and f"{billed.rank} of {billed.windows} {billed.direction}",
        billed and billed.at,
        None if commit is None else amount(commit, "bits"),
        None if over is None else amount(over, "bits"),
        f"{one.due} of {one.windows}",
    )


def _standing(found: TenantBill) -> str:
    if found.frozen is not None:
        one = found.frozen
        state = f"frozen as version {one.version} by {one.frozen_by} at {rfc3339(one.frozen_at)}"
        if one.reopened_at is not None:
            state += f", reopened by {one.reopened_by}: {one.reason}"
        return f"{found.tenant} {found.month}: {state}"
    return f"{found.tenant} {found.month}: not frozen; figures may still change"


def _sentences(one: GroupBill) -> Iterator[str]:
    if one.state != "no_ports":
        total = f"in {octets(one.octets_in)}, out {octets(one.octets_out)}"
        yield f"{total}; {one.present} windows of {one.month.time_zone} are ranked"
    if not one.is_over and one.forecast is not None:
        likely = one.forecast.bps
        said = "not before a week is over" if likely is None else amount(likely, "bits")
        least = amount(one.forecast.at_least_bps, "bits")
        yield f"the month is not over; forecast {said}, at least {least}"
    for word, spans in (
        ("missing", one.missing),
        ("only some ports have data", one.partial),
        ("excluded", one.excluded),
    ):
        if spans:
            yield f"{word}: {many(spans)} windows, {_listed(spans)}"
    for left_out in one.exclusions:
        yield f"excluded from {rfc3339(left_out.since)}: {left_out.reason}"


def _listed(spans: tuple[Span, ...]) -> str:
    named = [f"{rfc3339(one.since)} to {rfc3339(one.until)}" for one in spans[:SHOWN_SPANS]]
    more = len(spans) - len(named)
    return ", ".join(named) + (f" and {more} more times (--json has them all)" if more else "")
