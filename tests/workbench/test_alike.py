"""Equal records are one in memory; others never are."""

from __future__ import annotations

from pathlib import Path

from netwb.roles import Role
from netwb.workbench.alike import Alike
from tests.benches import rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE


def test_the_second_of_two_equal_records_is_the_first() -> None:
    alike: Alike[tuple[int, str]] = Alike()
    first, second = (1, "a" * 2), (1, "aa")

    assert alike.one("key", first) is first
    assert alike.one("key", second) is first
    assert alike.one("another key", second) is second


def test_a_record_that_changed_takes_the_place_of_the_one_before() -> None:
    alike: Alike[list[int]] = Alike()
    alike.one("key", [1])
    changed = [2]

    assert alike.one("key", changed) is changed
    assert alike.one("key", [2]) is changed
    assert alike.one("key", [1]) is not changed


def test_no_more_are_kept_than_may_be() -> None:
    alike: Alike[list[int]] = Alike(most=2)
    for number in range(3):
        alike.one(number, [number])

    again = [0]
    assert alike.one(0, again) is again


def test_two_people_who_read_the_same_devices_hold_the_same_records(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("core1", "edge1")}) as made:
        made.back_up()
        ana, kim = log_in(made, "ana", Role.ENGINEER), log_in(made, "kim", Role.ENGINEER)

        hers, his = ana.devices(), kim.devices()
        assert [id(one) for one in hers] == [id(one) for one in his]
        copies = [bench.coverage(since="1d")[hers[0].id] for bench in (ana, kim)]
        assert copies[0] is copies[1]

        made.clock.advance(minutes=1)
        made.bench.set_device(hers[0].id, role="core")
        assert [one.role for one in ana.devices()] == ["core", None]


def test_who_may_not_see_addresses_is_given_records_without(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("core1", "edge1")}) as made:
        wide, narrow = log_in(made, "ana", Role.ENGINEER), log_in(made, "cus", Role.CUSTOMER)

        for _ in range(2):
            assert all(one.address for one in wide.devices())
            assert not any(one.address for one in narrow.devices())
