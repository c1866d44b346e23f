"""Ask a NetBox for a tenant's devices over its REST API: everything, or nothing.

A list that is not complete would retire what it leaves out, so each page is counted, and a list that
changed while it was read is refused. Pages are asked for by their number of devices: the URL of the
next page, which NetBox gives, is never followed, as it may lead anywhere. No redirect is followed,
no proxy and no .netrc is asked, an answer has a limit in bytes, and its connection is cut at the end
of its time, however slowly it drips.
Source: NetBox 4, REST API "Pagination" and "Authentication".
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Any, Literal
from urllib.parse import SplitResult, urlencode, urlsplit

from netwb.cut_off import connected
from netwb.errors import InputError, NetboxError
from netwb.inventory.importers.netbox import device_row
from netwb.inventory.importers.netbox_plan import NetboxDevice
from netwb.settings import NetboxSettings

Filters = Sequence[tuple[str, str]]
DEVICES = "/api/dcim/devices/"
PAGE = 250  # devices
PAGE_BYTES = 32 * 1024 * 1024  # a device has some kilobytes, its custom fields with it
MOST = 100_000  # devices
_OURS = frozenset({"limit", "offset", "ordering", "format", "brief", "fields", "omit", "exclude"})
_FILTER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HOST = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_LONGEST = 1000
_WRITE = "write https://netbox.example.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A NetBox, and which of its devices are meant. `url` was judged by `check_url`."""

    url: str
    filters: Filters
    token: str = field(repr=False)


def check_url(text: str) -> str:
    """The URL without its last slash; InputError where no NetBox can be there.

    >>> check_url("https://netbox.example.net/netbox/")
    'https://netbox.example.net/netbox'
    """
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST:
        raise _wrong(f"is longer than {_LONGEST} characters, or has blanks or letters beyond ASCII")
    try:
        parts = urlsplit(text)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        raise _wrong("is none: its host or port cannot be") from None
    if parts.username is not None or parts.password is not None:
        raise _wrong("holds a login; leave it out, change it, and give a token")
    if parts.query or parts.fragment or "?" in text or "#" in text or not port_fits:
        raise _wrong("has a port that cannot be, a query or a fragment; filters go by --filter")
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
        raise _wrong("names no host by https")
    if parts.scheme == "http" and not _is_loopback(host):
        raise _wrong("is not encrypted, so that the token would be read on its way; give https")
    return text.rstrip("/").removesuffix("/api")


def check_filters(filters: Filters) -> Filters:
    """InputError for what asks NetBox for less than whole devices, or is no filter's name."""
    for name, value in filters:
        if not _FILTER.fullmatch(name) or name in _OURS or not value.isprintable() or not value:
            msg = f"filter {name[:40]!r} is none of NetBox's for devices; write tenant=acme"
            raise InputError(msg)
    return filters


