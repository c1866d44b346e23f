"""The inventory of a tenant as its ERP reads it, on the facade."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from netwb.erp.records import ErpPage, Stand
from netwb.errors import InputError, NumberGoneError
from netwb.loading import lazy
from netwb.roles import Permission, allowed
from netwb.workbench.face import Face
from netwb.workbench.moments import parse_moment

if TYPE_CHECKING:
    from netwb.erp import inventory as _inventory
    from netwb.erp import inventory_rows as _inventory_rows
    from netwb.erp import numbers as _numbers
    from netwb.erp.inventory_rows import Sort, Status
else:
    _inventory = lazy("netwb.erp.inventory")
    _inventory_rows = lazy("netwb.erp.inventory_rows")
    _numbers = lazy("netwb.erp.numbers")

OVERLAP = timedelta(minutes=5)  # of a time: clocks differ, and a change is dated before it is there
_NUMBER = re.compile(r"([0-9a-z]{8,32})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpStanding:
    """How far a tenant's inventory is numbered, and what of it the caller is shown.

    sequence   where a copy that was read now is carried on from
    """

    tenant_id: str
    stand: Stand
    addresses: bool

    @property
    def sequence(self) -> str:
        """`EPOCH.NUMBER`."""
        return sequence_of(self.stand.epoch, self.stand.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpInventory:
    """A page of it; `left_off` is where the next one begins, None where this is the last."""

    page: ErpPage
    sequence: str
    left_off: Sequence[Any] | None


class ErpInventoryFace(Face):
    """`erp_standing`, `erp_inventory`."""

    def erp_standing(self, tenant_id: str) -> ErpStanding:
        """How far the tenant's inventory is numbered. UnknownNameError where it is in no scope."""
        self._require(Permission.INVENTORY_VIEW)
        database, scope = self._parts.database, self._meant_scope
        # Who has a head is a tenant; whoever has none is looked for among the tenants.
        found = _numbers.changes_of(database, tenant_id) if scope.holds(tenant_id) else None
        if found is None:
            tenant_id = self._parts.places.tenant(scope, tenant_id).id
            found = _numbers.stand_of(database, tenant_id)
        return ErpStanding(
            tenant_id=tenant_id,
            stand=found,
            addresses=allowed(self._actor, Permission.INVENTORY_ADDRESS),
        )

    def erp_inventory(  # noqa: PLR0913 - what a copy may be narrowed by
        self,
        standing: ErpStanding,
        *,
        limit: int,
        left_off: Sequence[Any] | None = None,
        updated_since: str = "",
        site: str | None = None,
        role: str | None = None,
        platform: str | None = None,
        contract_ref: str | None = None,
        statuses: frozenset[Status] | None = None,
        sort: Sort = "id",
        with_ports: bool = True,
        address: bool = False,
        count: bool = False,
    ) -> ErpInventory:
        """A page: of all that there is, or of what changed since a sequence or a time.

        left_off        of the page before
        updated_since   a sequence of an earlier answer, or a time, which is taken with `OVERLAP`
        address         they are asked for by name: NotPermittedError where they may not be seen
        Raises NumberGoneError where a copy of that sequence cannot be carried on, InputError.
        """
        self._require(Permission.INVENTORY_VIEW)
        if address:
            self._require(Permission.INVENTORY_ADDRESS)
        epoch, until, *last = left_off or (standing.stand.epoch, standing.stand.changes)
        _require_epoch(standing.stand, epoch, until)
        since, since_at = self._numbered_since(updated_since, standing.stand)
        asked = _inventory.Asked(
            tenant_id=standing.tenant_id,
            limit=limit,
            until=until,
            addresses=standing.addresses,
            with_ports=with_ports,
            site=site,
            role=role,
            platform=platform,
            contract_ref=contract_ref,
            statuses=_inventory_rows.ACTIVE if statuses is None else statuses,
            sort=sort,
            since=since,
            since_at=since_at,
            count=count,
        )
        page = _inventory.read_page(self._parts.database, asked, last or None)
        return ErpInventory(
            page=page,
            sequence=sequence_of(epoch, until),
            left_off=None if page.last is None else [epoch, until, *page.last],
        )

    def _numbered_since(self, text: str, stand: Stand) -> tuple[int | None, datetime | None]:
        """The number, or the time, that changes are asked since."""
        if not text:
            return None, None
        numbered = _NUMBER.fullmatch(text)
        if numbered is None:
            return None, _time(text, self._parts.clock()) - OVERLAP
        _require_epoch(stand, numbered[1], int(numbered[2]))
        return int(numbered[2]), None


def sequence_of(epoch: str, number: int) -> str:
    """As it is told, and taken again."""
    return f"{epoch}.{number}"


def _require_epoch(stand: Stand, epoch: str, number: int) -> None:
    if stand.epoch != epoch or number > stand.changes:
        msg = (
            "that sequence is of another life of this database, which was put back or set up anew;"
            " read the inventory without `updated_since`, and go on from the sequence of that answer"
        )
        raise NumberGoneError(msg)


def _time(text: str, now: datetime) -> datetime:
    try:
        return parse_moment(text, now)
    except InputError:
        msg = (
            "updated_since is no sequence and no time; give the `sequence` of an earlier answer as"
            " it was, or a time as 2026-11-20T02:00:00Z"
        )
        raise InputError(msg) from None
