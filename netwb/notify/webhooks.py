"""Our own webhooks: one signed POST (Standard Webhooks), to an address that was looked at before.

The name is resolved once and the connection goes to what was judged, so that a name that changes its
answer in between (DNS rebinding) changes nothing. No redirect is followed, no proxy is asked, of the
answer no more than its beginning is read, and at the end of its time the connection is cut, however
slowly it drips. Source: the Standard Webhooks specification 1.0; RFC 9110 for what a status means.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from netwb._version import __version__
from netwb.cut_off import cut_after
from netwb.errors import DeliveryError, InputError
from netwb.notify.addresses import is_public
from netwb.notify.hiding import hidden_webhook
from netwb.notify.signing import signed_headers

Reach = Literal["public", "anywhere"]  # a tenant's targets; the provider's own
Resolve = Callable[..., Sequence[tuple[Any, ...]]]  # as socket.getaddrinfo
LIMIT_S = 15.0  # from the connection to the end of the answer; the specification wants 15 to 30
ANSWER_BYTES = 16 * 1024
HTTP_OK, HTTP_REDIRECTS, HTTP_ERRORS = 200, 300, 400
_NOT_PUBLIC = "{host} is at an address that is not public; a tenant's targets are at public ones"
_PORTS = {"https": 443, "http": 80}
_REFUSED_MESSAGE = {400, 413, 415, 422}  # it is this message that is wrong, not the target
_WORDS_MOST = 120  # characters of the receiver's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One try of one message."""

    url: str
    message_id: str
    body: bytes
    keys: Sequence[bytes]
    at: datetime


def check_webhook(url: str, reach: Reach) -> None:
    """Raise InputError, without the URL, where it can never be posted to."""
    parts = split_url(url)
    if reach == "public" and parts.scheme != "https":
        msg = "a tenant's webhook goes by https alone; give an https URL"
        raise InputError(msg)


def split_url(url: str) -> SplitResult:
    """The parts of an http or https URL; InputError shows none of them."""
    msg = "the webhook is no URL; write https://host/path, without spaces"
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        raise InputError(msg) from None  # the cause would show a part of it
    if parts.scheme not in _PORTS or not parts.hostname or not port_is_good:
        raise InputError(msg)
    if parts.username or parts.password or any(not "!" <= letter <= "~" for letter in url):
        msg = "the webhook's URL holds a login, a space or letters beyond ASCII; leave them out"
        raise InputError(msg)
    return parts


def shown_webhook(url: str) -> str:
    """The URL for a reader: path and query may be the receiver's secret.

    >>> shown_webhook("https://hooks.example.org/T0/B0/XXXX?key=1")
    'https://hooks.example.org/...'
    """
    parts = split_url(url)
    rest = "/..." if parts.path.strip("/") or parts.query else "/"
    return f"{parts.scheme}://{parts.netloc}{rest}"


