"""From each earlier migration, with data: upgraded, or imported, netwb works on it as before."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection

from netwb.errors import MigrationNeededError
from netwb.health.exporting.checking import Verified, verified
from netwb.inventory.ports.records import Port
from netwb.inventory.records import SecretSource
from netwb.store import schema
from netwb.store.database import Database
from netwb.store.dump import Loader
from netwb.workbench import Workbench
from tests.schema_samples import PASSPHRASE, PASSWORD, SAMPLES
from tests.stores import KINDS
from tests.workbench.people import HOME

EARLIER = schema.MIGRATIONS.revisions[:-1]
SOURCE = SecretSource(origin="env:PASSPHRASE")
# On PostgreSQL the one that goes through all migrations; each of them is upgraded there in place.
CASES = [
    *(("sqlite", revision) for revision in EARLIER),
    pytest.param("postgresql", EARLIER[0], marks=pytest.mark.real),
    *(
        pytest.param("postgresql", revision, marks=[pytest.mark.real, pytest.mark.full])
        for revision in EARLIER[1:]
    ),
]
Imported = Callable[[str], Path]


@dataclass
class Place:
    """A new home, and its database elsewhere, if that is one."""

    home: Path
    url: str
    environment: dict[str, str] = field(default_factory=dict)

    def open(self) -> Workbench:
        return Workbench.open(self.home, environment=self.environment)

    def fill(self, sample: Path) -> None:
        Workbench.import_export(
            sample,
            passphrase=SOURCE,
            home=self.home,
            environment=self.environment,
            told=lambda _what, _share: None,
        )


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made = Place(tmp_path / "home", "", {"PASSPHRASE": PASSPHRASE})
    if request.param == "postgresql":
        made.url = request.getfixturevalue("postgresql").new_database()
        made.environment["NETWB_STORE__URL"] = made.url
    return made


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """A home of each sample, on SQLite, to be copied; made once."""

    @cache
    def made(revision: str) -> Path:
        home = tmp_path_factory.mktemp("imported") / "home"
        place = Place(home, "", {"PASSPHRASE": PASSPHRASE})
        place.fill(SAMPLES / f"{revision}.netwb")
        return home

    return made


def stand_at(place: Place, sample: Path) -> None:
    """Put a database of the sample's own migration in the place of the upgraded one."""
    (place.home / "netwb.db").write_bytes(b"")
    database = Database(place.url or f"sqlite:///{place.home}/netwb.db")
    with (
        closing(database),
        verified(sample, PASSPHRASE) as export,
        database.connecting("migrate") as connection,
    ):
        schema._migrate(connection, schema.MIGRATIONS, to=export.manifest.schema)
        load(connection, export)


def load(connection: Connection, export: Verified) -> None:
    dumped = export.manifest.dumped
    loader = Loader(connection, [table.shape for table in dumped])
    loader.begin()
    for table in dumped:
        with gzip.open(export.stream(table.member)) as lines:
            loader.load(table.shape, lines)
    loader.finish()


def works(bench: Workbench, revision: str) -> None:
    """What a person asks of it after an upgrade."""
    shown = [bench.show(f"acme/edge1@{one.id}") for one in bench.history("acme/edge1")]
    servers = [re.findall(rb"ntp server (\S+)", text) for text in shown]
    assert servers == [[b"192.0.2.55"], [b"192.0.2.54"], [b"192.0.2.53"]]
    restored = bench.restore("umbra/core1", reason="after the upgrade")
    assert b"snmp-server community Secret2Word RO" in restored
    assert [hit.hostname for hit in bench.search("ntp server 192.0.2.55")] == ["edge1", "core1"]
    assert len(bench.search("ntp server 192.0.2.53", when="ever")) == 3
    assert bench.quarantined_text("acme/edge2").count(b"hostname edge2") == 1
    assert bench.verify_audit().problems == ()
    assert bench.verify_audit().links > 15
    if revision > "0001":
        secret = bench.log_in("ana", PASSWORD, origin=HOME).secret
        assert bench.at_session(secret, origin=HOME).me().name == "ana"
        assert [job.status for job in bench.jobs()] == ["queued"]
    if revision > "0004":
        assert [(port.name, port.circuit_ref) for port in bench.ports()] == [
            ("GigabitEthernet0/0", "C-1001")
        ]
        assert [group.commit_bps for group in bench.port_groups()] == [100_000_000]
        assert [wall.name for wall in bench.walls()] == ["noc"]
        given(bench, bench.ports()[0])
    bench.add_tenant("nordwind", name="Nordwind")
    bench.rename_device("acme/edge1", "edge9")
    assert len(bench.history("acme/edge9")) == 4


def given(bench: Workbench, port: Port) -> None:
    """It goes to another tenant without its circuit, which comes back with it."""
    place = (f"{port.device_tenant}/{port.hostname}", port.name)
    other = "umbra" if port.tenant == "acme" else "acme"
    bench.set_port(*place, tenant=other)
    taken = bench.port(*place)
    assert (taken.tenant, taken.circuit_ref) == (other, None)
    bench.set_port(*place, tenant=port.tenant, since=taken.tenant_since_at or "")
    assert bench.port(*place).circuit_ref == "C-1001"


def test_each_earlier_migration_has_a_sample() -> None:
    """`python -m tests.schema_samples` writes the one that a new migration leaves behind."""
    assert sorted(path.stem for path in SAMPLES.glob("*.netwb")) == sorted(EARLIER)
    for revision in EARLIER:
        with verified(SAMPLES / f"{revision}.netwb", PASSPHRASE) as export:
            assert export.manifest.schema == revision
            assert export.manifest.rows("revision") > 5


@pytest.mark.parametrize(("place", "revision"), CASES, indirect=["place"])
def test_an_export_of_an_earlier_netwb_is_imported_and_upgraded(
    place: Place, revision: str, imported: Imported
) -> None:
    if place.url:
        place.fill(SAMPLES / f"{revision}.netwb")
    else:
        shutil.copytree(imported(revision), place.home)

    with closing(place.open()) as bench:
        works(bench, revision)


@pytest.mark.parametrize("revision", EARLIER)
def test_a_database_of_an_earlier_netwb_is_upgraded_in_place(
    place: Place, revision: str, imported: Imported
) -> None:
    shutil.copytree(imported(revision), place.home)
    stand_at(place, SAMPLES / f"{revision}.netwb")
    with pytest.raises(MigrationNeededError, match="run `netwb upgrade`"):
        place.open()

    said = Workbench.upgrade(place.home, environment=place.environment)

    assert f"went from {revision} to {schema.MIGRATIONS.revisions[-1]}" in said
    with closing(place.open()) as bench:
        works(bench, revision)
