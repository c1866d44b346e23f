from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import InventoryError, UnknownPlatformError
from netwb.inventory.fields import (
    JumpHost,
    check_address,
    check_hostname,
    check_platform,
    check_port,
    check_slug,
    check_text,
    check_transport,
    fingerprint,
    parse_host_key,
    parse_jump,
    parse_labels,
    render_labels,
)
from tests.inventory.ground import OLD_KEY


@pytest.mark.parametrize(
    ("check", "given_", "stored"),
    [
        (check_hostname, "edge1", "edge1"),
        (check_hostname, "FRA-PE.core_1", "FRA-PE.core_1"),
        (check_hostname, "e" * 63, "e" * 63),
        (check_address, "192.0.2.1", "192.0.2.1"),
        (check_address, "2001:DB8:0::1", "2001:db8::1"),
        (check_address, "fe80::1%eth0", "fe80::1%eth0"),
        (check_address, "edge1.example.net", "edge1.example.net"),
        (check_address, "edge1.example.net.", "edge1.example.net"),
        (check_port, "22", 22),
        (check_port, 65535, 65535),
        (check_transport, "netmiko:cisco_s300", "netmiko:cisco_s300"),
        (lambda v: check_text("name", v), " Köln Süd ", "Köln Süd"),
        (parse_jump, "ana@jump.example.net", JumpHost(user="ana", address="jump.example.net", port=22)),
        (parse_jump, "ana@[2001:db8::9]:2222", JumpHost(user="ana", address="2001:db8::9", port=2222)),
        (parse_host_key, f"{OLD_KEY} root@edge1", OLD_KEY),
        (parse_labels, "ring=a; core,  pod=7", {"core": "", "pod": "7", "ring": "a"}),
    ],
)  # fmt: skip
def test_a_good_field_is_stored_in_one_form(
    check: Callable[[object], object], given_: object, stored: object
) -> None:
    assert check(given_) == stored


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        *[(check_hostname, bad) for bad in (
            "", "a/b", "../etc", "edge1\n", "edge1\x00", " edge1", "-edge1", ".hidden", "e" * 64,
            "édge1", "edge1.startup", "EDGE1.STARTUP",
        )],
        *[(check_address, bad) for bad in (
            "", "192.0.2.300", "192.0.2", "192.0.2.1/24", "010.0.0.1", "[2001:db8::1]", "0.0.0.0",
            "::", "224.0.0.1", "192.0.2.1:22", "a b", "edge1\n", "edge\x001", "-edge", "http://edge1",
            "a" * 254, "edge..net", "user@edge1",
        )],
        *[(check_port, bad) for bad in ("", "0", "65536", "-1", "22.0", "٢٢", "22\n", "1e3", True)],
        *[(check_transport, bad) for bad in ("slow", "netmiko:", "netmiko:a b")],
        *[(lambda v: check_slug("tenant", v), bad) for bad in (
            "", "Acme", "a/b", "a_b", "-a", "a" * 41, "a\n",
        )],
        *[(lambda v: check_text("role", v), bad) for bad in (
            "", "  ", "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "x" * 256, "\ud800",
        )],
        *[(parse_jump, bad) for bad in (
            "jump", "@jump", "ana@", "ana@jump:0", "ana@jump:ssh", "ana b@jump", "ana@jump\n",
            "ana@2001:db8::9", "-oProxyCommand=x@",
        )],
        *[(parse_host_key, bad) for bad in (
            "", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-rsa " + OLD_KEY.split()[1],
            "192.0.2.1 " + OLD_KEY, OLD_KEY + "\n" + OLD_KEY,
        )],
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_in_one_line(check: Callable[[object], object], bad: object) -> None:
    with pytest.raises(InventoryError) as refused:
        check(bad)

    assert "\n" not in str(refused.value)
    assert "\x00" not in str(refused.value)


def test_an_unknown_platform_names_the_known_ones() -> None:
    with pytest.raises(UnknownPlatformError, match=r"'ios'.*cisco_ios.*auto"):
        check_platform("ios", {"cisco_ios"})


def test_a_platform_may_be_left_to_the_probe() -> None:
    assert check_platform("auto", {"cisco_ios"}) == "auto"


def test_a_fingerprint_is_what_openssh_shows() -> None:
    shown_by_ssh_keygen = "SHA256:kmYcvdi2GkPeWxB6XLjrZB8JHsy2Hm8luHMFp9GMvqk"

    assert fingerprint(OLD_KEY) == shown_by_ssh_keygen


KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
VALUES = st.text("abc123/.:=-", max_size=8)


@given(labels=st.dictionaries(KEYS, VALUES, max_size=5))
def test_labels_survive_being_written_and_read(labels: dict[str, str]) -> None:
    assert parse_labels(render_labels(labels)) == labels
