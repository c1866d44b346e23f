"""How the backups stand, as markup: the sentence, who lacks a fresh good one, tenants, what runs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from netwb.collect.causes import words_of
from netwb.cures import pathless_cause
from netwb.health.diagnosis import VERDICTS, Diagnosis, Verdict
from netwb.health.freshness import (
    DeviceBackup,
    Freshness,
    TenantBackups,
    cause_and_cure,
    headline,
)
from netwb.views import words
from netwb.views.causes import cause_alone
from netwb.views.cures import in_page
from netwb.views.html import Shape, age, button, esc, link, shape, state, tag
from netwb.views.navigation import Moment
from netwb.workbench.status import Status
from netwb.workbench.words import LastNight

SHOWN = 100  # devices drawn at first; more on demand
LONGEST = 240  # characters of a cause with its cure
STATES: dict[Freshness, tuple[Shape, str]] = {
    "never": ("bad", "never saved"),
    "rejected": ("held", "kept back"),
    "failed": ("bad", "failed since"),
    "stale": ("stale", "stale"),
    "fresh": ("ok", "fresh"),
}
_PARTS: dict[Verdict, Shape] = {"wrong": "bad", "unknown": "unknown", "advice": "warn", "ok": "ok"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What the person may do from here, and in whose words a cure is said.

    device    where a row leads
    in_words  what is wrong with netwb itself, with its cure, in the words of who reads it
    back_up   whether a backup may be begun, and steps be taken at all
    """

    device: Callable[[DeviceBackup], str]
    in_words: Callable[[object], str]
    back_up: bool


def render_head(status: Status, ways: Ways, at: Moment) -> str:
    """The sentence, when it was true, and the one thing to do about it."""
    bad: Shape = "bad" if _expected(status.without) else "warn"
    kind = _kind(status.headline, good=status.good, bad=bad)
    begin = ""
    if ways.back_up and status.without:
        devices = words.count(len(status.without), "device")
        begin = button(f"Back {devices} up now", "back-up", kind="primary")
    said = f"{shape(kind, size=14)}<h2>{esc(status.headline)}</h2>"
    night = f'<p class="t2 sm">{_night(status.last_night, at)}</p>'
    return f'<div class="answer"><div class="said">{said}</div>{night}<div class="acts">{begin}</div></div>'


def _kind(said: str, *, good: bool, bad: Shape) -> Shape:
    """Where nothing is backed up nothing is wrong, and nothing is well either."""
    if not good:
        return bad
    return "unknown" if said == headline(()) else "ok"


def _night(night: LastNight | None, at: Moment) -> str:
    if night is None:
        return "No backup has run yet."
    begun = esc(words.when(night.started_at, at.now, at.zone))
    if night.ended_at is None:
        return f"A backup runs since {begun}: {words.number(night.good)} of {words.number(night.planned)} so far."
    return (
        f"The newest backups began {begun} and saved, with those repeated since,"
        f" {words.number(night.good)} of {words.count(night.planned, 'device')};"
        f" {words.number(night.changed)} changed."
    )


def _expected(without: Iterable[DeviceBackup]) -> bool:
    return any(not one.excused for one in without)


