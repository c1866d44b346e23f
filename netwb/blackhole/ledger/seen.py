"""Rows of one transaction: each is read once, and looked up as the steps so far have left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from netwb.blackhole.ledger.reading import counts_since, standing_of, standing_statement
from netwb.blackhole.ledger.rows import Beside, beside, entry_of, pieces
from netwb.blackhole.ledger.states import OPEN
from netwb.blackhole.records import Entry, IPNetwork, OnRouter, Request, Standing
from netwb.errors import KeyReusedError
from netwb.roles import ALL_TENANTS
from netwb.store.canonical import storable
from netwb.store.models import BlackholeRow

Attack = tuple[IPNetwork, str]  # of a host, with its detector's id
NOWHERE = ("denied", "shadow")


class Seen:
    """What a sitting knows. `since`: what ended after it counts for the guard."""

    def __init__(self, session: Session, since: datetime) -> None:
        self._session = session
        self._since = since
        self._rows: dict[str, BlackholeRow] = {}
        self._around = Beside(slugs={}, approvals={}, routers={})
        self._asked: set[tuple[str, object]] = set()
        self._counting: dict[str, Standing] | None = None

    def read_ahead(
        self,
        *,
        ids: Iterable[str] = (),
        networks: Iterable[IPNetwork] = (),
        attacks: Iterable[Attack] = (),
        cause_ids: Iterable[int] = (),
    ) -> None:
        """Read what will be asked for; what is not read ahead is read when it is asked for."""
        row = BlackholeRow
        for some in self._new("id", ids):
            self._load(row.id.in_(some))
        for some in self._new("cause", cause_ids):
            self._load(row.cause_id.in_(some))
        for some in self._new("network", map(str, networks)):
            self._load(row.network.in_(some), row.state.in_(sorted(OPEN)))
        for some in self._new("attack", ((str(host), attack) for host, attack in attacks)):
            hosts, names = map(sorted, map(set, zip(*some, strict=True)))
            self._load(row.network.in_(hosts), row.attack_id.in_(names), row.state.in_(NOWHERE))

    def row(self, blackhole_id: str) -> BlackholeRow | None:
        """One by its id."""
        if blackhole_id not in self._rows:
            self.read_ahead(ids=[blackhole_id])
        return self._rows.get(blackhole_id)

    def open_row(self, network: IPNetwork) -> BlackholeRow | None:
        """The one that is held or stands for exactly that network."""
        text = str(network)
        if ("network", text) not in self._asked:
            self.read_ahead(networks=[network])
        return self._newest(lambda row: row.network == text and row.state in OPEN)

    def same_request(
        self, request: Request, cause_id: int | None, once_key: str | None
    ) -> BlackholeRow | None:
        """What came of the very same one. KeyReusedError: its key came before with another one."""
        if cause_id is not None:
            self.read_ahead(cause_ids=[cause_id])
            return self._newest(lambda row: row.cause_id == cause_id)
        if once_key is None:
            return None
        mine = (BlackholeRow.requested_by == request.by, BlackholeRow.once_key == once_key)
        self._load(*mine)
        found = self._newest(lambda row: (row.requested_by, row.once_key) == (request.by, once_key))
        if found is not None and not _asks_for(found, request):
            msg = (
                f"that Idempotency-Key came before with another request, for {found.network}; take a"
                " new one"
            )
            raise KeyReusedError(msg)
        return found

    def same_attack(self, request: Request, attack_id: str | None) -> BlackholeRow | None:
        """An open one for the network; of an alarm also one of the same attack that went nowhere."""
        there = self.open_row(request.network)
        if there is not None or not request.alarm or attack_id is None:
            return there
        self.read_ahead(attacks=[(request.network, attack_id)])
        same = (str(request.network), attack_id)
        return self._newest(
            lambda row: (row.network, row.attack_id) == same and row.state in NOWHERE
        )

    def standing(self, *, without: str = "") -> tuple[Standing, ...]:
        """What counts for the guard, but for one by its id."""
        if self._counting is None:
            found = self._session.execute(standing_statement(self._since))
            self._counting = {row.id: standing_of(row) for row in found}
        return tuple(one for id_, one in self._counting.items() if id_ != without)

    def changed(self, row: BlackholeRow) -> None:
        """Let a new or changed row count as it is now."""
        self._rows[row.id] = row
        if self._counting is None:
            return
        self._counting.pop(row.id, None)
        if counts_since(row, self._since):
            self._counting[row.id] = standing_of(row)

    def entry(self, row: BlackholeRow) -> Entry:
        """Its record."""
        return entry_of(row, self._around, ALL_TENANTS)

    def routers(self, row: BlackholeRow) -> list[OnRouter]:
        """How it stands on each."""
        return self._around.routers.setdefault(row.id, [])

    def read_approvals(self, row: BlackholeRow) -> None:
        """Take in what was written beside it."""
        self._around.approvals.update(beside(self._session, [row.id]).approvals)

    def _new(self, what: str, keys: Iterable[Any]) -> Iterable[Sequence[Any]]:
        """Those that were not asked for yet, some at a time."""
        wanted = sorted({key for key in keys if (what, key) not in self._asked})
        self._asked.update((what, key) for key in wanted)
        return pieces(wanted)

    def _load(self, *conditions: ColumnElement[bool]) -> None:
        found = self._session.scalars(select(BlackholeRow).where(*conditions)).all()
        new = [row for row in found if row.id not in self._rows]
        if not new and self._around.slugs:
            return
        around = beside(self._session, [row.id for row in new])
        self._rows.update((row.id, row) for row in new)
        self._around = Beside(
            slugs=around.slugs,
            approvals=self._around.approvals | around.approvals,
            routers=self._around.routers | around.routers,
        )

    def _newest(self, is_meant: Callable[[BlackholeRow], bool]) -> BlackholeRow | None:
        found = filter(is_meant, self._rows.values())
        return max(found, key=lambda row: row.requested_at, default=None)


def _asks_for(row: BlackholeRow, request: Request) -> bool:
    """Whether the row was begun by a request that says the same."""
    return (row.network, row.minutes, row.wanted_reach, row.break_glass, row.reason) == (
        str(request.network),
        request.minutes,
        request.reach,
        request.break_glass,
        storable(request.reason),
    )
