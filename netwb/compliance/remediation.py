"""What would mend a finding, and what takes that back: lines for a person to read, never sent.

hier_config says how a platform takes a line out and puts one in; it is given the sections that change
and no more, so that a long text costs little. Nothing is given out that the rule would not find
compliant afterwards. Secrets stand as tokens in it, as they do in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from netwb.compliance.evaluate import judge
from netwb.compliance.patterns import line_pattern
from netwb.compliance.records import Finding, Rule, Value
from netwb.compliance.text import ConfigText
from netwb.configs.sections import Crumbs, readable
from netwb.configs.tokens import TOKEN
from netwb.loading import lazy

if TYPE_CHECKING:
    import hier_config
else:
    hier_config = lazy("hier_config")

_DRIVERS = MappingProxyType(  # netwb's name -> that of hier_config's driver
    {
        "cisco_ios": "CISCO_IOS",
        "cisco_xe": "CISCO_IOS",
        "cisco_xr": "CISCO_XR",
        "cisco_nxos": "CISCO_NXOS",
        "arista_eos": "ARISTA_EOS",
        "juniper_junos": "JUNIPER_JUNOS",
    }
)
_JUNOS = "juniper_junos"
_NO = "no "
_END = b"end"  # IOS, EOS and XR end their text so; new lines stand above it

Path = tuple[str, ...]  # a line below its headers, outermost first


@dataclass(frozen=True, slots=True, kw_only=True)
class Remediation:
    """Lines to enter in configuration mode, and those that take them back.

    reason   why there are none, a sentence; empty: there are
    """

    commands: str = field(default="", repr=False)
    rollback: str = field(default="", repr=False)
    reason: str = ""


def remediate(
    rule: Rule,
    finding: Finding,
    text: ConfigText,
    *,
    platform: str,
    startup: ConfigText | None = None,
) -> Remediation:
    """How the text would come to hold what the rule wants, as far as the finding says that."""
    if reason := _why_not(finding, text, platform):
        return Remediation(reason=reason)
    change = _change(rule, finding, text)
    mended = judge(rule, _edited(text, change), platform=platform, startup=startup)
    if mended.state != "compliant":
        said = "The rule names only a part of what would mend it; the rest is for you to decide."
        return Remediation(reason=f"{said} {mended.reason}")
    try:
        return _by_driver(text, change, platform)
    except ValueError as error:  # hier_config's own, of a line that it cannot turn round
        return Remediation(reason=f"hier_config cannot say how to take that back: {error}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What differs between the text and what it shall be.

    removed   numbers of lines, from 0
    added     lines to come, by the headers above them
    headers   sections of these that are there: number of their first line, by its path
    replaced  patterns, below their headers, of lines that take each other's place when one is entered:
              values of one setting, of which `no` might mean another, and a line and its contrary
    """

    removed: frozenset[int]
    added: tuple[tuple[Crumbs, tuple[str, ...]], ...]
    headers: Mapping[Path, int]
    replaced: tuple[Path, ...]


def _why_not(finding: Finding, text: ConfigText, platform: str) -> str:
    if finding.state != "non_compliant":
        return "There is nothing to mend."
    if platform not in _DRIVERS:
        return f"None is made for {platform}, as hier_config does not know that platform."
    if not finding.wanted and not finding.surplus:
        return "The rule names no lines that would mend it, as they depend on your network."
    if any(TOKEN.search(text.lines[line - 1]) for line in finding.surplus):
        return (
            "What must go holds a secret, which is hidden here, and its successor is yours to say."
        )
    return _why_not_on_junos(finding, text) if platform == _JUNOS else ""


def _why_not_on_junos(finding: Finding, text: ConfigText) -> str:
    """A `delete` of a leaf keeps the statement above it, which may be what is too much."""
    if text.style == "braces":
        return "None is made of a Junos text in braces; it is of `display set`."
    if finding.surplus and not finding.wanted:
        return (
            "None is made where Junos must delete, as the level at which to do it is yours to say."
        )
    return ""


def _change(rule: Rule, finding: Finding, text: ConfigText) -> _Change:
    surplus = {line - 1 for line in finding.surplus}
    added: dict[Crumbs, list[str]] = {}
    for wanted in finding.wanted:
        lines = added.setdefault(wanted.section, [])
        lines += [line for line in wanted.lines if line not in lines]
    contrary = {
        number: (*crumbs, f"^(no )?{re.escape(line.removeprefix(_NO))}$")
        for number, crumbs in enumerate(text.crumbs)
        if crumbs in added and _contrary(line := readable(text.lines[number])) in added[crumbs]
    }
    removed = _with_children(text, frozenset(surplus | contrary.keys()))
    return _Change(
        removed=removed,
        added=tuple((crumbs, tuple(lines)) for crumbs, lines in added.items()),
        headers=_headers(text, added),
        replaced=(*_values(rule, text, surplus, added), *contrary.values()),
    )


def _headers(text: ConfigText, sections: Iterable[Crumbs]) -> dict[Path, int]:
    paths = {path[:depth] for path in sections for depth in range(1, len(path) + 1)}
    outer = {path[:-1] for path in paths}
    found: dict[Path, int] = {}
    for number, crumbs in enumerate(text.crumbs):
        if crumbs in outer:
            path = (*crumbs, readable(text.lines[number]))
            if path in paths:
                found.setdefault(path, number)
    return found


