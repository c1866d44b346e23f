"""Judge a configuration by rules. Pure; never raises: what breaks is not_evaluated with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from netwb.compliance.records import Finding, Rule
from netwb.compliance.text import ConfigText

Late = Callable[[], bool]


def never() -> bool:
    """There is no time limit."""
    return False


def judge(
    rule: Rule,
    text: ConfigText,
    *,
    platform: str,
    startup: ConfigText | None = None,
    late: Late = never,
) -> Finding:
    """What the rule finds in the text.

    startup  what the device would boot; None: not known
    late     asked now and then; True: the rest is not evaluated
    """
    del text, platform, startup, late
    return Finding(rule_id=rule.id, state="not_evaluated", reason="Nothing is evaluated yet.")


def judge_all(
    rules: Sequence[Rule],
    text: ConfigText,
    *,
    platform: str,
    startup: ConfigText | None = None,
    late: Late = never,
) -> tuple[Finding, ...]:
    """One finding a rule, in their order."""
    return tuple(judge(rule, text, platform=platform, startup=startup, late=late) for rule in rules)
