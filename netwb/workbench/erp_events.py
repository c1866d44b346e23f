"""What happened to a tenant, as its ERP follows it, on the facade."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from netwb.erp.event_records import KINDS, EventPage, EventsAsked, right_of
from netwb.erp.records import EventKind, Stand
from netwb.errors import InputError
from netwb.inventory.fields import quoted
from netwb.loading import lazy
from netwb.roles import Permission, allowed
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.erp import feed as _feed
    from netwb.erp import numbers as _numbers
else:
    _feed = lazy("netwb.erp.feed")
    _numbers = lazy("netwb.erp.numbers")

LATEST: Literal["latest"] = "latest"
_CURSOR = re.compile(r"([0-9a-z]{8,32})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpFollowing:
    """Which of a tenant's events the caller is told, and how far they are numbered."""

    asked: EventsAsked
    stand: Stand


class ErpEventsFace(Face):
    """`erp_following`, `erp_events`."""

    def erp_following(self, tenant_id: str, kinds: Collection[EventKind] = ()) -> ErpFollowing:
        """How far the tenant's events are numbered; no kinds: all. UnknownNameError, as elsewhere."""
        self._require(Permission.INVENTORY_VIEW)
        tenant = self._parts.places.tenant(self._meant_scope, tenant_id)
        actor, asked = self._actor, kinds or KINDS
        seen = {kind for kind in asked if allowed(actor, right_of(kind))}
        return ErpFollowing(
            asked=EventsAsked(
                tenant_id=tenant.id,
                kinds=[kind for kind in KINDS if kind in seen],
                hidden=[kind for kind in KINDS if kind in asked and kind not in seen],
            ),
            stand=_numbers.stand_of(self._parts.database, tenant.id),
        )

    def erp_events(self, following: ErpFollowing, *, after: str = "", limit: int = 50) -> EventPage:
        """Events, oldest first; `next` of the page is always where to go on.

        after   `next` of a page before; "" the oldest that is kept; `latest` what comes from now on
        Raises NumberGoneError where not all that came after it can be told, InputError.
        """
        return _feed.read_events(
            self._parts.database,
            following.asked,
            following.stand,
            after=_place(after),
            limit=limit,
        )


def _place(after: str) -> tuple[str, int] | Literal["oldest", "latest"]:
    if not after:
        return "oldest"
    if after == LATEST:
        return LATEST
    cursor = _CURSOR.fullmatch(after)
    if cursor is None:
        msg = (
            f"{quoted(after)} is no cursor; give `next` of an answer as it was, `latest`,"
            " or leave it out"
        )
        raise InputError(msg)
    return cursor[1], int(cursor[2])
