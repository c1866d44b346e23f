"""What happened to one device's copy, by day: revisions, texts kept back, nights without a change.

Pure. Revisions and runs come as the facade gives them; what nobody did (unchanged nights, netwb's own
rewriting) is one grey line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from netwb.compliance.report import RuleMark
from netwb.cures import pathless_cause
from netwb.views import words
from netwb.views.causes import cause_alone
from netwb.views.cures import in_page
from netwb.views.history.lines import NOBODY, SHORT
from netwb.views.html import Shape, esc, stat, state, tag
from netwb.views.inventory.rows import NightMark
from netwb.views.inventory.strips import RuleNight
from netwb.views.navigation import Moment
from netwb.views.words import DAYS, clock, count, day, exact
from netwb.workbench.words import DeviceRun, Revision

NIGHTS = 30
RULES = 2  # that are named on one line; the others are its title
OWN = ("rules", "rename", "retire")  # causes of revisions that no person made
_SAID = {
    "rules": "netwb wrote it anew under newer rules",
    "rename": "moved with its site or name",
    "retire": "device retired",
    "accept": "accepted by a person",
    "foreign": "committed by hand",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The last nights, oldest first: day, what came of it, lines changed, what became of rules."""

    days: tuple[date, ...]
    marks: tuple[NightMark, ...]
    lines: tuple[int, ...]
    rules: tuple[RuleNight, ...]


def strip_of(
    revisions: Iterable[Revision],
    runs: Iterable[DeviceRun],
    at: Moment,
    *,
    rules: Mapping[str, RuleMark] | None = None,
    nights: int = NIGHTS,
) -> Strip:
    """One mark a night; where several runs met in one, the best of them counts.

    rules   what revisions did to rules, by their ids
    """
    last = at.now.astimezone(at.zone).date()
    days = tuple(last - timedelta(days=back) for back in range(nights - 1, -1, -1))
    marks: dict[date, NightMark] = {}
    for run in runs:
        on = run.at.astimezone(at.zone).date()
        marks[on] = min(marks.get(on, "none"), run.status, key=_BEST.index)
    lines: dict[date, int] = {}
    to_rules: dict[date, RuleNight] = {}
    for revision in revisions:
        if (mark := (rules or {}).get(revision.id)) is not None:
            on = revision.stored_at.astimezone(at.zone).date()
            so_far = to_rules.get(on, RuleNight())
            to_rules[on] = RuleNight(
                broke=so_far.broke + len(mark.broke), mended=so_far.mended + len(mark.mended)
            )
        if revision.cause not in OWN and revision.number > 1:
            on = revision.stored_at.astimezone(at.zone).date()
            lines[on] = lines.get(on, 0) + revision.added + revision.removed
    return Strip(
        days=days,
        marks=tuple(marks.get(on, "none") for on in days),
        lines=tuple(lines.get(on, 0) for on in days),
        rules=tuple(to_rules.get(on, RuleNight()) for on in days),
    )


_BEST: tuple[NightMark, ...] = ("changed", "unchanged", "rejected", "failed", "none")


