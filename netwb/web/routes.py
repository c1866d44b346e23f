"""The one table of REST routes: the server, OpenAPI and the two-tenant test all read it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from netwb.web import (
    backups,
    billing,
    blackholes,
    compliance,
    erp_events,
    erp_inventory,
    erp_status,
    fastnetmon,
    grafana,
    health,
    jobs,
    me,
    telegraf,
)
from netwb.web.docs import POLICY, render_docs
from netwb.web.handler import ApiHandler, Doors
from netwb.web.lane import Lane
from netwb.web.openapi import document
from netwb.web.operations import BASE, HTML, JSON, Answer, Call, NoQuery, Operation, Shape, in_json

Rule = tuple[str, type[ApiHandler], dict[str, Any]]


def openapi(_call: Call[NoQuery, None]) -> Answer:
    """OpenAPI 3.1 of all of REST."""
    return _openapi()


def docs(_call: Call[NoQuery, None]) -> Answer:
    """The same as a page."""
    return _docs()


@cache
def _openapi() -> Answer:
    content = in_json(document(OPERATIONS))
    return Answer(content=content, etag=_tag(content))


@cache
def _docs() -> Answer:
    content = render_docs(document(OPERATIONS)).encode()
    headers = {"Content-Security-Policy": POLICY}
    return Answer(content=content, media=HTML, headers=headers, etag=_tag(content))


def _tag(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


class AnyDocument(Shape):
    """An OpenAPI document."""

    model_config = Shape.model_config | {"extra": "allow"}


OPERATIONS: tuple[Operation, ...] = (
    *backups.OPERATIONS,
    *jobs.OPERATIONS,
    *me.OPERATIONS,
    *erp_inventory.OPERATIONS,
    *erp_events.OPERATIONS,
    *erp_status.OPERATIONS,
    *billing.OPERATIONS,
    *telegraf.OPERATIONS,
    *fastnetmon.OPERATIONS,
    *blackholes.OPERATIONS,
    *compliance.OPERATIONS,
    *grafana.OPERATIONS,
    Operation(
        method="GET",
        path="/openapi.json",
        do=openapi,
        gives={JSON: AnyDocument},
        open_to="all",
        has_etag=True,
    ),
    Operation(
        method="GET", path="/docs", do=docs, gives={HTML: None}, open_to="all", has_etag=True
    ),
    *health.OPERATIONS,
)


def by_route(operations: tuple[Operation, ...] = OPERATIONS) -> Mapping[str, dict[str, Operation]]:
    """Pattern of each route -> its operations by method."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        found.setdefault(operation.pattern, {})[operation.method] = operation
    return found


def api_rules(doors: Doors) -> list[Rule]:
    """Tornado's rules of every route, and of what is no route under /api/v1."""
    given = {"doors": doors, "lane": Lane(doors.run)}
    rules: list[Rule] = [
        (pattern, ApiHandler, {"operations": operations, **given})
        for pattern, operations in by_route().items()
    ]
    return [*rules, (rf"{BASE}(?:/.*)?", ApiHandler, {"operations": {}, **given})]
