"""Write an export while everything goes on: all of it is what one moment of the database knew.

Tips of the repositories are read first, then the moment begins. A commit's secrets are durable
before the commit, and its index row follows it; so up to that tip, or up to what the index knows
where that is more, each commit finds its secrets and its device in the tables. Commits that came
later are left out. Quarantined texts come next, as a person may settle them at any time.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, select

from netwb.archive.bundles import refs, write_bundle
from netwb.archive.faults import damaged
from netwb.archive.repository import MAIN, Repository
from netwb.archive.sizes import size_of
from netwb.errors import ArchiveError, KeyringError
from netwb.health.exporting.checking import WRAPPED, verified
from netwb.health.exporting.container import PIECE, ExportWriter
from netwb.health.exporting.manifest import (
    CODE,
    HEAD,
    KEY_FILE,
    MANIFEST,
    QUARANTINE,
    SETTINGS_FILE,
    Bundle,
    Head,
    Manifest,
    Table,
    code,
    is_name,
    render_head,
    render_manifest,
)
from netwb.health.exporting.samples import SAMPLES, copied
from netwb.health.exporting.target import new_file
from netwb.store.database import Database
from netwb.store.dump import TableShape, audit_head, count, lines, shapes
from netwb.store.keyring import opens
from netwb.store.masterkey import MasterKey
from netwb.store.models import IndexedRow, QuarantineRow, TenantRow
from netwb.store.passphrase import STANDARD, Costs, wrap
from netwb.store.schema import revision_of
from netwb.store.sealing import KEY_BYTES, context_bytes, seal
from netwb.telegraf.folder import snippets_of

FOLDERS = ("platforms.d", "rules", "reports")  # files of the home that nothing else holds
SNIPPETS = "telegraf.d"  # of whose files the operators' own alone: all others are made anew
_TRIES = 5  # a text may be settled, a master key renewed, between one look and the next
_COMPRESSION = 2  # a year of 2,000 devices: 43 MB of 341; 5 makes 42 MB and takes 2 s more CPU
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where everything of a netwb lies; `samples` of traffic, where they are to come along."""

    home: Path
    settings_file: Path
    master_file: Path
    database: Database
    clock: Callable[[], datetime]
    version: str
    samples: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished export; `size` in bytes."""

    path: Path
    size: int
    manifest: Manifest


class _MomentGoneError(Exception):
    """What the moment knows is no longer all there; begin with a newer one."""


def write_export(
    sources: Sources,
    path: Path,
    passphrase: str,
    *,
    told: Told = lambda _what, _share: None,
    costs: Costs = STANDARD,
) -> Written:
    """Write it, then read it back as whoever imports it will.

    told   what is being done, and which share of all is done
    Raises InputError, ExportError; nothing is left of an export that failed.
    """
    with new_file(path) as file:
        manifest = _tried(sources, path, file, passphrase, told, costs)
        part = path.with_name(path.name + ".part")
        with verified(part, passphrase, lambda share: told("checking", share)):
            size = part.stat().st_size
    return Written(path=path, size=size, manifest=manifest)


def _tried(  # noqa: PLR0913, PLR0917 - what `write_export` was given, and its file
    sources: Sources, path: Path, file: FileIO, passphrase: str, told: Told, costs: Costs
) -> Manifest:
    key = secrets.token_bytes(KEY_BYTES)
    head = Head(netwb=sources.version, key=wrap(passphrase, WRAPPED, key, costs=costs))
    for left in reversed(range(_TRIES)):
        file.seek(0)
        file.truncate()
        try:
            return _Writing(sources, path, file, key, told).all(head, gives_up=not left)
        except _MomentGoneError:
            continue
        except ArchiveError:  # upkeep may take a pack away while Git opens it, but not twice
            if left < _TRIES - 1:
                raise
    msg = f"master key {sources.master_file} does not open the database; put the right file back"
    raise KeyringError(msg)


class _Writing:
    """One try."""

    def __init__(self, sources: Sources, path: Path, file: FileIO, key: bytes, told: Told) -> None:
        self._sources = sources
        self._beside = path
        self._key = key
        self._made_at = sources.clock()
        self._writer = ExportWriter(file, self._made_at)
        self._told = told
        self._done, self._total = 0, 1

    def all(self, head: Head, *, gives_up: bool) -> Manifest:
        """Everything; `gives_up`: a text that is gone is named as missing, and no other try made."""
        tips = _tips(self._sources.home / "archive")
        master = MasterKey.read(self._sources.master_file)
        with self._sources.database.snapshot() as connection:
            if not opens(connection, master):
                raise _MomentGoneError
            self._writer.add(HEAD, render_head(head))
            kept, missing = self._quarantine(connection, gives_up=gives_up)
            self._seal(SETTINGS_FILE, self._sources.settings_file.read_bytes())
            self._seal(KEY_FILE, "\n".join(key.hex() for key in master.keys).encode())
            self._files()
            self._samples()
            mains = _mains(connection, self._sources.home / "archive", tips)
            tables = tuple((shape, count(connection, shape.name)) for shape in shapes())
            lengths = _kilobytes(mains, self._sources.home / "archive")
            # Rows and kilobytes take about as long as each other.
            self._total = max(1, sum(lengths.values()) + sum(rows for _, rows in tables))
            bundles = tuple(self._bundle(one, mains[one], lengths[one]) for one in mains)
            manifest = Manifest(
                made_at=self._made_at,
                netwb=head.netwb,
                schema=revision_of(connection) or "",
                audit_head=audit_head(connection),
                dumped=tuple(self._table(connection, shape) for shape, _ in tables),
                members=tuple(self._writer.members),
                bundles=bundles,
                quarantine=kept,
                missing=missing,
            )
        text = render_manifest(manifest)
        self._writer.add(MANIFEST, text)
        self._writer.add(CODE, code(self._key, text))
        self._writer.end()
        return manifest

    def _quarantine(
        self, connection: Connection, *, gives_up: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Held texts, sealed as they are; those that are gone."""
        held = select(QuarantineRow.file).where(QuarantineRow.status == "held")
        kept, missing = [], []
        for name in sorted(connection.scalars(held)):
            try:
                content = (self._sources.home / QUARANTINE / name).read_bytes()
            except FileNotFoundError:
                missing.append(name)
                continue
            kept.append(name)
            self._writer.add(f"{QUARANTINE}/{name}", content)
        if missing and not gives_up:
            raise _MomentGoneError
        return tuple(kept), tuple(missing)

    def _seal(self, name: str, plain: bytes) -> None:
        self._writer.add(name, seal(self._key, context_bytes(name), plain))

    def _files(self) -> None:
        for folder in FOLDERS:
            for path in sorted((self._sources.home / folder).rglob("*")):
                name = path.relative_to(self._sources.home).as_posix()
                if path.is_file() and is_name(name):
                    self._copy(path, name)
        for path in snippets_of(self._sources.home / SNIPPETS):  # they may hold a token
            name = path.relative_to(self._sources.home).as_posix()
            if is_name(name):
                self._seal(name, path.read_bytes())

    def _samples(self) -> None:
        """Later than the moment: what devices and ports of then do not name, nobody asks for."""
        path = self._sources.samples
        if path is not None and path.exists():
            self._told("samples of traffic", 0.0)
            with copied(path, self._beside) as file:
                self._put(file, SAMPLES)

    def _copy(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            self._put(file, name)

    def _put(self, file: BinaryIO, name: str) -> None:
        with self._writer.member(name) as put:
            while piece := file.read(PIECE):
                put(piece)

    def _bundle(self, tenant: str, main: str, kilobytes: int) -> Bundle:
        """A bundle is shorter than the repository, whose length is what is known beforehand."""
        path = self._sources.home / "archive" / f"{tenant}.git"
        bundle, end = Bundle(tenant=tenant, main=main), self._done + kilobytes

        def put(piece: bytes) -> None:
            put_member(piece)
            self._advance(f"archive of {tenant}", min(len(piece) // 1024, end - self._done))

        with self._writer.member(bundle.member) as put_member:
            write_bundle(path, list(refs(path)), put)
        self._advance(f"archive of {tenant}", end - self._done)
        return bundle

    def _table(self, connection: Connection, shape: TableShape) -> Table:
        rows = 0
        with self._writer.member(Table(shape=shape, rows=0).member) as put:
            squeeze = zlib.compressobj(_COMPRESSION, wbits=31)
            for line, many in lines(connection, shape):
                put(squeeze.compress(line))
                rows += many
                self._advance(f"table {shape.name}", many)
            put(squeeze.flush())
        return Table(shape=shape, rows=rows)

    def _advance(self, what: str, units: int) -> None:
        self._done += units
        self._told(what, min(1.0, self._done / self._total))


def _tips(archive: Path) -> dict[str, str]:
    """Newest commit of each repository, by tenant's slug."""
    found = {path.stem: Repository(path).tip() for path in sorted(archive.glob("*.git"))}
    return {tenant: tip for tenant, tip in found.items() if tip}


def _mains(connection: Connection, archive: Path, tips: Mapping[str, str]) -> dict[str, str]:
    """Up to which commit each repository is exported."""
    known = dict(
        connection.execute(
            select(TenantRow.slug, IndexedRow.commit)
            .outerjoin(IndexedRow, IndexedRow.tenant_id == TenantRow.id)
            .order_by(TenantRow.slug)
        ).all()
    )
    found = {}
    for tenant, indexed in known.items():
        main = _main(Repository(archive / f"{tenant}.git"), indexed, tips.get(tenant))
        if main:
            found[tenant] = main
    return found


def _main(repository: Repository, indexed: str | None, tip: str | None) -> str | None:
    """The tip, or what the index knows where it was written after the tip was read."""
    if not indexed or indexed == tip:
        return tip
    if not repository.exists():
        raise damaged(str(repository.path), "it is not there")
    if tip and repository.is_ancestor(indexed, tip):
        return tip
    if not repository.is_ancestor(indexed, MAIN):
        raise damaged(str(repository.path), f"it lacks commit {indexed[:12]}, which netwb wrote")
    return indexed


def _kilobytes(tenants: Iterable[str], archive: Path) -> dict[str, int]:
    return {tenant: size_of(archive / f"{tenant}.git") // 1024 for tenant in tenants}
