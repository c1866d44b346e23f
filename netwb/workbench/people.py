"""People on the facade: users, logins and tokens for who manages them, and everybody's own.

Nobody gives, or changes who has, more than one's own: `access.rights` decides it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from netwb.access.expiry import OVERLAP
from netwb.access.records import (
    IssuedToken,
    LoginSession,
    NewToken,
    NewUser,
    Person,
    RotatedToken,
    Token,
    TotpSecret,
    User,
    UserChanges,
)
from netwb.errors import NotPermittedError
from netwb.faults import Faults
from netwb.inventory.records import SecretSource, Tenant
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, NO_TENANT, Actor, Permission, Rights, Scope, allowed
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.access.standing import Standing
    from netwb.inventory import secret_sources as _secret_sources
else:
    _secret_sources = lazy("netwb.inventory.secret_sources")

OWN = "user:"  # how the reference of a person begins, in a login or by name; a token's does not


class PeopleFace(Face):
    """`me`; `users`, `login_sessions`, `tokens` and their changes; one's own password and codes."""

    def own_tenants(self) -> tuple[Tenant, ...]:
        """Tenants in scope that are not retired, by slug; for who holds any right at all.

        Raises NotPermittedError: who has to set a one-time code up first is told nothing.
        """
        if not self._actor.permissions:
            self._require(Permission.INVENTORY_VIEW)
        found = self._parts.places.tenants(self._scope)
        return tuple(
            sorted((one for one in found if one.status == "active"), key=lambda one: one.slug)
        )

    def own_end(self) -> datetime | None:
        """When the token that asks ends; None where none does."""
        standing = self._who.standing()
        return None if standing is None else standing.expires_at

    def me(self) -> Person:
        """Who acts on this Workbench, with the rights and the scope in force now."""
        standing = self._who.standing()
        actor = standing.actor if standing else self._actor
        tenants = self._parts.places.tenants(actor.scope)
        return Person(
            name=actor.name,
            full_name=standing.full_name if standing else "",
            role=actor.role,
            permissions=actor.permissions,
            rights=actor.rights,
            tenants=tuple((tenant.slug, tenant.name) for tenant in tenants),
            wide=actor.scope.tenants is None,
            time_zone=(standing.time_zone if standing else "")
            or self._parts.settings.web.time_zone,
            totp=standing.totp if standing else "off",
            source=standing.source if standing else "none",
            viewing_as=self._who.viewing_as,
            session=self._who.session_id,
            contact=self._parts.settings.web.contact,
        )

    def rights(self) -> Rights:
        """What who acts here may now. A page compares it with what it was drawn by."""
        return self._actor.rights

    def users(self) -> Records[User]:
        """Everybody whose tenants all lie in this scope, also disabled and retired, by name."""
        self._require(Permission.ACCESS_MANAGE)
        return records_of(self._parts.access.users.list(self._scope), User)

    def user(self, name: str) -> User:
        """One person by name; a foreign one is unknown."""
        self._require(Permission.ACCESS_MANAGE)
        return self._parts.access.users.get(self._scope, name)

    def add_user(self, new: NewUser) -> User:
        """A new person. Raises NotPermittedError where it would hold more than who adds it."""
        self._require(Permission.ACCESS_MANAGE)
        actor, found, scope = self._actor, Faults(), NO_TENANT
        with found.of("tenants"):
            scope = self._scope_of(new.tenants)
        with found.of_fields():
            self._parts.access.users.check_new(new)
        found.settle()
        with self._denials_audited("user.add", new.name):
            added = self._parts.access.users.add(actor, new, scope)
        detail = {"role": added.role, "tenants": _told(added.tenants), "totp": added.totp}
        self._audit_person("user.add", added.name, detail, actor)
        return added

    def set_user(self, name: str, changes: UserChanges) -> User:
        """Change a person: a new password, `disabled` and `retired` end its logins at once."""
        self._require(Permission.ACCESS_MANAGE)
        found, scope = Faults(), None
        with found.of("tenants"):
            scope = None if changes.scope is None else self._scope_of(changes.scope[0])
        with found.of_fields():
            self._parts.access.users.check_changes(name, changes)
        found.settle()
        if changes.status == "retired":
            return self.retire_user(name)
        actor = self._actor
        with self._denials_audited("user.set", name):
            changed = self._parts.access.users.set(actor, name, changes, scope)
        self._audit_person("user.set", changed.name, _changed(changes, changed), actor)
        return changed

    def retire_user(self, name: str) -> User:
        """For good: its logins and tokens end, its name stays taken."""
        self._require(Permission.ACCESS_MANAGE)
        actor = self._actor
        with self._denials_audited("user.retire", name):
            retired = self._parts.access.users.retire(actor, name)
        self._audit_person("user.retire", retired.name, {}, actor)
        return retired

    def login_sessions(self, user: str | None = None) -> Records[LoginSession]:
        """Live logins, newest first: of everybody in scope for who manages them, else one's own."""
        own = self._own_id(user)
        found = self._parts.access.sessions.list(
            self._scope, user=None if own else user, user_id=own
        )
        return records_of(found, LoginSession)

    def end_session(self, session_id: str) -> None:
        """End a login, also under an open page; one's own, or of whoever lies in scope."""
        own = None if self._manages() else self._own_id(None)
        actor = self._actor
        ended = self._parts.access.sessions.end(actor.scope, session_id, user_id=own)
        self._audit_person("session.end", ended.user, {"session": ended.id}, actor)

    def tokens(self, user: str | None = None) -> Records[Token]:
        """Tokens, newest first: of everybody in scope for who manages them, else one's own."""
        own = self._own_id(user)
        found = self._parts.access.tokens.list(self._scope, user=None if own else user, user_id=own)
        return records_of(found, Token)

    def token(self, token_id: str) -> Token:
        """One token by its id: one's own, or of whoever lies in scope."""
        own = None if self._manages() else self._own_id(None)
        return self._parts.access.tokens.get(self._scope, token_id, user_id=own)

    def issue_token(self, new: NewToken) -> IssuedToken:
        """A token whose text is shown this once. Its rights are never more than who issues it."""
        self._own_id(new.user)
        found, tenants = Faults(), None
        with found.of("tenants"):
            tenants = None if new.tenants is None else self._ids(new.tenants)
        with found.of_fields():
            self._parts.access.tokens.check_new(self._actor, new, tenants)
        found.settle()
        with self._denials_audited("token.issue", new.user):
            issued = self._parts.access.tokens.issue(self._actor, new, tenants)
        self._audit_person("token.issue", issued.token.user, _told_token(issued.token))
        return issued

    def rotate_token(
        self, token_id: str, *, days: int | None = None, overlap: timedelta = OVERLAP
    ) -> RotatedToken:
        """A successor with the same rights, whose text is shown this once; the old one ends later.

        The old token ends when `overlap` is over, or at its own end where that is nearer. One's own,
        or of whoever lies in scope; never with more rights than who rotates it holds now.
        """
        own = None if self._manages() else self._own_id(None)
        actor = self._actor
        with self._denials_audited("token.rotate", token_id):
            rotated = self._parts.access.tokens.rotate(
                actor, token_id, days=days, overlap=overlap, user_id=own
            )
        new, old = rotated.issued.token, rotated.old
        ends = {"replaces": old.id, "old_expires_at": old.expires_at.isoformat()}
        self._audit_person("token.rotate", new.user, {**_told_token(new), **ends}, actor)
        return rotated

    def set_token(
        self, token_id: str, *, note: str | None = None, networks: Collection[str] | None = None
    ) -> Token:
        """Another note, or other networks (none: from anywhere); for who manages people."""
        self._require(Permission.ACCESS_MANAGE)
        changed = self._parts.access.tokens.set(self._scope, token_id, note=note, networks=networks)
        told = {"token": changed.id, "networks": list(changed.networks)}
        self._audit_person("token.set", changed.user, told)
        return changed

    def revoke_token(self, token_id: str) -> Token:
        """From now on it opens nothing; one's own, or of whoever lies in scope."""
        own = None if self._manages() else self._own_id(None)
        actor = self._actor
        revoked = self._parts.access.tokens.revoke(actor.scope, token_id, user_id=own)
        self._audit_person("token.revoke", revoked.user, {"token": revoked.id}, actor)
        return revoked

    def read_password(self, source: SecretSource) -> str:
        """A password from a variable or a file of the local login, or from a person's answer."""
        if source.answer is None:
            self._require_local("files and variables")
        return _secret_sources.Secrets(self._parts.environment).read("password", source)

    def change_password(self, *, old: str, new: str) -> None:
        """One's own; the other logins of this person end."""
        own = self._own_login()
        self._parts.access.own.change_password(
            own.user_id, old=old, new=new, session_id=self._who.session_id
        )
        self._audit_person("user.password", own.actor.name, {})

    def set_me(self, *, full_name: str | None = None, time_zone: str | None = None) -> None:
        """One's own name for people and time zone."""
        own = self._own_login()
        self._parts.access.own.set(own.user_id, full_name=full_name, time_zone=time_zone)

    def begin_totp(self) -> TotpSecret:
        """What one's authenticator app is given; in force when `confirm_totp` had a right code."""
        return self._parts.access.totp.begin(self._own_login().user_id)

    def confirm_totp(self, code: str) -> None:
        """A first code of the app: from now on one's logins ask for one."""
        own = self._own_login()
        self._parts.access.totp.confirm(own.user_id, code)
        self._audit_person("user.totp", own.actor.name, {"totp": "on"})

    def drop_totp(self, code: str) -> None:
        """No more codes at one's logins, after a last right one."""
        own = self._own_login()
        self._parts.access.own.drop_totp(own.user_id, code, session_id=self._who.session_id)
        self._audit_person("user.totp", own.actor.name, {"totp": "off"})

    def _manages(self) -> bool:
        return allowed(self._actor, Permission.ACCESS_MANAGE)

    def _own(self) -> Standing | None:
        """The person, unless a token acts for it, or it looks through a tenant's eyes."""
        own = self._who.reference.startswith(OWN) and not self._who.viewing_as
        return self._who.standing() if own else None

    def _own_login(self) -> Standing:
        own = self._own()
        if own is None or not self._who.session_id:
            msg = f"{self._actor.name} has no account to change here; log in as the person itself"
            raise NotPermittedError(msg)
        return own

    def _own_id(self, user: str | None) -> str | None:
        """The caller's own id where it is asked for, or all that it may; else one who manages."""
        own = self._own()
        if own is not None and user is not None and user.casefold() == own.actor.name.casefold():
            return own.user_id
        if own is not None and user is None and not self._manages():
            return own.user_id
        self._require(Permission.ACCESS_MANAGE)
        return None

    def _scope_of(self, slugs: Collection[str] | None) -> Scope:
        return ALL_TENANTS if slugs is None else Scope(self._ids(slugs))

    def _ids(self, slugs: Collection[str]) -> frozenset[str]:
        """Ids of tenants in this scope; a foreign one is unknown."""
        return frozenset(self._parts.places.tenant(self._scope, slug).id for slug in slugs)

    def _audit_person(
        self, action: str, name: str, detail: Mapping[str, Any], actor: Actor | None = None
    ) -> None:
        """Told to the tenant where the person is of one tenant alone."""
        tenant_id = self._parts.access.users.tenant_of(name)
        self._audit(action, name, tenant_id=tenant_id, detail=detail, actor=actor)


def _told(tenants: tuple[str, ...] | None) -> list[str] | str:
    return "all" if tenants is None else list(tenants)


def _told_token(token: Token) -> dict[str, Any]:
    return {
        "token": token.id,
        "role": token.role,
        "tenants": None if token.tenants is None else list(token.tenants),
        "allow": None if token.allow is None else sorted(map(str, token.allow)),
        "networks": list(token.networks),
        "expires_at": token.expires_at.isoformat(),
    }


def _changed(changes: UserChanges, user: User) -> dict[str, Any]:
    """What was asked for, without the password."""
    given = {item.name for item in fields(changes) if getattr(changes, item.name) is not None}
    told: dict[str, Any] = {
        name: getattr(user, name) for name in given & {"role", "status", "totp"}
    }
    if "scope" in given:
        told["tenants"] = _told(user.tenants)
    return {**told, "fields": sorted(given)}
