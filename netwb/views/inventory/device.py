"""A device's page as markup: answers on top, nights, backups, facts, events. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from netwb.compliance.report import DeviceCompliance
from netwb.cures import pathless_cause
from netwb.inventory.records import Device, DeviceEvent
from netwb.views.causes import cause_alone
from netwb.views.cures import in_page
from netwb.views.html import (
    Shape,
    age,
    button,
    esc,
    icon,
    link,
    shape,
    stat,
    state,
    tag,
    when,
)
from netwb.views.inventory.events import detail_words, kind_words, refused_key
from netwb.views.inventory.facts import facts_panel
from netwb.views.inventory.links import Links
from netwb.views.inventory.rows import NightMark, Row
from netwb.views.inventory.strips import long_strip
from netwb.views.inventory.table import (
    STATUS_SHAPES,
    Sees,
    copy_shape,
)
from netwb.views.inventory.windows import windows_panel
from netwb.views.states import empty
from netwb.views.words import commit, count, moment, number, size, span
from netwb.workbench.snapshots import DeviceWindow
from netwb.workbench.words import DeviceRun, Revision

_RUN_STATES: dict[str, tuple[Shape, str]] = {
    "changed": ("ok", "changed"),
    "unchanged": ("ok", "unchanged"),
    "rejected": ("warn", "kept back"),
    "failed": ("bad", "failed"),
}
_AUTHORS = {"unknown": "author not recorded", "": "author not recorded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage:
    """Everything that a device's page shows.

    row        the device with its nights; `days` are theirs, oldest first
    revisions  newest first; empty where configurations may not be seen
    events     None where they may not be seen
    compliance how it stands by the rules; None where that may not be seen, or is asked of no such device
    """

    row: Row
    days: Sequence[date]
    revisions: Sequence[Revision]
    runs: Sequence[DeviceRun]
    events: Sequence[DeviceEvent] | None
    sees: Sees
    links: Links
    now: datetime
    zone: ZoneInfo
    compliance: DeviceCompliance | None = None
    windows: Sequence[DeviceWindow] = ()

    @property
    def device(self) -> Device:
        """The device itself."""
        return self.row.device


def device_page(page: DevicePage, *, job: str = "") -> str:
    """The whole page."""
    left = (_nights(page) + _backups(page)) if page.sees.configs else ""
    left += windows_panel(page.windows, page.now, page.zone)
    facts = facts_panel(page.device, page.sees, page.now, page.zone)
    columns = f'<div class="left">{left}{_events(page)}</div><div class="right">{facts}</div>'
    return (
        f'<div class="scroll page" id="device-page">{_head(page, job)}{_answers(page)}'
        f'<div class="columns">{columns}</div></div>'
    )


def _head(page: DevicePage, job: str) -> str:
    device = page.device
    parts = (f"{device.tenant}, {device.site}", device.platform, device.role)
    words = " · ".join(part for part in parts if part)
    odd = state(STATUS_SHAPES[device.status], device.status) if device.status != "active" else ""
    name = f'<h2 class="name">{esc(device.hostname)}</h2>'
    return (
        f'<div class="title">{name}<span class="t2">{esc(words)}</span>{odd}{job}'
        f'<span class="push acts">{_buttons(page)}</span></div>'
    )


def _buttons(page: DevicePage) -> str:
    device, sees, parts = page.device, page.sees, []
    living = device.status != "retired"
    parts.append(_back_up(page))
    if sees.configs:
        url = page.links.configs(device=device.id)
        parts.append(link(url, "<span>Configuration</span>", class_="btn"))
    if sees.back_up and living:
        parts.append(button("Probe", "probe-device", data_device=device.id))
    if sees.edit:
        parts.append(button("Edit", "edit", key="e", data_device=device.id))
        parts.append(_menu(device))
        if living:
            parts.append(button("Retire…", "ask-retire", kind="danger", data_device=device.id))
        else:
            parts.append(button("Activate", "activate", kind="primary", data_device=device.id))
    return "".join(parts)


def _menu(device: Device) -> str:
    entries = (("Rename…", "rename"), ("Replace…", "replace"), ("Trust host key…", "trust"))
    items = "".join(
        tag(
            "button", esc(said), type="button", role="menuitem", data_act=act, data_device=device.id
        )
        for said, act in entries
    )
    summary = f'<summary class="btn" aria-label="More">{icon("more")}</summary>'
    return f'<details data-menu>{summary}<div class="menu" role="menu">{items}</div></details>'


# -- answers


def _answers(page: DevicePage) -> str:
    parts = [_copy_answer(page), _change_answer(page)] if page.sees.configs else []
    parts += [_rules_answer(page.compliance, page)] if page.compliance else []
    parts += [_key_answer(page), _software_answer(page)]
    return f'<div class="answers panel">{"".join(parts)}</div>'


def _answer(label: str, big: str, small: str) -> str:
    return (
        f'<div class="answer"><span class="lbl">{esc(label)}</span>'
        f'<span class="big">{big}</span><span class="sm t2">{small}</span></div>'
    )


def _copy_answer(page: DevicePage) -> str:
    copy = page.row.coverage.copy if page.row.coverage else None
    if copy is None:
        if page.device.status in {"active", "maintenance"}:
            return _answer("Last good backup", state("bad", "never"), "no copy was ever stored")
        return _answer("Last good backup", state("unknown", "none yet"), "it is not backed up")
    kind = copy_shape(page.row, page.now)
    big = f'<span class="st st-{kind}">{shape(kind, size=14)}{age(copy.at, page.now)}</span>'
    lines = f"{count(copy.lines, 'line')}, {size(copy.size)}"
    small = f"{when(copy.at, page.now, page.zone)} · {lines} · {_revision(page, copy.revision)}"
    if page.row.bad_for:
        small = f"{small} · {count(page.row.bad_for, 'run')} since then not good"
    return _answer("Last good backup", big, small)


def _revision(page: DevicePage, revision: str) -> str:
    url = page.links.configs(device=page.device.id, rev=revision)
    return link(url, esc(commit(revision)), class_="mono ac")


def _change_answer(page: DevicePage) -> str:
    change = next((rev for rev in page.revisions if rev.cause in {"backup", "accept"}), None)
    if change is None:
        return _answer("Last change", "none", "no change was ever seen")
    url = page.links.configs(change=f"{page.device.id}@{change.id}")
    small = (
        f"{when(change.at, page.now, page.zone)} · {stat(change.added, change.removed)} · "
        f"{link(url, 'diff', class_='ac')}"
    )
    return _answer("Last change", esc(author_words(change.author)), small)


def author_words(author: str) -> str:
    """Who did it, or the words for nobody knows."""
    return _AUTHORS.get(author, author)


def _key_answer(page: DevicePage) -> str:
    refused = refused_key(page.events or ())
    if refused is not None:
        small = f"another key was refused {when(refused.at, page.now, page.zone)}"
        return _answer("Host key", state("bad", "changed"), small)
    if page.device.host_key is None:
        return _answer("Host key", state("unknown", "not seen yet"), "trusted at the first login")
    short = _short_key(page.device.host_key)
    return _answer("Host key", state("ok", "known"), f'<span class="mono">{short}</span>')


def _short_key(key: str) -> str:
    return esc(key if len(key) <= 20 else f"{key[:12]}…{key[-4:]}")


def _rules_answer(one: DeviceCompliance, page: DevicePage) -> str:
    """How many rules it breaks, and of how many nobody knows; it leads to the first of them."""
    states = Counter(cell.state for cell in one.cells.values())
    broken, total = states["non_compliant"], len(one.cells)
    unknown = states["not_evaluated"] + states["stale"]
    rest = [f"{number(unknown)} not known"] if unknown else []
    rest += [f"{number(states['waived'])} waived"] if states["waived"] else []
    small = esc(" · ".join([f"of {count(total, 'rule')}", *rest]))
    if one.checked_at is None or not total:
        said = "no rule means it" if one.checked_at else "not checked yet"
        return _answer("Rules", state("unknown", "unknown"), said)
    if broken:
        kind, word = state("bad", f"{number(broken)} broken"), small
    elif unknown == total:
        kind, word = state("unknown", "not known"), small
    else:
        kind, word = state("ok", "none broken"), small
    url = page.links.compliance(device=one.device_id)
    return _answer("Rules", link(url, kind), word)


def _software_answer(page: DevicePage) -> str:
    device = page.device
    if device.facts_at is None:
        return _answer("Software", "unknown", "no facts read yet")
    running = "" if device.uptime_s is None else f" · up {span(device.uptime_s)}"
    small = f"{esc(device.model or 'model unknown')} · read {when(device.facts_at, page.now, page.zone)}"
    return _answer("Software", esc(device.os_version or "unknown"), small + running)


# -- panels


def _panel(title: str, content: str, *, note: str = "", actions: str = "") -> str:
    n = f'<span class="n">{esc(note)}</span>' if note else ""
    push = f'<span class="push">{actions}</span>' if actions else ""
    head = f'<div class="bar"><h3 class="h">{esc(title)}{n}</h3>{push}</div>'
    return f'<section class="panel" aria-label="{esc(title)}">{head}{content}</section>'


def _nights(page: DevicePage) -> str:
    nights = page.row.nights
    lines = changed_lines(page.revisions, page.days, page.zone)
    words = f"{count(len(nights), 'night')}: {_counted(nights)}"
    return (
        '<section class="panel strip90" aria-label="Nights">'
        f'<div class="ends lbl"><span>{esc(words)}</span><span class="far">height is lines changed</span></div>'
        f"{long_strip(page.days, nights, lines)}"
        f'<div class="ends lbl"><span>{_day(page.days[0])}</span><span>{_day(page.days[-1])}</span>'
        "</div></section>"
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _counted(nights: Sequence[NightMark]) -> str:
    said = (("changed", "changed"), ("rejected", "kept back"), ("failed", "failed"))
    return ", ".join(f"{nights.count(kind)} {word}" for kind, word in said)


def changed_lines(revisions: Sequence[Revision], days: Sequence[date], zone: ZoneInfo) -> list[int]:
    """Lines added and removed on each of the days; netwb's own rewriting is no change."""
    lines = dict.fromkeys(days, 0)
    for revision in revisions:
        day = revision.stored_at.astimezone(zone).date()
        if day in lines and revision.cause in {"backup", "accept"}:
            lines[day] += revision.added + revision.removed
    return [lines[day] for day in days]


