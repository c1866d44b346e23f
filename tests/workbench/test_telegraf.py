"""Telegraf on the facade: shards and their files, each within the rights and the scope of who asks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import (
    InventoryError,
    NotPermittedError,
    TelegrafError,
    UnknownNameError,
)
from netwb.inventory.records import NewCredential, SecretSource
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("pe1",)}) as made:
        for tenant in ("acme", "umbra"):
            secrets = {"snmp_community": SecretSource(origin="prompt", answer=f"Read-{tenant}")}
            made.bench.add_credential(NewCredential(tenant=tenant, name="snmp", secrets=secrets))  # type: ignore[arg-type]
            made.bench.set_tenant(tenant, snmp_credential="snmp")
        yield made


def test_every_device_is_in_the_files_of_main(made: Rig, tmp_path: Path) -> None:
    (files,) = made.bench.write_telegraf(tmp_path / "out")

    assert (files.shard.name, len(files.device_ids), files.unasked) == ("main", 3, ())
    text = (tmp_path / "out/main/telegraf.d/netwb-acme.fra1.conf").read_text()
    blocks = tomllib.loads(text)["inputs"]["snmp"]
    assert [block["alias"] for block in blocks] == ["acme|edge1", "acme|edge2"]
    environment = (tmp_path / "out/main/environment").read_text()
    assert 'SNMP_UMBRA__SNMP_COMMUNITY="Read-umbra"' in environment


def test_a_planned_device_and_a_retired_one_are_not_asked(made: Rig) -> None:
    made.bench.set_device("acme/edge1", status="planned")
    made.bench.retire_device("acme/edge2")

    text = made.bench.telegraf_text("main").text

    assert "umbra|pe1" in text
    assert "acme|" not in text


def test_a_device_under_maintenance_is_asked_on(made: Rig) -> None:
    made.bench.set_device("acme/edge1", status="maintenance")

    assert "acme|edge1" in made.bench.telegraf_text("main").text


def test_shards_take_the_place_of_main_and_a_site_without_one_is_named(made: Rig) -> None:
    made.bench.add_shard("north", sites=["acme/fra1"], weight=2)

    assert [shard.name for shard in made.bench.shards()] == ["north"]
    with pytest.raises(TelegrafError, match="no shard serves umbra/fra1"):
        made.bench.telegraf_text("north")
    made.bench.add_shard("south", sites=["umbra/fra1"], place="elsewhere")
    assert "acme|edge1" in made.bench.telegraf_text("north").text
    assert "umbra|pe1" in made.bench.telegraf_text("south").text


def test_main_is_back_once_the_last_shard_is_forgotten(made: Rig) -> None:
    made.bench.add_shard("north", sites=["acme/fra1"])
    made.bench.retire_shard("north")

    assert [shard.name for shard in made.bench.shards()] == ["main"]


def test_set_changes_what_is_given_and_leaves_the_rest(made: Rig) -> None:
    made.bench.add_shard("north", sites=["acme/fra1"], weight=2, reload=["systemctl", "reload"])

    changed = made.bench.set_shard("north", sites=["umbra/fra1"])

    assert (changed.sites, changed.weight) == (("umbra/fra1",), 2)
    assert changed.reload == ("systemctl", "reload")
    events = made.bench.audit_events(what="shard.set")
    assert [event.detail for event in events] == [{"sites": ["umbra/fra1"]}]


def test_a_preview_says_who_moves_and_writes_nothing(made: Rig) -> None:
    moves = made.bench.preview_shard("north", sites=["acme/fra1"])

    assert [(one.hostname, one.old, one.new) for one in moves] == [
        ("edge1", "main", "north"),
        ("edge2", "main", "north"),
        ("pe1", "main", ""),
    ]
    assert [shard.name for shard in made.bench.shards()] == ["main"]


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"sites": ["acme/nowhere"]}, UnknownNameError, "site 'acme/nowhere' is not known"),
        ({"weight": 0}, TelegrafError, "weight 0 of a shard is not usable"),
        ({"place": "moon"}, TelegrafError, "place 'moon' of a shard is not known"),
    ],
    ids=["site", "weight", "place"],
)
def test_a_shard_that_cannot_be_leaves_nothing_behind(
    made: Rig, changes: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        made.bench.add_shard("north", **changes)  # type: ignore[arg-type]

    assert [shard.name for shard in made.bench.shards()] == ["main"]


def test_names_that_are_taken_or_cannot_be_are_refused(made: Rig) -> None:
    made.bench.add_shard("north")

    with pytest.raises(InventoryError, match="shard north is there already"):
        made.bench.add_shard("north")
    with pytest.raises(InventoryError, match=r"shard '\.\./x' is not usable"):
        made.bench.add_shard("../x")
    for act in (made.bench.set_shard, made.bench.retire_shard, made.bench.telegraf_text):
        with pytest.raises(UnknownNameError, match="shard 'south' is not known"):
            act("south")


def test_who_sees_one_tenant_has_its_devices_alone(made: Rig) -> None:
    add(made, "olga", Role.OPERATOR, "acme")
    olga = logged_in(made, "olga")

    text = olga.telegraf_text("main").text

    assert "acme|edge1" in text
    assert "umbra" not in text


def test_a_shard_of_others_is_no_shard_and_does_not_bring_main_back(made: Rig) -> None:
    add(made, "olga", Role.OPERATOR, "acme")
    olga = logged_in(made, "olga")
    made.bench.add_shard("south", sites=["umbra/fra1"])

    assert list(olga.shards()) == []
    for name in ("south", "main"):
        with pytest.raises(UnknownNameError, match="is not known"):
            olga.telegraf_text(name)


def test_a_shard_of_several_shows_one_s_own_sites_alone(made: Rig) -> None:
    add(made, "olga", Role.OPERATOR, "acme")
    made.bench.add_shard("both", sites=["umbra/fra1", "acme/fra1"])

    (shard,) = logged_in(made, "olga").shards()

    assert shard.sites == ("acme/fra1",)


def test_no_secret_leaves_but_for_the_login_that_runs_netwb(made: Rig, tmp_path: Path) -> None:
    add(made, "adam", Role.ADMIN)
    adam = logged_in(made, "adam")

    assert "Read-acme" not in adam.telegraf_text("main").text
    with pytest.raises(NotPermittedError, match="may not use secrets"):
        adam.write_telegraf(tmp_path / "out")
    with pytest.raises(NotPermittedError, match="may not use commands"):
        adam.add_shard("north", reload=["/bin/sh"])


def test_rights_are_asked_for(made: Rig) -> None:
    add(made, "vera", Role.VIEWER)
    add(made, "eva", Role.ENGINEER)
    add(made, "alma", Role.ADMIN, "acme")

    with pytest.raises(NotPermittedError, match=r"lacks telegraf\.fetch"):
        logged_in(made, "vera").telegraf_text("main")
    with pytest.raises(NotPermittedError, match=r"lacks system\.manage"):
        logged_in(made, "eva").add_shard("north")
    with pytest.raises(NotPermittedError, match="needs the scope of all tenants"):
        logged_in(made, "alma").add_shard("north", sites=["acme/fra1"])


def test_a_device_that_takes_longer_than_the_interval_is_refused(tmp_path: Path) -> None:
    settings = {"NETWB_METRICS__INTERVAL_S": "8"}
    with (
        rig(tmp_path, {"acme": ("edge1",)}, settings=settings) as made,
        pytest.raises(TelegrafError, match=r"= 8 s, and it is asked every 8 s"),
    ):
        made.bench.telegraf_text("main")


def test_the_database_of_the_settings_is_written_to(tmp_path: Path) -> None:
    settings = {
        "NETWB_METRICS__URL": "http://127.0.0.1:8086",
        "NETWB_METRICS__ORGANIZATION": "noc",
        "NETWB_METRICS__SECRET": "env:INFLUX",
        "INFLUX": "t0ken",
    }
    with rig(tmp_path, {"acme": ("edge1",)}, settings=settings) as made:
        (files,) = made.bench.write_telegraf(tmp_path / "out")

    (output,) = tomllib.loads(files.texts["telegraf.conf"])["outputs"]["influxdb_v2"]
    assert (output["bucket"], output["organization"]) == ("netwb", "noc")
    assert files.environment == {"METRICS_SECRET": "t0ken"}


def test_the_mark_changes_with_what_is_rendered_and_with_nothing_else(made: Rig) -> None:
    marks = [made.bench._parts.shards.mark()]

    def then_differs() -> bool:
        marks.append(made.bench._parts.shards.mark())
        return marks[-1] not in marks[:-1]

    made.clock.advance(seconds=1)
    made.back_up()
    made.bench.add_shard("unused")
    assert then_differs()
    made.clock.advance(seconds=1)
    made.bench.set_device("acme/edge1", address="127.0.0.2")
    assert then_differs()
    made.bench.set_site("acme/fra1", snmp_credential="snmp")
    assert then_differs()
    made.bench.set_shard("unused", sites=["acme/fra1"])
    assert then_differs()
    assert not then_differs()
