"""What is asked before a bill is frozen, reopened, or a time is left out of it or not. Pure."""

from __future__ import annotations

from netwb.billing.records import BillExclusion, TenantBill
from netwb.billing.sentences import figure_of
from netwb.metrics.billing.records import many
from netwb.views import words
from netwb.views.fields import Ask, Field, dialog, select_field, text_field
from netwb.views.html import esc, state


def ask_freeze(planned: TenantBill, wrong: str = "") -> str:
    """The figures as they would be kept."""
    number = len(planned.versions) + 1
    rows = "".join(
        f'<tr><td class="cut"><b>{esc(one.terms.group)}</b></td><td class="r"><b>{esc(figure_of(one))}</b></td>'
        f'<td class="r">{words.number(one.present)} of {words.number(one.windows)}</td>'
        f'<td class="r">{_missing(many(one.missing))}</td></tr>'
        for one in planned.groups
    )
    content = (
        f"<p>These figures are kept as version {number}, with all windows that they are reckoned from."
        " They do not change any more, whatever becomes of ports, groups or counters.</p>"
        '<table class="bills"><thead><tr><th>Group</th><th class="r">95th</th><th class="r">Windows</th>'
        f'<th class="r">Missing</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    return dialog(
        Ask(
            title=f"Freeze {planned.month} of {planned.tenant}",
            act="freeze",
            yes=f"Freeze as version {number}",
            data={"of": planned.tenant, "month": planned.month},
            wrong=wrong,
        ),
        content,
    )


def _missing(number: int) -> str:
    return state("warn", words.number(number)) if number else "0"


def ask_reopen(bill: TenantBill, wrong: str = "", reason: str = "") -> str:
    """Why; it stands with the version for good."""
    number = bill.versions[-1].version
    field = Field(
        name="reason", label="Reason", id="reopen-reason", value=reason, required=True,
        hint="It stands with the version, and in the audit trail.",
    )  # fmt: skip
    content = (
        f"<p>Version {number} stays as it is, and is not in force any more. The month is reckoned anew"
        " until it is frozen again, as another version beside it.</p>" + text_field(field)
    )
    return dialog(
        Ask(
            title=f"Reopen {bill.month} of {bill.tenant}",
            act="reopen",
            yes="Reopen",
            data={"of": bill.tenant, "month": bill.month},
            danger=True,
            wrong=wrong,
        ),
        content,
    )


def ask_exclude(bill: TenantBill, group: str, wrong: str = "", **given: str) -> str:
    """From when to when, of which group, and why."""
    zones = {one.terms.group: one.month.time_zone for one in bill.groups}
    fields = "".join(
        text_field(
            Field(
                name=name, label=f"{said} (UTC)", id=f"exclude-{name}", value=given.get(name, ""),
                required=True,
            ),
            kind="datetime-local",
            step="300",
        )
        for name, said in (("since", "From"), ("until", "To"))
    )  # fmt: skip
    chosen = given.get("group", group)
    which = select_field(
        Field(name="group", label="Of", id="exclude-group", value=chosen, wide=True),
        [("", "all groups"), *((name, f"{name} ({zone})") for name, zone in zones.items())],
    )
    reason = text_field(
        Field(
            name="reason", label="Reason", id="exclude-reason", value=given.get("reason", ""),
            required=True, wide=True, hint="It stands on the bill. A window that is touched is left out whole.",
        )
    )  # fmt: skip
    return dialog(
        Ask(
            title=f"Leave a time out of bills of {bill.tenant}",
            act="exclude",
            yes="Leave it out",
            data={"of": bill.tenant},
            wrong=wrong,
        ),
        fields + which + reason,
        two_columns=True,
    )


def ask_include(bill: TenantBill, one: BillExclusion, wrong: str = "") -> str:
    """What would count again, and of what."""
    of = f"of {esc(one.group)}" if one.group else "of all groups"
    content = (
        f"<p>{one.said.since:%Y-%m-%d %H:%M} to {one.said.until:%Y-%m-%d %H:%M} UTC, {of}, is left out for"
        f" {esc(one.said.reason)}. It counts again in all months that are not frozen; those that are"
        " stay as they are.</p>"
    )
    return dialog(
        Ask(
            title=f"Take back what is left out of bills of {bill.tenant}",
            act="include",
            yes="Take it back",
            data={"of": bill.tenant, "exclusion": one.id},
            wrong=wrong,
        ),
        content,
    )
