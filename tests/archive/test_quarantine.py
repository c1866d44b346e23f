"""Quarantine: encrypted, the newest of each device, settled by a person."""

from __future__ import annotations

import os
import stat
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from netwb.archive.quarantine import Quarantine
from netwb.configs.records import CleanConfig, Rejected, VolatileLine
from netwb.errors import (
    ArchiveDamagedError,
    IncompleteConfigError,
    ShrunkConfigError,
    UnknownRevisionError,
)
from netwb.inventory.records import Target
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.models import DeviceRow, QuarantineRow, SiteRow
from tests.archive.world import ANA, NOON, World, device

EDGE = device("edge1")
TARGET = Target(
    device_id=EDGE.id,
    tenant_id=EDGE.tenant_id,
    tenant="acme",
    site="fra1",
    hostname="edge1",
    address="192.0.2.1",
    port=22,
    platform="cisco_ios",
)
CLEAN = CleanConfig(
    kind="running",
    text=b"hostname edge1\npassword s3cret \xff\n",
    lines=2,
    volatile=(VolatileLine(line=0, text=b"! by ana \xff"),),
    proof="end mark",
    changed_by="ana",
    changed_at=NOON,
)


def shrunk(digest: str = "d1", clean: CleanConfig | None = CLEAN) -> Rejected:
    return Rejected(
        kind="running",
        cause=ShrunkConfigError("edge1 lost half its lines"),
        text=CLEAN.text,
        digest=digest,
        clean=clean,
    )


@pytest.fixture
def quarantine(world: World) -> Quarantine:
    site = {
        "id": "s",
        "tenant_id": "t-acme",
        "slug": "fra1",
        "name": "fra1",
        "status": "active",
        "created_at": NOON,
    }
    row = {
        "id": EDGE.id,
        "tenant_id": "t-acme",
        "site_id": "s",
        "hostname": "edge1",
        "address": "192.0.2.1",
        "port": 22,
        "platform": "cisco_ios",
        "status": "active",
        "transport": "fast",
        "labels": {},
        "created_at": NOON,
        "updated_at": NOON,
    }
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(insert(SiteRow), [site])
        session.execute(insert(DeviceRow), [row])
    return Quarantine(world.home / "quarantine", world.database, world.keyring, world.clock)


def test_a_held_text_lies_encrypted_and_comes_back_as_it_was(
    world: World, quarantine: Quarantine
) -> None:
    id_ = quarantine.hold(TARGET, shrunk(), "run1")

    (path,) = (world.home / "quarantine").iterdir()
    assert b"hostname" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert quarantine.text(ALL_TENANTS, id_) == CLEAN.text
    assert quarantine.clean(ALL_TENANTS, id_) == CLEAN


def test_a_held_text_is_listed_with_its_cause(quarantine: Quarantine) -> None:
    id_ = quarantine.hold(TARGET, shrunk(), "run1")

    (item,) = quarantine.list(ALL_TENANTS)

    assert (item.id, item.tenant, item.hostname) == (id_, "acme", "edge1")
    assert (item.cause_kind, item.cause_message) == (
        "ShrunkConfigError",
        "edge1 lost half its lines",
    )
    assert (item.acceptable, item.lines, item.size) == (True, 2, len(CLEAN.text))
    assert quarantine.get(ALL_TENANTS, EDGE) == item
    assert quarantine.suspects(ALL_TENANTS, [EDGE.id]) == {(EDGE.id, "running"): "d1"}


def test_the_same_text_again_keeps_its_place(world: World, quarantine: Quarantine) -> None:
    first = quarantine.hold(TARGET, shrunk(), "run1")

    second = quarantine.hold(TARGET, shrunk(), "run2")

    assert second == first
    assert quarantine.get(ALL_TENANTS, EDGE).run_id == "run2"
    assert len(list((world.home / "quarantine").iterdir())) == 1


def test_a_newer_text_takes_the_place_of_the_one_before(
    world: World, quarantine: Quarantine
) -> None:
    quarantine.hold(TARGET, shrunk("d1"), "run1")

    second = quarantine.hold(TARGET, shrunk("d2"), "run2")

    assert [item.id for item in quarantine.list(ALL_TENANTS)] == [second]
    assert [path.name for path in (world.home / "quarantine").iterdir()] == [second]


def incomplete(digest: str = "d1") -> Rejected:
    return Rejected(
        kind="running",
        cause=IncompleteConfigError("no end mark"),
        text=b"half \x00\n",
        digest=digest,
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [(shrunk(), incomplete()), (incomplete(), shrunk())],
    ids=["lost", "gained"],
)
def test_the_right_to_accept_is_of_the_newest_judgment(
    quarantine: Quarantine, first: Rejected, second: Rejected
) -> None:
    old = quarantine.hold(TARGET, first, "run1")

    new = quarantine.hold(TARGET, second, "run2")

    (item,) = quarantine.list(ALL_TENANTS)
    assert old != new == item.id
    assert item.acceptable == (second.clean is not None)


