"""Run the examples that stand beside rules: each must pass or fail as it says, at the lines it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from netwb.compliance.evaluate import judge
from netwb.compliance.records import Example, Finding, Rule
from netwb.compliance.text import ConfigText
from netwb.platforms.record import Platform

Side = Literal["passes", "fails"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOutcome:
    """What one text of one example came to.

    where   file and line of the example; of a fault, which has no platform, its own
    holds   whether the rule found what the example says
    reason  the finding's sentence, or what is wrong and its cure
    """

    rule_id: str
    where: str
    platform: str
    side: Side
    holds: bool
    reason: str


class Judging(Protocol):
    """`evaluate.judge`, or that of an open `python_rules.PythonRules`, which judges by both kinds."""

    def __call__(
        self, rule: Rule, text: ConfigText, /, *, platform: str, startup: ConfigText | None
    ) -> Finding:
        """What the rule finds in the text."""


def run_examples(
    rules: Iterable[Rule], platforms: Mapping[str, Platform], *, judging: Judging = judge
) -> tuple[ExampleOutcome, ...]:
    """Both sides of each example, in the order of the rules.

    A rule at fault has one outcome that says so, a rule without examples none.
    """
    return tuple(outcome for rule in rules for outcome in _of_rule(rule, platforms, judging))


def _of_rule(
    rule: Rule, platforms: Mapping[str, Platform], judging: Judging
) -> Iterator[ExampleOutcome]:
    if rule.fault:
        yield _outcome(rule, Example(platform=""), "passes", rule.fault, rule.origin)
    for example in rule.examples:
        where = f"{rule.origin.rpartition(':')[0]}:{example.line}"
        for side in _sides(example):
            fault = _fault(rule, example, side, platforms.get(example.platform), judging)
            yield _outcome(rule, example, side, fault, where)


def _outcome(rule: Rule, example: Example, side: Side, fault: str, where: str) -> ExampleOutcome:
    return ExampleOutcome(
        rule_id=rule.id,
        where=where,
        platform=example.platform,
        side=side,
        holds=not fault,
        reason=fault or f"It {side}, as it says.",
    )


def _sides(example: Example) -> Iterator[Side]:
    if example.passes is not None:
        yield "passes"
    if example.fails is not None:
        yield "fails"


def _fault(
    rule: Rule, example: Example, side: Side, platform: Platform | None, judging: Judging
) -> str:
    """What is not as the example says; empty: nothing."""
    if platform is None:
        return f"Platform {example.platform} is not known; take one that netwb backs up."
    finding = _found(rule, example, side, platform, judging)
    wanted = "compliant" if side == "passes" else "non_compliant"
    if finding.state != wanted:
        return f"`{side}` is {finding.state}: {finding.reason} Correct the example or the rule."
    missed = _missed(example, finding) if side == "fails" else []
    if missed:
        named = ", ".join(str(place.line) for place in finding.places) or "none"
        lines = ", ".join(map(str, missed))
        return f"`at` names {lines}, and the finding names {named}; correct `at` or the rule."
    return ""


def _found(
    rule: Rule, example: Example, side: Side, platform: Platform, judging: Judging
) -> Finding:
    text = example.passes if side == "passes" else example.fails
    startup = example.startup_passes if side == "passes" else example.startup_fails
    return judging(
        rule,
        _text(text or "", platform),
        platform=platform.name,
        startup=None if startup is None else _text(startup, platform),
    )


def _text(text: str, platform: Platform) -> ConfigText:
    return ConfigText.by(platform, text.encode())


def _missed(example: Example, finding: Finding) -> list[int]:
    return sorted(set(example.at) - {place.line for place in finding.places})
