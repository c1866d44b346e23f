from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.inventory.ports.text import LONGEST_ALIAS, LONGEST_NAME
from netwb.metrics.poller.columns import COLUMNS
from netwb.metrics.poller.table import Columns, Table, table_of
from netwb.metrics.records import INTERFACE_FIELDS
from tests.metrics.poller.ground import target_at

AT = 1_795_900_000
TARGET = target_at("192.0.2.1", 161)
TWO: Columns = {
    "ifName": {1: b"ge-0/0/0", 2: b"ge-0/0/1"},
    "ifHCInOctets": {1: 10, 2: 2**64 - 1},
    "ifHCOutOctets": {1: 30, 2: 40},
    "ifOperStatus": {1: 1, 2: 2},
    "ifHighSpeed": {1: 1000, 2: 0},
    "ifType": {1: 6, 2: 6},
    "ifAlias": {1: b"cust A", 2: b""},
}


def table(**columns: object) -> Table:
    """Of the two ports, with other columns in the place of some."""
    given_ = {**TWO, **columns}
    return table_of(TARGET, {n: c for n, c in given_.items() if c is not None}, AT)  # type: ignore[misc]


def names(found: Table) -> list[str]:
    return [point.key.name for point in found.points]


def test_each_port_has_one_point_under_the_contracts_names() -> None:
    found = table()

    first = found.points[0]
    assert (first.measurement, first.at, first.site, first.device) == (
        "interface",
        AT,
        "fra1",
        "edge1",
    )
    assert (first.key.tenant, first.key.device_id, first.key.name) == (
        "acme",
        "id-edge1",
        "ge-0/0/0",
    )
    assert dict(first.values) == {
        "ifHCInOctets": 10,
        "ifHCOutOctets": 30,
        "ifOperStatus": 1,
        "ifHighSpeed": 1000,
    }
    assert found.points[1].values["ifHCInOctets"] == 2**64 - 1
    assert [(p.name, p.if_index, p.alias, p.if_type, p.speed_bps) for p in found.ports] == [
        ("ge-0/0/0", 1, "cust A", 6, 1_000_000_000),
        ("ge-0/0/1", 2, "", 6, 0),
    ]
    assert found.notes == found.missing == ()


def test_every_field_of_the_contract_is_asked_for() -> None:
    assert set(INTERFACE_FIELDS) < COLUMNS.keys()


def test_two_interfaces_of_one_name_are_both_left_out_and_said() -> None:
    found = table(
        ifName={1: b"eth0", 2: b"eth0", 3: b"eth1"},
        ifHCInOctets={1: 1, 2: 2, 3: 3},
        ifHCOutOctets={1: 1, 2: 2, 3: 3},
        ifOperStatus={1: 1, 2: 1, 3: 1},
    )

    assert names(found) == ["eth1"]
    assert [port.name for port in found.ports] == ["eth1"]
    assert "more than one interface is called 'eth0'" in found.notes[0]


@pytest.mark.parametrize("nameless", [b"", b"\x00\x00", b"  ", None, 7], ids=str)
def test_an_interface_without_a_name_is_left_out_and_said(nameless: object) -> None:
    found = table(ifName={1: b"ge-0/0/0", 2: nameless})

    assert names(found) == ["ge-0/0/0"]
    assert found.notes == ("1 of 2 interfaces have no ifName, and none of these is read",)


def test_interfaces_of_the_old_table_alone_are_counted_as_nameless() -> None:
    found = table(ifOperStatus={1: 1, 2: 2, 3: 1})

    assert found.notes == ("1 of 3 interfaces have no ifName, and none of these is read",)


def test_a_device_that_shows_no_interface_at_all_says_what_to_widen() -> None:
    empty: dict[str, object] = {name: {} for name in COLUMNS}

    assert table(**empty).notes == (
        "no interface can be read; widen the agent's view to ifTable and ifXTable of IF-MIB",
    )


