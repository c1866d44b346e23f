"""Rule files: what is right is read as it is written, what is wrong is told with file, line and cure."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.compliance import yaml_nodes
from netwb.compliance.records import (
    Check,
    Count,
    Example,
    MustContain,
    MustNotMatch,
    Ordered,
    Rule,
    RuleFile,
    RunningIsStartup,
    Value,
)
from netwb.compliance.rule_files import LONGEST, parse_rules, read_rules
from netwb.compliance.selector import Selector, Words
from netwb.errors import RuleError
from tests.compliance.broken_files import BROKEN, GOOD, Broken

ALL = """\
# every key there is
rules:
  - id: all-keys
    title: no
    severity: critical
    why: Because.
    reference: RFC 2119, https://www.rfc-editor.org/rfc/rfc2119
    locked: true
    applies_to: {platform: cisco_ios, role: [pe, p], site: [fra1], label: [internet], tenant: [acme], hostname: "edge*", not: {role: lab}}
    checks:
      - platform: [cisco_ios, cisco_xe]
        in: ['router bgp .*', 'vrf .*']
        where: '^rd '
        where_not: '^shutdown$'
        without_section: compliant
        must_not_match: '^neighbor 192\\.0\\.2\\.66 '
        needed: no such neighbor
        add: ['no neighbor 192.0.2.66']
      - must_contain: 10
      - ordered: [a, b]
      - value: {match: '^mtu (\\d+)$', at_least: 1500, at_most: 9216, one_of: [1500, 9216], default: 1500}
      - running_is_startup: true
    remediation_note: Ask first.
    examples:
      - platform: cisco_ios
        fails: "x\\n"
        at: [1]
        startup_fails: "y\\n"
