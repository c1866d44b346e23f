"""What devices are by rules is judged once a change, and kept with the revision that did it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.benches import START, Rig, ios, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
NTP = """\
rules:
  - id: ntp-ours
    title: Our NTP server
    severity: high
    why: One clock for all logs.
    checks:
      - must_contain: ntp server 192.0.2.53
  - id: no-http
    title: No HTTP server
    severity: low
    why: Nobody uses it.
    checks:
      - must_not_match: '^ip http server$'
"""
ONLY_OURS = {"NETWB_COMPLIANCE__STARTER": "off"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, settings=ONLY_OURS) as one:
        rules(one, NTP)
        one.back_up()
        yield one


def rules(made: Rig, text: str, name: str = "ours.yaml") -> None:
    (made.bench.home / "rules" / name).write_text(text)


def state(made: Rig, device: str, rule: str) -> str:
    (found,) = made.bench.compliance(device).devices
    return found.cells[rule].state


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
