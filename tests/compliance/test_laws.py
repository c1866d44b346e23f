"""Laws of judging, whatever the text and whatever the rule."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwb.compliance.evaluate import judge, judge_all, judge_states
from netwb.compliance.records import (
    JUDGED,
    Check,
    Count,
    Finding,
    MustContain,
    MustMatch,
    MustNotContain,
    MustNotMatch,
    Ordered,
    RunningIsStartup,
    Value,
    Verb,
)
from tests.compliance.texts import checked, found, text_of

WORDS = ["interface Gi0/1", "interface Gi0/2", " ip address 192.0.2.1", " shutdown", "  deep 7", "ntp server a", "mtu 9000", "banner login ^C", "^C", "!", "", "  ", "\x00odd\xff", "}"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(lambda lines: "\n".join(lines).encode("latin-1"))  # fmt: skip
PATTERN = st.sampled_from(["^interface", "^ip address ", "shutdown", "^ntp", "^mtu (\\d+)$", "Gi0/[12]$", "odd", "(?i)DEEP"])  # fmt: skip
LINE = st.sampled_from([word.strip() for word in WORDS if word.strip()])
SOME = st.lists(PATTERN, min_size=1, max_size=3).map(tuple)
VERBS = st.one_of(
    st.builds(MustMatch, patterns=SOME),
    st.builds(MustNotMatch, patterns=SOME),
    st.builds(MustContain, lines=st.lists(LINE, min_size=1, max_size=3).map(tuple)),
    st.builds(MustNotContain, lines=st.lists(LINE, min_size=1, max_size=3).map(tuple)),
    st.builds(Ordered, patterns=SOME),
    st.builds(Count, match=PATTERN, at_least=st.integers(1, 4)),
    st.builds(Count, match=PATTERN, at_most=st.integers(0, 4)),
    st.builds(
        Value,
        match=st.just("^mtu (\\d+)$"),
        at_least=st.integers(0, 10_000),
        default=st.none() | st.just("1500"),
    ),
    st.just(RunningIsStartup()),
)
CHECKS = st.builds(
    Check,
    verb=VERBS,
    inside=st.sampled_from([(), (), ("interface .*",), (".*", "ip .*"), ("banner .*",)]),
    where=st.none() | PATTERN,
    without_section=st.sampled_from(JUDGED),
    add=st.sampled_from([(), ("no shutdown",)]),
)
ODD = st.binary(max_size=200)


def state(verb: Verb, text: bytes) -> str:
    return found(verb, text).state


@given(TEXTS, st.integers(1, 4))
def test_a_line_more_that_matches_never_makes_too_few(text: bytes, least: int) -> None:
    verb = Count(match="^ntp", at_least=least)

    before, after = state(verb, text), state(verb, b"ntp server x\n" + text)

    assert (before, after) != ("compliant", "non_compliant")


@given(TEXTS, SOME)
def test_what_must_match_and_must_not_match_are_never_both_compliant(
    text: bytes, forms: tuple[str, ...]
) -> None:
    both = {state(MustMatch(patterns=forms), text), state(MustNotMatch(patterns=forms), text)}

    assert both != {"compliant"}


@given(TEXTS, LINE)
def test_a_line_is_there_or_it_is_not(text: bytes, line: str) -> None:
    states = {state(MustContain(lines=(line,)), text), state(MustNotContain(lines=(line,)), text)}

    assert states in ({"compliant", "non_compliant"}, {"not_evaluated"})


@given(TEXTS, st.lists(CHECKS, min_size=1, max_size=4))
def test_judging_gives_the_same_again_and_alone(text: bytes, checks: list[Check]) -> None:
    rules = [replace(checked(check), id=f"rule-{number}") for number, check in enumerate(checks)]

    together = judge_all(rules, text_of(text), platform="cisco_ios")

    alone = tuple(judge(rule, text_of(text), platform="cisco_ios") for rule in rules)
    assert together == alone
    backwards = judge_all(rules[::-1], text_of(text), platform="cisco_ios")
    assert backwards == together[::-1]


@given(TEXTS, st.lists(CHECKS, min_size=1, max_size=3), st.booleans())
def test_a_state_alone_is_that_of_the_finding(
    text: bytes,
    checks: list[Check],
    has_startup: bool,  # noqa: FBT001 - as it is drawn
) -> None:
    rule = checked(*checks)
    startup = text_of(text[:-1]) if has_startup else None

    finding = judge(rule, text_of(text), platform="cisco_ios", startup=startup)

    states = judge_states([rule], text_of(text), platform="cisco_ios", startup=startup)
    assert states == {rule.id: finding.state}


@given(ODD | TEXTS, CHECKS)
def test_an_answer_always_comes_and_names_lines_that_there_are(text: bytes, check: Check) -> None:
    finding = found(check, text, startup=text)

    assert finding.state in JUDGED
    assert finding.reason.endswith(".")
    assert not finding.reason.startswith("The rule broke")
    assert "\n" not in finding.reason
    assert all(1 <= line <= len(text.split(b"\n")) for line in named(finding))
    assert finding.state == "non_compliant" or not (finding.wanted or finding.surplus)
    assert [place.line for place in finding.places] == sorted({p.line for p in finding.places})


def named(finding: Finding) -> set[int]:
    return {place.line for place in finding.places} | set(finding.surplus)


@given(st.lists(st.sampled_from(["", " ", "\t", "\n"])).map("".join), CHECKS)
def test_a_text_cut_to_nothing_is_never_compliant(nothing: str, check: Check) -> None:
    assert found(check, nothing, startup=nothing.encode()).state == "not_evaluated"


FORBIDS = st.builds(MustNotMatch, patterns=SOME) | st.builds(MustNotContain, lines=st.lists(LINE, min_size=1).map(tuple))  # fmt: skip


@given(TEXTS.filter(lambda text: b"banner" not in text), FORBIDS)
def test_without_its_surplus_a_text_has_no_such_fault(text: bytes, verb: Verb) -> None:
    gone = set(found(verb, text).surplus)
    kept = [line for number, line in enumerate(text.split(b"\n"), 1) if number not in gone]

    assert state(verb, b"\n".join(kept)) in {"compliant", "not_evaluated"}


@given(TEXTS, CHECKS)
def test_only_faults_are_shown_red(text: bytes, check: Check) -> None:
    finding = found(check, text)

    if finding.state != "non_compliant":
        assert not any(place.fault for place in finding.places)
