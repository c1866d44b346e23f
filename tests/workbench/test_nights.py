from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import UnreachableError
from netwb.roles import Role
from netwb.workbench.words import LastNight
from tests.benches import Rig, ios, rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "borealis": ("edge1",)}) as one:
        yield one


def sums(night: LastNight | None) -> tuple[int, int, int, int]:
    assert night is not None
    return night.planned, night.good, night.not_saved, night.changed


def test_home_without_a_backup_has_no_night(made: Rig) -> None:
    assert made.bench.last_night() is None


def test_night_counts_good_and_not_saved(made: Rig) -> None:
    made.answer("acme/edge2", UnreachableError("no answer on 127.0.0.1:22"))

    report = made.back_up()

    night = made.bench.last_night()
    assert sums(night) == (3, 2, 1, 2)
    assert night is not None
    assert (night.runs, night.ended_at) == ((report.run_id,), report.ended_at)


def test_repeat_of_the_failed_ones_mends_the_night(made: Rig) -> None:
    made.answer("acme/edge2", UnreachableError("no answer on 127.0.0.1:22"))
    night = made.back_up()
    made.clock.advance(minutes=10)
    made.answer("acme/edge2", ios("edge2"))
    made.back_up("acme/edge2")

    mended = made.bench.last_night()

    assert sums(mended) == (3, 3, 0, 3)
    assert mended is not None
    assert mended.runs == (night.run_id,)


def test_device_that_fails_later_counts_as_it_stands_now(made: Rig) -> None:
    made.back_up()
    made.clock.advance(minutes=10)
    made.answer("acme/edge1", UnreachableError("no answer on 127.0.0.1:22"))
    made.back_up("acme/edge1")

    assert sums(made.bench.last_night()) == (3, 2, 1, 3)


def test_a_few_devices_backed_up_in_the_evening_are_no_night(made: Rig) -> None:
    night = made.back_up()
    made.clock.advance(hours=21)
    made.back_up("acme/edge1")

    found = made.bench.last_night()

    assert found is not None
    assert (found.runs, found.planned) == ((night.run_id,), 3)


def test_a_night_after_a_device_was_retired_is_the_newest_one(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": tuple(f"edge{number}" for number in range(6))}) as made:
        made.back_up()
        made.bench.retire_device("acme/edge5")
        made.clock.advance(hours=24)
        night = made.back_up()

        found = made.bench.last_night()

    assert found is not None
    assert found.runs == (night.run_id,)


def test_a_backup_of_everything_at_noon_does_not_hide_what_the_night_brought(made: Rig) -> None:
    made.back_up()
    made.clock.advance(hours=24)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    night = made.back_up()
    begun = made.clock.now
    made.clock.advance(hours=10)
    noon = made.back_up()

    found = made.bench.last_night()

    assert found is not None
    assert (found.runs, found.started_at) == ((night.run_id, noon.run_id), begun)
    assert sums(found) == (3, 3, 0, 1)
    brought = made.bench.overview(since=found.started_at).changes
    assert [change.hostname for change in brought] == ["edge1"]


def test_where_no_backup_ran_for_days_the_newest_one_is_the_last_night(made: Rig) -> None:
    night = made.back_up()
    made.clock.advance(days=3)

    found = made.bench.last_night()

    assert found is not None
    assert (found.runs, found.started_at) == ((night.run_id,), night.started_at)


def test_next_night_begins_anew(made: Rig) -> None:
    made.back_up()
    made.clock.advance(hours=24)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up()

    assert sums(made.bench.last_night()) == (3, 3, 0, 1)


def test_night_of_a_tenant_counts_its_own_devices_only(made: Rig) -> None:
    made.answer("acme/edge2", UnreachableError("no answer on 127.0.0.1:22"))
    made.back_up()
    customer = log_in(made, "noc", Role.CUSTOMER, ("borealis",))

    assert sums(customer.last_night()) == (1, 1, 0, 1)
    assert sums(made.bench.where(tenant="acme").last_night()) == (2, 1, 1, 1)


def test_runs_of_other_tenants_are_no_night_of_mine(made: Rig) -> None:
    customer = log_in(made, "noc", Role.CUSTOMER, ("borealis",))
    made.back_up("acme/edge1", "acme/edge2")

    assert customer.last_night() is None
    made.clock.advance(hours=1)
    mine = made.back_up("borealis/edge1")
    made.clock.advance(hours=1)
    made.back_up("acme/edge1")

    night = customer.last_night()
    assert night is not None
    assert night.runs == (mine.run_id,)
