"""The inventory on the facade: who may, what is audited, and that configurations follow devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netwb.access.principals import Fixed
from netwb.errors import HostKeyChangedError, NotPermittedError, UnknownDeviceError
from netwb.inventory.fields import fingerprint
from netwb.inventory.importers.rows import ImportOptions
from netwb.inventory.records import CredentialChanges, NewCredential, NewDevice, Where
from netwb.roles import ALL_TENANTS, Actor, Role, Scope
from netwb.workbench import Workbench
from tests.benches import Rig, a_night, rig
from tests.inventory.ground import NEW_KEY, OLD_KEY
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    """Two tenants, each device backed up once."""
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge9",)}, past=a_night) as made:
        yield made


def acting(home: Rig, role: Role, scope: Scope = ALL_TENANTS) -> Workbench:
    actor = Actor(name="eve", role=role, scope=scope)
    return Workbench(home.bench._parts, Fixed(actor), Where())


def audited(home: Rig) -> list[tuple[str, str, dict[str, object]]]:
    """Newest first, without what the rig did itself, and without denials."""
    found = home.bench.audit_events(limit=8)
    done = [event for event in found if not event.action.startswith("denied.")]
    return [(event.action, event.target, dict(event.detail)) for event in done[:5]]


NEW = NewDevice(
    tenant="acme", site="fra1", hostname="edge3", address="192.0.2.3", platform="cisco_ios"
)
EDITS: dict[str, Callable[[Workbench], object]] = {
    "add_tenant": lambda wb: wb.add_tenant("newco", name="New Co"),
    "set_tenant": lambda wb: wb.set_tenant("acme", name="x"),
    "retire_tenant": lambda wb: wb.retire_tenant("acme"),
    "activate_tenant": lambda wb: wb.activate_tenant("acme"),
    "add_site": lambda wb: wb.add_site("acme/par1"),
    "set_site": lambda wb: wb.set_site("acme/fra1", name="x"),
    "retire_site": lambda wb: wb.retire_site("acme/fra1"),
    "activate_site": lambda wb: wb.activate_site("acme/fra1"),
    "add_device": lambda wb: wb.add_device(NEW),
    "set_device": lambda wb: wb.set_device("edge1", role="pe"),
    "rename_device": lambda wb: wb.rename_device("edge1", "x"),
    "replace_device": lambda wb: wb.replace_device("edge1"),
    "retire_device": lambda wb: wb.retire_device("edge1"),
    "activate_device": lambda wb: wb.activate_device("edge1"),
    "trust_device": lambda wb: wb.trust_device("edge1", OLD_KEY),
    "device_events": lambda wb: wb.device_events("edge1"),
    "plan_import": lambda wb: wb.plan_import("x.csv"),
    "apply_import": lambda wb: wb.apply_import("x.csv"),
    "credentials": lambda wb: wb.credentials(),
    "credential": lambda wb: wb.credential("acme/lab"),
    "add_credential": lambda wb: wb.add_credential(
        NewCredential(tenant="acme", name="x", username="u")
    ),
    "set_credential": lambda wb: wb.set_credential("acme/lab", CredentialChanges(username="u")),
    "settle_credential": lambda wb: wb.settle_credential("acme/lab"),
    "retire_credential": lambda wb: wb.retire_credential("acme/lab"),
    "credential_users": lambda wb: wb.credential_users("acme/lab"),
}


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER, Role.OPERATOR])
def test_only_those_who_may_edit_edit(home: Rig, role: Role) -> None:
    workbench = acting(home, role)
    before = (*home.bench.tenants(), *home.bench.sites(), *home.bench.devices(), *audited(home))

    for edit in EDITS.values():
        with pytest.raises(NotPermittedError, match=rf"eve \({role}\) lacks inventory.edit"):
            edit(workbench)

    denials = [e.action for e in home.bench.audit_events(limit=3)]
    assert denials.count("denied.inventory.edit") == 1  # the first; repeats are counted
    assert before == (
        *home.bench.tenants(),
        *home.bench.sites(),
        *home.bench.devices(),
        *audited(home),
    )


def test_an_actor_without_a_role_sees_nothing(home: Rig) -> None:
    nobody = Workbench(
        home.bench._parts,
        Fixed(Actor(name="nobody", role=None, scope=ALL_TENANTS)),
        Where(),
    )

    for look in (nobody.tenants, nobody.sites, nobody.devices):
        with pytest.raises(NotPermittedError):
            look()


def test_addresses_are_for_those_who_operate(home: Rig) -> None:
    home.bench.set_site("acme/fra1", jump="ana@192.0.2.9")

    viewer, operator = acting(home, Role.VIEWER), acting(home, Role.OPERATOR)

    assert {device.address for device in viewer.devices()} == {""}
    assert viewer.device("edge1").address == ""
    assert viewer.device("edge1").jump.value is None
    assert viewer.site("acme/fra1").jump is None
    assert "192.0.2.9" not in repr([*viewer.devices(), *viewer.sites(), *viewer.tenants()])
    assert operator.device("edge1").address != ""
    assert operator.site("acme/fra1").jump == "ana@192.0.2.9"


def test_a_scoped_actor_works_on_its_own_and_on_nothing_else(home: Rig) -> None:
    acme = home.bench.tenant("acme")
    engineer = acting(home, Role.ENGINEER, Scope(frozenset({acme.id})))

    assert [t.slug for t in engineer.tenants()] == ["acme"]
    assert {d.tenant for d in engineer.devices()} == {"acme"}
    engineer.set_device("edge1", role="pe")
    for edit in (
        lambda: engineer.set_device("umbra/edge9", role="pe"),
        lambda: engineer.rename_device("edge9", "x"),
        lambda: engineer.device(home.devices["umbra/edge9"].id),
    ):
        with pytest.raises(UnknownDeviceError):
            edit()


def test_the_audit_tells_which_fields_changed_and_no_value(home: Rig) -> None:
    home.bench.set_device("edge1", role="pe", serial="S9")
    home.bench.set_device("edge1", role="pe")  # nothing changes, nothing is audited
    home.bench.set_credential("acme/lab", CredentialChanges(username="netwb2"))

    assert audited(home)[:2] == [
        ("credential.set", "acme/lab", {"kinds": [], "previous": "drop", "without": []}),
        ("device.set", "acme/edge1", {"fields": ["role", "serial"]}),
    ]


def test_history_follows_a_renamed_and_a_moved_device(home: Rig) -> None:
    before = list(home.bench.history("edge1"))
    text = home.bench.show("edge1")
    home.bench.add_site("acme/ams1")

    home.bench.rename_device("edge1", "core1")
    home.bench.set_device("core1", site="ams1")

    assert home.bench.show("core1") == text
    assert [r.id for r in home.bench.history("core1")][-len(before) :] == [r.id for r in before]
    with pytest.raises(UnknownDeviceError):
        home.bench.history("edge1")


def test_a_renamed_device_is_backed_up_though_it_calls_itself_as_before(home: Rig) -> None:
    home.back_up("edge1")

    renamed = home.bench.rename_device("acme/edge1", "core1")
    report = home.back_up("core1")

    assert (renamed.hostname, renamed.sysname) == ("core1", "edge1")
    assert [outcome.status for outcome in report.outcomes] == ["unchanged"]
    assert home.bench.rename_device("core1", "edge1").sysname is None  # no longer another name


def test_a_rename_keeps_what_a_person_says_that_the_device_calls_itself(home: Rig) -> None:
    home.back_up("edge1")
    home.bench.set_device("edge1", sysname="EDGE1")

    assert home.bench.rename_device("acme/edge1", "core1").sysname == "EDGE1"


def test_a_name_that_no_text_ever_proved_is_not_kept_at_a_rename(home: Rig) -> None:
    device = NewDevice(
        tenant="acme", site="fra1", hostname="tpyo1", address="127.0.0.1", platform="cisco_ios"
    )
    home.bench.add_device(device)

    assert home.bench.rename_device("tpyo1", "typo1").sysname is None


def test_a_retired_device_keeps_its_history_beside_its_successors(home: Rig) -> None:
    retired = home.bench.device("edge1")
    text = home.bench.show("edge1")

    home.bench.retire_device("edge1")
    successor = home.bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="edge1",
            address="192.0.2.3",
            platform="cisco_ios",
        )
    )

    assert home.bench.show(retired.id) == text
    assert list(home.bench.history(successor.id)) == []
    assert retired.id not in {device.id for device in home.bench.plan_backup()}


def test_a_retired_device_comes_back_with_its_history(home: Rig) -> None:
    text = home.bench.show("edge1")

    home.bench.retire_device("edge1")
    home.bench.activate_device("edge1")

    assert home.bench.show("edge1") == text
    assert home.back_up("edge1").outcomes[0].status == "unchanged"


def test_the_key_that_stopped_a_backup_is_the_one_to_trust(home: Rig) -> None:
    device = home.bench.trust_device("edge1", OLD_KEY)
    home.clock.advance(days=1)
    refused = HostKeyChangedError("edge1 shows another key", shown=NEW_KEY, device_id=device.id)
    home.answer("acme/edge1", refused)

    assert home.back_up("edge1").outcomes[0].status == "failed"
    assert home.bench.trust_device("edge1").host_key == fingerprint(NEW_KEY)


def test_a_jump_hosts_changed_key_is_not_taken_for_the_devices(home: Rig) -> None:
    home.bench.trust_device("edge1", OLD_KEY)
    home.answer("acme/edge1", HostKeyChangedError("jump host shows another", shown=NEW_KEY))

    home.back_up("edge1")

    assert home.bench.trust_device("edge1").host_key is None  # the next login decides


def test_an_import_moves_and_retires_configurations_too(home: Rig, tmp_path: Path) -> None:
    texts = {name: home.bench.show(name) for name in ("edge1", "edge2")}
    file = tmp_path / "devices.csv"
    file.write_text(
        "tenant,site,hostname,address,platform,status\n"
        "acme,ams1,edge1,192.0.2.1,cisco_ios,\n"
        "acme,fra1,edge2,192.0.2.2,cisco_ios,retired\n"
    )

    done = home.bench.apply_import(file, ImportOptions(missing="create"))

    assert [item.action for item in done.devices] == ["update", "retire"]
    assert home.bench.show("edge1") == texts["edge1"]
    assert home.bench.show("edge2") == texts["edge2"]  # found by its name while nobody took it
    assert audited(home)[0] == ("device.import", "acme", {"add": 0, "update": 1, "retire": 1})


def test_records_are_frames(home: Rig) -> None:
    frame = home.bench.devices().frame()

    assert list(frame["hostname"]) == ["edge1", "edge2", "edge9"]
    assert set(frame["credential"]) == {"lab"}
