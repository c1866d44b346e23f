"""Message rules: names of their own, time that grows with the message alone, no part of a text's rules."""

from __future__ import annotations

import time
from importlib.resources import files

import pytest

from netwb.errors import SettingsError
from netwb.health.syslog.messages import LONGEST
from netwb.platforms.messages import LinearPattern
from netwb.platforms.parse import parse_platform
from tests.health.syslog.data import RULES

IOS = (files("netwb.platforms") / "cisco_ios.toml").read_text()
RULE = '\n[[message]]\nname = "own"\nword = "OWN"\npattern = "OWN by (?P<by>.*)"\n'


@pytest.mark.parametrize("platform", sorted(RULES))
def test_every_rule_has_a_name_of_its_own_and_a_word_that_its_pattern_holds(platform: str) -> None:
    rules = RULES[platform]

    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        bare = rule.pattern.source.replace("\\", "")
        assert rule.word.strip(": ") in bare


@pytest.mark.parametrize("platform", sorted(RULES))
def test_no_message_takes_long(platform: str) -> None:
    """RE2's promise, kept by each of our patterns within its memory too."""
    for rule in RULES[platform]:
        for piece in (rule.word, rule.pattern.source, "a ", "%", "(", "vty[1]@x(config)# ", "\\'"):
            text = (piece * LONGEST)[:LONGEST].encode()
            began = time.process_time()
            rule.pattern.match(text)
            assert time.process_time() - began < 0.2, (rule.name, piece)


def test_a_platforms_messages_rewrite_no_stored_text() -> None:
    """`rule_set` is the version of what shapes texts; another one rewrites every revision once."""
    before = parse_platform(IOS, origin="cisco_ios.toml")
    after = parse_platform(IOS + RULE, origin="cisco_ios.toml")

    assert after.rule_set == before.rule_set
    assert [rule.name for rule in after.messages] == [
        *(rule.name for rule in before.messages),
        "own",
    ]


def test_a_platform_may_have_no_messages() -> None:
    assert parse_platform(IOS.partition("[[message]]")[0], origin="x").messages == ()


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("OWN by (?P<by>.*)", b"OWN by ana", (b"ana",)),
        ("OWN by .*", b"OWN by ana", (None,)),
        ("OWN(?: by (?P<by>.*))?", b"OWN", (None,)),
        ("OWN", b"OWN by ana", None),
        ("OWN", b"HIS OWN", None),
        ("(?P<by>.*)", b"\xff\xfe", (b"\xff\xfe",)),
    ],
)
def test_a_pattern_matches_whole_messages_and_names_who_did_it(
    pattern: str, text: bytes, found: tuple[bytes | None] | None
) -> None:
    assert LinearPattern(pattern).match(text) == found


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (RULE.replace("word", "wort"), "unknown key 'wort'"),
        (RULE.replace('"OWN"', "1"), "must be a text"),
        (RULE.replace('"OWN"', '""'), "needs a word"),
        (RULE + 'means = "perhaps"\n', "means is one of"),
        (RULE.replace("(?P<by>.*)", "("), "RE2 does not read"),
    ],
)
def test_a_bad_message_rule_is_refused_with_its_fault(rule: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"mine\.toml") as refused:
        parse_platform(IOS + rule, origin="mine.toml")

    assert said in str(refused.value)
