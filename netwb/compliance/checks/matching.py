"""Patterns: for which a line must match, for which none may, and in which order. Pure."""

from __future__ import annotations

from itertools import pairwise

from netwb.compliance.checks.held import Held, joined, lines_matching, quoted
from netwb.compliance.patterns import Late
from netwb.compliance.records import MustMatch, MustNotMatch, Ordered
from netwb.compliance.text import ConfigText, Scope


def must_match(verb: MustMatch, text: ConfigText, scope: Scope, late: Late) -> Held:
    """Each pattern has a line."""
    found = {form: text.within(scope, text.matching(form, late)) for form in verb.patterns}
    without = [form for form, lines in found.items() if not lines]
    evidence = joined(list(found.values()))
    if without:
        return Held(
            holds=False,
            found=_no_line(without, len(found)),
            need="1 is needed" if len(found) == 1 else "each pattern needs 1",
            evidence=evidence,
        )
    first, lines = next(iter(found.items()))
    others = f", as for each of {len(found)} patterns" if len(found) > 1 else ""
    return Held(holds=True, found=lines_matching(len(lines), first) + others, evidence=evidence)


def must_not_match(verb: MustNotMatch, text: ConfigText, scope: Scope, late: Late) -> Held:
    """No pattern has a line."""
    found = {form: text.within(scope, text.matching(form, late)) for form in verb.patterns}
    matched = [form for form, lines in found.items() if lines]
    if not matched:
        return Held(holds=True, found=_no_line(list(found), len(found)))
    lines = joined(list(found.values()))
    return Held(
        holds=False,
        found=lines_matching(len(found[matched[0]]), matched[0]) + _and_others(len(matched) - 1),
        need="none is allowed",
        at_fault=lines,
        surplus=lines,
    )


def ordered(verb: Ordered, text: ConfigText, scope: Scope, late: Late) -> Held:
    """The first lines of the patterns, from top to bottom."""
    found = {form: text.within(scope, text.matching(form, late))[:1] for form in verb.patterns}
    order = ", ".join(quoted(form) for form in verb.patterns)
    evidence = joined(list(found.values()))
    need = f"lines must stand in the order {order}"
    if missing := [form for form, lines in found.items() if not lines]:
        return Held(holds=False, found=_no_line(missing, len(found)), need=need, evidence=evidence)
    for above, below in pairwise(verb.patterns):
        upper, lower = found[above][0], found[below][0]
        if upper >= lower:
            said = f"Line {lower + 1} matches {quoted(below)} and line {upper + 1} {quoted(above)}"
            fault = joined([(upper,), (lower,)])
            rest = tuple(line for line in evidence if line not in fault)
            return Held(holds=False, found=said, need=need, at_fault=fault, evidence=rest)
    return Held(holds=True, found=f"Found lines in the order {order}", evidence=evidence)


def _no_line(patterns: list[str], asked: int) -> str:
    if asked == 1:
        return lines_matching(0, patterns[0])
    if len(patterns) == asked:
        return f"No line matches any of {asked} patterns, first {quoted(patterns[0])}"
    return f"{lines_matching(0, patterns[0])}{_and_others(len(patterns) - 1)}"


def _and_others(number: int) -> str:
    if not number:
        return ""
    return f" or {number} more pattern" + ("s" if number > 1 else "")
