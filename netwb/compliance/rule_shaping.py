"""Make the records of a rule out of its shape. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from netwb.compliance.records import (
    Check,
    Count,
    Example,
    InPython,
    MustContain,
    MustMatch,
    MustNotContain,
    MustNotMatch,
    Ordered,
    Rule,
    RunningIsStartup,
    Value,
    Verb,
)
from netwb.compliance.selector import EVERY_DEVICE, Selector, Words
from netwb.compliance.shapes import (
    CheckShape,
    CountShape,
    ExampleShape,
    HeadShape,
    PythonShape,
    RuleShape,
    SelectorShape,
    ValueShape,
    WordsShape,
)


class LineOf(Protocol):
    """The line of what stands at a path within the rule."""

    def __call__(self, *path: str | int) -> int:
        """From 1."""


def rule_of(shape: RuleShape, *, line_of: LineOf) -> Rule:
    """The rule, without what only its file knows."""
    checks = tuple(
        _check(check, line_of("checks", number)) for number, check in enumerate(shape.checks)
    )
    examples = tuple(
        _example(example, line_of("examples", number))
        for number, example in enumerate(shape.examples)
    )
    return replace(_head(shape, checks), examples=examples, note=shape.remediation_note or "")


def python_rule_of(shape: PythonShape, verb: InPython, *, origin: str, line: int) -> Rule:
    """The rule whose one check is that function."""
    check = Check(verb=verb, platforms=shape.platform, line=line)
    examples = tuple(_example(example, line) for example in shape.examples)
    return replace(_head(shape, (check,)), examples=examples, origin=origin)


def _head(shape: HeadShape, checks: tuple[Check, ...]) -> Rule:
    return Rule(
        id=shape.id,
        title=shape.title,
        severity=shape.severity,
        why=shape.why or "",
        reference=shape.reference or "",
        locked=shape.locked,
        applies_to=selector_of(shape.applies_to),
        checks=checks,
    )


def selector_of(shape: SelectorShape | None) -> Selector:
    """Every device where there is none."""
    if shape is None:
        return EVERY_DEVICE
    return Selector(words=_words(shape), without=_words(shape.without or WordsShape()))


def _words(shape: WordsShape) -> Words:
    return Words(
        platform=shape.platform or (),
        role=shape.role or (),
        site=shape.site or (),
        label=shape.label or (),
        tenant=shape.tenant or (),
        hostname=shape.hostname or (),
    )


def _check(shape: CheckShape, line: int) -> Check:
    return Check(
        verb=_verb(shape),
        platforms=shape.platform or (),
        inside=shape.inside or (),
        where=shape.where,
        where_not=shape.where_not,
        without_section=shape.without_section or "not_evaluated",
        needed=shape.needed or "",
        add=shape.add or (),
        line=line,
    )


def _verb(shape: CheckShape) -> Verb:
    """The one that is given; the shape sees to it that one is."""
    verbs: tuple[Verb | None, ...] = (
        MustContain(lines=shape.must_contain) if shape.must_contain else None,
        MustNotContain(lines=shape.must_not_contain) if shape.must_not_contain else None,
        MustMatch(patterns=shape.must_match) if shape.must_match else None,
        MustNotMatch(patterns=shape.must_not_match) if shape.must_not_match else None,
        Ordered(patterns=shape.ordered) if shape.ordered else None,
        _count(shape.count) if shape.count else None,
        _value(shape.value) if shape.value else None,
    )
    return next((verb for verb in verbs if verb is not None), RunningIsStartup())


def _count(shape: CountShape) -> Count:
    return Count(
        match=shape.match,
        at_least=shape.at_least,
        at_most=shape.at_most,
        distinct=shape.distinct,
    )


def _value(shape: ValueShape) -> Value:
    return Value(
        match=shape.match,
        at_least=shape.at_least,
        at_most=shape.at_most,
        one_of=shape.one_of or (),
        default=shape.default,
    )


def _example(shape: ExampleShape, line: int) -> Example:
    return Example(
        platform=shape.platform,
        passes=shape.passes,
        fails=shape.fails,
        at=shape.at or (),
        startup_passes=shape.startup_passes,
        startup_fails=shape.startup_fails,
        line=line,
    )
