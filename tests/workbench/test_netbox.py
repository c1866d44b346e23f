"""NetBox on the facade: taken over as a whole, waited for where it retires many, told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from netwb.archive.repository import writing
from netwb.errors import (
    InputError,
    InventoryError,
    NetboxError,
    NotPermittedError,
    StalePlanError,
    UnknownNameError,
)
from netwb.inventory.records import SecretSource
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import NetboxSourceRow
from tests.benches import Rig, ios, rig
from tests.inventory.netbox_server import TOKEN, Netbox, device, serving
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE

SOURCE = SecretSource(origin="env:NETBOX_TOKEN")
NAMES = tuple(f"edge{n}" for n in range(1, 6))


@pytest.fixture
def netbox() -> Iterator[Netbox]:
    with serving(*(device(n, name) for n, name in enumerate(NAMES, start=1))) as found:
        yield found


@pytest.fixture
def made(tmp_path: Path, netbox: Netbox) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        cast("dict[str, str]", made.bench._parts.environment)["NETBOX_TOKEN"] = TOKEN
        made.bench.set_netbox("acme", netbox.url, token=SOURCE)
        yield made


def told(made: Rig) -> list[tuple[str, str]]:
    found = made.bench._parts.notices.list(
        ALL_TENANTS, since=made.clock.now.replace(year=2020), kinds=["netbox.plan"]
    )
    return [(one.state, one.label) for one in found]


def names(made: Rig, tenant: str = "acme") -> set[str]:
    return {one.hostname for one in made.bench.where(tenant=tenant).devices()}


def test_a_plan_writes_nothing(made: Rig) -> None:
    found = made.bench.plan_netbox("acme")

    assert not found.waits
    assert (found.plan.count("add"), found.plan.count("update")) == (4, 1)
    assert names(made) == {"edge1"}


def test_a_synchronisation_takes_all_over_and_a_second_one_nothing(made: Rig) -> None:
    first = made.bench.sync_netbox()
    second = made.bench.sync_netbox()

    assert (first.added, first.changed, first.retired, first.bad) == (4, 1, 0, 0)
    assert (second.added, second.changed, second.renamed, second.retired) == (0, 0, 0, 0)
    assert names(made) == set(NAMES)
    assert names(made, "umbra") == {"pe1"}
    events = made.bench.audit_events(what="netbox.sync", tenant="acme")
    assert [event.detail["add"] for event in events] == [4]
    (source,) = made.bench.netboxes()
    assert source.synced_at == made.clock()


def test_a_renamed_device_keeps_its_history_and_its_next_text_is_its_own(
    made: Rig, netbox: Netbox
) -> None:
    made.back_up("acme/edge1")
    made.bench.sync_netbox()
    netbox.devices[0] = device(1, "fra-edge1")

    done = made.bench.sync_netbox()
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    report = made.bench.back_up("acme/fra-edge1", on_outcome=lambda _: None)

    assert (done.renamed, done.added, done.retired) == (1, 0, 0)
    assert [outcome.status for outcome in report.outcomes] == ["changed"]
    assert len(made.bench.history("acme/fra-edge1")) == 3


def test_a_plan_that_retires_many_waits_as_a_whole_and_is_told_once(
    made: Rig, netbox: Netbox
) -> None:
    made.bench.sync_netbox()
    netbox.devices = [device(1, "edge1", serial="new"), device(9, "edge9")]

    done = [made.bench.sync_netbox() for _ in range(3)]

    assert [one.waiting for one in done] == [("acme",)] * 3
    assert (done[0].added, done[0].changed, done[0].retired) == (0, 0, 0)
    assert names(made) == set(NAMES)
    assert told(made) == [("wrong", "acme")]
    (source,) = made.bench.netboxes()
    assert source.waiting == made.bench.plan_netbox("acme").plan.id
    assert "would retire 4 of 5 devices of acme" in source.waiting_says


def test_a_person_takes_the_plan_that_waits(made: Rig, netbox: Netbox) -> None:
    made.bench.sync_netbox()
    netbox.devices = [device(1, "edge1"), device(9, "edge9")]
    made.bench.sync_netbox()
    (source,) = made.bench.netboxes()

    done = made.bench.accept_netbox("acme", source.waiting)

    assert (done.added, done.retired, done.waiting) == (1, 4, ())
    assert names(made) == {"edge1", "edge9"}
    assert told(made) == [("wrong", "acme"), ("recovered", "acme")]
    (source,) = made.bench.netboxes()
    assert (source.waiting, source.waiting_says) == ("", "")


def test_a_plan_that_changed_meanwhile_is_not_taken(made: Rig, netbox: Netbox) -> None:
    made.bench.sync_netbox()
    netbox.devices = [device(1, "edge1")]
    seen = made.bench.plan_netbox("acme").plan.id
    netbox.devices = []

    with pytest.raises(StalePlanError, match=f"plan '{seen}' is not what NetBox"):
        made.bench.accept_netbox("acme", seen)

    assert names(made) == set(NAMES)


def test_an_empty_answer_retires_nothing_by_itself(made: Rig, netbox: Netbox) -> None:
    made.bench.sync_netbox()
    netbox.devices = []

    assert made.bench.sync_netbox().waiting == ("acme",)
    assert names(made) == set(NAMES)


def test_a_netbox_that_is_down_stops_no_other_tenants(made: Rig, netbox: Netbox) -> None:
    with serving() as gone:
        pass
    made.bench.set_netbox("umbra", netbox.url, token=SOURCE, filters=[("tenant", "acme")])
    made.bench.set_netbox("acme", gone.url, token=SOURCE)

    with pytest.raises(NetboxError, match=r"1 tenants was not taken over: acme: .*reached"):
        made.bench.sync_netbox()

    assert names(made) == {"edge1"}
    assert names(made, "umbra") == {"pe1", *NAMES}


def test_certificates_that_are_not_there_stop_no_tenant_that_needs_none(
    tmp_path: Path, netbox: Netbox
) -> None:
    settings = {"NETWB_NETBOX__CA_FILE": str(tmp_path / "ca.pem"), "NETBOX_TOKEN": TOKEN}
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}, settings=settings) as made:
        made.bench.set_netbox("umbra", netbox.url, token=SOURCE, filters=[("tenant", "acme")])
        made.bench.set_netbox("acme", netbox.url.replace("http:", "https:"), token=SOURCE)

        with pytest.raises(NetboxError, match=r"acme: setting netbox\.ca_file .* no certificates"):
            made.bench.sync_netbox()

        assert names(made, "umbra") == {"pe1", *NAMES}


def test_a_repository_that_is_written_stops_no_other_tenants(
    tmp_path: Path, netbox: Netbox
) -> None:
    busy = {"NETWB_ARCHIVE__LOCK_TIMEOUT_S": "0.1", "NETBOX_TOKEN": TOKEN}
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}, settings=busy) as made:
        made.back_up("acme/edge1")
        for tenant in ("acme", "umbra"):
            made.bench.set_netbox(tenant, netbox.url, token=SOURCE, filters=[("tenant", "acme")])
        made.bench.where(tenant="acme").sync_netbox()
        netbox.devices[0] = device(1, "fra-edge1")

        with (
            writing(made.bench.home / "archive" / "acme.git", timeout_s=0),
            pytest.raises(NetboxError, match=r"1 tenants was not taken over: acme: .*is being"),
        ):
            made.bench.sync_netbox()

        assert "fra-edge1" in names(made, "umbra")


def test_at_another_url_ids_are_forgotten_and_names_count(made: Rig) -> None:
    made.bench.sync_netbox()
    with serving(device(3, "edge1"), device(1, "edge2")) as other:
        made.bench.set_netbox("acme", other.url, token=SOURCE)

        done = made.bench.sync_netbox()

    assert (done.renamed, done.retired, done.added) == (0, 0, 0)
    assert names(made) == set(NAMES)


def test_without_a_netbox_devices_stay(made: Rig) -> None:
    made.bench.sync_netbox()
    made.bench.unset_netbox("acme")

    assert len(made.bench.netboxes()) == 0
    assert made.bench.sync_netbox().tenants == 0
    assert names(made) == set(NAMES)
    with pytest.raises(UnknownNameError, match="has no NetBox"):
        made.bench.plan_netbox("acme")


def test_the_token_is_kept_sealed_or_as_a_reference_that_is_read_at_each_use(made: Rig) -> None:
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        row = session.scalars(select(NetboxSourceRow)).one()
        assert row.token_sealed is not None
        assert TOKEN.encode() not in row.token_sealed
        assert row.token_reference is None
    assert [source.token for source in made.bench.netboxes()] == ["sealed"]

    url = made.bench.netboxes()[0].url
    made.bench.set_netbox("acme", url, token=replace(SOURCE, keep="reference"))
    assert [source.token for source in made.bench.netboxes()] == ["env:NETBOX_TOKEN"]
    assert made.bench.sync_netbox().added == 4


def test_what_cannot_be_set_is_refused(made: Rig) -> None:
    with pytest.raises(InputError, match="not encrypted"):
        made.bench.set_netbox("acme", "http://netbox.example.net", token=SOURCE)
    with pytest.raises(InventoryError, match="token: environment variable NOPE is not set"):
        made.bench.set_netbox(
            "acme", "https://netbox.example.net", token=SecretSource(origin="env:NOPE")
        )
    with pytest.raises(InventoryError, match="token is never taken from an argument"):
        made.bench.set_netbox(
            "acme", "https://netbox.example.net", token=SecretSource(origin="0123secret")
        )


def test_who_may_what(made: Rig) -> None:
    add(made, "eng", Role.ENGINEER, "umbra")
    add(made, "ops", Role.OPERATOR)
    engineer, operator = logged_in(made, "eng"), logged_in(made, "ops")

    with pytest.raises(NotPermittedError, match=r"system\.manage"):
        engineer.set_netbox("umbra", "https://netbox.example.net", token=SOURCE)
    assert len(engineer.netboxes()) == 0
    assert engineer.sync_netbox().tenants == 0
    with pytest.raises(UnknownNameError):
        engineer.plan_netbox("acme")
    for act in (operator.netboxes, operator.sync_netbox):
        with pytest.raises(NotPermittedError, match=r"inventory\.edit"):
            act()
