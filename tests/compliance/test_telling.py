"""People are told once of what broke and of what was mended: one notice a tenant and night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import (
    BAD,
    GOOD,
    HOSTS,
    NTP,
    ONLY_OURS,
    change,
    put_rules,
    told,
)
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        put_rules(one)
        one.bench.check_night()
        yield one


def test_a_night_in_which_nothing_changed_tells_nothing(made: Rig) -> None:
    done = made.bench.check_night()

    assert (done.judged, done.told) == (0, 0)
    assert told(made) == []


def test_what_broke_is_told_once_and_its_end_once(made: Rig) -> None:
    change(made, "acme/edge1", ntp=BAD, by="ben")
    made.bench.check_night()
    made.bench.check_night()
    change(made, "acme/edge1", ntp=GOOD, by="cleo")
    made.bench.check_night()
    made.bench.check_night()

    assert [(one.kind, one.label, one.message) for one in told(made)] == [
        ("compliance.broken", "acme", "edge1 breaks ntp-ours (ben)"),
        ("compliance.mended", "acme", "edge1 keeps ntp-ours (cleo)"),
    ]


def test_what_was_judged_by_day_is_told_at_night(made: Rig) -> None:
    change(made, "acme/edge1", ntp=BAD)
    judged = made.bench.check_changed()
    by_day = told(made)
    made.bench.check_night()

    assert (judged.judged, by_day) == (1, [])
    assert [one.kind for one in told(made)] == ["compliance.broken"]


def test_what_broke_and_was_mended_between_two_nights_is_no_news(made: Rig) -> None:
    change(made, "acme/edge1", ntp=BAD)
    made.bench.check_changed()
    change(made, "acme/edge1", ntp=GOOD)
    made.bench.check_night()

    assert told(made) == []
    assert len(made.bench.rule_marks("acme/edge1")) == 2


def test_a_night_has_one_notice_a_tenant_and_none_names_another(made: Rig) -> None:
    for device in ("acme/edge1", "acme/edge2", "umbra/core1"):
        change(made, device, ntp=BAD)
    made.bench.check_night()

    acme, umbra = told(made)
    assert (acme.label, acme.detail["count"]) == ("acme", 2)
    assert (umbra.label, umbra.detail["count"]) == ("umbra", 1)
    assert "core1" not in str(acme)
    assert "edge1" not in str(umbra)


def test_a_device_that_is_retired_breaks_nothing_any_more(made: Rig) -> None:
    change(made, "acme/edge1", ntp=BAD)
    made.bench.check_changed()
    made.bench.retire_device("acme/edge1")
    made.bench.check_night()

    assert told(made) == []


def test_what_is_old_goes_and_since_when_stays(made: Rig) -> None:
    change(made, "acme/edge1", ntp=BAD)
    made.bench.waive("acme/edge1", "no-http", reason="CHG1", until="2d")
    made.bench.check_night()
    since = made.bench.compliance("acme/edge1").devices[0].cells["ntp-ours"].since
    made.clock.advance(days=3)
    made.back_up()
    made.bench.check_night()
    made.clock.advance(days=1200)

    planned, done = made.bench.plan_sweep().compliance, made.bench.sweep().compliance

    (edge1,) = made.bench.compliance("acme/edge1").devices
    assert planned == done
    assert len(made.bench.rule_marks("acme/edge1")) == 0
    assert list(made.bench.waivers("all")) == []
    assert (edge1.cells["ntp-ours"].judged, edge1.cells["ntp-ours"].since) == (
        "non_compliant",
        since,
    )


def test_a_broken_rule_file_is_told_while_it_is_broken_and_its_former_rules_hold(made: Rig) -> None:
    put_rules(made, NTP.replace("severity: high", "severity: dreadful"))
    broken = made.bench.check()
    made.bench.check_night()
    put_rules(made)
    made.bench.check_night()

    assert [one.in_force for one in broken.problems] == ["former"]
    assert broken.counts()["compliant"] == 6
    assert not broken.is_good
    wrong, right = told(made)
    assert (wrong.kind, wrong.state, wrong.label) == (
        "compliance.rules",
        "wrong",
        "rules/ours.yaml",
    )
    assert "rules/ours.yaml:" in wrong.message
    assert (right.kind, right.state) == ("compliance.rules", "recovered")
