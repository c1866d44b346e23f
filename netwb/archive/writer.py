"""Write good texts into the archive: vault, Git, index, in that order, under one lock for each tenant.

The order is what makes a crash harmless: a sealed secret without a commit is never read, a commit
without its index row is taken in by the next writer, and nothing points at what is not there yet.
Nothing is committed for a text that is stored already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select, update

from netwb.archive.chunks import chunks
from netwb.archive.faults import damaged
from netwb.archive.index import Index
from netwb.archive.log import Logged
from netwb.archive.made import Made, logged
from netwb.archive.newest import Newest
from netwb.archive.paths import aside, place
from netwb.archive.plan import Plan, Planner, Stamp
from netwb.archive.records import Baseline, Cause, ConfigKey, Entry, Written
from netwb.archive.repository import (
    Repository,
    RepositoryWriter,
    TipMovedError,
    create,
    writing,
)
from netwb.archive.stored_secrets import REDACT, StoredSecrets
from netwb.archive.vault import Vault
from netwb.configs.records import Secret
from netwb.configs.redact import redact
from netwb.errors import ArchiveBusyError, ArchiveError
from netwb.inventory.records import ConfigKind, Device
from netwb.platforms.record import Platform
from netwb.roles import ALL_TENANTS, Actor, Scope
from netwb.settings import ArchiveSettings
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import CurrentRow

logger = logging.getLogger(__name__)
_KINDS: tuple[ConfigKind, ...] = ("running", "startup")
_TRIES = 3  # only a person's own `git push` moves main under our lock


class Archive:
    """The writing side. Safe between processes and threads; readers need `History` only.

    folder       holds `<tenant>.git` and `<tenant>.lock`
    audit_head   newest link of the audit chain, for the commits' trailers
    """

    def __init__(  # noqa: PLR0913 - collaborators come by constructor, each by its name
        self,
        *,
        folder: Path,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
        settings: ArchiveSettings,
        audit_head: Callable[[], str],
        platforms: Mapping[str, Platform],
    ) -> None:
        self._folder = folder
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._settings = settings
        self._audit_head = audit_head
        self._platforms = platforms
        self._vault = Vault(database, keyring)
        self._stored_secrets = StoredSecrets(database, self._vault, keyring)
        self._index = Index(database)

    def write(self, entries: Sequence[Entry]) -> tuple[Written, ...]:
        """Store the texts; the answers come in the order of the entries.

        Entries may be of several tenants. One tenant's entries are stored all or none; when a later
        tenant's repository fails, those before it are stored.
        Raises ArchiveBusyError, ArchiveDamagedError, ArchiveError.
        """
        by_tenant: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries:
            by_tenant.setdefault((entry.tenant_id, entry.tenant), []).append(entry)
        written: dict[ConfigKey, Written] = {}
        for (tenant_id, tenant), mine in by_tenant.items():
            written |= self._write_tenant(tenant_id, tenant, mine)
        return tuple(written[entry.device_id, entry.kind] for entry in entries)

    def rename(self, device: Device, by: Actor) -> None:
        """Move the device's files to where its record now says; history stays, by its id."""
        moves = {kind: place(device.site, device.hostname, kind) for kind in _KINDS}
        self._move(device, moves, by, "rename")

    def retire(self, device: Device, by: Actor) -> None:
        """Put the device's files aside, so that its name is free; history and texts stay."""
        moves = {kind: aside("retired", device.hostname, device.id, kind) for kind in _KINDS}
        self._move(device, moves, by, "retire")

    def baselines(self, scope: Scope, device_ids: Iterable[str]) -> Mapping[ConfigKey, Baseline]:
        """The newest revision of each kind of those devices, for comparison."""
        columns = (
            CurrentRow.device_id,
            CurrentRow.kind,
            CurrentRow.commit,
            CurrentRow.digest,
            CurrentRow.rule_set,
            CurrentRow.lines,
        )
        device_ids = tuple(device_ids)
        lost = self._stored_secrets.lost(scope, device_ids)
        found: dict[ConfigKey, Baseline] = {}
        with self._database.reading(scope) as session:
            for piece in chunks(device_ids):
                rows = session.execute(select(*columns).where(CurrentRow.device_id.in_(piece)))
                for device_id, kind, commit, digest, rule_set, lines in rows:
                    key: ConfigKey = (device_id, kind)  # type: ignore[assignment]
                    found[key] = Baseline(
                        revision=commit,
                        digest=digest,
                        rule_set=rule_set,
                        lines=lines,
                        secrets="lost" if key in lost else "kept",
                    )
        return found

    def known_secrets(
        self, tenant_id: str, device_id: str, texts: Iterable[bytes]
    ) -> frozenset[bytes]:
        """Values that the device's newest texts keep secret; `texts` are about to be redacted."""
        return self._stored_secrets.known(tenant_id, device_id, texts)

    def seen(self, unchanged: Sequence[ConfigKey], at: datetime) -> None:
        """Those devices were fetched and had not changed."""
        if not unchanged:
            return
        with self._database.writing(ALL_TENANTS) as session:
            for kind in _KINDS:
                for piece in chunks(device_id for device_id, its in unchanged if its == kind):
                    session.execute(
                        update(CurrentRow)
                        .where(CurrentRow.device_id.in_(piece), CurrentRow.kind == kind)
                        .values(checked_at=at)
                    )

    def recover(self, tenants: Mapping[str, str]) -> None:
        """Repair at start what a crash left, for tenants given as id and slug.

        Raises ArchiveBusyError when one is being written by a live process, ArchiveDamagedError
        when one is gone whose revisions the index knows.
        """
        for tenant_id, tenant in tenants.items():
            if Repository(self._path(tenant)).exists():
                with self._writing(tenant) as repository:
                    repository.tidy()
                    self._index.settle(tenant_id, repository)
            elif self._index.knows(tenant_id):
                raise damaged(str(self._path(tenant)), "it is not there")

    def rebuild(self, tenant_id: str, tenant: str) -> None:
        """Build the tenant's index anew from its repository, which is taken as it is."""
        with self._writing(tenant) as repository:
            self._index.rebuild(tenant_id, repository)

    def _write_tenant(
        self, tenant_id: str, tenant: str, entries: Sequence[Entry]
    ) -> dict[ConfigKey, Written]:
        keys = [(entry.device_id, entry.kind) for entry in entries]
        paths = [place(entry.site, entry.hostname, entry.kind) for entry in entries]
        with self._writing(tenant) as repository:
            entries = self._keep_secrets(tenant_id, entries)
            commits, plan = self._commit(
                repository, tenant_id, keys, paths, lambda planner: planner.store(entries)
            )
            for entry in plan.same:
                key = (entry.device_id, entry.kind)
                self._index.note_same(tenant_id, key, entry.digest, entry.redacted.rule_set)
            return self._answers(tenant_id, keys, commits)

    def _move(
        self, device: Device, moves: Mapping[ConfigKind, str], by: Actor, cause: Cause
    ) -> None:
        if not Repository(self._path(device.tenant)).exists():
            return  # never backed up
        wanted: list[tuple[ConfigKey, str]] = [((device.id, k), path) for k, path in moves.items()]
        with self._writing(device.tenant) as repository:
            self._commit(
                repository,
                device.tenant_id,
                [key for key, _ in wanted],
                list(moves.values()),
                lambda planner: planner.move(wanted, cause, by.name),
            )

    def _commit(
        self,
        repository: RepositoryWriter,
        tenant_id: str,
        keys: Sequence[ConfigKey],
        paths: Sequence[str],
        decide: Callable[[Planner], Plan],
    ) -> tuple[tuple[Logged, ...], Plan]:
        """Plan on the newest state, commit, index; again when somebody else moved `main`."""
        for _ in range(_TRIES):
            tip = self._index.settle(tenant_id, repository)
            newest = self._index.newest(tenant_id, keys, paths=paths)
            plan = decide(self._planner(tenant_id, newest))
            if not plan.commits:
                return (), plan
            if not repository.exists():
                create(repository.path)
            try:
                made = repository.commit(plan.commits, onto=tip, job=new_id())
            except TipMovedError:
                logger.warning("repository %s was moved by somebody else", repository.path)
                repository.drop_staging()
                continue
            commits = _logged(repository, tip, made)
            self._index.absorb(tenant_id, repository, commits, newest=newest, texts=plan.texts)
            return commits, plan
        msg = f"repository {repository.path} is being changed by somebody else; try again later"
        raise ArchiveBusyError(msg)

    def _planner(self, tenant_id: str, newest: Mapping[ConfigKey, Newest]) -> Planner:
        stamp = Stamp(stored_at=self._clock(), audit_head=self._audit_head())
        return Planner(
            newest,
            stamp,
            partial(self._index.carried, tenant_id),
            self._index.fetched_at(tenant_id, newest),
        )

    def _answers(
        self, tenant_id: str, keys: Sequence[ConfigKey], commits: Iterable[Logged]
    ) -> dict[ConfigKey, Written]:
        made = {(c.facts.device_id, c.facts.kind): c.commit for c in commits if c.facts}
        rest = [key for key in keys if key not in made]
        known = self._index.newest(tenant_id, rest) if rest else {}
        return {
            key: Written(
                device_id=key[0],
                kind=key[1],
                status="changed" if key in made else "unchanged",
                revision=made[key] if key in made else known[key].commit,
            )
            for key in keys
        }

    def _keep_secrets(self, tenant_id: str, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Seal the secrets; give the entries, with long tokens where a short one was taken."""
        clashes = self._vault.keep(tenant_id, _secrets(entries), self._clock())
        if clashes:
            entries = [self._lengthened(entry, clashes) for entry in entries]
            clashes = self._vault.keep(tenant_id, _secrets(entries), self._clock())
        if clashes:
            msg = f"a secret of {entries[0].tenant} has the whole HMAC of another; report this"
            raise ArchiveError(msg)
        return entries

    def _lengthened(self, entry: Entry, longer: frozenset[str]) -> Entry:
        if longer.isdisjoint(secret.full for secret in _secrets([entry])):
            return entry
        redacted = redact(
            entry.clean.text,
            entry.clean.volatile,
            self._platforms[entry.platform],
            key=self._keyring.key(REDACT, entry.tenant_id),
            longer=longer,
            known=[secret.value for secret in entry.redacted.secrets.values()],
        )
        return replace(entry, redacted=redacted)

    @contextmanager
    def _writing(self, tenant: str) -> Iterator[RepositoryWriter]:
        path = self._path(tenant)
        with writing(path, timeout_s=self._settings.lock_timeout_s) as repository:
            yield repository

    def _path(self, tenant: str) -> Path:
        return self._folder / f"{tenant}.git"


def _logged(repository: Repository, tip: str | None, made: Sequence[Made]) -> tuple[Logged, ...]:
    """The commits as the index takes them in; Git is asked where one of them did more than add."""
    if all(one.adds for one in made):
        return tuple(logged(one) for one in made)
    return tuple(repository.log(tip, made[-1].id))


def _secrets(entries: Iterable[Entry]) -> Iterator[Secret]:
    return (secret for entry in entries for secret in entry.redacted.secrets.values())
