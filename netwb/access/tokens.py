"""Tokens for scripts and other systems: `nwb_<id>.<secret>`, of which a keyed hash is kept.

A token belongs to a user and never holds more than that user; it always expires.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netwb.access.ending import ending_tokens, tokens_of
from netwb.access.expiry import OVERLAP
from netwb.access.records import (
    EndingToken,
    IssuedToken,
    NewToken,
    Origin,
    RotatedToken,
    Token,
)
from netwb.access.rights import narrowed, require_authority
from netwb.access.rows import (
    find_user,
    permissions,
    scope_of_row,
    token_of,
    token_slugs,
    visible,
)
from netwb.access.secrets import new_secret, parse_token, token_mac, token_text
from netwb.access.standing import NOT_VALID, Standing, Standings
from netwb.access.users import check_words
from netwb.errors import (
    InputError,
    InventoryError,
    NotAuthenticatedError,
    StoreUnavailableError,
    UnknownNameError,
)
from netwb.faults import Faults
from netwb.roles import ALL_TENANTS, MATRIX, Actor, Role, Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import TokenRow, TokenTenantRow, UserRow

MOST_DAYS = 3 * 366  # what is never renewed is forgotten, and found by somebody else
SHOWN = 5  # of several wrong ones, in a sentence
logger = logging.getLogger(__name__)


class Tokens:
    """Issues, recognizes, lists and revokes tokens."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        standings: Standings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._standings = standings
        self._clock = clock

    def check_new(self, actor: Actor, new: NewToken, tenants: frozenset[str] | None) -> None:
        """Raise all that is wrong with the fields of a new token, each in the error's `faults`."""
        found = Faults()
        with found.of("note"):
            check_words("note", new.note)
        with found.of("networks"):
            check_networks(new.networks)
        with found.of("days"):
            check_days(new.days)
        with found.of("user"), self._database.reading(ALL_TENANTS) as session:
            owner = find_user(session, actor.scope, new.user)
            with found.of_fields():
                _refuse_more_than_the_owner(owner, _holder(session, owner), new, tenants)
        found.settle()

    def issue(self, actor: Actor, new: NewToken, tenants: frozenset[str] | None) -> IssuedToken:
        """A token of a user whom the actor sees; `tenants` are ids, None leaves the owner's.

        Raises InputError and InventoryError for what no token can be, NotPermittedError where it
        would hold more than the actor.
        """
        self.check_new(actor, new, tenants)
        now, secret, token_id = self._clock(), new_secret(), new_id()
        mac = token_mac(self._keyring.key("token"), token_id, secret)
        row = TokenRow(
            id=token_id,
            mac=mac,
            note=check_words("note", new.note),
            role=new.role,
            narrowed=tenants is not None,
            allow=None if new.allow is None else sorted(map(str, new.allow)),
            networks=check_networks(new.networks),
            created_at=now,
            created_by=actor.name,
            expires_at=now + timedelta(days=check_days(new.days)),
        )
        with self._database.writing(ALL_TENANTS) as session:
            owner = find_user(session, actor.scope, new.user)
            row.user_id = owner.id
            holder = _holder(session, owner)
            _refuse_more_than_the_owner(owner, holder, new, tenants)
            _require_within(actor, holder, new, tenants)
            session.add(row)
            session.flush()
            ids = sorted(tenants or ())
            session.add_all(TokenTenantRow(token_id=token_id, tenant_id=one) for one in ids)
            session.flush()
            token = token_of(row, owner.name, token_slugs(session, [token_id]))
        return IssuedToken(token=token, secret=token_text(token_id, secret))

    def rotate(
        self,
        actor: Actor,
        token_id: str,
        *,
        days: int | None = None,
        overlap: timedelta = OVERLAP,
        user_id: str | None = None,
    ) -> RotatedToken:
        """A successor of the same owner, rights, networks and note; the old one ends after `overlap`.

        days    None: as many as the token, or the successor that it had before, was issued for
        A token has one successor in force at most. A second would leave a text in force that perhaps
        nobody has: whoever lost it revokes that one, and then rotates again.
        Raises as `issue` does; UnknownNameError for a foreign token; InventoryError for one that is
        revoked, expired or replaced, and where the owner lost what the token was given.
        """
        check_overlap(overlap)
        now, secret, new = self._clock(), new_secret(), new_id()
        with self._database.writing(ALL_TENANTS) as session:
            old, owner = _found(session, actor.scope, token_id, user_id, hold=True)
            before = None if old.replaced_by is None else session.get(TokenRow, old.replaced_by)
            _refuse_what_cannot_go_on(old, before, now)
            tenants = _tenants_of(session, old)
            lasts = check_days(days if days is not None else _days_of(before or old))
            _require_same_may_be(session, actor, old, owner, tenants, lasts)
            row = TokenRow(
                id=new,
                user_id=old.user_id,
                mac=token_mac(self._keyring.key("token"), new, secret),
                note=old.note,
                role=old.role,
                narrowed=old.narrowed,
                allow=old.allow,
                networks=old.networks,
                created_at=now,
                created_by=actor.name,
                expires_at=now + timedelta(days=lasts),
                replaces=old.id,
            )
            session.add(row)
            session.flush()
            session.add_all(TokenTenantRow(token_id=new, tenant_id=one) for one in sorted(tenants))
            old.replaced_by, old.expires_at = new, min(old.expires_at, now + overlap)
            session.flush()
            slugs = token_slugs(session, [new, old.id])
            issued = IssuedToken(token=token_of(row, owner, slugs), secret=token_text(new, secret))
            return RotatedToken(issued=issued, old=token_of(old, owner, slugs))

    def find(self, text: str, origin: Origin) -> tuple[str, Standing]:
        """Id of the token whose text this is, and what it may; NotAuthenticatedError.

        Notes that it was used.
        """
        parsed = parse_token(text)
        if parsed is None:
            raise NotAuthenticatedError(NOT_VALID)
        token_id, secret = parsed
        mac = token_mac(self._keyring.key("token"), token_id, secret)
        standing, stale = self._standings.of_token_text(token_id, mac, origin.address)
        if stale:
            self._note_use(token_id, origin.address)
        return token_id, standing

    def list(
        self, scope: Scope, *, user: str | None = None, user_id: str | None = None
    ) -> tuple[Token, ...]:
        """Of everybody in scope, of one user in it, or of `user_id` alone; newest first."""
        query = select(TokenRow, UserRow.name).join(UserRow, UserRow.id == TokenRow.user_id)
        with self._database.reading(ALL_TENANTS) as session:
            if user is not None:
                user_id = find_user(session, scope, user).id
            whose = visible(scope) if user_id is None else UserRow.id == user_id
            newest = query.where(whose).order_by(TokenRow.created_at.desc(), TokenRow.id)
            rows = session.execute(newest).all()
            slugs = token_slugs(session, [row.id for row, _ in rows])
            return tuple(token_of(row, name, slugs) for row, name in rows)

    def get(self, scope: Scope, token_id: str, *, user_id: str | None = None) -> Token:
        """One by its id; UnknownNameError, for a foreign one alike."""
        with self._database.reading(ALL_TENANTS) as session:
            row, name = _found(session, scope, token_id, user_id)
            return token_of(row, name, token_slugs(session, [row.id]))

    def set(
        self, scope: Scope, token_id: str, *, note: str | None, networks: Iterable[str] | None
    ) -> Token:
        """Another note, or other networks; None leaves it. Its rights and its life never change."""
        found, words, allowed_from = Faults(), "", None
        with found.of("note"):
            words = check_words("note", note or "")
        with found.of("networks"):
            allowed_from = None if networks is None else check_networks(networks)
        found.settle()
        with self._database.writing(ALL_TENANTS) as session:
            row, name = _found(session, scope, token_id, None)
            row.note = row.note if note is None else words
            row.networks = row.networks if allowed_from is None else allowed_from
            session.flush()
            return token_of(row, name, token_slugs(session, [row.id]))

    def revoke(self, scope: Scope, token_id: str, *, user_id: str | None = None) -> Token:
        """From now on it opens nothing; revoking twice is once."""
        with self._database.writing(ALL_TENANTS) as session:
            row, name = _found(session, scope, token_id, user_id)
            row.revoked_at = row.revoked_at or self._clock()
            session.flush()
            return token_of(row, name, token_slugs(session, [row.id]))

    def ending(self, ids: Iterable[str]) -> tuple[tuple[EndingToken, ...], tuple[EndingToken, ...]]:
        """Those that end soon though they are used, by their end; and what became of these ids."""
        with self._database.reading(ALL_TENANTS) as session:
            return ending_tokens(session, self._clock()), tokens_of(session, set(ids))

    def _note_use(self, token_id: str, address: str) -> None:
        """A busy database refuses nobody."""
        try:
            with self._database.writing(ALL_TENANTS) as session:
                mine = update(TokenRow).where(TokenRow.id == token_id)
                session.execute(mine.values(used_at=self._clock(), used_from=storable(address)))
        except StoreUnavailableError as error:
            logger.warning("token %s: its use is not noted: %s", token_id, error)


