"""Look through every stored text for what the newest rules call a secret; each text once.

A text that was looked through is remembered with the rules that it was done by, so that a second
scan is quick. What is found is told by device, revision, line and rule: the secret itself is shown
nowhere, and stored nowhere anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from netwb.archive.chunks import chunks
from netwb.archive.repository import Repository
from netwb.archive.vault import Vault
from netwb.configs.leaks import Leak, find_leaks, leaks_in_line
from netwb.configs.records import Placed
from netwb.configs.tokens import TOKEN
from netwb.errors import UnknownRevisionError
from netwb.inventory.records import ConfigKind
from netwb.platforms.record import Platform
from netwb.roles import ALL_TENANTS, Actor, Scope
from netwb.store.database import Database
from netwb.store.inserting import insert_absent, insert_many
from netwb.store.keyring import Keyring
from netwb.store.models import DeviceRow, RevisionRow, SecretAcceptedRow, SecretScanRow

_TEXTS_AT_ONCE = 200  # of some 30 KB
_Key = tuple[str, str, int]  # device, kind, number
Beat = Callable[[int], object]  # how many texts were looked through so far


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretHit:
    """A secret that stands open in a stored text.

    id        names it to `accept`; revision: the first one that has that text
    rule      that found it
    accepted  by whom it was accepted to be pushed as it is; "" nobody
    """

    id: str
    tenant_id: str
    tenant: str
    device_id: str
    hostname: str
    kind: ConfigKind
    revision: str
    at: datetime
    line: int
    rule: str
    accepted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """One stored text, and the first revision that has it."""

    blob: str
    device_id: str
    kind: ConfigKind
    number: int
    commit: str
    at: datetime
    rule_set: str

    @property
    def key(self) -> _Key:
        """Of its revision."""
        return self.device_id, self.kind, self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of one text beside it: where its tokens stand, and its volatile lines."""

    placed: Sequence[int] = field(repr=False)
    volatile: Sequence[tuple[int, str]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    hostname: str
    platform: Platform | None


class SecretScan:
    """Scans tenants' archives. `folder` holds the repositories."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        keyring: Keyring,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._database = database
        self._vault = Vault(database, keyring)
        self._platforms = platforms
        self._clock = clock

    def texts(self, tenant_id: str) -> int:
        """How many different texts the tenant's archive has."""
        statement = select(func.count(func.distinct(RevisionRow.blob))).where(
            RevisionRow.tenant_id == tenant_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalar(statement) or 0

    def hits(
        self,
        tenant_id: str,
        tenant: str,
        *,
        commits: frozenset[str] | None = None,
        beat: Beat = lambda _: None,
    ) -> tuple[SecretHit, ...]:
        """What stands open, oldest first; texts that were not looked through yet are.

        commits   only texts that came with one of them; among these, what the newest rules wrote
                  is believed to be without secrets
        """
        owners = self._owners(tenant_id)
        stored = self._stored(tenant_id) if commits is None else self._came(tenant_id, commits)
        known = self._known(tenant_id, owners, stored)
        new = [one for one in stored if one.blob not in known]
        if commits is not None:
            new = [one for one in new if one.rule_set != _rules(owners, one)]
        for done, found in self._scanned(tenant_id, tenant, owners, new):
            known |= found
            beat(done)
        accepted = self._accepted(tenant_id)
        return tuple(
            _hit(tenant_id, tenant, owners, one, leak, accepted)
            for one in stored
            for leak in known.get(one.blob, ())
        )

    def accept(self, scope: Scope, hit: SecretHit, reason: str, actor: Actor) -> None:
        """Let the hit be pushed as it is; once and for all, by a person."""
        with self._database.writing(scope) as session:
            insert_absent(
                session,
                SecretAcceptedRow(
                    tenant_id=hit.tenant_id,
                    hit=hit.id,
                    reason=reason,
                    accepted_by=actor.name,
                    accepted_at=self._clock(),
                ),
            )

    def _owners(self, tenant_id: str) -> dict[str, _Owner]:
        statement = select(DeviceRow.id, DeviceRow.hostname, DeviceRow.platform).where(
            DeviceRow.tenant_id == tenant_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            return {
                device_id: _Owner(hostname=hostname, platform=self._platforms.get(platform))
                for device_id, hostname, platform in session.execute(statement)
            }

    def _stored(self, tenant_id: str) -> list[_Stored]:
        """Each text once, by its first revision, in the order of time."""
        query = _revisions(tenant_id).order_by(
            RevisionRow.stored_at, RevisionRow.device_id, RevisionRow.number
        )
        with self._database.reading(ALL_TENANTS) as session:
            return _firsts(_Stored(**row) for row in session.execute(query).mappings())

    def _came(self, tenant_id: str, commits: Collection[str]) -> list[_Stored]:
        """The same of texts that came with those commits, and that their device did not have before.

        A push asks for what one night brought: of a history of years no more is read than that.
        """
        before = aliased(RevisionRow)
        is_first = ~exists().where(
            before.device_id == RevisionRow.device_id,
            before.kind == RevisionRow.kind,
            before.number < RevisionRow.number,
            before.blob == RevisionRow.blob,
        )
        query = _revisions(tenant_id).where(is_first)
        with self._database.reading(ALL_TENANTS) as session:
            found = [
                _Stored(**row)
                for piece in chunks(commits)
                for row in session.execute(query.where(RevisionRow.commit.in_(piece))).mappings()
            ]
        return _firsts(sorted(found, key=lambda one: (one.at, one.device_id, one.number)))

    def _facts(self, stored: Iterable[_Stored]) -> dict[_Key, _Facts]:
        """What is known of those texts, by their revision."""
        key = (RevisionRow.device_id, RevisionRow.kind, RevisionRow.number)
        query = select(*key, RevisionRow.placed, RevisionRow.volatile).where(
            tuple_(*key).in_([one.key for one in stored])
        )
        with self._database.reading(ALL_TENANTS) as session:
            return {
                (device_id, kind, number): _Facts(placed=placed, volatile=volatile)
                for device_id, kind, number, placed, volatile in session.execute(query)
            }

    def _known(
        self, tenant_id: str, owners: Mapping[str, _Owner], stored: Iterable[_Stored]
    ) -> dict[str, tuple[Leak, ...]]:
        """What was found in texts that were looked through by the newest rules already."""
        rules = {one.blob: _rules(owners, one) for one in stored}
        query = select(SecretScanRow.blob, SecretScanRow.rules, SecretScanRow.hits).where(
            SecretScanRow.tenant_id == tenant_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            return {
                blob: tuple(Leak(line=line, rule=rule) for line, rule in hits)
                for piece in chunks(rules)
                for blob, by, hits in session.execute(query.where(SecretScanRow.blob.in_(piece)))
                if rules[blob] == by
            }

    def _scanned(
        self, tenant_id: str, tenant: str, owners: Mapping[str, _Owner], new: Iterable[_Stored]
    ) -> Iterator[tuple[int, dict[str, tuple[Leak, ...]]]]:
        repository = Repository(self._folder / f"{tenant}.git")
        rest, done = iter(new), 0
        while piece := list(islice(rest, _TEXTS_AT_ONCE)):
            texts = repository.texts(one.blob for one in piece)
            tokens = {t.decode() for text in texts.values() for t in TOKEN.findall(text)}
            values, facts = self._vault.held(ALL_TENANTS, tenant_id, tokens), self._facts(piece)
            found = {
                one.blob: _leaks(texts[one.blob], facts[one.key], owners.get(one.device_id), values)
                for one in piece
            }
            self._remember(tenant_id, {one.blob: _rules(owners, one) for one in piece}, found)
            done += len(piece)
            yield done, found

    def _remember(
        self, tenant_id: str, rules: Mapping[str, str], found: Mapping[str, tuple[Leak, ...]]
    ) -> None:
        rows = [
            {
                "tenant_id": tenant_id,
                "blob": blob,
                "rules": rules[blob],
                "hits": [[leak.line, leak.rule] for leak in leaks],
            }
            for blob, leaks in found.items()
        ]
        with self._database.writing(ALL_TENANTS) as session:
            for piece in chunks(found):
                session.execute(
                    delete(SecretScanRow).where(
                        SecretScanRow.tenant_id == tenant_id, SecretScanRow.blob.in_(piece)
                    )
                )
            insert_many(session, SecretScanRow, rows)

    def _accepted(self, tenant_id: str) -> dict[str, str]:
        statement = select(SecretAcceptedRow.hit, SecretAcceptedRow.accepted_by).where(
            SecretAcceptedRow.tenant_id == tenant_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            return {row.hit: row.accepted_by for row in session.execute(statement)}


def _revisions(tenant_id: str) -> Select[*tuple[Any, ...]]:
    """The tenant's revisions, named as the fields of _Stored."""
    return select(
        RevisionRow.blob,
        RevisionRow.device_id,
        RevisionRow.kind,
        RevisionRow.number,
        RevisionRow.commit,
        RevisionRow.stored_at.label("at"),
        RevisionRow.rule_set,
    ).where(RevisionRow.tenant_id == tenant_id)


def _firsts(stored: Iterable[_Stored]) -> list[_Stored]:
    """Each text once, as it was stored first."""
    first: dict[str, _Stored] = {}
    for one in stored:
        first.setdefault(one.blob, one)
    return list(first.values())


def find_hit(hits: Iterable[SecretHit], hit_id: str) -> SecretHit:
    """The hit of that id. Raises UnknownRevisionError."""
    found = next((hit for hit in hits if hit.id == hit_id), None)
    if found is None:
        msg = (
            f"no hit {hit_id[:20]!r} is known there; `netwb doctor --secrets` shows those that are"
        )
        raise UnknownRevisionError(msg)
    return found


def _leaks(
    text: bytes, facts: _Facts, owner: _Owner | None, values: Mapping[str, bytes]
) -> tuple[Leak, ...]:
    if owner is None or owner.platform is None:
        return ()
    placed = tuple(_placed(text, facts.placed))
    found = find_leaks(text, placed, values, owner.platform)
    volatile = (
        Leak(line=line + 1, rule=rule)
        for line, words in facts.volatile
        for rule in leaks_in_line(words.encode("latin-1"), owner.platform)
    )
    return tuple(sorted({*found, *volatile}))


def _placed(text: bytes, offsets: Iterable[int]) -> Iterator[Placed]:
    for offset in offsets:
        match = TOKEN.match(text, offset)
        if match is not None:
            yield Placed(offset=offset, token=match.group().decode())


def _rules(owners: Mapping[str, _Owner], stored: _Stored) -> str:
    owner = owners.get(stored.device_id)
    return owner.platform.rule_set if owner and owner.platform else ""


def _hit(  # noqa: PLR0913, PLR0917 - where it is, and what it is
    tenant_id: str,
    tenant: str,
    owners: Mapping[str, _Owner],
    stored: _Stored,
    leak: Leak,
    accepted: Mapping[str, str],
) -> SecretHit:
    told = f"{stored.blob}:{leak.line}:{leak.rule}".encode()
    hit_id = hashlib.sha256(told).hexdigest()[:12]
    return SecretHit(
        id=hit_id,
        tenant_id=tenant_id,
        tenant=tenant,
        device_id=stored.device_id,
        hostname=owners[stored.device_id].hostname,
        kind=stored.kind,
        revision=stored.commit,
        at=stored.at,
        line=leak.line,
        rule=leak.rule,
        accepted=accepted.get(hit_id, ""),
    )
