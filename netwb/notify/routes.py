"""Who is told of what. Pure.

A target hears a notice that one of its routes matches: by kind, by least severity, and, of the
provider's targets, by tenant. A tenant's target hears of its own tenant alone, of some kinds alone,
and is not given what the provider's staff alone may see: addresses, and what stands in causes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from netwb.erp.event_records import KINDS as EVENTS
from netwb.erp.event_records import kinds_of
from netwb.erp.records import EventKind
from netwb.errors import InputError
from netwb.notify.records import KINDS, SEVERITIES, Notice, Route, Standing, Target

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")  # a login's, too

# What everybody is told whom it concerns, whatever their routes say.
REGARDLESS = frozenset({"blackhole.break_glass"})

# What a tenant may be told at all, and which details of it; no message holds a device's address.
TENANT_DETAILS: Mapping[str, frozenset[str]] = {
    "backup.failed": frozenset({"cause_kind"}),
    "backup.rejected": frozenset({"cause_kind"}),
    "blackhole.break_glass": frozenset({"network", "who", "reason"}),
    "compliance.broken": frozenset({"cells", "count"}),
    "compliance.mended": frozenset({"cells", "count"}),
    "compliance.waiver": frozenset({"waiver", "rule", "owner"}),
    "config.changed": frozenset({"author", "added", "removed", "revision", "number", "kind"}),
    "config.reveal": frozenset({"who", "reason"}),
    "device.stale": frozenset({"copy_at", "age_s"}),
    "run.ended": frozenset(
        {"run_id", "devices", "changed", "unchanged", "rejected", "failed"},
    ),
    "syslog.ambiguous": frozenset(),
    "token.expiring": frozenset({"token", "user", "expires_at"}),
}


def check_name(name: str) -> str:
    """A target's name; InputError where it cannot stand in a command."""
    if not _NAME.fullmatch(name):
        msg = (
            f"{name[:60]!r} is no name of a target; take letters, digits, dots, @ and dashes, at most"
            " 64, beginning with a letter or digit"
        )
        raise InputError(msg)
    return name


def check_patterns(patterns: Iterable[str]) -> tuple[str, ...]:
    """Patterns of kinds, each of which matches one at least. Raises InputError with the kinds."""
    found = tuple(dict.fromkeys(part.strip() for part in patterns if part.strip()))
    for pattern in found:
        if not any(fnmatchcase(kind, pattern) for kind in KINDS):
            msg = f"{pattern[:60]!r} matches no kind of notice; kinds are {', '.join(KINDS)}"
            raise InputError(msg)
    if not found:
        msg = "no kind is given; give '*' for all of them, or for example 'backup.*'"
        raise InputError(msg)
    return found


def check_events(patterns: Iterable[str]) -> tuple[EventKind, ...]:
    """Kinds of events that the patterns match; none at all where they match all of them."""
    wanted = kinds_of(part.strip() for part in patterns if part.strip())
    return () if wanted == EVENTS else wanted


def hears(target: Target, routes: Collection[Route], notice: Notice) -> bool:
    """Whether the target is to be told: of what happens from when it was added."""
    if notice.at < target.created_at:
        return False
    if target.tenant_id and not _is_open_to(target.tenant_id, notice):
        return False
    if notice.kind in REGARDLESS:
        return True
    return any(_matches(route, notice) for route in routes if route.target_id == target.id)


def told_to(target: Target, notice: Notice) -> Notice:
    """The notice as that target may read it."""
    return open_to_tenant(notice) if target.tenant_id else notice


def open_to_tenant(notice: Notice) -> Notice:
    """Without the details that are the provider's own."""
    return replace(notice, detail=open_detail(notice.kind, notice.detail))


def open_detail(kind: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a kind that its tenant may read."""
    kept = TENANT_DETAILS.get(kind, frozenset())
    return {name: value for name, value in detail.items() if name in kept}


def wrong_at(standing: Standing, at: datetime) -> Notice:
    """What is wrong still, as it would be told at that time to whom nobody told it before."""
    own = {"since", "seen_at"}
    fields = {name: getattr(standing, name) for name in Standing.__slots__ if name not in own}
    return Notice(id=0, at=at, state="wrong", since=standing.since, **fields)


def digest_tenants(target: Target, routes: Collection[Route]) -> frozenset[str] | None:
    """Ids of the tenants that the target's digest tells of; None: all, and netwb itself."""
    if target.tenant_id:
        return frozenset({target.tenant_id})
    own = [route.tenants for route in routes if route.target_id == target.id]
    if not own or any(tenants is None for tenants in own):
        return None
    return frozenset(tenant for tenants in own for tenant in tenants or ())


def matching(
    targets: Collection[Target], routes: Collection[Route], notices: Iterable[Notice]
) -> Iterator[tuple[Target, Notice]]:
    """Each target with each notice that it is told, in the order of the notices."""
    for notice in notices:
        for target in targets:
            if hears(target, routes, notice):
                yield target, told_to(target, notice)


def _is_open_to(tenant_id: str, notice: Notice) -> bool:
    return notice.tenant_id == tenant_id and notice.kind in TENANT_DETAILS


def _matches(route: Route, notice: Notice) -> bool:
    grave = SEVERITIES.index(notice.severity) >= SEVERITIES.index(route.severity)
    meant = route.tenants is None or notice.tenant_id in route.tenants
    return grave and meant and any(fnmatchcase(notice.kind, pattern) for pattern in route.kinds)
