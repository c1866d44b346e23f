"""Which pages there are and which right opens each, so that `/` leads somewhere. Pure."""

from __future__ import annotations

from collections.abc import Container

from netwb.roles import Permission

# In the order of the navigation; any one of the rights opens the page, none: everybody's.
PAGES: tuple[tuple[str, frozenset[Permission]], ...] = (
    ("/configs", frozenset({Permission.CONFIG_VIEW})),
    ("/traffic", frozenset({Permission.TRAFFIC_VIEW})),
    ("/billing", frozenset({Permission.BILLING_VIEW})),
    ("/security", frozenset({Permission.BLACKHOLE_VIEW})),
    ("/compliance", frozenset({Permission.COMPLIANCE_VIEW})),
    ("/inventory", frozenset({Permission.INVENTORY_VIEW})),
    ("/admin", frozenset({Permission.ACCESS_MANAGE, Permission.AUDIT_VIEW})),
    ("/account", frozenset()),
    (
        "/wall",
        frozenset({Permission.MONITORING_VIEW}),
    ),  # no way leads on from there: never the first
)


def first_page(served: Container[str], permissions: frozenset[Permission]) -> str | None:
    """The first page that is served and that those rights open."""
    for path, rights in PAGES:
        if path in served and (not rights or rights & permissions):
            return path
    return None
