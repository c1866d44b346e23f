"""REST of compliance: what each device is by each rule, one finding, rules, and what is waived."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from netwb.compliance.records import State
from netwb.compliance.report import (
    WORST_FIRST,
    Cell,
    CellChange,
    ComplianceReport,
    DeviceCompliance,
    FindingStory,
    RuleHead,
    RuleProblem,
    Waiver,
)
from netwb.roles import Permission
from netwb.spreadsheets import tame
from netwb.web.compliance_shapes import (
    EndingWaiver,
    FindingAnswer,
    NewWaiver,
    ResultsAnswer,
    ResultsQuery,
    RulesAnswer,
    TenantQuery,
    WaiverAnswer,
    WaiversAnswer,
    WaiversQuery,
)
from netwb.web.operations import (
    BASE,
    JSON,
    Answer,
    Call,
    NoQuery,
    Operation,
    answer,
    in_json,
    rfc3339,
)
from netwb.web.paging import behind, left_off, place_of
from netwb.workbench import Workbench

CSV = "text/csv"
_Cell = tuple[DeviceCompliance, str, Cell]  # of a device by a rule
_CSV_UTF8 = f"{CSV}; charset=utf-8"
_COLUMNS = (
    *("tenant", "site", "hostname", "device_id", "platform", "rule", "title", "severity", "state"),
    *("since", "revision_number", "copy_at", "checked_at"),
)


def results(call: Call[ResultsQuery, None]) -> Answer:
    """What each device is by each rule, as it was judged last; also as CSV.

    `stale`: the good copy is too old to tell. `waived`: somebody answers for it until a day. Only
    `compliant` is proof. A CSV is a page as well, of `limit` rows (50, or up to 500); the next one
    stands in `Link`, as of the inventory for an ERP.
    """
    query, last = call.query, left_off(call)
    report = _narrowed(call.bench, query.tenant, query.site).compliance(query.device)
    cells = list(_cells(report, query))
    rest = behind(cells, last, _order)
    more = len(rest) > query.limit
    cursor = (
        call.bench.mark(call.place, place_of(cells, rest[query.limit - 1], _order))
        if more
        else None
    )
    shown = [_cell(report, one) for one in rest[: query.limit]]
    if call.media == CSV:
        return _tagged(_csv(shown), media=_CSV_UTF8, headers=_links(call, cursor))
    return _tagged(
        in_json(
            {
                "items": shown,
                "next": cursor,
                "counts": _counts(report, query.rule),
                "problems": [_problem(one) for one in report.problems],
                "checked_at": rfc3339(report.checked_at),
            }
        )
    )


def finding(call: Call[NoQuery, None]) -> Answer:
    """One device by one rule: what is found in the copy that is kept, since when, what would mend it."""
    story = call.bench.finding(call.path["device_id"], call.path["rule_id"])
    return _tagged(in_json(_finding(story)))


def rules(call: Call[TenantQuery, None]) -> Answer:
    """Rules that hold, and those that are switched off, by id."""
    bench = _narrowed(call.bench, call.query.tenant, None)
    document = {
        "items": [_rule(one) for one in bench.rules()],
        "next": None,
        "problems": [_problem(one) for one in bench.rule_problems()],
    }
    return _tagged(in_json(document))


def waivers(call: Call[WaiversQuery, None]) -> Answer:
    """What devices may break for a while, newest first."""
    bench = _narrowed(call.bench, call.query.tenant, None)
    found = bench.waivers("all" if call.query.over else "in force")
    return _tagged(in_json({"items": [_waiver(one) for one in found], "next": None}))


def waive(call: Call[NoQuery, NewWaiver]) -> Answer:
    """Let a device break a rule for a while; you answer for it, and it ends by itself.

    One that is in force for the same is replaced. 400: it would last too long, or have no effect, as
    the rule does not mean the device or the device is retired; 404: the rule is none.
    """
    body = call.body
    made = call.bench.waive(body.device, body.rule, reason=body.reason, until=body.until)
    where = {"Location": f"{BASE}/compliance/waivers?tenant={made.tenant}"}
    return answer(_waiver(made), status=HTTPStatus.CREATED, headers=where)


def end_waiver(call: Call[NoQuery, EndingWaiver]) -> Answer:
    """End a waiver now; the rule holds for the device again."""
    return answer(_waiver(call.bench.end_waiver(call.path["waiver_id"])))


def _narrowed(bench: Workbench, tenant: str | None, site: str | None) -> Workbench:
    given = {"tenant": tenant, "site": site}
    return bench.where(**{name: value for name, value in given.items() if value is not None})


def _cells(report: ComplianceReport, query: ResultsQuery) -> Iterator[_Cell]:
    """Those asked for, by tenant, hostname and rule; tens of thousands in a large network."""
    for one in sorted(report.devices, key=lambda one: (one.tenant, one.hostname)):
        ids = sorted(one.cells) if query.rule is None else [query.rule]
        for rule_id in ids:
            cell = one.cells.get(rule_id)
            if cell is not None and query.state in {None, cell.state}:
                yield one, rule_id, cell


def _counts(report: ComplianceReport, rule_id: str | None) -> dict[State, int]:
    if rule_id is None:
        return report.counts()
    return report.counts_by_rule().get(rule_id) or dict.fromkeys(WORST_FIRST, 0)


def _order(cell: _Cell) -> list[str]:
    return [cell[0].tenant, cell[0].hostname, cell[1]]


def _cell(report: ComplianceReport, found: _Cell) -> dict[str, Any]:
    one, rule_id, cell = found
    head = report.head(rule_id, one.tenant)
    return {
        "tenant": one.tenant,
        "site": one.site,
        "hostname": one.hostname,
        "device_id": one.device_id,
        "platform": one.platform,
        "rule": rule_id,
        "title": head.title if head else "",
        "severity": head.severity if head else None,
        "state": cell.state,
        "since": rfc3339(cell.since),
        "revision_number": cell.number,
        "copy_at": rfc3339(one.copy_at),
        "checked_at": rfc3339(one.checked_at),
    }


def _finding(story: FindingStory) -> dict[str, Any]:
    one, cell, rule = story.device, story.cell, story.rule
    return {
        "tenant": one.tenant,
        "site": one.site,
        "hostname": one.hostname,
        "device_id": one.device_id,
        "platform": one.platform,
        "rule": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "state": cell.state,
        "since": rfc3339(cell.since),
        "revision_number": cell.number,
        "copy_at": rfc3339(one.copy_at),
        "checked_at": rfc3339(one.checked_at),
        "why": rule.why,
        "reason": story.finding.reason if story.finding else _cause(one, rule.id),
        "lines": [
            {"number": line.number, "text": line.text, "section": line.section, "mark": line.mark}
            for line in story.lines
        ],
        "by": story.by,
        "remediation": story.remediation,
        "rollback": story.rollback,
        "timeline": [_change(change) for change in story.timeline],
        "waiver": _waiver(story.waiver) if story.waiver else None,
    }


def _cause(one: DeviceCompliance, rule_id: str) -> str:
    """Without the command that cures it, which is no caller's of REST."""
    return one.reason(rule_id).partition("; ")[0]


