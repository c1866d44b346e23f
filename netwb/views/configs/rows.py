"""The rows of the list of changes as markup: those near the window, and those not saved. Pure.

Of thousands of changes some dozens are drawn; two empty boxes hold the others' place, so that the
scroll bar tells the truth. That needs rows of one height, which configs.css holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from netwb.views import words
from netwb.views.causes import cause_words
from netwb.views.configs.filters import UNKNOWN, Names
from netwb.views.configs.held import Group, Sifted
from netwb.views.configs.listing import (
    DRAWN,
    Links,
    Listed,
    key_of,
    nothing_words,
    render_empty,
    row_id,
)
from netwb.views.html import button, esc, link, stat, state, tag, when
from netwb.views.navigation import Moment
from netwb.workbench.words import Change, Unsaved

ROW_PX, HEAD_PX = 70, 36  # configs.css holds rows and heads to that
AHEAD = 20  # changes drawn above what is seen, and below
SHOWN_NAMES = 3


def first_drawn(scroll_px: int, start: int, sifted: Sifted) -> int:
    """The first change to draw for a scroll position; `start` where what is drawn covers it well."""
    seen = _row_at(max(0, scroll_px), sifted)
    last = max(0, len(sifted.changes) - DRAWN)
    passed = seen - start
    above = start == 0 or passed >= AHEAD // 2
    below = start >= last or passed <= 2 * AHEAD - AHEAD // 2
    if above and below:
        return min(start, last)
    return min(last, max(0, seen - AHEAD))


def around(place: int, sifted: Sifted) -> int:
    """The first change to draw so that the one at `place` stands amid the drawn ones."""
    return max(0, min(len(sifted.changes) - DRAWN, place - DRAWN // 2))


def top_of(place: int, sifted: Sifted) -> int:
    """Where the change at `place` begins in the list, in px; at the end: how high all of it is."""
    heads = bisect_right(sifted.groups, place, key=lambda group: group.start)
    return place * ROW_PX + heads * HEAD_PX


def _row_at(px: int, sifted: Sifted) -> int:
    """The change that stands there."""
    at = bisect_right(sifted.groups, px, key=lambda group: top_of(group.start, sifted) - HEAD_PX)
    if at == 0:
        return 0
    group = sifted.groups[at - 1]
    within = (px - top_of(group.start, sifted)) // ROW_PX
    return group.start + min(max(0, within), group.count - 1)


def render_list(listed: Listed, moment: Moment, links: Links) -> str:
    """The rows; an empty list says what was looked at."""
    sifted = listed.sifted
    if not sifted.changes and not sifted.unsaved:
        return render_empty(listed, moment)
    if not sifted.changes:
        changed = f'<div class="none t2">{nothing_words(listed, moment)}</div>'
    else:
        changed = _changed(listed, moment, links)
    at_end = listed.start + DRAWN >= len(sifted.changes)
    unsaved = _unsaved_group(listed, moment, links) if at_end else ""
    return (
        f'<div class="rows" id="rows" data-act="scrolled" data-on="scroll">'
        f"{_steps()}{changed}{unsaved}</div>"
    )


def _changed(listed: Listed, moment: Moment, links: Links) -> str:
    """Those near the window, and the place of the others."""
    sifted, drawn = listed.sifted, listed.drawn
    stop = listed.start + len(drawn)
    parts = list(_parts(listed))
    first = parts[0][1] if parts else 0
    entered = next((change for change in drawn if key_of(change) == listed.chosen), drawn[0])
    rows = "".join(
        _head(group) + "".join(_row(at, entered, listed, moment, links) for at in range(start, end))
        for group, start, end in parts
    )
    above = top_of(first, sifted) - HEAD_PX
    below = top_of(len(sifted.changes), sifted) - top_of(stop - 1, sifted) - ROW_PX
    box = f'<div role="listbox" aria-label="Changed devices">{rows}</div>'
    return f"{_space(above)}{box}{_space(below)}"


def _parts(listed: Listed) -> Iterator[tuple[Group, int, int]]:
    """The drawn places of each group: from, to."""
    begin, stop = listed.start, listed.start + len(listed.drawn)
    groups = listed.sifted.groups
    first = bisect_right(groups, begin, key=lambda group: group.start) - 1
    for group in groups[first:]:
        if group.start >= stop:
            return
        yield group, max(begin, group.start), min(stop, group.start + group.count)


def _space(px: int) -> str:
    return f'<div style="height:{px}px" aria-hidden="true"></div>' if px > 0 else ""


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


def _head(group: Group) -> str:
    number = f'<span class="n">{group.count}</span>'
    return f'<div class="grp">{esc(group.tenant)}<span>{esc(group.site)}</span>{number}</div>'


def _row(at: int, entered: Change, listed: Listed, moment: Moment, links: Links) -> str:
    """That of the change at a place; the Tab key comes into the list at `entered`."""
    change = listed.sifted.changes[at]
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
        aria_setsize=len(listed.sifted.changes),
        aria_posinset=at + 1,
        tabindex="0" if change is entered else "-1",
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
    unsaved = listed.sifted.unsaved
    if not unsaved:
        return ""
    head = (
        f'<div class="grp unsaved" id="unsaved">{state("warn", "Not saved")}'
        f'<span>the last good copy is kept</span><span class="n">{len(unsaved)}</span></div>'
    )
    first, *others = unsaved[: listed.most_unsaved]
    rows = _unsaved_row(first, listed, moment, links, tabindex=0) + "".join(
        _unsaved_row(item, listed, moment, links) for item in others
    )
    rest = len(unsaved) - 1 - len(others)
    more = button(f"Show {words.number(rest)} more", "more", kind="quiet") if rest else ""
    box = f'<div role="listbox" aria-label="Not saved">{rows}</div>'
    return f'{head}{box}<span id="unsaved-last"></span>{more}'


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
