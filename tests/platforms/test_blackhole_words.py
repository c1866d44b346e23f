"""The `[blackhole]` section of a platform file: optional, strict, and no part of the rule set."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from netwb.errors import SettingsError
from netwb.platforms.blackhole import check_words
from netwb.platforms.parse import parse_platform

FRR = (files("netwb.platforms") / "frr.toml").read_text()
WITHOUT = FRR.partition("\n# Blackholes:")[0]
WORDS = parse_platform(FRR, origin="frr.toml").blackhole


def test_platform_without_the_section_is_neither_trigger_nor_edge() -> None:
    assert parse_platform(WITHOUT, origin="frr.toml").blackhole is None


def test_section_does_not_shape_a_stored_text() -> None:
    assert (
        parse_platform(WITHOUT, origin="frr.toml").rule_set
        == parse_platform(FRR, origin="frr.toml").rule_set
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("verified = true", 'verified = "yes"', "`verified` is true or false"),
        ("verified = true", "", "`verified` is true or false"),
        ("typed_ahead = 40", "typed_ahead = 4.5", "a whole number"),
        ("typed_ahead = 40", "typed_ahead = 0", "1 or more"),
        ('enter = ["configure terminal"]', "enter = []", "`enter`, `leave` and `listing`"),
        ('shape = "frr json"', 'shape = "xml"', "shape is one of"),
        ("(?P<tag>", "(?P<mark>", "needs the groups"),
        ('"ip route {address}/32 Null0 tag {tag}"', '"ip route {address}/32 Null0"', "set {tag}"),
        ('off = ["no ip route {address}/32', 'off = ["no ip route X/32', "must hold {address}"),
        ("show ip route {address}/32 json", "show ip route {address}/32 ?", "neither ?"),
        ('many = ["XFRR_start_configuration", ', 'many = ["a", "b", ', "two lines, or none"),
        ("typed_ahead = 40", 'commit = ["commit"]', "needs `abandon`"),
        ("tried_on", "tested_on", "unknown key 'tested_on'"),
        ("[blackhole.ipv6]", "[blackhole.ipv5]", "ipv6"),
    ],
)
def test_section_that_cannot_be_used_is_refused_by_its_fault(
    old: str, new: str, fault: str
) -> None:
    assert old in FRR

    with pytest.raises(SettingsError, match="not usable") as refused:
        parse_platform(FRR.replace(old, new, 1), origin="own.toml")

    assert fault in str(refused.value)


def test_commit_forbids_typing_ahead() -> None:
    assert WORDS is not None

    with pytest.raises(ValueError, match="typed one by one"):
        check_words(replace(WORDS, commit=("commit",), abandon=("abort",)))
