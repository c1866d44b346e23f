"""A small archive on real Git and real SQLite, with two tenants and devices that are only records."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from hmac import digest as hmac_digest
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import insert, make_url, select

from netwb.archive.history import History
from netwb.archive.records import Cause, Entry, Revision
from netwb.archive.vault import Vault
from netwb.archive.writer import Archive
from netwb.configs.records import CleanConfig, Placed, Redacted, Secret, VolatileLine
from netwb.inventory.records import ConfigKind, Device, Inherited
from netwb.platforms.record import Platform
from netwb.roles import ALL_TENANTS, Actor, Role
from netwb.settings import ArchiveSettings
from netwb.store.database import Database, create_file
from netwb.store.keyring import Keyring, MasterKey
from netwb.store.models import (
    Base,
    CurrentRow,
    CurrentTextRow,
    IndexedRow,
    LineRow,
    RevisionRow,
    TenantRow,
)

FIRST_REAL, LAST_REAL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANA = Actor(name="ana", role=Role.ENGINEER, scope=ALL_TENANTS)
NOWHERE = Inherited(value=None, source="nowhere")
_SECRET = re.compile(rb"\{(.+?)\}")


class Clock:
    """A clock that goes on one minute each time it is read."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def device(
    hostname: str, *, tenant: str = "acme", site: str = "fra1", device_id: str = ""
) -> Device:
    return Device(
        id=device_id or f"id-{tenant}-{hostname}",
        tenant_id=f"t-{tenant}",
        tenant=tenant,
        site=site,
        hostname=hostname,
        address="192.0.2.1",
        port=22,
        platform="cisco_ios",
        status="active",
        role=None,
        transport="fast",
        credential=NOWHERE,
        snmp_credential=NOWHERE,
        jump=NOWHERE,
        sysname=None,
        model=None,
        serial=None,
        os_version=None,
        uptime_s=None,
        facts_at=None,
        contract_ref=None,
        labels={},
        created_at=NOON,
        updated_at=NOON,
        host_key=None,
    )


def redacted(
    text: bytes, *, rule_set: str = "1", volatile: Mapping[int, bytes] | None = None
) -> Redacted:
    """As `configs.redact` would give it; what stands in braces is the secret."""
    secrets: dict[str, Secret] = {}
    placed: list[Placed] = []
    out = bytearray()
    reached = 0
    for match in _SECRET.finditer(text):
        out += text[reached : match.start()]
        full = hmac_digest(b"key", match[1], "sha256").hex()
        token = f"<netwb:secret:{full[:16]}>"
        secrets[token] = Secret(
            token=token, full=full, value=match[1], fingerprint=full[:8], rule="braces"
        )
        placed.append(Placed(offset=len(out), token=token))
        out += token.encode()
        reached = match.end()
    out += text[reached:]
    return Redacted(
        text=bytes(out),
        placed=tuple(placed),
        secrets=secrets,
        volatile=tuple(VolatileLine(line=n, text=t) for n, t in (volatile or {}).items()),
        rule_set=rule_set,
    )


def entry(
    of: Device,
    text: str | bytes,
    *,
    kind: ConfigKind = "running",
    author: str | None = "ana",
    at: datetime = NOON,
    rule_set: str = "1",
    note: str = "",
    cause: Cause = "backup",
    volatile: Mapping[int, bytes] | None = None,
) -> Entry:
    raw = text.encode() if isinstance(text, str) else text
    plain = _SECRET.sub(lambda match: match[1], raw)
    return Entry(
        device_id=of.id,
        tenant_id=of.tenant_id,
        tenant=of.tenant,
        site=of.site,
        hostname=of.hostname,
        platform=of.platform,
        kind=kind,
        clean=CleanConfig(
            kind=kind,
            text=plain,
            lines=plain.count(b"\n"),
            volatile=(),
            proof="end mark",
            changed_by=author,
            changed_at=at,
        ),
        redacted=redacted(raw, rule_set=rule_set, volatile=volatile),
        digest=sha256(plain).hexdigest(),
        cause=cause,
        run_id="run1",
        note=note,
        author=author,
        at=at,
    )


