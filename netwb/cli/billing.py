"""`netwb billing TENANT --month YYYY-MM`; `billing freeze | reopen | exclude | include | ..`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

from netwb.amounts import amount, octets
from netwb.billing.records import BillVersion, TenantBill
from netwb.billing.sentences import (
    figure_of,
    forecast_of,
    many_windows,
    missing_of,
    part_of_month,
    unfinished_of,
    windows_of,
)
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.files import named, write_new
from netwb.cli.moments import MOMENT
from netwb.cli.show import (
    json_option,
    plain,
    print_items,
    print_json,
    print_table,
    rfc3339,
    say,
)
from netwb.metrics.billing.records import NO_PORTS, POLICY, TO_COME, GroupBill, Span, many

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
@click.option("--group", metavar="NAME", default="", help="Only this one.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path),
    help="Write a group's windows there; - is stdout.",
)
@click.option(
    "--pdf",
    "pdf_file",
    type=click.Path(path_type=Path),
    help="Write the bill there, a page a group; - is stdout.",
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
    pdf_file: Path | None,
    as_json: bool,
) -> None:
    """The bill of TENANT: the frozen one, else as it is reckoned now."""
    netwb = reading(context)
    if csv_file is not None:
        text = netwb.bill_csv(tenant, month, group=group, version=version)
        write_new(text.encode("utf-8-sig", "replace"), csv_file)
        number = many_windows(text.count(chr(10)) - 1)
        say(f"{number} written to {named(csv_file)}{_to_come(text)}")
    if pdf_file is not None:
        write_new(netwb.bill_pdf(tenant, month, group=group, version=version), pdf_file)
        say(f"bill written to {named(pdf_file)}")
    if csv_file is not None or pdf_file is not None:
        return
    found = netwb.bill(tenant, month, version=version, group=group)
    if as_json:
        print_json(_in_json(found))
    else:
        _show(found)


@billing.command()
@click.argument("tenant")
@month_option
@click.option("--dry-run", is_flag=True, help="Only show what would be kept.")
@click.option(
    "--without-data",
    "no_data",
    flag_value="freeze",
    default="refuse",
    help="Also a month in which no port has any.",
)
@json_option
@click.pass_context
def freeze(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str,
    month: str,
    dry_run: bool,
    no_data: Literal["refuse", "freeze"],
    as_json: bool,
) -> None:
    """Keep a month's figures and windows as they are now."""
    opened = bench(context)
    if dry_run:
        planned = opened.plan_freeze(tenant, month, no_data=no_data)
        if as_json:
            print_json(_in_json(planned))
        else:
            _show(planned)
            say("nothing is frozen yet")
        return
    made = opened.freeze_bill(tenant, month, no_data=no_data)
    groups = opened.bill(tenant, month, version=made.version).groups
    if as_json:
        print_json(_frozen_json(tenant, month, made, groups))
        return
    say(f"{tenant} {month} is frozen as version {made.version}")
    for one in groups:
        said = NO_PORTS if one.state == "no_ports" else missing_of(one)
        say(f"{one.terms.group}: {said}")
    if _is_uneven(groups):
        say(POLICY)


def _frozen_json(
    tenant: str, month: str, made: BillVersion, groups: Sequence[GroupBill]
) -> dict[str, Any]:
    """The version with how many windows of each group have no data; `billing --json` has which."""
    return {
        "tenant": tenant,
        "month": month,
        **plain(made),
        "policy": POLICY,
        "groups": [
            {
                "group": one.terms.group,
                "state": one.state,
                "billed_bps": one.billed.bps if one.billed is not None else None,
                "windows": one.windows,
                "present_windows": one.present,
                "missing_windows": many(one.missing),
                "partial_windows": many(one.partial),
                "excluded_windows": many(one.excluded),
            }
            for one in groups
        ],
    }


