from __future__ import annotations

from typing import Any

import pytest

from netwb.health.weakening import check_settings, is_loopback
from netwb.setting_layers import build_settings


def verdicts(**sections: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.verdict, one.said) for one in check_settings(build_settings(sections))]


def test_the_defaults_weaken_nothing() -> None:
    assert verdicts() == [("ok", "none weakens what protects")]


@pytest.mark.parametrize(
    ("sections", "verdict", "word"),
    [
        ({"web": {"address": "0.0.0.0"}}, "wrong", "without TLS"),
        ({"web": {"address": "::"}}, "wrong", "without TLS"),
        ({"web": {"trusted_proxies": "127.0.0.1, 0.0.0.0/0"}}, "wrong", "0.0.0.0/0"),
        ({"configs": {"shrink_percent": 100}}, "advice", "no text is held"),
        ({"configs": {"fresh_h": 1000}}, "advice", "fresh_h is 1000"),
        ({"access": {"session_total_s": 90 * 86400}}, "advice", "90 days"),
        ({"access": {"proxy_user_header": "X-User"}}, "wrong", "nobody is believed"),
        ({"access": {"oidc_issuer": "http://id.example"}}, "wrong", "without TLS"),
    ],
    ids=["clear", "clear-v6", "trusts-all", "shrink", "fresh", "login", "header", "oidc"],
)
def test_a_setting_that_weakens_is_named(
    sections: dict[str, dict[str, Any]], verdict: str, word: str
) -> None:
    found = verdicts(**sections)

    assert any(said[0] == verdict and word in said[1] for said in found), found


def test_pages_that_are_open_to_others_want_a_second_proof() -> None:
    web = {"address": "192.0.2.1", "tls_certificate": "c.pem", "tls_key": "k.pem"}

    assert [verdict for verdict, _ in verdicts(web=web)] == ["advice"]
    assert verdicts(web=web, access={"totp_for": "everybody"})[0][0] == "ok"


def test_what_is_no_network_is_the_servers_to_refuse() -> None:
    assert verdicts(web={"trusted_proxies": "nonsense"})[0][0] == "ok"


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_loopback_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "netwb.example"])
def test_what_may_be_reached_is_no_loopback(address: str) -> None:
    assert not is_loopback(address)