@cache
def _tables() -> bytes:
    """Of a file that has them all; made once a process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "netwb.db"
        create_file(file)
        with closing(Database(f"sqlite:///{file}")) as database:
            _make_tables(database)
        return file.read_bytes()


def _make_tables(database: Database) -> None:
    with database.connecting("migrate") as connection:
        Base.metadata.create_all(connection)


@dataclass(slots=True)
class World:
    """Everything that the archive stands on, in one folder.

    url   of another database than a file in it; a file `store.url` there says the same
    """

    home: Path
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    settings: ArchiveSettings = field(
        default_factory=lambda: replace(ArchiveSettings(), lock_timeout_s=0.3)
    )
    database: Database = field(init=False)
    keyring: Keyring = field(init=False)
    archive: Archive = field(init=False)
    history: History = field(init=False)
    vault: Vault = field(init=False)

    def __post_init__(self) -> None:
        named = self.home / "store.url"
        self.url = self.url or (named.read_text() if named.exists() else "")
        self.url = self.url or f"sqlite:///{self.home / 'netwb.db'}"
        self.database = Database(self.url)
        key = self.home / "master.key"
        master = MasterKey.read(key) if key.exists() else self._create(key)
        self.keyring = Keyring(self.database, master, self.clock)
        self.archive = Archive(
            folder=self.home / "archive",
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            settings=self.settings,
            audit_head=lambda: "7:abcdef",
            platforms=self.platforms,
        )
        self.history = History(self.home / "archive", self.database, self.keyring)
        self.vault = Vault(self.database, self.keyring)

    def _create(self, key: Path) -> MasterKey:
        if self.database.path is not None:
            create_file(self.database.path)
            self.database.path.write_bytes(_tables())
        else:
            _make_tables(self.database)
        with self.database.writing(ALL_TENANTS) as session:
            rows = [
                {
                    "id": f"t-{slug}",
                    "slug": slug,
                    "name": slug,
                    "status": "active",
                    "created_at": NOON,
                }
                for slug in ("acme", "bolt")
            ]
            session.execute(insert(TenantRow), rows)
        (self.home / "archive").mkdir(mode=0o700)
        return MasterKey.create(key)

    def store(self, of: Device, text: str | bytes, **how: object) -> str:
        """Write one text, some minutes after it was changed; give its commit."""
        at = how.get("at")
        if isinstance(at, datetime) and FIRST_REAL <= at <= LAST_REAL:
            self.clock.now = max(self.clock.now, at)
        (written,) = self.archive.write([entry(of, text, **how)])  # type: ignore[arg-type]
        return written.revision

    def revisions(self, of: Device, kind: ConfigKind = "running") -> tuple[Revision, ...]:
        return self.history.revisions(ALL_TENANTS, of, kind=kind)

    def latest(self, of: Device, rev: str = "latest") -> bytes:
        found = self.history.resolve(ALL_TENANTS, of, rev)
        return self.history.text(ALL_TENANTS, of, found)

    def git(self, *arguments: str, tenant: str = "acme") -> str:
        """What plain Git says about a tenant's repository."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.home / "archive" / f"{tenant}.git"), *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def close(self) -> None:
        self.database.close()


def keep_database(world: World) -> Callable[[], None]:
    """Copy the database as it is now; what this gives puts the copy back."""
    world.database.close()
    if world.database.path is not None:
        path, copy = world.database.path, world.database.path.read_bytes()

        def put_back_file() -> None:
            world.database.close()
            path.write_bytes(copy)

        return put_back_file
    name, host = make_url(world.url).database, make_url(world.url).query["host"]
    server = f"host={host} user=postgres dbname=postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}_kept template {name}".encode())

    def put_back() -> None:
        world.database.close()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database {name}".encode())
            connection.execute(f"alter database {name}_kept rename to {name}".encode())

    return put_back


def contents(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All that the index says, in an order of its own; ids and times of looking left out."""
    left_out = {"id", "checked_at"}
    found: dict[str, list[tuple[object, ...]]] = {}
    with world.database.reading(ALL_TENANTS) as session:
        for row in (RevisionRow, LineRow, CurrentRow, CurrentTextRow, IndexedRow):
            names = [c.key for c in row.__table__.columns if c.key not in left_out]
            values = [
                tuple(getattr(r, name) for name in names) for r in session.scalars(select(row))
            ]
            found[row.__tablename__] = sorted(values, key=repr)
    return found


def commit_by_hand(world: World, path: str, text: bytes | None) -> None:
    """A commit on `main` that netwb did not make; without a text it deletes the file."""
    puts = b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text or b""), text or b"")
    stream = (
        b"commit refs/heads/main\ncommitter Eve <eve@example.com> 1772366400 +0000\n"
        b"data 8\nby hand\n\nfrom refs/heads/main^0\n"
        + (b"D %s\n" % path.encode() if text is None else puts)
        + b"done\n"
    )
    git_dir = str(world.home / "archive" / "acme.git")
    subprocess.run(
        ["git", "--git-dir", git_dir, "fast-import", "--quiet", "--done"], input=stream, check=True
    )
