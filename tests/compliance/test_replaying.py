"""History is replayed by the rules of today: since when, and the trend, for what is older than them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.benches import START, Rig, a_night, rig
from tests.compliance.keeping import BAD, GOOD, HOSTS, ONLY_OURS, change, put_rules, state
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


def some_days(made: Rig) -> None:
    """edge1 broke, was mended and broke again before there were rules; edge2 stayed good."""
    a_night(made)
    for ntp, by in ((BAD, "ben"), (GOOD, "cleo"), (BAD, "dan")):
        change(made, "acme/edge1", ntp=ntp, by=by, hours=48)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, past=some_days, settings=ONLY_OURS) as one:
        put_rules(one)
        one.bench.check()
        yield one


def timeline(made: Rig) -> list[tuple[str, int | None, str]]:
    story = made.bench.finding("acme/edge1", "ntp-ours")
    return [(one.kind, one.number, one.author) for one in story.timeline]


def since(made: Rig, device: str) -> datetime | None:
    (found,) = made.bench.compliance(device).devices
    return found.cells["ntp-ours"].since


def test_a_replay_finds_each_revision_that_did_something(made: Rig) -> None:
    before = timeline(made)

    done = made.bench.check_history(90)

    assert before == [("other", None, "")], "who did it was not known"
    assert timeline(made) == [("broke", 4, "dan"), ("mended", 3, "cleo"), ("broke", 2, "ben")]
    assert done.changes == 3
    assert since(made, "acme/edge2") == START
    assert state(made, "acme/edge1", "ntp-ours") == "non_compliant"


def test_a_second_replay_changes_nothing(made: Rig) -> None:
    made.bench.check_history(90)
    first = (timeline(made), since(made, "acme/edge1"), list(made.bench.compliance_trend()))

    made.bench.check_history(90)

    assert (timeline(made), since(made, "acme/edge1"), list(made.bench.compliance_trend())) == first


def test_the_trend_tells_each_day_before_the_first_check(made: Rig) -> None:
    made.bench.check_history(90)

    found = {one.day: one for one in made.bench.compliance_trend(30)}

    days = [(START + timedelta(days=n)).date() for n in range(7)]
    assert [found[day].non_compliant for day in days if day in found] == [0, 1, 1, 0, 0, 1, 1]
    assert all(found[day].compliant + found[day].non_compliant == 6 for day in days[:-1])


def test_what_a_check_saw_itself_stays(made: Rig) -> None:
    change(made, "acme/edge1", ntp=GOOD, by="eve")
    made.bench.check()
    put_rules(made, "rules: []")
    made.bench.check()
    put_rules(made)
    made.bench.check()

    made.bench.check_history(90)

    assert timeline(made)[0] == ("mended", 5, "eve")
    assert [kind for kind, _, _ in timeline(made)] == ["mended", "broke", "mended", "broke"]


def test_only_the_days_asked_for_are_replayed(made: Rig) -> None:
    made.bench.check_history(3)

    assert timeline(made) == [("broke", 4, "dan"), ("mended", 3, "cleo"), ("other", None, "")]


def test_nobody_is_told_of_what_was_long_ago(made: Rig) -> None:
    made.bench.check_night()
    made.bench.check_history(90)

    assert made.bench.check_night().told == 0


def test_one_tenant_is_replayed_for_itself(made: Rig) -> None:
    made.bench.where(tenant="acme").check_history(90)

    acme, umbra = (made.bench.where(tenant=slug) for slug in ("acme", "umbra"))
    assert len(acme.compliance_trend(30)) > len(umbra.compliance_trend(30)) == 1
