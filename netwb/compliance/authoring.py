"""What a rule in Python is written with: `rule(...)`, the text it is given, and what it yields. Pure.

    from netwb.compliance.authoring import fault, proof, rule

    @rule(id="bgp-neighbors-described", title="BGP neighbors have a description", severity="low")
    def described(text):
        for section in text.sections("router bgp .*"):
            ...
            yield fault("the neighbor has no description", section.header)
        yield proof("every BGP neighbor has a description")

A rule yields a fault for each thing that is wrong, or at least one proof that nothing is. One that
yields neither says nothing, and the device is not evaluated; `raise CannotTellError("why")` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from netwb.compliance.text import ConfigText, Scope

MARK = "__netwb_rule__"


class CannotTellError(Exception):
    """The rule cannot tell from this text; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line without the blanks around it; `number` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: its header and all lines below it."""

    header: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that a rule yields; `line` counts from 1, None: it is about no single line."""

    is_fault: bool
    words: str
    line: int | None


class DeviceText:
    """The configuration that a rule is asked of."""

    def __init__(self, text: ConfigText, platform: str) -> None:
        self._text = text
        self.platform = platform

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines but those of banners and certificates."""
        return self._within(self._text.whole)

    def sections(self, *path: str) -> tuple[Section, ...]:
        """Sections by their headers, outermost first; each a pattern that matches the whole header."""
        return tuple(
            Section(header=self._line(scope.header), lines=self._within(scope))
            for scope in self._text.scopes(path, lambda: False)
        )

    def _within(self, scope: Scope) -> tuple[Line, ...]:
        numbers = tuple(range(scope.first, scope.last))
        return tuple(self._line(number) for number in self._text.within(scope, numbers))

    def _line(self, number: int) -> Line:
        return Line(number=number + 1, text=self._text.shown(number))


Asked = Callable[[DeviceText], Iterable[Said]]
AskedT = TypeVar("AskedT", bound=Asked)


def rule(  # noqa: PLR0913 - the keys that a rule has in YAML too
    *,
    id: str,  # noqa: A002 - as it is called in YAML
    title: str,
    severity: str,
    why: str = "",
    reference: str = "",
    locked: bool = False,
    platform: Sequence[str] = (),
    applies_to: Mapping[str, Any] | None = None,
    examples: Sequence[Mapping[str, Any]] = (),
) -> Callable[[AskedT], AskedT]:
    """Make a function a rule; the keys are those of a rule in YAML.

    platform  where it is asked; empty: everywhere
    """
    head = {"id": id, "title": title, "severity": severity, "why": why, "reference": reference}
    told: dict[str, Any] = {key: value for key, value in head.items() if value != ""}
    told |= {"locked": locked, "platform": list(platform), "examples": list(examples)}
    if applies_to is not None:
        told["applies_to"] = applies_to

    def marked(asked: AskedT) -> AskedT:
        setattr(asked, MARK, told)
        return asked

    return marked


def fault(words: str, line: Line | int | None = None) -> Said:
    """Something is wrong, at that line where it is at one."""
    return Said(is_fault=True, words=words, line=_number(line))


def proof(words: str, line: Line | int | None = None) -> Said:
    """What shows that the device complies."""
    return Said(is_fault=False, words=words, line=_number(line))


def _number(line: Line | int | None) -> int | None:
    return line.number if isinstance(line, Line) else line