def _is_uneven(groups: Sequence[GroupBill]) -> bool:
    """Whether the policy decides about any window."""
    return any(one.missing or one.partial or one.excluded for one in groups)


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
    opened = bench(context)
    done = opened.exclude_from_bill(tenant, since=since, until=until, reason=reason, group=group)
    if as_json:
        print_json(done)
    else:
        said = done.said
        say(
            f"{rfc3339(said.since)} to {rfc3339(said.until)} is left out: {said.reason};"
            f" `netwb billing include {tenant} {done.id}` takes it back"
        )
        whole = windows_of(said.since, said.until)
        if whole != (said.since, said.until):
            since_, until_ = map(rfc3339, whole)
            say(f"windows of five minutes that it touches are left out whole: {since_} to {until_}")
        for name in opened.frozen_months(tenant, since=said.since, until=said.until):
            say(
                f"{name} is frozen and its bill stays as it is;"
                f' `netwb billing reopen {tenant} --month {name} --reason "..."` lets it be corrected'
            )


@billing.command()
@click.argument("tenant")
@json_option
@click.pass_context
def exclusions(context: click.Context, *, tenant: str, as_json: bool) -> None:
    """Times that are left out of bills of TENANT that are not frozen."""
    found = reading(context).bill_exclusions(tenant)
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "from (UTC)", "to", "group", "reason", "by"),
        [
            (
                one.id,
                one.said.since,
                one.said.until,
                one.group or "all",
                one.said.reason,
                one.created_by,
            )
            for one in found
        ],
        empty="nothing is left out",
    )


@billing.command()
@click.argument("tenant")
@click.argument("exclusion", metavar="ID")
@json_option
@click.pass_context
def include(context: click.Context, *, tenant: str, exclusion: str, as_json: bool) -> None:
    """Take back what was left out, by its ID of `billing exclusions`; frozen months keep it."""
    done = bench(context).include_in_bill(tenant, exclusion)
    if as_json:
        print_json(done)
    else:
        said = done.said
        say(
            f"{rfc3339(said.since)} to {rfc3339(said.until)} counts again; frozen months stay as they"
            " are"
        )


def _to_come(text: str) -> str:
    number = text.count(f",{TO_COME},")
    return f"; the month is not over, {number} of them are to come" if number else ""


def _show(found: TenantBill) -> None:
    groups = found.groups
    print_table(
        ("group", "method", "95th", "bit/s", "rank", "window (UTC)", "commit", "over", "of month"),
        [_row(one) for one in groups],
        empty="no port group; `netwb port-group add` makes one",
    )
    say(_standing(found))
    for note in found.notes:
        say(note)
    for one in groups:
        for sentence in _sentences(one):
            say(f"{one.terms.group}: {sentence}")
    if _is_uneven(groups):
        say(POLICY)


def _in_json(found: TenantBill) -> dict[str, Any]:
    """With what a program would have to reckon: whether the month is over."""
    groups = [{**plain(one), "over": one.is_over} for one in found.groups]
    over = all(one.is_over for one in found.groups)
    return {**plain(found), "over": over, "groups": groups}


def _row(one: GroupBill) -> tuple[Any, ...]:
    billed = one.billed
    commit, over = one.terms.commit_bps, one.overage_bps
    return (
        one.terms.group,
        one.terms.method,
        figure_of(one),
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
        are = "is" if one.present == 1 else "are"
        yield f"{total}; {many_windows(one.present)} of {one.month.time_zone} {are} ranked"
    if (unfinished := unfinished_of(one)) is not None:
        forecast = forecast_of(one)
        yield f"{unfinished}{f'; forecast {forecast}' if forecast else ''}"
    for word, spans in (
        ("missing", one.missing),
        ("only some ports have data", one.partial),
        ("excluded", one.excluded),
    ):
        if spans:
            yield f"{word}: {many_windows(many(spans))}, {_listed(spans)}"
    for port in one.ports:
        if part := part_of_month(port, ZoneInfo(one.month.time_zone)):
            yield f"{port.device} {port.name}: {part}"
    for left_out in one.exclusions:
        yield f"excluded from {rfc3339(left_out.since)}: {left_out.reason}"


def _listed(spans: tuple[Span, ...]) -> str:
    named = [f"{rfc3339(one.since)} to {rfc3339(one.until)}" for one in spans[:SHOWN_SPANS]]
    more = len(spans) - len(named)
    return ", ".join(named) + (f" and {more} more times (--json has them all)" if more else "")
