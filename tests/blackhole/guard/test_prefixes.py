"""A prefix is read as one, or refused in a sentence that says what to write."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.blackhole.guard.prefixes import parse_prefix
from netwb.errors import InputError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("203.0.113.10", "203.0.113.10/32"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:0db8:cafe::0010", "2001:db8:cafe::10/128"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:203.0.113.10", "::ffff:203.0.113.10/128"),
    ],
)
def test_a_prefix_is_read_and_a_bare_address_is_its_host_route(text: str, meant: str) -> None:
    assert parse_prefix(text) == ip_network(meant)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no address is given"),
        ("   ", "no address is given"),
        ("203.0.113.10/24", "write 203.0.113.0/24 for the network, or 203.0.113.10 for that"),
        ("2001:db8::1/64", "write 2001:db8::/64 for the network, or 2001:db8::1 for that"),
        (" 203.0.113.10", "has a space in it"),
        ("203.0.113.10\n", "has a space in it"),
        ("203.0.113.0 /24", "has a space in it"),
        ("fe80::1%eth0", "has a zone after the %"),
        ("fe80::%25eth0/64", "has a zone after the %"),
        ("203.0.113.010", "leading zeros"),
        ("0203.0.113.10/32", "leading zeros"),
        ("::ffff:203.0.113.010", "leading zeros"),
        ("٢٠٣.0.113.10", "only look like digits"),
        ("203.0.113.\N{FULLWIDTH DIGIT ONE}", "only look like digits"),
        ("203.0.113.10\N{FULLWIDTH SOLIDUS}32", "only look like digits"),
        ("203.0.113", "is no IPv4 or IPv6 address"),
        ("203.0.113.256", "is no IPv4 or IPv6 address"),
        ("203.0..10", "is no IPv4 or IPv6 address"),
        ("3405803786", "is no IPv4 or IPv6 address"),
        ("0xcb.0.0x71.10", "is no IPv4 or IPv6 address"),
        ("victim.example", "is no IPv4 or IPv6 address"),
        ("[2001:db8::1]", "is no IPv4 or IPv6 address"),
        ("203.0.113.10:80", "is no IPv4 or IPv6 address"),
        ("203.0.113.10\x00", "is no IPv4 or IPv6 address"),
        ("203.0.113.0/33", "has no length from 0 to 32"),
        ("2001:db8::/129", "has no length from 0 to 128"),
        ("203.0.113.0/", "has no length from 0 to 32"),
        ("203.0.113.0/-1", "has no length from 0 to 32"),
        ("203.0.113.0/+24", "has no length from 0 to 32"),
        ("203.0.113.0/024", "has no length from 0 to 32"),
        ("203.0.113.0/255.255.255.0", "has no length from 0 to 32"),
        ("203.0.113.0/24/25", "has no length from 0 to 32"),
        ("2001:db8::" + "0" * 60, "is cut and still longer than any address"),
    ],
)
def test_what_is_no_prefix_is_refused_with_the_cure(text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_prefix(text)

    sentence = str(raised.value)
    assert said in sentence
    assert "; " in sentence
    assert "\n" not in sentence
    assert "\x00" not in sentence


@given(st.ip_addresses(), st.integers(0, 128))
def test_what_is_written_canonically_reads_as_itself(address: object, length: int) -> None:
    network = ip_network(
        f"{address}/{min(length, 32 if '.' in str(address) else 128)}", strict=False
    )

    assert parse_prefix(str(network)) == network


@given(st.one_of(st.text(), st.text(alphabet="0123456789abcdef:./% \t")))
def test_any_text_is_a_prefix_or_one_sentence(text: str) -> None:
    assert "\n" not in said(text)


def said(text: str) -> str:
    """The prefix, or the sentence by which it was refused."""
    try:
        return str(parse_prefix(text))
    except InputError as error:
        return str(error)
