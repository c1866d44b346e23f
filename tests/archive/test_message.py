"""Commit messages: nothing that goes in is lost, nothing that Git cannot hold gets in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.archive.message import CommitFacts, author_name, compose, parse_facts, plain, subject

FACTS = CommitFacts(
    device_id="d1",
    kind="running",
    cause="backup",
    run_id="r1",
    rule_set="3",
    note="CHG1",
    audit_head="9:ab",
    digest="ff",
    placed=(3, 40, 41),
    said=datetime(2006, 1, 2, tzinfo=UTC),
    volatile=((0, b"! by ana <netwb:secret:0011>"), (7, b"ntp clock-period \xff\x00 ")),
)


def test_a_message_gives_its_facts_back() -> None:
    assert parse_facts(compose("edge1: CHG1", FACTS).decode()) == FACTS


@given(
    placed=st.lists(st.integers(0, 10**6), unique=True).map(sorted).map(tuple),
    volatile=st.lists(st.tuples(st.integers(0, 10**5), st.binary(max_size=60))).map(tuple),
    note=st.text(max_size=80),
    rule_set=st.text(max_size=20),
)
def test_facts_survive_whatever_people_and_devices_wrote(
    placed: tuple[int, ...], volatile: tuple[tuple[int, bytes], ...], note: str, rule_set: str
) -> None:
    facts = CommitFacts(
        device_id="d1",
        kind="startup",
        cause="accept",
        run_id="",
        rule_set=plain(rule_set, 100),
        note=plain(note, 500),
        audit_head="",
        digest="",
        placed=placed,
        volatile=volatile,
    )

    message = compose(subject("edge1", facts, first=True), facts)

    assert parse_facts(message.decode()) == facts
    assert b"\0" not in message
    assert b"<" not in message
    assert not any(byte < 32 and byte != 10 for byte in message)


@given(st.text())
def test_an_author_is_always_a_name_that_git_can_hold(name: str) -> None:
    made = author_name(name)

    assert made
    assert not set(made) & set("<>\n\0")
    assert made.encode()


def test_an_author_that_is_only_control_characters_is_unknown() -> None:
    assert author_name("\x1b\x00<>") == author_name(None) == "unknown"


def test_a_message_of_a_person_has_no_facts() -> None:
    assert parse_facts("Fix a typo\n\nby hand\n") is None


@pytest.mark.parametrize("spoilt", ["Placed: 3 x", "Volatile: first line"])
def test_a_message_with_spoilt_facts_has_none(spoilt: str) -> None:
    assert parse_facts(f"edge1: x\n\nDevice: d\nKind: running\nCause: backup\n{spoilt}\n") is None


def test_a_startup_text_is_named_in_the_subject() -> None:
    facts = CommitFacts(
        device_id="d",
        kind="startup",
        cause="backup",
        run_id="",
        rule_set="",
        note="",
        audit_head="",
        digest="",
    )

    assert subject("edge1", facts, first=True) == "edge1 startup: first backup"
    assert subject("edge1", facts, first=False) == "edge1 startup: changed"


def test_a_long_note_is_whole_in_its_trailer_and_short_in_the_subject() -> None:
    facts = replace(FACTS, note="x" * 300)

    line = subject("edge1", facts, first=False)

    assert line == "edge1: " + "x" * 99 + "\N{HORIZONTAL ELLIPSIS}"
    assert parse_facts(compose(line, facts).decode()) == facts
