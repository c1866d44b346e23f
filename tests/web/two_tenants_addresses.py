"""Addresses of pages that name something, to be asked for with names of one's own, foreign and missing."""

from __future__ import annotations

from collections.abc import Mapping

# Each page's views that name something; the first is opened. `{own}` is a device that is one's own.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "configs": (
        "?device={device}",
        "?device={device}&rev={revision}",
        "?device={own}&rev={revision}",
        "?device={own}&old={device}@{revision}&new={own}@latest",
        "?change={device}@{revision}",
        "?change={own}@{revision}",
        "?old={own}@latest&new={device}@latest",
        "?old={device}@{revision}&new={own}@latest",
        "?quarantine={held}",
        "?health={device}",
        "?period=7d&site={tenant}/{site}&by={author}",
        "?find={author}&when=ever",
        "?find=ntp&when=ever&by={author}",
    ),
    "traffic": (
        "?port={port}",
        "?port={port}&range=7d&unit=percent&week=0&flags=0",
        "?port={port}&grafana=1",
        "?tenants={tenant}&watched=1",
    ),
    "billing": (
        "?of={tenant}",
        "?of={tenant}&group=transit {author}&version=1",
        "?month=2026-11&group=transit {author}",
    ),
    "security": (
        "?held={blackhole}",
        "?held={blackhole}&tab=events",
        "?held={blackhole}&ends=1893456000&mark=AAAA",
    ),
    "compliance": (
        "?device={device}",
        "?device={device}&rule=ssh-version-2",
        "?site={tenant}/{site}&sort=site",
        "?rule={author}",
        "?rules={author}&only=open&state=stale&good=1",
        "?tab=rules",
        "?tab=waivers",
    ),
    "inventory": (
        "?device={device}",
        "?site={tenant}/{site}",
        "?tenant_of={tenant}&q={device}",
        "?tab=places&of={tenant}",
    ),
    "admin": (
        "?tab=audit&user={author}",
        "?tab=audit&of={tenant}/{site}",
        "?tab=people&user={author}",
        "?tab=tokens&id={token}",
        "?tab=sessions&id={session}",
    ),
    "account": ("?session={session}", "?token={token}"),
}
# These are read when a page is made.
WHOLE = ("?tenant={tenant}", "?as={tenant}")
# Parameters that name nothing of a tenant's: how a page is looked at.
LOOKS = frozenset(
    [
        "tab",
        "rows",
        "kind",
        "look",
        "within",
        "when",
        "until",
        "since",
        "sort",
        "q",
        "job",
        "line",
        "period",
        "at",
        "before",
        "mode",
        "import",
        "range",
        "unit",
        "week",
        "flags",
        "month",
        "rules",
        "only",
        "state",
        "good",
    ]
)
