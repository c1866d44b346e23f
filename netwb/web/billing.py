"""REST of bills: what a tenant's port groups come to in a month, for the ERP.

The figures are those of `netwb billing`; a frozen month answers what was frozen, and reckons nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field

from netwb.billing.records import BillVersion, TenantBill
from netwb.metrics.billing.records import (
    POLICY,
    Exclusion,
    GroupBill,
    Percentile,
    Span,
    many,
)
from netwb.roles import Permission
from netwb.web.billing_shapes import BillAnswer
from netwb.web.operations import JSON, Answer, Asked, Call, Operation, in_json, rfc3339
from netwb.web.stamps import stamp

CSV, PDF = "text/csv", "application/pdf"
_CSV_UTF8 = f"{CSV}; charset=utf-8"


class BillQuery(Asked):
    """Of a tenant's bill."""

    period: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=40,
            description="Month of the contract; left out: the one it is.",
            examples=["2026-11"],
        ),
    ] = None
    version: Annotated[
        int | None,
        Field(
            ge=1,
            le=1_000_000,
            description="One that was frozen, also if it was reopened.",
            examples=[1],
        ),
    ] = None
    group: Annotated[
        str,
        Field(
            max_length=200,
            description="Only of this port group; for CSV it is asked for where there are several.",
            examples=["transit"],
        ),
    ] = ""


def bill(call: Call[BillQuery, None]) -> Answer:
    """What the port groups of one tenant come to in a month: the frozen bill, else as it is now.

    `p95_bps` is the 95th percentile by nearest rank in whole bit/s, of five-minute windows of the
    contract's time zone: the `rank`-th smallest of `windows`. As CSV it is the windows of one group,
    from which a spreadsheet gets the same figure; as PDF a page a group, or that of one.
    """
    tenant_id, query = call.path["tenant_id"], call.query
    period = query.period or ""
    frozen = call.bench.bill_stamp(tenant_id, period, version=query.version)
    tag = stamp(call, frozen) if frozen else ""
    if tag and tag in call.seen:
        return Answer(content=b"", etag=tag)
    if call.media == CSV:
        text = call.bench.bill_csv(tenant_id, period, group=query.group, version=query.version)
        return _tagged(text.encode(errors="replace"), _CSV_UTF8, tag)
    if call.media == PDF:
        content = call.bench.bill_pdf(tenant_id, period, group=query.group, version=query.version)
        return _tagged(content, PDF, tag)
    found = call.bench.bill(tenant_id, period, version=query.version, group=query.group)
    return _tagged(in_json(bill_json(found)), JSON, tag)


def _tagged(content: bytes, media: str, known: str) -> Answer:
    """By what it is known before it is read; a month that is not frozen by what it comes to."""
    tag = known or f"{sha256(content).hexdigest()[:32]}.{media.partition(';')[0].partition('/')[2]}"
    return Answer(content=content, media=media, etag=tag)


def bill_json(found: TenantBill) -> dict[str, Any]:
    """As the contract has it, with how each figure was found."""
    zones = {group.month.time_zone for group in found.groups}
    return {
        "tenant_id": found.tenant_id,
        "tenant": found.tenant,
        "period": found.month,
        "time_zone": zones.pop() if len(zones) == 1 else None,
        "over": all(group.is_over for group in found.groups),
        "frozen": found.frozen is not None,
        "version": found.frozen.version if found.frozen else None,
        "versions": [_version_json(one) for one in found.versions],
        "policy": POLICY,
        "notes": list(found.notes),
        "groups": [_group_json(one) for one in found.groups],
    }


def _group_json(one: GroupBill) -> dict[str, Any]:
    billed = one.billed
    return {
        "name": one.terms.group,
        "method": one.terms.method,
        "time_zone": one.month.time_zone,
        "state": one.state,
        "p95_bps": billed.bps if billed else None,
        "direction": billed.direction if billed else None,
        "rank": billed.rank if billed else None,
        "windows": one.present,
        "at": rfc3339(billed.at) if billed else None,
        "commit_bps": one.terms.commit_bps,
        "overage_bps": one.overage_bps,
        "percentiles": [_percentile_json(each) for each in one.percentiles],
        "octets_in": one.octets_in,
        "octets_out": one.octets_out,
        "over": one.is_over,
        "windows_of_month": one.windows,
        "windows_over": one.due,
        **_spans_json(one),
        "exclusions": [_exclusion_json(each) for each in one.exclusions],
        "forecast": _forecast_json(one),
        "digest": one.digest,
        "ports": [
            {
                "id": port.id,
                "device": port.device,
                "name": port.name,
                "circuit_ref": port.circuit_ref,
                "since": rfc3339(port.since),
                "until": rfc3339(port.until),
                "away": [
                    {"since": rfc3339(gone), "until": rfc3339(back)} for gone, back in port.away
                ],
            }
            for port in one.ports
        ],
    }


def _spans_json(one: GroupBill) -> dict[str, Any]:
    each: Mapping[str, tuple[Span, ...]] = {
        "missing": one.missing,
        "partial": one.partial,
        "excluded": one.excluded,
    }
    numbers = {name: many(spans) for name, spans in each.items()}
    return numbers | {f"{name}_times": _times_json(spans) for name, spans in each.items()}


def _times_json(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        {"since": rfc3339(one.since), "until": rfc3339(one.until), "windows": one.windows}
        for one in spans
    ]


def _percentile_json(one: Percentile) -> dict[str, Any]:
    return {
        "direction": one.direction,
        "bps": one.bps,
        "octets": one.octets,
        "rank": one.rank,
        "windows": one.windows,
        "at": rfc3339(one.at),
    }


def _exclusion_json(one: Exclusion) -> dict[str, Any]:
    return {"since": rfc3339(one.since), "until": rfc3339(one.until), "reason": one.reason}


def _forecast_json(one: GroupBill) -> dict[str, Any] | None:
    said = one.forecast
    return None if said is None else {"bps": said.bps, "at_least_bps": said.at_least_bps}


def _version_json(one: BillVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "frozen_at": rfc3339(one.frozen_at),
        "reopened_at": rfc3339(one.reopened_at),
        "reason": one.reason,
    }


OPERATIONS = (
    Operation(
        method="GET",
        path="/erp/billing/{tenant_id}",
        do=bill,
        gives={JSON: BillAnswer, CSV: None, PDF: None},
        query=BillQuery,
        needs=Permission.BILLING_VIEW,
        has_etag=True,
    ),
)
