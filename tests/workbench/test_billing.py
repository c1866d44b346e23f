"""Bills on the facade: what each person sees, what is frozen, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from netwb.billing.sentences import part_of_month
from netwb.errors import InputError, InventoryError, NotPermittedError, StoreError, UnknownNameError
from netwb.inventory.ports.records import PortTime, SeenPort
from netwb.metrics.billing.months import parse_month
from netwb.metrics.billing.packing import pack, unpack
from netwb.metrics.billing.records import GroupBill
from netwb.metrics.records import Point, Question, SeriesKey
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import BillGroupRow, PortRow
from tests.benches import Rig, rig
from tests.metrics.billing.slow_bill import slow_bill
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


def carry(
    made: Rig, device: str, name: str, bps: int, *, since: int = OCTOBER.since, minutes: int = 0
) -> None:
    """For two hours from then on; so many minutes were counted before."""
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
                "ifHCInOctets": bps // 8 * 60 * (minutes + minute),
                "ifHCOutOctets": bps // 16 * 60 * (minutes + minute),
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


def windows(made: Rig) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme", "2026-10"))))


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


def test_a_window_in_which_a_counter_leaped_is_missing_and_changes_no_figure(made: Rig) -> None:
    grouped(made)
    whole = october(made)
    carry(made, *PORT, 8_000_000, since=OCTOBER.since + 1_800, minutes=1_000_000_000)

    bill = october(made)

    assert bill.billed is not None
    assert bill.billed.bps == 8_000_000
    assert bill.present == whole.present + 6 - 1  # half an hour more, and the window of the leap
    assert datetime(2026, 9, 30, 22, 25, tzinfo=UTC) in [one.since for one in bill.missing]


def test_the_csv_gives_the_same_figure(made: Rig) -> None:
    grouped(made)

    rows = list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme", "2026-10"))))

    rates = sorted(int(row["in bit/s"]) for row in rows if row["in bit/s"])
    assert rates[-(-95 * len(rates) // 100) - 1] == 8_000_000
    assert rows[0]["window (local)"] == "2026-10-01T00:00:00+02:00"


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
    rows = list(csv.DictReader(io.StringIO(made.bench.bill_csv("acme"))))
    assert len(rows) == bill.windows
    assert [row["state"] for row in rows].count("to come") == bill.windows - bill.due
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
        lambda: reader.include_in_bill("acme", "1"),
    ):
        with pytest.raises(NotPermittedError):
            forbidden()


def test_what_was_left_out_is_taken_back_and_a_frozen_month_stays_as_it_was(made: Rig) -> None:
    grouped(made)
    works = made.bench.exclude_from_bill(
        "acme", since="2026-09-30T22:00", until="2026-09-30T23:00", reason="works", group="transit"
    )
    made.bench.freeze_bill("acme", "2026-10")
    (frozen,) = made.bench.bill("acme", "2026-10").groups

    assert [(one.id, one.group) for one in made.bench.bill_exclusions("acme")] == [
        (works.id, "transit")
    ]
    assert made.bench.include_in_bill("acme", works.id) == works

    assert list(made.bench.bill_exclusions("acme")) == []
    assert made.bench.bill("acme", "2026-10").groups == (frozen,)
    assert (frozen.present, frozen.exclusions) == (12, (works.said,))
    made.bench.reopen_bill("acme", "2026-10", reason="works were ours")
    assert (october(made).present, october(made).exclusions) == (24, ())


def test_what_another_tenant_left_out_is_unknown(made: Rig) -> None:
    works = made.bench.exclude_from_bill("acme", since="2d", until="1d", reason="works")
    stranger = log_in(made, "boris", Role.ADMIN, ("borealis",))

    for tenant in ("acme", "borealis"):
        with pytest.raises(UnknownNameError):
            stranger.include_in_bill(tenant, works.id)
    with pytest.raises(UnknownNameError, match="billing exclusions"):
        made.bench.include_in_bill("borealis", works.id)
    assert [one.id for one in made.bench.bill_exclusions("acme")] == [works.id]


def test_each_act_is_audited(made: Rig) -> None:
    grouped(made)
    left_out = made.bench.exclude_from_bill("acme", since="2d", until="1d", reason="works")
    made.bench.include_in_bill("acme", left_out.id)
    made.bench.freeze_bill("acme", "2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="wrong")

    actions = {event.action for event in made.bench.audit_events()}

    assert {
        "port_group.add",
        "billing.exclude",
        "billing.include",
        "billing.freeze",
        "billing.reopen",
    } <= actions


def test_a_port_that_was_given_away_is_billed_to_each_for_the_own_time(made: Rig) -> None:
    """An hour and a quarter into the two hours that it carried something."""
    grouped(made)
    made.bench.set_port(*PORT, circuit_ref="CKT-1")
    made.clock.now = datetime.fromtimestamp(OCTOBER.since + 75 * 60, UTC)
    made.bench.set_port(*PORT, tenant="borealis", circuit_ref="CKT-2")
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    made.bench.add_port_group(
        "borealis", "transit", time_zone="Europe/Berlin", add_ports=[("acme/edge1", "xe-0/0/0")]
    )
    giver = log_in(made, "carla", Role.VIEWER, ("acme",))

    (before,) = giver.bill("acme", "2026-10").groups
    (after,) = made.bench.bill("borealis", "2026-10").groups

    assert before == october(made)
    assert (before.present, after.present) == (15, 9)
    handed = datetime.fromtimestamp(OCTOBER.since + 75 * 60, UTC)
    assert (before.ports[0].since, before.ports[0].until) == (None, handed)
    assert (after.ports[0].since, after.ports[0].until) == (handed, None)
    assert (before.ports[0].circuit_ref, after.ports[0].circuit_ref) == ("CKT-1", "CKT-2")


def test_each_tenants_bill_of_a_month_has_what_it_called_the_port_then(made: Rig) -> None:
    """In October it went to borealis, and on 10 November back, and got another name."""
    grouped(made)
    made.bench.set_port(*PORT, circuit_ref="CKT-1")
    made.clock.now = datetime(2026, 10, 10, tzinfo=UTC)
    made.bench.set_port(*PORT, tenant="borealis")
    made.bench.add_port_group(
        "borealis", "transit", time_zone="Europe/Berlin", add_ports=[("acme/edge1", "xe-0/0/0")]
    )

    def called(tenant: str, month: str) -> str | None:
        (group,) = made.bench.bill(tenant, month).groups
        (port,) = group.ports
        return port.circuit_ref

    assert (called("acme", "2026-10"), called("borealis", "2026-10")) == ("CKT-1", None)
    made.bench.set_port(*PORT, circuit_ref="CKT-2")
    assert (called("acme", "2026-10"), called("borealis", "2026-10")) == ("CKT-1", "CKT-2")
    made.clock.now = datetime(2026, 11, 10, tzinfo=UTC)
    made.bench.set_port(*PORT, tenant="acme", circuit_ref="CKT-3")

    for state in ("reckoned", "frozen"):
        assert (called("acme", "2026-10"), called("borealis", "2026-10")) == ("CKT-1", "CKT-2")
        assert (called("acme", "2026-11"), called("borealis", "2026-11")) == ("CKT-3", "CKT-2")
        if state == "reckoned":
            made.bench.freeze_bill("acme", "2026-10")
            made.bench.freeze_bill("borealis", "2026-10", no_data="freeze")


def test_an_assignment_is_dated_back_to_when_it_was(made: Rig) -> None:
    grouped(made)
    handed = datetime.fromtimestamp(OCTOBER.since + 75 * 60, UTC)

    made.bench.set_port(*PORT, tenant="borealis", since=handed)
    made.bench.add_port_group("borealis", "transit", time_zone="Europe/Berlin", add_ports=[PORT])

    (after,) = made.bench.bill("borealis", "2026-10").groups
    assert (october(made).present, after.present) == (15, 9)
    assert (october(made).ports[0].until, after.ports[0].since) == (handed, handed)
    event = next(one for one in made.bench.audit_events() if one.action == "port.set")
    assert event.detail == {"fields": ["tenant"], "since": handed.isoformat()}


def test_an_assignment_is_dated_neither_ahead_nor_before_the_last_nor_into_a_frozen_month(
    made: Rig,
) -> None:
    grouped(made)
    with pytest.raises(InputError, match="is not past"):
        made.bench.set_port(*PORT, tenant="borealis", since="2026-12-01")
    with pytest.raises(InputError, match="give --tenant too"):
        made.bench.set_port(*PORT, watched=True, since="2026-11-01")
    with pytest.raises(InventoryError, match="for acme already"):
        made.bench.set_port(*PORT, tenant="acme", since="2026-11-01")
    made.bench.set_port(*PORT, tenant="borealis", since="2026-11-10")
    with pytest.raises(InventoryError, match="for borealis since 2026-11-10 00:00:00 UTC"):
        made.bench.set_port(*PORT, tenant="acme", since="2026-11-09")
    made.bench.set_port(*PORT, tenant="acme", since="2026-11-10")
    made.bench.freeze_bill("acme", "2026-10")

    with pytest.raises(InputError, match="bill of acme for 2026-10 is frozen"):
        made.bench.set_port(*PORT, tenant="borealis", since="2026-10-31T12:00")


def test_an_assignment_that_counts_from_when_it_was_typed_is_dated_anew(made: Rig) -> None:
    made.bench.set_port(*PORT, tenant="borealis")
    with pytest.raises(InventoryError, match="already; to date it anew") as refused:
        made.bench.set_port(*PORT, tenant="borealis", since="2026-10-05")
    typed = str(refused.value).rpartition(" ")[2]

    made.bench.set_port(*PORT, tenant="acme", since=typed)
    assert made.bench.port(*PORT).tenant_since_at is None
    made.bench.set_port(*PORT, tenant="borealis", since="2026-10-05")

    (port,) = made.bench._parts.ports.by_id(ALL_TENANTS, [made.bench.port(*PORT).id])
    times = made.bench._parts.ports.times_of(port.tenant_id, [port])[port.id]
    assert times == (PortTime(since=datetime(2026, 10, 5, tzinfo=UTC)),)


def test_a_port_that_came_back_is_billed_for_both_times_and_in_between_to_nobody_else(
    made: Rig,
) -> None:
    grouped(made)
    for minutes, tenant in ((30, "borealis"), (60, "acme"), (90, "borealis")):
        made.clock.now = datetime.fromtimestamp(OCTOBER.since + minutes * 60, UTC)
        made.bench.set_port(*PORT, tenant=tenant)
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    bill = october(made)

    assert bill.present == 12  # of 24: the first half hour, and the third
    began = datetime.fromtimestamp(OCTOBER.since, UTC)
    assert [(one.since - began).seconds // 60 for one in bill.missing] == [30, 90]


def test_a_port_that_is_anothers_by_now_or_was_in_between_is_not_missed_on_the_bill(
    made: Rig,
) -> None:
    carry(made, "acme/edge1", "xe-0/0/1", 8_000_000)
    made.bench.add_port_group(
        "acme", "both", time_zone="Europe/Berlin", add_ports=[PORT, ("acme/edge1", "xe-0/0/1")]
    )
    for minutes, tenant in ((30, "borealis"), (62, "acme"), (90, "borealis")):
        made.clock.now = datetime.fromtimestamp(OCTOBER.since + minutes * 60, UTC)
        made.bench.set_port(*PORT, tenant=tenant)
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    bill = october(made)

    began = datetime.fromtimestamp(OCTOBER.since, UTC)
    assert bill.present == 24
    assert [(one.since - began, one.windows) for one in bill.partial] == [(timedelta(hours=1), 1)]
    port = next(one for one in bill.ports if one.name == "xe-0/0/0")
    assert port.until == began + timedelta(minutes=90)
    assert port.away == ((began + timedelta(minutes=30), began + timedelta(minutes=62)),)
    assert part_of_month(port, ZoneInfo("UTC")) == (
        "billed until 2026-09-30 23:30 UTC alone; "
        "not from 2026-09-30 22:30 UTC to 2026-09-30 23:02 UTC"
    )
    made.bench.freeze_bill("acme", "2026-10")
    assert october(made) == bill


def test_a_change_of_a_group_says_which_months_it_counts_for(made: Rig) -> None:
    grouped(made)
    assert made.bench.unfrozen_months("acme") == ("2026-10", "2026-11")
    made.bench.freeze_bill("acme", "2026-10")
    assert made.bench.unfrozen_months("acme") == ("2026-11",)
    made.clock.now = datetime(2026, 12, 20, tzinfo=UTC)
    made.bench.reopen_bill("acme", "2026-10", reason="wrong")
    assert made.bench.unfrozen_months("acme") == ("2026-10", "2026-11", "2026-12")


def test_time_between_months_of_two_zones_is_said_on_the_bill(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    assert made.bench.bill("acme", "2026-11").notes == ()

    made.bench.set_port_group("acme", "transit", time_zone="UTC")
    (none,) = made.bench.bill("acme", "2026-11").notes
    made.bench.set_port_group("acme", "transit", time_zone="Asia/Tokyo")
    (both,) = made.bench.bill("acme", "2026-11").notes

    assert none == (
        "transit: 2026-10 is frozen in Europe/Berlin, and this month is of UTC: "
        "12 windows between them are on neither bill"
    )
    assert both.endswith("96 windows between them are on both bills")
    assert made.bench.bill("acme", "2026-10").notes == ()


def test_a_month_of_another_zone_is_corrected_by_windows_that_were_kept(made: Rig) -> None:
    """Its counters are gone: what lies in both months is where it was in time."""
    carry(made, "acme/edge1", "xe-0/0/0", 16_000_000, since=OCTOBER.since + 7260, minutes=61)
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="it was another zone")
    before = {row["window (UTC)"]: row for row in windows(made)}
    made.bench._parts.metrics.close()
    (made.bench.home / "metrics.db").unlink()
    made.bench.set_port_group("acme", "transit", time_zone="UTC")

    after = windows(made)

    assert after[0]["window (UTC)"] == "2026-10-01T00:00:00Z"
    counted = [row for row in after if row["state"] == "counted"]
    assert len(counted) == 24
    for row in counted:
        assert row["in octets"] == before[row["window (UTC)"]]["in octets"]


def test_a_port_of_another_month_is_not_on_the_bill(made: Rig) -> None:
    grouped(made)
    made.clock.now = datetime(2026, 9, 20, tzinfo=UTC)
    made.bench.set_port(*PORT, tenant="borealis")
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    bill = october(made)

    assert (bill.state, bill.ports) == ("no_ports", ())


def test_a_port_that_is_renamed_and_numbered_anew_within_a_month_is_one_on_the_bill(
    made: Rig,
) -> None:
    grouped(made)
    made.clock.now = datetime.fromtimestamp(OCTOBER.since + 7200, UTC)
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(update(PortRow).values(last_seen_at=made.clock.now))
    long = SeenPort(name="xe-0/0/0", if_index=7, alias="To acme", if_type=6, speed_bps=10**9)
    short = SeenPort(name="et-0/0/0", if_index=7, alias="To acme", if_type=6, speed_bps=10**9)
    ports = made.bench._parts.ports
    ports.sighted({made.devices["acme/edge1"].id: [long]})
    ports.sighted({made.devices["acme/edge1"].id: [short]})
    carry(made, "acme/edge1", "et-0/0/0", 8_000_000, since=OCTOBER.since + 7200, minutes=120)
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    bill = october(made)

    assert [one.name for one in bill.ports] == ["et-0/0/0"]
    assert bill.present == 47, "of a window in which it got another name nobody knows"
    assert bill.billed is not None
    assert bill.billed.bps == 8_000_000


def test_a_month_can_be_corrected_when_its_counters_are_gone(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="works")
    made.bench._parts.metrics.close()
    (made.bench.home / "metrics.db").unlink()

    assert october(made).billed is not None
    made.bench.exclude_from_bill(
        "acme", since="2026-09-30T22:00", until="2026-09-30T23:00", reason="works"
    )
    made.bench.freeze_bill("acme", "2026-10")

    (new,) = made.bench.bill("acme", "2026-10", version=2).groups
    assert (new.present, new.billed and new.billed.bps) == (12, 8_000_000)


def test_what_would_be_frozen_is_looked_at_and_nothing_is_written(made: Rig) -> None:
    grouped(made)

    planned = made.bench.plan_freeze("acme", "2026-10")

    assert planned.groups == (october(made),)
    assert made.bench.bill("acme", "2026-10").versions == ()


def test_the_daemon_freezes_a_month_before_its_counters_go_and_never_what_a_person_reopened(
    made: Rig,
) -> None:
    grouped(made)
    made.clock.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert made.bench.freeze_due_bills().frozen == 0  # a person has until the second to do it

    made.clock.now = datetime(2026, 11, 3, 4, tzinfo=UTC)
    assert made.bench.freeze_due_bills().frozen == 1
    assert made.bench.freeze_due_bills().frozen == 0

    (version,) = made.bench.bill("acme", "2026-10").versions
    assert october(made).billed is not None
    made.bench.reopen_bill("acme", "2026-10", reason="works")
    assert made.bench.freeze_due_bills().frozen == 0
    assert made.bench.bill("acme", "2026-10").frozen is None
    assert version.version == 1


def test_a_month_without_counters_is_not_frozen_by_mistake_nor_by_the_daemon(made: Rig) -> None:
    made.bench.add_port_group("acme", "silent", add_ports=[("acme/edge1", "xe-0/0/1")])
    made.bench.add_port_group("acme", "empty")
    made.clock.now = datetime(2026, 11, 3, 4, tzinfo=UTC)

    assert made.bench.freeze_due_bills().frozen == 0
    with pytest.raises(InputError, match="has no counters of acme's ports in 2026-10"):
        made.bench.freeze_bill("acme", "2026-10")
    with pytest.raises(InputError, match="--without-data"):
        made.bench.plan_freeze("acme", "2026-10")

    assert made.bench.freeze_bill("acme", "2026-10", no_data="freeze").version == 1


def test_only_who_sees_all_tenants_freezes_for_all(made: Rig) -> None:
    one = log_in(made, "erik", Role.ENGINEER, ("acme",))

    with pytest.raises(NotPermittedError):
        one.freeze_due_bills()


def test_a_group_that_is_retired_is_on_frozen_bills_alone(made: Rig) -> None:
    grouped(made)
    made.bench.exclude_from_bill(
        "acme", since="2026-10-02", until="2026-10-03", reason="works", group="transit"
    )
    made.bench.freeze_bill("acme", "2026-10")

    made.bench.retire_port_group("acme", "transit")

    assert october(made).terms.group == "transit"
    assert made.bench.bill("acme", "2026-11").groups == ()
    assert list(made.bench.bill_exclusions("acme")) == []
    assert "port_group.retire" in {event.action for event in made.bench.audit_events()}


def test_a_group_that_is_renamed_finds_the_windows_that_were_kept(made: Rig) -> None:
    grouped(made)
    made.bench.add_port_group("acme", "other")
    made.bench.freeze_bill("acme", "2026-10")
    before = made.bench.bill("acme", "2026-10").groups
    with pytest.raises(InventoryError, match="is there already"):
        made.bench.rename_port_group("acme", "transit", "other")

    made.bench.rename_port_group("acme", "transit", "uplink")
    assert made.bench.bill("acme", "2026-10").groups == before
    made.bench.reopen_bill("acme", "2026-10", reason="it has another name")
    made.bench._parts.metrics.close()
    (made.bench.home / "metrics.db").unlink()

    _, anew = made.bench.bill("acme", "2026-10").groups
    assert (anew.terms.group, anew.present) == ("uplink", 24)
    assert anew.billed == next(one for one in before if one.ports).billed


def test_a_group_is_shown_with_its_ports(made: Rig) -> None:
    grouped(made)
    made.bench.set_port(*PORT, tenant="borealis")
    carla = log_in(made, "carla", Role.VIEWER, ("acme",))

    (of_all,) = made.bench.port_group("acme", "transit").ports
    (of_hers,) = carla.port_group("acme", "transit").ports

    assert (of_all.device, of_all.name, of_all.tenant) == (*PORT, "borealis")
    assert (of_hers.device, of_hers.name, of_hers.tenant) == (*PORT, "")


def test_a_port_is_in_one_group_of_its_tenant(made: Rig) -> None:
    grouped(made)
    made.bench.add_port_group("acme", "peering")

    with pytest.raises(
        InventoryError, match="in port group 'transit' already, and would be billed"
    ):
        made.bench.set_port_group("acme", "peering", add_ports=[PORT])
    with pytest.raises(InventoryError, match="billed twice"):
        made.bench.add_port_group("acme", "third", add_ports=[PORT])

    made.bench.set_port_group("acme", "transit", remove_ports=[PORT])
    with pytest.raises(InventoryError, match=r"in a port group of acme until 2026-11-20 .* twice"):
        made.bench.set_port_group("acme", "peering", add_ports=[PORT], since="2026-11-19T00:00Z")
    assert made.bench.set_port_group("acme", "peering", add_ports=[PORT]).port_ids


def test_a_port_is_on_a_bill_for_the_time_in_which_it_was_in_the_group(made: Rig) -> None:
    other = ("acme/edge1", "xe-0/0/1")
    carry(made, *PORT, 40_000_000, since=OCTOBER.since + 7200, minutes=60)
    carry(made, *other, 3_000_000)
    made.bench.add_port_group(
        "acme", "transit", time_zone="Europe/Berlin", add_ports=[PORT, other], since=minute(10)
    )
    made.bench.set_port_group("acme", "transit", remove_ports=[PORT], since=minute(90))
    made.bench.set_port_group("acme", "transit", remove_ports=[other], since=minute(60))

    bill = october(made)

    assert by_hand(made, {PORT: (10, 90), other: (10, 60)}) == figures(bill)
    assert [(one.since, one.until) for one in bill.ports] == [
        (minute(10), minute(90)),
        (minute(10), minute(60)),
    ]
    assert bill.partial == ()  # nothing is missed of one that is out
    assert part_of_month(bill.ports[1], ZoneInfo("UTC")) == (
        "billed from 2026-09-30 22:10 UTC until 2026-09-30 23:00 UTC alone"
    )


def test_a_port_that_went_and_came_back_is_away_between(made: Rig) -> None:
    grouped(made)
    made.bench.set_port_group("acme", "transit", remove_ports=[PORT], since=minute(30))
    made.bench.set_port_group("acme", "transit", add_ports=[PORT], since=minute(60))

    bill = october(made)

    assert (bill.ports[0].away, bill.present) == (((minute(30), minute(60)),), 18)
    assert [port.since for port in made.bench.port_group("acme", "transit").ports] == [
        None,
        minute(60),
    ]


def test_a_port_that_was_taken_out_by_mistake_never_went(made: Rig) -> None:
    grouped(made)
    before = october(made)
    made.bench.set_port_group("acme", "transit", remove_ports=[PORT], since=minute(30))
    assert october(made) != before

    made.bench.set_port_group("acme", "transit", add_ports=[PORT], since=minute(30))

    assert october(made) == before


def test_a_port_that_comes_counts_from_then_on_and_may_be_dated_anew(made: Rig) -> None:
    made.bench.add_port_group("acme", "transit", time_zone="Europe/Berlin")
    made.bench.set_port_group("acme", "transit", add_ports=[PORT])
    (note,) = made.bench.bill("acme", "2026-10").notes
    assert note.startswith("transit: its 1 port came into it")

    made.bench.set_port_group("acme", "transit", add_ports=[PORT], since=minute(60))
    assert october(made).present == 12

    made.bench.set_port_group("acme", "transit", add_ports=[PORT])  # is in it already
    assert october(made).present == 12


def test_a_port_of_a_new_group_counts_since_the_last_one_let_it_go(made: Rig) -> None:
    grouped(made)
    made.bench.set_port_group("acme", "transit", remove_ports=[PORT], since=minute(60))
    made.bench.add_port_group("acme", "second", time_zone="Europe/Berlin", add_ports=[PORT])

    second, transit = made.bench.bill("acme", "2026-10").groups

    assert (second.present, transit.present) == (12, 12)
    assert second.ports[0].since == transit.ports[0].until == minute(60)


def test_a_frozen_month_keeps_the_ports_that_it_had(made: Rig) -> None:
    grouped(made)
    made.bench.freeze_bill("acme", "2026-10")
    before = october(made)

    made.bench.set_port_group("acme", "transit", remove_ports=[PORT], since=minute(30))

    assert october(made) == before
    made.bench.reopen_bill("acme", "2026-10", reason="the port had gone")
    assert october(made).present == 6


def test_a_time_is_said_of_ports_and_is_past(made: Rig) -> None:
    grouped(made)

    with pytest.raises(InputError, match="since when is said of ports"):
        made.bench.set_port_group("acme", "transit", method="in", since=minute(30))
    with pytest.raises(InputError, match="is not past; leave --since out"):
        made.bench.set_port_group(
            "acme", "transit", remove_ports=[PORT], since=made.clock.now + timedelta(hours=1)
        )


def minute(number: int) -> datetime:
    """Of October."""
    return datetime.fromtimestamp(OCTOBER.since + 60 * number, UTC)


def figures(bill: GroupBill) -> tuple[int, int, dict[str, int]]:
    return bill.octets_in, bill.octets_out, {one.direction: one.bps for one in bill.percentiles}


def by_hand(
    made: Rig, inside: dict[tuple[str, str], tuple[int, int]]
) -> tuple[int, int, dict[str, int]]:
    """The same of the first three hours, where each port is there between two minutes alone."""
    both = []
    for (device, name), (first, last) in inside.items():
        key = SeriesKey(tenant="acme", device_id=made.devices[device].id, name=name)
        asked = Question(
            measurement="interface",
            fields=("ifHCInOctets", "ifHCOutOctets"),
            since=OCTOBER.since + 60 * first,
            until=OCTOBER.since + 60 * last + 1,
        )
        found = made.bench._parts.metrics.read([key], asked)[key]
        into, out = (
            dict(zip(found.at.tolist(), found.values[field].tolist(), strict=True))
            for field in asked.fields
        )
        both.append((into, out))
    slow = slow_bill(both, OCTOBER.since, OCTOBER.since + 3 * 3600, 150)
    return slow.octets_in, slow.octets_out, {way: slow.bps[way] or 0 for way in ("in", "out")}


def test_a_month_before_any_port_says_so_and_is_not_frozen(made: Rig) -> None:
    made.clock.now = datetime(2026, 11, 2, tzinfo=UTC)
    made.bench.set_port(*PORT, tenant="borealis")
    made.clock.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    made.bench.add_port_group("borealis", "transit", add_ports=[PORT])

    (note,) = made.bench.bill("borealis", "2026-10").notes

    assert note.startswith("transit: its 1 port came into it, or became borealis's, after 2026-10")
    with pytest.raises(InputError, match="no port was borealis's and in a group in 2026-10"):
        made.bench.freeze_bill("borealis", "2026-10")
    assert made.bench.bill("borealis", "2026-11").notes == ()


def test_nothing_is_frozen_in_time_of_a_tenant_that_had_no_port(made: Rig) -> None:
    made.bench.add_port_group("acme", "empty")
    made.clock.now = datetime(2026, 11, 30, tzinfo=UTC)

    assert made.bench.freeze_due_bills().frozen == 0
