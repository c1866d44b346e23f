"""Where devices' messages come from: written by people, unshared within a tenant."""

from __future__ import annotations

import pytest

from netwb.errors import FieldsRefusedError, ImportRefusedError, InventoryError
from netwb.inventory.changes import DeviceChanges
from netwb.inventory.importers.rows import Columns, ImportOptions, Source
from netwb.inventory.records import CredentialChanges
from netwb.inventory.senders import list_senders
from netwb.roles import ALL_TENANTS
from tests.inventory.ground import ANA, Ground

HEADER = "tenant,site,hostname,address,platform,syslog_source\n"


@pytest.fixture
def ground(ground: Ground) -> Ground:
    ground.tenant("acme", "fra1")
    ground.tenant("zeta", "fra1")
    ground.device("acme/edge1", syslog_source="192.0.2.7, 2001:DB8::7")
    return ground


def change(ground: Ground, ref: str, source: str | None) -> None:
    ground.devices.set(ALL_TENANTS, ref, DeviceChanges(syslog_source=source), actor=ANA)


def table(*lines: str) -> Source:
    return Source(kind="table", texts={"table": HEADER + "\n".join(lines)})


def test_a_source_is_one_or_more_addresses_or_names(ground: Ground) -> None:
    assert ground.devices.get(ALL_TENANTS, "edge1").syslog_source == "192.0.2.7, 2001:db8::7"

    change(ground, "edge1", "192.0.2.8;edge1-log  192.0.2.8")
    assert ground.devices.get(ALL_TENANTS, "edge1").syslog_source == "192.0.2.8, edge1-log"

    change(ground, "edge1", None)
    assert ground.devices.get(ALL_TENANTS, "edge1").syslog_source is None


@pytest.mark.parametrize("source", ["192.0.2.300", " ", ",", "192.0.2.0/24", "a b!", "1 " * 9])
def test_what_is_no_source_is_refused(ground: Ground, source: str) -> None:
    with pytest.raises(InventoryError, match=r"give|write"):
        change(ground, "edge1", source)


def test_no_two_devices_of_a_tenant_have_one_source(ground: Ground) -> None:
    ground.device("acme/edge2")

    with pytest.raises(InventoryError, match=r"2001:db8::7 is that of device edge1") as refused:
        change(ground, "edge2", "192.0.2.9 2001:db8::7")
    assert set(refused.value.faults) == {"syslog_source"}
    with pytest.raises(InventoryError, match=r"is that of device edge1"):
        ground.device("acme/edge3", syslog_source="192.0.2.7")
    with pytest.raises(FieldsRefusedError):
        ground.device("acme/edge3", syslog_source="192.0.2.7", site="nowhere", port=0)


def test_a_retired_device_gives_its_source_free_until_it_comes_back(ground: Ground) -> None:
    ground.devices.retire(ALL_TENANTS, "edge1", actor=ANA)
    ground.device("acme/edge2", syslog_source="192.0.2.7")

    with pytest.raises(InventoryError, match="is that of device edge2"):
        ground.devices.activate(ALL_TENANTS, "edge1", actor=ANA)


def test_of_another_tenants_source_nothing_is_said(ground: Ground) -> None:
    other = ground.device("zeta/core1", syslog_source="192.0.2.7")

    assert other.syslog_source == "192.0.2.7"


def test_an_import_reads_the_column(ground: Ground) -> None:
    ground.intake.apply(
        ALL_TENANTS,
        table("acme,fra1,edge2,192.0.2.2,cisco_ios,198.51.100.2 198.51.100.3"),
        ImportOptions(columns=Columns()),
        actor=ANA,
    )

    assert ground.devices.get(ALL_TENANTS, "edge2").syslog_source == "198.51.100.2, 198.51.100.3"


def test_an_import_names_the_cell_that_another_device_has(ground: Ground) -> None:
    source = table(
        "acme,fra1,edge2,192.0.2.2,cisco_ios,192.0.2.7",
        "acme,fra1,edge3,192.0.2.2,cisco_ios,198.51.100.3",
        "acme,fra1,edge4,192.0.2.2,cisco_ios,198.51.100.3",
        "acme,fra1,edge1,192.0.2.2,cisco_ios,192.0.2.7",
        "zeta,fra1,core1,192.0.2.2,cisco_ios,192.0.2.7",
    )

    plan = ground.intake.plan(ALL_TENANTS, source, ImportOptions(columns=Columns()))

    assert [(one.at, [f.column for f in one.faults]) for one in plan.refused] == [
        ("line 2", ["syslog_source"]),
        ("line 4", ["syslog_source"]),
    ]
    with pytest.raises(ImportRefusedError):
        ground.intake.apply(ALL_TENANTS, source, ImportOptions(columns=Columns()), actor=ANA)


def test_senders_are_the_devices_that_are_backed_up_and_whom_netwb_logs_in_as(
    ground: Ground,
) -> None:
    ground.credential("acme/lab")
    ground.credential("acme/own")
    own = CredentialChanges(username="other")
    ground.credentials.set(ALL_TENANTS, "acme/own", own)
    ground.places.set_tenant(ALL_TENANTS, "acme", {"credential": "lab"})
    ground.device("acme/edge2", credential="own", status="maintenance", sysname="E2")
    ground.device("acme/edge3", status="planned")
    ground.device("zeta/core1")
    ground.device("acme/edge4")
    ground.devices.retire(ALL_TENANTS, "edge4", actor=ANA)

    found = {f"{one.tenant}/{one.hostname}": one for one in list_senders(ground.database)}

    assert {name: one.username for name, one in found.items()} == {
        "acme/edge1": "netwb",
        "acme/edge2": "other",
        "zeta/core1": None,
    }
    assert found["acme/edge1"].source == "192.0.2.7, 2001:db8::7"
    assert (found["acme/edge2"].sysname, found["acme/edge2"].address) == ("E2", "192.0.2.1")
