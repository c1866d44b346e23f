"""What differs between two states, and what moves by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from napalm.base import models

from netwb.snapshots.comparing import KEYS, VOLATILE, differences, flat, not_compared
from netwb.snapshots.records import GETTERS, DeviceState

PORT = {"is_up": True, "is_enabled": True, "last_flapped": 7.0, "description": "uplink"}
ARP = {"interface": "eth0", "ip": "192.0.2.1", "mac": "00:00:5E:00:53:01", "age": 3.0}


def state(**changes: Any) -> DeviceState:
    known: dict[str, Any] = {
        "device_id": "d1",
        "tenant_id": "t1",
        "tenant": "acme",
        "hostname": "edge1",
    }
    return DeviceState(**{**known, **changes})


def compared(getter: str, old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    found = differences(state(state={getter: old}), state(state={getter: new}))
    return [(one.path, one.before, one.after) for one in found]


def test_a_value_that_differs_is_told_by_its_path() -> None:
    down = {**PORT, "is_up": False, "last_flapped": 9.0}

    assert compared("interfaces", {"eth0": PORT}, {"eth0": down}) == [("eth0 > is_up", True, False)]


def test_what_came_and_what_went_has_nothing_on_the_other_side() -> None:
    found = compared("interfaces", {"eth0": {"is_up": True}}, {"eth1": {"is_up": False}})

    assert found == [("eth0 > is_up", True, None), ("eth1 > is_up", None, False)]


def test_a_table_in_another_order_and_with_other_ages_is_the_same_table() -> None:
    other = {**ARP, "ip": "192.0.2.2"}

    assert compared("arp_table", [ARP, other], [other, {**ARP, "age": 99.0}]) == []
    assert compared("arp_table", [ARP, other], [ARP]) == [
        ("eth0 192.0.2.2 > mac", "00:00:5E:00:53:01", None)
    ]


def test_entries_of_lists_without_a_known_key_are_told_by_all_that_they_say() -> None:
    assert compared("network_instances", {"a": [{"x": 1}]}, {"a": [{"x": 2}]}) == [
        ('a > {"x": 1} > x', 1, None),
        ('a > {"x": 2} > x', None, 2),
    ]


def test_what_one_side_has_no_answer_of_is_said_and_not_compared() -> None:
    before = state(state={"facts": {"model": "A"}}, missing={"vlans": "the driver has it not"})
    after = state(missing={"facts": "ValueError: no answer"})

    assert list(differences(before, after)) == []
    assert [(one.getter, one.reason) for one in not_compared(before, after)] == [
        ("facts", "after: ValueError: no answer"),
        ("vlans", "before: the driver has it not"),
    ]


def test_a_device_that_gave_nothing_is_told_once() -> None:
    gone = state(cause_kind="UnreachableError", cause="edge1: the port is closed")

    (told,) = not_compared(state(state={"facts": {}, "vlans": {}}), gone)

    assert (told.getter, told.reason) == ("all", "after: edge1: the port is closed")


def test_an_empty_answer_is_an_answer() -> None:
    assert compared("vlans", {}, {"10": {"name": "users"}}) == [
        ("", {}, None),
        ("10 > name", None, "users"),
    ]


@pytest.mark.parametrize("getter", [*VOLATILE, *KEYS])
def test_the_lists_name_getters_that_are_kept(getter: str) -> None:
    assert getter in GETTERS


def fields_of(kind: Any) -> set[str]:
    """All names of fields in NAPALM's model of an answer, however deep."""
    found: set[str] = set()
    for name, inner in getattr(kind, "__annotations__", {}).items():
        found |= {name} | fields_of(inner)
    for inner in getattr(kind, "__args__", ()):
        found |= fields_of(inner)
    return found


@pytest.mark.parametrize(
    ("getter", "model"),
    [
        ("arp_table", models.ARPTableDict),
        ("bgp_neighbors", models.BGPStateNeighborsPerVRFDict),
        ("bgp_neighbors_detail", models.PeerDetailsDict),
        ("facts", models.FactsDict),
        ("interfaces", models.InterfaceDict),
        ("ipv6_neighbors_table", models.IPV6NeighborDict),
        ("mac_address_table", models.MACAdressTable),
        ("ntp_stats", models.NTPStats),
    ],
)
def test_fields_that_are_left_out_are_those_of_napalms_models(getter: str, model: Any) -> None:
    known = fields_of(model)

    assert VOLATILE[getter] <= known
    assert set(KEYS.get(getter, ())) <= known


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.lists(st.dictionaries(st.text(max_size=3), inner, max_size=2), max_size=3)
    ),
    max_leaves=12,
)


@given(ANSWERS)
def test_an_answer_differs_in_nothing_from_itself(answer: Any) -> None:
    assert compared("facts", answer, answer) == []


@given(ANSWERS, ANSWERS)
def test_what_differs_one_way_differs_the_other_way_round(old: Any, new: Any) -> None:
    there = compared("facts", old, new)

    assert [(path, after, before) for path, before, after in compared("facts", new, old)] == there
    assert bool(there) == (flat("facts", old) != flat("facts", new))
