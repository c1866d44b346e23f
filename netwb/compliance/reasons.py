"""Why cells are not compliant: their rules are asked once more, for the words and lines of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from netwb.compliance.judging import Judging
from netwb.compliance.keeping import Keeping
from netwb.compliance.records import Finding, Rule
from netwb.compliance.report import Cell, ComplianceReport, DeviceCompliance
from netwb.compliance.rows import Texts

Findings = Mapping[str, Finding]  # by rule id
UNPROVEN = frozenset({"non_compliant", "not_evaluated", "stale", "waived"})
HIDDEN = "What was found is for who holds config.view."


def findings_of(
    keeping: Keeping, judge_all: Judging, rules: Iterable[Rule], platform: str, texts: Texts
) -> dict[str, Finding]:
    """What those rules find in a device's texts; nothing where there is none."""
    asked = tuple(rules)
    if texts.running is None or not asked:
        return {}
    text = keeping.text(texts.running, platform)
    startup = keeping.startup(texts, platform)
    found = judge_all(asked, text, platform=platform, startup=startup)
    return {one.rule_id: one for one in found}


def unproven(device: DeviceCompliance) -> Collection[str]:
    """Ids of the rules that it is not compliant by."""
    return [rule_id for rule_id, cell in device.cells.items() if cell.state in UNPROVEN]


def with_reasons(
    report: ComplianceReport, found: Mapping[str, Findings], *, sees: bool
) -> ComplianceReport:
    """The same with the reason of each cell that is not compliant.

    found   findings by device id
    sees    whether whoever asks holds config.view; else no word of the text is told
    """
    return replace(
        report,
        devices=tuple(
            replace(one, cells=_explained(one, found.get(one.device_id, {}), sees=sees))
            for one in report.devices
        ),
    )


def _explained(one: DeviceCompliance, found: Findings, *, sees: bool) -> dict[str, Cell]:
    return {
        rule_id: _with(cell, found[rule_id], sees=sees)
        if rule_id in found and cell.state in UNPROVEN - {"stale"}
        else cell
        for rule_id, cell in one.cells.items()
    }


def _with(cell: Cell, finding: Finding, *, sees: bool) -> Cell:
    if not sees:
        return replace(cell, reason=HIDDEN)
    return replace(cell, reason=finding.reason, places=finding.places)
