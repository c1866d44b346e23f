"""Log in by password: throttle, password, one-time code, session, audit. One order, one sentence.

Every refusal of a name or a password reads the same and takes as long: an unknown name, a wrong
password, a disabled user, one who logs in elsewhere. Why it was is in the audit alone, which never
holds what was typed as an unknown name, for it may be a password.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn, cast

from sqlalchemy import select, update

from netwb.access.denials import Denials
from netwb.access.devices import DeviceCookies
from netwb.access.flows import Flows
from netwb.access.passwords import Passwords
from netwb.access.records import Admission, Origin, TotpKept, TotpState, UserSource
from netwb.access.rights import totp_state
from netwb.access.rows import sole_tenant
from netwb.access.sessions import AtProvider, Means, Sessions
from netwb.access.throttle import Count, Throttle, counts_of
from netwb.access.totp import Totp
from netwb.errors import CodeNeededError, InputError, LoginThrottledError, NotAuthenticatedError
from netwb.roles import ALL_TENANTS, Role
from netwb.settings import AccessSettings
from netwb.store.audit import Audit
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.models import UserRow

WRONG = "name or password is wrong; try again, or ask an admin for a new password"
CODE_NEEDED = "the one-time code of your authenticator app is needed as well"
CODE_MINUTES = 5.0  # to find the phone
UNKNOWN = "an unknown name"  # what was typed may be a password
NOBODY = "nobody"  # actor of what happened before anybody was known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """What a login compares."""

    id: str
    name: str
    password: str | None
    totp: TotpState
    tenant_id: str  # of the one tenant that it is of, for the audit


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginParts:
    """What a login goes through."""

    database: Database
    audit: Audit
    denials: Denials
    devices: DeviceCookies
    flows: Flows
    passwords: Passwords
    sessions: Sessions
    throttle: Throttle
    totp: Totp
    settings: AccessSettings
    clock: Callable[[], datetime]


class Login:
    """Admits people. Raises NotAuthenticatedError, CodeNeededError, LoginThrottledError."""

    def __init__(self, parts: LoginParts) -> None:
        self._parts = parts

    def by_password(
        self, name: str, password: str, *, origin: Origin, code: str | None = None
    ) -> Admission:
        """A person of netwb's own, by name in any case."""
        counts = self._counted(name, origin)
        account = self._account(name)
        verdict = self._parts.passwords.check(account.password if account else None, password)
        if account is None or verdict.word == "wrong":
            self._refuse(account, origin)
        if verdict.renewed is not None:
            self._store_hash(account.id, verdict.renewed)
            account = replace(account, password=verdict.renewed)
        if account.totp == "on" and code is None:
            self._parts.throttle.give_back(counts)
            raise CodeNeededError(CODE_NEEDED, ticket=self._ticket(account))
        return self._finish(account, code, origin, counts)

    def knows_device(self, name: str, origin: Origin) -> bool:
        """Whether its cookie was made for that account: it opens nothing, and waits less."""
        return bool(self._parts.devices.prove(name, origin.device))

    def by_code(self, ticket: str, code: str, *, origin: Origin) -> Admission:
        """The second step: the ticket of CodeNeededError stands for the password."""
        known = self._parts.flows.take("code", ticket)
        account = known and self._account(known["name"])
        # A password that was changed in between makes the ticket void.
        if not known or not account or known["password"] != account.password:
            raise NotAuthenticatedError("that login took too long; begin again with the password")
        counts = self._counted(account.name, origin)
        return self._finish(account, code, origin, counts)

    def admit(
        self,
        user_id: str,
        name: str,
        means: Means,
        origin: Origin,
        there: AtProvider | None = None,
    ) -> Admission:
        """Open the session of a person who is proven to be there, and audit it."""
        admission = self._parts.sessions.open(user_id, means, origin, there)
        detail = {"means": means, "address": origin.address, "session": admission.session.id}
        with self._parts.database.reading(ALL_TENANTS) as session:
            tenant_id = sole_tenant(session, user_id)
        self._parts.audit.append(name, "login", name, tenant_id=tenant_id, detail=detail)
        return admission

    def refuse(self, target: str, reason: str, origin: Origin, *, tenant_id: str = "") -> None:
        """Audit a refusal; repeats become one event with their count."""
        detail = {"reason": reason, "address": origin.address}
        self._parts.denials.note(
            NOBODY, "login.refused", target, tenant_id=tenant_id, detail=detail
        )

    def _finish(
        self, account: _Account, code: str | None, origin: Origin, counts: Sequence[Count]
    ) -> Admission:
        if account.totp == "on":
            self._take_code(account, code or "", origin)
        self._parts.throttle.forgive(counts)
        admission = self.admit(account.id, account.name, "password", origin)
        device = origin.device
        if not self._parts.devices.prove(account.name, device):
            device = self._parts.devices.make(account.name)
        return replace(admission, device=device)

    def _take_code(self, account: _Account, code: str, origin: Origin) -> None:
        """A wrong one stays at the step of the code, with a new ticket."""
        try:
            self._parts.totp.take(account.id, code)
        except InputError as error:
            self.refuse(account.name, "one-time code", origin, tenant_id=account.tenant_id)
            raise CodeNeededError(str(error), ticket=self._ticket(account)) from error

    def _counted(self, name: str, origin: Origin) -> tuple[Count, ...]:
        """Count the try, or refuse it for now."""
        device = self._parts.devices.prove(name, origin.device)
        counts = counts_of(name, origin.address, device)
        try:
            self._parts.throttle.take(counts)
        except LoginThrottledError:
            self.refuse("too many tries", "throttled", origin)
            raise
        return counts

    def _refuse(self, account: _Account | None, origin: Origin) -> NoReturn:
        name, tenant_id = (account.name, account.tenant_id) if account else (UNKNOWN, "")
        self.refuse(name, "password", origin, tenant_id=tenant_id)
        raise NotAuthenticatedError(WRONG)

    def _ticket(self, account: _Account) -> str:
        known = {"name": account.name, "password": account.password or ""}
        return self._parts.flows.put("code", known, minutes=CODE_MINUTES)

    def _account(self, name: str) -> _Account | None:
        """An active user of netwb's own."""
        local = (UserRow.source == "local") & (UserRow.status == "active")
        query = select(UserRow).where(UserRow.folded == storable(name).casefold(), local)
        with self._parts.database.reading(ALL_TENANTS) as session:
            row = session.scalars(query).one_or_none()
            if row is None:
                return None
            state = totp_state(
                cast("TotpKept", row.totp),
                role=Role(row.role),
                source=cast("UserSource", row.source),
                wanted_for=self._parts.settings.totp_for,
            )
            return _Account(
                id=row.id,
                name=row.name,
                password=row.password,
                totp=state,
                tenant_id=sole_tenant(session, row.id),
            )

    def _store_hash(self, user_id: str, encoded: str) -> None:
        mine = update(UserRow).where(UserRow.id == user_id)
        with self._parts.database.writing(ALL_TENANTS) as session:
            session.execute(mine.values(password=encoded))
