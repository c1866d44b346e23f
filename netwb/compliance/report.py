"""Words of compliance as the facade shows it: what each device is by each rule, since when, why.

A state is worked out when it is read, by the clock of then: what was judged is kept, what is stale or
waived is not. A device that a rule's selector does not mean has no cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from netwb.compliance.records import Finding, Judged, Origin, Place, Severity, State

WORST_FIRST: tuple[State, ...] = ("non_compliant", "not_evaluated", "stale", "waived", "compliant")
STATE_WORDS: Mapping[State, str] = {
    "compliant": "compliant",
    "non_compliant": "not compliant",
    "not_evaluated": "not evaluated",
    "stale": "stale",
    "waived": "waived",
}
NO_COPY = "no good copy of the configuration is kept; `netwb backup` takes one"
TOO_OLD = "the good copy is older than compliance.stale_hours; `netwb backup` takes a new one"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHead:
    """A rule as lists show it.

    tenant      whose own it is, by its slug; None: for all tenants
    applies_to  which devices it means, in words; "every device"
    origin      file and line: "starter/ntp.yaml:12", "rules/x.yaml:3", "acme/own.yaml:3"
    off_for     tenants in scope that do without it, by their slugs; "*": the provider does, for all
    """

    id: str
    title: str
    severity: Severity
    why: str
    reference: str
    locked: bool
    source: Origin
    tenant: str | None
    origin: str
    applies_to: str
    platforms: tuple[str, ...]
    note: str = ""
    off_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProblem:
    """A file of rules that cannot be used, or a Git repository that cannot be read.

    file      its name: "rules/ntp.yaml", "acme/own.yaml"; the repository's address
    tenant    whose file it is, by its slug; None: the provider's
    message   one sentence: file, line, and the cure
    in_force  "former": its rules as they were last read well; "none": its rules are missing
    """

    file: str
    tenant: str | None
    message: str
    in_force: Literal["former", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one device is by one rule.

    judged    what was evaluated last; `state` is that, unless the copy is stale or it is waived
    since     when the revision came that made it so; None: nothing was ever evaluated
    number    of that revision; None: a rule made it so, or it was so when it was seen first
    reason    what was found and what is needed, a sentence; "": nobody asked, or it is compliant
    places    the lines that it stands on, where the reason was asked for
    """

    state: State
    judged: Judged
    since: datetime | None = None
    number: int | None = None
    reason: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCompliance:
    """One device and its cells by rule id; a rule that does not mean it has none.

    copy_at      when the newest good copy was last seen to be what the device has; None: never any
    checked_at   when it was judged last; None: not yet
    revision     commit id of the copy that was judged; `number`: its number
    """

    device_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    role: str | None
    copy_at: datetime | None
    checked_at: datetime | None
    revision: str | None
    number: int | None
    cells: Mapping[str, Cell]

    def count(self, state: State) -> int:
        """How many rules it is so by."""
        return sum(cell.state == state for cell in self.cells.values())

    def reason(self, rule_id: str) -> str:
        """Why a cell is no proof, as far as it is known without the rule; "" where it is not."""
        cell = self.cells[rule_id]
        if self.copy_at is None:
            return NO_COPY
        return cell.reason or (TOO_OLD if cell.state == "stale" else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceReport:
    """Each device meant by each rule in force, as kept; worst devices first within their tenant.

    rules       those in force for any of the devices, worst first; an id comes once for all tenants
                (`tenant` None) and once for each tenant that has its own of that id
    problems    rule files that are broken
    judged      how many devices this check judged anew; 0 where nothing was checked
    checked_at  when all of it was checked last; None: never
    """

    at: datetime
    rules: tuple[RuleHead, ...]
    devices: tuple[DeviceCompliance, ...]
    problems: tuple[RuleProblem, ...] = ()
    judged: int = 0
    checked_at: datetime | None = None

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Columns of the matrix, in the order of `rules`."""
        return tuple(dict.fromkeys(rule.id for rule in self.rules))

    def head(self, rule_id: str, tenant: str | None = None) -> RuleHead | None:
        """The rule of that id as it is in force for a tenant: its own one, else that of all."""
        found = {rule.tenant: rule for rule in self.rules if rule.id == rule_id}
        return found.get(tenant) or found.get(None) or next(iter(found.values()), None)

    def counts(self) -> dict[State, int]:
        """Cells by their state; each state is there."""
        found = Counter(cell.state for one in self.devices for cell in one.cells.values())
        return {state: found[state] for state in WORST_FIRST}

    def counts_by_rule(self) -> dict[str, dict[State, int]]:
        """The same of each rule."""
        found: dict[str, dict[State, int]] = {
            rule_id: dict.fromkeys(WORST_FIRST, 0) for rule_id in self.rule_ids
        }
        for one in self.devices:
            for rule_id, cell in one.cells.items():
                found.setdefault(rule_id, dict.fromkeys(WORST_FIRST, 0))[cell.state] += 1
        return found

    @property
    def is_good(self) -> bool:
        """Whether each cell is compliant or waived, and no rule file is broken: what is unknown is no proof."""
        counts = self.counts()
        bad = counts["non_compliant"] + counts["not_evaluated"] + counts["stale"]
        return not self.problems and not bad


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """A device's state by a rule became another one.

    at      when the revision that did it was made, or the rule changed
    old     None: it was seen for the first time, and was so at that time at least
    number, revision, author   of the revision that did it; None and "" where a rule did, or nobody knows
    """

    at: datetime
    device_id: str
    tenant: str
    hostname: str
    rule_id: str
    old: Judged | None
    new: Judged | None
    number: int | None = None
    revision: str | None = None
    author: str = ""

    @property
    def kind(self) -> Literal["broke", "mended", "other"]:
        """What it means to people; seen for the first time it is other."""
        if self.new == "non_compliant" and self.old is not None:
            return "broke"
        return "mended" if self.new == "compliant" and self.old == "non_compliant" else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule that a device may break for a while.

    owner    who acted, and answers for it
    until    when it is over; `ended_at`: when somebody ended it before that
    in_force whether it held when this was read
    """

    id: str
    tenant: str
    device_id: str
    hostname: str
    rule_id: str
    reason: str
    owner: str
    created_at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    in_force: bool = False

    def is_in_force(self, at: datetime) -> bool:
        """Whether it holds at that time."""
        return self.ended_at is None and self.created_at <= at < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line of a configuration beside a finding.

    mark    "fault": breaks the rule · "evidence": what it was judged by · "": stands around it
    """

    number: int
    text: str
    section: str
    mark: Literal["fault", "evidence", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another device by the same rule."""

    device_id: str
    tenant: str
    site: str
    hostname: str
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingStory:
    """One rule and one device: what was found, where, since when, what would mend it.

    device       with all of its cells; `rule` as it is in force for its tenant
    finding      as evaluated just now on the kept revision; None: no text, or the rule does not mean it.
                 Without config.view its places, wanted lines and surplus are empty, and so is `lines`
    lines        those at fault with some around them, by number; a gap where numbers jump
    by           author of the revision that made it so; "": unknown, or a rule did
    remediation  lines to enter, never sent; `rollback`: what takes them back; "" where there is none
    no_remediation   why there is none
    timeline     newest first
    """

    device: DeviceCompliance
    rule: RuleHead
    cell: Cell
    finding: Finding | None
    lines: tuple[ShownLine, ...]
    revision_at: datetime | None
    by: str
    waiver: Waiver | None
    timeline: tuple[CellChange, ...]
    elsewhere: tuple[Elsewhere, ...]
    remediation: str = field(default="", repr=False)
    rollback: str = field(default="", repr=False)
    no_remediation: str = ""
    shows_lines: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendDay:
    """How many cells there were of each state at the end of a day (UTC); today: now."""

    day: date
    compliant: int
    non_compliant: int
    not_evaluated: int
    stale: int
    waived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMark:
    """What a revision did to rules: ids that it broke, and that it mended."""

    number: int
    revision: str
    at: datetime
    broke: tuple[str, ...]
    mended: tuple[str, ...]