off: [other-rule]
"""


def read(text: str, **kinds: Any) -> RuleFile:
    return read_rules(text, **{"name": "own.yaml", "origin": "provider", **kinds})


def test_a_file_is_read_as_it_is_written() -> None:
    file = parse_rules(GOOD, name="rules/ntp.yaml", origin="provider")

    assert file.rules == (
        Rule(
            id="ntp-two-sources",
            title="Two NTP servers",
            severity="medium",
            checks=(
                Check(
                    verb=Count(match="^ntp server ", at_least=2), platforms=("cisco_ios",), line=6
                ),
            ),
            examples=(
                Example(
                    platform="cisco_ios",
                    passes="ntp server 192.0.2.123\nntp server 192.0.2.124\n",
                    fails="ntp server 192.0.2.123\n",
                    line=9,
                ),
            ),
            origin="rules/ntp.yaml:2",
        ),
    )


def test_every_key_is_read_and_words_stay_words() -> None:
    file = parse_rules(ALL, name="rules/all.yaml", origin="provider")

    (rule,) = file.rules
    assert (file.off, file.off_lines) == (("other-rule",), (29,))
    assert (rule.title, rule.severity, rule.locked, rule.note) == (
        "no",
        "critical",
        True,
        "Ask first.",
    )
    assert rule.applies_to == Selector(
        words=Words(
            platform=("cisco_ios",),
            role=("pe", "p"),
            site=("fra1",),
            label=("internet",),
            tenant=("acme",),
            hostname=("edge*",),
        ),
        without=Words(role=("lab",)),
    )
    assert rule.checks[0] == Check(
        verb=MustNotMatch(patterns=(r"^neighbor 192\.0\.2\.66 ",)),
        platforms=("cisco_ios", "cisco_xe"),
        inside=("router bgp .*", "vrf .*"),
        where="^rd ",
        where_not="^shutdown$",
        without_section="compliant",
        needed="no such neighbor",
        add=("no neighbor 192.0.2.66",),
        line=11,
    )
    assert [check.verb for check in rule.checks[1:]] == [
        MustContain(lines=("10",)),
        Ordered(patterns=("a", "b")),
        Value(match=r"^mtu (\d+)$", at_least=1500, at_most=9216, one_of=("1500", "9216"), default="1500"),
        RunningIsStartup(),
    ]  # fmt: skip
    assert rule.examples[0].startup_fails == "y\n"


@pytest.mark.parametrize("loader", [yaml_nodes._LOADER, yaml.SafeLoader], ids=["libyaml", "python"])
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.way)
def test_a_file_broken_in_one_way_is_told_in_one_sentence_with_file_line_and_cure(
    broken: Broken, loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_nodes, "_LOADER", loader)

    with pytest.raises(RuleError) as refused:
        parse_rules(broken.text, name="rules/own.yaml", origin="provider")

    (sentence,) = refused.value.problems
    assert str(refused.value) == sentence
    assert sentence.startswith(f"rules/own.yaml:{broken.line}: ")
    assert broken.thing in sentence
    assert broken.cure in sentence.partition(broken.thing)[2]
    assert "\n" not in sentence


def test_many_ways_to_break_a_file_are_known() -> None:
    assert len({broken.way for broken in BROKEN}) == len(BROKEN) >= 50


def test_all_faults_of_a_file_are_told_at_once_from_top_to_bottom() -> None:
    text = (
        GOOD.replace("medium", "mediun")
        .replace("'^ntp server '", "'('")
        .replace("  fails", "  fail")
    )

    with pytest.raises(RuleError) as refused:
        parse_rules(text, name="own.yaml", origin="provider")

    lines = [sentence.split(":")[1] for sentence in refused.value.problems]
    assert lines == ["4", "7", "13"]
    assert str(refused.value) == f"{refused.value.problems[0]} (and 2 more faults in the file)"


def test_an_anchor_and_all_places_that_use_it_are_one_fault() -> None:
    good = GOOD.removeprefix("rules:\n").replace("ntp-two", "good")
    using = good.replace("good", "using").replace("    severity: medium\n", "    <<: *common\n")
    text = f"common: &common\n  severity: low\n{GOOD}{using}{using.replace('using', 'too')}{good}"

    file = read(text)

    (told,) = file.faults
    assert told == (
        "own.yaml:1: the anchor `&common` is not read, nor is `*common` in line 19 and 1 more;"
        " write the text itself in each place"
    )
    assert [rule.fault == "" for rule in file.rules] == [True, False, False, True]
    assert "own.yaml:17: an alias stands in it, which is not read" in file.rules[1].fault


def test_more_faults_than_anybody_reads_are_counted() -> None:
    file = read("rules:\n" + "  - x\n" * 100)

    assert len(file.faults) == 31
    assert file.faults[-1] == "own.yaml:32: 70 more faults follow; correct those above first"


class TestARuleAtFault:
    """It stays in sight, and the rest of its file holds."""

    BAD = GOOD.removeprefix("rules:\n").replace("ntp-two", "ntp-bad").replace("at_least", "atleast")

    def test_it_says_why_it_is_not_evaluated(self) -> None:
        file = read(GOOD + self.BAD)

        good, bad = file.rules
        assert good.fault == ""
        assert (bad.id, bad.title, bad.severity, bad.checks) == ("ntp-bad-sources", "Two NTP servers", "medium", ())  # fmt: skip
        assert bad.fault.startswith("The rule is at fault in its file: own.yaml:20: rule ntp-bad")

    def test_it_means_the_devices_that_it_says_where_that_can_be_read(self) -> None:
        broken = GOOD.replace("'^ntp server '", "'('")
        for words, role in (("{role: [pe]}", ("pe",)), ("{rolle: [pe]}", ())):
            file = read(
                broken.replace(
                    "    checks", f"    locked: yes\n    applies_to: {words}\n    checks"
                )
            )

            assert (file.rules[0].applies_to.words.role, file.rules[0].locked) == (role, True)

    @pytest.mark.parametrize("extra", ["title: again", "why: *alias", "why: &anchor x"])
    def test_what_yaml_does_not_read_spoils_that_rule_alone(self, extra: str) -> None:
        good = GOOD.removeprefix("rules:\n").replace("ntp-two", "good")

        file = read(f"{GOOD}    {extra}\n{good}")

        assert [rule.fault == "" for rule in file.rules] == [False, True]
        assert len(file.faults) == 1

    def test_a_rule_without_a_name_cannot_be_shown(self) -> None:
        assert read(GOOD.replace("ntp-two-sources", "NTP!")).rules == ()


class TestTenants:
    """What a tenant's file may not, and what is the provider's."""

    def test_a_tenant_locks_nothing(self) -> None:
        file = read(GOOD + "    locked: true\n", origin="tenant", tenant_id="t1")

        assert file.faults == ("own.yaml:15: rule ntp-two-sources: `locked` is the provider's alone; take it out",)  # fmt: skip
        assert (file.rules[0].locked, file.rules[0].tenant_id) == (False, "t1")

    def test_a_tenants_file_is_small(self) -> None:
        long = GOOD + "#" * LONGEST["tenant"]

        assert read(long).faults == ()
        assert read(long, origin="tenant").faults == ("own.yaml:1: the file has 64 kB and 64 kB are the most; split it",)  # fmt: skip

    def test_a_platform_of_ones_own_is_no_slip_where_it_is_known(self) -> None:
        text = GOOD.replace("cisco_ios\n        c", "cisco_iosv\n        c")

        assert len(read(text).faults) == 1
        assert read(text, platforms={"cisco_ios", "cisco_iosv"}).faults == ()
        assert read(GOOD.replace("cisco_ios", "huawei_vrp")).faults == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault_of_ours(text: str) -> None:
    file = read(text)

    assert file.faults or file.rules or file.off or text.strip()
    assert all(fault.startswith("own.yaml:") and "\n" not in fault for fault in file.faults)


ODD = ["  - [", "  {a: &b c}", "*b", "\t", "---", "? x", ": y", "!!int 3", "''", "- - -", "\u0085", "\ufeff", "%YAML 1.2", "|", ">-", "'"]  # fmt: skip
PIECES = st.sampled_from([*GOOD.splitlines(), *ALL.splitlines(), *ODD])


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=25))
def test_any_mixture_of_lines_is_read_or_refused_in_sentences(pieces: list[str]) -> None:
    file = read("\n".join(pieces), origin="tenant", tenant_id="t1")

    assert all(one.startswith("own.yaml:") and "\n" not in one for one in file.faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["rules", "off", "id", "checks", "in", "count", "match", "examples", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def paths(data: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [above, *(path for key, value in inner for path in paths(value, (*above, key)))]


WHOLE = yaml.load(ALL, Loader=yaml.BaseLoader)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(paths(WHOLE)[1:]), JSON | st.just([]) | st.just({}) | st.just(""))
def test_any_value_at_any_place_is_read_or_refused_in_sentences(
    path: tuple[Any, ...], value: object
) -> None:
    data = deepcopy(WHOLE)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    file = read(yaml.safe_dump(data))

    assert all("\n" not in fault for fault in file.faults)
    assert file.faults or file.rules == () or file.rules[0].fault == ""


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_data_is_read_or_refused_in_sentences(data: object) -> None:
    text = yaml.safe_dump({"rules": [data], "off": data})

    assert all("\n" not in fault for fault in read(text).faults)
