"""What a notify script posted, judged: whole, of now, signed by a key we know, and an event."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from netwb.blackhole.events.arriving import Arrival, Refusal, receive
from netwb.blackhole.events.sent import parse
from netwb.errors import InputError
from netwb.notify.signing import key_text, signed_headers
from tests.telegraf.fastnetmon.caller import details

NEW, OLD, OTHER = (bytes([n]) * 32 for n in range(3))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SEEN = "2026-11-29T11:59:58.250Z"
BODY = json.dumps(details(observed_at=SEEN, report="said so")).encode()


def judged(
    headers: dict[str, str], body: bytes = BODY, *, keys: tuple[bytes, ...] = (NEW, OLD)
) -> Arrival | Refusal:
    return receive(headers, body, now=NOON, keys=keys)


def signed(body: bytes = BODY, *, key: bytes = NEW, at: datetime = NOON) -> dict[str, str]:
    return signed_headers("msg_1", at, body, [key])


def test_an_event_comes_with_its_id_and_what_the_script_added() -> None:
    found = judged(signed())

    assert isinstance(found, Arrival)
    assert (found.message_id, found.sent_at, found.key) == ("msg_1", NOON, 0)
    assert found.event is not None
    assert found.event.observed_at == NOON - timedelta(seconds=1, milliseconds=750)
    assert (found.event.action, found.event.report) == ("ban", "said so")


def test_in_a_rotation_the_key_before_is_taken_and_told() -> None:
    found = judged(signed(key=OLD))

    assert isinstance(found, Arrival)
    assert found.key == 1


def test_what_the_specification_s_own_library_signs_is_taken() -> None:
    at = datetime.now(UTC)
    headers = {
        "Webhook-Id": "msg_1",
        "WEBHOOK-TIMESTAMP": str(int(at.timestamp())),
        "webhook-signature": "v1a,xyz " + Webhook(key_text(NEW)).sign("msg_1", at, BODY.decode()),
    }

    assert isinstance(receive(headers, BODY, now=at, keys=[NEW]), Arrival)


def test_a_test_of_the_way_is_no_event() -> None:
    body = b'{"action": "test", "observed_at": "2026-11-29T11:59:58Z"}'

    found = judged(signed(body), body)

    assert isinstance(found, Arrival)
    assert found.event is None


@pytest.mark.parametrize(
    ("minutes", "name"), [(-5, None), (5, None), (-5.03, "too-old"), (5.04, "too-new")]
)
def test_five_minutes_hold_in_both_directions(minutes: float, name: str | None) -> None:
    found = judged(signed(at=NOON + timedelta(minutes=minutes)))

    assert (found.name if isinstance(found, Refusal) else None) == name
    if isinstance(found, Refusal):
        assert found.text.startswith("it was signed 302 s")


@pytest.mark.parametrize(
    ("headers", "body", "keys", "name"),
    [
        (signed(), BODY + b" ", (NEW, OLD), "bad-signature"),
        (signed(), BODY, (OTHER,), "bad-signature"),
        (signed(), BODY, (), "bad-signature"),
        (signed() | {"webhook-id": "msg_2"}, BODY, (NEW,), "bad-signature"),
        (signed() | {"webhook-timestamp": "1796126401"}, BODY, (NEW,), "too-new"),
        (signed() | {"webhook-signature": "v1,"}, BODY, (NEW,), "bad-signature"),
        (signed() | {"webhook-signature": "v1,\ud800é"}, BODY, (NEW,), "bad-signature"),
        (signed() | {"webhook-signature": ""}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-signature": "v1,a " * 500}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-timestamp": "9" * 12}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-timestamp": "1e9"}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-timestamp": "-5"}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-timestamp": "٣"}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-timestamp": "99999999999"}, BODY, (NEW,), "too-new"),
        (signed() | {"webhook-timestamp": "0"}, BODY, (NEW,), "too-old"),
        (signed() | {"webhook-id": "msg.1"}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-id": "m" * 65}, BODY, (NEW,), "headers-missing"),
        (signed() | {"webhook-id": "msg\n1"}, BODY, (NEW,), "headers-missing"),
        ({}, BODY, (NEW,), "headers-missing"),
        ({}, b"x" * (64 * 1024 + 1), (NEW,), "too-large"),
        (signed(b""), b"", (NEW,), "unreadable"),
        (signed(b"{}"), b"{}", (NEW,), "unreadable"),
        (signed(b"\0"), b"\0", (NEW,), "unreadable"),
    ],
)
def test_everything_else_is_refused_by_a_name_and_a_sentence(
    headers: dict[str, str], body: bytes, keys: tuple[bytes, ...], name: str
) -> None:
    found = judged(headers, body, keys=keys)

    assert isinstance(found, Refusal)
    assert found.name == name
    assert found.text.isprintable()


def test_headers_that_are_missing_are_named() -> None:
    found = judged({"webhook-id": "msg_1"})

    assert isinstance(found, Refusal)
    assert "missing or malformed: webhook-timestamp, webhook-signature;" in found.text


def test_nothing_of_a_body_is_read_before_its_signature_holds() -> None:
    found = judged(signed(b"{}"), b"not even JSON")

    assert isinstance(found, Refusal)
    assert found.name == "bad-signature"


def test_a_late_ban_is_not_refused_here() -> None:
    late = json.dumps(details(observed_at="2026-11-28T00:00:00Z")).encode()

    found = judged(signed(late), late)

    assert isinstance(found, Arrival)
    assert found.event is not None
    assert found.event.observed_at == datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields", [{}, {"observed_at": None}, {"observed_at": 1}, {"observed_at": SEEN, "report": 7}]
)
def test_what_the_script_adds_is_judged_too(fields: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        parse(json.dumps(details(**fields)).encode())


@settings(max_examples=60)
@given(
    message_id=st.text(max_size=20),
    moment=st.text(max_size=14) | st.integers().map(str),
    marks=st.text(max_size=60),
    body=st.binary(max_size=80),
)
def test_nobody_gets_in_by_guessing(message_id: str, moment: str, marks: str, body: bytes) -> None:
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": moment,
        "webhook-signature": marks,
    }

    assert isinstance(judged(headers, body), Refusal)
