"""Numbers: how many lines match, and what stands in them. Pure."""

from __future__ import annotations

import re

from netwb.compliance.checks.held import Held, between, lines_matching, quoted, values_matching
from netwb.compliance.patterns import Late
from netwb.compliance.records import Count, Value
from netwb.compliance.text import ConfigText, Scope, shown

_NUMBER = re.compile(r"-?[0-9]{1,20}")


def count(verb: Count, text: ConfigText, scope: Scope, late: Late) -> Held:
    """So many lines match."""
    lines = text.within(scope, text.matching(verb.match, late))
    if verb.distinct:
        captured = text.captured(verb.match, late)
        lines = tuple(sorted({captured[line]: line for line in reversed(lines)}.values()))
    few = verb.at_least is not None and len(lines) < verb.at_least
    many = verb.at_most is not None and len(lines) > verb.at_most
    bounds = between(verb.at_least, verb.at_most)
    verbed = "are" if (verb.at_most if verb.at_least is None else verb.at_least) != 1 else "is"
    return Held(
        holds=not few and not many,
        found=(values_matching if verb.distinct else lines_matching)(len(lines), verb.match),
        need=f"{bounds} {verbed} {'allowed' if verb.at_least is None else 'needed'}",
        at_fault=lines if many else (),
        evidence=() if many else lines,
    )


def value(verb: Value, text: ConfigText, scope: Scope, late: Late) -> Held:
    """What every matching line holds is within bounds; where none matches, the default is."""
    captured = text.captured(verb.match, late)
    lines = text.within(scope, text.matching(verb.match, late))
    values = {line: _word(captured[line], verb.default) for line in lines}
    if not values:
        return _by_default(verb)
    wrong = tuple(line for line, word in values.items() if not _allowed(word, verb))
    said = wrong[0] if wrong else lines[0]
    among = f" in line {said + 1}" + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else "")
    return Held(
        holds=not wrong,
        found=f"Found {_told(values[said])}{among} by {quoted(verb.match)}",
        need=_needed(verb),
        at_fault=wrong,
        evidence=tuple(line for line in lines if _allowed(values[line], verb)),
        surplus=wrong,
    )


def _by_default(verb: Value) -> Held:
    nothing = lines_matching(0, verb.match)
    if verb.default is None:
        return Held(holds=False, found=nothing, need=f"one with {_bounds(verb)} is needed")
    return Held(
        holds=_allowed(verb.default, verb),
        found=f"{nothing}, so that the default {quoted(verb.default)} holds",
        need=_needed(verb),
    )


def _word(captured: bytes | None, default: str | None) -> str | None:
    return default if captured is None else shown(captured)


def _allowed(word: str | None, verb: Value) -> bool:
    if word is None or (verb.one_of and word not in verb.one_of):
        return False
    if verb.at_least is None and verb.at_most is None:
        return True
    if not _NUMBER.fullmatch(word):
        return False
    number = int(word)
    low = number if verb.at_least is None else verb.at_least
    high = number if verb.at_most is None else verb.at_most
    return low <= number <= high


def _told(word: str | None) -> str:
    return "no value" if word is None else quoted(word)


def _needed(verb: Value) -> str:
    return f"{_bounds(verb)} is needed"


def _bounds(verb: Value) -> str:
    words = [f"one of {', '.join(map(quoted, verb.one_of))}"] if verb.one_of else []
    if verb.at_least is not None or verb.at_most is not None:
        words.append(between(verb.at_least, verb.at_most))
    return " and ".join(words)