def _change(one: CellChange) -> dict[str, Any]:
    return {
        "at": rfc3339(one.at),
        "old": one.old,
        "new": one.new,
        "revision": one.revision,
        "author": one.author,
    }


def _rule(one: RuleHead) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "why": one.why,
        "reference": one.reference,
        "locked": one.locked,
        "source": one.source,
        "tenant": one.tenant,
        "applies_to": one.applies_to,
        "platforms": list(one.platforms),
        "off_for": list(one.off_for),
    }


def _waiver(one: Waiver) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant": one.tenant,
        "hostname": one.hostname,
        "device_id": one.device_id,
        "rule": one.rule_id,
        "reason": one.reason,
        "owner": one.owner,
        "created_at": rfc3339(one.created_at),
        "until": rfc3339(one.until),
        "ended_at": rfc3339(one.ended_at),
        "ended_by": one.ended_by,
        "in_force": one.in_force,
    }


def _problem(one: RuleProblem) -> dict[str, str]:
    return {"file": one.file, "message": one.message}


def _csv(cells: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, _COLUMNS)
    rows.writeheader()
    for cell in cells:
        rows.writerow({k: "" if v is None else tame(str(v)) for k, v in cell.items()})
    return text.getvalue().encode(errors="replace")


def _links(call: Call[ResultsQuery, None], cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    asked = call.query.model_dump(mode="json", exclude_defaults=True) | {"cursor": cursor}
    return {"Link": f'<{BASE}/compliance/results?{urlencode(asked)}>; rel="next"'}


def _tagged(content: bytes, **how: Any) -> Answer:
    return Answer(content=content, etag=sha256(content).hexdigest()[:32], **how)


_LINK = {
    "Link": (
        "Of a CSV: the next page.",
        '</api/v1/compliance/results?cursor=bmV0d2I>; rel="next"',
    )
}
OPERATIONS = (
    Operation(
        method="GET",
        path="/compliance/results",
        do=results,
        query=ResultsQuery,
        gives={JSON: ResultsAnswer, CSV: None},
        tells=_LINK,
        needs=Permission.COMPLIANCE_VIEW,
        has_etag=True,
    ),
    Operation(
        method="GET",
        path="/compliance/results/{device_id}/{rule_id}",
        do=finding,
        gives={JSON: FindingAnswer},
        needs=Permission.COMPLIANCE_VIEW,
        has_etag=True,
        kept="never",
    ),
    Operation(
        method="GET",
        path="/compliance/rules",
        do=rules,
        query=TenantQuery,
        gives={JSON: RulesAnswer},
        needs=Permission.COMPLIANCE_VIEW,
        has_etag=True,
    ),
    Operation(
        method="GET",
        path="/compliance/waivers",
        do=waivers,
        query=WaiversQuery,
        gives={JSON: WaiversAnswer},
        needs=Permission.COMPLIANCE_VIEW,
        has_etag=True,
    ),
    Operation(
        method="POST",
        path="/compliance/waivers",
        do=waive,
        body=NewWaiver,
        gives={JSON: WaiverAnswer},
        status=201,
        needs=Permission.COMPLIANCE_EDIT,
    ),
    Operation(
        method="POST",
        path="/compliance/waivers/{waiver_id}/end",
        do=end_waiver,
        body=EndingWaiver,
        gives={JSON: WaiverAnswer},
        needs=Permission.COMPLIANCE_EDIT,
    ),
)
