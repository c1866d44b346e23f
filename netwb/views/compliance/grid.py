"""Devices by rules as they are looked at: which rows, which columns, in which order. Pure.

A cell is one letter, so that a hundred thousand of them are a short text; `matrix.js` draws from that
the rows which are near what is seen. Whatever is shown elsewhere (CSV, PDF) is the same choice.
Good is quiet: devices that break nothing are counted once, and folded where they are many.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from netwb.compliance.records import SEVERITIES, State
from netwb.compliance.report import (
    STATE_WORDS,
    Cell,
    ComplianceReport,
    DeviceCompliance,
    RuleHead,
)
from netwb.views.address import Address
from netwb.views.compliance.look import Look
from netwb.views.html import Shape, button, esc, page_url, shape
from netwb.views.words import age, count, number

LETTERS: Mapping[State, str] = {
    "compliant": ".",
    "non_compliant": "x",
    "not_evaluated": "?",
    "stale": "s",
    "waived": "w",
}
NEW, NONE = "n", "-"  # broken since yesterday; the rule does not mean the device
OPEN = frozenset((LETTERS["non_compliant"], NEW))
UNKNOWN = LETTERS["not_evaluated"]
KNOWN = LETTERS["compliant"] + NONE
GOOD = KNOWN + UNKNOWN
NEW_FOR = timedelta(hours=24)
FOLDS_FROM = 12  # good devices: fewer stand where they are
SHAPES: Mapping[State, Shape] = {
    "non_compliant": "bad",
    "not_evaluated": "unknown",
    "stale": "stale",
    "waived": "waived",
    "compliant": "ok",
}
_DOT = '<i class="dot"></i>'
CLASSES: Mapping[
    str, str
] = {  # of a cell; `matrix_css` draws the shapes of all but the broken ones
    **{LETTERS[state]: f"k-{kind}" for state, kind in SHAPES.items()},
    NEW: "k-bad",
    NONE: "k-none",
}
_WORDS = {
    **{LETTERS[state]: said for state, said in STATE_WORDS.items()},
    NEW: f"{STATE_WORDS['non_compliant']}, new since yesterday",
    NONE: "the rule does not mean it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A device and a letter a column."""

    one: DeviceCompliance
    letters: str
    open: int

    @property
    def is_good(self) -> bool:
        """It breaks nothing, and is known to be compliant by most rules that mean it."""
        unknown = self.letters.count(UNKNOWN)
        return unknown < self.letters.count(LETTERS["compliant"]) and not self.letters.strip(GOOD)

    @property
    def is_known(self) -> bool:
        """Compliant by each rule that means it."""
        return not self.letters.strip(KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown, in its order.

    counts   cells by state in these sites and by these rules, whatever else is left out
    fresh    cells of them that are broken since yesterday
    groups   devices and findings of each group, with those that are left out or folded
    good     devices that are good and folded; of `unknown` of these not everything is known
    devices  in these sites, shown or not
    """

    rules: tuple[RuleHead, ...]
    lines: tuple[Line, ...]
    counts: Mapping[State, int]
    fresh: int
    groups: Mapping[str, tuple[int, int]]
    by_rule: Mapping[str, int]
    good: int
    unknown: int
    good_in_all: int
    devices: int
    order: str

    def after(self, device: str, rule: str) -> tuple[str, str] | None:
        """Device and rule of the next open finding, as one reads; the first one after the last."""
        found = [
            (line.one.device_id, self.rules[place].id)
            for line in self.lines
            for place, letter in enumerate(line.letters)
            if letter in OPEN
        ]
        if not found:
            return None
        return next(
            (one for one in found if self._place(*one) > self._place(device, rule)), found[0]
        )

    def first_of(self, device: str) -> str:
        """The rule that it breaks first; else any; "" where the device is not shown."""
        line = next((one for one in self.lines if one.one.device_id == device), None)
        if line is None or not self.rules:
            return ""
        broken = (place for place, letter in enumerate(line.letters) if letter in OPEN)
        return self.rules[next(broken, 0)].id

    def _place(self, device: str, rule: str) -> tuple[int, int]:
        rows = (n for n, line in enumerate(self.lines) if line.one.device_id == device)
        columns = (n for n, one in enumerate(self.rules) if one.id == rule)
        return next(rows, -1), next(columns, -1)


def choose(report: ComplianceReport, look: Look, now: datetime) -> Shown:
    """Rows and columns of a report as they are looked at."""
    rules = [one for one in _columns(report) if _ruled(one, look)]
    devices = [one for one in report.devices if look.site in ("", _site(one))]
    lines = [_line(one, rules, now) for one in devices]
    counts = Counter("".join(line.letters for line in lines))
    told = {state: counts[letter] for state, letter in LETTERS.items()}
    told["non_compliant"] += counts[NEW]
    by_rule = _by_rule(rules, lines)
    wanted = wanted_by(look)
    kept = [line for line in lines if wanted is None or wanted & set(line.letters)]
    columns = _used(rules, kept, wanted)
    if look.order == "rule":
        columns.sort(key=lambda place: -by_rule[rules[place].id])
    kept = [_narrowed(line, columns) for line in kept]
    shown = [rules[place] for place in columns]
    good = [line for line in kept if line.is_good]
    folds = wanted is None and not look.good and len(good) > FOLDS_FROM
    return Shown(
        rules=tuple(shown),
        lines=tuple(_ordered([line for line in kept if not (folds and line.is_good)], shown, look)),
        counts=told,
        fresh=counts[NEW],
        groups=_groups(lines, look),
        by_rule=by_rule,
        good=len(good) if folds else 0,
        unknown=sum(not line.is_known for line in good),
        good_in_all=len(good) if wanted is None else 0,
        devices=len(devices),
        order=look.order,
    )


def _columns(report: ComplianceReport) -> Iterator[RuleHead]:
    """One of each id: a tenant's own rule of the same id stands in the same column."""
    for rule_id in report.rule_ids:
        head = report.head(rule_id)
        if head is not None:
            yield head


def _ruled(one: RuleHead, look: Look) -> bool:
    return not look.rules or look.rules in (one.id, one.severity)


def _line(one: DeviceCompliance, rules: Sequence[RuleHead], now: datetime) -> Line:
    cells, newest = one.cells, now - NEW_FOR
    letters = "".join(_letter(cells.get(rule.id), newest) for rule in rules)
    return Line(one=one, letters=letters, open=sum(letter in OPEN for letter in letters))


def _letter(cell: Cell | None, newest: datetime) -> str:
    if cell is None:
        return NONE
    if cell.state == "non_compliant" and cell.since is not None and cell.since >= newest:
        return NEW
    return LETTERS[cell.state]


def _by_rule(rules: Sequence[RuleHead], lines: Sequence[Line]) -> dict[str, int]:
    found = [0] * len(rules)
    for line in lines:
        if line.open:
            for place, letter in enumerate(line.letters):
                found[place] += letter in OPEN
    return {one.id: many for one, many in zip(rules, found, strict=True)}


def wanted_by(look: Look) -> frozenset[str] | None:
    """Letters one of which a row and a column must have; None: any will do."""
    if look.fresh:
        return frozenset(NEW)
    if look.opened or look.state == "non_compliant":
        return OPEN
    return frozenset(LETTERS[look.state]) if look.state else None


def _used(
    rules: Sequence[RuleHead], lines: Sequence[Line], wanted: frozenset[str] | None
) -> list[int]:
    if wanted is None:
        return list(range(len(rules)))
    return [
        place for place in range(len(rules)) if any(line.letters[place] in wanted for line in lines)
    ]


def _narrowed(line: Line, columns: Sequence[int]) -> Line:
    letters = "".join(line.letters[place] for place in columns)
    return Line(one=line.one, letters=letters, open=sum(letter in OPEN for letter in letters))


def _ordered(lines: list[Line], rules: Sequence[RuleHead], look: Look) -> list[Line]:
    """Groups by name, worst first within one; by rule: who breaks the first of them comes first."""
    ranks = [SEVERITIES.index(one.severity) for one in rules]

    def worst(line: Line) -> tuple[object, ...]:
        broken = [0] * len(SEVERITIES)
        for place, letter in enumerate(line.letters):
            if letter in OPEN:
                broken[-1 - ranks[place]] -= 1
        unknown = sum(letter not in KNOWN for letter in line.letters)
        first = _broken_first(line.letters) if look.order == "rule" else ""
        return group_of(line.one, look), first, -line.open, broken, -unknown, line.one.hostname

    return sorted(lines, key=worst)


def _broken_first(letters: str) -> str:
    return "".join("0" if letter in OPEN else "1" for letter in letters)


def group_of(one: DeviceCompliance, look: Look) -> str:
    """The head that it stands under."""
    return f"{one.tenant} / {one.site}" if look.order == "site" else one.tenant


def _site(one: DeviceCompliance) -> str:
    return f"{one.tenant}/{one.site}"


def _groups(lines: Sequence[Line], look: Look) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        name = group_of(line.one, look)
        devices, findings = found.get(name, (0, 0))
        found[name] = devices + 1, findings + line.open
    return found


def sites(report: ComplianceReport) -> tuple[str, ...]:
    """Every site of its devices, as `tenant/site`."""
    return tuple(sorted({_site(one) for one in report.devices}))


# ---- for the browser


def grid_text(shown: Shown, look: Look, address: Address | None, now: datetime) -> str:
    """What `matrix.js` draws: columns, and rows of groups, devices and notes.

    address   None: nothing leads anywhere, as in a notebook's cell
    """
    base = "" if address is None else address.url(device=None, rule=None)
    return (
        json.dumps(
            {
                "base": base and f"{base}{'&' if '?' in base else '?'}",
                "label": f"{count(shown.devices, 'device')} by {count(len(shown.rules), 'rule')}",
                "words": _WORDS,
                "classes": CLASSES,
                "bad": shape("bad"),
                "rules": [
                    [one.id, one.title, f"{number(shown.by_rule[one.id])} open"]
                    for one in shown.rules
                ],
                "items": list(_items(shown, look, address, now)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        .encode("utf-8", "replace")
        .decode()
    )


def _items(shown: Shown, look: Look, address: Address | None, now: datetime) -> Iterator[list[str]]:
    kept = {} if address is None else address.kept()
    for name, lines in groupby(shown.lines, key=lambda line: group_of(line.one, look)):
        devices, findings = shown.groups[name]
        yield ["g", name, f"{count(devices, 'device')}, {count(findings, 'finding')}"]
        for line in lines:
            one = line.one
            url = page_url("inventory", device=one.device_id, **kept) if address is not None else ""
            note = note_of(line, now)
            yield ["d", one.device_id, one.hostname, one.platform, note, line.letters, url]
    said = f"{_DOT}<span>{esc(good_words(shown))}</span>"
    if shown.good and address is None:
        yield ["n", said]
    elif shown.good:
        yield ["n", f"{said}{button('Show them', 'good', kind='quiet')}"]
    elif look.good and shown.good_in_all > FOLDS_FROM:
        yield ["n", f"{said}{button('Fold them', 'good', kind='quiet')}"]


def good_words(shown: Shown) -> str:
    """`1,950 devices compliant`; of some perhaps not everything is known, which is said beside it."""
    if not shown.unknown:
        return f"{count(shown.good_in_all, 'device')} compliant"
    known = shown.good_in_all - shown.unknown
    first = f"{count(known, 'device')} compliant; " if known else ""
    broken = "breaks" if shown.unknown == 1 else "break"
    return (
        f"{first}{count(shown.unknown, 'device')} {broken} no rule, but not each could be evaluated"
    )


def note_of(line: Line, now: datetime) -> str:
    """How many rules it breaks, or why nobody knows."""
    one = line.one
    if LETTERS["stale"] in line.letters and one.copy_at is not None:
        return f"stale {age(one.copy_at, now)}"
    if one.copy_at is None:
        return "no copy"
    return number(line.open) if line.open else ""