def render_without(status: Status, ways: Ways, at: Moment, *, shown: int = SHOWN) -> str:
    """Devices without a fresh good backup, worst first; nothing where each has one."""
    without = status.without
    if not without:
        return ""
    rows = "".join(_row(one, ways, at) for one in without[:shown])
    left = len(without) - shown
    more = (
        f'<div class="rest">{button(f"Show {words.number(min(left, SHOWN))} more", "more")}</div>'
        if left > 0
        else ""
    )
    head = "".join(f"<th>{said}</th>" for said in ("State", "Device", "Last good", "Tried", "Why"))
    columns = "".join(
        f'<col class="c-{name}">' for name in ("state", "device", "age", "age", "why")
    )
    table = (
        f'<table class="fixed lacking"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return _section("Without a fresh good backup", len(without), table + more)


def _row(one: DeviceBackup, ways: Ways, at: Moment) -> str:
    url = ways.device(one)
    name = link(url, esc(one.hostname), class_="host", data_act="turn", data_url=url)
    place = f'<span class="t3">{esc(one.tenant)} {esc(one.site)}</span>'
    kind, word = STATES[one.freshness]
    excused = ' <span class="chip">in maintenance</span>' if one.excused else ""
    why = _why(one, ways, at)
    cells = (
        state("waived" if one.excused else kind, word),
        f"{name} {place}{excused}",
        age(one.copy_at, at.now) if one.copy_at else '<span class="t3">none</span>',
        age(one.tried_at, at.now) if one.tried_at else '<span class="t3">never</span>',
        esc(why),
    )
    titles = ("", f"{one.tenant}/{one.hostname}", "", "", why)
    tds = "".join(
        tag("td", cell, title=title or None) for cell, title in zip(cells, titles, strict=True)
    )
    return tag("tr", tds, id=f"h-{one.device_id}")


def _why(one: DeviceBackup, ways: Ways, at: Moment) -> str:
    """Cause, and next step for who may take one; else the cause's kind in words."""
    told = cause_and_cure(one, at.now)
    if not told:
        return f"{words_of(one.cause_kind)}."
    said, _, cure = in_page(pathless_cause(told)).partition("; ")
    begun = cause_alone(said.removeprefix(f"{one.name} "), one.hostname)
    helps = cure and ways.back_up
    text = f"{begun}. {cure[:1].upper()}{cure[1:]}." if helps else f"{begun}."
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def render_tenants(tenants: Sequence[TenantBackups], at: Moment) -> str:
    """Counts of each; one alone is said by the sentence."""
    if len(tenants) < 2:
        return ""
    counted = "".join(f'<th class="r">{said}</th>' for said in _COUNTED)
    head = f'<th>Tenant</th>{counted}<th class="r">Oldest good</th>'
    rows = "".join(_tenant_row(one, at) for one in tenants)
    table = (
        f'<table class="counts fold"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    )
    return _section("By tenant", len(tenants), table)


_COUNTED = ("Devices", "Fresh", "Never saved", "Kept back", "Failed since", "Stale")


def _tenant_row(one: TenantBackups, at: Moment) -> str:
    counts = (one.devices, one.fresh, one.never, one.rejected, one.failed, one.stale)
    cells = "".join(
        f'<td class="r{_quiet(count)}" data-label="{said.lower()}">{words.number(count)}</td>'
        for said, count in zip(_COUNTED, counts, strict=True)
    )
    oldest = age(one.oldest_at, at.now) if one.oldest_at else "none"
    return f'<tr><td class="host">{esc(one.tenant)}</td>{cells}<td class="r" data-label="oldest good">{oldest}</td></tr>'


def _quiet(count: int) -> str:
    return "" if count else " t3"


def render_parts(parts: Sequence[Diagnosis], ways: Ways) -> str:
    """What netwb itself runs on, the worst first."""
    if not parts:
        return ""
    rows = "".join(
        f'<div class="part">{state(_PARTS[one.verdict], one.check)}'
        f"<span>{esc(_told(one, ways))}</span></div>"
        for one in sorted(parts, key=lambda one: VERDICTS.index(one.verdict))
    )
    return _section("netwb itself", None, f'<div class="parts">{rows}</div>')


def _told(one: Diagnosis, ways: Ways) -> str:
    told = f"{one.said}; {one.cure}" if one.cure else one.said
    said, _, cure = ways.in_words(told).partition("; ")
    begun = f"{said[:1].upper()}{said[1:]}."
    return f"{begun} {cure[:1].upper()}{cure[1:]}." if cure else begun


def _section(title: str, count: int | None, content: str) -> str:
    number = f' <span class="n">{words.number(count)}</span>' if count is not None else ""
    return f'<section><h3 class="h">{esc(title)}{number}</h3>{content}</section>'


def render_strip(said: str, *, good: bool, url: str) -> str:
    """One line that leads here, over the list of changes."""
    return link(
        url,
        f'{shape(_kind(said, good=good, bad="warn"))}<span class="cut">{esc(said)}</span>',
        class_="strip",
        data_act="turn",
        data_url=url,
        title=said,
    )
