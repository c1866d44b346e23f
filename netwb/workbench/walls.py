"""Walls on the facade: who manages people enrolls screens, and puts them out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from netwb.access.records import IssuedWall, NewWall, Origin, Wall
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import Actor, Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.access import principals as _principals
else:
    _principals = lazy("netwb.access.principals")


class WallsFace(Face):
    """`walls`, `add_wall`, `revoke_wall`; `enroll_wall` and `at_wall` for the screen itself."""

    def walls(self) -> Records[Wall]:
        """Every wall whose tenants all lie in this scope, newest first."""
        self._require(Permission.ACCESS_MANAGE)
        return records_of(self._parts.access.walls.list(self._scope), Wall)

    def add_wall(self, new: NewWall) -> IssuedWall:
        """A wall to be enrolled; its code is shown this once, and opens for some minutes.

        Raises InputError, UnknownNameError for a tenant, NotPermittedError where the wall would show
        more than who makes it sees.
        """
        self._require(Permission.ACCESS_MANAGE)
        tenants = None
        if new.tenants is not None:
            places, scope = self._parts.places, self._scope
            tenants = frozenset(places.tenant(scope, slug).id for slug in new.tenants)
        with self._denials_audited("wall.add", new.name[:64]):
            issued = self._parts.access.walls.add(self._actor, new, tenants)
        self._audit_wall("wall.add", issued.wall)
        return issued

    def revoke_wall(self, wall_id: str) -> Wall:
        """From now on it shows nothing, also where its page is open; by id, or a name that is one's."""
        self._require(Permission.ACCESS_MANAGE)
        revoked = self._parts.access.walls.revoke(self._scope, wall_id)
        self._audit_wall("wall.revoke", revoked)
        return revoked

    def enroll_wall(self, code: str, *, origin: Origin) -> IssuedWall:
        """Make the screen that typed this code the wall; `secret` is its cookie's.

        Raises NotAuthenticatedError (one sentence for every cause), LoginThrottledError.
        """
        issued = self._parts.access.walls.enroll(code, origin)
        who = _principals.wall_principal(
            self._parts.access.standings, issued.wall.id, address=origin.address
        )
        self._audit_wall("wall.enroll", issued.wall, who.actor(), address=origin.address)
        return issued

    def at_wall(self, secret: str, *, origin: Origin) -> Self:
        """A Workbench that acts for the wall of that cookie, from that address, while it lives.

        Raises NotAuthenticatedError, here and at each later call.
        """
        access = self._parts.access
        wall_id = access.walls.find(secret, origin)
        who = _principals.wall_principal(access.standings, wall_id, address=origin.address)
        return type(self)(self._parts, who, EVERYWHERE)

    def _audit_wall(self, action: str, wall: Wall, actor: Actor | None = None, **more: str) -> None:
        tenants = wall.tenants
        sole = ""
        if tenants is not None and len(tenants) == 1:
            acting = actor or self._actor
            sole = self._parts.places.tenant(acting.scope, tenants[0]).id
        detail: dict[str, Any] = {
            "wall": wall.id,
            "tenants": "all" if tenants is None else list(tenants),
            "networks": list(wall.networks),
            **more,
        }
        self._audit(action, wall.name, tenant_id=sole, detail=detail, actor=actor)
