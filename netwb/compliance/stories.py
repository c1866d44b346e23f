"""The story of one cell: what the rule finds in the kept text, where, since when, and who else has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from netwb.compliance.judging import judging
from netwb.compliance.keeping import Keeping
from netwb.compliance.python_rules import PythonRules
from netwb.compliance.reasons import HIDDEN, Findings, findings_of, unproven
from netwb.compliance.records import Finding, Rule
from netwb.compliance.remediation import Remediation, remediate
from netwb.compliance.report import (
    WORST_FIRST,
    ComplianceReport,
    DeviceCompliance,
    Elsewhere,
    ShownLine,
)
from netwb.compliance.rows import NO_TEXTS, read_texts
from netwb.compliance.sources import Loaded
from netwb.compliance.text import ConfigText
from netwb.roles import Scope
from netwb.store.database import Database

AROUND = 3  # lines above and below one at fault
MOST_LINES = 200
MOST_ELSEWHERE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """A rule asked of the kept text; `finding` is None where there is no text."""

    finding: Finding | None
    lines: tuple[ShownLine, ...] = ()
    remediation: Remediation = field(default_factory=Remediation)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryParts:
    """What a story is read with."""

    database: Database
    keeping: Keeping
    python: Callable[[], PythonRules]


def evaluated(
    parts: StoryParts, scope: Scope, device: DeviceCompliance, rule: Rule, loaded: Loaded
) -> Evaluated:
    """What the rule finds in the newest text that is kept."""
    with parts.database.reading(scope) as session:
        texts = read_texts(session, [device.device_id]).get(device.device_id, NO_TEXTS)
    if texts.running is None:
        return Evaluated(finding=None)
    text = parts.keeping.text(texts.running, device.platform)
    startup = parts.keeping.startup(texts, device.platform)
    with judging(loaded, parts.python) as judge_all:
        (finding,) = judge_all((rule,), text, platform=device.platform, startup=startup)
    remediation = Remediation()
    if finding.state == "non_compliant":
        remediation = remediate(rule, finding, text, platform=device.platform, startup=startup)
    return Evaluated(
        finding=finding, lines=tuple(shown_lines(text, finding)), remediation=remediation
    )


def findings_on(
    parts: StoryParts, scope: Scope, device: DeviceCompliance, tenant_id: str, loaded: Loaded
) -> Findings:
    """What each rule finds that a device is not compliant by."""
    bad = set(unproven(device))
    with parts.database.reading(scope) as session:
        texts = read_texts(session, [device.device_id]).get(device.device_id, NO_TEXTS)
    rules = [one for one in loaded.of(tenant_id).for_tenant(tenant_id) if one.id in bad]
    with judging(loaded, parts.python) as judge_all:
        return findings_of(parts.keeping, judge_all, rules, device.platform, texts)


def without_lines(found: Evaluated) -> Evaluated:
    """For who may not see configurations: that it is so, and no word of the text."""
    if found.finding is None:
        return found
    finding = replace(found.finding, reason=HIDDEN, places=(), wanted=(), surplus=())
    return Evaluated(finding=finding)


def shown_lines(text: ConfigText, finding: Finding) -> Iterator[ShownLine]:
    """The lines of a finding, with some around those at fault, from top to bottom."""
    marks = {place.line - 1: place.fault for place in finding.places}
    faults = [line for line, fault in marks.items() if fault] or list(marks)
    wanted: set[int] = set(marks)
    for line in faults:
        wanted |= set(range(line - AROUND, line + AROUND + 1))
    for line in sorted(wanted)[:MOST_LINES]:
        if not 0 <= line < len(text.lines):
            continue
        yield ShownLine(
            number=line + 1,
            text=text.shown(line),
            section=text.section(line),
            mark="" if line not in marks else "fault" if marks[line] else "evidence",
        )


def elsewhere(report: ComplianceReport, device_id: str, rule_id: str) -> tuple[Elsewhere, ...]:
    """Other devices by the same rule, worst first."""
    found = [
        Elsewhere(
            device_id=one.device_id,
            tenant=one.tenant,
            site=one.site,
            hostname=one.hostname,
            cell=one.cells[rule_id],
        )
        for one in report.devices
        if one.device_id != device_id and rule_id in one.cells
    ]
    return tuple(sorted(found, key=_badness)[:MOST_ELSEWHERE])


def _badness(one: Elsewhere) -> tuple[int, str, str]:
    return WORST_FIRST.index(one.cell.state), one.tenant, one.hostname


def only(devices: Sequence[DeviceCompliance], device_id: str) -> DeviceCompliance | None:
    """That one of them."""
    return next((one for one in devices if one.device_id == device_id), None)
