"""Who may do what: permissions, roles, the matrix between them, actors and their scope.

Pure words; the one question that every edge asks is `allowed()`. Source: the design's table of
rights. "own scope" needs no word here: each read below the facade takes the actor's scope anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from netwb.errors import NotPermittedError


class Permission(StrEnum):
    """A right, as resource and action."""

    INVENTORY_VIEW = "inventory.view"
    INVENTORY_ADDRESS = "inventory.address"
    INVENTORY_EDIT = "inventory.edit"
    MONITORING_VIEW = "monitoring.view"
    TRAFFIC_VIEW = "traffic.view"
    COMPLIANCE_VIEW = "compliance.view"
    COMPLIANCE_EDIT = "compliance.edit"
    CONFIG_VIEW = "config.view"
    CONFIG_REVEAL = "config.reveal"
    BILLING_VIEW = "billing.view"
    BILLING_EDIT = "billing.edit"
    BACKUP_RUN = "backup.run"
    BACKUP_ACCEPT = "backup.accept"
    HEALTH_VIEW = "health.view"
    TELEGRAF_FETCH = "telegraf.fetch"
    REFERENCE_EDIT = "reference.edit"
    BLACKHOLE_VIEW = "blackhole.view"
    BLACKHOLE_REQUEST = "blackhole.request"
    BLACKHOLE_APPROVE = "blackhole.approve"
    AUDIT_VIEW = "audit.view"
    ACCESS_MANAGE = "access.manage"
    SYSTEM_MANAGE = "system.manage"


LATER: frozenset[Permission] = frozenset()  # of the contract; nothing asks for them yet


class Role(StrEnum):
    """A bundle of permissions, from the least to the most."""

    CUSTOMER = "customer"
    VIEWER = "viewer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"


VIEWS = frozenset(
    {
        Permission.INVENTORY_VIEW,
        Permission.MONITORING_VIEW,
        Permission.TRAFFIC_VIEW,
        Permission.COMPLIANCE_VIEW,
        Permission.BLACKHOLE_VIEW,
        Permission.CONFIG_VIEW,
        Permission.BILLING_VIEW,
    }
)
_OPERATES = VIEWS | {
    Permission.BACKUP_RUN,
    Permission.HEALTH_VIEW,
    Permission.TELEGRAF_FETCH,
    Permission.INVENTORY_ADDRESS,
    Permission.BLACKHOLE_REQUEST,
    Permission.BLACKHOLE_APPROVE,
}
_ENGINEERS = _OPERATES | {
    Permission.BACKUP_ACCEPT,
    Permission.INVENTORY_EDIT,
    Permission.COMPLIANCE_EDIT,
    Permission.BILLING_EDIT,
    Permission.REFERENCE_EDIT,
    Permission.CONFIG_REVEAL,
    Permission.AUDIT_VIEW,
}

MATRIX: dict[Role, frozenset[Permission]] = {
    # A customer's blackhole.request holds for its own prefixes, where the policy says so; the guard
    # asks for both.
    Role.CUSTOMER: VIEWS | {Permission.BLACKHOLE_REQUEST},
    Role.VIEWER: VIEWS,
    Role.OPERATOR: _OPERATES,
    Role.ENGINEER: _ENGINEERS,
    Role.ADMIN: frozenset(Permission),
}


# What a role holds in part only; the guard asks for it.
LIMITS: dict[tuple[Role, Permission], str] = {
    (Role.CUSTOMER, Permission.BLACKHOLE_REQUEST): "own prefixes, by policy"
}
ABOUT: dict[Permission, str] = {
    Permission.INVENTORY_VIEW: "devices, sites, tenants and ports",
    Permission.INVENTORY_ADDRESS: "addresses that devices are managed at",
    Permission.INVENTORY_EDIT: "add, change and retire them",
    Permission.MONITORING_VIEW: "whether devices and ports are up",
    Permission.TRAFFIC_VIEW: "what goes through ports",
    Permission.COMPLIANCE_VIEW: "what rules say of configurations",
    Permission.COMPLIANCE_EDIT: "rules, and what is waived",
    Permission.CONFIG_VIEW: "configurations without their secrets, and who changed what",
    Permission.CONFIG_REVEAL: "their secrets, with a reason, each time in the audit trail",
    Permission.BILLING_VIEW: "what is billed",
    Permission.BILLING_EDIT: "what is billed together; freeze months",
    Permission.BACKUP_RUN: "back devices up at any time",
    Permission.BACKUP_ACCEPT: "accept or discard a text that was kept back",
    Permission.HEALTH_VIEW: "how netwb itself does",
    Permission.TELEGRAF_FETCH: "the configuration of Telegraf",
    Permission.REFERENCE_EDIT: "references that an ERP knows devices and ports by",
    Permission.BLACKHOLE_VIEW: "what is blackholed, and attacks on it",
    Permission.BLACKHOLE_REQUEST: "ask that an address be blackholed; deny or withdraw one's own",
    Permission.BLACKHOLE_APPROVE: "approve what somebody else asked for; withdraw any",
    Permission.AUDIT_VIEW: "the audit trail of one's own tenants",
    Permission.ACCESS_MANAGE: "people, roles, tokens and logins",
    Permission.SYSTEM_MANAGE: "how netwb itself is set up",
}


Without = Literal["left out", "empty", "null", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRight:
    """A field of REST that needs a right beside the one that its route needs.

    path      of the route, below /api/v1
    without   what an answer has in its place for who lacks the right
    """

    path: str
    field: str
    needs: Permission
    without: Without


STATUS_PATH, EVENTS_PATH = "/erp/monitoring/status/{tenant_id}", "/erp/events/{tenant_id}"
FINDING_PATH = "/compliance/results/{device_id}/{rule_id}"
_INVENTORY = "/erp/inventory/{tenant_id}"
_ADDRESS = Permission.INVENTORY_ADDRESS
_SHOWN: tuple[tuple[str, str, Permission, Without], ...] = (
    (_INVENTORY, "items.address", _ADDRESS, "left out"),
    (_INVENTORY, "?fields=address", _ADDRESS, "refused"),
    (f"{_INVENTORY}/devices/{{device_id}}", "address", _ADDRESS, "left out"),
    (STATUS_PATH, "blackholes", Permission.BLACKHOLE_VIEW, "left out"),
    (STATUS_PATH, "p95", Permission.BILLING_VIEW, "left out"),
    (EVENTS_PATH, "configuration.*", Permission.CONFIG_VIEW, "left out"),
    (EVENTS_PATH, "status.*", Permission.MONITORING_VIEW, "left out"),
    (EVENTS_PATH, "blackhole.*", Permission.BLACKHOLE_VIEW, "left out"),
    ("/backup/devices", "items.address", _ADDRESS, "empty"),
    ("/blackholes/{blackhole_id}", "routers.said", _ADDRESS, "null"),
    (FINDING_PATH, "lines.text", Permission.CONFIG_VIEW, "empty"),
    (FINDING_PATH, "remediation", Permission.CONFIG_VIEW, "empty"),
    (FINDING_PATH, "rollback", Permission.CONFIG_VIEW, "empty"),
)
FIELDS: tuple[FieldRight, ...] = tuple(
    FieldRight(path=path, field=field, needs=needs, without=without)
    for path, field, needs, without in _SHOWN
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The tenants that an actor may see: ids, or None for all. An empty set matches nothing."""

    tenants: frozenset[str] | None

    def holds(self, tenant_id: str) -> bool:
        """Whether that tenant is in it."""
        return self.tenants is None or tenant_id in self.tenants

    def narrowed(self, tenant_ids: frozenset[str]) -> Scope:
        """Both this scope and those tenants; never wider."""
        return Scope(tenant_ids if self.tenants is None else self.tenants & tenant_ids)


