"""Strips of nights as inline drawings: one mark a night, its kind told by shape and not by colour.

A tall bar is a change, a flat one an unchanged night, a triangle a text that was kept back, a cross
a night without an answer; nothing at all is a night without a run. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from netwb.views.html import esc
from netwb.views.inventory.rows import NightMark
from netwb.views.words import count

STEP = 6  # px a night in a table's row
HEIGHT = 14  # px
_WORDS: dict[NightMark, str] = {
    "changed": "changed",
    "unchanged": "unchanged",
    "rejected": "kept back",
    "failed": "failed",
    "none": "without a run",
}
_SHAPES: dict[NightMark, str] = {  # one path a mark, drawn from the point that is moved to
    "changed": "M{x} 2h4v10h-4z",
    "rejected": "M{x} 12l2-8 2 8z",
    "failed": "M{x} 6l4 5m0-5-4 5",
}


def strip(nights: Sequence[NightMark]) -> str:
    """The nights of one row, oldest first."""
    width = STEP * len(nights)
    return (
        f'<svg class="strip" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}"'
        f' role="img" aria-label="{esc(said(nights))}">{_paths(nights)}</svg>'
    )


def said(nights: Sequence[NightMark]) -> str:
    """The same in words: `21 nights: 5 changed, 1 kept back, 0 failed, 2 without a run`."""
    counts = Counter(nights)
    kinds: tuple[NightMark, ...] = ("changed", "rejected", "failed")
    words = [f"{counts[kind]} {_WORDS[kind]}" for kind in kinds]
    if counts["none"]:
        words.append(f"{counts['none']} {_WORDS['none']}")
    return f"{count(len(nights), 'night')}: {', '.join(words)}"


def _paths(nights: Sequence[NightMark]) -> str:
    """Unchanged nights, which are most, are dashes of one line: a page of rows stays small."""
    drawn = dict.fromkeys(("unchanged", *_SHAPES), "")
    for kind, first, length in _stretches(nights):
        if kind == "unchanged":
            drawn[kind] += f"M{first * STEP + 1} 10.5h{length * STEP - 2}"
        elif kind != "none":
            marks = range(first, first + length)
            drawn[kind] += "".join(_SHAPES[kind].format(x=mark * STEP + 1) for mark in marks)
    return "".join(f'<path class="n-{kind}" d="{d}"/>' for kind, d in drawn.items() if d)


def _stretches(nights: Sequence[NightMark]) -> Iterator[tuple[NightMark, int, int]]:
    """(kind, first night, how many) of each stretch of alike nights."""
    first = 0
    for kind, alike in groupby(nights):
        length = len(list(alike))
        yield kind, first, length
        first += length


BAR_HEIGHT = 28  # px of the tallest bar of a long strip
SIGN_HEIGHT = 9  # units over the bars, where a night broke or mended rules
NIGHT = 10  # units a night in a long strip; it is stretched to its panel's width


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNight:
    """How many rules a night's revisions broke, and mended."""

    broke: int = 0
    mended: int = 0

    @property
    def words(self) -> str:
        """`, broke 2 rules, mended 1 rule`; nothing where it did neither."""
        some = (("broke", self.broke), ("mended", self.mended))
        return "".join(f", {verb} {count(many, 'rule')}" for verb, many in some if many)


def long_strip(
    days: Sequence[date],
    nights: Sequence[NightMark],
    lines: Sequence[int],
    rules: Sequence[RuleNight] = (),
) -> str:
    """The nights of one device: a bar's height is the lines changed, on a square root's scale.

    A square root, because one night that replaces everything would flatten all the others.

    rules   a night's; a triangle over it points down where it broke some, up where it mended some
    """
    most = max([*lines, 1])
    width, height = NIGHT * len(nights), BAR_HEIGHT + 4
    above = SIGN_HEIGHT if any(one.words for one in rules) else 0
    marks = "".join(
        _mark(number, night, _height(changed, most), _title(day, night, changed) + of_rules.words)
        + _sign(number, of_rules)
        for number, (day, night, changed, of_rules) in enumerate(
            zip(days, nights, lines, rules or [RuleNight()] * len(days), strict=True)
        )
    )
    label = said(nights) + rules_said(rules)
    return (
        f'<svg class="nights" viewBox="0 {-above or 0} {width} {height + above}"'
        f' preserveAspectRatio="none" role="img" aria-label="{esc(label)}">{marks}</svg>'
    )


def rules_said(rules: Sequence[RuleNight]) -> str:
    """`, 2 broke rules, 1 mended rules`, by nights; nothing where none did."""
    broke, mended = sum(one.broke > 0 for one in rules), sum(one.mended > 0 for one in rules)
    some = (("broke", broke), ("mended", mended))
    return "".join(f", {many} {verb} rules" for verb, many in some if many)


def _sign(number: int, rules: RuleNight) -> str:
    """Over the bar; side by side where a night did both."""
    left, half = number * NIGHT, 3 if rules.broke and rules.mended else 4
    middle = left + NIGHT / 2
    broke = f"M{middle - (2 * half if rules.mended else half):g} {1 - SIGN_HEIGHT}h{2 * half}l{-half} 7z"
    mended = f"M{middle - (0 if rules.broke else half):g} {8 - SIGN_HEIGHT}h{2 * half}l{-half} -7z"
    return (f'<path class="r-broke" d="{broke}"/>' if rules.broke else "") + (
        f'<path class="r-mended" d="{mended}"/>' if rules.mended else ""
    )


def _height(changed: int, most: int) -> float:
    share = (changed / most) ** 0.5 if changed else 0.0
    return float(round(6 + share * (BAR_HEIGHT - 6), 1))


def _title(day: date, night: NightMark, changed: int) -> str:
    lines = f", {count(changed, 'line')}" if night == "changed" and changed else ""
    return f"{day:%Y-%m-%d}: {_WORDS[night]}{lines}"


def _mark(number: int, night: NightMark, height: float, title: str) -> str:
    left, floor = number * NIGHT, BAR_HEIGHT + 2
    shapes = {
        "changed": f"M{left + 2} {floor - height}h6v{height}h-6z",
        "unchanged": f"M{left + 2} {floor - 1}h6",
        "rejected": f"M{left + 1} {floor}l4-11 4 11z",
        "failed": f"M{left + 2} {floor - 8}l6 8m0-8-6 8",
        "none": "",
    }
    hit = f'<rect x="{left}" y="0" width="{NIGHT}" height="{floor}" fill="transparent"/>'
    path = f'<path class="n-{night}" d="{shapes[night]}"/>' if shapes[night] else ""
    return f"<g><title>{esc(title)}</title>{hit}{path}</g>"
