"""What newer rules find in texts that older rules redacted."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.configs.leaks import Leak, find_leaks, leaks_in_line
from netwb.configs.redact import redact
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform

SOURCE = (files("netwb.platforms") / "cisco_ios.toml").read_text()
NEWER = """
[[secret]]
name = "badge number"
word = "badge"
pattern = 'badge (?:number )?(?P<secret>\\S.*)'
"""
OLD = parse_platform(SOURCE, origin="cisco_ios.toml")
NEW = parse_platform(SOURCE + NEWER, origin="cisco_ios.toml")
KEY = b"k" * 32


def leaks(text: bytes, *, old: Platform = OLD, new: Platform = NEW) -> tuple[Leak, ...]:
    done = redact(text, (), old, key=KEY)
    values = {token: secret.value for token, secret in done.secrets.items()}
    return find_leaks(done.text, done.placed, values, new)


def test_a_secret_that_only_newer_rules_know_is_found_on_its_line() -> None:
    text = b"hostname r1\nsnmp-server community S3cret-1 RO\nbadge number 4711-abc\nend\n"

    assert leaks(text) == (Leak(line=3, rule="badge number"),)


def test_the_line_is_that_of_the_redacted_text_also_below_a_secret_of_several_lines() -> None:
    certificate = b"crypto pki certificate chain C\n certificate 01\n  30820301 30820201\n  0A0B0C0D 01020304\n  \tquit\n"
    text = b"hostname r1\n" + certificate + b"badge 99\nend\n"
    shown = redact(text, (), OLD, key=KEY).text

    (leak,) = leaks(text)

    assert shown.split(b"\n")[leak.line - 1] == b"badge 99"


def test_a_secret_that_was_taken_out_is_no_leak() -> None:
    assert leaks(b"username ops password 7 060506324F41\nbadge S3cret-Word\n", new=OLD) == ()


def test_a_part_that_older_rules_left_open_is_a_leak() -> None:
    text = b"snmp-server community S3cret-1 RO\nbadge S3cret-1 and-more-0\n"

    assert leaks(text) == (Leak(line=2, rule="badge number"),)


def test_a_long_secret_that_stands_elsewhere_too_is_found_there() -> None:
    text = b"badge Horse-77-x\n!\ninterface e0\n description see Horse-77-x\n"

    assert leaks(text) == (
        Leak(line=1, rule="badge number"),
        Leak(line=4, rule="badge number"),
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"badge 12", ("badge number",)),
        (b"badge <netwb:secret:0123456789abcdef>", ()),
        (b'badge "<netwb:secret:0123456789abcdef>"', ()),
        (b"hostname r1", ()),
    ],
    ids=["open", "token", "quoted token", "nothing"],
)
def test_a_line_without_positions_is_judged_by_what_is_no_token(
    line: bytes, found: tuple[str, ...]
) -> None:
    assert leaks_in_line(line, NEW) == found


LINES = st.sampled_from(
    [
        b"hostname r1",
        b"enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
        b"username ops privilege 15 password 7 060506324F41",
        b"snmp-server community Pub1icRead RO",
        b" description Pub1icRead is here",
        b"tacacs-server key 7 0822455D0A16",
        b" ip ospf message-digest-key 1 md5 7 0822455D0A16",
        b"crypto isakmp key Abc-123-xyz address 192.0.2.1",
        b"badge number 12",
        b"!",
    ]
)


@given(st.lists(LINES, max_size=12))
@settings(max_examples=200, deadline=None)
def test_what_the_same_rules_redacted_has_no_leak(lines: list[bytes]) -> None:
    text = b"\n".join([*lines, b"end", b""])

    assert leaks(text, old=NEW, new=NEW) == ()
