"""Walls: screens without a person. A code of some minutes, typed there once, becomes a cookie.

A wall opens one page, from its networks alone, and may see how devices are and what goes through
ports, of its tenants; it changes nothing. It lives until it is revoked: nobody is there to log it in
again after a night.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, true, update
from sqlalchemy.orm import Session

from netwb.access.denials import Denials
from netwb.access.records import IssuedWall, NewWall, Origin, Wall
from netwb.access.rights import require_authority
from netwb.access.rows import wall_of, wall_slugs
from netwb.access.secrets import digest, new_secret
from netwb.access.standing import WALL_RIGHTS, WALL_UNKNOWN, within
from netwb.access.throttle import Throttle, counts_of
from netwb.access.tokens import check_networks
from netwb.access.users import check_words
from netwb.access.zones import check_zone
from netwb.errors import (
    InputError,
    NotAuthenticatedError,
    StoreUnavailableError,
    UnknownNameError,
)
from netwb.faults import Faults
from netwb.roles import ALL_TENANTS, Actor, Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import WallRow, WallTenantRow

CODE_MINUTES = 10  # to walk to the screen
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read as another one
CODE_LENGTH = 8  # 31 to the 8th; an address has twenty tries, then it waits
SEEN_EVERY = timedelta(seconds=60)
PAGE = "wall"
WRONG = "that code is wrong, was used, or is over; have an admin make a new one"
NOBODY = "nobody"  # in the audit trail, where no one is logged in
logger = logging.getLogger(__name__)


class Walls:
    """Makes, enrolls, finds, lists and revokes walls."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        throttle: Throttle,
        denials: Denials,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._throttle = throttle
        self._denials = denials
        self._clock = clock

    def add(self, actor: Actor, new: NewWall, tenants: frozenset[str] | None) -> IssuedWall:
        """A wall that waits for its code to be typed; `tenants` are ids, None: all.

        Raises InputError, InventoryError; NotPermittedError where it would show more than the actor
        sees.
        """
        found, name, networks, zone = Faults(), "", [""], ""
        with found.of("name"):
            name = _checked_name(new.name)
        with found.of("networks"):
            networks = check_networks(new.networks)
        with found.of("time_zone"):
            zone = check_zone(new.time_zone)
        found.settle()
        require_authority(actor, WALL_RIGHTS, Scope(tenants), over="give", thing=f"wall {name}")
        now, code = self._clock(), "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        row = WallRow(
            id=new_id(),
            name=name,
            page=PAGE,
            wide=tenants is None,
            networks=networks,
            time_zone=zone,
            code=self._mac(code),
            code_until_at=now + timedelta(minutes=CODE_MINUTES),
            created_at=now,
            created_by=actor.name,
            address="",
            browser="",
        )
        with self._database.writing(ALL_TENANTS) as session:
            session.add(row)
            session.flush()
            ids = sorted(tenants or ())
            session.add_all(WallTenantRow(wall_id=row.id, tenant_id=one) for one in ids)
            session.flush()
            wall = wall_of(row, wall_slugs(session, [row.id]))
        return IssuedWall(wall=wall, secret=f"{code[:4]}-{code[4:]}")

    def enroll(self, code: str, origin: Origin) -> IssuedWall:
        """The wall of that code, and its cookie's secret; the code opens nothing any more.

        Raises NotAuthenticatedError, LoginThrottledError.
        """
        counts = counts_of("wall", origin.address, "")[
            1:2
        ]  # of the address alone: there is no name
        self._throttle.take(counts)
        now, secret = self._clock(), new_secret()
        typed = "".join(letter for letter in code.upper() if letter.isalnum())
        meant = (WallRow.code == self._mac(typed)) & (WallRow.code_until_at > now)
        with self._database.writing(ALL_TENANTS) as session:
            query = select(WallRow).where(meant, WallRow.revoked_at.is_(None)).with_for_update()
            row = session.scalars(query).one_or_none()
            known = row is not None and within(origin.address, row.networks)
            if row is not None and known:
                row.code, row.digest = None, digest(secret)
                row.enrolled_at = row.seen_at = now
                row.address = storable(origin.address[:100])
                row.browser = storable(origin.browser[:200])
                wall = wall_of(row, wall_slugs(session, [row.id]))
        if not known:
            detail = {"reason": "code", "address": origin.address}
            self._denials.note(NOBODY, "login.refused", "a wall", detail=detail)
            raise NotAuthenticatedError(WRONG)
        self._throttle.forgive(counts)
        return IssuedWall(wall=wall, secret=secret)

    def find(self, secret: str, origin: Origin) -> str:
        """Id of the wall of that cookie, where it is in force there; NotAuthenticatedError."""
        query = select(WallRow.id, WallRow.networks, WallRow.seen_at).where(
            WallRow.digest == digest(secret), WallRow.revoked_at.is_(None)
        )
        with self._database.reading(ALL_TENANTS) as session:
            found = session.execute(query).one_or_none()
        if found is None or not within(origin.address, found.networks):
            raise NotAuthenticatedError(WALL_UNKNOWN)
        if found.seen_at is None or found.seen_at < self._clock() - SEEN_EVERY:
            self._note_use(found.id)
        return str(found.id)

    def list(self, scope: Scope) -> tuple[Wall, ...]:
        """Those whose tenants all lie in the scope, newest first, the revoked ones too."""
        query = select(WallRow).where(_visible(scope)).order_by(WallRow.created_at.desc())
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.scalars(query).all()
            slugs = wall_slugs(session, [row.id for row in rows])
            return tuple(wall_of(row, slugs) for row in rows)

    def revoke(self, scope: Scope, ref: str) -> Wall:
        """From now on it opens nothing, its code neither; revoking twice is once.

        ref   its id, or its name where one wall that is not revoked has it; InputError where several do
        """
        with self._database.writing(ALL_TENANTS) as session:
            row = _found(session, scope, _id_of(session, scope, ref))
            row.revoked_at = row.revoked_at or self._clock()
            row.code = None
            session.flush()
            return wall_of(row, wall_slugs(session, [row.id]))

    def _mac(self, code: str) -> str:
        """A code is short: without the key nobody finds it from what is kept."""
        key = self._keyring.key("token")
        return hmac.digest(key, f"wall {code}".encode("utf-8", "surrogatepass"), "sha256").hex()

    def _note_use(self, wall_id: str) -> None:
        try:
            with self._database.writing(ALL_TENANTS) as session:
                mine = update(WallRow).where(WallRow.id == wall_id)
                session.execute(mine.values(seen_at=self._clock()))
        except StoreUnavailableError as error:
            logger.warning("wall %s: its use is not noted: %s", wall_id, error)


