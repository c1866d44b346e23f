"""What happens to a tenant is told to its ERP once, in order, and to nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from netwb.errors import NumberGoneError
from netwb.inventory.records import NewDevice
from netwb.roles import ALL_TENANTS
from netwb.store.models import DeviceRow, IndexedRow, PortRow, RevisionRow
from tests.benches import Rig, ios, rig
from tests.erp.following import Follower, see, tenant_id
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        yield one


@pytest.fixture
def acme(made: Rig) -> Follower:
    return Follower(made.bench, "acme")


@pytest.fixture
def umbra(made: Rig) -> Follower:
    return Follower(made.bench, "umbra")


def new_device(hostname: str, tenant: str = "acme") -> NewDevice:
    return NewDevice(
        hostname=hostname,
        tenant=tenant,
        site="fra1",
        address="192.0.2.9",
        platform="cisco_ios",
    )


def test_a_device_is_told_of_from_its_first_day_to_its_last(
    made: Rig, acme: Follower, umbra: Follower
) -> None:
    made.bench.add_device(new_device("edge9"))
    made.bench.set_device("edge9", contract_ref="C-1", role="pe")
    made.bench.rename_device("edge9", "edge10")
    made.bench.retire_device("edge10")
    made.bench.activate_device("edge10")

    assert acme.told() == [
        ("device.added", "edge9"),
        ("device.changed", "edge9", {"contract_ref": (None, "C-1"), "role": (None, "pe")}),
        ("device.changed", "edge10", {"hostname": ("edge9", "edge10")}),
        ("device.retired", "edge10"),
        ("device.added", "edge10"),
    ]
    assert umbra.told() == []


def test_an_address_is_told_of_as_changed_and_never_itself(made: Rig, acme: Follower) -> None:
    made.bench.set_device("edge1", address="192.0.2.77")

    (event,) = acme.news()
    assert event.detail == {"changed": ["address"], "old": {}, "new": {}}


def test_what_an_erp_is_not_shown_is_no_event(made: Rig, acme: Follower) -> None:
    made.bench.set_device("edge1", credential="lab")

    assert acme.told() == []


def test_an_event_is_dated_when_it_happened(made: Rig, acme: Follower) -> None:
    made.clock.advance(hours=5)
    made.bench.rename_device("edge1", "edge7")

    (event,) = acme.news()
    assert event.at == made.clock()


def test_ports_that_a_poll_finds_or_finds_otherwise_are_told(made: Rig, acme: Follower) -> None:
    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1")
    assert acme.told() == [
        ("port.added", "edge1 xe-0/0/0"),
        ("port.added", "edge1 xe-0/0/1"),
    ]

    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1", alias="to the exchange")
    aliases = {"alias": ("", "to the exchange")}
    assert acme.told() == [
        ("port.changed", "edge1 xe-0/0/0", aliases),
        ("port.changed", "edge1 xe-0/0/1", aliases),
    ]

    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1", alias="to the exchange")
    assert acme.told() == [], "the same again is nothing new"


def test_a_speed_that_a_person_set_hides_what_the_device_says(made: Rig, acme: Follower) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_port("edge1", "xe-0/0/0", speed_override_bps=2 * 10**9)
    see(made, "acme/edge1", "xe-0/0/0", speed_bps=10**10)

    assert acme.told()[1:] == [
        ("port.changed", "edge1 xe-0/0/0", {"speed_bps": (10**9, 2 * 10**9)}),
    ]


def test_a_port_that_is_given_away_goes_from_the_one_and_comes_to_the_other(
    made: Rig, acme: Follower, umbra: Follower
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    acme.news()
    made.clock.advance(hours=1)

    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra", circuit_ref="CIR-7")

    assert acme.told() == [("port.retired", "edge1 xe-0/0/0")]
    assert umbra.told() == [("port.added", "acme/edge1 xe-0/0/0")]
    assert all(one.detail == {} for one in (*acme.heard, *umbra.heard))

    made.bench.set_port("acme/edge1", "xe-0/0/0", circuit_ref="CIR-8")
    changed = {"circuit_ref": ("CIR-7", "CIR-8")}
    assert umbra.told() == [("port.changed", "acme/edge1 xe-0/0/0", changed)]
    assert acme.told() == []


def test_what_happens_to_a_device_is_told_to_who_has_a_port_on_it(
    made: Rig, acme: Follower, umbra: Follower
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra")
    umbra.news(), acme.news()

    made.bench.set_device("acme/edge1", contract_ref="C-1")
    assert umbra.told() == [], "what stands in acme's contract is acme's"
    made.bench.rename_device("acme/edge1", "edge7")
    renamed = {"device": ("acme/edge1", "acme/edge7")}
    assert umbra.told() == [("port.changed", "acme/edge7 xe-0/0/0", renamed)]
    made.bench.retire_device("acme/edge7")
    assert umbra.told() == [("port.retired", "acme/edge7 xe-0/0/0")]
    assert "port.retired" not in {one.kind for one in acme.news()}


def ports_of(made: Rig, tenant: str) -> list[str]:
    """Those on others' devices, as the inventory shows them."""
    standing = made.bench.erp_standing(tenant_id(made.bench, tenant))
    ports = made.bench.erp_inventory(standing, limit=50).page.ports
    return [f"{one.device_tenant}/{one.hostname} {one.name}" for one in ports]