def test_only_a_text_that_lost_lines_is_proven_by_a_second_one(quarantine: Quarantine) -> None:
    quarantine.hold(TARGET, incomplete(), "run1")

    assert quarantine.suspects(ALL_TENANTS, [EDGE.id]) == {}


def test_a_good_text_ends_the_waiting_of_its_own_kind(quarantine: Quarantine) -> None:
    quarantine.hold(TARGET, incomplete(), "run1")

    quarantine.supersede([(EDGE.id, "startup")])
    assert len(quarantine.list(ALL_TENANTS)) == 1
    quarantine.supersede([(EDGE.id, "running")])
    assert quarantine.list(ALL_TENANTS) == ()


@pytest.mark.parametrize("status", ["accepted", "discarded"])
def test_a_settled_text_is_gone(world: World, quarantine: Quarantine, status: str) -> None:
    id_ = quarantine.hold(TARGET, shrunk(), "run1")

    quarantine.settle(ALL_TENANTS, id_, status, ANA)  # type: ignore[arg-type]

    assert quarantine.list(ALL_TENANTS) == ()
    assert list((world.home / "quarantine").iterdir()) == []
    with pytest.raises(UnknownRevisionError, match="quarantine list"):
        quarantine.text(ALL_TENANTS, id_)
    with pytest.raises(UnknownRevisionError, match="acme/edge1"):
        quarantine.get(ALL_TENANTS, EDGE)


def test_a_text_that_is_not_whole_cannot_be_accepted(quarantine: Quarantine) -> None:
    id_ = quarantine.hold(TARGET, incomplete(), "run1")

    assert not quarantine.list(ALL_TENANTS)[0].acceptable
    assert quarantine.text(ALL_TENANTS, id_) == b"half \x00\n"
    with pytest.raises(IncompleteConfigError, match="cannot be accepted"):
        quarantine.clean(ALL_TENANTS, id_)


def test_nothing_is_there_outside_of_the_scope(quarantine: Quarantine) -> None:
    id_ = quarantine.hold(TARGET, shrunk(), "run1")

    assert quarantine.list(NO_TENANT) == ()
    assert quarantine.suspects(NO_TENANT, [EDGE.id]) == {}
    with pytest.raises(UnknownRevisionError):
        quarantine.text(NO_TENANT, id_)
    with pytest.raises(UnknownRevisionError):
        quarantine.settle(NO_TENANT, id_, "discarded", ANA)
    assert quarantine.text(ALL_TENANTS, id_) == CLEAN.text


def test_a_lost_file_is_said_and_a_stray_one_removed(world: World, quarantine: Quarantine) -> None:
    folder = world.home / "quarantine"
    id_ = quarantine.hold(TARGET, shrunk(), "run1")
    for name in ("stray", "young"):
        (folder / name).write_bytes(b"x")
    os.utime(folder / "stray", (0, 0))

    quarantine.recover()

    assert {path.name for path in folder.iterdir()} == {id_, "young"}
    (folder / id_).unlink()
    with pytest.raises(ArchiveDamagedError, match="is gone"):
        quarantine.text(ALL_TENANTS, id_)


def test_what_was_held_for_too_long_is_discarded_and_younger_stays(
    world: World, quarantine: Quarantine
) -> None:
    old = quarantine.hold(TARGET, shrunk(), "r1")
    held_at = quarantine.get(ALL_TENANTS, EDGE).at
    second = timedelta(seconds=1)

    assert quarantine.expire(held_at, "remove") == {}
    assert quarantine.expire(held_at + second, "count") == {"t-acme": 1}
    assert quarantine.text(ALL_TENANTS, old) == CLEAN.text
    assert quarantine.expire(held_at + second, "remove") == {"t-acme": 1}

    assert quarantine.list(ALL_TENANTS) == ()
    assert list((world.home / "quarantine").iterdir()) == []
    with world.database.reading(ALL_TENANTS) as session:
        row = session.scalars(select(QuarantineRow)).one()
        assert (row.status, row.settled_by) == ("discarded", "netwb")


def test_the_row_of_a_settled_text_goes_in_its_turn(world: World, quarantine: Quarantine) -> None:
    id_ = quarantine.hold(TARGET, shrunk(), "r1")
    quarantine.settle(ALL_TENANTS, id_, "accepted", ANA)

    assert quarantine.expire(world.clock() + timedelta(days=1), "remove") == {}

    with world.database.reading(ALL_TENANTS) as session:
        assert session.scalars(select(QuarantineRow)).all() == []
