"""The list of changes as markup: filters, the sum in one line, changes by tenant and site. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from netwb.inventory.records import NamedDevice
from netwb.views import states, words
from netwb.views.causes import cause_words
from netwb.views.configs.period import NAMES, Period
from netwb.views.html import button, choices, esc, link, stat, state, tag, when
from netwb.views.navigation import Moment
from netwb.workbench.overview import Overview, Unsaved
from netwb.workbench.words import Change

UNKNOWN = "unknown"  # author of a change whose device does not say who made it
SHOWN_NAMES = 3
MOST_ROWS = 300  # drawn at once; more on demand

Names = Mapping[str, tuple[str, ...]]  # revision id -> sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where rows lead: `change` to what a change did, `view` to another view of the page."""

    change: Callable[[Change], str]
    view: Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the person narrows the list to; "" narrows nothing."""

    by: str = ""
    platform: str = ""
    site: str = ""  # tenant/site
    text: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed at all."""
        return bool(self.by or self.platform or self.site or self.text)

    def said(self) -> str:
        """In words, for the sentence of an empty list."""
        parts = (
            self.by and f"person {author_words(self.by)}",
            self.platform and f"platform {self.platform}",
            self.site and f"site {self.site}",
            self.text and f"text “{self.text}”",
        )
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Everything that the list shows."""

    overview: Overview
    changes: tuple[Change, ...]  # those that the filters leave, in the order they are shown
    unsaved: tuple[Unsaved, ...]
    period: Period
    filters: Filters
    chosen: str = ""  # "device id@revision id" of the change at the right
    names: Names = field(default_factory=dict)
    limit: int = MOST_ROWS


def kept(overview: Overview, filters: Filters, names: Names) -> tuple[Change, ...]:
    """The changes that the filters leave: by tenant and site, the newest first within each."""
    found = [change for change in overview.changes if _matches(change, overview, filters, names)]
    found.sort(key=lambda change: (change.hostname, change.kind))
    found.sort(key=lambda change: change.at, reverse=True)
    found.sort(key=lambda change: (change.tenant, change.site))
    return tuple(found)


def kept_unsaved(overview: Overview, filters: Filters) -> tuple[Unsaved, ...]:
    """Those not saved that the filters leave; nobody made them, so a person leaves none."""
    if filters.by:
        return ()
    return tuple(
        item
        for item in overview.unsaved
        if _fits(overview.devices[item.device_id], filters)
        and _holds(filters.text, (overview.devices[item.device_id].hostname, item.cause_message))
    )


def _matches(change: Change, overview: Overview, filters: Filters, names: Names) -> bool:
    device = overview.devices.get(change.device_id)
    return (
        (not filters.by or change.author == filters.by)
        and (device is None or _fits(device, filters))
        and _holds(
            filters.text,
            (change.hostname, change.author, change.message, *names.get(change.id, ())),
        )
    )


def _fits(device: NamedDevice, filters: Filters) -> bool:
    return (not filters.platform or device.platform == filters.platform) and (
        not filters.site or f"{device.tenant}/{device.site}" == filters.site
    )


def _holds(text: str, places: Iterable[str]) -> bool:
    wanted = text.casefold()
    return not wanted or any(wanted in place.casefold() for place in places)


def key_of(change: Change) -> str:
    """How a change is named in an address."""
    return f"{change.device_id}@{change.id}"


def row_id(change: Change) -> str:
    """Of its row, unique in the list."""
    return f"c-{change.id[:12]}-{change.kind}"


def author_words(author: str) -> str:
    """Unknown is the word."""
    return "author not recorded" if author == UNKNOWN else author


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
    devices = listed.overview.devices.values()
    people = sorted({change.author for change in listed.overview.changes} - {UNKNOWN})
    if any(change.author == UNKNOWN for change in listed.overview.changes):
        people.append(UNKNOWN)
    filters = listed.filters
    selects = "".join(
        _select(name, label, [("", every), *options], value)
        for name, label, every, options, value in (
            ("by", "Person", "Anyone", [(who, author_words(who)) for who in people], filters.by),
            (
                "platform",
                "Platform",
                "Any platform",
                [(name, name) for name in sorted({device.platform for device in devices})],
                filters.platform,
            ),
            (
                "site",
                "Site",
                "Any site",
                [(s, s) for s in sorted({f"{d.tenant}/{d.site}" for d in devices})],
                filters.site,
            ),
        )
    )
    field_ = (
        '<input type="search" id="text" data-act="text" data-on="input" autocomplete="off"'
        f' maxlength="200" placeholder="Section or text" aria-label="Section or text" value="{esc(filters.text)}">'
    )
    return f'<div class="narrowing">{selects}{field_}</div>'


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
    changed = len({change.device_id for change in overview.changes})
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


def render_list(listed: Listed, moment: Moment, links: Links) -> str:
    """The rows; an empty list says what was looked at."""
    if not listed.changes and not listed.unsaved:
        return render_empty(listed, moment)
    shown = listed.changes[: listed.limit]
    groups = "".join(
        _group(list(rows), listed, moment, links)
        for _, rows in groupby(shown, key=lambda c: (c.tenant, c.site))
    )
    rest = len(listed.changes) - len(shown)
    more = button(f"Show {words.number(rest)} more", "more", kind="quiet") if rest else ""
    none = "" if groups else f'<div class="none t2">{_nothing(listed, moment)}</div>'
    changed = f'<div role="listbox" aria-label="Changed devices">{groups}</div>' if groups else none
    unsaved = _unsaved_group(listed, moment, links)
    return f'<div class="rows scroll" id="rows">{_steps()}{changed}{more}{unsaved}</div>'


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


def render_calm(listed: Listed, moment: Moment) -> str:
    """Where nothing changed there is nothing to compare: what was looked at."""
    said = listed.period.said(moment.now, moment.zone)
    week = button("7 days", "period", data_period="7d") if listed.period.name != "7d" else ""
    overview = listed.overview
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


def _nothing(listed: Listed, moment: Moment) -> str:
    if listed.filters.any:
        return f"No change for {esc(listed.filters.said())}."
    return f"Nothing changed {esc(listed.period.said(moment.now, moment.zone))}."


def _steps() -> str:
    """What `j` and `k` press."""
    return "".join(
        tag(
            "button",
            said,
            type="button",
            class_="unseen",
            data_act="step",
            data_by=by,
            data_key=key,
        )
        for key, by, said in (("j", "1", "Next device"), ("k", "-1", "Previous device"))
    )


def _group(rows: Sequence[Change], listed: Listed, moment: Moment, links: Links) -> str:
    tenant, site = rows[0].tenant, rows[0].site
    head = f'<div class="grp">{esc(tenant)}<span>{esc(site)}</span><span class="n">{len(rows)}</span></div>'
    return head + "".join(_row(change, listed, moment, links) for change in rows)


def _row(change: Change, listed: Listed, moment: Moment, links: Links) -> str:
    device = listed.overview.devices.get(change.device_id)
    chosen = key_of(change) == listed.chosen
    kind = f'<span class="chip">{esc(change.kind)}</span>' if change.kind != "running" else ""
    known = change.author != UNKNOWN
    who = esc(change.author) if known else '<span class="t3">author not recorded</span>'
    seen = "" if known else "seen "
    content = (
        f'<span class="cut"><b>{esc(change.hostname)}</b>'
        f'<span class="pl">{esc(device.platform if device else "")}</span> {kind}</span>'
        f"{stat(change.added, change.removed)}"
        f'<span class="who2 cut">{who}</span>'
        f'<span class="tm">{seen}{when(change.at, moment.now, moment.zone)}</span>'
        f'<span class="sec">{section_words(change, listed.names)}</span>'
    )
    return link(
        links.change(change),
        content,
        class_="row sel" if chosen else "row",
        role="option",
        id=row_id(change),
        aria_selected="true" if chosen else "false",
        tabindex="0" if chosen else "-1",
        data_act="open",
        data_change=key_of(change),
        data_kind=change.kind,
    )


def section_words(change: Change, names: Names) -> str:
    """`interface Gi0/0, router bgp 64500, EDGE-IN, +2`; a blank line until it is known."""
    found = names.get(change.id)
    if found is None:
        return "&nbsp;"
    if not found:
        return esc(change.message) or "&nbsp;"
    more = len(found) - SHOWN_NAMES
    return esc(", ".join(found[:SHOWN_NAMES])) + (f", +{more}" if more > 0 else "")


def _unsaved_group(listed: Listed, moment: Moment, links: Links) -> str:
    if not listed.unsaved:
        return ""
    head = (
        f'<div class="grp unsaved" id="unsaved">{state("warn", "Not saved")}'
        f'<span>the last good copy is kept</span><span class="n">{len(listed.unsaved)}</span></div>'
    )
    first, *more = listed.unsaved
    rows = _unsaved_row(first, listed, moment, links, tabindex=0) + "".join(
        _unsaved_row(item, listed, moment, links) for item in more
    )
    return f'{head}<div role="listbox" aria-label="Not saved">{rows}</div><span id="unsaved-last"></span>'


def _unsaved_row(
    item: Unsaved, listed: Listed, moment: Moment, links: Links, *, tabindex: int = -1
) -> str:
    """One of them; the list is entered by the Tab key at the row whose `tabindex` is 0."""
    device = listed.overview.devices[item.device_id]
    rejected = item.status == "rejected"
    nights = f", {words.number(item.nights)} times in a row" if item.nights > 1 else ""
    copy = (
        f"Good copy is {words.age(item.copy_at, moment.now)} old"
        if item.copy_at
        else "There is no good copy"
    )
    content = (
        f'<span class="cut"><b>{esc(device.hostname)}</b>'
        f'<span class="pl">{esc(device.tenant)} {esc(device.site)}</span></span>'
        f"{state('warn', 'kept back') if rejected else state('bad', 'failed')}"
        f'<span class="cause">{esc(cause_words(item, device.hostname))}{nights}. {esc(copy)}</span>'
    )
    url = links.view(**{"quarantine" if rejected else "device": item.device_id})
    return link(
        url,
        content,
        class_="row",
        role="option",
        aria_selected="false",
        tabindex=tabindex,
        id=f"u-{item.device_id}",
        data_act="turn",
        data_url=url,
    )
