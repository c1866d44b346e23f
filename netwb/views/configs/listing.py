"""What stands over the list of changes, and in its place where it is empty, as markup. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from netwb.views import states, words
from netwb.views.configs.filters import Filters, Names, author_words
from netwb.views.configs.held import Held, Sifted
from netwb.views.configs.period import NAMES, Period
from netwb.views.html import button, choices, esc, tag
from netwb.views.navigation import Moment
from netwb.workbench.overview import Overview
from netwb.workbench.words import Change

DRAWN = 72  # changes drawn at once: two windows of the largest common screen
MOST_UNSAVED = 100  # drawn at once; more on demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where rows lead: `change` to what a change did, `view` to another view of the page."""

    change: Callable[[Change], str]
    view: Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Everything that the list shows.

    start   place of the first change that is drawn; most_unsaved: how many of those not saved are
    """

    held: Held
    sifted: Sifted
    period: Period
    filters: Filters
    chosen: str = ""  # "device id@revision id" of the change at the right
    names: Names = field(default_factory=dict)
    start: int = 0
    most_unsaved: int = MOST_UNSAVED

    @property
    def overview(self) -> Overview:
        """All of the time, whatever the filters leave."""
        return self.held.overview

    @property
    def drawn(self) -> tuple[Change, ...]:
        """The changes near the window."""
        return self.sifted.changes[self.start : self.start + DRAWN]


def key_of(change: Change) -> str:
    """How a change is named in an address."""
    return f"{change.device_id}@{change.id}"


def row_id(change: Change) -> str:
    """Of its row, unique in the list."""
    return f"c-{change.id[:12]}-{change.kind}"


def render_tools(listed: Listed, *, wrong: str = "") -> str:
    """Period, person, platform, site and text; `wrong` says why a time is none."""
    return (
        f'<div class="filters">{_periods(listed.period)}{_between(listed.period, wrong)}'
        f"{_narrowing(listed)}</div>"
    )


def _periods(period: Period) -> str:
    buttons = "".join(
        tag(
            "button",
            esc(said),
            type="button",
            data_act="period",
            data_period=name,
            aria_pressed="true" if name == period.name else "false",
        )
        for name, said in NAMES.items()
    )
    return tag("div", buttons, class_="seg wide", role="group", aria_label="Period")


def _between(period: Period, wrong: str) -> str:
    if period.name != "between":
        return ""
    fields = "".join(
        f'<label><span class="lbl">{said}</span><input type="datetime-local" id="{name}"'
        f' name="{name}" value="{esc(value)}" data-act="{name}" data-on="change"></label>'
        for name, said, value in (
            ("since", "From", period.since_text),
            ("until", "To", period.until_text),
        )
    )
    said = f'<p class="wrong" role="alert">{esc(wrong)}</p>' if wrong else ""
    return f'<div class="between">{fields}</div>{said}'


def _narrowing(listed: Listed) -> str:
    held, filters = listed.held, listed.filters
    selects = "".join(
        _select(name, label, [("", every), *options], value)
        for name, label, every, options, value in (
            (
                "by",
                "Person",
                "Anyone",
                [(who, author_words(who)) for who in held.people],
                filters.by,
            ),
            ("platform", "Platform", "Any platform", _same(held.platforms), filters.platform),
            ("site", "Site", "Any site", _same(held.sites), filters.site),
        )
    )
    field_ = (
        '<input type="search" id="text" data-act="text" data-on="input" autocomplete="off"'
        f' maxlength="200" placeholder="Section or text" aria-label="Section or text" value="{esc(filters.text)}">'
    )
    return f'<div class="narrowing">{selects}{field_}</div>'


def _same(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _select(name: str, label: str, options: Sequence[tuple[str, str]], value: str) -> str:
    if value and all(value != option for option, _ in options):
        options = [*options, (value, value)]  # chosen in a link, though nothing has it now
    return tag(
        "select",
        choices(options, value),
        id=name,
        data_act="narrow",
        data_field=name,
        data_on="change",
        aria_label=label,
    )


def render_sum(listed: Listed) -> str:
    """`9 changed · 403 as before · 6 not saved of 418`, each counted once a device."""
    overview = listed.overview
    changed = listed.held.changed
    unsaved = len(overview.unsaved)
    before = max(overview.tried - changed - unsaved, 0)
    parts = [f"<b>{words.number(changed)}</b> changed"]
    if overview.tried:
        parts.append(f"{words.number(before)} as before")
    if unsaved:
        parts.append(
            tag(
                "a",
                f"{words.number(unsaved)} not saved",
                href="#",
                class_="warn",
                data_act="unsaved",
            )
        )
    of = tag("span", f"of {words.number(overview.living)}", class_="push t3")
    return f'<div class="sum">{" · ".join(parts)}{of}</div>'


def render_empty(listed: Listed, moment: Moment) -> str:
    """Nothing there, and why: nothing changed, the filters leave nothing, nothing was read."""
    if listed.filters.any:
        changed = words.count(len(listed.overview.changes), "change")
        return states.empty(
            f"No such change {listed.period.said(moment.now, moment.zone)}",
            f"The filter is: {listed.filters.said()}. Without it there are {changed}.",
            actions=button("Clear filter", "clear"),
        )
    return '<div class="none t2">No device to show.</div>'


def render_unchosen(listed: Listed) -> str:
    """Where there are changes and none of them is open: what stands here once one is."""
    where = "Choose one in the list" if listed.drawn else "The filter leaves none; clear it"
    return states.empty("No change is open", f"{where} to read what was changed.")


def render_calm(listed: Listed, moment: Moment, *, running: bool = False) -> str:
    """Where nothing changed there is nothing to compare: what was looked at, or is at the moment."""
    said = listed.period.said(moment.now, moment.zone)
    week = button("7 days", "period", data_period="7d") if listed.period.name != "7d" else ""
    overview = listed.overview
    if running:
        text = (
            "What it finds changed stands here when it has ended; you can leave the page meanwhile."
        )
        return states.empty("A backup is under way", text, shape_="running", actions=week)
    if not overview.tried:
        text = "No backup ran in this time, so that nothing is known of it."
        return states.empty(f"No device was read {said}", text, actions=week)
    read = overview.tried - len(overview.unsaved)
    since = words.when(listed.period.since, moment.now, moment.zone)
    text = f"{words.count(read, 'device')} {'was' if read == 1 else 'were'} read since {since}"
    if overview.unsaved:
        text += f", as before; {words.number(len(overview.unsaved))} could not be saved."
        return states.empty(f"Nothing changed {said}", text, shape_="warn", actions=week)
    return states.empty(f"Nothing changed {said}", f"{text}, as before.", shape_="ok", actions=week)


def nothing_words(listed: Listed, moment: Moment) -> str:
    """Where those not saved stand alone."""
    if listed.filters.any:
        return f"No change for {esc(listed.filters.said())}."
    return f"Nothing changed {esc(listed.period.said(moment.now, moment.zone))}."
