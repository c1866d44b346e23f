"""Carry a tenant's sealed secrets, its wrapped keys and its inventory into `refs/netwb/vault`.

Only what is new is added. The commit is made under the writer lock like any other, in some
milliseconds; the ref lies in the tenant's own repository, so that every copy of that has it, too.
"""

from __future__ import annotations

import hmac
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwb.archive.child import GitChildren
from netwb.archive.chunks import chunks
from netwb.archive.remote import inventory
from netwb.archive.remote.carried import (
    ABOUT,
    COMMITS,
    INVENTORY,
    KEYS,
    LINES_A_FILE,
    NOTHING,
    SECRETS,
    CarriedState,
    SealedSecret,
    about,
    key_digest,
    message,
    numbered,
    parse_message,
    parse_secrets,
    render_commit,
    render_seals,
    render_secrets,
    seal_main,
    sealed_commits,
)
from netwb.archive.remote.counting import commit_of, commits_between, count_between, follows
from netwb.archive.remote.standing import Standing
from netwb.archive.remote.talk import VAULT
from netwb.archive.repository import Repository, RepositoryWriter, writing
from netwb.archive.vault import PURPOSE
from netwb.roles import ALL_TENANTS
from netwb.settings import ArchiveSettings
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import VaultRow

_COLUMNS = (
    VaultRow.token,
    VaultRow.full,
    VaultRow.sealed,
    VaultRow.fingerprint,
    VaultRow.rule,
    VaultRow.created_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is to be carried now; `inventory` is not sealed yet."""

    state: CarriedState
    inventory: bytes


class Carrier:
    """Keeps each tenant's vault ref in step with SQL. `folder` holds the repositories."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
        settings: ArchiveSettings,
    ) -> None:
        self._folder = folder
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._settings = settings

    def is_carried(self, of: Standing, main: str) -> bool:
        """Whether the ref has everything already, and says that it goes with that commit."""
        path = self._path(of)
        return (
            not path.is_dir()
            or carried_state(path, commit_of(path, VAULT)) == self._found(of, main).state
        )

    def carry(self, of: Standing, main: str) -> str:
        """Put into the ref what it has not; give its commit, "" where there is no repository yet.

        main    the commit of the archive that it goes with

        Raises ArchiveBusyError, ArchiveError.
        """
        path = self._path(of)
        if not path.is_dir():
            return ""
        if self.is_carried(of, main):
            return commit_of(path, VAULT)
        with writing(path, timeout_s=self._settings.lock_timeout_s) as writer:
            return self._carry(of, main, writer)

    def carried_keys(self, tenant: str) -> bytes | None:
        """The wrapped keys that the tenant's ref has: those of a tenant that came from a remote."""
        path = self._folder / f"{tenant}.git"
        tip = commit_of(path, VAULT) if path.is_dir() else ""
        return carried_files(path, tip).get(KEYS) if tip else None

    def _carry(self, of: Standing, main: str, writer: RepositoryWriter) -> str:
        tip, found = commit_of(writer.path, VAULT), self._found(of, main)
        before = carried_state(writer.path, tip)
        if before == found.state:
            return tip
        files: dict[str, bytes] = {} if tip else {ABOUT: about(of.tenant_id)}
        if before.inventory != found.state.inventory:
            packed = zlib.compress(found.inventory, 9)
            files[INVENTORY] = self._keyring.seal(PURPOSE, of.tenant_id, INVENTORY, packed)
        if of.wrapped and before.keys != found.state.keys:
            files[KEYS] = of.wrapped
        new = self._new_secrets(of, writer, tip, before, found.state)
        for number, piece in enumerate(
            chunks(new, LINES_A_FILE), _files(writer.path, tip, SECRETS)
        ):
            files[numbered(SECRETS, number + 1)] = render_secrets(piece)
        there = _files(writer.path, tip, COMMITS)
        if commits := _commits(writer.path, before.main if there else "", main):
            key = self._keyring.key(PURPOSE, of.tenant_id)
            files[numbered(COMMITS, there + 1)] = render_seals(key, commits)
        said = message(found.state, added=len(new))
        job, at = new_id(), self._clock()
        return writer.put(
            lambda ref: render_commit(files, said, onto=tip, ref=ref, at=at),
            ref=VAULT,
            onto=tip or None,
            job=job,
        )

    def _found(self, of: Standing, main: str) -> _Found:
        with self._database.reading(ALL_TENANTS) as session:
            count, newest = session.execute(
                select(func.count(), func.max(VaultRow.created_at)).where(
                    VaultRow.tenant_id == of.tenant_id
                )
            ).one()
            described = inventory.describe(session, of.tenant_id)
        key = self._keyring.key(PURPOSE, of.tenant_id)
        commits = count_between(self._path(of), "", main) if main else 0
        state = CarriedState(
            secrets=count,
            newest=newest.isoformat() if count else "",
            inventory=hmac.digest(key, described, "sha256").hex()[:32],
            keys=key_digest(of.wrapped),
            main=main,
            commits=commits,
            seal=seal_main(key, main, commits),
        )
        return _Found(state=state, inventory=described)

    def _new_secrets(
        self,
        of: Standing,
        repository: Repository,
        tip: str,
        before: CarriedState,
        now: CarriedState,
    ) -> Sequence[SealedSecret]:
        """Those that are not carried yet; mostly they are the ones made since.

        Where the count says otherwise (a clock that went back, a database that was put back), all
        are compared.
        """
        with self._database.reading(ALL_TENANTS) as session:
            since = datetime.fromisoformat(before.newest) if before.newest else None
            new = _secrets(session, of.tenant_id, since=since)
            if before.secrets + len(new) == now.secrets:
                return new
            carried = {secret.token for secret in carried_secrets(repository.path, tip)}
            everything = _secrets(session, of.tenant_id, since=None)
            return [secret for secret in everything if secret.token not in carried]

    def _path(self, of: Standing) -> Path:
        return self._folder / f"{of.tenant}.git"


