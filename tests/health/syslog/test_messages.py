"""What a syslog message is taken for, whatever it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.health.syslog.changes import LONGEST_NAME, find_rule, name_of
from netwb.health.syslog.messages import LONGEST, parse_message
from tests.health.syslog.data import RULES, recorded_messages

RECORDED = list(recorded_messages())


@pytest.mark.parametrize(
    ("platform", "means", "name", "message"), RECORDED, ids=[str(m[3][:90]) for m in RECORDED]
)
def test_a_platforms_messages_mean_what_its_record_says(
    platform: str, means: str, name: str, message: bytes
) -> None:
    found = find_rule(parse_message(message).text, RULES[platform])

    if means == "-":
        assert found is None
    else:
        assert found is not None
        assert found[0].means == means
        assert found[1] == ("" if means == "nothing" else name) or means == "nothing"


def test_every_platform_has_messages_of_each_meaning_that_its_rules_know() -> None:
    tried = {(platform, means) for platform, means, _, _ in RECORDED}

    assert {(platform, rule.means) for platform, rules in RULES.items() for rule in rules} <= tried


@pytest.mark.parametrize(
    ("message", "hostname", "at", "text"),
    [
        (b"<189>Nov 28 15:00:00 r2 Agent: %A-5-B: c", "r2", None, b"Agent: %A-5-B: c"),
        (b"<189>Nov  8 15:00:00 r2 Agent: c", "r2", None, b"Agent: c"),
        (b"<189>Nov 28 15:00:00 2001:db8::7 x: c", "2001:db8::7", None, b"x: c"),
        (b"<189>2026 Nov 28 15:00:00 r4 %A: c", "", None, b"2026 Nov 28 15:00:00 r4 %A: c"),
        (b"<189>29: *Mar  1 00:00:01.1: %A-5-B: c", "", None, b"29: *Mar  1 00:00:01.1: %A-5-B: c"),
        (b"<189>Nov 28 15:00:00 UTC: %A-5-B: c", "", None, b"Nov 28 15:00:00 UTC: %A-5-B: c"),
        (
            b"<189>2026-11-28T16:00:00.5+01:00 192.0.2.1 29: %A-5-B: c",
            "192.0.2.1",
            datetime(2026, 11, 28, 15, 0, 0, 500_000, UTC),
            b"29: %A-5-B: c",
        ),
        (
            b'<165>1 2026-11-28T15:00:00Z r5 mgd 3046 UI_X [a@1 b="\\"]" c="d"][e@2] \xef\xbb\xbfsaid',
            "r5",
            datetime(2026, 11, 28, 15, tzinfo=UTC),
            b"UI_X: said",
        ),
        (b"<165>1 - - - - - - %A-5-B: c", "", None, b"%A-5-B: c"),
        (b"<165>1 2026-99-99T15:00:00Z r5 a b c - d", "r5", None, b"c: d"),
        (b"<165>1 2026-11-28T15:00:00 r5 a b - - d", "r5", None, b"d"),
        (b"<165>1 ", "", None, b"1"),
        (b"<165>1 -", "", None, b""),
        (b'<1>1 - h a p m [a@1 b="', "h", None, b'm: [a@1 b="'),
        (b"no priority at all", "", None, b"no priority at all"),
        (b"", "", None, b""),
        (b"<189>a\x00b\x1b[31mc\r\nd", "", None, b"a b [31mc  d"),
    ],
)
def test_a_message_is_taken_apart(
    message: bytes, hostname: str, at: datetime | None, text: bytes
) -> None:
    found = parse_message(message)

    assert (found.hostname, found.at, found.text) == (hostname, at, text)


@given(st.binary(max_size=400) | st.builds(lambda tail: b"<189>1 " + tail, st.binary()))
def test_no_message_is_an_error(data: bytes) -> None:
    found = parse_message(data)

    assert len(found.text) <= LONGEST
    assert not any(byte < 32 for byte in found.text)
    for rules in RULES.values():
        find_rule(found.text, rules)


@given(st.sampled_from([m[3] for m in RECORDED]), st.data())
def test_no_spoilt_message_is_an_error(message: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(message)))
    spoilt = message[:place] + data.draw(st.binary(max_size=8)) + message[place:]

    found = parse_message(spoilt)

    for rules in RULES.values():
        find_rule(found.text, rules)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, ""),
        (b"", ""),
        (b"ana", "ana"),
        (b"EXAMPLE\\ana", "EXAMPLE\\ana"),
        (b"a\x1b[31m\x00b", "a [31m b"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b".encode(), "a b"),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}" * 2),
        (b"x" * 5_000, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_that_can_be_shown(value: bytes | None, name: str) -> None:
    assert name_of(value) == name
