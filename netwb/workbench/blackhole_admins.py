"""Who is told that somebody broke the glass: every admin concerned, whatever routes say.

Each target of the tenant and of the provider hears of it. An admin is known to be reached where a
target bears the name of that login; whoever has none is named in the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netwb.blackhole.records import Blackhole, Reason, Request
from netwb.roles import ALL_TENANTS, Role
from netwb.workbench.blackholes import BlackholeFace

if TYPE_CHECKING:
    from netwb.access.records import User

BREAK_GLASS = "blackhole.break_glass"


class BlackholeAdminsFace(BlackholeFace):
    """`_tell_admins`."""

    def _tell_admins(self, request: Request, one: Blackhole) -> Reason:
        """Tell them of one that was begun; says who is told, and who has no address."""
        until = f" until {one.expires_at:%H:%M} UTC" if one.expires_at else ""
        text = (
            f"{request.by} broke the glass: {one.prefix} is {one.state}{until}, and no second"
            f" person was asked: {request.reason}"
        )
        self._parts.notices.happened(
            BREAK_GLASS,
            tenant_id=one.tenant_id or "",
            subject=one.id,
            label=one.prefix,
            severity="critical",
            message=text,
            detail={"network": str(one.network), "who": request.by, "reason": request.reason},
        )
        admins = self._admins_of(one)
        reached = self._reached(one)
        untold = [user for user in admins if user.name.casefold() not in reached]
        return Reason(guard="admins", answer=one.answer, text=self._said(one, untold, len(reached)))

    def _admins_of(self, one: Blackhole) -> list[User]:
        """Active ones of its tenant and of the provider."""
        return [
            user
            for user in self._parts.access.users.list(ALL_TENANTS)
            if user.role is Role.ADMIN
            and user.status == "active"
            and (user.tenants is None or one.tenant in user.tenants)
        ]

    def _reached(self, one: Blackhole) -> frozenset[str]:
        targets = self._parts.notify.targets.list(ALL_TENANTS)
        return frozenset(
            target.name.casefold()
            for target in targets
            if target.tenant_id in {"", one.tenant_id or ""}
        )

    def _said(self, one: Blackhole, untold: Sequence[User], targets: int) -> str:
        whose = f"of {one.tenant} and of the provider" if one.tenant else "of the provider"
        if not untold:
            return f"The glass was broken, and every admin {whose} is told"
        seen = [one.name for one in untold if self._scope.tenants is None or one.tenants]
        others = len(untold) - len(seen)
        names = [*seen, *([f"{others} of the provider's"] if others else [])]
        told = f"{targets} targets {whose} are told" if targets else f"no target {whose} is there"
        return (
            f"The glass was broken, and {told}; no target bears the name of {', '.join(names)}:"
            " tell them yourself"
        )