def body_of(data: Mapping[str, Any]) -> bytes:
    """The JSON that is signed and sent."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def send_webhook(
    post: Post, reach: Reach, *, limit_s: float = LIMIT_S, resolve: Resolve = socket.getaddrinfo
) -> None:
    """Post once; DeliveryError says why it did not arrive, by its cause."""
    parts = split_url(post.url)
    host = parts.hostname or ""
    places = resolved(host, parts.port or _PORTS[parts.scheme], reach, resolve)
    end = monotonic() + limit_s
    with (
        _faults(host, limit_s),
        _connected(places, end) as plain,
        cut_after(end - monotonic(), plain),
        _secured(plain, parts) as line,
    ):
        status, headers, said = _exchange(line, parts, post)
    _judge(host, status, headers, said)


def require_public(host: str, *, resolve: Resolve = socket.getaddrinfo) -> None:
    """Raise InputError where a name or address of a tenant's target is not public now.

    One that DNS does not know yet is let through: it is judged again at each message.
    """
    try:
        found = resolve(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if not all(is_public(str(place[4][0])) for place in found):
        raise InputError(_NOT_PUBLIC.format(host=host))


def resolved(host: str, port: int, reach: Reach, resolve: Resolve) -> list[tuple[Any, ...]]:
    """The addresses behind a name; DeliveryError where there is none, or one that is not public."""
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"the name {host} is not known to DNS; correct it, or try again"
        raise DeliveryError(msg) from error
    if reach == "public" and not all(is_public(str(place[4][0])) for place in found):
        raise DeliveryError(_NOT_PUBLIC.format(host=host))
    return list(found)


@contextmanager
def _connected(places: Sequence[tuple[Any, ...]], end: float) -> Iterator[socket.socket]:
    """A connection to the first place that takes one: to its address, and to no name.

    Each has its share of the time, so that one that is silent leaves the next one some.
    """
    failure: OSError | None = None
    for left, (family, kind, protocol, _, address) in zip(
        range(len(places), 0, -1), places, strict=True
    ):
        line = socket.socket(family, kind, protocol)
        line.settimeout(max(0.1, (end - monotonic()) / left))
        try:
            line.connect(address)
            line.settimeout(max(0.1, end - monotonic()))
        except OSError as error:
            line.close()
            failure = error
            continue
        with line:
            yield line
        return
    raise failure or OSError


def _secured(line: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme == "http":
        return line
    # Its own descriptor, as wrap_socket takes the other's away, and the timer has to cut it.
    context = ssl.create_default_context()
    return context.wrap_socket(line.dup(), server_hostname=parts.hostname)


def _exchange(
    line: socket.socket, parts: SplitResult, post: Post
) -> tuple[int, Mapping[str, str], str]:
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = line
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {
        "content-type": "application/json",
        "user-agent": f"netwb/{__version__}",
        "connection": "close",
        **signed_headers(post.message_id, post.at, post.body, post.keys),
    }
    connection.request("POST", path, post.body, headers)
    answer = connection.getresponse()
    said = _said(answer) if answer.status >= HTTP_ERRORS else ""
    words = hidden_webhook(said, post.url)[:_WORDS_MOST]
    return answer.status, dict(answer.getheaders()), words


def _said(answer: http.client.HTTPResponse) -> str:
    """The receiver's own words, where they are words; of an answer that says yes none is waited for."""
    content = b""
    with suppress(OSError, http.client.HTTPException):
        content = answer.read(ANSWER_BYTES)
    text = " ".join(content[:1000].decode("utf-8", "replace").split())
    plain = text.isprintable() and not text.startswith("<")
    return text if plain else ""


def _judge(host: str, status: int, headers: Mapping[str, str], said: str) -> None:
    if HTTP_OK <= status < HTTP_REDIRECTS:
        return
    if status < HTTP_ERRORS:
        msg = f"{host} answers {status}, a redirect, which is not followed; give the final URL"
        raise DeliveryError(msg)
    words = f": {said}" if said else ""
    msg = f"{host} answers {status}{words}"
    raise DeliveryError(
        msg,
        fault="message" if status in _REFUSED_MESSAGE else "target",
        retry_after_s=_retry_after_s(headers),
    )


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds that the receiver asks for; a date is read too."""
    text = {name.lower(): value for name, value in headers.items()}.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    with suppress(ValueError):
        at = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())
    return 0.0


@contextmanager
def _faults(host: str, limit_s: float) -> Iterator[None]:
    """What the network and the receiver do wrong, in words."""
    try:
        yield
    except http.client.HTTPException as error:
        msg = f"{host} closed the connection in the middle, or its answer is no HTTP"
        raise DeliveryError(msg) from error
    except TimeoutError as error:
        msg = f"{host} did not answer within {limit_s:.0f} s"
        raise DeliveryError(msg) from error
    except ssl.SSLCertVerificationError as error:
        msg = f"the certificate of {host} is not trusted: {error.verify_message}"
        raise DeliveryError(msg) from error
    except ssl.SSLError as error:
        msg = f"{host} does not speak TLS as it should: {error.reason or 'no TLS'}"
        raise DeliveryError(msg) from error
    except ConnectionRefusedError as error:
        msg = f"{host} takes no connection on that port"
        raise DeliveryError(msg) from error
    except OSError as error:
        msg = f"the connection to {host} failed: {error.strerror or type(error).__name__}"
        raise DeliveryError(msg) from error
