"""What becomes of each message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from netwb.health.syslog.bursts import Bursts
from netwb.health.syslog.intake import FATES, Intake
from netwb.health.syslog.messages import parse_message
from netwb.health.syslog.records import Said
from netwb.health.syslog.sources import Sources, parse_relays
from tests.health.syslog.data import RULES, recorded_messages
from tests.health.syslog.test_sources import sender

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
BY_ANA = b"%SYS-5-CONFIG_I: Configured from console by ana on vty0 (192.0.2.7)"
EDGE1, RELAY, STRANGER = "192.0.2.1", "203.0.113.7", "192.0.2.99"


@pytest.fixture
def intake() -> Intake:
    numbers = count(1)
    made = Intake(Bursts(wait_s=90, most_s=600, new_id=lambda: f"b{next(numbers)}"), RULES)
    devices = (
        sender("edge1", EDGE1),
        sender("a", "192.0.2.5"),
        sender("b", "192.0.2.5"),
        sender("near1", "203.0.113.99"),
    )
    made.sources = Sources(devices, parse_relays("203.0.113.0/24"))
    return made


def said(intake: Intake) -> list[tuple[str, Said]]:
    return [(burst.device_id, one) for burst in intake.bursts.unkept() for one in burst.said]


@pytest.mark.parametrize(
    ("peer", "message", "fate"),
    [
        (EDGE1, b"<189>1: " + BY_ANA, "change"),
        (f"::ffff:{EDGE1}", b"<189>1: " + BY_ANA, "change"),
        (EDGE1, b"<189>1: " + BY_ANA.replace(b"ana", b"netwb"), "own"),
        (EDGE1, b"<189>1: %LINK-3-UPDOWN: Interface Gi0/1, changed state to up", "other"),
        (EDGE1, b"<189>1: CONFIG_I: nonsense", "other"),
        (EDGE1, b"<189>1: %PARSER-5-CFGLOG_LOGGEDCMD: User:ana  logged command:!exec: x", "other"),
        (EDGE1, b"", "other"),
        (STRANGER, b"<189>1: " + BY_ANA, "unknown"),
        ("192.0.2.5", b"<189>1: " + BY_ANA, "ambiguous"),
        (RELAY, b"<189>Nov 28 12:00:00 edge1 1: " + BY_ANA, "change"),
        (RELAY, b"<189>Nov 28 12:00:00 192.0.2.1 1: " + BY_ANA, "change"),
        (RELAY, b"<189>1: " + BY_ANA, "unknown"),
        (RELAY, b"<189>Nov 28 12:00:00 edge7 1: " + BY_ANA, "unknown"),
        ("203.0.113.99", b"<189>1: " + BY_ANA, "change"),  # a device among the relays
        ("203.0.113.99", b"<189>Nov 28 12:00:00 edge7 1: " + BY_ANA, "unknown"),
        (RELAY, b"<189>Nov 28 12:00:00 edge1 1: %LINK-3-UPDOWN: x", "other"),
        (RELAY, b"<189>Nov 28 12:00:00 edge1 x: (config UI_COMMIT: CONFIG_I: ", "other"),
    ],
)
def test_a_message_has_one_fate(intake: Intake, peer: str, message: bytes, fate: str) -> None:
    assert intake.take(message, peer, NOON) == fate
    assert dict(intake.counts) == {fate: 1}
    assert len(intake.bursts) == (1 if fate == "change" else 0)
    assert fate in FATES


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-11-28T11:59:00Z", NOON - timedelta(minutes=1)),
        ("2026-11-28T12:00:01Z", NOON),  # a clock that is ahead
        ("2026-11-26T12:00:00Z", NOON),  # one that was never set
        ("2026-11-28T11:59:00", NOON),  # no zone
        ("-", NOON),
    ],
)
def test_a_messages_own_time_counts_where_it_can_be_right(
    intake: Intake, stamp: str, at: datetime
) -> None:
    intake.take(f"<189>1 {stamp} edge1 - - - - ".encode() + BY_ANA, EDGE1, NOON)

    assert said(intake) == [("acme/edge1", Said(by="ana", at=at))]


@pytest.mark.parametrize(("platform", "means", "by", "message"), [*recorded_messages()])
@pytest.mark.parametrize("peer", [EDGE1, RELAY])
def test_each_recorded_message_is_heard_as_it_is_judged(
    peer: str, platform: str, means: str, by: str, message: bytes
) -> None:
    intake = Intake(Bursts(wait_s=90, most_s=600, new_id=lambda: "b1"), RULES)
    hostname = parse_message(message).hostname or "edge1"
    device = replace(sender(hostname, EDGE1), platform=platform, username="")
    intake.sources = Sources([device], parse_relays(RELAY))

    intake.take(message, peer, NOON)

    is_named = peer == EDGE1 or parse_message(message).hostname
    assert bool(said(intake)) == bool(means in {"change", "complete"} and is_named)
    assert [one.by for _, one in said(intake)] in ([], [by])


def test_a_rollback_says_so() -> None:
    intake = Intake(Bursts(wait_s=90, most_s=600, new_id=lambda: "b1"), RULES)
    intake.sources = Sources([replace(sender("core1", EDGE1), platform="juniper_junos")])

    intake.take(
        b"<189>Nov 28 12:00:00 core1 mgd[4312]: UI_COMMIT_NOT_CONFIRMED: "
        b"Commit was not confirmed; automatic rollback complete",
        EDGE1,
        NOON,
    )

    ((_, one),) = said(intake)
    assert one.note == "rolled back by itself, as the commit was not confirmed"
    assert len(intake.bursts.due(NOON)) == 1


def test_strangers_are_remembered_by_a_few_addresses(intake: Intake) -> None:
    for number in range(200):
        intake.take(b"x", f"10.0.0.{number}", NOON)

    assert intake.counts["unknown"] == 200
    assert len(intake.strangers) == 20


def test_who_cannot_be_of_use_is_known_before_it_says_anything(intake: Intake) -> None:
    assert [intake.knows(peer) for peer in (EDGE1, RELAY, "192.0.2.5", STRANGER, "")] == [
        *(True, True, True),
        *(False, False),
    ]
