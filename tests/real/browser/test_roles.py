"""Each page for each role: what is there, what may be done, and no trace of the other tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from netwb.loading import share
from netwb.roles import Role
from netwb.views import navigation
from tests.real.browser.lookalikes import Lookalikes, lookalikes, person_of
from tests.real.browser.reading import Shown, shown, went
from tests.real.browser.rig import Chromium, Visitor
from tests.web.two_tenants import Names

pytestmark = pytest.mark.real

# What every role may do with what it sees, and with its own account.
READS = frozenset(
    [
        "find",
        "tenant",
        "see-as",
        "leave",
        "again",
        "narrow",
        "period",
        "text",
        "step",
        "turn",
        "unsaved",
        "open",
        "kind",
        "look",
        "lead",
        "with",
        "within",
        "old",
        "new",
        "clear",
        "search",
        "csv",
        "filter",
        "facet",
        "sort",
        "tab",
        "scrolled",
        "go",
        "more",
        "close-notice",
        "close",
        "patch",
        "ask-compare",
        "compare",
        "compare-side",
        "ask-restore",
        "story",
        "rows",
        "older",
        "range",
        "between",
        "unit",
        "overlay",
        "earlier",
        "later",
        "nearer",
        "farther",
        "port",
        "png",
        "picture",
        "lane",
        "find-ports",
        "watched",
        "month",
        "version",
        "group",
        "pdf",
        "report",
        *("order", "site", "rules", "only", "state", "good", "new-ones", "cell", "rule", "next"),
        *("shut", "rollback"),
    ]
)
OWN = frozenset(
    [
        "zone",
        "password",
        "begin-codes",
        "confirm-codes",
        "drop-codes",
        "end-session",
        "end-others",
        "ask-issue",
        "ask-revoke",
        "ask-rotate",
    ]
)
WRITES = {
    "back up": frozenset(
        ["ask-backup", "back-up", "back-up-device", "probe-device", "select", "select-all"]
    ),
    "accept": frozenset(["ask-accept", "ask-discard"]),
    "reveal": frozenset({"ask-reveal"}),
    "edit": frozenset(
        [
            "add",
            "edit",
            "rename",
            "replace",
            "trust",
            "ask-retire",
            "check",
            "add-site",
            "edit-site",
            "ask-retire-site",
            "edit-tenant",
            "ask-retire-tenant",
            "add-credential",
            "set-credential",
            "used-by",
            "ask-retire-credential",
        ]
    ),
    "bill": frozenset(
        [
            "ask-exclude",
            "ask-freeze",
            "ask-add-group",
            "ask-change-group",
            "ask-group-ports",
            "ask-rename-group",
            "ask-retire-group",
        ]
    ),
    "blackhole": frozenset(["request"]),
    "hold": frozenset(["check", "ask-waive", "ask-rules", "ask-drop", "ask-end"]),
    "audit": frozenset(["audit"]),
    "manage": frozenset(
        [
            "add-person",
            "person",
            "edit-person",
            "ask-password",
            "ask-disable",
            "ask-retire",
            "ask-end",
            "ask-wall",
        ]
    ),
}
# Offered besides, as long as one is held or stands: the server's own clock ends both.
WHILE_OPEN = {"blackhole": frozenset(["approve", "ask-deny", "ask-withdraw", "ask-withdraw-all"])}
MAY: dict[Role, tuple[str, ...]] = {
    Role.CUSTOMER: (),
    Role.VIEWER: (),
    Role.OPERATOR: ("back up", "blackhole"),
    Role.ENGINEER: ("back up", "accept", "reveal", "edit", "bill", "hold", "blackhole", "audit"),
    Role.ADMIN: (
        *("back up", "accept", "reveal", "edit", "bill", "hold", "blackhole", "audit"),
        "manage",
    ),
}
PLACES = {
    "/configs": "Configs",
    "/traffic": "Traffic",
    "/billing": "Bills",
    "/security": "Security",
    "/compliance": "Compliance",
    "/inventory": "Inventory",
    "/wall": "Wall",
}
APART = {"/wall"}  # it stands in no frame; tests/web/test_walls.py asks for its rights
AUDITS = {"/admin": "Admin"}
# Views that a role has no use for without a right say so.
LACKS = {
    "/inventory?import=1": ("edit", "inventory.edit"),
    "/inventory?tab=credentials": ("edit", "inventory.edit"),
    "/admin": ("audit", "audit.view"),
    "/admin?tab=audit": ("audit", "audit.view"),
    "/admin?tab=people": ("manage", "access.manage"),
    "/admin?tab=tokens": ("manage", "access.manage"),
    "/admin?tab=sessions": ("manage", "access.manage"),
    "/admin?tab=walls": ("manage", "access.manage"),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Lookalikes]:
    """acme and umbra, who look alike."""
    with lookalikes(tmp_path_factory.mktemp("roles"), chromium) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Seen:
    """What a role saw at one address."""

    path: str
    shown: Shown


def views(own: Names) -> tuple[tuple[str, ...], ...]:
    """Addresses, page by page: the first is opened, the others are gone to within the page."""
    changed = f"{own.device}@{own.revision}"
    return (
        (
            "/configs?period=7d",
            f"/configs?change={changed}",
            f"/configs?old={own.held}@latest&new={changed}",
            f"/configs?device={own.device}&rev={own.revision}",
            "/configs?find=ntp&when=ever",
            "/configs?quarantine=1",
        ),
        ("/traffic", f"/traffic?port={own.port}", f"/traffic?port={own.port}&unit=percent"),
        ("/billing", f"/billing?of={own.tenant}&month=2026-10"),
        (f"/security?held={own.blackhole}", "/security?tab=shadow", "/security?tab=events"),
        (
            "/compliance",
            f"/compliance?device={own.device}",
            "/compliance?tab=rules",
            "/compliance?tab=waivers",
        ),
        (
            "/inventory",
            f"/inventory?device={own.device}",
            "/inventory?import=1",
            "/inventory?tab=places",
            "/inventory?tab=credentials",
        ),
        ("/admin",),
        (f"/admin?tab=people&user={person_of(Role.VIEWER)}",),
        ("/admin?tab=tokens",),
        ("/admin?tab=sessions",),
        ("/admin?tab=walls",),
        ("/admin?tab=audit",),
        ("/account",),
    )


def walk(visitor: Visitor, own: Names) -> list[Seen]:
    """Everything that there is to see for somebody."""
    return [
        Seen(path, shown(visitor, path) if number == 0 else went(visitor, path))
        for page in views(own)
        for number, path in enumerate(page)
    ]


def test_no_page_of_the_application_is_forgotten(both: Lookalikes) -> None:
    served = {f"/{page.stem}" for page in (share() / "dashboards").glob("*.py")}
    walked = {path.partition("?")[0] for page in views(both.ground.own) for path in page}

    assert walked | APART == served
    assert {f"/{place.page}" for place in navigation.PLACES} == {*PLACES, *AUDITS} <= served


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_its_own_and_does_what_it_may(both: Lookalikes, role: Role) -> None:
    visitor = both.site.visitor(person_of(role))
    seen = walk(visitor, both.ground.own)
    held = MAY[role]
    may = READS | OWN.union(*(WRITES[right] | WHILE_OPEN.get(right, frozenset()) for right in held))
    for one in seen:
        assert one.shown.acts - {""} <= may, one.path
        assert all(one.shown.off.values()), (one.path, one.shown.off)
        right, permission = LACKS.get(one.path.partition("&")[0], ("", ""))
        if right == "manage" and "audit" not in held:
            permission = "audit.view"  # the page as a whole
        refused = f"{person_of(role)} ({role}) lacks {permission}"
        assert (refused in one.shown.text) == bool(right and right not in held), one.path
        assert "Internal error" not in one.shown.text
        assert one.shown.places == PLACES | (AUDITS if "audit" in held else {}), one.path
        no_trace(one.shown.html, both, one.path)
    offered = frozenset().union(*(one.shown.acts for one in seen))
    for right in held:
        assert offered >= WRITES[right], right
    for frame in visitor.received:
        no_trace(frame, both, "what the server sent")


def no_trace(text: str, both: Lookalikes, where: str) -> None:
    """Nothing of the other tenant, in whatever is sent or shown."""
    found = [secret for secret in both.ground.secrets if secret in text]
    assert found == [], where
