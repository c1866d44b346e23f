"""Who logs in to a demo: one person a role, each with a random password that is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from netwb.access.records import NewUser
from netwb.roles import Role
from netwb.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """One login; `sees` and `does` in words."""

    name: str
    role: Role
    sees: str
    does: str
    password: str = field(repr=False)


_DOES = {
    Role.ADMIN: "manages people and netwb, and does all that the others do",
    Role.ENGINEER: "edits the inventory, settles held texts, looks at secrets with a reason",
    Role.OPERATOR: "starts backups, sees addresses",
    Role.VIEWER: "looks at everything, changes nothing",
    Role.CUSTOMER: "a tenant's own staff: looks at its own devices",
}
_PEOPLE: tuple[tuple[str, str, Role, tuple[str, ...] | None], ...] = (
    ("ada", "Ada Moreau", Role.ADMIN, None),
    ("ana", "Ana Santos", Role.ENGINEER, ("acme", "nordwind")),
    ("ben", "Ben Okafor", Role.OPERATOR, None),
    ("eva", "Eva Lund", Role.VIEWER, ("umbra",)),
    ("noc@acme", "Acme NOC", Role.CUSTOMER, ("acme",)),
)


def add_people(bench: Workbench) -> tuple[DemoLogin, ...]:
    """Add them, and give their logins: nothing else ever knows the passwords."""
    return tuple(_add(bench, *person) for person in _PEOPLE)


def _add(
    bench: Workbench, name: str, full_name: str, role: Role, tenants: Sequence[str] | None
) -> DemoLogin:
    password = f"demo-{secrets.token_urlsafe(12)}"
    scope = None if tenants is None else tuple(tenants)
    bench.add_user(
        NewUser(name=name, full_name=full_name, role=role, tenants=scope, password=password)
    )
    sees = "all tenants" if scope is None else ", ".join(scope)
    return DemoLogin(name=name, role=role, sees=sees, does=_DOES[role], password=password)
