from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.inventory.records import Device, Inherited
from netwb.views.inventory.rows import (
    Query,
    Row,
    address_of,
    chosen_rows,
    facet_counts,
    hidden_retired,
    marks,
    query_of,
    rows_of,
)
from netwb.workbench.words import Copy, DeviceCoverage, Night

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAYS = [date(2026, 11, 18) + timedelta(days=back) for back in range(3)]
NOWHERE = Inherited(value=None, source="nowhere")


def device(hostname: str = "edge1", **changes: object) -> Device:
    made = Device(
        id=f"id-{hostname}",
        tenant_id="t-acme",
        tenant="acme",
        site="fra1",
        hostname=hostname,
        address="192.0.2.1",
        port=22,
        platform="cisco_ios",
        status="active",
        role="edge",
        transport="fast",
        credential=NOWHERE,
        snmp_credential=NOWHERE,
        jump=NOWHERE,
        sysname=None,
        model=None,
        serial=None,
        os_version=None,
        uptime_s=None,
        facts_at=None,
        contract_ref=None,
        labels={},
        created_at=NIGHT,
        updated_at=NIGHT,
        host_key=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def nights(*statuses: str) -> tuple[Night, ...]:
    first = NIGHT - timedelta(days=len(statuses) - 1)
    return tuple(
        Night(first + timedelta(days=number), status)  # type: ignore[arg-type]
        for number, status in enumerate(statuses)
    )


def covered(device_id: str, *statuses: str, copy: bool = True) -> DeviceCoverage:
    last = Copy(at=NIGHT, revision="a" * 40, lines=10, size=100) if copy else None
    return DeviceCoverage(device_id=device_id, copy=last, nights=nights(*statuses))


def row(hostname: str = "edge1", **changes: object) -> Row:
    (made,) = rows_of([device(hostname, **changes)], {}, days=DAYS, zone=UTC_ZONE)
    return made


def names(rows: tuple[Row, ...]) -> list[str]:
    return [item.device.hostname for item in rows]


FLEET = (
    row("edge1", labels={"rack": "r1"}),
    row("edge2", tenant="borealis", site="osl1", platform="frr", address="192.0.2.10"),
    row("core1", role=None, address="192.0.2.9", serial="SN-77"),
    row("old1", status="retired"),
)


@pytest.mark.parametrize(
    ("statuses", "saved", "bad_for"),
    [
        (("changed", "unchanged"), "saved", 0),
        (("unchanged", "rejected"), "kept back", 1),
        (("rejected", "failed", "failed"), "failed", 3),
        ((), "not tried", 0),
    ],
)
def test_how_well_a_device_is_saved_is_told_by_its_newest_nights(
    statuses: tuple[str, ...], saved: str, bad_for: int
) -> None:
    known = {"id-edge1": covered("id-edge1", *statuses)}

    (made,) = rows_of([device()], known, days=DAYS, zone=UTC_ZONE)

    assert (made.saved, made.bad_for) == (saved, bad_for)


def test_a_device_without_any_copy_was_never_saved() -> None:
    assert row().saved == "never"
    known = {"id-edge1": covered("id-edge1", copy=False)}
    (made,) = rows_of([device()], known, days=DAYS, zone=UTC_ZONE)
    assert made.saved == "never"


def test_a_day_shows_the_best_that_it_gave() -> None:
    twice = (
        Night(NIGHT, "failed"),
        Night(NIGHT + timedelta(hours=5), "unchanged"),
        Night(NIGHT + timedelta(hours=6), "rejected"),
    )

    assert marks(twice, days=DAYS, zone=UTC_ZONE) == ("none", "none", "unchanged")


def test_a_night_belongs_to_the_day_of_the_readers_zone() -> None:
    late = (Night(datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "changed"),)

    assert marks(late, days=DAYS, zone=UTC_ZONE) == ("changed", "none", "none")
    assert marks(late, days=DAYS, zone=BERLIN) == ("none", "changed", "none")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), ["core1", "edge1", "edge2"]),
        (Query(text="EDGE"), ["edge1", "edge2"]),
        (Query(text="edge osl"), ["edge2"]),
        (Query(text="sn-77"), ["core1"]),
        (Query(text="rack=r1"), ["edge1"]),
        (Query(text="nothing"), []),
        (Query(chosen={"tenants": frozenset({"borealis"})}), ["edge2"]),
        (Query(chosen={"site": frozenset({"acme/fra1"})}), ["core1", "edge1"]),
        (Query(chosen={"role": frozenset({"no role"})}), ["core1"]),
        (Query(chosen={"label": frozenset({"rack=r1"})}), ["edge1"]),
        (Query(chosen={"platform": frozenset({"frr", "cisco_ios"})}), ["core1", "edge1", "edge2"]),
        (Query(chosen={"status": frozenset({"retired"})}), ["old1"]),
        (Query(chosen={"backup": frozenset({"saved"})}), []),
        (Query(sort="hostname"), ["core1", "edge1", "edge2"]),
        (Query(sort="-hostname"), ["edge2", "edge1", "core1"]),
        (Query(sort="address"), ["edge1", "core1", "edge2"]),
    ],
)
def test_the_query_leaves_and_orders_rows(query: Query, expected: list[str]) -> None:
    assert names(chosen_rows(FLEET, query)) == expected


