"""People: who may log in, with which role, for which tenants.

Every change asks whether the one who makes it may: nobody gives, or takes from, what is more than
its own (`access.rights`). Sessions and tokens follow at once, as each use reads the row again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.access.password_rule import check_password
from netwb.access.passwords import Passwords
from netwb.access.records import LOGIN_PATTERN, NewUser, User, UserChanges
from netwb.access.rights import require_authority
from netwb.access.rows import (
    Slugs,
    find_user,
    scope_of_row,
    sole_tenant,
    user_of,
    user_slugs,
    visible,
)
from netwb.access.zones import check_zone
from netwb.errors import InventoryError, NotPermittedError
from netwb.faults import Faults
from netwb.roles import ALL_TENANTS, MATRIX, Actor, Role, Scope
from netwb.settings import AccessSettings
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import LoginSessionRow, TokenRow, UserRow, UserTenantRow

LAST_ADMIN = (
    "the last active admin of all tenants stays one; give another person that role first, or do it"
    " on the machine itself with `netwb user set --role`"
)


class Users:
    """Reads and writes of people. Tenants come and go as ids; records hold slugs."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        settings: AccessSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._settings = settings
        self._clock = clock

    def list(self, scope: Scope) -> tuple[User, ...]:
        """Everybody whom that scope sees, also disabled and retired ones, by name."""
        query = select(UserRow).where(visible(scope)).order_by(UserRow.folded)
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.scalars(query).all()
            slugs = user_slugs(session, [row.id for row in rows])
            return tuple(self._record(row, slugs) for row in rows)

    def get(self, scope: Scope, name: str) -> User:
        """One by name or id; UnknownNameError."""
        with self._database.reading(ALL_TENANTS) as session:
            return self._told(session, find_user(session, scope, name))

    def tenant_of(self, name: str) -> str:
        """Id of the one tenant that a person is of, for the audit; empty for several, or all."""
        with self._database.reading(ALL_TENANTS) as session:
            return sole_tenant(session, find_user(session, ALL_TENANTS, name).id)

    def check_new(self, new: NewUser) -> None:
        """Raise all that is wrong with the fields of a new person, each in the error's `faults`."""
        found = _field_faults(new.name, new.password, new.full_name, new.time_zone)
        with found.of("name"):
            check_login(new.name)
            with self._database.reading(ALL_TENANTS) as session:
                _refuse_taken(session, new.name)
        found.settle()

    def add(self, actor: Actor, new: NewUser, scope: Scope) -> User:
        """A new person of that scope, whose fields `check_new` has seen."""
        name = check_login(new.name)
        require_authority(actor, MATRIX[new.role], scope, over="give", thing=f"user {name}")
        self.check_new(new)
        hashed = None if new.password is None else self._passwords.hash(new.password)
        now = self._clock()
        row = UserRow(
            id=new_id(),
            name=name,
            folded=name.casefold(),
            full_name=check_words("full name", new.full_name),
            role=new.role,
            wide=scope.tenants is None,
            source="local",
            status="active",
            password=hashed,
            password_at=now if hashed else None,
            totp="off" if new.totp == "off" else "required",
            totp_step=0,
            time_zone=check_zone(new.time_zone),
            created_at=now,
        )
        with self._database.writing(ALL_TENANTS) as session:
            _insert(session, row)
            _give_tenants(session, row, scope)
            return self._told(session, row)

    def check_changes(self, name: str, changes: UserChanges) -> None:
        """Raise all that is wrong with the fields of a change, each in the error's `faults`."""
        _field_faults(name, changes.password, changes.full_name, changes.time_zone).settle()

    def set(self, actor: Actor, name: str, changes: UserChanges, scope: Scope | None) -> User:
        """Change a person; `scope` None leaves it. A new password or a lost right ends its logins.

        Raises NotPermittedError where the person has, or would have, more than the actor; and where
        nobody could manage everything any more, unless the local login asks for that.
        """
        self.check_changes(name, changes)
        hashed = None if changes.password is None else self._passwords.hash(changes.password)
        with self._database.writing(ALL_TENANTS) as session:
            _hold_admins(session)
            row = find_user(session, actor.scope, name)
            _refuse_retired(row)
            self._require_over(session, actor, row, changes, scope)
            _apply(row, changes, scope)
            if hashed is not None:
                row.password, row.password_at = hashed, self._clock()
            if scope is not None:
                _give_tenants(session, row, scope)
            if hashed is not None or row.status != "active":
                self.end_logins(session, row.id)
            session.flush()
            if actor.means != "local":
                _require_an_admin(session)
            return self._told(session, row)

    def retire(self, actor: Actor, name: str) -> User:
        """For good: logins end, tokens are revoked, what opens is forgotten, the name stays taken."""
        with self._database.writing(ALL_TENANTS) as session:
            _hold_admins(session)
            row = find_user(session, actor.scope, name)
            _refuse_retired(row)
            self._require_over(session, actor, row, UserChanges(), None)
            row.status, row.password, row.subject = "retired", None, None
            row.totp, row.totp_sealed, row.totp_pending = "off", None, None
            self.end_logins(session, row.id)
            mine = (TokenRow.user_id == row.id) & TokenRow.revoked_at.is_(None)
            session.execute(update(TokenRow).where(mine).values(revoked_at=self._clock()))
            session.flush()
            if actor.means != "local":
                _require_an_admin(session)
            return self._told(session, row)

    def end_logins(self, session: Session, user_id: str, *, but: str = "") -> None:
        """End the logins of a user in the caller's transaction, but for the one in hand."""
        open_ones = (LoginSessionRow.user_id == user_id) & LoginSessionRow.ended_at.is_(None)
        ending = update(LoginSessionRow).where(open_ones, LoginSessionRow.id != but)
        session.execute(ending.values(ended_at=self._clock()))

    def _require_over(
        self,
        session: Session,
        actor: Actor,
        row: UserRow,
        changes: UserChanges,
        scope: Scope | None,
    ) -> None:
        """What it is now, and what it will be, must both lie within the actor's own."""
        thing, now = f"user {row.name}", scope_of_row(session, row)
        require_authority(actor, MATRIX[Role(row.role)], now, over="change", thing=thing)
        role = changes.role or Role(row.role)
        later = now if scope is None else scope
        require_authority(actor, MATRIX[role], later, over="give", thing=thing)
        if row.source != "local" and (changes.password or changes.role or scope is not None):
            msg = f"user {row.name} logs in by {row.source}; its role and scope come from there"
            raise InventoryError(msg)

    def _told(self, session: Session, row: UserRow) -> User:
        session.flush()
        return self._record(row, user_slugs(session, [row.id]))

    def _record(self, row: UserRow, slugs: Slugs) -> User:
        return user_of(row, slugs, totp_for=self._settings.totp_for)


