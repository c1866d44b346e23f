"""Changes of a tenant's devices and ports are numbered once somebody asks, and none is ever missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.erp.numbers import stand_of
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.ports.sighting import sight
from netwb.roles import ALL_TENANTS
from netwb.store.models import DeviceRow, ErpChangeRow, PortRow
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        yield one


def tenant_id(made: Rig, slug: str) -> str:
    return next(tenant.id for tenant in made.bench.tenants() if tenant.slug == slug)


def stand(made: Rig, slug: str = "acme") -> int:
    return stand_of(made.bench._parts.database, tenant_id(made, slug)).changes


def changed_since(made: Rig, number: int, slug: str = "acme") -> set[tuple[str, str]]:
    """Kind and name of what was given a larger number."""
    stand(made, slug)
    database = made.bench._parts.database
    with database.reading(ALL_TENANTS) as session:
        query = select(ErpChangeRow.kind, ErpChangeRow.thing_id).where(
            ErpChangeRow.tenant_id == tenant_id(made, slug), ErpChangeRow.number > number
        )
        names = dict(session.execute(select(DeviceRow.id, DeviceRow.hostname)).all())
        names |= dict(session.execute(select(PortRow.id, PortRow.name)).all())
        return {(kind, names[thing]) for kind, thing in session.execute(query)}


def see(made: Rig, device: str, *names: str, alias: str = "") -> None:
    """A poll saw these ports on the device."""
    ports = [
        SeenPort(name=name, alias=alias, if_index=n, if_type=6, speed_bps=10**9)
        for n, name in enumerate(names, 1)
    ]
    seen = {made.devices[device].id: ports}
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        sight(session, seen, made.clock(), {})


def test_what_was_never_asked_for_is_all_there_at_the_first_question(made: Rig) -> None:
    assert changed_since(made, 0) == {("device", "edge1"), ("device", "edge2")}
    assert changed_since(made, 0, "umbra") == {("device", "core1")}


def test_nothing_that_changes_gives_no_number(made: Rig) -> None:
    before = stand(made)
    made.bench.set_device("edge1", credential="lab")

    assert stand(made) == before, "a credential is nothing that an ERP is shown"


def test_a_change_is_told_to_its_own_tenant_alone(made: Rig) -> None:
    acme, umbra = stand(made), stand(made, "umbra")
    made.bench.set_device("edge1", contract_ref="C-1")

    assert changed_since(made, acme) == {("device", "edge1")}
    assert stand(made, "umbra") == umbra


def test_a_retired_device_and_a_renamed_one_are_changes(made: Rig) -> None:
    before = stand(made)
    made.bench.retire_device("edge2")
    made.bench.rename_device("edge1", "edge9")

    assert changed_since(made, before) == {("device", "edge2"), ("device", "edge9")}


def test_a_port_on_its_tenants_own_device_changes_the_device(made: Rig) -> None:
    before = stand(made)
    see(made, "acme/edge1", "ge-0/0/0")
    first = changed_since(made, before)
    before = stand(made)
    see(made, "acme/edge1", "ge-0/0/0", alias="to core1")
    named = changed_since(made, before)
    before = stand(made)
    see(made, "acme/edge1", "ge-0/0/0", alias="to core1")

    assert first == named == {("device", "edge1")}
    assert stand(made) == before, "a poll that saw nothing new changes nothing"


def test_a_port_that_is_given_to_another_tenant_is_told_to_both(made: Rig) -> None:
    see(made, "umbra/core1", "xe-0/0/0")
    acme, umbra = stand(made), stand(made, "umbra")
    made.bench.set_port("umbra/core1", "xe-0/0/0", tenant="acme")

    assert changed_since(made, acme) == {("port", "xe-0/0/0")}
    assert changed_since(made, umbra, "umbra") == {("device", "core1")}


def test_a_device_that_is_renamed_changes_the_ports_that_others_have_on_it(made: Rig) -> None:
    see(made, "umbra/core1", "xe-0/0/0", "xe-0/0/1")
    made.bench.set_port("umbra/core1", "xe-0/0/0", tenant="acme")
    before = stand(made)
    made.bench.rename_device("umbra/core1", "core9")
    renamed = changed_since(made, before)
    before = stand(made)
    made.bench.set_device("umbra/core9", model="ASR")

    assert renamed == {("port", "xe-0/0/0")}
    assert stand(made) == before, "of another's device its name alone is shown"


def test_a_number_is_never_seen_before_what_a_slower_writer_changed(made: Rig) -> None:
    """A writer that began before the question and ends after it is the next question's."""
    database = made.bench._parts.database
    before = stand(made)
    at_it, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with database.writing(ALL_TENANTS) as session:
            row = session.get_one(DeviceRow, made.devices["acme/edge1"].id)
            row.contract_ref = "C-2"
            session.flush()
            at_it.set()
            assert go_on.wait(60)

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert at_it.wait(60)
    if database.dialect == "postgresql":  # SQLite has one writer at a time
        made.bench.set_device("edge2", contract_ref="C-3")
        assert changed_since(made, before) == {("device", "edge2")}
    else:
        assert stand(made) == before
    asked = stand(made)
    go_on.set()
    slow.join()

    assert changed_since(made, asked) == {("device", "edge1")}
