"""Judge a configuration by rules. Pure; never raises: what breaks is not_evaluated with its reason.

"Compliant" needs proof: an empty text, a platform without a check and a section that is not there
prove nothing. What a rule finds depends on the rule and the text alone, not on other rules.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from logging import getLogger

from netwb.compliance.checks.asking import Answer, ask, brief, state_of
from netwb.compliance.checks.held import joined
from netwb.compliance.patterns import Late
from netwb.compliance.records import Check, Finding, Judged, Place, Rule
from netwb.compliance.text import ConfigText, Lines
from netwb.errors import RuleError

logger = getLogger(__name__)
MOST_BYTES = 32 << 20  # of a text; the largest configurations known have 10 MB
MOST_PLACES = 50  # at fault in a finding: a person reads the first, and remediation has all lines
MOST_EVIDENCE = 10  # lines of a finding that are shown as a proof
_SHOWN_CHECKS = 3  # whose reasons make one sentence


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
    return _behind_the_door(rule, partial(_judged, rule, text, platform, startup, late))


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


def judge_states(
    rules: Sequence[Rule],
    text: ConfigText,
    *,
    platform: str,
    startup: ConfigText | None = None,
    late: Late = never,
) -> dict[str, Judged]:
    """The states of those findings alone, by the rules' ids: no more is asked than they need.

    A network is judged each night for its states; where and why is asked of one device at a time.
    """
    return {
        rule.id: _behind_the_door(rule, partial(_stated, rule, text, platform, startup, late)).state
        for rule in rules
    }


def _behind_the_door(rule: Rule, judged: Callable[[], Finding]) -> Finding:
    """What was judged; a rule that breaks is not evaluated, and the others are asked all the same."""
    try:
        return judged()
    except RuleError as error:
        return not_evaluated(rule, str(error))
    except Exception as error:  # the door of one rule
        logger.warning("rule %s broke on a text", rule.id, exc_info=True)
        return not_evaluated(rule, f"The rule broke on this text by a {type(error).__name__}")


def not_evaluated(rule: Rule, reason: str) -> Finding:
    """Nothing is known, and the reason says why."""
    return Finding(rule_id=rule.id, state="not_evaluated", reason=_sentence(reason))


def _judged(
    rule: Rule, text: ConfigText, platform: str, startup: ConfigText | None, late: Late
) -> Finding:
    hindered = _hindrance(rule, text, platform)
    if hindered:
        return not_evaluated(rule, hindered)
    checks = checks_for(rule, platform)
    return _finding(rule, text, [ask(check, text, startup, late) for check in checks])


def _stated(
    rule: Rule, text: ConfigText, platform: str, startup: ConfigText | None, late: Late
) -> Finding:
    """The same without words; a fault that is proven ends it."""
    hindered = _hindrance(rule, text, platform)
    if hindered:
        return not_evaluated(rule, hindered)
    states: set[Judged] = set()
    for check in checks_for(rule, platform):
        states.add(state_of(check, text, startup, late))
        if "non_compliant" in states:
            break
    return Finding(rule_id=rule.id, state=_state(states), reason="")


def _hindrance(rule: Rule, text: ConfigText, platform: str) -> str:
    """Why the rule is not asked of the text; empty: it is."""
    if rule.fault:
        return rule.fault
    if len(text.data) > MOST_BYTES:
        return (
            f"The text has {len(text.data) >> 20} MB, {MOST_BYTES >> 20} are the most that is read"
        )
    if text.is_empty:
        return "The text is empty"
    return "" if checks_for(rule, platform) else f"The rule has no check for {platform}"


def checks_for(rule: Rule, platform: str) -> tuple[Check, ...]:
    """Those that are asked of a text of that platform."""
    return tuple(c for c in rule.checks if not c.platforms or platform in c.platforms)


def _finding(rule: Rule, text: ConfigText, answers: list[Answer]) -> Finding:
    """All checks must hold; a fault that is proven outweighs what could not be asked."""
    state = _state({answer.state for answer in answers})
    telling = [answer for answer in answers if answer.state == state]
    return Finding(
        rule_id=rule.id,
        state=state,
        reason=_reason(telling),
        places=_places(
            text,
            joined([answer.at_fault for answer in telling]),
            joined([answer.evidence for answer in telling]),
        ),
        wanted=tuple(wanted for answer in telling for wanted in answer.wanted),
        surplus=tuple(line + 1 for line in joined([answer.surplus for answer in telling])),
    )


def _state(states: Collection[Judged]) -> Judged:
    if "non_compliant" in states:
        return "non_compliant"
    return "not_evaluated" if "not_evaluated" in states else "compliant"


def _reason(answers: list[Answer]) -> str:
    first, *others = answers
    parts = [first.reason, *(brief(other).reason for other in others[: _SHOWN_CHECKS - 1])]
    if rest := len(answers) - len(parts):
        parts.append(f"and {rest} more")
    return _sentence("; ".join(parts))


def _places(text: ConfigText, at_fault: Lines, evidence: Lines) -> tuple[Place, ...]:
    """From top to bottom; where there are too many, the first of them."""
    wrong = frozenset(at_fault)
    proof = [line for line in evidence if line not in wrong]
    chosen = [*at_fault[:MOST_PLACES], *proof[:MOST_EVIDENCE]]
    return tuple(
        Place(line=line + 1, text=text.shown(line), section=text.section(line), fault=line in wrong)
        for line in sorted(chosen)
    )


def _sentence(words: str) -> str:
    said = words[:1].upper() + words[1:]
    return said if said.endswith(".") else f"{said}."
