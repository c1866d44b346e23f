"""What is asked before a port group is made, changed, filled, renamed or retired. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwb.billing.records import GroupPort, PortGroup, ShownGroup
from netwb.billing.sentences import METHOD
from netwb.metrics.billing.records import METHODS
from netwb.views.fields import Ask, Field, dialog, select_field, text_field
from netwb.views.html import esc, tag

OFFERED = 1_000  # ports in the list of a field; others are typed
LISTED = 20  # ports of a group in its dialog; the bill has them all
METHOD_WORDS = tuple((method, METHOD[method]) for method in METHODS)


def ask_add(tenants: Sequence[tuple[str, str]], wrong: str = "", **given: str) -> str:
    """Whose it is, and what `ask_change` asks; tenants as (slug, name)."""
    whose = select_field(
        Field(name="of", label="Tenant", id="add-of", value=given.get("of", "")),
        [(slug, f"{name} ({slug})") for slug, name in tenants],
    )
    name = text_field(
        Field(name="name", label="Name", id="add-name", value=given.get("name", ""), required=True)
    )
    ask = Ask(title="New port group", act="add-group", yes="Add", data={}, wrong=wrong)
    return dialog(ask, whose + name + _terms("add", given), two_columns=True)


def ask_change(one: PortGroup, wrong: str = "", **given: str) -> str:
    """How it is billed; frozen bills stay."""
    now = {
        "method": one.method,
        "commit": str(one.commit_bps or ""),
        "zone": one.time_zone,
    }
    ask = Ask(
        title=f"Change port group {one.name} of {one.tenant}",
        act="change-group",
        yes="Change",
        data={"group": one.name},
        wrong=wrong,
    )
    note = '<p class="wide t2 sm">Bills that are frozen keep what they were reckoned by.</p>'
    return dialog(ask, _terms("change", {**now, **given}) + note, two_columns=True)


def _terms(form: str, given: Mapping[str, str]) -> str:
    method = Field(
        name="method", label="Method", id=f"{form}-method", value=given.get("method", "higher"),
        wide=True,
    )  # fmt: skip
    commit = Field(
        name="commit", label="Committed, bit/s", id=f"{form}-commit", value=given.get("commit", ""),
        hint="500M or 2.5G; empty: none.",
    )  # fmt: skip
    zone = Field(
        name="zone", label="Months of", id=f"{form}-zone", value=given.get("zone", "UTC"),
        required=True, hint="The contract's time zone: Europe/Berlin.",
    )  # fmt: skip
    return select_field(method, METHOD_WORDS) + text_field(commit) + text_field(zone)


def ask_ports(shown: ShownGroup, ports: Sequence[str], wrong: str = "", **given: str) -> str:
    """A port to put in or take out, from when on; what is in it now stands beside.

    ports   `tenant/hostname ifName` of those that can be put in
    """
    one = shown.group
    inside = [port for port in shown.ports if port.until is None]
    what = select_field(
        Field(name="what", label="What", id="ports-what", value=given.get("what", "put")),
        [("put", "Put in"), ("take", "Take out")],
    )
    since = text_field(
        Field(
            name="since", label="From when on (UTC)", id="ports-since", value=given.get("since", ""),
            hint="Empty: from now on.",
        ),
        kind="datetime-local",
        step="300",
    )  # fmt: skip
    port = text_field(
        Field(
            name="port", label="Port", id="ports-port", value=given.get("port", ""), required=True,
            wide=True, hint="Device and ifName: acme/edge1 xe-0/0/0.",
        ),
        list="ports-offered",
        autofocus=True,
    )  # fmt: skip
    names = [_named(port) for port in inside] + list(ports)
    options = "".join(tag("option", "", value=name) for name in names[:OFFERED])
    offered = f'<datalist id="ports-offered">{options}</datalist>'
    ask = Ask(
        title=f"Ports of {one.name} of {one.tenant}",
        act="group-ports",
        yes="Save",
        data={"group": one.name},
        wrong=wrong,
    )
    return dialog(ask, port + what + since + offered + _inside(inside), two_columns=True)


def _inside(ports: Sequence[GroupPort]) -> str:
    if not ports:
        return '<p class="wide t2 sm">No port is in it.</p>'
    named = ", ".join(_named(port) for port in ports[:LISTED])
    more = f" and {len(ports) - LISTED:,} more" if len(ports) > LISTED else ""
    return f'<p class="wide t2 sm">In it: {esc(named)}{more}.</p>'


def _named(port: GroupPort) -> str:
    return f"{port.device} {port.name}"


def ask_rename(one: PortGroup, wrong: str = "", new_name: str = "") -> str:
    """How it is to be called from now on."""
    field = Field(
        name="name", label="New name", id="rename-group", value=new_name or one.name, required=True,
        hint="Bills that are frozen keep the name that it had.",
    )  # fmt: skip
    return dialog(
        Ask(
            title=f"Rename port group {one.name} of {one.tenant}",
            act="rename-group",
            yes="Rename",
            data={"group": one.name},
            wrong=wrong,
        ),
        text_field(field),
    )


def ask_retire(one: PortGroup, months: Sequence[str], wrong: str = "") -> str:
    """From which bills it goes."""
    named = " and ".join(months) or "no month"
    content = (
        f"<p>It is on no bill any more that is not frozen: that is all of {esc(named)}, also what went"
        " through its ports until now. Times that are left out of it alone are forgotten. Bills that are"
        " frozen keep it.</p>"
    )
    return dialog(
        Ask(
            title=f"Retire port group {one.name} of {one.tenant}",
            act="retire-group",
            yes="Retire",
            data={"group": one.name},
            danger=True,
            wrong=wrong,
        ),
        content,
    )
