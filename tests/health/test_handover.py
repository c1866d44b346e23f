"""What a tenant is given of itself: readable without netwb, nothing of others, no secret unasked."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from netwb.errors import ArchiveDamagedError, InputError, NotPermittedError, UnknownNameError
from netwb.inventory.records import SecretSource
from netwb.roles import Role
from tests.benches import Rig, ios, rig, with_parts
from tests.blackhole.ledger.ground import begin, event
from tests.flipped import flip_a_text
from tests.real_components import require_real
from tests.workbench.people import add

SECRETS = ("Pub1icRead", "Umbra-Only-1", "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "060506324F41")
OTHERS = ("umbra", "core1", "Umbra")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    folder = tmp_path / "home-of-it"
    folder.mkdir()
    with rig(folder, {"acme": ("edge1", "edge2"), "umbra": ("core1",)}, past=two_nights) as made:
        environment = {**made.bench._parts.environment, "PASSPHRASE": "a sentence for acme alone"}
        made.bench._parts = with_parts(made.bench._parts, environment=environment)
        yield made


def two_nights(made: Rig) -> None:
    made.answer("umbra/core1", ios("core1", community="Umbra-Only-1"))
    made.back_up(note="=CHG(1)")
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up()


def members(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as found:
        return {name: found.read(name) for name in found.namelist()}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_tables_and_history_are_read_without_netwb(made: Rig, tmp_path: Path) -> None:
    done = made.bench.export_tenant("acme", tmp_path / "acme.zip")

    found = members(tmp_path / "acme.zip")
    assert [row["hostname"] for row in table(found["devices.csv"])] == ["edge1", "edge2"]
    assert len(table(found["revisions.csv"])) == 3
    assert len(table(found["backups.csv"])) == done.rows["backups"] == 4
    assert {row["action"] for row in table(found["audit.csv"])} >= {"tenant.add", "device.add"}
    assert json.loads(found["tenant.json"])["rows"] == dict(done.rows)
    assert b"git clone" in found["README.txt"]
    (tmp_path / "history.bundle").write_bytes(found["history.bundle"])
    clone = ["git", "clone", "--quiet", "history.bundle", "history"]
    subprocess.run(clone, cwd=tmp_path, check=True)
    assert "192.0.2.99" in (tmp_path / "history/fra1/edge1.cfg").read_text()
    assert (tmp_path / "acme.zip").stat().st_mode & 0o777 == 0o600


def test_its_blackholes_come_along_without_what_is_the_providers(made: Rig, tmp_path: Path) -> None:
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="auto")
    made.bench.add_prefix("umbra", "198.51.100.0/24", mode="auto")
    parts = made.bench._parts.attacks
    sender = made.bench.add_sender("fnm1").sender.id
    for tenant, host in (("acme", "203.0.113.10"), ("umbra", "198.51.100.10")):
        entry = begin(made, host, tenant=tenant)
        parts.ledger.move(entry, "announced", commands={"umbra/core1": ["route of umbra"]})
        of = made.bench.tenant(tenant).id
        parts.events.take_in(sender, host, event(host), tenant_id=of)

    made.bench.export_tenant("acme", tmp_path / "acme.zip")

    found = members(tmp_path / "acme.zip")
    assert [row["network"] for row in table(found["prefixes.csv"])] == ["203.0.113.0/24"]
    (attack,) = table(found["attacks.csv"])
    assert (attack["address"], attack["action"]) == ("203.0.113.10", "ban")
    (blackhole,) = table(found["blackholes.csv"])
    assert (blackhole["network"], blackhole["state"]) == ("203.0.113.10/32", "announced")
    assert "umbra" not in found["blackholes.csv"].decode() + found["attacks.csv"].decode()


def test_a_damaged_history_is_not_handed_over(made: Rig, tmp_path: Path) -> None:
    flip_a_text(made.bench.home / "archive" / "acme.git")

    with pytest.raises(ArchiveDamagedError, match=r"acme\.git is damaged .*put back a copy"):
        made.bench.export_tenant("acme", tmp_path / "acme.zip")

    assert list(tmp_path.glob("acme.zip*")) == []


def test_nothing_of_another_tenant_and_no_secret_is_in_it(made: Rig, tmp_path: Path) -> None:
    made.bench.export_tenant("acme", tmp_path / "acme.zip")

    found = members(tmp_path / "acme.zip")
    (tmp_path / "history.bundle").write_bytes(found.pop("history.bundle"))
    subprocess.run(
        ["git", "clone", "--quiet", "--mirror", "history.bundle", "history"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    said = subprocess.check_output(
        ["git", "-C", str(tmp_path / "history"), "log", "--all", "--patch", "--format=raw"]
    )
    everything = b"\n".join([said, *found.values()]).decode()
    assert [word for word in (*SECRETS, *OTHERS, "Secret-Login-1") if word in everything] == []
    assert "secrets.json.enc" not in found


def test_secrets_come_along_for_who_has_the_passphrase(made: Rig, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    require_real("openssl", openssl is not None)
    made.bench.export_tenant(
        "acme", tmp_path / "acme.zip", secrets=SecretSource(origin="env:PASSPHRASE")
    )

    found = members(tmp_path / "acme.zip")
    command = next(
        line.split() for line in found["README.txt"].decode().splitlines() if "openssl enc" in line
    )
    (tmp_path / "secrets.json.enc").write_bytes(found["secrets.json.enc"])
    plain = subprocess.check_output(
        [*command, "-pass", "pass:a sentence for acme alone"], cwd=tmp_path
    )
    secrets = json.loads(plain)
    assert set(SECRETS) - set(secrets.values()) == {"Umbra-Only-1"}
    shown = made.bench.show("acme/edge1").decode()
    restored = made.bench.restore("acme/edge1", reason="compare").decode()
    for token, secret in secrets.items():
        shown = shown.replace(token, secret)
    assert shown == restored
    wrong = subprocess.run(
        [*command, "-pass", "pass:another"], cwd=tmp_path, check=False, capture_output=True
    )
    assert wrong.returncode != 0 or b"Pub1icRead" not in wrong.stdout


def test_a_spreadsheet_computes_nothing_of_it(made: Rig, tmp_path: Path) -> None:
    made.bench.export_tenant("acme", tmp_path / "acme.zip")

    notes = {row["note"] for row in table(members(tmp_path / "acme.zip")["revisions.csv"])}
    assert notes == {"'=CHG(1)", ""}


def test_a_tenant_without_history_is_handed_over_too(made: Rig, tmp_path: Path) -> None:
    made.bench.add_tenant("nordwind", name="Nordwind")

    done = made.bench.export_tenant("nordwind", tmp_path / "n.zip")

    assert "history.bundle" not in members(tmp_path / "n.zip")
    assert done.rows["devices"] == 0


def test_who_may_not_or_asks_wrongly_gets_nothing(made: Rig, tmp_path: Path) -> None:
    add(made, "ana", Role.ENGINEER, "acme")
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(NotPermittedError):
        made.bench.acting_as("ana").export_tenant("acme", tmp_path / "acme.zip")
    with pytest.raises(UnknownNameError):
        made.bench.export_tenant("acmee", tmp_path / "acme.zip")
    with pytest.raises(InputError, match="never overwritten"):
        made.bench.export_tenant("acme", tmp_path / "there.zip")
    with pytest.raises(InputError, match="12 characters"):
        made.bench.export_tenant(
            "acme", tmp_path / "acme.zip", secrets=SecretSource(origin="prompt", answer="short")
        )

    assert not (tmp_path / "acme.zip").exists()
    assert (tmp_path / "there.zip").read_text() == "mine"


def test_it_is_audited_for_the_tenant(made: Rig, tmp_path: Path) -> None:
    made.bench.export_tenant("acme", tmp_path / "acme.zip")

    event = made.bench.audit_events(limit=1, what="tenant.export")[0]
    assert event.tenant_id == made.bench.tenant("acme").id
    assert event.detail["secrets"] == 0
