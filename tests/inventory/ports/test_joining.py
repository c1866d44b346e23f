from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.inventory.ports.joining import HeldPort, Joined, join, same_form
from netwb.inventory.ports.records import SeenPort

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def held(
    name: str,
    *,
    index: int | None = 1,
    alias: str = "",
    kind: int | None = 6,
    seen_at: datetime | None = NOON,
) -> HeldPort:
    return HeldPort(
        id=f"id-{name}",
        name=name,
        alias=alias,
        if_index=index,
        if_type=kind,
        speed_bps=None,
        last_seen_at=seen_at,
    )


def seen(name: str, *, index: int = 1, alias: str | None = "", kind: int | None = 6) -> SeenPort:
    return SeenPort(name=name, if_index=index, alias=alias, if_type=kind, speed_bps=None)


def renames(joined: Joined) -> list[tuple[str, str]]:
    return [(old.name, new.name) for old, new in joined.renamed]


def test_a_name_is_the_same_port_whatever_its_index() -> None:
    joined = join(
        [held("eth0", index=1), held("eth1", index=2)], [seen("eth0", index=2), seen("eth1")]
    )

    assert [(old.id, new.if_index) for old, new in joined.known] == [("id-eth0", 2), ("id-eth1", 1)]
    assert joined.new == ()
    assert joined.renamed == ()


def test_a_name_that_is_new_is_a_new_port() -> None:
    joined = join([held("eth0")], [seen("eth0"), seen("eth1", index=2)])

    assert [port.name for port in joined.new] == ["eth1"]


def test_a_rename_is_joined_where_index_and_alias_say_so() -> None:
    joined = join([held("eth0", alias="C-1")], [seen("wan", alias="C-1")])

    assert renames(joined) == [("eth0", "wan")]
    assert joined.new == ()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (held("eth0", alias=""), seen("wan", alias="")),
        (held("eth0", alias="C-1"), seen("wan", alias="C-2")),
        (held("eth0", alias="C-1"), seen("wan", alias=None)),
        (held("eth0", alias="C-1", index=2), seen("wan", alias="C-1")),
        (held("eth0", alias="C-1", index=None), seen("wan", alias="C-1")),
        (held("eth0", alias="C-1", kind=53), seen("wan", alias="C-1")),
        (held("eth0", alias="C-1", seen_at=None), seen("wan", alias="C-1")),
    ],
    ids=[
        "no-alias",
        "other-alias",
        "alias-unread",
        "other-index",
        "no-index",
        "other-type",
        "never-seen",
    ],
)
def test_where_in_doubt_it_is_a_new_port(before: HeldPort, now: SeenPort) -> None:
    joined = join([before], [now])

    assert joined.renamed == ()
    assert joined.new == (now,)


def test_an_alias_that_several_have_says_nothing() -> None:
    joined = join(
        [held("eth0", alias="uplink"), held("eth1", index=2, alias="uplink")],
        [seen("a", alias="uplink"), seen("b", index=2, alias="uplink")],
    )

    assert joined.renamed == ()


def test_a_port_that_went_long_ago_is_not_what_comes_now() -> None:
    gone = held("eth0", alias="C-1", seen_at=NOON - timedelta(hours=3))

    joined = join([gone, held("eth1", index=2)], [seen("eth1", index=2), seen("wan", alias="C-1")])

    assert joined.renamed == ()


def test_names_that_become_short_are_joined_without_an_alias() -> None:
    joined = join(
        [held(f"GigabitEthernet0/{n}", index=n) for n in (1, 2)],
        [seen(f"Gi0/{n}", index=n) for n in (1, 2)],
    )

    assert renames(joined) == [("GigabitEthernet0/1", "Gi0/1"), ("GigabitEthernet0/2", "Gi0/2")]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("GigabitEthernet0/1", "Gi0/1", True),
        ("Te1/0/1", "TenGigabitEthernet1/0/1", True),
        ("Ethernet1", "Et1", True),
        ("Vlan10", "Vl10", True),
        ("GigabitEthernet0/1", "Gi0/2", False),
        ("GigabitEthernet0/1", "Te0/1", False),
        ("GigabitEthernet0/1", "G0/1", False),
        ("eth0", "wan", False),
        ("ge-0/0/0", "xe-0/0/0", False),
        ("", "", False),
    ],
)
def test_long_and_short_forms_of_a_name(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert same_form(one, other) is same
    assert same_form(other, one) is same


PORTS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(1, 6), st.sampled_from(["", "C-1", "C-2"])),
    unique_by=(lambda port: port[0], lambda port: port[1]),
)


@given(PORTS, PORTS)
def test_each_port_that_was_seen_becomes_exactly_one(
    before: list[tuple[str, int, str]], now: list[tuple[str, int, str]]
) -> None:
    joined = join(
        [held(name, index=index, alias=alias) for name, index, alias in before],
        [seen(name, index=index, alias=alias) for name, index, alias in now],
    )

    pairs = (*joined.known, *joined.renamed)
    became = [port.name for port in joined.new] + [port.name for _, port in pairs]
    assert sorted(became) == sorted(name for name, _, _ in now)
    assert len({old.id for old, _ in pairs}) == len(pairs)


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        ([("eth0", 2, "C-2"), ("eth1", 1, "C-1")], ["eth0", "eth1"]),
        ([("eth0", 2, "C-1"), ("eth1", 1, "C-2")], []),
        ([("eth0", 1, "C-2"), ("eth1", 2, "C-1")], []),
        ([("eth0", 2, ""), ("eth1", 1, "")], []),
        ([("eth0", 2, None), ("eth1", 1, None)], []),
    ],
    ids=["names exchanged", "numbered anew", "aliases exchanged", "no aliases", "aliases unread"],
)
def test_two_names_were_exchanged_where_number_and_alias_both_say_so(
    now: list[tuple[str, int, str | None]], moved: list[str]
) -> None:
    before = [held("eth0", index=1, alias="C-1"), held("eth1", index=2, alias="C-2")]

    joined = join(before, [seen(name, index=index, alias=alias) for name, index, alias in now])

    assert [port.name for port in joined.moved] == moved
    assert (len(joined.known), joined.new, joined.renamed) == (2, (), ())