def carried_state(path: Path, commit: str) -> CarriedState:
    """Up to where that commit carries."""
    if not commit:
        return NOTHING
    printed = GitChildren(path).answer("log", "--max-count=1", "--format=%B", commit, "--")
    return parse_message(printed.decode(errors="replace"))


def carried_states(path: Path, commit: str) -> Iterator[CarriedState]:
    """What that commit says and each one before it, newest first; NOTHING of what is not ours."""
    printed = GitChildren(path).answer("log", "-z", "--format=%B", commit, "--")
    for said in printed.decode(errors="replace").split("\0"):
        yield parse_message(said)


def carried_files(path: Path, commit: str) -> dict[str, bytes]:
    """All files of that commit but those of secrets and commits, by path."""
    blobs = {p: b for p, b in _tree(path, commit) if not p.startswith((SECRETS, COMMITS))}
    texts = Repository(path).texts(blobs.values())
    return {name: texts[blob] for name, blob in blobs.items()}


def carried_secrets(path: Path, commit: str) -> Iterator[SealedSecret]:
    """Every secret that the commit carries, a file in memory at once."""
    for name, blob in _tree(path, commit):
        if name.startswith(SECRETS):
            yield from parse_secrets(Repository(path).text(blob))


def carried_commits(path: Path, commit: str, key: bytes) -> Iterator[str]:
    """Every commit of the archive that the vault's names, sealed by that key."""
    for name, blob in _tree(path, commit):
        if name.startswith(COMMITS):
            yield from sealed_commits(key, Repository(path).text(blob))


def _files(path: Path, commit: str, folder: str) -> int:
    return sum(name.startswith(folder) for name, _ in _tree(path, commit))


def _commits(path: Path, old: str, new: str) -> list[str]:
    known = old if old and follows(path, old, new) else ""
    return list(commits_between(path, known, new))


def _tree(path: Path, commit: str) -> Iterable[tuple[str, str]]:
    if not commit:
        return
    printed = GitChildren(path).answer("ls-tree", "-r", "-z", commit)
    for entry in printed.split(b"\0"):
        if entry:
            facts, _, name = entry.partition(b"\t")
            yield name.decode(errors="replace"), facts.split()[2].decode()


def _secrets(session: Session, tenant_id: str, *, since: datetime | None) -> Sequence[SealedSecret]:
    statement = select(*_COLUMNS).where(VaultRow.tenant_id == tenant_id)
    if since is not None:
        statement = statement.where(VaultRow.created_at > since)
    rows = session.execute(statement.order_by(VaultRow.created_at, VaultRow.token))
    return [
        SealedSecret(
            token=token,
            full=full,
            sealed=sealed,
            fingerprint=fingerprint,
            rule=rule,
            created_at=created_at,
        )
        for token, full, sealed, fingerprint, rule, created_at in rows
    ]
