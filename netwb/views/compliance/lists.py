"""The rules in force, and the waivers, as tables with what may be done to them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwb.compliance.records import SEVERITIES, State
from netwb.compliance.report import ComplianceReport, RuleHead, Waiver
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.one_rule import render_problems
from netwb.views.html import button, esc, link, state, when
from netwb.views.states import empty
from netwb.views.words import count, exact_day, listed, number, until


def render_waivers(waivers: Sequence[Waiver], eye: Eye) -> str:
    """Those in force first, the next to end on top; then those that are over."""
    at = eye.at.now
    held = sorted((one for one in waivers if one.is_in_force(at)), key=lambda one: one.until)
    over = sorted((one for one in waivers if not one.is_in_force(at)), key=lambda one: one.until)
    body = (
        _waiver_table(held, eye)
        if held
        else empty("No waiver is in force", "Each rule counts for each device that it means.")
    )
    past = _panel("Over", _waiver_table(over[::-1], eye), note=number(len(over))) if over else ""
    said = "A waiver ends by itself; what is waived counts as no finding until then."
    return (
        f'<div class="lists">{_panel("Waivers", body, note=number(len(held)))}{past}'
        f'<p class="t3 sm">{said}</p></div>'
    )


def _waiver_table(waivers: Sequence[Waiver], eye: Eye) -> str:
    head = "".join(
        f"<th>{said}</th>"
        for said in ("State", "Device", "Rule", "Reason", "By", f"Since, {_zone(eye)}", "Until", "")
    )
    rows = "".join(_waiver(one, eye) for one in waivers)
    return f'<table class="fold" aria-label="Waivers"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _zone(eye: Eye) -> str:
    return esc(eye.at.zone.key.rpartition("/")[2].replace("_", " "))


def _waiver(one: Waiver, eye: Eye) -> str:
    at = eye.at
    holds = one.is_in_force(at.now)
    kind = state("waived", f"{until(one.until, at.now)} left") if holds else _ended(one)
    cell = link(eye.cell_url(one.device_id, one.rule_id), esc(one.rule_id), class_="ac")
    end = button("End…", "ask-end", data_waiver=one.id) if holds and eye.edits else ""
    return (
        f'<tr><td>{kind}</td><td><b>{esc(one.hostname)}</b> <span class="t3">{esc(one.tenant)}</span></td>'
        f'<td>{cell}</td><td class="wrap line">{esc(one.reason)}</td><td>{esc(one.owner)}</td>'
        f"<td>{when(one.created_at, at.now, at.zone)}</td><td>{exact_day(one.until)}</td>"
        f'<td class="r">{end}</td></tr>'
    )


def _ended(one: Waiver) -> str:
    if one.ended_at is None:
        return state("stale", "ran out")
    return state("stale", f"ended by {one.ended_by or 'somebody'}")


# ---- rules


def render_rules(
    rules: Sequence[RuleHead], report: ComplianceReport, eye: Eye, *, own: str = ""
) -> str:
    """Every rule with its counts, worst first; `own`: markup of the tenants' own files."""
    counts = report.counts_by_rule()
    ordered = sorted(
        rules, key=lambda one: (-_open(counts, one), -SEVERITIES.index(one.severity), one.id)
    )
    head = "".join(
        f"<th{' class=r' if right else ''}>{said}</th>"
        for said, right in (
            ("Rule", False),
            ("Severity", False),
            ("Means", False),
            ("From", False),
            ("Not compliant", True),
            ("Not evaluated", True),
            ("Waived", True),
            ("Compliant", True),
        )
    )
    rows = "".join(_rule(one, counts.get(one.id), eye) for one in ordered)
    table = f'<table class="fold rules" aria-label="Rules"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    body = (
        table
        if rows
        else empty(
            "No rule is in force", "A file of rules in the home, or the starter pack, gives some."
        )
    )
    problems = render_problems(report)
    return (
        f'<div class="lists">{f"<div class=panel><div class=body>{problems}</div></div>" if problems else ""}'
        f"{_panel('Rules', body, note=number(len(rules)))}{own}</div>"
    )


def _open(counts: Mapping[str, Mapping[State, int]], one: RuleHead) -> int:
    return counts.get(one.id, {}).get("non_compliant", 0)


def _rule(one: RuleHead, counts: Mapping[State, int] | None, eye: Eye) -> str:
    known = counts or {}
    name = link(eye.address.url(tab=None, rule=one.id, device=None), f"<b>{esc(one.id)}</b>")
    why = f'<span class="why">{esc(one.title)}. {esc(one.why)}</span>'
    origin = esc(one.origin) + (' <span class="chip">locked</span>' if one.locked else "")
    origin += f' <span class="chip">{esc(one.tenant)}</span>' if one.tenant else ""
    if one.off_for:
        origin += f' <span class="chip">off for {esc(listed(one.off_for))}</span>'
    kinds: tuple[tuple[State, str], ...] = (
        ("non_compliant", "not compliant"),
        ("not_evaluated", "not evaluated"),
        ("waived", "waived"),
        ("compliant", "compliant"),
    )
    cells = "".join(
        f'<td class="r" data-label="{said}">{_count(one, kind, known.get(kind, 0), eye)}</td>'
        for kind, said in kinds
    )
    return (
        f'<tr><td class="wrap">{name}{why}</td><td><span class="sev sev-{one.severity}">{esc(one.severity)}</span></td>'
        f'<td class="wrap t2">{esc(one.applies_to)}</td><td class="t2">{origin}</td>{cells}</tr>'
    )


def _count(one: RuleHead, kind: str, many: int, eye: Eye) -> str:
    if not many:
        return '<span class="t3">0</span>'
    url = eye.address.url(tab=None, rules=one.id, state=kind, only=None, site=None)
    return link(url, number(many))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A tenant's own file, and how many rules it has."""

    tenant: str
    name: str
    rules: int


def render_own(files: Sequence[OwnFile], tenants: Sequence[str], eye: Eye) -> str:
    """The tenants' own files, with a button for one more."""
    if not eye.edits:
        return ""
    add = button("New rules of a tenant…", "ask-rules", kind="primary") if tenants else ""
    rows = "".join(_own(one) for one in files)
    table = f'<table class="fold" aria-label="Own rules"><tbody>{rows}</tbody></table>'
    body = table if rows else '<div class="empty">No tenant has rules of its own.</div>'
    return _panel("Tenants' own rules", body, note="YAML, for that tenant's devices", actions=add)


def _own(one: OwnFile) -> str:
    tenant, name = one.tenant, one.name
    change = button("Change…", "ask-rules", data_tenant=tenant, data_name=name)
    drop = button("Drop…", "ask-drop", kind="danger", data_tenant=tenant, data_name=name)
    return (
        f"<tr><td><b>{esc(one.tenant)}/{esc(one.name)}</b></td>"
        f'<td class="t2">{esc(count(one.rules, "rule"))}</td>'
        f'<td class="r">{change} {drop}</td></tr>'
    )


def _panel(title: str, content: str, *, note: str = "", actions: str = "") -> str:
    n = f'<span class="n">{esc(note)}</span>' if note else ""
    push = f'<span class="push">{actions}</span>' if actions else ""
    return (
        f'<section class="panel" aria-label="{esc(title)}"><div class="bar"><h2 class="h">{esc(title)}{n}</h2>'
        f"{push}</div>{content}</section>"
    )
