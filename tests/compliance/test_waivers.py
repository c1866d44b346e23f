"""A waiver lets a device break a rule for a while: with a reason, by somebody, and it ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.errors import InputError, NotPermittedError, UnknownNameError
from netwb.roles import Role
from tests.benches import Rig, a_night, rig
from tests.compliance.keeping import BAD, HOSTS, ONLY_OURS, change, put_rules, state, told
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=a_night, settings=ONLY_OURS) as one:
        put_rules(one)
        change(one, "acme/edge1", ntp=BAD)
        one.bench.check()
        yield one


def test_a_waived_cell_is_waived_until_its_time_is_up(made: Rig) -> None:
    waiver = made.bench.waive("acme/edge1", "ntp-ours", reason="CHG1", until="10h")

    assert state(made, "acme/edge1", "ntp-ours") == "waived"
    assert made.bench.check().is_good
    assert made.bench.finding("acme/edge1", "ntp-ours").waiver == waiver
    made.clock.advance(hours=10)
    made.back_up()
    assert state(made, "acme/edge1", "ntp-ours") == "non_compliant"
    assert list(made.bench.waivers()) == []
    assert [one.id for one in made.bench.waivers("all")] == [waiver.id]


def test_a_waiver_that_is_ended_holds_no_more(made: Rig) -> None:
    waiver = made.bench.waive("acme/edge1", "ntp-ours", reason="CHG1", until="10d")

    ended = made.bench.end_waiver(waiver.id)

    assert ended.ended_at == made.clock()
    assert state(made, "acme/edge1", "ntp-ours") == "non_compliant"
    assert made.bench.end_waiver(waiver.id) == ended


def test_another_waiver_takes_the_place_of_the_one_before(made: Rig) -> None:
    first = made.bench.waive("acme/edge1", "ntp-ours", reason="CHG1", until="10d")
    second = made.bench.waive("acme/edge1", "ntp-ours", reason="CHG2", until="20d")

    assert [one.id for one in made.bench.waivers()] == [second.id]
    assert {one.id for one in made.bench.waivers("all")} == {first.id, second.id}


def test_what_is_compliant_is_not_waived_by_a_waiver(made: Rig) -> None:
    made.bench.waive("acme/edge2", "ntp-ours", reason="just in case", until="10d")

    assert state(made, "acme/edge2", "ntp-ours") == "compliant"


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        ("  ", "10d", "reason is empty"),
        ("x" * 501, "10d", "500 are room enough"),
        ("CHG1", "181d", "180 days at most"),
        ("CHG1", "2020-01-01", "would be over already"),
        ("CHG1", "soon", "is no time"),
    ],
    ids=["no reason", "long reason", "too long", "past", "no time"],
)
def test_a_waiver_that_cannot_be_is_refused_with_its_cure(
    made: Rig, reason: str, until: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        made.bench.waive("acme/edge1", "ntp-ours", reason=reason, until=until)


def test_a_rule_that_is_none_cannot_be_waived(made: Rig) -> None:
    with pytest.raises(UnknownNameError, match="rule 'nothing' is not known"):
        made.bench.waive("acme/edge1", "nothing", reason="CHG1", until="10d")


def test_who_may_only_look_waives_nothing_and_a_foreign_waiver_is_none(made: Rig) -> None:
    foreign = made.bench.waive("umbra/core1", "ntp-ours", reason="theirs", until="10d")
    made.bench.add_user(NewUser(name="vic", role=Role.VIEWER, tenants=("acme",)))
    made.bench.add_user(NewUser(name="eva", role=Role.ENGINEER, tenants=("acme",)))
    vic, eva = made.bench.acting_as("vic"), made.bench.acting_as("eva")

    with pytest.raises(NotPermittedError, match=r"compliance\.edit"):
        vic.waive("edge1", "ntp-ours", reason="CHG1", until="10d")
    with pytest.raises(UnknownNameError) as foreign_one:
        eva.end_waiver(foreign.id)
    with pytest.raises(UnknownNameError) as missing_one:
        eva.end_waiver("0" * 16)
    assert str(foreign_one.value).replace(foreign.id, "") == str(missing_one.value).replace(
        "0" * 16, ""
    )
    assert eva.waive("edge1", "ntp-ours", reason="CHG1", until="10d").owner == "eva"


def test_an_owner_is_warned_once_before_the_end(made: Rig) -> None:
    made.bench.check_night()
    made.bench.waive("acme/edge1", "ntp-ours", reason="CHG1", until="20d")
    made.bench.check_night()
    made.clock.advance(days=13)
    made.bench.check_night()
    made.clock.advance(days=1)
    made.bench.check_night()

    (warning,) = told(made, "compliance.waiver")
    assert warning.label == "acme/edge1"
    assert "ntp-ours" in warning.message
    assert warning.at == made.clock() - timedelta(days=1)


def test_what_breaks_while_it_is_waived_is_told_when_the_waiver_is_over(made: Rig) -> None:
    made.bench.waive("acme/edge2", "ntp-ours", reason="CHG1", until="2d")
    made.bench.check_night()
    change(made, "acme/edge2", ntp=BAD)
    made.bench.check_night()
    before = len(told(made, "compliance.broken"))
    made.clock.advance(days=2)
    made.back_up()
    made.bench.check_night()
    made.bench.check_night()

    after = told(made, "compliance.broken")
    assert before == 1, "of edge1, which nobody waived"
    assert [one.message for one in after[before:]] == ["edge2 breaks ntp-ours (its waiver is over)"]
