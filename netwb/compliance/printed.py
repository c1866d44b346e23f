"""What is printed of compliance: a matrix as somebody looks at it, and its findings. Words, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from netwb.compliance.records import Severity, State


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRow:
    """A device; `states` has one a column, None where the rule does not mean it.

    note   beside its name: how many it breaks, or that its copy is stale
    """

    hostname: str
    note: str
    states: tuple[State | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedGroup:
    """Devices under one head: a tenant's, or a site's."""

    title: str
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFinding:
    """A rule that a device breaks, or is waived from; `since` in the reader's words."""

    device: str
    rule: str
    title: str
    severity: Severity
    state: State
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedMatrix:
    """All of it.

    told    sentences under the title: of whom it is, what was left out, when it was checked
    counts  cells by state, worst first
    rules   ids of the columns
    quiet   a sentence of the devices that are compliant and not listed; "": none is left out
    """

    at: datetime
    told: tuple[str, ...]
    counts: tuple[tuple[State, int], ...]
    rules: tuple[str, ...]
    groups: tuple[PrintedGroup, ...]
    findings: tuple[PrintedFinding, ...]
    quiet: str = ""
