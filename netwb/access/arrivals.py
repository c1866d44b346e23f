"""People whom somebody else logged in: found or made here, with the rights that their groups give.

The other's word settles role and scope at each login; who is in no group that counts may not come
in, and loses what it had. A name that belongs to somebody here already is never taken over: whoever
may choose names over there would choose one of ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwb.access.group_rights import GroupRight, right_of
from netwb.access.records import LOGIN_PATTERN
from netwb.access.users import Users
from netwb.errors import NotAuthenticatedError
from netwb.roles import ALL_TENANTS, Role
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import TenantRow, UserRow, UserTenantRow

NO_ENTRY = "your login is right, but gives no access to netwb; ask its admin"
TAKEN = "your login is right, but somebody of netwb's own has your name; ask its admin"
Source = Literal["oidc", "proxy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A person as the other side tells it; `subject` is stable there, the name is for people."""

    source: Source
    subject: str
    name: str
    full_name: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrived:
    """Whom it turned out to be."""

    user_id: str
    name: str


class Arrivals:
    """Takes people in; NotAuthenticatedError where they may not."""

    def __init__(
        self,
        database: Database,
        users: Users,
        rights: Collection[GroupRight],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._users = users
        self._rights = rights
        self._clock = clock

    def take_in(self, arrival: Arrival) -> Arrived:
        """Find or make the person, with what its groups give now."""
        with self._database.writing(ALL_TENANTS) as session:
            row = self._known(session, arrival)
            right = right_of(self._rights, arrival.groups)
            tenants = _tenant_ids(session, right)
            refusal = self._refusal(session, row, arrival, right, tenants)
            if refusal is None:
                row = row or self._made(session, arrival)
                self._give(session, row, right, tenants)
                row.full_name = "".join(c for c in arrival.full_name if c.isprintable())[:200]
                return Arrived(row.id, row.name)
            if row is not None and refusal == NO_ENTRY:
                self._take_away(session, row)
        raise NotAuthenticatedError(refusal)

    def take_in_known(self, name: str) -> Arrived:
        """Somebody whom an admin added here, with the rights that it has here."""
        query = select(UserRow).where(
            UserRow.folded == storable(name).casefold(), UserRow.status == "active"
        )
        with self._database.reading(ALL_TENANTS) as session:
            row = session.scalars(query).one_or_none()
            if row is None:
                raise NotAuthenticatedError(NO_ENTRY)
            return Arrived(row.id, row.name)

    def _known(self, session: Session, arrival: Arrival) -> UserRow | None:
        same = UserRow.subject == _subject(arrival)
        return session.scalars(select(UserRow).where(same)).one_or_none()

    def _refusal(
        self,
        session: Session,
        row: UserRow | None,
        arrival: Arrival,
        right: GroupRight | None,
        tenants: Collection[str],
    ) -> str | None:
        if right is None or (right.tenants is not None and not tenants):
            return NO_ENTRY
        if row is not None:
            return None if row.status == "active" else "your account here is disabled; ask an admin"
        folded = _login_name(arrival).casefold()
        taken = session.scalars(select(UserRow.id).where(UserRow.folded == folded)).first()
        return TAKEN if taken else None

    def _made(self, session: Session, arrival: Arrival) -> UserRow:
        name = _login_name(arrival)
        row = UserRow(
            id=new_id(),
            name=name,
            folded=name.casefold(),
            full_name="",
            role=Role.VIEWER,
            wide=False,
            source=arrival.source,
            subject=_subject(arrival),
            status="active",
            totp="off",
            totp_step=0,
            time_zone="",
            created_at=self._clock(),
        )
        session.add(row)
        session.flush()
        return row

    def _give(
        self, session: Session, row: UserRow, right: GroupRight | None, tenants: Collection[str]
    ) -> None:
        row.role = Role.VIEWER if right is None else right.role
        row.wide = right is not None and right.tenants is None
        session.execute(delete(UserTenantRow).where(UserTenantRow.user_id == row.id))
        session.add_all(UserTenantRow(user_id=row.id, tenant_id=one) for one in sorted(tenants))
        session.flush()

    def _take_away(self, session: Session, row: UserRow) -> None:
        """No scope, so that its tokens open nothing either; until its groups give something again."""
        self._give(session, row, None, ())
        self._users.end_logins(session, row.id)


def _tenant_ids(session: Session, right: GroupRight | None) -> frozenset[str]:
    """A slug that no tenant has gives nothing."""
    if right is None or right.tenants is None:
        return frozenset()
    query = select(TenantRow.id).where(TenantRow.slug.in_(right.tenants))
    return frozenset(session.scalars(query))


def _subject(arrival: Arrival) -> str:
    """How the person is called over there; a proxy's names are one in any case, as ours are."""
    subject = arrival.subject.casefold() if arrival.source == "proxy" else arrival.subject
    return f"{arrival.source} {storable(subject)}"


def _login_name(arrival: Arrival) -> str:
    """Its name over there as a name of ours; one that cannot be is told by its subject."""
    name = re.sub(r"[^A-Za-z0-9._@-]+", "-", arrival.name).lstrip("._@-")[:64]
    if re.fullmatch(LOGIN_PATTERN, name):
        return name
    return f"{arrival.source}-{hashlib.sha256(_subject(arrival).encode()).hexdigest()[:16]}"
