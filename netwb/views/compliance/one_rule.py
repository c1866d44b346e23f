"""The panel of one rule, and of nothing chosen: which rules most break, and how one goes on. Pure."""

from __future__ import annotations

from netwb.compliance.report import STATE_WORDS, WORST_FIRST, ComplianceReport, RuleHead
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.grid import SHAPES, Shown
from netwb.views.compliance.look import NO_FILTER
from netwb.views.compliance.wording import reference_of
from netwb.views.html import button, esc, icon, link, shape, state, tag
from netwb.views.words import count, listed, number

MOST_DEVICES, MOST_RULES = 12, 10


def render_rule(rule: RuleHead, report: ComplianceReport, eye: Eye) -> str:
    """What it asks, of whom, and who breaks it."""
    counts = report.counts_by_rule().get(rule.id, dict.fromkeys(WORST_FIRST, 0))
    sums = " ".join(
        f"<span>{state(SHAPES[one], f'{number(counts[one])} {STATE_WORDS[one]}')}</span>"
        for one in WORST_FIRST
        if counts[one]
    )
    close = tag(
        "button", icon("close"), type="button", class_="ib", data_act="shut", aria_label="Close"
    )
    why = f" Why: {esc(rule.why)}" if rule.why else ""
    head = (
        f'<div><div class="top"><span>rule · {esc(rule.severity)}</span>{close}</div>'
        f'<h2 id="finding">{esc(rule.id)}</h2>'
        f'<p class="sm t2">{esc(rule.title)}.{why}{reference_of(rule.reference)}</p></div>'
    )
    none = '<span class="t2 sm">No device is meant.</span>'
    return (
        f'<div class="aside">{head}<section><span class="lbl">Devices</span>'
        f'<div class="top">{sums or none}</div>{_breaking(rule, report, eye)}</section>'
        f'{_facts(rule)}<div class="acts">{button("Next finding", "next", key="f")}</div></div>'
    )


def _breaking(rule: RuleHead, report: ComplianceReport, eye: Eye) -> str:
    found = [
        one
        for one in report.devices
        if rule.id in one.cells and one.cells[rule.id].state == "non_compliant"
    ]
    rows = "".join(
        link(
            eye.cell_url(one.device_id, rule.id),
            f'{shape("bad")}<span class="cut"><span class="host">{esc(one.hostname)}</span>'
            f' <span class="t3">{esc(one.tenant)} / {esc(one.site)}</span></span>',
            data_act="cell",
            data_device=one.device_id,
            data_rule=rule.id,
        )
        for one in found[:MOST_DEVICES]
    )
    left = len(found) - MOST_DEVICES
    if left > 0:
        url = eye.address.url(**NO_FILTER | {"rules": rule.id, "only": "open"}, device=None)
        rows += link(url, esc(f"{number(left)} more"), class_="ac")
    return f'<div class="most">{rows}</div>' if rows else ""


def _facts(rule: RuleHead) -> str:
    facts = [
        ("Means", rule.applies_to),
        ("Platforms", listed(rule.platforms, at_most=8) or "any"),
        ("From", rule.origin + (", locked by the provider" if rule.locked else "")),
    ]
    facts += [("Of", rule.tenant)] if rule.tenant else []
    facts += [("Left out by", listed(rule.off_for, at_most=6))] if rule.off_for else []
    facts += [("Remediation", rule.note)] if rule.note else []
    rows = "".join(f"<dt>{name}</dt><dd>{esc(said)}</dd>" for name, said in facts)
    return f'<section><span class="lbl">The rule</span><dl class="story">{rows}</dl></section>'


def render_nothing_chosen(shown: Shown, report: ComplianceReport, eye: Eye) -> str:
    """Which rules most break, of those that are shown."""
    broken = sorted(
        ((many, one) for one, many in shown.by_rule.items() if many), key=lambda of: (-of[0], of[1])
    )
    titles = {one.id: one.title for one in report.rules}
    rows = "".join(
        link(
            eye.address.url(rule=one, device=None),
            f'<span class="cut">{esc(one)} <span class="t3">{esc(titles.get(one, ""))}</span></span>'
            f"<b>{number(many)}</b>",
            data_act="rule",
            data_rule=one,
        )
        for many, one in broken[:MOST_RULES]
    )
    if not rows:
        said = f"{count(shown.devices, 'device')}, and no rule is broken."
        return f'<div class="aside"><section><h2>Nothing is open</h2><p class="sm t2">{esc(said)}</p></section></div>'
    left = len(broken) - MOST_RULES
    more = (
        f'<p class="sm t3">{esc(count(left, "further rule"))} with findings.</p>'
        if left > 0
        else ""
    )
    first = button("First finding", "next", key="f")
    hint = '<p class="sm t2">Choose a cell to see the lines that it is about.</p>'
    return (
        f'<div class="aside"><section><h2>Broken most</h2>{hint}<div class="most">{rows}</div>{more}'
        f'<div class="acts">{first}</div></section>{render_problems(report)}</div>'
    )


def render_problems(report: ComplianceReport) -> str:
    """Rule files that are broken: file, line and cure."""
    if not report.problems:
        return ""
    rows = "".join(f"<li>{esc(one.message)}</li>" for one in report.problems)
    said = "Rules as they were last read well hold meanwhile." if _former(report) else ""
    return (
        f'<section role="note"><span class="lbl">{esc(count(len(report.problems), "rule file"))} broken</span>'
        f'<ul class="faults">{rows}</ul><p class="sm t3">{said}</p></section>'
    )


def _former(report: ComplianceReport) -> bool:
    return any(one.in_force == "former" for one in report.problems)
