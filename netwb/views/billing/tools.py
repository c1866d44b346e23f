"""The toolbar of `/billing`: month, version, files, and what may be done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.billing.records import BillVersion, TenantBill
from netwb.views.address import Address
from netwb.views.billing.look import Look, beside, month_words, months
from netwb.views.html import button, choices, esc, icon, link, tag


def render_tools(  # noqa: PLR0913 - where, when, of whom, and what one may
    look: Look,
    address: Address,
    *,
    now: datetime,
    zone: ZoneInfo,
    bill: TenantBill | None,
    may_edit: bool,
    waits: str = "",
) -> str:
    """One bar; each choice is a link that carries the whole view.

    bill    None: it is not there yet, and `waits` says what goes on meanwhile
    """
    versions = _versions(bill.versions, look, address) if bill else ""
    files = _files(bill) if bill and bill.groups else ""
    acts = _acts(bill) if bill and may_edit else ""
    said = tag("span", esc(waits), class_="t2 nowrap") if waits else ""
    return (
        f'<div class="bar billing" role="toolbar" aria-label="Which bill">{_month(look, address, now, zone)}'
        f'{versions}{said}<span class="push files">{files}{acts}</span></div>'
    )


def _month(look: Look, address: Address, now: datetime, zone: ZoneInfo) -> str:
    select = tag(
        "select",
        choices(months(now, zone, look.month), look.month),
        id="month",
        data_act="month",
        data_on="change",
        aria_label="Month",
    )
    newest = f"{now.astimezone(zone):%Y-%m}"
    earlier = _step(address, beside(look.month, -1), "left", "[")
    later = _step(address, beside(look.month, 1), "right", "]") if look.month < newest else ""
    return f'<span class="month">{earlier}{select}{later}</span>'


def _step(address: Address, month: str, drawn: str, key: str) -> str:
    words = f"{month_words(month)}"
    return link(
        address.url(month=month, version=None),
        icon(drawn),
        class_="ib",
        data_act="month",
        data_value=month,
        data_key=key,
        aria_label=words,
        title=f"{words} ({key})",
    )


def _versions(versions: Sequence[BillVersion], look: Look, address: Address) -> str:
    """Only where something was frozen: what is in force, and each version by itself."""
    if not versions:
        return ""
    now = "In force" if versions[-1].reopened_at is None else "As it is now"
    named = [("", now), *((str(one.version), f"Version {one.version}") for one in versions)]
    chosen = "" if look.version is None else str(look.version)
    links = "".join(
        link(
            address.url(version=value or None),
            esc(said),
            data_act="version",
            data_version=value,
            aria_current="true" if value == chosen else None,
        )
        for value, said in named
    )
    return tag("span", links, class_="seg", role="group", aria_label="Version")


def _files(bill: TenantBill) -> str:
    del bill
    return button("CSV", "csv", icon_="download", title="The windows of this group") + button(
        "PDF", "pdf", icon_="download", title="The bill, a page a group"
    )


def _acts(bill: TenantBill) -> str:
    """What is frozen can be reopened alone; a version that is looked at is not touched."""
    in_force = bool(bill.versions) and bill.versions[-1].reopened_at is None
    if in_force:
        return button("Reopen…", "ask-reopen", kind="danger")
    if not bill.groups:
        return ""
    over = all(one.is_over for one in bill.groups)
    freeze = button(
        "Freeze…",
        "ask-freeze",
        kind="primary",
        disabled=not over,
        title=None if over else "A month is frozen once all of its windows are over",
    )
    return button("Leave out…", "ask-exclude") + freeze
