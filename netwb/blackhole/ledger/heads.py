"""What is of all blackholes together: the pause, who takes them back, and a mark of each change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netwb.blackhole.records import Pause
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.models import BlackholeExpirerRow, BlackholeHeadRow
from netwb.store.prepared import Prepared

_ONE = 1
_MARK = Prepared(select(BlackholeHeadRow.changes).where(BlackholeHeadRow.id == _ONE))


class Heads:
    """Reads and writes of what there is one of."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def pause(self, *, by: str, why: str) -> Pause:
        """From now on nothing new is announced. Paused twice, it is since the first time."""
        now = self._clock()
        with self._database.writing(NO_TENANT) as session:
            head = locked_head(session)
            if head.paused_at is None:
                head.paused_at = now
            head.paused_by, head.paused_why = by, why
            head.changes += 1
            return Pause(at=head.paused_at, by=by, why=why)

    def resume(self) -> Pause | None:
        """New ones are announced again; gives the pause that ended, None: there was none."""
        with self._database.writing(NO_TENANT) as session:
            head = locked_head(session)
            ended = _pause_of(head)
            head.paused_at, head.paused_by, head.paused_why = None, "", ""
            head.changes += 1
            return ended

    def paused(self) -> Pause | None:
        """The pause that is in force."""
        with self._database.reading(NO_TENANT) as session:
            head = session.get(BlackholeHeadRow, _ONE)
            return None if head is None else _pause_of(head)

    def beat(self, holder: str) -> None:
        """Whoever ends blackholes whose time is up says that it lives."""
        now = self._clock()
        with self._database.writing(NO_TENANT) as session:
            insert_absent(session, BlackholeExpirerRow(id=_ONE, holder=holder, beat_at=now))
            session.execute(
                update(BlackholeExpirerRow)
                .where(BlackholeExpirerRow.id == _ONE)
                .values(holder=holder, beat_at=now)
            )

    def expirer_at(self) -> datetime | None:
        """When it last said so; None: never."""
        with self._database.reading(NO_TENANT) as session:
            return session.scalar(
                select(BlackholeExpirerRow.beat_at).where(BlackholeExpirerRow.id == _ONE)
            )

    def mark(self) -> int:
        """Another number than before once any blackhole, or the pause, has changed."""
        found = self._database.rows(ALL_TENANTS, _MARK)
        return int(found[0][0]) if found else 0


def locked_head(session: Session) -> BlackholeHeadRow:
    """The one row, held until the transaction ends: two that begin a blackhole wait for each other."""
    insert_absent(session, BlackholeHeadRow(id=_ONE, changes=0, paused_by="", paused_why=""))
    return session.scalars(
        select(BlackholeHeadRow).where(BlackholeHeadRow.id == _ONE).with_for_update()
    ).one()


def touch(session: Session) -> None:
    """Say that something changed, in the caller's transaction."""
    locked_head(session).changes += 1


def _pause_of(head: BlackholeHeadRow) -> Pause | None:
    if head.paused_at is None:
        return None
    return Pause(at=head.paused_at, by=head.paused_by, why=head.paused_why)