@pytest.mark.parametrize("out", ["planned", "retired"])
def test_a_port_on_anothers_device_comes_and_goes_as_the_inventory_shows_it(
    made: Rig, acme: Follower, umbra: Follower, out: str
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra")
    (name,) = ports_of(made, "umbra")
    assert umbra.told() == [("port.added", name)]
    acme.news()

    made.bench.set_device("acme/edge1", status="maintenance")
    assert umbra.told() == [], "it is there still"
    if out == "retired":
        made.bench.retire_device("acme/edge1")
    else:
        made.bench.set_device("acme/edge1", status="planned")
    assert umbra.told() == [("port.retired", name)]
    assert ports_of(made, "umbra") == []
    if out == "retired":
        made.bench.activate_device("acme/edge1")
    else:
        made.bench.set_device("acme/edge1", status="maintenance")
    assert umbra.told() == [("port.added", name)]
    assert ports_of(made, "umbra") == [name]
    assert {one.kind.partition(".")[0] for one in acme.news()} == {"device"}


def test_of_a_port_on_anothers_planned_device_nothing_is_told(made: Rig, umbra: Follower) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_device("acme/edge1", status="planned")

    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra")
    made.bench.set_port("acme/edge1", "xe-0/0/0", circuit_ref="CIR-7")
    made.bench.rename_device("acme/edge1", "edge7")
    assert umbra.told() == []
    made.bench.set_device("acme/edge7", status="active")
    assert umbra.told() == [("port.added", "acme/edge7 xe-0/0/0")]


def test_a_port_given_away_while_its_device_goes_into_operation_is_told_once(
    made: Rig, acme: Follower, umbra: Follower
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_device("acme/edge1", status="planned")
    acme.news()

    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.get_one(DeviceRow, made.devices["acme/edge1"].id).status = "active"
        port = session.scalars(select(PortRow).where(PortRow.name == "xe-0/0/0")).one()
        port.tenant_id = tenant_id(made.bench, "umbra")

    assert umbra.told() == [("port.added", "acme/edge1 xe-0/0/0")]
    assert [one.kind for one in acme.news()] == ["device.changed", "port.retired"]


def test_ports_of_its_own_go_and_come_with_their_device(made: Rig, acme: Follower) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    acme.news()
    made.bench.retire_device("acme/edge1")
    made.bench.activate_device("acme/edge1")

    assert acme.told() == [("device.retired", "edge1"), ("device.added", "edge1")]


@pytest.mark.parametrize("ends", ["with its devices", "after they were retired"])
def test_a_port_on_a_device_of_a_tenant_that_is_purged_is_retired_once_and_names_it_not(
    made: Rig, umbra: Follower, ends: str
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra")
    before = made.bench.erp_standing(tenant_id(made.bench, "umbra")).sequence
    if ends == "after they were retired":
        made.bench.retire_device("acme/edge1")
        made.bench.retire_device("acme/edge2")
    made.bench.purge_tenant("acme", reason="over")

    told = umbra.news()
    assert [one.kind for one in told] == ["port.added", "port.retired"]
    assert {(one.subject, one.device_id) for one in told} == {("", None)}
    standing = made.bench.erp_standing(tenant_id(made.bench, "umbra"))
    found = made.bench.erp_inventory(standing, limit=10, updated_since=before)
    assert [one.id for one in found.page.gone] == [told[0].port_id]


def test_a_change_of_a_configuration_is_told_with_its_author(made: Rig, acme: Follower) -> None:
    made.answer("acme/edge1", ios("edge1", by="ana"))
    made.back_up("acme/edge1")
    assert acme.told() == [] or all(one.kind == "device.changed" for one in acme.heard)
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", by="bob", at=made.clock.now, ntp="192.0.2.54"))
    made.back_up("acme/edge1")

    (event,) = [one for one in acme.news() if one.kind == "configuration.changed"]
    (newest, _) = made.bench.history("acme/edge1")
    assert event.subject == "edge1"
    assert event.device_id == made.devices["acme/edge1"].id
    assert event.detail == {
        "revision": newest.id,
        "configuration": "running",
        "author": "bob",
        "added": 1,
        "removed": 1,
    }


def test_an_archive_that_is_read_anew_tells_no_old_change_again(made: Rig, acme: Follower) -> None:
    for ntp in ("192.0.2.53", "192.0.2.54", "192.0.2.55"):
        made.clock.advance(days=1)
        made.answer("acme/edge1", ios("edge1", ntp=ntp, at=made.clock.now))
        made.back_up("acme/edge1")
    acme.news()

    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(delete(RevisionRow).where(RevisionRow.number == 2))
    assert made.bench.check_index_fully().rebuilt == ("acme",)

    assert len(made.bench.history("acme/edge1")) == 3
    assert acme.told() == []


def test_a_change_that_came_into_git_and_not_into_the_index_is_told_by_the_next_run(
    made: Rig, acme: Follower
) -> None:
    """Also where the index does not fit any more, and is built anew: of older ones nobody is told."""
    for ntp in ("192.0.2.53", "192.0.2.54", "192.0.2.55"):
        made.clock.advance(days=1)
        made.answer("acme/edge1", ios("edge1", ntp=ntp, at=made.clock.now))
        made.back_up("acme/edge1")
    newest, before, _ = made.bench.history("acme/edge1")
    acme.news()
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(update(IndexedRow).values(commit=before.id))
        session.execute(delete(RevisionRow).where(RevisionRow.commit == newest.id))

    made.back_up("acme/edge1")

    (event,) = acme.news()
    assert (event.kind, event.detail["revision"]) == ("configuration.changed", newest.id)
    assert len(made.bench.history("acme/edge1")) == 3


def test_old_events_go_and_a_cursor_before_them_is_refused(made: Rig, acme: Follower) -> None:
    old = acme.after
    made.bench.set_device("edge1", contract_ref="C-1")
    made.clock.advance(days=89)
    made.bench.set_device("edge1", contract_ref="C-2")
    assert len(Follower(made.bench, "acme", after=old).heard) == 2
    made.clock.advance(days=2)

    counted = made.bench.plan_sweep().events
    assert made.bench.sweep().events == counted > 0

    with pytest.raises(NumberGoneError, match="kept no more; take a cursor by"):
        Follower(made.bench, "acme", after=old)
    (left,) = Follower(made.bench, "acme", after="").heard
    assert left.detail["new"] == {"contract_ref": "C-2"}


def test_events_that_nobody_ever_asked_for_go_as_well_and_are_missed_by_nobody(made: Rig) -> None:
    made.bench.set_device("core1", contract_ref="C-1")
    made.clock.advance(days=91)
    made.bench.sweep()
    made.bench.set_device("core1", contract_ref="C-2")

    (event,) = Follower(made.bench, "umbra", after="").heard
    assert event.detail["new"] == {"contract_ref": "C-2"}


def test_a_cursor_of_another_database_is_refused(made: Rig, acme: Follower) -> None:
    number = acme.after.partition(".")[2]

    for strange in (f"0123456789abcdef.{number}", f"{acme.after}9"):
        with pytest.raises(NumberGoneError, match="put back"):
            Follower(made.bench, "acme", after=strange)


def test_a_writing_that_changes_nothing_is_no_event(
    made: Rig, acme: Follower, tmp_path: Path
) -> None:
    held = made.devices["acme/edge1"]
    file = tmp_path / "devices.csv"
    file.write_text(
        f"tenant,site,hostname,address,platform\nacme,fra1,edge1,{held.address},{held.platform}\n"
    )
    made.bench.apply_import(file)

    assert acme.told() == []
