"""Lines to the letter: which must stand in a scope, and which must not. Pure."""

from __future__ import annotations

from netwb.compliance.checks.held import Held, joined, quoted
from netwb.compliance.records import MustContain, MustNotContain
from netwb.compliance.text import ConfigText, Scope


def must_contain(verb: MustContain, text: ConfigText, scope: Scope) -> Held:
    """Each line stands there."""
    found = [text.within(scope, text.equal_to(line)) for line in verb.lines]
    missing = tuple(line for line, lines in zip(verb.lines, found, strict=True) if not lines)
    evidence = joined([lines[:1] for lines in found])
    if not missing:
        return Held(holds=True, found=_there(verb.lines), evidence=evidence)
    return Held(
        holds=False,
        found=_missing(missing, len(verb.lines)),
        need="it must stand there" if len(missing) == 1 else "each must stand there",
        evidence=evidence,
        wanted=missing,
    )


def must_not_contain(verb: MustNotContain, text: ConfigText, scope: Scope) -> Held:
    """None of the lines stands there."""
    found = {line: text.within(scope, text.equal_to(line)) for line in verb.lines}
    there = tuple(line for line, lines in found.items() if lines)
    if not there:
        return Held(holds=True, found=_none(verb.lines))
    lines = joined(list(found.values()))
    return Held(
        holds=False,
        found=_there(there),
        need="it must not stand there" if len(there) == 1 else "none of them may stand there",
        at_fault=lines,
        surplus=lines,
    )


def _there(lines: tuple[str, ...]) -> str:
    if len(lines) == 1:
        return f"Found the line {quoted(lines[0])}"
    return f"Found all of {len(lines)} lines, first {quoted(lines[0])}"


def _missing(missing: tuple[str, ...], asked: int) -> str:
    if len(missing) == 1:
        return f"No line is {quoted(missing[0])}"
    return f"{len(missing)} of {asked} lines are missing, first {quoted(missing[0])}"


def _none(lines: tuple[str, ...]) -> str:
    if len(lines) == 1:
        return f"No line is {quoted(lines[0])}"
    return f"Found none of {len(lines)} lines, first {quoted(lines[0])}"