def _found(
    session: Session, scope: Scope, token_id: str, user_id: str | None, *, hold: bool = False
) -> tuple[TokenRow, str]:
    """The row and its owner's name; `hold`: nobody else changes it before the commit."""
    whose = visible(scope) if user_id is None else UserRow.id == user_id
    query = (
        select(TokenRow, UserRow.name)
        .join(UserRow, UserRow.id == TokenRow.user_id)
        .where(TokenRow.id == storable(token_id), whose)
    )
    query = query.with_for_update(of=TokenRow) if hold else query
    found = session.execute(query).one_or_none()
    if found is None:
        msg = f"no token {token_id[:64]!r}; `netwb token list` shows those that you may see"
        raise UnknownNameError(msg)
    return found[0], found[1]


def check_days(days: int) -> int:
    """A life that ends; InputError."""
    if not 1 <= days <= MOST_DAYS:
        msg = f"a token of {days} days is not usable; give 1 to {MOST_DAYS}"
        raise InputError(msg)
    return days


def check_overlap(overlap: timedelta) -> timedelta:
    """As long as a token can live at most; InputError."""
    if not timedelta(0) <= overlap <= timedelta(days=MOST_DAYS):
        msg = f"an overlap of {overlap.days} days is not usable; give 0 to {MOST_DAYS}"
        raise InputError(msg)
    return overlap


