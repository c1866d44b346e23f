"""A device's change windows, as a panel of its page: snapshots, and what differs from one to the next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.snapshots.records import Difference
from netwb.views.html import esc, state, when
from netwb.views.words import count
from netwb.workbench.snapshots import DeviceWindow

MOST = 30  # differences of a window; more are a table of their own: `netwb snapshot compare`
LONGEST = 60  # characters of a value


def windows_panel(windows: Sequence[DeviceWindow], now: datetime, zone: ZoneInfo) -> str:
    """Nothing where there is none: most devices never have one."""
    if not windows:
        return ""
    rows = "".join(_window(one, now, zone) for one in windows)
    head = '<div class="bar"><h3 class="h">Change windows</h3></div>'
    return (
        f'<section class="panel" aria-label="Change windows" id="windows">{head}'
        f'<table class="fixed" aria-label="Snapshots"><tbody>{rows}</tbody></table></section>'
    )


def _window(one: DeviceWindow, now: datetime, zone: ZoneInfo) -> str:
    head = one.head
    at = f"{when(head.taken_at, now, zone)}, {esc(head.taken_by)}"
    return (
        f'<tr><td><span class="mono">{esc(head.name)}</span><div class="sm t2">{at}</div></td>'
        f"<td>{_said(one)}</td></tr>"
    )


def _said(one: DeviceWindow) -> str:
    if one.state.cause:
        return f'{state("bad", "no answer")} <span class="sm t2">{esc(one.state.cause)}</span>'
    missing = "".join(
        f'<div class="sm t2">{esc(getter)}: {esc(reason)}</div>'
        for getter, reason in one.state.missing.items()
    )
    if one.since is None:
        return f'<span class="t2">the first one: {esc(", ".join(one.state.state))}</span>{missing}'
    found = one.since.differences
    before = f"since {esc(one.since.before.name)}"
    if not found:
        return f'<span class="t2">nothing differs {before}</span>{missing}'
    lines = "".join(map(_difference, found[:MOST]))
    more = f'<li class="t2">and {len(found) - MOST} more</li>' if len(found) > MOST else ""
    told = f"<summary>{esc(count(len(found), 'difference'))} {before}</summary>"
    return f"<details>{told}<ul>{lines}{more}</ul></details>{missing}"


def _difference(one: Difference) -> str:
    was, now = (_value(value) for value in (one.before, one.after))
    return f'<li class="sm"><span class="mono">{esc(one.path)}</span>: {was} → {now}</li>'


def _value(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return esc(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
