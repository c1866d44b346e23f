"""One-time codes of an authenticator app (RFC 6238): six digits, SHA-1, steps of 30 s.

One step before and after counts too, for clocks that differ; no code works twice. The secret lies
sealed in the user's row, bound to it.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import update

from netwb.access.records import TotpSecret
from netwb.errors import InputError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import UserRow

STEP_S = 30
SECRET_BYTES = 20  # what RFC 4226 recommends, and as long as SHA-1's digest
WRONG_CODE = "the one-time code is wrong or was used already; give the next one that the app shows"
DRIFT = (0, -1, 1)  # steps; the present one first


def used_step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is, later than `after`; None where it is none. Pure."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp = TOTP(secret, 6, SHA1(), STEP_S)  # noqa: S303 - HMAC-SHA-1 is what the apps speak
    present = int(now.timestamp()) // STEP_S
    for step in (max(0, present + drift) for drift in DRIFT):
        try:
            totp.verify(digits.encode(), step * STEP_S)
        except InvalidToken:
            continue
        return step if step > after else None
    return None


def uri(secret: bytes, name: str) -> str:
    """What the app reads from a QR code (Key URI Format)."""
    return f"otpauth://totp/netwb:{quote(name)}?secret={base32(secret)}&issuer=netwb"


def base32(secret: bytes) -> str:
    """As a person types it."""
    return base64.b32encode(secret).decode().rstrip("=")


class Totp:
    """Sets codes up, and takes each of them once."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def begin(self, user_id: str) -> TotpSecret:
        """A new secret, in force when a first code confirmed it; InputError where one is in force."""
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._keyring.seal("totp", "", user_id, secret)
        with self._database.writing(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            _require_local(row)
            if row.totp in {"on", "held"}:  # an open page that was left alone is no place for it
                msg = "one-time codes are on already; turn them off with a last code first"
                raise InputError(msg)
            row.totp_pending = sealed
            return TotpSecret(secret=base32(secret), uri=uri(secret, row.name))

    def confirm(self, user_id: str, code: str) -> None:
        """The app shows the right codes: from now on each login asks for one. InputError."""
        self._keyring.key("totp")
        with self._database.writing(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            if row.totp_pending is None:
                msg = "no set-up of one-time codes is under way; begin it again under /account"
                raise InputError(msg)
            secret = self._keyring.open("totp", "", user_id, row.totp_pending)
            step = used_step(secret, code, self._clock(), after=0)
            if step is None:
                raise InputError(WRONG_CODE)
            row.totp, row.totp_step = "held" if row.totp == "required" else "on", step
            row.totp_sealed, row.totp_pending = row.totp_pending, None

    def drop(self, user_id: str, code: str) -> None:
        """No more codes, after a last right one; where an admin asks for them, a new set-up."""
        self.take(user_id, code)
        with self._database.writing(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            row.totp = "required" if row.totp == "held" else "off"
            row.totp_sealed, row.totp_pending = None, None

    def take(self, user_id: str, code: str) -> None:
        """Use a code up; InputError where it is not right, or was used before."""
        with self._database.reading(ALL_TENANTS) as session:
            row = session.get_one(UserRow, user_id)
            sealed, after = row.totp_sealed, row.totp_step
        if sealed is None:
            raise InputError(WRONG_CODE)
        secret = self._keyring.open("totp", "", user_id, sealed)
        step = used_step(secret, code, self._clock(), after=after)
        if step is None or not self._first(user_id, step):
            raise InputError(WRONG_CODE)

    def _first(self, user_id: str, step: int) -> bool:
        """Whether nobody used this step before; two at once are one and a refusal."""
        mine = (UserRow.id == user_id) & (UserRow.totp_step < step)
        with self._database.writing(ALL_TENANTS) as session:
            taken = update(UserRow).where(mine).values(totp_step=step).returning(UserRow.id)
            return session.scalar(taken) is not None


def _require_local(row: UserRow) -> None:
    if row.source != "local":
        msg = f"{row.name} logs in by {row.source}; its second factor is set up there"
        raise InputError(msg)
