"""Notices, targets and routes for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from netwb.notify.records import Notice, NoticeState, Route, Severity, Standing, Target

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

TARGET = Target(
    id="x",
    tenant_id="",
    tenant="",
    name="noc",
    kind="service",
    shown="json://127.0.0.1",
    stored="sealed",
    rotating=False,
    digest="off",
    status="active",
    created_at=NOON,
    waiting=0,
    failing_since=None,
    tries=0,
    retry_at=None,
    last_error="",
)
OURS = TARGET
ACME = replace(TARGET, id="y", tenant_id="t-a", tenant="acme", name="ops")


def notice(
    kind: str = "backup.failed",
    *,
    tenant_id: str = "t-a",
    severity: Severity = "warning",
    state: NoticeState = "event",
    label: str = "acme/edge1",
    message: str = "No answer: acme/edge1",
    detail: Mapping[str, Any] | None = None,
) -> Notice:
    return Notice(
        id=1,
        at=NOON,
        kind=kind,
        tenant_id=tenant_id,
        subject="d-1",
        label=label,
        severity=severity,
        state=state,
        message=message,
        detail=detail or {},
        since=None if state == "event" else NOON,
    )


def standing(
    kind: str = "backup.failed",
    *,
    message: str = "No answer: acme/edge1",
    since: datetime = NOON,
) -> Standing:
    return Standing(
        kind=kind,
        tenant_id="t-a",
        subject="d-1",
        label="acme/edge1",
        severity="warning",
        message=message,
        detail={},
        since=since,
        seen_at=NOON,
    )


def route(
    target: Target = TARGET,
    *kinds: str,
    severity: Severity = "info",
    tenants: tuple[str, ...] | None = None,
) -> Route:
    return Route(
        id="r",
        target_id=target.id,
        target=target.name,
        kinds=kinds or ("*",),
        severity=severity,
        tenants=tenants,
    )
