"""Words of compliance: rules, what a rule finds in a configuration, and the states that are shown.

Frozen records that travel between floors. No I/O.
"Compliant" needs proof: where something is missing (the text, a section, a check for the platform)
the state is `not_evaluated`, and the reason says what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from netwb.compliance.selector import EVERY_DEVICE, Selector

Severity = Literal["low", "medium", "high", "critical"]
Judged = Literal["compliant", "non_compliant", "not_evaluated"]
State = Literal["compliant", "non_compliant", "not_evaluated", "stale", "waived"]
Origin = Literal["starter", "provider", "tenant"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
JUDGED: tuple[Judged, ...] = get_args(Judged)
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class MustContain:
    """Each of these lines stands there, to the letter, indentation aside."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNotContain:
    """None of these lines stands there."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MustMatch:
    """For each pattern there is a line that it matches."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MustNotMatch:
    """No line matches any of these patterns."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The first lines that match these patterns stand in this order; each pattern has one."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many lines match; at least one bound is given.

    distinct  lines in which the pattern's one group matches the same count once
    """

    match: str
    at_least: int | None = None
    at_most: int | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What the pattern's one group matches is within bounds, in every line that matches.

    one_of   the words that it may be; empty: any
    default  what holds where no line matches; None: a line must
    """

    match: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningIsStartup:
    """What runs is what the device would boot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InPython:
    """A function of the provider's own `rules/*.py`; it runs in a process of its own."""

    file: str
    function: str


Verb = (
    MustContain
    | MustNotContain
    | MustMatch
    | MustNotMatch
    | Ordered
    | Count
    | Value
    | RunningIsStartup
    | InPython
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a rule asks of a text, or of each section that it means.

    platforms         where it is asked; empty: everywhere
    inside            path of section headers, outermost first, each a pattern that matches the whole
                      header; empty: the whole text
    where, where_not  only sections that hold such a line, or hold none
    without_section   what it is when no section is meant
    needed            what is needed, in people's words; empty: said from the verb
    add               lines that remediation adds in each section at fault
    line              where the check stands in its file
    """

    verb: Verb
    platforms: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    where: str | None = None
    where_not: str | None = None
    without_section: Judged = "not_evaluated"
    needed: str = ""
    add: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that passes, one that fails, or both; `at` are lines of `fails` that must be found.

    startup_*  what the device would boot then, for rules that compare the two
    line       where the example stands in its file
    """

    platform: str
    passes: str | None = None
    fails: str | None = None
    at: tuple[int, ...] = ()
    startup_passes: str | None = None
    startup_fails: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as its file has it.

    note       words about its remediation
    origin     file and line: "starter/ntp.yaml:12"
    tenant_id  whose devices alone it means; None: it is the provider's
    fault      why it cannot be evaluated, a sentence; empty: it can
    """

    id: str
    title: str
    severity: Severity
    why: str = ""
    reference: str = ""
    locked: bool = False
    applies_to: Selector = EVERY_DEVICE
    checks: tuple[Check, ...] = ()
    examples: tuple[Example, ...] = ()
    note: str = ""
    origin: str = ""
    tenant_id: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line that a finding stands on; `line` counts from 1.

    section  headers that enclose it: "router bgp 64500 > vrf RED"; empty at the top
    fault    False: the line is evidence, or was found but is too little
    """

    line: int
    text: str
    section: str
    fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Lines that are missing in one section; `section` are its headers, outermost first."""

    lines: tuple[str, ...]
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule found in one text.

    reason   one sentence: what was found and what is needed, or why nothing was evaluated
    wanted   what remediation adds
    surplus  the lines, from 1, that remediation takes out
    """

    rule_id: str
    state: Judged
    reason: str
    places: tuple[Place, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    surplus: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """What one file says.

    off     ids that this file's scope does without; `off_lines`: where each stands
    faults  one sentence each, beginning with `file:line: `; a rule at fault is among `rules` all
            the same where its id can be read, so that it shows as not evaluated
    """

    name: str
    origin: Origin
    rules: tuple[Rule, ...] = ()
    off: tuple[str, ...] = ()
    off_lines: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()
    tenant_id: str | None = None
