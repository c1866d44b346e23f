"""Public addresses alone, in every form that an address has."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.notify.addresses import is_public


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "2001:4860:4860::8888%eth0",
        "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe",
        "2002:0a00:0001::1", "2002:7f00:1::", "2001:0:0a00:1::f5ff:fffe", "0x7f.1", "127.1",
        "localhost", "", "8.8.8.8/32", "fec0::1", "::ffff:0:127.0.0.1", "100:0:0:1::1", "3fff::1",
        "4000::1", "5f00::1",
    ],
)  # fmt: skip
def test_what_is_not_public_or_no_address_is_refused(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_what_is_public_is_open(text: str) -> None:
    assert is_public(text)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_as_open_as_itself(address: IPv4Address) -> None:
    wrapped = [
        f"::ffff:{address}",
        str(IPv6Address(int(IPv6Address("64:ff9b::")) + int(address))),
    ]

    assert {is_public(text) for text in wrapped} == {is_public(str(address))}
