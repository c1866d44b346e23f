"""Remotes on the facade: where archives are pushed to, how that stands, pushing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from netwb.errors import InputError, RemoteError
from netwb.inventory.records import SecretKind, SecretSource, Tenant
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.elsewhere import require_elsewhere
from netwb.workbench.face import Face
from netwb.workbench.home import find_home
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.archive import scanning as _scanning
    from netwb.archive.remote import keys as _keys
    from netwb.archive.remote import login_key as _login_key
    from netwb.archive.remote import opening as _opening
    from netwb.archive.remote import records as _records
    from netwb.archive.remote import restoring as _restoring
    from netwb.archive.remote import url as _url
    from netwb.archive.remote.bringing import Brought
    from netwb.archive.remote.records import Restored
    from netwb.archive.remote.standing import Standing
    from netwb.archive.remote.url import RemoteUrl
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.workbench import from_remote as _from_remote
    from netwb.workbench import progress as bars
    from netwb.workbench.from_remote import RemoteSource
else:
    _from_remote = lazy("netwb.workbench.from_remote")
    _keys = lazy("netwb.archive.remote.keys")
    _login_key = lazy("netwb.archive.remote.login_key")
    _opening = lazy("netwb.archive.remote.opening")
    _records = lazy("netwb.archive.remote.records")
    _restoring = lazy("netwb.archive.remote.restoring")
    _url = lazy("netwb.archive.remote.url")
    _scanning = lazy("netwb.archive.scanning")
    _secret_sources = lazy("netwb.inventory.secret_sources")
    bars = lazy("netwb.workbench.progress")

AT_ONCE = 4  # pushes; each is a Git of its own
LEAST = 12  # characters of a passphrase: it alone guards the keys, wherever they lie


class RemotesFace(Face):
    """`remotes`, `remote`, `set_remote`, `push`, `check_remote` and what belongs to them."""

    def remotes(self) -> Records[_records.Remote]:
        """Every remote in scope, by tenant, and how it stands; no remote is asked."""
        self._require(Permission.HEALTH_VIEW)
        pusher = self._parts.remote.pusher
        found = self._parts.remote.remotes.list(self._meant_scope)
        return records_of((pusher.stands(one) for one in found), _records.Remote)

    def remote(self, tenant: str) -> _records.Remote:
        """One tenant's remote. Raises UnknownNameError."""
        self._require(Permission.HEALTH_VIEW)
        return self._parts.remote.pusher.stands(self._remote_of(tenant)[1])

    def set_remote(
        self,
        tenant: str,
        url: str,
        *,
        username: str = "",
        password: SecretSource | None = None,
        key: SecretSource | None = None,
    ) -> _records.Remote:
        """Push a tenant's archive to `url` from now on; the key of its host is trusted anew.

        Raises InputError for a URL that is no remote's, or what does not open one like it.
        """
        self._require(Permission.SYSTEM_MANAGE)
        meant = self._parts.places.tenant(self._scope, tenant)
        judged = _url.parse_url(url)
        self._require_fitting_remote(judged, username, password, key)
        require_elsewhere(judged.host, self._scope, self._parts.settings)
        new = _records.NewRemote(
            url=url,
            username=username,
            password=self._secret_of("password", password),
            password_reference=_reference("password", password),
            key=self._secret_of("private_key", key),
            key_reference=_reference("private_key", key),
        )
        narrow = self._scope.tenants is not None
        self._parts.remote.remotes.set(self._scope, meant.id, new, only_elsewhere=narrow)
        self._keep_passphrase(meant)
        self._remote_opener(meant, judged).forget_host()
        self._audit(
            "remote.set", meant.slug, tenant_id=meant.id, detail={"url": url, "username": username}
        )
        return self.remote(tenant)

    def unset_remote(self, tenant: str) -> None:
        """Push a tenant's archive nowhere any more; what is there stays there."""
        self._require(Permission.SYSTEM_MANAGE)
        meant, found = self._remote_of(tenant)
        self._parts.remote.remotes.unset(self._scope, meant.id)
        self._remote_opener(meant, _url.parse_url(found.url)).forget()
        self._audit("remote.unset", meant.slug, tenant_id=meant.id, detail={"url": found.url})

    def set_remote_passphrase(self, tenant: str, passphrase: SecretSource) -> None:
        """Let the tenant's keys lie at its remote under that passphrase, from the next push on.

        With the URL it is all that a restore needs; without it nobody opens the secrets there. What
        was pushed under the one before stays there, and opens by that one still.
        """
        self._require(Permission.SYSTEM_MANAGE)
        meant, found = self._remote_of(tenant)
        words = self._secret_of("passphrase", passphrase)
        if len(words) < LEAST:
            msg = (
                f"the passphrase is too short: give {LEAST} characters or more; a sentence is good"
            )
            raise InputError(msg)
        wrapped = _keys.wrap_keys(self._parts.keyring, meant.id, words)
        self._parts.remote.remotes.wrap(self._scope, found.tenant_id, wrapped)
        self._audit("remote.passphrase", meant.slug, tenant_id=meant.id)

    def check_remote(self, tenant: str, passphrase: SecretSource) -> Restored:
        """Try a restore from the tenant's remote, with nothing but its URL and the passphrase.

        All of it is brought into a folder that is gone afterwards, and proved. What was pushed and
        is there no more is counted, what somebody else put there is named, and then the trial is
        none. Raises RemoteError, InputError for
        a wrong passphrase.
        """
        self._require(Permission.SYSTEM_MANAGE)
        meant, found = self._remote_of(tenant)
        self._parts.remote.pusher.require_elsewhere(found)
        source = _restoring.Source(
            url=found.url,
            passphrase=self._secret_of("passphrase", passphrase),
            credentials=self._parts.remote.remotes.credentials(meant.id),
        )
        with (
            bars.ShareProgress("try") as bar,
            self._brought(source, f"remote of {meant.slug}", bar) as it,
        ):
            _restoring.require_whole(it)
            self._require_its_own(it, meant)
            pusher = self._parts.remote.pusher
            missing = max(it.missing, pusher.missing(found, it.main))
            if not missing and it.foreign is None and it.seal == "good":
                self._parts.remote.remotes.checked(found, main=it.main)
                pusher.found_whole(found)
            tried = replace(_from_remote.restored(it, ""), missing=missing)
        detail = {"missing": missing, "foreign": tried.foreign.commits if tried.foreign else 0}
        self._audit("remote.check", meant.slug, tenant_id=meant.id, detail=detail)
        return tried

    def push(self, *, when: Literal["due", "now"] = "due") -> Records[_records.Pushed]:
        """Push the archives of the tenants meant, a few at once; faults are in the answers.

        when   "due": only where something is to be pushed, and not before its next try; "now": all
        """
        self._require(Permission.BACKUP_RUN)
        found = self._parts.remote.remotes.list(self._meant_scope)
        with ThreadPoolExecutor(AT_ONCE) as pool:  # one that hangs holds up no other tenant's
            done = pool.map(lambda one: self._parts.remote.pusher.push(one, when), found)
            return records_of(done, _records.Pushed)

    def _keep_passphrase(self, tenant: Tenant) -> None:
        """A tenant that came from a remote goes on with the passphrase that it came with."""
        remotes = self._parts.remote.remotes
        carried = self._parts.remote.carrier.carried_keys(tenant.slug)
        if carried and remotes.get(self._scope, tenant.id, tenant.slug).wrapped is None:
            remotes.wrap(self._scope, tenant.id, carried)

    def scan_secrets(
        self, told: Callable[[str, float], None] | None = None
    ) -> Records[_scanning.SecretHit]:
        """What the newest rules call a secret and stands open in stored texts, oldest first.

        Every text of the tenants meant, once; a second scan looks at what is new. It names the device,
        its first revision, line and rule, never the secret. `told`: what is done, and its share.
        """
        self._require(Permission.SYSTEM_MANAGE)
        scan = self._parts.remote.scan
        found: list[_scanning.SecretHit] = []
        with bars.ShareProgress("scan") as bar:
            for one in self._parts.places.tenants(self._meant_scope):
                texts = scan.texts(one.id)
                tell = partial(_tell_scanned, told or bar.told, one.slug, texts)
                found += scan.hits(one.id, one.slug, beat=tell)
        return records_of(found, _scanning.SecretHit)

    def accept_secret(self, tenant: str, hit_id: str, *, reason: str) -> _scanning.SecretHit:
        """Let a hit of the scan be pushed as it is, audited with the reason. UnknownRevisionError."""
        self._require(Permission.SYSTEM_MANAGE)
        if not reason.strip():
            msg = "the reason is empty; say why in a few words, for it stands in the audit"
            raise InputError(msg)
        meant = self._parts.places.tenant(self._scope, tenant)
        hit = _scanning.find_hit(self._parts.remote.scan.hits(meant.id, meant.slug), hit_id)
        self._parts.remote.scan.accept(self._scope, hit, reason, self._actor)
        self._audit(
            "secret.accept",
            f"{hit.tenant}/{hit.hostname}@{hit.revision[:12]}:{hit.line}",
            tenant_id=meant.id,
            detail={"rule": hit.rule, "reason": reason},
        )
        return replace(hit, accepted=self._actor.name)

    def push_after_run(self) -> Records[_records.Pushed] | None:
        """What follows a run by hand: what is due is pushed, unless a daemon leads; then None.

        The daemon's job does it within minutes, and no run waits for a remote.
        """
        self._require(Permission.BACKUP_RUN)
        if not self._parts.remote.remotes.list(self._meant_scope):
            return records_of((), _records.Pushed)
        daemons = self._parts.scheduling.daemons.list()
        if any(one.alive and one.leads_since is not None for one in daemons):
            return None
        return self.push(when="due")

    def push_due(self) -> _records.PushCounts:
        """`push` of what is due, as the daemon's job."""
        done = self.push(when="due")
        count = Counter(one.status for one in done)
        return _records.PushCounts(
            pushed=count["pushed"],
            failed=count["failed"],
            waiting=count["waiting"],
            busy=count["busy"],
            in_step=count["in step"],
            commits=sum(one.commits for one in done),
        )

    @staticmethod
    def restore_from_remote(
        source: RemoteSource,
        *,
        home: str | Path | None = None,
        folder: str | Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Restored:
        """Give back a tenant's every revision, byte for byte, from its remote and a passphrase alone.

        home     becomes a home, or gets one tenant more; what logs in to its devices is to be added
        folder   instead of a home: a new folder, for the texts alone
        Raises RemoteError, InputError; nothing is written before everything was proved.
        """
        environment = os.environ if environment is None else environment
        place = find_home(home, environment)
        if folder is not None:
            path = Path(folder).expanduser().absolute()
            return _from_remote.into_folder(source, path, place, environment)
        return _from_remote.into_home(source, place, environment)

    def _remote_of(self, tenant: str) -> tuple[Tenant, Standing]:
        meant = self._parts.places.tenant(self._scope, tenant)
        return meant, self._parts.remote.remotes.get(self._scope, meant.id, meant.slug)

    def _brought(
        self, source: _restoring.Source, name: str, bar: bars.ShareProgress
    ) -> AbstractContextManager[Brought]:
        folder, settings = self._parts.home.folder("archive"), self._parts.settings.remote
        return _restoring.brought_from(source, folder, settings, name=name, progress=bar.told)

    def _require_its_own(self, brought: Brought, tenant: Tenant) -> None:
        """Raise RemoteError where what came is another tenant's, or sealed by other keys."""
        keyring = self._parts.keyring
        same = all(keyring.key(purpose, tenant.id) == key for purpose, key in brought.keys.items())
        if brought.tenant_id != tenant.id or not same:
            msg = (
                f"the remote of {tenant.slug} holds the archive of {brought.tenant} of another home"
                " or tenant; set an empty one"
            )
            raise RemoteError(msg)

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
        if url.scheme == "file":  # any path of the server, and what other tenants have there
            self._require_everywhere("a remote in a folder of this server")
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
        secret = _secret_sources.Secrets(self._parts.environment).read(kind, source)
        if kind == "private_key":
            _login_key.require_unlocked(secret)
        return "" if source.keep == "reference" else secret

    def _remote_opener(self, tenant: Tenant, url: RemoteUrl) -> _opening.Opener:
        folder = self._parts.home.folder("archive")
        return _opening.Opener(tenant.slug, url, folder, self._parts.settings.remote)


def _reference(kind: SecretKind, source: SecretSource | None) -> str:
    if source is None or source.keep != "reference":
        return ""
    return _secret_sources.lasting(_secret_sources.check_reference(kind, source.origin))


def _tell_scanned(
    told: Callable[[str, float], None], tenant: str, texts: int, scanned: int
) -> None:
    told(f"{tenant}: {scanned} of {texts} texts", scanned / max(1, texts))
