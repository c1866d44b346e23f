"""What devices are by rules is judged once a change, and kept with the revision that did it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.errors import UnknownDeviceError, UnknownNameError
from netwb.inventory.records import NewDevice
from tests.benches import START, Rig, a_night, ios, rig
from tests.compliance.keeping import HOSTS, NTP, ONLY_OURS, put_rules, state
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        put_rules(one, NTP)
        yield one


def test_each_device_is_judged_by_each_rule(made: Rig) -> None:
    found = made.bench.check()

    assert found.judged == 3
    assert {one.hostname for one in found.devices} == {"edge1", "edge2", "core1"}
    assert found.counts()["compliant"] == 6
    assert found.is_good


def test_a_change_that_breaks_a_rule_is_kept_with_its_time_and_person(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=3)
    made.answer(
        "acme/edge1", ios("edge1", ntp="192.0.2.99", by="ben", at=START + timedelta(hours=2))
    )
    made.back_up()

    found = made.bench.check()

    assert found.judged == 1
    (edge1,) = (one for one in found.devices if one.hostname == "edge1")
    cell = edge1.cells["ntp-ours"]
    assert (cell.state, cell.since, cell.number) == ("non_compliant", START + timedelta(hours=2), 2)
    assert not found.is_good


def test_nothing_is_judged_twice(made: Rig) -> None:
    made.bench.check()

    assert made.bench.check().judged == 0


def test_each_of_the_revisions_between_two_checks_has_its_mark(made: Rig) -> None:
    made.bench.check()
    for hours, ntp, by in (
        (2, "192.0.2.99", "ben"),
        (4, "192.0.2.53", "cleo"),
        (6, "192.0.2.98", "dan"),
    ):
        made.clock.advance(hours=2)
        made.answer("acme/edge1", ios("edge1", ntp=ntp, by=by, at=START + timedelta(hours=hours)))
        made.back_up("acme/edge1")

    made.bench.check()

    story = made.bench.finding("acme/edge1", "ntp-ours")
    assert [(one.kind, one.number, one.author) for one in story.timeline] == [
        ("broke", 4, "dan"),
        ("mended", 3, "cleo"),
        ("broke", 2, "ben"),
    ]
    assert story.by == "dan"
    marks = made.bench.rule_marks("acme/edge1")
    assert [(one.number, one.broke, one.mended) for one in marks] == [
        (4, ("ntp-ours",), ()),
        (3, (), ("ntp-ours",)),
        (2, ("ntp-ours",), ()),
    ]


def test_a_rule_that_changed_is_named_as_what_did_it(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=1)
    put_rules(made, NTP.replace("192.0.2.53", "192.0.2.123"))

    made.bench.check()

    story = made.bench.finding("acme/edge1", "ntp-ours")
    (change,) = story.timeline
    assert (change.kind, change.at, change.number, change.author) == (
        "broke",
        made.clock(),
        None,
        "",
    )
    assert len(made.bench.rule_marks("acme/edge1")) == 0


def test_what_a_rule_did_and_what_a_revision_did_at_once_are_told_apart(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=2)
    put_rules(made, NTP.replace("192.0.2.53", "192.0.2.123"))
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.123", by="ben", at=made.clock()))
    made.back_up("acme/edge1")

    made.bench.check()

    story = made.bench.finding("acme/edge1", "ntp-ours")
    assert [(one.kind, one.number) for one in story.timeline] == [("mended", 2), ("broke", None)]


def test_a_rule_that_is_gone_leaves_its_history_and_no_cell(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=1)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up()
    made.bench.check()
    put_rules(made, NTP.split("  - id: no-http", maxsplit=1)[0].replace("ntp-ours", "ntp-other"))

    found = made.bench.check()

    assert found.rule_ids == ("ntp-other",)
    assert [one.broke for one in made.bench.rule_marks("acme/edge1")] == [("ntp-ours",)]


def test_a_new_rule_is_not_evaluated_until_the_next_check(made: Rig) -> None:
    made.bench.check()
    put_rules(made, NTP.replace("no-http", "no-http-server"))

    assert state(made, "acme/edge1", "no-http-server") == "not_evaluated"
    made.bench.check()
    assert state(made, "acme/edge1", "no-http-server") == "compliant"


def test_a_device_without_a_copy_is_not_evaluated(made: Rig) -> None:
    device = made.bench.add_device(
        NewDevice(
            tenant="acme", site="fra1", hostname="new1", address="127.0.0.1", platform="cisco_ios"
        )
    )

    found = made.bench.check()

    (new1,) = (one for one in found.devices if one.device_id == device.id)
    assert {cell.state for cell in new1.cells.values()} == {"not_evaluated"}
    assert new1.copy_at is None
    story = made.bench.finding("acme/new1", "ntp-ours")
    assert story.finding is None
    assert story.lines == ()


def test_an_old_copy_is_stale_by_every_rule_and_fresh_again_once_it_is_seen(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=48)

    assert state(made, "acme/edge1", "ntp-ours") == "stale"
    made.back_up()
    assert state(made, "acme/edge1", "ntp-ours") == "compliant"


def test_a_retired_device_has_no_cells_and_keeps_its_history(made: Rig) -> None:
    made.bench.check()
    made.clock.advance(hours=1)
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up()
    made.bench.check()
    made.bench.retire_device("acme/edge1")

    found = made.bench.check()

    assert "edge1" not in {one.hostname for one in found.devices}
    assert len(made.bench.rule_marks("acme/edge1")) == 1


def test_a_device_that_is_renamed_or_moved_keeps_its_cells(made: Rig) -> None:
    made.bench.check()
    since = made.bench.compliance("acme/edge1").devices[0].cells["ntp-ours"].since
    made.bench.add_site("acme/ams1")
    made.clock.advance(hours=1)
    made.bench.rename_device("acme/edge1", "edge9")
    made.bench.set_device("acme/edge9", site="ams1")

    found = made.bench.check()

    (edge9,) = (one for one in found.devices if one.hostname == "edge9")
    assert (edge9.site, edge9.cells["ntp-ours"].since) == ("ams1", since)
    assert made.bench.finding("acme/edge9", "ntp-ours").timeline == ()


def test_a_role_that_a_selector_looks_at_is_followed(made: Rig) -> None:
    put_rules(made, NTP.replace("severity: low", "severity: low\n    applies_to: {role: [pe]}"))
    before = made.bench.check()
    made.bench.set_device("acme/edge1", role="pe")

    after = made.bench.check()

    assert all("no-http" not in one.cells for one in before.devices)
    assert after.judged == 1
    assert {one.hostname for one in after.devices if "no-http" in one.cells} == {"edge1"}


def test_one_device_is_checked_alone(made: Rig) -> None:
    found = made.bench.check("acme/edge1")

    assert found.judged == 1
    assert [one.hostname for one in found.devices] == ["edge1"]
    assert made.bench.check().judged == 2


def test_a_tenant_sees_its_own_cells_waivers_and_rules_alone(made: Rig) -> None:
    made.bench.check()
    made.bench.put_rules(
        "umbra", "own", NTP.replace("ntp-ours", "ntp-umbra").split("  - id: no-http")[0]
    )
    made.bench.waive("umbra/core1", "no-http", reason="their own", until="30d")
    acme = made.bench.where(tenant="acme")

    assert {one.tenant for one in acme.compliance().devices} == {"acme"}
    assert "ntp-umbra" not in {one.id for one in acme.rules()}
    assert list(acme.waivers()) == []
    with pytest.raises(UnknownDeviceError):
        acme.finding("core1", "no-http")
    with pytest.raises(UnknownNameError, match="rule 'ntp-umbra' is not known"):
        acme.finding("edge1", "ntp-umbra")
    with pytest.raises(UnknownNameError):
        acme.rule_text("umbra", "own")
