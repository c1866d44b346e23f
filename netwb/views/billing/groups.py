"""Port groups as they are now on `/billing`: whose there are, what each has, what may be done. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.amounts import speed
from netwb.billing.records import PortGroup
from netwb.billing.sentences import METHOD
from netwb.views import states, words
from netwb.views.address import Address
from netwb.views.html import button, esc, link, tag

_NOTHING = "\N{EN DASH}"


def button_add(tenant: str = "") -> str:
    """For who keeps the bills; of that tenant, where one is looked at."""
    return button("New group…", "ask-add-group", data_of=tenant)


def render_none(title: str, tenant: str = "", *, may_edit: bool) -> str:
    """No group, of that tenant or of any."""
    who = "" if may_edit else " Whoever keeps the bills makes one."
    return states.empty(
        title,
        f"Ports of a tenant are billed as a group, with a commit and a method.{who}",
        actions=button_add(tenant) if may_edit else "",
    )


def render_tenants(groups: Sequence[PortGroup], address: Address, *, may_edit: bool) -> str:
    """Whose bills there are: a row a group with what it has, a way to its bill."""
    add = f'<span class="push files">{button_add()}</span>'
    bar = f'<div class="bar billing">{add}</div>' if may_edit else ""
    rows = "".join(_row(one, address) for one in groups)
    return (
        f'{bar}<div class="scroll"><table class="bills fold" id="tenants"><thead><tr><th>Tenant</th>'
        '<th>Port group</th><th class="r">Ports</th><th class="r">Committed</th><th>Method</th>'
        f"<th>Month of</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: PortGroup, address: Address) -> str:
    cells = (
        ("Port group", esc(one.name), "cut"),
        ("Ports", words.number(len(one.port_ids)), "r"),
        ("Committed", esc(speed(one.commit_bps) or _NOTHING), "r"),
        ("Method", esc(METHOD[one.method]), ""),
        ("Month of", esc(one.time_zone), ""),
    )
    way = link(
        address.url(of=one.tenant, group=one.name),
        f"<b>{esc(one.tenant)}</b>",
        data_act="bill-of",
        data_of=one.tenant,
        data_group=one.name,
    )
    drawn = "".join(
        tag("td", said, class_=class_ or None, data_label=label) for label, said, class_ in cells
    )
    # The link is the keyboard's; a click beside it means the row, which lights up as a whole.
    row = {"data_act": "bill-of", "data_of": one.tenant, "data_group": one.name}
    return tag("tr", f"<td>{way}</td>{drawn}", class_="opens", **row)


def render_own(one: PortGroup, *, may_edit: bool) -> str:
    """What the group has now, which a bill of another month may say otherwise."""
    acts = (
        button("Ports…", "ask-group-ports", data_group=one.name)
        + button("Change…", "ask-change-group", data_group=one.name)
        + button("Rename…", "ask-rename-group", data_group=one.name)
        + button("Retire…", "ask-retire-group", kind="danger", data_group=one.name)
        + button_add(one.tenant)
    )
    drawn = f'<p class="pad acts">{acts}</p>' if may_edit else ""
    return f'<h2 class="h pad">The group now</h2><p class="pad">{esc(_has(one))}</p>{drawn}'


def _has(one: PortGroup) -> str:
    now = len(one.port_ids)
    before = len({each.port_id for each in one.members} - set(one.port_ids))
    said = f"{words.number(now)} port{'' if now == 1 else 's'}"
    if before:
        said += f", {words.number(before)} {'was' if before == 1 else 'were'} in it before"
    commit = speed(one.commit_bps)
    return f"{said}; {METHOD[one.method]}; {f'commit {commit}' if commit else 'no commit'}; months of {one.time_zone}."
