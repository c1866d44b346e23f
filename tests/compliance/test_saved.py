"""The rule of saved configurations, from what a login brought to what is told: opt-in, and honest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.collect.gather import Gathered, with_broken_startup
from netwb.collect.outcome import BackupOutcome
from netwb.collect.replay import recorded
from netwb.compliance.report import Cell
from netwb.errors import ConnectionLostError
from tests.benches import Rig, ios, ios_long, ios_text, rig
from tests.configs.conftest import read_platform

IOS = read_platform("cisco_ios")
RULE = "configuration-saved"
DEVICE = "acme/edge1"
HOSTS = {"acme": ("edge1",)}
ASKED = {"NETWB_COLLECT__STARTUP": "cisco_ios"}
NEVER = b"startup-config is not present\n"
BUSY = b"startup-config file open failed (Device or resource busy)\n"
OWN = """\
rules:
  - id: ours
    title: Saved
    severity: low
    checks:
      - running_is_startup: true
"""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS, settings=ASKED) as one:
        yield one


def saved(ntp: str = "192.0.2.53") -> bytes:
    """What NVRAM holds of a device whose NTP server was that when it was saved."""
    body = ios_text("edge1", ntp=ntp).partition(b" bytes\n")[2]
    return b"Using %d out of 262136 bytes\n%b" % (len(body), body)


def brought(startup: bytes, *, ntp: str = "192.0.2.53") -> Gathered:
    """One login: what runs, and the answer to `show startup-config`."""
    text = recorded(startup, prompt=b"edge1#", command="show startup-config", kind="startup")
    return replace(ios("edge1", ntp=ntp), startup=text.running)


def back_up(made: Rig, answer: Gathered) -> BackupOutcome:
    made.clock.advance(days=1)
    made.answer(DEVICE, answer)
    outcome = made.outcome(DEVICE, made.back_up())
    made.bench.check()
    return outcome


def cell(made: Rig, rule: str = RULE) -> Cell:
    (found,) = made.bench.compliance(DEVICE, reasons=True).devices
    return found.cells[rule]


def test_by_default_the_rule_means_no_ios_device(tmp_path: Path) -> None:
    with rig(tmp_path, HOSTS) as one:
        one.back_up()
        one.bench.check()

        (found,) = one.bench.compliance(DEVICE).devices

    assert RULE not in found.cells


def test_a_change_is_unsaved_until_somebody_saves_it(made: Rig) -> None:
    back_up(made, brought(saved()))
    first = cell(made)

    back_up(made, brought(saved(), ntp="192.0.2.99"))
    unsaved = cell(made)
    back_up(made, brought(saved("192.0.2.99"), ntp="192.0.2.99"))

    assert (first.state, unsaved.state, cell(made).state) == (
        "compliant",
        "non_compliant",
        "compliant",
    )
    assert [place.text for place in unsaved.places] == ["ntp server 192.0.2.99"]
    assert unsaved.reason.startswith("1 line of what runs would be lost by a restart, and 1 line")


def test_a_secret_is_the_same_in_both_texts(made: Rig) -> None:
    back_up(made, brought(saved()))

    texts = [made.bench.show(DEVICE, kind=kind) for kind in ("running", "startup")]

    tokens = [
        {word for word in text.split() if word.startswith(b"<netwb:secret:")} for text in texts
    ]
    assert tokens[0]
    assert tokens[0] == tokens[1]
    assert all(b"Pub1icRead" not in text for text in texts)


def test_a_device_that_was_never_saved_breaks_the_rule(made: Rig) -> None:
    back_up(made, brought(NEVER))

    assert cell(made).state == "non_compliant"
    assert cell(made).reason.startswith("The configuration was never saved")
    assert made.bench.show(DEVICE, kind="startup") == NEVER


def test_what_was_saved_once_and_is_erased_breaks_the_rule_at_once(made: Rig) -> None:
    back_up(made, brought(saved()))

    back_up(made, brought(NEVER))

    assert cell(made).state == "non_compliant"
    assert not list(made.bench.quarantine())
    assert len(made.bench.history(DEVICE, kind="startup")) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (brought(BUSY), "it cannot read it now, and says 'startup-config file open failed"),
        (brought(saved()[:200]), "the end mark `end` is missing"),
        (
            with_broken_startup(ios("edge1"), IOS, ConnectionLostError("edge1: it hung up")),
            "edge1: it hung up",
        ),
    ],
    ids=["busy", "cut", "lost"],
)
def test_a_startup_text_that_did_not_come_whole_is_not_evaluated_and_spoils_nothing(
    made: Rig, answer: Gathered, said: str
) -> None:
    back_up(made, brought(saved()))

    outcome = back_up(made, replace(answer, running=ios("edge1", ntp="192.0.2.99").running))

    assert (outcome.status, said in str(outcome.cause)) == ("changed", True)
    assert [one.kind for one in made.bench.quarantine()] == ["startup"]
    assert cell(made).state == "not_evaluated"
    assert said in cell(made).reason
    assert b"192.0.2.99" in made.bench.show(DEVICE)
    assert b"192.0.2.99" not in made.bench.show(DEVICE, kind="startup")
    assert len(made.bench.history(DEVICE)) == 2


def test_one_that_is_busy_minutes_after_a_good_one_is_not_evaluated_either(made: Rig) -> None:
    back_up(made, brought(saved()))
    made.clock.advance(minutes=2)
    made.answer(DEVICE, brought(BUSY, ntp="192.0.2.99"))

    made.back_up()
    made.bench.check()

    assert cell(made).state == "not_evaluated"
    assert "it cannot read it now" in cell(made).reason


def test_a_startup_text_that_a_person_may_accept_is_kept_back_for_one(made: Rig) -> None:
    long = ios_long("edge1").partition(b" bytes\n")[2]
    back_up(made, brought(b"Using %d out of 262136 bytes\n%b" % (len(long), long)))

    outcome = back_up(made, brought(saved()))

    assert outcome.status == "rejected"
    assert "`netwb quarantine show acme/edge1 --startup`" in str(outcome.cause)
    assert cell(made).state == "not_evaluated"


def test_one_that_is_busy_the_first_time_says_so_too(made: Rig) -> None:
    back_up(made, brought(BUSY))

    assert cell(made).state == "not_evaluated"
    assert "it cannot read it now" in cell(made).reason


def test_what_is_taken_no_more_says_nothing_of_what_runs_now(made: Rig) -> None:
    (made.bench.home / "rules" / "ours.yaml").write_text(OWN)
    back_up(made, brought(saved()))
    made.bench.check()
    before = cell(made, "ours").state

    back_up(made, ios("edge1", ntp="192.0.2.99"))

    assert before == "compliant"
    assert cell(made, "ours").state == "not_evaluated"
    assert "The startup configuration was last read on 20" in cell(made, "ours").reason
    assert "the setting collect.startup takes it along" in cell(made, "ours").reason