def check_networks(networks: Iterable[str]) -> list[str]:
    """Networks as they are written by the book; InputError names the one that is none."""
    found, wrong = [], []
    for one in networks:
        try:
            found.append(str(ip_network(one.strip())))
        except ValueError:
            wrong.append(repr(one[:64]))
    if wrong:
        are = "is no network" if len(wrong) == 1 else "are no networks"
        msg = f"{', '.join(wrong[:SHOWN])} {are}; write 192.0.2.0/24, or one address"
        raise InputError(msg)
    return found


def _refuse_what_cannot_go_on(old: TokenRow, before: TokenRow | None, now: datetime) -> None:
    """A token that ended has nothing to overlap with, and one that is replaced has its successor.

    before    the successor that it had, if any
    """
    ended = "is revoked" if old.revoked_at is not None else "has expired"
    if old.revoked_at is not None or old.expires_at <= now:
        msg = f"token {old.id} {ended}; issue another one with `netwb token issue`"
        raise InventoryError(msg)
    if before is not None and before.revoked_at is None and before.expires_at > now:
        msg = (
            f"token {old.id} is replaced by {before.id} already; rotate that one, or, where its text"
            f" is lost, revoke it with `netwb token retire {before.id}` and rotate again"
        )
        raise InventoryError(msg)


def _days_of(row: TokenRow) -> int:
    """What it was issued for; an overlap may have shortened a token that has a successor."""
    return max(1, round((row.expires_at - row.created_at) / timedelta(days=1)))


def _tenants_of(session: Session, row: TokenRow) -> frozenset[str]:
    mine = select(TokenTenantRow.tenant_id).where(TokenTenantRow.token_id == row.id)
    return frozenset(session.scalars(mine))


def _require_same_may_be(  # noqa: PLR0913, PLR0917 - what a token is, of which nothing may change
    session: Session,
    actor: Actor,
    old: TokenRow,
    owner: str,
    tenants: frozenset[str],
    days: int,
) -> None:
    """The rules of a new token, by what owner and actor hold now."""
    person = session.get_one(UserRow, old.user_id)
    holder, narrow = _holder(session, person), tenants if old.narrowed else None
    same = NewToken(
        user=owner,
        days=days,
        role=None if old.role is None else Role(old.role),
        allow=permissions(old.allow),
    )
    try:
        _refuse_more_than_the_owner(person, holder, same, narrow)
    except InventoryError as error:
        msg = (
            f"token {old.id} cannot be issued again as it is: {error}; `netwb token issue` makes"
            " one of what is left"
        )
        raise InventoryError(msg) from error
    _require_within(actor, holder, same, narrow)


def _refuse_more_than_the_owner(
    owner: UserRow, holder: Actor, new: NewToken, tenants: frozenset[str] | None
) -> None:
    """It would be cut to the owner's rights anyway; saying so now spares a search later."""
    role = new.role or Role(owner.role)
    beyond = ", ".join(sorted(map(str, set(new.allow or ()) - MATRIX[role])))
    foreign = tenants is not None and not (tenants and all(map(holder.scope.holds, tenants)))
    whose = f"a token of {owner.name}"
    found = Faults()
    with found.of("user"):
        if owner.status != "active":
            msg = f"user {owner.name} is {owner.status}, so that a token of it would open nothing"
            raise InventoryError(msg)
    with found.of("role"):
        if not MATRIX[role] <= holder.permissions:
            msg = f"{whose} cannot be {role}: {owner.name} is {owner.role} only"
            raise InventoryError(msg)
    with found.of("allow"):
        if beyond:
            msg = f"{role} does not hold {beyond}; leave it out, or take another role"
            raise InventoryError(msg)
    with found.of("tenants"):
        if foreign:
            msg = f"{whose} is for tenants of its own scope; name one or more of them"
            raise InventoryError(msg)
    found.settle()


def _holder(session: Session, owner: UserRow) -> Actor:
    """What the owner of a token holds itself."""
    return Actor(name=owner.name, role=Role(owner.role), scope=scope_of_row(session, owner))


def _require_within(
    actor: Actor, holder: Actor, new: NewToken, tenants: frozenset[str] | None
) -> None:
    """What the token may, its maker may: no token is a way to more."""
    held = narrowed(holder, name="", role=new.role, tenants=tenants, allow=new.allow)
    thing = f"a token of {holder.name}"
    require_authority(actor, held.permissions, held.scope, over="give", thing=thing)
