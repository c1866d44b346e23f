"""What a device's messages add to a revision: who made it and when, where its text does not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwb.archive.records import Revision
from netwb.health.syslog.records import Said
from netwb.roles import ALL_TENANTS
from tests.archive.world import NOON, World, contents, device, entry

EDGE = device("edge1")
LATER = NOON + timedelta(hours=1)
NEVER_SET = datetime(2006, 1, 2, tzinfo=UTC)


def said(by: str, *, minutes: float = 0, note: str = "") -> Said:
    return Said(by=by, at=LATER + timedelta(minutes=minutes), note=note)


def store(
    world: World, text: str, *heard: Said, author: str | None = None, at: datetime = LATER
) -> Revision:
    """A text that was fetched half an hour after LATER, and its revision."""
    world.clock.now = max(world.clock.now, LATER + timedelta(minutes=30))
    made = entry(EDGE, text, author=author, at=at)
    if author is None:
        made = replace(made, clean=replace(made.clean, changed_at=None), at=world.clock())
    world.archive.write([replace(made, heard=heard)])
    return world.revisions(EDGE)[0]


@pytest.fixture
def world(world: World) -> World:
    world.store(EDGE, "a\n", author="ada", at=NOON)
    return world


def test_a_message_says_who_and_when_where_the_text_does_not(world: World) -> None:
    found = store(world, "b\n", said("ana"))

    assert (found.author, found.at, found.message) == ("ana", LATER, "edge1: changed")
    assert "Heard: ana\nNamed-By: syslog\n" in world.git("log", "-1", "--format=%B", "main")


def test_the_text_goes_before_what_anybody_can_send(world: World) -> None:
    stamp = LATER - timedelta(minutes=1)

    found = store(world, "b\n", said("eve"), author="ana", at=stamp)

    assert (found.author, found.at) == ("ana", stamp)
    assert "Named-By" not in world.git("log", "-1", "--format=%B", "main")


def test_a_message_says_when_where_the_devices_clock_is_wrong(world: World) -> None:
    found = store(world, "b\n", said("ana"), author="ana", at=NEVER_SET)

    assert (found.author, found.at) == ("ana", LATER)


def test_a_message_says_who_where_the_texts_stamp_is_that_of_the_change_before(
    world: World,
) -> None:
    second = store(world, "b\n", said("ana"), author="ada", at=NOON)
    third = store(world, "c\n", author="ada", at=NOON)

    assert (second.author, second.at) == ("ana", LATER)
    assert third.author == "unknown"  # ada's stamp is as old as before


def test_a_nameless_message_says_when(world: World) -> None:
    found = store(world, "b\n", said(""), author="ada", at=NOON)

    assert (found.author, found.at) == ("unknown", LATER)


def test_all_who_were_heard_of_are_told_and_the_last_one_is_the_author(world: World) -> None:
    found = store(world, "b\n", said("ana"), said("bo", minutes=1), said("", minutes=2))

    assert (found.author, found.at) == ("bo", LATER + timedelta(minutes=2))
    assert found.message == "edge1: changed by ana, bo"


def test_what_a_message_says_of_the_change_is_the_revisions_note(world: World) -> None:
    found = store(world, "b\n", said("", note="rolled back"))

    assert (found.author, found.message, found.note) == (
        "unknown",
        "edge1: rolled back",
        "rolled back",
    )


def test_a_persons_note_goes_before_it(world: World) -> None:
    made = replace(entry(EDGE, "b\n", author=None, at=LATER, note="CHG1"), heard=(said("ana"),))
    world.clock.now = LATER + timedelta(minutes=30)

    world.archive.write([replace(made, heard=(said("ana", note="rolled back"),))])

    assert world.revisions(EDGE)[0].message == "edge1: CHG1"


def test_what_was_said_before_the_newest_text_is_not_of_this_change(world: World) -> None:
    old = Said(by="eve", at=NOON - timedelta(hours=1))
    ahead = Said(by="eve", at=LATER + timedelta(days=1))

    found = store(world, "b\n", old, ahead)

    assert (found.author, found.message) == ("unknown", "edge1: changed")


@pytest.mark.parametrize("by", ["", "unknown", "<>", "\n"])
def test_a_name_that_is_none_names_nobody(world: World, by: str) -> None:
    assert store(world, "b\n", said(by)).author == "unknown"


def test_what_git_cannot_hold_is_taken_out_of_a_name(world: World) -> None:
    found = store(world, "b\n", said("an\x1ba<x>\nDevice: d9"), said("bo"))

    assert found.author == "bo"
    assert found.message == "edge1: changed by anax Device: d9, bo"
    assert found.device_id == EDGE.id


def test_newer_rules_are_nobodys_change(world: World) -> None:
    world.clock.now = LATER + timedelta(minutes=30)
    newer = entry(EDGE, "{a}\n", author=None, at=LATER, rule_set="2")

    world.archive.write([replace(newer, heard=(said("ana"),))])

    newest = world.revisions(EDGE)[0]
    assert (newest.author, newest.cause) == ("netwb", "rules")
    assert "Heard" not in world.git("log", "-1", "--format=%B", "main")


def test_a_rebuilt_index_tells_the_same(world: World) -> None:
    store(world, "b\n", said("ana"), said("bo"), author="ada", at=NOON)
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before
    assert world.history.revisions(ALL_TENANTS, EDGE)[0].author == "bo"
