"""A netwb with a history, a held text, people and files of its own; and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewUser, Origin
from netwb.collect.replay import recorded
from netwb.health.exporting.writing import write_export
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.records import SecretSource
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import Role
from netwb.store.passphrase import Costs
from netwb.workbench import Workbench
from tests.benches import Rig, ios, ios_text, rig, with_parts

PASSPHRASE = "a sentence that nobody guesses"
SOURCE = SecretSource(origin="env:PASSPHRASE")
ENVIRONMENT = {"PASSPHRASE": PASSPHRASE, "WRONG": "another sentence that is long"}
PASSWORD = "Correct-Horse-77"
QUICK = Costs(memory_kib=64, passes=1, lanes=1)
TENANTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
ORIGIN = Origin(address="127.0.0.1", browser="test")
SNIPPET = '[[outputs.http]]\n  password = "My-Own-Token"\n'


def quiet(_what: str, _share: float) -> None:
    """No bar."""


def fill(made: Rig) -> None:
    """Three nights, one of them with a text that is not believed."""
    for night, ntp in enumerate(("192.0.2.53", "192.0.2.54", "192.0.2.55")):
        made.answer("acme/edge1", ios("edge1", ntp=ntp))
        made.answer("umbra/core1", ios("core1", ntp=ntp, community=f"Secret{night}Word"))
        made.back_up(note=f"night {night}")
        made.clock.advance(days=1)
    half = ios_text("edge2")[:300]
    made.answer("acme/edge2", recorded(half, prompt=b"edge2#"))
    made.back_up("acme/edge2")
    bench = made.bench
    bench.add_user(NewUser(name="ana", role=Role.ENGINEER, tenants=("acme",), password=PASSWORD))
    (bench.home / "rules" / "ntp rule.toml").write_text("# a rule\n")
    (bench.home / "platforms.d" / "note.txt").write_text("a note\n")
    snippets = bench.home / "telegraf.d" / "main" / "telegraf.d"
    snippets.mkdir(parents=True)
    (snippets / "mine.conf").write_text(SNIPPET)
    (snippets / "netwb-acme.fra1.conf").write_text("# netwb's own\n")
    count(made)


def count(made: Rig) -> None:
    """A port of edge1 with an hour of samples, a steady 80 Mbit/s."""
    seen = SeenPort(name="xe-0", if_index=1, alias="", if_type=6, speed_bps=10**9)
    edge1 = made.devices["acme/edge1"].id
    made.bench._parts.ports.sighted({edge1: [seen]})
    key = SeriesKey(tenant="acme", device_id=edge1, name="xe-0")
    now = int(made.clock().timestamp()) // 60 * 60
    made.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge1",
            at=now - 60 * minute,
            values={"ifHCInOctets": 10**7 * 60 * (60 - minute), "ifHCOutOctets": 0},
        )
        for minute in range(60)
    )


def answers(bench: Workbench) -> dict[str, Any]:
    """What a person asks of it, each answer as it is compared."""
    found: dict[str, Any] = {}
    for device in bench.devices():
        name = f"{device.tenant}/{device.hostname}"
        history = list(bench.history(name))
        found[f"history {name}"] = history
        for revision in history:
            found[f"show {name} {revision.id}"] = bench.show(f"{name}@{revision.id}")
            found[f"restore {name} {revision.id}"] = bench.restore(
                f"{name}@{revision.id}", reason="compare"
            )
        if len(history) > 1:
            found[f"diff {name}"] = bench.diff(name)
    found["search"] = list(bench.search("ntp server"))
    found["ever"] = list(bench.search("ntp server 192.0.2.53", when="ever"))
    found["quarantine"] = list(bench.quarantine())
    found["users"] = [user.name for user in bench.users()]
    return found


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Rig]:
    folder = tmp_path / "old"
    folder.mkdir()
    with rig(folder, TENANTS, past=fill) as made:
        made.bench._parts = with_parts(
            made.bench._parts, environment={**made.bench._parts.environment, **ENVIRONMENT}
        )
        yield made


@pytest.fixture
def exported(full: Rig, tmp_path: Path) -> Path:
    full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)
    return tmp_path / "all.netwb"


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One that no test changes."""
    with rig(tmp_path_factory.mktemp("old"), TENANTS, past=fill) as made:
        yield made


@pytest.fixture(scope="session")
def export(old: Rig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of it, whose passphrase is tried in a millisecond."""
    file = tmp_path_factory.mktemp("export") / "all.netwb"
    write_export(old.bench._sources(), file, PASSPHRASE, costs=QUICK)
    return file


@pytest.fixture
def opened() -> Iterator[Callable[..., Workbench]]:
    """Opens a home until the test ends."""
    with ExitStack() as stack:

        def opens(home: Path, **environment: str) -> Workbench:
            bench = Workbench.open(home, environment={**ENVIRONMENT, **environment})
            stack.enter_context(closing(bench))
            return bench

        yield opens
