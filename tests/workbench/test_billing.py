"""Bills on the facade: what each person sees, what is frozen, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from netwb.errors import InputError, InventoryError, NotPermittedError, StoreError, UnknownNameError
from netwb.inventory.ports.records import SeenPort
from netwb.metrics.billing.months import parse_month
from netwb.metrics.billing.packing import pack, unpack
from netwb.metrics.billing.records import GroupBill
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import BillGroupRow
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE
OCTOBER = parse_month("2026-10", "Europe/Berlin")
PORT = ("acme/edge1", "xe-0/0/0")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """On 20 November: acme's port carried 8 Mbit/s in October's first two hours, out half of it."""
    with rig(tmp_path, {"acme": ("edge1",), "borealis": ("pe1",)}) as one:
        see(one, "acme/edge1", "xe-0/0/0", "xe-0/0/1")
        see(one, "borealis/pe1", "ge-1")
        carry(one, "acme/edge1", "xe-0/0/0", 8_000_000)
        yield one


def see(made: Rig, device: str, *names: str) -> None:
    ports = [
        SeenPort(name=name, if_index=place, alias="", if_type=6, speed_bps=10**9)
        for place, name in enumerate(names, start=1)
    ]
    made.bench._parts.ports.sighted({made.devices[device].id: ports})


def carry(made: Rig, device: str, name: str, bps: int, *, since: int = OCTOBER.since) -> None:
    tenant, hostname = device.split("/")
    key = SeriesKey(tenant=tenant, device_id=made.devices[device].id, name=name)
    made.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device=hostname,
            at=since + 60 * minute,
            values={
                "ifHCInOctets": bps // 8 * 60 * minute,
                "ifHCOutOctets": bps // 16 * 60 * minute,
            },
        )
        for minute in range(121)
    )


def grouped(made: Rig) -> None:
    made.bench.add_port_group(
        "acme",
        "transit",
        commit_bps="5M",
        time_zone="Europe/Berlin",
        add_ports=[PORT],
    )


def october(made: Rig) -> GroupBill:
    (group,) = made.bench.bill("acme", "2026-10").groups
    return group


def test_a_bill_has_its_figure_and_how_it_was_found(made: Rig) -> None:
    grouped(made)

    bill = october(made)

    assert bill.state == "reckoned"
    assert bill.billed is not None
    assert (bill.billed.direction, bill.billed.bps) == ("in", 8_000_000)
    assert (bill.billed.rank, bill.billed.windows) == (23, 24)
    assert bill.overage_bps == 3_000_000
    assert (bill.windows, bill.due, bill.present) == (8940, 8940, 24)
    assert bill.missing[0].since == datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
    assert bill.ports[0].device == "acme/edge1"


def test_the_csv_gives_the_same_figure(made: Rig) -> None:
    grouped(made)

    rows = list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme", "2026-10"))))

    rates = sorted(int(row["in bit/s"]) for row in rows if row["in bit/s"])
    assert rates[-(-95 * len(rates) // 100) - 1] == 8_000_000
    assert rows[0]["window (local)"] == "2026-10-01T00:00:00+0200"


def test_a_group_without_ports_and_one_without_data_say_so(made: Rig) -> None:
    made.bench.add_port_group("acme", "empty")
    made.bench.add_port_group("acme", "silent", add_ports=[("acme/edge1", "xe-0/0/1")])

    states = {one.terms.group: one.state for one in made.bench.bill("acme", "2026-10").groups}

    assert states == {"empty": "no_ports", "silent": "no_data"}


def test_a_frozen_month_stays_as_it_was(made: Rig) -> None:
    grouped(made)
    before = october(made)

    made.bench.freeze_bill("acme", "2026-10")
    made.bench.set_port_group("acme", "transit", method="out", commit_bps=None)
    carry(made, "acme/edge1", "xe-0/0/0", 80_000_000)

    bill = made.bench.bill("acme", "2026-10")
    assert bill.frozen is not None
    assert bill.frozen.version == 1
    assert bill.groups == (before,)
    rows = list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme", "2026-10"))))
    assert max(int(row["in bit/s"]) for row in rows if row["in bit/s"]) == 8_000_000


def test_a_correction_is_a_version_beside_the_old_one(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="works were not left out")
    assert made.bench.bill("acme", "2026-10").frozen is None

    made.bench.exclude_from_bill(
        "acme", since="2026-09-30T22:00", until="2026-09-30T23:00", reason="works", group="transit"
    )
    second = made.bench.freeze_bill("acme", "2026-10")

    assert second.version == 2
    old, new = (made.bench.bill("acme", "2026-10", version=one).groups[0] for one in (1, 2))
    assert (old.present, new.present) == (24, 12)
    assert old.digest != new.digest
    assert new.exclusions[0].reason == "works"
    first = made.bench.bill("acme", "2026-10").versions[0]
    assert first.reason == "works were not left out"


def test_what_was_frozen_cannot_be_altered_unseen(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    database = made.bench._parts.database
    with database.writing(ALL_TENANTS) as session:
        row = session.query(BillGroupRow).one()
        assert row.windows is not None
        volumes = unpack(row.windows)
        volumes.received[0, 0] += 1
        session.execute(update(BillGroupRow).values(windows=pack(volumes)))

    with pytest.raises(StoreError, match="digest differs"):
        made.bench.bill_csv("acme", "2026-10")


def test_windows_are_kept_for_26_months_and_figures_for_good(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")

    assert made.bench.sweep().bill_windows == 0
    made.clock.advance(days=27 * 31)
    assert made.bench.plan_sweep().bill_windows == 1
    assert made.bench.sweep().bill_windows == 1
    assert made.bench.sweep().bill_windows == 0

    assert october(made).present == 24
    with pytest.raises(InputError, match="past their time"):
        made.bench.bill_csv("acme", "2026-10")


def test_a_month_that_is_not_over_is_reckoned_and_not_frozen(made: Rig) -> None:
    grouped(made)

    (bill,) = made.bench.bill("acme").groups

    assert not bill.is_over
    with pytest.raises(InputError, match="2026-11 is not over"):
        made.bench.freeze_bill("acme", "2026-11")


@pytest.mark.parametrize(
    ("month", "words"), [("2026-12", "has not begun"), ("2026-13", "is no month")]
)
def test_a_month_that_cannot_be_billed_is_said(made: Rig, month: str, words: str) -> None:
    grouped(made)

    with pytest.raises(InputError, match=words):
        made.bench.bill("acme", month)


def test_what_cannot_be_done_is_said(made: Rig) -> None:
    grouped(made)

    with pytest.raises(InputError, match="has no port group"):
        made.bench.freeze_bill("borealis", "2026-10")
    with pytest.raises(InputError, match="nothing to reopen"):
        made.bench.reopen_bill("acme", "2026-10", reason="why not")
    with pytest.raises(InputError, match="swap the two times"):
        made.bench.exclude_from_bill("acme", since="1d", until="2d", reason="works")
    with pytest.raises(InventoryError, match="reason"):
        made.bench.exclude_from_bill("acme", since="2d", until="1d", reason=" ")
    with pytest.raises(InputError, match="no version 3"):
        made.bench.bill("acme", "2026-10", version=3)
    with pytest.raises(InventoryError, match="there already"):
        grouped(made)
    with pytest.raises(InputError, match="method 'median' is unknown"):
        made.bench.set_port_group("acme", "transit", method="median")
    with pytest.raises(InventoryError, match="speed"):
        made.bench.set_port_group("acme", "transit", commit_bps="much")
    with pytest.raises(InputError, match="no time zone"):
        made.bench.set_port_group("acme", "transit", time_zone="Mars/Olympus")
    with pytest.raises(UnknownNameError):
        made.bench.set_port_group("acme", "peering", method="in")
    made.bench.freeze_bill("acme", "2026-10")
    with pytest.raises(InputError, match="is frozen"):
        made.bench.freeze_bill("acme", "2026-10")


def test_a_group_takes_ports_of_its_own_tenant_alone(made: Rig) -> None:
    with pytest.raises(InventoryError, match="is for borealis"):
        made.bench.add_port_group("acme", "mixed", add_ports=[("borealis/pe1", "ge-1")])


def test_ports_come_and_go(made: Rig) -> None:
    grouped(made)

    two = made.bench.set_port_group("acme", "transit", add_ports=[("acme/edge1", "xe-0/0/1"), PORT])
    one = made.bench.set_port_group("acme", "transit", remove_ports=[PORT])

    assert (len(two.port_ids), len(one.port_ids)) == (2, 1)


def test_a_customer_is_billed_for_a_port_on_the_providers_device_and_from_when_it_is_his(
    made: Rig,
) -> None:
    made.clock.now = datetime(2026, 9, 30, 23, 0, tzinfo=UTC)  # an hour into Berlin's October
    made.bench.set_port("borealis/pe1", "ge-1", tenant="acme")
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    carry(made, "borealis/pe1", "ge-1", 16_000_000)
    made.bench.add_port_group(
        "acme", "leased", time_zone="Europe/Berlin", add_ports=[("borealis/pe1", "ge-1")]
    )
    customer = log_in(made, "carla", Role.VIEWER, ("acme",))

    by_provider, by_customer = (one.bill("acme", "2026-10") for one in (made.bench, customer))

    assert by_provider.groups == by_customer.groups
    assert by_provider.groups[0].present == 12
    assert by_provider.groups[0].ports[0].device == "borealis/pe1"


def test_another_tenants_bill_is_unknown(made: Rig) -> None:
    grouped(made)
    stranger = log_in(made, "boris", Role.ADMIN, ("borealis",))

    assert len(stranger.port_groups()) == 0
    with pytest.raises(UnknownNameError):
        stranger.bill("acme", "2026-10")
    with pytest.raises(UnknownNameError):
        stranger.freeze_bill("acme", "2026-10")


def test_who_may_read_may_not_write(made: Rig) -> None:
    grouped(made)
    reader = log_in(made, "rita", Role.VIEWER, ("acme",))

    assert len(reader.bill("acme", "2026-10").groups) == 1
    for forbidden in (
        lambda: reader.freeze_bill("acme", "2026-10"),
        lambda: reader.reopen_bill("acme", "2026-10", reason="x"),
        lambda: reader.add_port_group("acme", "mine"),
        lambda: reader.exclude_from_bill("acme", since="2d", until="1d", reason="x"),
    ):
        with pytest.raises(NotPermittedError):
            forbidden()


def test_each_act_is_audited(made: Rig) -> None:
    grouped(made)
    made.bench.exclude_from_bill("acme", since="2d", until="1d", reason="works")
    made.bench.freeze_bill("acme", "2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="wrong")

    actions = {event.action for event in made.bench.audit_events()}

    assert {
        "port_group.add",
        "billing.exclude",
        "billing.freeze",
        "billing.reopen",
    } <= actions