def _checked_name(name: str) -> str:
    found = check_words("name", name)
    if not found:
        msg = "a wall needs a name; say where it hangs"
        raise InputError(msg)
    return found


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Which walls a reader of that scope sees."""
    if scope.tenants is None:
        return true()
    own = WallTenantRow.tenant_id.in_(sorted(scope.tenants))
    theirs = WallTenantRow.wall_id == WallRow.id
    return and_(WallRow.wide.is_(False), exists().where(theirs), ~exists().where(theirs, ~own))


def _id_of(session: Session, scope: Scope, ref: str) -> str:
    """Of the wall of that id, or of that name; of several of one name the one that still opens."""
    said = storable(ref)
    found = session.scalars(
        select(WallRow).where(or_(WallRow.id == said, WallRow.name == said), _visible(scope))
    ).all()
    rows = [row for row in found if row.id == said or row.revoked_at is None] or list(found)
    if len(rows) > 1:
        msg = f"{len(rows)} walls are called {ref[:64]!r}; name one by its id of `netwb wall list`"
        raise InputError(msg)
    return rows[0].id if rows else ref


def _found(session: Session, scope: Scope, wall_id: str) -> WallRow:
    row = session.scalars(
        select(WallRow).where(WallRow.id == storable(wall_id), _visible(scope))
    ).one_or_none()
    if row is None:
        msg = f"no wall {wall_id[:64]!r}; `netwb wall list` lists them"
        raise UnknownNameError(msg)
    return row
