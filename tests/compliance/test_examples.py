"""Examples beside rules: they pass and fail as they say, or it is told."""

from __future__ import annotations

import pytest

from netwb.compliance.examples import ExampleOutcome, run_examples
from netwb.compliance.records import Check, Example, Rule, RunningIsStartup
from netwb.compliance.rule_files import parse_rules, read_rules
from tests.compliance.broken_files import GOOD
from tests.compliance.texts import IOS, checked

PLATFORMS = {"cisco_ios": IOS}


def outcomes(text: str) -> list[ExampleOutcome]:
    file = parse_rules(text, name="rules/ntp.yaml", origin="provider")
    return list(run_examples(file.rules, PLATFORMS))


def test_both_texts_of_an_example_hold() -> None:
    assert outcomes(GOOD) == [
        ExampleOutcome(
            rule_id="ntp-two-sources",
            where="rules/ntp.yaml:9",
            platform="cisco_ios",
            side=side,
            holds=True,
            reason=f"It {side}, as it says.",
        )
        for side in ("passes", "fails")
    ]


@pytest.mark.parametrize(
    ("old", "new", "holds", "reason"),
    [
        ("at_least: 2", "at_least: 3", [False, True], "`passes` is non_compliant: Found 2 lines that match '^ntp server ', at least 3 are needed. Correct the example or the rule."),
        ("at_least: 2", "at_least: 1", [True, False], "`fails` is compliant: Found 1 line"),
        ("- platform: cisco_ios\n        c", "- platform: frr\n        c", [False, False], "`passes` is not_evaluated: The rule has no check for cisco_ios."),
        ("      - platform: cisco_ios\n        p", "      - platform: vyos\n        p", [False, False], "Platform vyos is not known; take one that netwb backs up."),
        ("        fails: |", "        at: [2]\n        fails: |", [True, False], "`at` names 2, and the finding names 1; correct `at` or the rule."),
        ("        fails: |", "        at: [1]\n        fails: |", [True, True], ""),
    ],
)  # fmt: skip
def test_what_is_not_as_the_example_says_is_told(
    old: str, new: str, holds: list[bool], reason: str
) -> None:
    assert old in GOOD
    found = outcomes(GOOD.replace(old, new))

    assert [outcome.holds for outcome in found] == holds
    assert not reason or any(outcome.reason.startswith(reason) for outcome in found)


def test_a_rule_at_fault_has_one_outcome_that_says_so() -> None:
    file = read_rules(GOOD.replace("'^ntp server '", "'('"), name="own.yaml", origin="provider")

    (outcome,) = run_examples(file.rules, PLATFORMS)

    assert (outcome.holds, outcome.where) == (False, "own.yaml:2")
    assert "at fault in its file: own.yaml:7" in outcome.reason


def test_a_rule_without_examples_has_no_outcome() -> None:
    assert run_examples([checked()], PLATFORMS) == ()


def test_a_startup_text_stands_beside_either_text() -> None:
    example = Example(
        platform="cisco_ios", passes="a\n", startup_passes="a\n", fails="a\n", startup_fails="b\n"
    )
    rule = Rule(
        id="saved",
        title="Saved",
        severity="low",
        checks=(Check(verb=RunningIsStartup()),),
        examples=(example, Example(platform="cisco_ios", passes="a\n")),
    )

    assert [outcome.holds for outcome in run_examples([rule], PLATFORMS)] == [True, True, False]