def test_addresses_are_ordered_as_numbers_and_names_stand_last() -> None:
    fleet = tuple(
        row(name, address=address)
        for name, address in (("a", "host.example"), ("b", "2001:db8::1"), ("c", "192.0.2.200"))
    )

    assert names(chosen_rows(fleet, Query(sort="address"))) == ["c", "b", "a"]


def test_the_oldest_copy_comes_first_and_a_device_never_saved_before_it() -> None:
    known = {"id-b": covered("id-b", "unchanged")}
    fleet = rows_of([device("b"), device("a")], known, days=DAYS, zone=UTC_ZONE)

    assert names(chosen_rows(fleet, Query(sort="copy"))) == ["a", "b"]
    assert names(chosen_rows(fleet, Query(sort="-copy"))) == ["b", "a"]


def test_a_count_says_how_many_rows_a_choice_would_leave() -> None:
    query = Query(chosen={"tenants": frozenset({"acme"})})

    counts = facet_counts(FLEET, query)

    assert counts["tenants"] == {"acme": 2, "borealis": 1}
    assert counts["platform"] == {"cisco_ios": 2}
    assert counts["status"] == {"active": 2, "retired": 1}


def test_a_choice_that_leaves_nothing_can_still_be_taken_back() -> None:
    query = Query(text="edge2", chosen={"tenants": frozenset({"acme"})})

    assert facet_counts(FLEET, query)["tenants"] == {"borealis": 1, "acme": 0}


@pytest.mark.parametrize("facet", ["tenants", "site", "platform", "role", "label"])
def test_every_count_is_the_number_of_rows_that_the_choice_gives(facet: str) -> None:
    for value, told in facet_counts(FLEET, Query())[facet].items():
        given_ = chosen_rows(FLEET, Query(chosen={facet: frozenset({value})}))
        assert len(given_) == told, value


def test_retired_devices_are_hidden_and_counted() -> None:
    assert hidden_retired(FLEET, Query()) == 1
    assert hidden_retired(FLEET, Query(text="edge1")) == 0
    assert hidden_retired(FLEET, Query(chosen={"status": frozenset({"retired"})})) == 0


def test_toggling_a_value_twice_changes_nothing() -> None:
    once = Query().toggled("platform", "frr")

    assert once.of("platform") == {"frr"}
    assert once.toggled("platform", "frr") == Query()


@given(
    text=st.text(max_size=20),
    labels=st.frozensets(st.text(min_size=1, max_size=8), max_size=3),
    sort=st.sampled_from(["place", "-hostname", "copy"]),
)
def test_a_query_comes_back_from_its_address(text: str, labels: frozenset[str], sort: str) -> None:
    query = Query(text=text, chosen={"label": labels} if labels else {}, sort=sort)

    said = {name: value for name, value in address_of(query).items() if value}

    assert query_of(said) == query


@pytest.mark.parametrize("sort", ["", "-", "nothing", "--hostname", "__class__"])
def test_an_order_that_is_not_known_is_the_usual_one(sort: str) -> None:
    assert query_of({"sort": sort}).sort == "place"
