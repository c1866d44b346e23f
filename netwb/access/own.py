"""What a person changes of its own account: password, name, time zone, one-time codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netwb.access.password_rule import check_password
from netwb.access.passwords import Passwords
from netwb.access.throttle import Throttle, counts_of
from netwb.access.totp import Totp
from netwb.access.users import Users, check_words
from netwb.access.zones import check_zone
from netwb.errors import InputError
from netwb.faults import Faults
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import UserRow

WRONG_OLD = "the old password is not right; nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """Changes for the person who is logged in."""

    database: Database
    passwords: Passwords
    users: Users
    throttle: Throttle
    totp: Totp
    clock: Callable[[], datetime]

    def change_password(self, user_id: str, *, old: str, new: str, session_id: str) -> None:
        """A new password, after the old one; the person's other logins end.

        The old one is throttled as at a login: an open page that was left alone is no place to
        guess it. Raises InputError, LoginThrottledError.
        """
        with self.database.reading(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            name, encoded, source = row.name, row.password, row.source
        if source != "local":
            msg = f"{name} logs in by {source}; the password is changed there"
            raise InputError(msg)
        counts = counts_of(name, "", device=session_id)
        self.throttle.take(counts)
        found = Faults()
        with found.of("old"):
            if self.passwords.check(encoded, old).word == "wrong":
                raise InputError(WRONG_OLD)
            self.throttle.forgive(counts)
        with found.of("new"):
            check_password(name, new)
            if old == new:
                msg = "the new password is the old one; give another one"
                raise InputError(msg)
        found.settle()
        hashed = self.passwords.hash(new)
        with self.database.writing(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            row.password, row.password_at = hashed, self.clock()
            self.users.end_logins(session, user_id, but=session_id)

    def drop_totp(self, user_id: str, code: str, *, session_id: str) -> None:
        """No more codes, after a last right one; throttled as the old password is."""
        counts = counts_of(user_id, "", device=session_id)
        self.throttle.take(counts)
        self.totp.drop(user_id, code)
        self.throttle.forgive(counts)

    def set(self, user_id: str, *, full_name: str | None, time_zone: str | None) -> None:
        """None leaves it; an empty time zone is the server's."""
        with self.database.writing(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            if full_name is not None:
                row.full_name = check_words("full name", full_name)
            if time_zone is not None:
                row.time_zone = check_zone(time_zone)