def test_a_device_without_counters_of_64_bits_has_no_octets_and_says_so() -> None:
    found = table(ifHCInOctets={}, ifHCOutOctets={})

    assert [dict(point.values) for point in found.points] == [
        {"ifOperStatus": 1, "ifHighSpeed": 1000},
        {"ifOperStatus": 2, "ifHighSpeed": 0},
    ]
    assert "no counters of 64 bits" in found.notes[0]
    assert found.missing == ()


def test_a_port_without_counters_of_64_bits_beside_others_is_named() -> None:
    found = table(ifHCInOctets={1: 10}, ifHCOutOctets={1: 30})

    (note,) = found.notes
    assert note == (
        "no counters of 64 bits (ifHCInOctets) have 'ge-0/0/1': their traffic is not measured"
    )
    assert found.missing == ()


def test_half_a_table_is_said() -> None:
    found = table(ifHCOutOctets={1: 30})

    assert found.missing == ("ifHCOutOctets of 1 of 2 ports did not come",)
    assert dict(found.points[1].values) == {
        "ifHCInOctets": 2**64 - 1,
        "ifOperStatus": 2,
        "ifHighSpeed": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [b"10", "10", -1, 2**64, None, 1.5],
    ids=["bytes", "text", "negative", "huge", "none", "real"],
)
def test_what_is_no_counter_is_no_answer(wrong: object) -> None:
    found = table(ifHCInOctets={1: wrong, 2: 20})

    assert "ifHCInOctets" not in found.points[0].values
    assert found.points[1].values["ifHCInOctets"] == 20


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b'Ge"0\\/1', 'Ge"0\\/1'),
        (b"eth0\neth1", "eth0?eth1"),
        (b"a\x00b", "a?b"),
        (b"eth0\x00", "eth0"),
        ("Küche".encode(), "Küche"),
        ("Küche".encode("latin-1"), "4bfc636865"),
        ("eth\u202e0".encode(), "eth?0"),
        (b"x" * 4096, "x" * LONGEST_NAME),
    ],
    ids=["quotes", "newline", "nul", "nul-at-end", "utf-8", "high-bytes", "rtl", "4-kb"],
)
def test_a_hostile_name_becomes_one_line_that_shows_what_it_is(said: bytes, name: str) -> None:
    found = table(ifName={1: said, 2: b"other"})

    assert found.ports[0].name == found.points[0].key.name == name


def test_names_that_are_alike_once_they_can_be_kept_are_both_left_out() -> None:
    found = table(ifName={1: b"x" * 300 + b"1", 2: b"x" * 300 + b"2"})

    assert not found.points
    assert not found.ports
    assert "more than one interface is called" in found.notes[0]


@pytest.mark.parametrize(
    ("said", "alias"),
    [
        ("Küche".encode("latin-1"), "Küche"),
        ("מתג".encode(), "מתג"),
        (b"a\r\nb\x1b[31m", "a??b?[31m"),
        (b"z" * 4096, "z" * LONGEST_ALIAS),
        (5, None),
    ],
    ids=["high-bytes", "rtl-letters", "controls", "4-kb", "no-text"],
)
def test_an_alias_is_for_people(said: object, alias: str | None) -> None:
    assert table(ifAlias={1: said, 2: b""}).ports[0].alias == alias


def test_columns_that_were_not_read_leave_what_is_known_of_a_port() -> None:
    found = table(ifAlias=None, ifType=None, ifHighSpeed=None)

    assert [(p.alias, p.if_type, p.speed_bps) for p in found.ports] == [(None, None, None)] * 2


@given(
    st.dictionaries(
        st.sampled_from(sorted(COLUMNS)),
        st.dictionaries(
            st.integers(0, 5), st.one_of(st.none(), st.integers(), st.binary(), st.floats())
        ),
    )
)
def test_whatever_a_device_answers_no_port_comes_twice_and_no_number_is_wrong(
    columns: Columns,
) -> None:
    found = table_of(TARGET, columns, AT)

    known = [port.name for port in found.ports]
    assert len(set(known)) == len(known)
    assert set(names(found)) <= set(known)
    assert all(name.isprintable() and name for name in known)
    for point in found.points:
        assert all(type(v) is int and 0 <= v < 2**64 for v in point.values.values())
