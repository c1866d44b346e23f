"""Which shard serves which device: by site, spread within a site, and stable."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import TelegrafError
from netwb.telegraf.records import Shard
from netwb.telegraf.shards import chosen_shard, in_force, moves, plan
from tests.telegraf.ground import target

FRA, BER = "acme/fra1", "acme/ber1"
MANY = [target(f"edge{n}") for n in range(3000)]


def shard(name: str, *sites: str, weight: int = 1) -> Shard:
    return Shard(name=name, sites=sites, weight=weight)


def test_without_a_defined_shard_main_serves_every_site() -> None:
    (only,) = in_force(())

    found = plan([only], [target(), target("pe1", tenant="umbra", site="ber9")])

    assert only.name == "main"
    assert [one.hostname for one in found["main"]] == ["edge1", "pe1"]


def test_a_defined_shard_takes_the_place_of_main() -> None:
    assert in_force([shard("north", FRA)]) == (shard("north", FRA),)


def test_a_shard_serves_the_sites_that_it_names() -> None:
    shards = [shard("north", FRA), shard("south", BER)]

    found = plan(shards, [target("a"), target("b", site="ber1"), target("c")])

    assert {name: [one.hostname for one in those] for name, those in found.items()} == {
        "north": ["a", "c"],
        "south": ["b"],
    }


def test_a_site_of_the_same_name_of_another_tenant_is_another_site() -> None:
    with pytest.raises(TelegrafError, match="no shard serves umbra/fra1; give it one with"):
        plan([shard("north", FRA)], [target(tenant="umbra")])


def test_sites_without_a_shard_are_named_up_to_five() -> None:
    targets = [target(f"d{n}", site=f"s{n}") for n in range(7)]

    with pytest.raises(TelegrafError) as refused:
        plan([shard("north", FRA)], targets)

    assert "acme/s0, acme/s1, acme/s2, acme/s3, acme/s4 and 2 others" in str(refused.value)


def test_a_shard_without_devices_is_there_and_empty() -> None:
    assert plan([shard("north", FRA)], []) == {"north": ()}


def test_weights_share_a_site_out() -> None:
    found = plan([shard("a", FRA, weight=1), shard("b", FRA, weight=3)], MANY)

    assert len(found["b"]) / len(MANY) == pytest.approx(0.75, abs=0.03)


def test_a_shard_that_comes_takes_devices_and_moves_none_between_others() -> None:
    two = [shard("a", FRA), shard("b", FRA)]

    moved = moves(plan(two, MANY), plan([*two, shard("c", FRA)], MANY))

    assert {move.new for move in moved} == {"c"}
    assert len(moved) / len(MANY) == pytest.approx(1 / 3, abs=0.03)


def test_a_shard_that_goes_leaves_its_own_devices_alone_to_move() -> None:
    three = [shard("a", FRA), shard("b", FRA), shard("c", FRA)]

    moved = moves(plan(three, MANY), plan(three[:2], MANY))

    assert {move.old for move in moved} == {"c"}
    assert Counter(move.new for move in moved).keys() == {"a", "b"}


def test_shards_of_another_site_get_none_of_a_site() -> None:
    found = plan([shard("a", FRA), shard("b", BER, weight=1000)], MANY)

    assert (len(found["a"]), len(found["b"])) == (3000, 0)


def test_devices_that_come_and_go_are_moves_from_and_to_nothing() -> None:
    shards = [shard("a", FRA)]

    moved = moves(plan(shards, [target("old")]), plan(shards, [target("new")]))

    assert [(move.hostname, move.old, move.new) for move in moved] == [
        ("new", "", "a"),
        ("old", "a", ""),
    ]


@given(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True), st.text(max_size=40))
def test_the_order_of_shards_says_nothing(names: list[str], device_id: str) -> None:
    shards = [shard(name, FRA, weight=ord(name)) for name in names]

    assert chosen_shard(shards, device_id) == chosen_shard(shards[::-1], device_id)