def _back_up(page: DevicePage) -> str:
    device = page.device
    if not page.sees.back_up or device.status not in {"active", "maintenance"}:
        return ""
    return button("Back up now", "back-up-device", icon_="play", data_device=device.id)


def _backups(page: DevicePage) -> str:
    url = page.links.configs(device=page.device.id)
    history = link(url, "<span>History</span>", class_="btn sm")
    if not page.runs:
        text = "No run took this device so far."
        return _panel("Backups", empty("No backup yet", text, actions=_back_up(page)))
    known = {revision.id: revision for revision in page.revisions}
    rows = "".join(_run(page, run, known) for run in page.runs)
    table = (
        '<table class="fixed runs fold" aria-label="Backups"><colgroup><col style="width:150px">'
        '<col style="width:120px"><col><col style="width:92px"></colgroup>'
        f"<tbody>{rows}</tbody></table>"
    )
    return _panel("Backups", table, note=f"last {number(len(page.runs))}", actions=history)


def _run(page: DevicePage, run: DeviceRun, known: Mapping[str, Revision]) -> str:
    kind, word = _RUN_STATES[run.status]
    at = esc(moment(run.at, page.now, page.zone))
    revision = _revision(page, run.revision) if run.revision else ""
    if run.status == "rejected":
        revision = link(page.links.configs(quarantine=1), "quarantine", class_="ac sm")
    return (
        f'<tr><td class="t2">{at}</td><td>{state(kind, word)}</td>'
        f'<td class="t2 sm cut line">{_what(run, known, page.device.hostname)}</td>'
        f'<td class="r">{revision}</td></tr>'
    )


