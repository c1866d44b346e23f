"""Remotes on the facade: where archives are pushed to, how that stands, pushing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from netwb.archive.remote.opening import Opener
from netwb.archive.remote.records import NewRemote, Pushed, Remote
from netwb.archive.remote.url import RemoteUrl, parse_url
from netwb.errors import InputError
from netwb.inventory.records import SecretKind, SecretSource, Tenant
from netwb.inventory.secret_sources import Secrets, check_reference, lasting
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of


class RemotesFace(Face):
    """`remotes`, `remote`, `set_remote`, `unset_remote`, `push`."""

    def remotes(self) -> Records[Remote]:
        """Every remote in scope, by tenant, and how it stands; no remote is asked."""
        self._require(Permission.HEALTH_VIEW)
        pusher = self._parts.remote.pusher
        found = self._parts.remote.remotes.list(self._meant_scope)
        return records_of((pusher.stands(one) for one in found), Remote)

    def remote(self, tenant: str) -> Remote:
        """One tenant's remote. Raises UnknownNameError."""
        self._require(Permission.HEALTH_VIEW)
        meant = self._parts.places.tenant(self._scope, tenant)
        return self._parts.remote.pusher.stands(
            self._parts.remote.remotes.get(self._scope, meant.id, meant.slug)
        )

    def set_remote(
        self,
        tenant: str,
        url: str,
        *,
        username: str = "",
        password: SecretSource | None = None,
        key: SecretSource | None = None,
    ) -> Remote:
        """Push a tenant's archive to `url` from now on; the key of its host is trusted anew.

        Raises InputError for a URL that is no remote's, or what does not open one like it.
        """
        self._require(Permission.SYSTEM_MANAGE)
        meant = self._parts.places.tenant(self._scope, tenant)
        judged = parse_url(url)
        self._require_fitting_remote(judged, username, password, key)
        new = NewRemote(
            url=url,
            username=username,
            password=self._secret_of("password", password),
            password_reference=_reference("password", password),
            key=self._secret_of("private_key", key),
            key_reference=_reference("private_key", key),
        )
        self._parts.remote.remotes.set(self._scope, meant.id, new)
        self._remote_opener(meant, judged).forget_host()
        self._audit(
            "remote.set", meant.slug, tenant_id=meant.id, detail={"url": url, "username": username}
        )
        return self.remote(tenant)

    def unset_remote(self, tenant: str) -> None:
        """Push a tenant's archive nowhere any more; what is there stays there."""
        self._require(Permission.SYSTEM_MANAGE)
        meant = self._parts.places.tenant(self._scope, tenant)
        found = self._parts.remote.remotes.get(self._scope, meant.id, meant.slug)
        self._parts.remote.remotes.unset(self._scope, meant.id)
        self._remote_opener(meant, parse_url(found.url)).forget_host()
        self._audit("remote.unset", meant.slug, tenant_id=meant.id, detail={"url": found.url})

    def push(self, *, when: Literal["due", "now"] = "due") -> Records[Pushed]:
        """Push the archives of the tenants meant, one after another; faults are in the answers.

        when   "due": only where something is to be pushed, and not before its next try; "now": all
        """
        self._require(Permission.BACKUP_RUN)
        found = self._parts.remote.remotes.list(self._meant_scope)
        return records_of([self._parts.remote.pusher.push(one, when) for one in found], Pushed)

    def _require_fitting_remote(
        self,
        url: RemoteUrl,
        username: str,
        password: SecretSource | None,
        key: SecretSource | None,
    ) -> None:
        if url.scheme != "https" and (username or password):
            msg = "a name and a password open https alone; over ssh the URL names the user"
            raise InputError(msg)
        if url.scheme != "ssh" and key:
            msg = "a private key opens ssh alone; leave it out, or write the URL as ssh://"
            raise InputError(msg)
        if bool(username) != bool(password):
            msg = "a name and a password go together; give both, or neither"
            raise InputError(msg)
        if url.scheme == "file":
            self._require_local("folders")
            self._require_outside_home(Path(url.folder))

    def _require_outside_home(self, folder: Path) -> None:
        home = self._parts.home.path.resolve()
        if folder.resolve().is_relative_to(home):
            msg = f"{folder} lies in the home that it is to be a copy of; name a folder elsewhere"
            raise InputError(msg)

    def _secret_of(self, kind: SecretKind, source: SecretSource | None) -> str:
        """The secret, where it is to be kept sealed; where a reference is kept, it is tried."""
        if source is None:
            return ""
        if source.answer is None:
            self._require_local("files and variables")
        secret = Secrets(self._parts.environment).read(kind, source)
        return "" if source.keep == "reference" else secret

    def _remote_opener(self, tenant: Tenant, url: RemoteUrl) -> Opener:
        folder = self._parts.home.folder("archive")
        return Opener(tenant.slug, url, folder, self._parts.settings.remote)


def _reference(kind: SecretKind, source: SecretSource | None) -> str:
    if source is None or source.keep != "reference":
        return ""
    return lasting(check_reference(kind, source.origin))
