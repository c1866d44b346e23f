"""Whether the server lives, whether it can work, and its figures for Prometheus.

The last two are for who holds health.view (a token issued with `--allow health.view` is a scrape
token), and for a program on this machine that comes through no proxy and does not say who it is.
"""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Literal

from netwb.roles import Permission
from netwb.web.fields import said
from netwb.web.metrics import lines_of
from netwb.web.operations import (
    JSON,
    PROMETHEUS,
    Answer,
    Call,
    NoQuery,
    Operation,
    Shape,
    answer,
)


class AliveAnswer(Shape):
    """The process answers."""

    status: Annotated[Literal["ok"], said("Always that.", "ok")]


class CheckAnswer(Shape):
    """One thing that netwb needs."""

    ready: Annotated[bool, said("Whether it can be used.", True)]
    detail: Annotated[str, said("In words.", "answers")]


class ReadyAnswer(Shape):
    """Whether all of it is there; the status is 503 where it is not."""

    status: Annotated[
        Literal["ready", "not ready"], said("Whether all of it can be used.", "ready")
    ]
    checks: Annotated[
        dict[Literal["database", "store", "repository", "queue"], CheckAnswer], said("One a thing.")
    ]


def alive(_call: Call[NoQuery, None]) -> Answer:
    """Whether the process answers; it looks at nothing."""
    return answer({"status": "ok"})


def ready(call: Call[NoQuery, None]) -> Answer:
    """Whether database, store, repository and queue can be used; 503 where one cannot."""
    checks = call.bench.readiness()
    good = all(check.ready for check in checks)
    document = {
        "status": "ready" if good else "not ready",
        "checks": {check.name: {"ready": check.ready, "detail": check.detail} for check in checks},
    }
    return answer(document, status=200 if good else 503)


def metrics(call: Call[NoQuery, None]) -> Answer:
    """Figures for Prometheus; what this process served is told to a scope of all tenants only."""
    figures = call.bench.figures()
    lines = chain(lines_of(figures), call.tally.lines() if figures.wide else ())
    return Answer(content="".join(f"{line}\n" for line in lines).encode(), media=PROMETHEUS)


OPERATIONS = (
    Operation(
        method="GET",
        path="/healthz",
        under="root",
        do=alive,
        gives={JSON: AliveAnswer},
        open_to="all",
    ),
    Operation(
        method="GET",
        path="/readyz",
        under="root",
        do=ready,
        gives={JSON: ReadyAnswer},
        also={503: "One of them cannot be used; `checks` says which."},
        needs=Permission.HEALTH_VIEW,
        open_to="watchers",
    ),
    Operation(
        method="GET",
        path="/metrics",
        under="root",
        do=metrics,
        gives={PROMETHEUS: None},
        needs=Permission.HEALTH_VIEW,
        open_to="watchers",
    ),
)
