"""Whom forwarding headers are believed from, and whose pages may open websockets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from netwb.errors import SettingsError
from netwb.web.origin import is_secure, origin_of, parse_networks
from netwb.web.place import Place, is_loopback

PROXIES = parse_networks("127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48")


def request(peer: str, *forwarded: str, proto: str = "", protocol: str = "http") -> Any:
    headers = HTTPHeaders({"Host": "noc.example.net", "User-Agent": "x" * 1000})
    for line in forwarded:
        headers.add("X-Forwarded-For", line)
    if proto:
        headers["X-Forwarded-Proto"] = proto
    context = SimpleNamespace(
        address=(peer, 40000), protocol=protocol, remote_ip="203.0.113.99", _orig_protocol=protocol
    )
    connection: Any = SimpleNamespace(context=context, set_close_callback=lambda _: None)
    return HTTPServerRequest(
        headers=headers,
        connection=connection,
        start_line=RequestStartLine("GET", "/", "HTTP/1.1"),
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.9", ["203.0.113.1"], "192.0.2.9"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.1"], "203.0.113.1"),
        ("127.0.0.1", ["198.51.100.66, 203.0.113.1"], "203.0.113.1"),
        ("127.0.0.1", ["198.51.100.66", "203.0.113.1"], "203.0.113.1"),
        ("127.0.0.1", ["203.0.113.1, 10.1.2.3"], "203.0.113.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["203.0.113.1, <script>"], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["2001:db8::7"], "2001:db8::7"),
        ("2001:db8:1::1%eth0", ["203.0.113.1"], "203.0.113.1"),
        ("127.0.0.1", ["::ffff:203.0.113.1"], "203.0.113.1"),
        ("127.0.0.1", ["fe80::1%[2J] root logged in"], "fe80::1"),
        ("127.0.0.1", ["203.0.113.1,"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.1:4711"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.1"] + ["10.1.2.3"] * 500, "203.0.113.1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_s(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert origin_of(request(peer, *forwarded), PROXIES).address == address


def test_the_browser_s_name_is_kept_short() -> None:
    assert len(origin_of(request("192.0.2.9"), PROXIES).browser) == 200


@pytest.mark.parametrize(
    ("peer", "proto", "protocol", "secure"),
    [
        ("127.0.0.1", "https", "http", True),
        ("127.0.0.1", "https, http", "http", False),
        ("127.0.0.1", "", "http", False),
        ("192.0.2.9", "https", "http", False),
        ("192.0.2.9", "http", "https", True),
    ],
)
def test_tls_is_what_the_browser_speaks(
    peer: str, proto: str, protocol: str, *, secure: bool
) -> None:
    assert is_secure(request(peer, proto=proto, protocol=protocol), PROXIES) is secure


@pytest.mark.parametrize("proto", ["", "http"])
def test_a_public_address_of_tls_decides_where_a_proxy_says_nothing_or_no(proto: str) -> None:
    said = request("127.0.0.1", proto=proto, protocol="http")

    assert is_secure(said, PROXIES, "https://noc.example.net")
    assert not is_secure(said, PROXIES, "http://noc.example.net")


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.1/8", "127.0.0.1;10.0.0.1", "*"])
def test_a_network_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"web\.trusted_proxies"):
        parse_networks(text)


@pytest.mark.parametrize(
    ("place", "url", "origins"),
    [
        (("127.0.0.1", ""), "http://127.0.0.1:5006", ["localhost:5006"]),
        (("::1", ""), "http://[::1]:5006", ["localhost:5006"]),
        (
            ("noc", "https://noc.example.net"),
            "http://noc:5006",
            ["noc:5006", "noc.example.net", "noc.example.net:443", "localhost:5006"],
        ),
        (
            ("127.0.0.1", "http://noc.example.net:8080/"),
            "http://127.0.0.1:5006",
            ["noc.example.net:8080", "localhost:5006"],
        ),
    ],
)
def test_pages_of_these_hosts_open_websockets(
    place: tuple[str, str], url: str, origins: list[str]
) -> None:
    found = Place(address=place[0], port=5006, tls=None, public_url=place[1])

    assert found.url == url
    assert found.origins == origins


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        *((address, True) for address in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((address, False) for address in ("0.0.0.0", "::", "192.0.2.1", "noc", "")),
    ],
)
def test_what_only_this_machine_reaches(address: str, *, holds: bool) -> None:
    assert is_loopback(address) is holds
