"""What a time brought, comparisons with their sides, and what changes touched."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.errors import InputError, UnknownDeviceError, UnreachableError
from netwb.roles import Role
from netwb.workbench import Workbench
from netwb.workbench.comparing import MOST_TOUCHED
from tests.benches import START, Rig, ios, rig
from tests.stores import EACH_STORE, KINDS, cluster_of
from tests.views.people import log_in

NIGHT = START + timedelta(days=1)


@pytest.fixture(scope="module", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("overview")
    hosts = {"acme": ("edge1", "edge2"), "borealis": ("pe1",)}
    with rig(folder, hosts, cluster=cluster_of(request)) as one:
        one.back_up()
        for _ in range(2):
            one.clock.advance(days=1)
            one.answer("acme/edge2", UnreachableError("edge2 (127.0.0.1:22): no answer; look"))
            one.answer("acme/edge1", ios("edge1", by="ben", ntp="198.51.100.53"))
            one.back_up()
        one.clock.advance(hours=5)
        yield one


@pytest.fixture(scope="module")
def customer(made: Rig) -> Workbench:
    return log_in(made, "noc", Role.CUSTOMER, ("acme",))


def test_an_overview_counts_what_was_tried_changed_and_not_saved(made: Rig) -> None:
    found = made.bench.overview(since=NIGHT)

    (change,) = found.changes
    (unsaved,) = found.unsaved
    assert (change.hostname, found.tried, found.living) == ("edge1", 3, 3)
    assert found.devices[unsaved.device_id].hostname == "edge2"
    assert (unsaved.status, unsaved.nights, unsaved.cause_kind) == (
        "failed",
        2,
        "UnreachableError",
    )
    assert unsaved.copy_at == START
    assert "127.0.0.1" in unsaved.cause_message


@EACH_STORE
def test_a_device_that_was_saved_again_is_not_among_those_not_saved(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.answer("acme/edge1", UnreachableError("edge1: no answer; look"))
        made.back_up()
        never_saved = made.bench.overview(since=START).unsaved
        made.clock.advance(minutes=5)
        made.answer("acme/edge1", ios("edge1"))
        made.back_up()

        assert [item.copy_at for item in never_saved] == [None]
        assert made.bench.overview(since=START).unsaved == ()


def test_a_customer_sees_own_devices_and_no_address_in_a_cause(customer: Workbench) -> None:
    found = customer.overview(since=NIGHT)

    assert {device.tenant for device in found.devices.values()} == {"acme"}
    assert (found.tried, found.living) == (2, 2)
    assert found.unsaved[0].cause_message == ""


def test_a_time_after_the_last_run_holds_nothing(made: Rig) -> None:
    found = made.bench.overview(since=made.clock())

    assert (found.changes, found.unsaved, found.tried) == ((), (), 0)


def test_a_comparison_names_both_sides(made: Rig) -> None:
    found = made.bench.compare("acme/edge1")

    assert found.old is not None
    assert (found.old.revision.author, found.new.revision.author) == ("ana", "ben")
    assert found.diff == made.bench.diff("acme/edge1", words="lines")
    assert made.bench.compare(found.new.reference, old=found.old.reference).diff == found.diff


def test_before_a_first_revision_there_was_nothing(made: Rig) -> None:
    found = made.bench.compare("borealis/pe1")

    assert found.old is None
    assert found.diff.added == found.new.revision.lines
    assert found.diff.new_text == made.bench.show("borealis/pe1")


def test_a_comparison_with_a_foreign_device_is_one_with_none(customer: Workbench) -> None:
    for new, old in (("borealis/pe1", None), ("acme/edge1", "borealis/pe1")):
        with pytest.raises(UnknownDeviceError):
            customer.compare(new, old=old)


def test_changes_name_the_sections_that_they_touched(made: Rig) -> None:
    changes = made.bench.changes(since=START)

    names = made.bench.touched(changes)

    by_author = {change.author: names[change.id] for change in changes}
    assert by_author["ben"] == ("ntp server",)
    assert names[made.bench.history("borealis/pe1")[0].id] == ()
    assert made.bench.touched(changes) == names


def test_what_another_tenant_s_change_touched_stays_unknown(made: Rig, customer: Workbench) -> None:
    foreign = [change for change in made.bench.changes(since=START) if change.tenant != "acme"]
    made.bench.touched(foreign)

    assert foreign
    assert customer.touched(foreign) == {}


def test_too_many_changes_at_once_are_refused(made: Rig) -> None:
    changes = list(made.bench.changes(since=START)) * MOST_TOUCHED

    with pytest.raises(InputError, match=str(MOST_TOUCHED)):
        made.bench.touched(changes)
