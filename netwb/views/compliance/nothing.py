"""What stands where the matrix would be: nothing checked, no rule, no device, nothing left by filters. Pure."""

from __future__ import annotations

from netwb.compliance.report import STATE_WORDS, ComplianceReport
from netwb.views.compliance.grid import Shown
from netwb.views.compliance.look import Look
from netwb.views.html import button
from netwb.views.states import empty
from netwb.views.words import count


def render_nothing(report: ComplianceReport, look: Look, shown: Shown, *, edits: bool) -> str:
    """Says what was looked at."""
    if look.narrows and report.devices:
        return _left_nothing(report, look, shown)
    check = button("Check now", "check", kind="primary", icon_="play") if edits else ""
    if not report.devices:
        said = "Rules are held against the configurations of devices in operation; none is here."
        return empty("No device", said)
    if report.checked_at is None:
        said = "Rules are held against the configurations after each night's backup."
        return empty("Nothing was checked yet", said, actions=check)
    return empty("No rule is in force", "No file of rules holds one for these devices.")


def _left_nothing(report: ComplianceReport, look: Look, shown: Shown) -> str:
    looked = f"{count(shown.devices, 'device')} by {count(len(report.rule_ids), 'rule')}"
    clear = button("Show all", "clear")
    if look.fresh:
        return empty(
            "Nothing broke since yesterday", f"Looked at {looked}.", shape_="ok", actions=clear
        )
    if look.opened or look.state == "non_compliant":
        return empty("No rule is broken here", f"Looked at {looked}.", shape_="ok", actions=clear)
    if look.state is not None:
        said = f"No cell is {STATE_WORDS[look.state]}"
        return empty(said, f"Looked at {looked}.", actions=clear)
    return empty("Nothing is left", "No device and no rule is as the filters ask.", actions=clear)


def render_not_meant(rule: str) -> str:
    """Of a cell that has nothing but a dash."""
    return empty("The rule does not mean this device", f"{rule} is for others; it says which.")
