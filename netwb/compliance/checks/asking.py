"""Ask one check of a text: which sections it means, what its verb finds in each, and what that makes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from netwb.compliance.checks.bounds import count, value
from netwb.compliance.checks.containing import must_contain, must_not_contain
from netwb.compliance.checks.held import Held, joined, quoted
from netwb.compliance.checks.matching import must_match, must_not_match, ordered
from netwb.compliance.checks.startup import running_is_startup
from netwb.compliance.patterns import Late, in_time
from netwb.compliance.records import (
    Check,
    Count,
    Judged,
    MustContain,
    MustMatch,
    MustNotContain,
    MustNotMatch,
    Ordered,
    RunningIsStartup,
    Value,
    Wanted,
)
from netwb.compliance.text import ConfigText, Lines, Scope
from netwb.errors import RuleError

_BY_LINE: Mapping[type, Callable[[Any, ConfigText, Scope], Held]] = {
    MustContain: must_contain,
    MustNotContain: must_not_contain,
}
_BY_PATTERN: Mapping[type, Callable[[Any, ConfigText, Scope, Late], Held]] = {
    MustMatch: must_match,
    MustNotMatch: must_not_match,
    Ordered: ordered,
    Count: count,
    Value: value,
}
_UNKNOWN = (
    "No startup configuration of this device is kept; the setting collect.startup takes it along"
)
_AT_ONCE = 1_000  # sections that are asked between two looks at the clock
_LITERAL = frozenset(" -_/:,;=@#%&~<>\"'!")  # what a pattern may hold and still mean itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one check makes of a text; lines count from 0.

    reason  a sentence without its full stop
    """

    state: Judged
    reason: str
    at_fault: Lines = ()
    evidence: Lines = ()
    wanted: tuple[Wanted, ...] = ()
    surplus: Lines = ()


def ask(check: Check, text: ConfigText, startup: ConfigText | None, late: Late) -> Answer:
    """Raises RuleError where the check cannot be asked."""
    if isinstance(check.verb, RunningIsStartup):
        if startup is None or startup.missing:
            return Answer(state="not_evaluated", reason=startup.missing if startup else _UNKNOWN)
        return _answer(check, text, [(text.whole, running_is_startup(text, startup))])
    scopes = _meant(check, text, late)
    if not scopes:
        return _without_section(check)
    return _answer(check, text, list(_each(check, text, scopes, late)))


def state_of(check: Check, text: ConfigText, startup: ConfigText | None, late: Late) -> Judged:
    """The state of that answer alone; the first section at fault ends it."""
    if isinstance(check.verb, RunningIsStartup):
        return ask(check, text, startup, late).state
    scopes = _meant(check, text, late)
    if not scopes:
        return check.without_section
    held = all(held.holds for _, held in _each(check, text, scopes, late))
    return "compliant" if held else "non_compliant"


def _each(
    check: Check, text: ConfigText, scopes: list[Scope], late: Late
) -> Iterator[tuple[Scope, Held]]:
    for number, scope in enumerate(scopes):
        if number % _AT_ONCE == 0:
            in_time(late)
        yield scope, _held(check, text, scope, late)


def _held(check: Check, text: ConfigText, scope: Scope, late: Late) -> Held:
    kind = type(check.verb)
    if kind in _BY_LINE:
        return _BY_LINE[kind](check.verb, text, scope)
    if kind in _BY_PATTERN:
        return _BY_PATTERN[kind](check.verb, text, scope, late)
    msg = "A rule in Python is asked in a process of its own, not here"
    raise RuleError(msg)


def _meant(check: Check, text: ConfigText, late: Late) -> list[Scope]:
    """The sections that the check means, or the whole text."""
    scopes = text.scopes(check.inside, late) if check.inside else (text.whole,)
    if check.where is None and check.where_not is None:
        return list(scopes)
    return [scope for scope in scopes if _is_meant(check, text, scope, late)]


def _is_meant(check: Check, text: ConfigText, scope: Scope, late: Late) -> bool:
    if check.where is not None and not text.within(scope, text.matching(check.where, late)):
        return False
    return check.where_not is None or not text.within(scope, text.matching(check.where_not, late))


def _without_section(check: Check) -> Answer:
    """No section is meant, and the rule says what that is."""
    held = [f"holds a line that matches {quoted(form)}" for form in [check.where] if form]
    held += [f"holds no line that matches {quoted(form)}" for form in [check.where_not] if form]
    if check.inside:
        path = " > ".join(check.inside)
        reason = f"No section matches {quoted(path)}" + "".join(f" and {words}" for words in held)
    else:
        reason = f"It is not so that the text {' and '.join(held)}"
    state = check.without_section
    if state != "non_compliant":
        return Answer(state=state, reason=reason)
    wanted = Wanted(lines=check.add, section=check.inside)
    return Answer(
        state=state,
        reason=f"{reason}{_needed(check, 'one is needed')}",
        wanted=(wanted,) if check.add and all(map(_is_literal, check.inside)) else (),
    )


def _is_literal(pattern: str) -> bool:
    return all(letter.isalnum() or letter in _LITERAL for letter in pattern)


def _answer(check: Check, text: ConfigText, asked: list[tuple[Scope, Held]]) -> Answer:
    wrong = [(scope, held) for scope, held in asked if not held.holds]
    told = wrong or asked
    reason = _where(text, [scope for scope, _ in told], len(asked), told[0][1].found)
    evidence = joined([held.evidence for _, held in told])
    if not wrong:
        need = told[0][1].need
        proof = f"{reason}, {need}" if need else reason
        return Answer(state="compliant", reason=proof, evidence=evidence)
    headers = tuple(s.header for s, held in wrong if s.header >= 0 and not held.at_fault)
    return Answer(
        state="non_compliant",
        reason=f"{reason}{_needed(check, wrong[0][1].need)}",
        at_fault=joined([headers, *(held.at_fault for _, held in wrong)]),
        evidence=evidence,
        wanted=tuple(w for scope, held in wrong if (w := _wanted(check, text, scope, held)).lines),
        surplus=joined([_surplus(check, held) for _, held in wrong]),
    )


def _wanted(check: Check, text: ConfigText, scope: Scope, held: Held) -> Wanted:
    return Wanted(lines=check.add or held.wanted, section=text.headers(scope))


def _surplus(check: Check, held: Held) -> Lines:
    """A wrong value is taken out only where the rule says what stands there instead."""
    return held.surplus if check.add or not isinstance(check.verb, Value) else ()


def _needed(check: Check, need: str) -> str:
    return f"; needed: {check.needed}" if check.needed else f", {need}"


def _where(text: ConfigText, scopes: list[Scope], asked: int, found: str) -> str:
    """The sentence's beginning, with the sections that it is about."""
    if scopes[0].header < 0:
        return found
    first = quoted(" > ".join(text.headers(scopes[0])))
    inner = found[0].lower() + found[1:]
    if asked == 1:
        return f"In {first}: {inner}"
    if len(scopes) == asked:
        return f"In each of {asked} sections, first {first}: {inner}"
    return f"In {len(scopes)} of {asked} sections, first {first}: {inner}"


def brief(answer: Answer) -> Answer:
    """The same, its reason as a part of a longer sentence."""
    return replace(answer, reason=answer.reason[0].lower() + answer.reason[1:])
