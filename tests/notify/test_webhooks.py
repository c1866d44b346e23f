"""One signed POST: what a receiver may do to it, and where it never goes."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from netwb.errors import DeliveryError, InputError
from netwb.notify.signing import key_text
from netwb.notify.webhooks import (
    ANSWER_BYTES,
    Post,
    check_webhook,
    send_webhook,
    shown_webhook,
)
from tests.notify.receivers import (
    Answer,
    Receiver,
    close_midway,
    drip,
    flood,
    hang,
    receiving,
    status,
)

Place = tuple[Any, ...]
KEYS = (b"n" * 32, b"o" * 32)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def post(url: str) -> Post:
    body = json.dumps({"type": "run.ended", "data": {}}).encode()
    return Post(url=url, message_id="msg_1", body=body, keys=KEYS, at=datetime.now(UTC))


def failure(receiver: Receiver, answer: Answer, *, limit_s: float = 15) -> DeliveryError:
    receiver.answer = answer
    with pytest.raises(DeliveryError) as caught:
        send_webhook(post(receiver.url), "anywhere", limit_s=limit_s)
    assert "S3cretPath" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("key", KEYS)
def test_it_arrives_signed_by_both_keys(receiver: Receiver, key: bytes) -> None:
    send_webhook(post(receiver.url), "anywhere")

    ((headers, body),) = receiver.got

    assert Webhook(key_text(key)).verify(body, headers)["type"] == "run.ended"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_any_yes_is_one_and_its_answer_is_not_waited_for(receiver: Receiver, code: int) -> None:
    receiver.answer = status(code)
    send_webhook(post(receiver.url), "anywhere")
    receiver.answer = flood(200)
    send_webhook(post(receiver.url), "anywhere")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(500, "down for maintenance"), "127.0.0.1 answers 500: down for maintenance"),
        (status(500, "<html>"), "answers 500"),
        (status(302, Location="http://127.0.0.1:1/"), "a redirect, which is not followed"),
        (status(307, Location="http://127.0.0.1:1/"), "a redirect, which is not followed"),
        (flood(500), "answers 500"),
        (close_midway, "closed the connection in the middle, or its answer is no HTTP"),
    ],
    ids=["500", "500-html", "302", "307", "500-flood", "closed"],
)
def test_what_a_receiver_does_wrong_is_named(receiver: Receiver, answer: Answer, says: str) -> None:
    error = failure(receiver, answer)

    assert says in str(error)
    assert len(str(error)) < 200
    assert (error.fault, len(receiver.got)) == ("target", 1)


@pytest.mark.parametrize("answer", [hang, drip], ids=["hangs", "drips"])
def test_a_receiver_that_does_not_end_is_cut_off(receiver: Receiver, answer: Answer) -> None:
    began = monotonic()

    error = failure(receiver, answer, limit_s=0.5)

    assert "did not answer within" in str(error)
    assert monotonic() - began < 5


@pytest.mark.parametrize("code", [400, 413, 422])
def test_a_message_that_is_refused_is_told_from_a_target_that_fails(
    receiver: Receiver, code: int
) -> None:
    assert failure(receiver, status(code)).fault == "message"


def test_a_receiver_may_ask_to_be_left_alone(receiver: Receiver) -> None:
    assert failure(receiver, status(429, Retry_After="120")).retry_after_s == 120
    assert failure(receiver, status(503, Retry_After="soon")).retry_after_s == 0
    assert failure(receiver, status(503, Retry_After="\u00b2")).retry_after_s == 0
    date = status(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")
    assert failure(receiver, date).retry_after_s > 1e9


def test_of_ten_megabytes_a_beginning_is_read(receiver: Receiver) -> None:
    sent = []
    whole = threading.Event()

    def answer(handler: object) -> None:
        flood(500)(handler)  # type: ignore[arg-type]
        sent.append(1)
        whole.set()

    failure(receiver, answer)

    assert ANSWER_BYTES < 100_000
    assert whole.wait(10), "the connection was not closed"


def test_a_port_that_nobody_listens_at_and_a_name_that_nobody_has_are_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(DeliveryError, match="takes no connection on that port"):
            send_webhook(post(url), "anywhere")
    with pytest.raises(DeliveryError, match=r"nowhere\.invalid is not known to DNS"):
        send_webhook(post("https://nowhere.invalid/x"), "anywhere")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://[fd00:ec2::254]/x",
    ],
)
def test_a_tenants_webhook_goes_to_no_address_of_ours(url: str) -> None:
    with pytest.raises(DeliveryError, match="is not public"):
        send_webhook(post(url), "public")


def test_a_name_that_has_a_public_and_a_private_address_is_refused() -> None:
    both = [place("8.8.8.8", 443), place("10.0.0.1", 443)]

    with pytest.raises(DeliveryError, match="is not public"):
        send_webhook(post("https://mixed.example/x"), "public", resolve=lambda *_, **__: both)


def test_of_two_addresses_one_that_is_silent_leaves_the_other_its_time(receiver: Receiver) -> None:
    parts = urlsplit(receiver.url)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        first.connect(full.getsockname())  # its queue is full now: who comes is not answered

        def resolve(_host: str, _port: int, **_kind: object) -> list[Place]:
            stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*stream, full.getsockname()), (*stream, (parts.hostname, parts.port))]

        began = monotonic()
        send_webhook(post(receiver.url), "anywhere", limit_s=6, resolve=resolve)

    assert len(receiver.got) == 1
    assert monotonic() - began < 5


def test_a_name_is_asked_for_once_and_the_answer_is_where_it_goes(receiver: Receiver) -> None:
    port = urlsplit(receiver.url).port or 0
    answers = [[place("127.0.0.1", port)], [place("127.0.0.2", port)]]
    asked: list[str] = []

    def changing(host: str, *_: object, **__: object) -> list[Place]:
        asked.append(host)
        return answers[len(asked) - 1]

    send_webhook(post(f"http://rebinding.example:{port}/x"), "anywhere", resolve=changing)

    assert (asked, len(receiver.got)) == (["rebinding.example"], 1)


def place(address: str, port: int) -> Place:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "https:///s3cret", "https://u:p@example.org/",
        "https://example.org:99999/", "https://example.org/a b", "https://exämple.org/",
        "https://[::1/", "https://example.org/\r\nHost: x",
    ],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InputError) as refused:
        check_webhook(url, "anywhere")

    assert not url or url not in str(refused.value)


def test_a_tenants_webhook_is_https() -> None:
    check_webhook("http://127.0.0.1/", "anywhere")
    with pytest.raises(InputError, match="https"):
        check_webhook("http://example.org/", "public")


def test_what_is_shown_of_a_webhook_holds_no_path() -> None:
    assert shown_webhook("https://example.org:8443/s3cret?k=v") == "https://example.org:8443/..."
    assert shown_webhook("https://example.org") == "https://example.org/"


def test_tls_is_spoken_and_a_certificate_of_nobody_is_refused(
    receiver: Receiver, tls: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = tls
    plain = receiver.url.replace("http:", "https:")
    with pytest.raises(DeliveryError, match="certificate of localhost is not trusted"):
        send_webhook(post(url), "anywhere")
    with pytest.raises(DeliveryError, match="does not speak TLS"):
        send_webhook(post(plain), "anywhere")

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send_webhook(post(url), "anywhere")


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """URL and certificate of a receiver that speaks TLS."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", key),
            *("-out", certificate, "-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with receiving(context=context) as receiver:
        yield receiver.url, certificate


@pytest.mark.parametrize(
    "quoted", ["S3cretPath", "s3cretpath", "/hook/S3cretPath", "ECHO%2BTOK", "ECHO+TOK"]
)
def test_a_receiver_that_quotes_the_url_gives_nothing_of_it_away(
    receiver: Receiver, quoted: str
) -> None:
    receiver.answer = status(404, f"unknown {quoted}")

    with pytest.raises(DeliveryError) as caught:
        send_webhook(post(f"{receiver.url}?token=ECHO%2BTOK"), "anywhere")

    assert str(caught.value).replace("/", "").endswith(" answers 404: unknown ****")
    assert quoted.rpartition("/")[2] not in str(caught.value)


def test_a_secret_at_the_end_of_what_is_shown_is_hidden_whole(receiver: Receiver) -> None:
    receiver.answer = status(404, "x" * 115 + " S3cretPath")

    with pytest.raises(DeliveryError) as caught:
        send_webhook(post(receiver.url), "anywhere")

    assert "S3c" not in str(caught.value)
