"""Our signatures, verified by the library of those who wrote the specification."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from netwb.errors import InputError
from netwb.notify.signing import find_signer, key_text, parse_key, signed_headers

OLD, NEW, OTHER = (bytes([n]) * 32 for n in range(3))
BODY = json.dumps({"type": "backup.failed", "data": {"label": "acme/edge1"}}).encode()


def headers(*keys: bytes, at: datetime | None = None) -> dict[str, str]:
    return signed_headers("msg_1", at or datetime.now(UTC), BODY, keys)


@pytest.mark.parametrize("key", [OLD, NEW], ids=["old", "new"])
def test_in_a_rotation_a_receiver_with_either_key_accepts(key: bytes) -> None:
    assert Webhook(key_text(key)).verify(BODY, headers(NEW, OLD)) == json.loads(BODY)


def test_another_key_another_body_and_another_time_are_refused() -> None:
    receiver = Webhook(key_text(NEW))

    with pytest.raises(WebhookVerificationError):
        Webhook(key_text(OTHER)).verify(BODY, headers(NEW, OLD))
    with pytest.raises(WebhookVerificationError):
        receiver.verify(BODY + b" ", headers(NEW))
    with pytest.raises(WebhookVerificationError):
        receiver.verify(BODY, headers(NEW, at=datetime.now(UTC) - timedelta(minutes=6)))
    with pytest.raises(WebhookVerificationError):
        receiver.verify(BODY, headers(NEW) | {"webhook-id": "msg_2"})


def test_it_signs_as_the_library_does() -> None:
    at = datetime.now(UTC)

    assert headers(NEW, at=at)["webhook-signature"] == Webhook(key_text(NEW)).sign(
        "msg_1", at, BODY.decode()
    )


@pytest.mark.parametrize(
    ("known", "place"),
    [((NEW, OLD), 0), ((OTHER, OLD), 1), ((OLD,), 0), ((OTHER,), None), ((), None)],
    ids=["newest", "before", "one", "another", "none"],
)
def test_who_signed_is_found_among_the_keys(known: tuple[bytes, ...], place: int | None) -> None:
    at = datetime.now(UTC)
    signers = (OLD, NEW) if NEW in known else (OLD,)
    marks = headers(*signers, at=at)["webhook-signature"]

    assert find_signer("msg_1", at, BODY, known, marks=f"v1a,x {marks} v1,") == place
    assert find_signer("msg_2", at, BODY, known, marks=marks) is None
    assert find_signer("msg_1", at, BODY + b" ", known, marks=marks) is None


def test_a_key_is_read_as_it_was_written() -> None:
    assert parse_key(key_text(NEW)) == NEW


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "s3cret-not-base64!", "é"])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_key(text)

    assert "s3cret" not in str(refused.value)