@dataclass(frozen=True, slots=True)
class _Event:
    """A revision or a run, at the time under which it is shown."""

    at: datetime
    revision: Revision | None = None
    runs: tuple[DeviceRun, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """How the list stands: the open revision, what is marked old and new, and each one's URL.

    sections   of a revision's change, where they are known
    url        of the page with that revision open
    hostname   left out of causes: it stands over the list
    rules      what each revision did to rules, by its id
    """

    open: str
    old: str
    new: str
    sections: dict[str, str]
    url: dict[str, str]
    hostname: str = ""
    rules: Mapping[str, RuleMark] = field(default_factory=dict)


def render_days(
    revisions: Sequence[Revision], runs: Sequence[DeviceRun], listed: Listed, at: Moment
) -> str:
    """The list, newest first."""
    pieces: list[str] = []
    shown: date | None = None
    for event in _collapsed(_events(revisions, runs)):
        on = event.at.astimezone(at.zone).date()
        alone = len(event.runs) > 1
        if on != shown and not alone:
            pieces.append(f'<div class="day" role="presentation">{esc(_day(event.at, at))}</div>')
        shown = None if alone else on
        pieces.append(_shown(event, listed, at))
    return "".join(pieces)


def _events(revisions: Iterable[Revision], runs: Iterable[DeviceRun]) -> list[_Event]:
    found = [_Event(_seen(revision), revision=revision) for revision in revisions]
    oldest = min((event.at for event in found), default=None)
    found += (
        _Event(run.at, runs=(run,))
        for run in runs
        if run.status != "changed" and (oldest is None or run.at >= oldest)
    )
    return sorted(found, key=lambda event: event.at, reverse=True)


def _seen(revision: Revision) -> datetime:
    return revision.stored_at if revision.author == NOBODY or revision.cause in OWN else revision.at


def _collapsed(events: Iterable[_Event]) -> Iterator[_Event]:
    """Neighbouring nights without a change become one."""
    quiet: list[DeviceRun] = []
    for event in events:
        if event.runs and event.runs[0].status == "unchanged":
            quiet += event.runs
            continue
        if quiet:
            yield _Event(quiet[0].at, runs=tuple(quiet))
            quiet = []
        yield event
    if quiet:
        yield _Event(quiet[0].at, runs=tuple(quiet))


def _day(when_: datetime, at: Moment) -> str:
    local, today = when_.astimezone(at.zone), at.now.astimezone(at.zone).date()
    named = f"{DAYS[local.weekday()]} {day(when_, at.now, at.zone)}"
    return f"Today, {named}" if local.date() == today else named


def _shown(event: _Event, listed: Listed, at: Moment) -> str:
    if event.revision is not None:
        return _revision(event.revision, listed, at)
    return (
        _quiet(event.runs, at)
        if event.runs[0].status == "unchanged"
        else _missed(event.runs[0], listed, at)
    )


def _revision(revision: Revision, listed: Listed, at: Moment) -> str:
    mark = next(
        (word for word, id_ in (("New", listed.new), ("Old", listed.old)) if _same(id_, revision)),
        "",
    )
    opened = _same(listed.open, revision)
    content = (
        f'<span class="mk">{mark}</span><span class="rv"><span class="hd1"><span class="cut">{_head(revision, at)}</span>'
        f"{_stat(revision)}</span>{_second(revision, listed)}</span>"
    )
    return tag(
        "a",
        content,
        href=listed.url[revision.id],
        class_=f"rev{' sel' if opened else ''}{' ' + mark.lower() if mark else ''}",
        id=f"r-{revision.id[:SHORT]}",
        role="option",
        tabindex=0 if opened else -1,
        aria_selected="true" if opened else "false",
        data_act="open",
        data_rev=revision.id,
    )


def _same(id_: str, revision: Revision) -> bool:
    return bool(id_) and revision.id.startswith(id_)


def _stat(revision: Revision) -> str:
    if revision.number == 1:
        return f'<span class="t3 sm">first copy, {count(revision.lines, "line")}</span>'
    return stat(revision.added, revision.removed)


def _head(revision: Revision, at: Moment) -> str:
    time = clock(_seen(revision), at.zone)
    if revision.cause in OWN:
        return f'<span class="t3">{_SAID[revision.cause]} {time}</span>'
    if revision.author == NOBODY:
        return f'<span class="t2">author not recorded</span> <span class="t3">seen {time}</span>'
    return f'<b>{esc(revision.author)}</b> <span class="t3">{time}</span>'


def _second(revision: Revision, listed: Listed) -> str:
    """The sections that changed, and what the run or the person noted."""
    sections = listed.sections.get(revision.id, "")
    lines = [f'<span class="sec cut">{esc(sections)}</span>'] if sections else []
    said = _SAID.get(revision.cause, "") if revision.cause not in OWN else ""
    note = ": ".join(filter(None, (said, revision.note)))
    if note:
        lines.append(f'<span class="nt cut">{esc(note)}</span>')
    marked = listed.rules.get(revision.id)
    return "".join(lines) + (_rules(marked) if marked is not None else "")


def _rules(marked: RuleMark) -> str:
    """Which rules it broke, and which it mended."""
    return _did("bad", "broke", marked.broke) + _did("ok", "mended", marked.mended)


def _did(kind: Shape, word: str, ids: Sequence[str]) -> str:
    if not ids:
        return ""
    said = f"{'rule' if len(ids) == 1 else 'rules'} {words.listed(tuple(ids), at_most=RULES)}"
    title = f"{word} {', '.join(ids)}"
    return f'<span class="rl cut" title="{esc(title)}">{state(kind, word)} {esc(said)}</span>'


def _quiet(runs: Sequence[DeviceRun], at: Moment) -> str:
    newest, oldest = runs[0].at, runs[-1].at
    if len(runs) == 1:
        return f'<div class="quiet">Read {clock(newest, at.zone)}, no change</div>'
    begun, ended = (day(moment, at.now, at.zone) for moment in (oldest, newest))
    span = begun if begun == ended else f"{begun} to {ended}"
    return f'<div class="quiet">Read {len(runs)} times, {esc(span)}, no change</div>'


def _missed(run: DeviceRun, listed: Listed, at: Moment) -> str:
    kept = run.status == "rejected"
    word = state("warn" if kept else "bad", "kept back" if kept else "failed")
    cause = run.cause_message or _plain(run.cause_kind)
    why = tag(
        "span",
        esc(cause_alone(cause, listed.hostname)),
        class_="t2 why",
        title=in_page(pathless_cause(cause)),
    )
    at_clock = tag("time", clock(run.at, at.zone), title=exact(run.at, at.zone))
    return f'<div class="miss"><span>{word} {at_clock}</span>{why}</div>'


def _plain(kind: str) -> str:
    """`IncompleteConfigError` for those who are not told its words: `incomplete config`."""
    words = "".join(
        f" {char.lower()}" if char.isupper() else char for char in kind.removesuffix("Error")
    )
    return words.strip()