def fetch(asked: Asked, settings: NetboxSettings) -> tuple[NetboxDevice, ...]:
    """Every device that is meant, by NetBox's id. Raises NetboxError, and then gives none."""
    found: dict[int, NetboxDevice] = {}
    count = 0
    while True:
        page = _page(asked, settings, offset=len(found))
        count = page.count
        for one in page.devices:
            device = _device(one, asked.url)
            if device.netbox_id in found:
                raise _unbelieved(asked.url, f"it gives device {device.netbox_id} twice")
            found[device.netbox_id] = device
        if not page.more:
            break
        if not page.devices or len(found) > MOST:
            raise _unbelieved(asked.url, "its pages have no end")
    if len(found) != count:
        said = f"it counts {count} devices and gives {len(found)}; perhaps they changed meanwhile"
        raise _unbelieved(asked.url, said)
    return tuple(found[number] for number in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """`more`: NetBox says that another one follows."""

    count: int
    more: bool
    devices: Sequence[Any]


def _page(asked: Asked, settings: NetboxSettings, *, offset: int) -> _Page:
    question = [*asked.filters, ("ordering", "id"), ("limit", str(PAGE)), ("offset", str(offset))]
    parts = urlsplit(asked.url)
    path = f"{parts.path}{DEVICES}?{urlencode(question)}"
    with _faults(asked.url, settings.answer_s):
        status, body = _exchange(parts, path, asked.token, settings)
    _judge_status(asked.url, status)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise _unbelieved(asked.url, "its answer is no JSON") from None
    if not isinstance(document, dict):
        raise _unbelieved(asked.url, "its answer is no list of devices")
    count, devices = document.get("count"), document.get("results")
    if not isinstance(count, int) or isinstance(count, bool) or not isinstance(devices, list):
        raise _unbelieved(asked.url, "its answer is no list of devices")
    return _Page(count=count, more=document.get("next") is not None, devices=devices)


def _device(one: Any, url: str) -> NetboxDevice:
    number = one.get("id") if isinstance(one, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        raise _unbelieved(url, "one of its devices has no id")
    name = one.get("name")
    called = f" ({name[:64]})" if isinstance(name, str) and name.isprintable() else ""
    return NetboxDevice(netbox_id=number, row=device_row(one, f"NetBox device {number}{called}"))


def _exchange(
    parts: SplitResult, path: str, token: str, settings: NetboxSettings
) -> tuple[int, bytes]:
    """Status and body of one answer, whole and within its limits."""
    with connected(
        parts, answer_s=settings.answer_s, ca_file=settings.ca_file, setting="netbox.ca_file"
    ) as connection:
        connection.request("GET", path, headers=_headers(token))
        with connection.getresponse() as answer:
            body = answer.read(PAGE_BYTES + 1)
            if len(body) <= PAGE_BYTES and answer.length:
                raise http.client.IncompleteRead(body)
    if len(body) > PAGE_BYTES:
        msg = f"NetBox {parts.netloc} answers more than {PAGE_BYTES} bytes for a page; is it one?"
        raise NetboxError(msg)
    return answer.status, body


def _headers(token: str) -> dict[str, str]:
    """Tokens of version 2 say so themselves: `nbt_<key>.<secret>`."""
    scheme = "Bearer" if token.startswith("nbt_") else "Token"
    return {
        "Authorization": f"{scheme} {token}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


@contextmanager
def _faults(url: str, limit_s: float) -> Iterator[None]:
    """What the network and a broken answer do wrong, in words; the token is in none of them."""
    started = monotonic()
    try:
        yield
    except http.client.HTTPException as error:
        raise _unbelieved(url, "it breaks off in the middle of its answer") from error
    except TimeoutError as error:
        spent = min(limit_s, monotonic() - started)
        msg = f"NetBox {url} does not answer within {spent:.0f} s; is it there?"
        raise NetboxError(msg) from error
    except ssl.SSLCertVerificationError as error:
        msg = (
            f"the certificate of NetBox {url} is not trusted ({error.verify_message}); name its CA"
            " by netbox.ca_file"
        )
        raise NetboxError(msg) from error
    except OSError as error:
        said = error.strerror or type(error).__name__
        msg = f"NetBox {url} cannot be reached ({said}); correct the URL, or try again later"
        raise NetboxError(msg) from error


_REFUSALS: Mapping[int, str] = {
    401: "refuses the token; give another one with `netwb netbox set`",
    403: "refuses the token; give it one that may view devices, with `netwb netbox set`",
    404: "has no devices at that URL; give the URL that its pages begin with",
}


def _judge_status(url: str, status: int) -> None:
    if status == http.client.OK:
        return
    kind: Literal["elsewhere", "wrong"] = "elsewhere" if 300 <= status < 400 else "wrong"
    said = _REFUSALS.get(status) or (
        "sends elsewhere, which is not followed; give the URL itself"
        if kind == "elsewhere"
        else f"answers {status}; look at NetBox, or try again later"
    )
    raise NetboxError(f"NetBox {url} {said}")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(why: str) -> InputError:
    """The URL is not shown: it may hold a password."""
    return InputError(f"the URL of NetBox {why}; {_WRITE}")


def _unbelieved(url: str, why: str) -> NetboxError:
    return NetboxError(f"NetBox {url} cannot be believed: {why}; nothing was changed, try again")