def _what(run: DeviceRun, known: Mapping[str, Revision], hostname: str) -> str:
    if run.cause_kind:
        said = run.cause_message or cause_words(run.cause_kind)
        alone = cause_alone(said, hostname)
        return f'<span title="{esc(in_page(pathless_cause(said)))}">{esc(alone)}</span>'
    revision = known.get(run.revision or "")
    if run.status != "changed" or revision is None:
        return esc(f"asked for by {run.by}") if _by_person(run.by) else ""
    asked = f", asked for by {run.by}" if _by_person(run.by) else ""
    said = esc(author_words(revision.author))
    return f"{said} {stat(revision.added, revision.removed)}{esc(asked)}"


def _by_person(actor: str) -> bool:
    return bool(actor) and not actor.startswith("system:")


def cause_words(kind: str) -> str:
    """The class of an error as words: `HostKeyChangedError` is "host key changed"."""
    parted = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.removesuffix("Error"))
    return parted.lower()


def _events(page: DevicePage) -> str:
    if page.events is None:
        return ""
    if not page.events:
        return _panel("Events", empty("No event yet", "Nothing happened to this device so far."))
    rows = "".join(
        f'<tr><td class="t2">{esc(moment(event.at, page.now, page.zone))}</td>'
        f'<td>{esc(kind_words(event.kind))}</td><td class="t2 cut">'
        f'{esc(event.actor)}</td><td class="t2 sm cut line">{_detail(event)}</td></tr>'
        for event in page.events
    )
    table = (
        '<table class="fixed runs fold" aria-label="Events"><colgroup><col style="width:150px">'
        '<col style="width:140px"><col style="width:130px"><col></colgroup>'
        f"<tbody>{rows}</tbody></table>"
    )
    return _panel("Events", table, note=f"last {len(page.events)}")


def _detail(event: DeviceEvent) -> str:
    said = detail_words(event.detail)
    return f'<span title="{esc(said)}">{esc(said)}</span>'
