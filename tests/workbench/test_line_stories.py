"""The story of a line, and held texts masked: on the facade, over a real small archive."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.principals import Fixed
from netwb.collect.gather import Gathered
from netwb.errors import InputError, NotPermittedError, UnknownDeviceError, UnknownRevisionError
from netwb.roles import Actor, Role, Scope
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE

EDGE = "acme/edge1"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path, {"acme": ("edge1", "edge2"), "bolt": ("edge1",)}, past=three_nights
    ) as found:
        yield found


def three_nights(found: Rig) -> None:
    found.back_up()
    for night, (by, ntp) in enumerate([("ben", "192.0.2.54"), ("eva", "192.0.2.55")], start=1):
        found.clock.advance(days=1)
        at = START + timedelta(days=night, hours=-4)
        found.answer(EDGE, ios("edge1", by=by, at=at, ntp=ntp))
        found.back_up()


def acting(made: Rig, role: Role, tenant: str = "acme") -> Workbench:
    """The bench as somebody else, of one tenant."""
    ids = frozenset(item.id for item in made.bench.tenants() if item.slug == tenant)
    actor = Actor(name="someone", role=role, scope=Scope(ids))
    return Workbench(made.bench._parts, Fixed(actor), made.bench._where)


def without_end(answer: Gathered) -> Gathered:
    """The same login, its text cut before the end mark."""
    raw = answer.running
    assert raw is not None
    cut = raw.transcript.replace(b"\r\nend\r\n", b"\r\n")
    return replace(answer, running=replace(raw, transcript=cut))


def line_of(made: Rig, text: str, reference: str = EDGE) -> int:
    return made.bench.text_since(reference).lines.index(text) + 1


def test_each_line_is_dated_by_the_revision_that_brought_it(made: Rig) -> None:
    dated = made.bench.text_since(EDGE)

    ntp = line_of(made, "ntp server 192.0.2.55")
    stretch = next(s for s in dated.stretches if s.first <= ntp < s.first + s.lines)
    assert (stretch.author, stretch.lines, stretch.number) == ("eva", 1, 3)
    assert sum(s.lines for s in dated.stretches) == len(dated.lines) == dated.revision.lines


def test_an_older_text_is_dated_as_of_then(made: Rig) -> None:
    dated = made.bench.text_since(f"{EDGE}@latest~1")

    assert {s.number for s in dated.stretches} == {1, 2}
    assert "ntp server 192.0.2.54" in dated.lines


def test_a_story_tells_what_stood_before_and_how_long(made: Rig) -> None:
    told = made.bench.line_story(EDGE, line_of(made, "ntp server 192.0.2.55"))

    assert (told.author, told.since) == ("eva", START + timedelta(days=2, hours=-4))
    assert [(b.text, b.author) for b in told.before] == [
        ("ntp server 192.0.2.54", "ben"),
        ("ntp server 192.0.2.53", "ana"),
    ]
    assert told.before[0].since == START + timedelta(days=1, hours=-4)
    assert told.before[0].until == told.since


def test_a_line_of_the_first_copy_has_nothing_before_it(made: Rig) -> None:
    told = made.bench.line_story(EDGE, line_of(made, "hostname edge1"))

    assert (told.number, told.before) == (1, ())


def test_a_line_that_came_anew_has_nothing_before_it(made: Rig) -> None:
    made.clock.advance(days=1)
    text = ios(
        "edge1",
        by="eva",
        at=START + timedelta(days=2, hours=20),
        ntp="192.0.2.55\nntp server 192.0.2.99",
    )
    made.answer(EDGE, text)
    made.back_up()

    told = made.bench.line_story(EDGE, line_of(made, "ntp server 192.0.2.99"))

    assert (told.number, told.before) == (4, ())


def test_the_same_line_elsewhere_is_counted_within_the_scope(made: Rig) -> None:
    line = line_of(made, "interface GigabitEthernet0/0")

    assert made.bench.line_story(EDGE, line).elsewhere == 2
    assert acting(made, Role.VIEWER).line_story(EDGE, line).elsewhere == 1


def test_a_line_that_says_nothing_is_not_counted(made: Rig) -> None:
    assert made.bench.line_story(EDGE, line_of(made, "!")).elsewhere is None


@pytest.mark.parametrize("line", [0, -1, 10_000])
def test_a_line_that_is_not_there_is_bad_input(made: Rig, line: int) -> None:
    with pytest.raises(InputError, match="edge1"):
        made.bench.line_story(EDGE, line)


def test_a_foreign_device_is_an_unknown_one(made: Rig) -> None:
    foreign = made.devices["bolt/edge1"].id
    bench = acting(made, Role.ADMIN)

    for ask in (bench.text_since, lambda name: bench.line_story(name, 1), bench.masked_text):
        with pytest.raises(UnknownDeviceError):
            ask(foreign)


def test_a_held_text_is_shown_without_its_secrets_beside_the_good_one(made: Rig) -> None:
    held = ios("edge1", by="eva", at=START + timedelta(days=2, hours=-4), community="0therSecret")
    made.clock.advance(days=1)
    made.answer(EDGE, without_end(held))
    made.back_up()

    masked = acting(made, Role.VIEWER).masked_text(EDGE)

    text = "\n".join(masked.lines)
    assert "0therSecret" not in text
    assert "<netwb:secret:" in text
    assert masked.good is not None
    assert masked.good.number == 3
    assert masked.diff is not None
    assert "060506324F41" not in text  # known from the good copy, and a rule's too


def test_a_secret_that_did_not_change_makes_no_difference(made: Rig) -> None:
    made.clock.advance(days=1)
    made.answer(EDGE, without_end(ios("edge1", by="eva", at=START, ntp="192.0.2.55")))
    made.back_up()

    diff = made.bench.masked_text(EDGE).diff

    assert diff is not None
    changed = [line.text for hunk in diff.hunks for line in hunk.lines if line.kind != "same"]
    assert not [line for line in changed if "secret:" in line]


def test_nothing_held_is_not_found(made: Rig) -> None:
    with pytest.raises(UnknownRevisionError, match="quarantine"):
        made.bench.masked_text(EDGE)


def test_another_devices_text_is_shown_only_to_who_acts_for_all_tenants(made: Rig) -> None:
    made.clock.advance(days=1)
    made.answer(EDGE, ios("edge9", by="eva", at=START))
    made.back_up()

    assert made.bench.masked_text(EDGE).item.cause_kind == "WrongDeviceError"
    with pytest.raises(NotPermittedError, match="another tenant"):
        acting(made, Role.ADMIN).masked_text(EDGE)
    with pytest.raises(NotPermittedError, match="another tenant"):
        acting(made, Role.ADMIN).reveal_held(EDGE, reason="look")
    with pytest.raises(NotPermittedError, match="another tenant"):
        acting(made, Role.ADMIN).quarantined_text(EDGE)
    assert b"hostname edge9" in made.bench.quarantined_text(EDGE)


def test_revealing_a_held_text_needs_right_and_reason_and_is_audited(made: Rig) -> None:
    made.clock.advance(days=1)
    made.answer(EDGE, without_end(ios("edge1", by="eva", at=START, community="0therSecret")))
    made.back_up()

    with pytest.raises(NotPermittedError):
        acting(made, Role.VIEWER).reveal_held(EDGE, reason="look")
    with pytest.raises(InputError, match="reason"):
        made.bench.reveal_held(EDGE, reason=" ")
    assert b"0therSecret" in made.bench.reveal_held(EDGE, reason="CHG7")
    newest = made.bench.audit_events(limit=1)[0]
    assert newest.action == "quarantine.reveal"
    assert newest.detail["reason"] == "CHG7"