def _values(
    rule: Rule, text: ConfigText, surplus: set[int], added: Mapping[Crumbs, Sequence[str]]
) -> Iterator[Path]:
    forms = [check.verb.match for check in rule.checks if isinstance(check.verb, Value)]
    for number in surplus:
        if any(line_pattern(form).holds(text.lines[number]) for form in forms):
            crumbs, old = text.crumbs[number], readable(text.lines[number])
            for new in added.get(crumbs, ()):
                if prefix := _shared(old, new):
                    yield (*crumbs, f"^{re.escape(prefix)} ")


def _shared(old: str, new: str) -> str:
    """The words with which both begin."""
    both = zip(old.split(), new.split(), strict=False)
    return " ".join(word for word, _ in takewhile(lambda pair: pair[0] == pair[1], both))


def _contrary(line: str) -> str:
    return line.removeprefix(_NO) if line.startswith(_NO) else f"{_NO}{line}"


def _with_children(text: ConfigText, removed: frozenset[int]) -> frozenset[int]:
    """Those lines, and all that stands deeper right below each."""
    found: set[int] = set()
    for first in removed:
        depth = len(text.crumbs[first])
        found.add(first)
        for number in range(first + 1, len(text.lines)):
            if len(text.crumbs[number]) <= depth:
                break
            found.add(number)
    return frozenset(found)


def _edited(text: ConfigText, change: _Change) -> ConfigText:
    """The text as it would be: lines gone, new ones below their headers."""
    lines = text.data.removesuffix(b"\n").split(b"\n")
    below: dict[int, list[bytes]] = {}
    top: list[bytes] = []
    for crumbs, added in change.added:
        known = _innermost(change, crumbs)
        depth = len(known)
        new = _indented((*crumbs[depth:], *added), depth, headers=len(crumbs) - depth)
        if known:
            below.setdefault(change.headers[known], []).extend(new)
        else:
            top += new
    return ConfigText.of(
        b"\n".join(_merged(lines, change.removed, below, top)) + b"\n", text.style, text.blocks
    )


def _innermost(change: _Change, path: Path) -> Path:
    """As much of the path as is there."""
    depth = len(path)
    while depth and path[:depth] not in change.headers:
        depth -= 1
    return path[:depth]


def _indented(lines: Path, depth: int, *, headers: int) -> Iterator[bytes]:
    """Headers ever deeper, and then the lines within."""
    for place, line in enumerate(lines):
        yield b" " * 3 * (depth + min(place, headers)) + line.encode()


def _merged(
    lines: list[bytes], removed: frozenset[int], below: dict[int, list[bytes]], top: list[bytes]
) -> Iterator[bytes]:
    ended = False
    for number, line in enumerate(lines):
        if line.rstrip() == _END and number >= len(lines) - 2:
            yield from top
            ended = True
        if number not in removed:
            yield line
        yield from below.get(number, ())
    if not ended:
        yield from top


def _by_driver(text: ConfigText, change: _Change, platform: str) -> Remediation:
    """Let hier_config say how the platform gets from one to the other."""
    driver = _driver(platform, change)
    running, intended = hier_config.HConfig(driver), hier_config.HConfig(driver)
    for crumbs, _ in change.added:
        known = _innermost(change, crumbs)
        _add(running, known)
        _add(intended, known)
    gone = {(*text.crumbs[number], readable(text.lines[number])) for number in change.removed}
    for number in _beside(text, change):
        path = (*text.crumbs[number], readable(text.lines[number]))
        _add(running, path)
        if number not in change.removed:
            _add(intended, path)
        elif path[:-1] not in gone:
            _add(intended, path[:-1])
    for crumbs, lines in change.added:
        for line in lines:
            _add(intended, (*crumbs, line))
    workflow = hier_config.WorkflowRemediation(running, intended)
    return Remediation(
        commands=_written(workflow.remediation_config),
        rollback=_written(workflow.rollback_config),
    )


def _driver(platform: str, change: _Change) -> Any:
    """hier_config's knowledge of the platform, and that these values take each other's place."""
    driver = hier_config.get_hconfig_driver(hier_config.Platform[_DRIVERS[platform]])
    match = hier_config.MatchRule
    driver.rules.idempotent_commands.extend(
        hier_config.models.IdempotentCommandsRule(
            match_rules=(*(match(equals=part) for part in path[:-1]), match(re_search=path[-1]))
        )
        for path in change.replaced
    )
    return driver


def _beside(text: ConfigText, change: _Change) -> Iterator[int]:
    """Lines that go, and those beside the new ones that begin as they do: one may replace another."""
    first_words = {(crumbs, _word(line)) for crumbs, lines in change.added for line in lines}
    sections = {crumbs for crumbs, _ in first_words}
    for number, crumbs in enumerate(text.crumbs):
        line = text.lines[number]
        if number in change.removed or (
            line and crumbs in sections and (crumbs, _word(readable(line))) in first_words
        ):
            yield number


def _word(line: str) -> str:
    return line.removeprefix(_NO).partition(" ")[0]


def _add(config: hier_config.HConfig, path: Path) -> None:
    if path:
        config.add_children_deep([" ".join(line.split()) for line in path])


def _written(config: hier_config.HConfig) -> str:
    return "\n".join(line.cisco_style_text() for line in config.all_children_sorted())