ALL_TENANTS = Scope(None)
NO_TENANT = Scope(frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What an actor may at one instant, to be compared with what it may at another.

    tenants   ids; None: all
    """

    role: Role | None
    permissions: frozenset[Permission]
    tenants: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, token or machine that acts, and the name it is audited under.

    name        `ana`, `local:root`, `system:scheduler`
    role        None acts with no right at all
    only        what a token's `--allow` leaves of the role; None: all of it
    means       "local": may use what the process itself can reach: its files, its environment and
                its SSH agent. Only the login that runs the process is that; who came over a network
                would read the server's files, and log in with its owner's keys
    via         who really acts under this name, where a local login does: `local:root`
    cure        what gives the rights back that `only` holds back for now; empty: another role
    """

    name: str
    role: Role | None
    scope: Scope
    only: frozenset[Permission] | None = None
    means: Literal["local", "none"] = "none"
    via: str = ""
    cure: str = ""

    @property
    def owner(self) -> str:
        """Whose it is: of a token, `ana/TOKEN`, the person."""
        return self.name.partition("/")[0]

    @property
    def permissions(self) -> frozenset[Permission]:
        """Rights in force."""
        if self.role is None:
            return frozenset()
        rights = MATRIX[self.role]
        return rights if self.only is None else rights & self.only

    @property
    def rights(self) -> Rights:
        """The same with role and scope: what an open page was drawn by."""
        return Rights(role=self.role, permissions=self.permissions, tenants=self.scope.tenants)


def allowed(actor: Actor, permission: Permission) -> bool:
    """Whether the actor holds the permission; its scope is asked by each read of its own."""
    return permission in actor.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotPermittedError with the reason, unless the actor holds the permission."""
    if not allowed(actor, permission):
        raise lacking(actor.name, actor.role, permission, cure=actor.cure)


def lacking(
    name: str, role: Role | None, permission: Permission, *, cure: str = ""
) -> NotPermittedError:
    """The denial of one permission. `cure`: what helps where another role does not."""
    least = next(one for one in Role if permission in MATRIX[one])
    said = cure or f"ask an admin for the role {least}, which holds it"
    msg = f"{name} ({role or 'no role'}) lacks {permission}; {said}"
    return NotPermittedError(msg, permission=permission, role="" if cure else least)


def require_local(actor: Actor, thing: str) -> None:
    """Raise NotPermittedError unless the actor may use what the process itself can reach."""
    if actor.means != "local":
        msg = (
            f"{actor.name} may not use {thing} of the machine that netwb runs on;"
            " hand the content in, or answer the prompt"
        )
        raise NotPermittedError(msg)


def require_everywhere(actor: Actor, thing: str) -> None:
    """Raise NotPermittedError unless the actor's scope is all tenants, whom `thing` concerns."""
    if actor.scope.tenants is not None:
        msg = f"{actor.name} acts for some tenants only; {thing} needs the scope of all tenants"
        raise NotPermittedError(msg)