def _field_faults(
    name: str, password: str | None, full_name: str | None, time_zone: str | None
) -> Faults:
    """What is wrong with what was given of a person; None was not."""
    found = Faults()
    with found.of("password"):
        if password is not None:
            check_password(name, password)
    with found.of("full_name"):
        check_words("full name", full_name or "")
    with found.of("time_zone"):
        check_zone(time_zone or "")
    return found


def check_login(name: str) -> str:
    """A name that stands in a shell, a URL and a log as it is; `local:` and `system:` are netwb's."""
    if not re.fullmatch(LOGIN_PATTERN, name):
        msg = (
            f"{name[:64]!r} cannot be a user's name; take letters, digits and . _ @ - (64 at most),"
            " a letter or digit first"
        )
        raise InventoryError(msg)
    return name


def check_words(thing: str, text: str) -> str:
    """One line of printable text, not too long."""
    if len(text) > 200 or not (text.isprintable() or not text):
        msg = f"the {thing} is not usable; give one line of 200 characters at most"
        raise InventoryError(msg)
    return text.strip()


def _apply(row: UserRow, changes: UserChanges, scope: Scope | None) -> None:
    row.role = changes.role or row.role
    row.status = changes.status or row.status
    if scope is not None:
        row.wide = scope.tenants is None
    if changes.full_name is not None:
        row.full_name = check_words("full name", changes.full_name)
    if changes.time_zone is not None:
        row.time_zone = check_zone(changes.time_zone)
    if changes.totp == "off":
        row.totp, row.totp_sealed, row.totp_pending = "off", None, None
    elif changes.totp is not None:
        row.totp = "held" if row.totp in {"on", "held"} else "required"


def _give_tenants(session: Session, row: UserRow, scope: Scope) -> None:
    session.execute(delete(UserTenantRow).where(UserTenantRow.user_id == row.id))
    ids = sorted(scope.tenants or ())
    session.add_all(UserTenantRow(user_id=row.id, tenant_id=one) for one in ids)
    session.flush()


def _insert(session: Session, row: UserRow) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # another process was first
        raise InventoryError(_taken(row.name)) from error


def _refuse_taken(session: Session, name: str) -> None:
    taken = session.scalars(select(UserRow).where(UserRow.folded == name.casefold())).first()
    if taken is not None:
        raise InventoryError(_taken(name) if taken.status != "retired" else _retired(name))


def _taken(name: str) -> str:
    return f"user {name} exists already; change it with `netwb user set {name}`"


def _refuse_retired(row: UserRow) -> None:
    if row.status == "retired":
        raise InventoryError(_retired(row.name))


def _retired(name: str) -> str:
    return f"user {name} is retired for good, as the audit names it; take another name"


def _hold_admins(session: Session) -> Sequence[str]:
    """Ids of those who may manage everything, held until the commit and in one order.

    So two of them cannot take each other away at the same time, nor wait for each other for ever.
    """
    admins = select(UserRow.id).where(
        UserRow.role == Role.ADMIN, UserRow.wide.is_(True), UserRow.status == "active"
    )
    return session.scalars(admins.order_by(UserRow.id).with_for_update()).all()


def _require_an_admin(session: Session) -> None:
    if not _hold_admins(session):
        raise NotPermittedError(LAST_ADMIN)
