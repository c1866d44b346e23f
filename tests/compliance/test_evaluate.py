"""A rule judged as a whole: several checks, platforms, and texts that are not as they should be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netwb.compliance.evaluate import MOST_BYTES, MOST_PLACES, judge, judge_all
from netwb.compliance.records import (
    Check,
    Count,
    Finding,
    InPython,
    MustContain,
    MustMatch,
    MustNotMatch,
)
from netwb.compliance.text import ConfigText
from tests.compliance.texts import EDGE, checked, found, lines, text_of

NTP = Check(verb=Count(match="^ntp server ", at_least=1))
NO_TELNET = Check(verb=MustNotMatch(patterns=("telnet",)))
SSH = Check(verb=MustMatch(patterns=("^ip ssh version 2$",)))
NO_SECTION = Check(verb=MustMatch(patterns=("x",)), inside=("router rip",))


def judged(*checks: Check, platform: str = "cisco_ios") -> Finding:
    return judge(checked(*checks), text_of(EDGE), platform=platform)


class TestSeveralChecks:
    """All that name the platform must hold."""

    def test_all_hold(self) -> None:
        finding = judged(NTP, NO_TELNET)

        assert finding.state == "compliant"
        assert finding.reason == (
            "Found 1 line that matches '^ntp server ', at least 1 is needed; no line matches 'telnet'."
        )

    def test_one_fault_is_enough_and_is_told_alone(self) -> None:
        finding = judged(NTP, SSH, NO_SECTION)

        assert finding.state == "non_compliant"
        assert finding.reason == "No line matches '^ip ssh version 2$', 1 is needed."

    def test_what_cannot_be_asked_keeps_the_rest_from_being_a_proof(self) -> None:
        finding = judged(NTP, NO_SECTION)

        assert (finding.state, finding.reason) == (
            "not_evaluated",
            "No section matches 'router rip'.",
        )

    def test_many_reasons_stay_one_sentence(self) -> None:
        assert judged(*[SSH] * 5).reason.endswith("; and 2 more.")

    def test_checks_of_other_platforms_are_not_asked(self) -> None:
        elsewhere = replace(SSH, platforms=("juniper_junos",))

        assert judged(NTP, elsewhere).state == "compliant"
        assert judged(elsewhere, platform="mikrotik_routeros") == Finding(
            rule_id="a-rule",
            state="not_evaluated",
            reason="The rule has no check for mikrotik_routeros.",
        )


class TestOddTexts:
    """Whatever a device sends, an answer comes, and no proof from nothing."""

    @pytest.mark.parametrize("data", [b"", b"\n", b" \n\t\n", b"\n" * 1000])
    def test_an_empty_text_proves_nothing(self, data: bytes) -> None:
        for check in (NTP, NO_TELNET, replace(NO_SECTION, without_section="compliant")):
            finding = found(check, data)

            assert (finding.state, finding.reason) == ("not_evaluated", "The text is empty.")

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
    def test_the_last_line_counts_however_it_ends(self, end: bytes) -> None:
        assert found(NTP, b"hostname a\nntp server 192.0.2.1" + end).state == "compliant"

    def test_letters_are_found_in_utf_8_and_in_latin_1(self) -> None:
        line, pattern = "description Z\u00fcrich", "^description Z\u00fcr"
        for data in (line.encode(), line.encode("latin-1")):
            assert found(MustMatch(patterns=(pattern,)), data).state == "compliant"
            contained = found(MustContain(lines=(line,)), data)
            assert (contained.state, contained.places[0].text) == ("compliant", line)

    def test_a_nul_and_other_control_characters_do_not_reach_people(self) -> None:
        finding = found(MustMatch(patterns=("banner",)), b"banner \x00\x1b[2J x\x9b\n")

        assert finding.places[0].text == "banner \ufffd\ufffd[2J x\ufffd"

    def test_a_match_stays_within_its_line(self) -> None:
        assert found(MustMatch(patterns=(r"a[\s\S]*b",)), b"a\nb\n").state == "non_compliant"

    def test_a_banner_that_never_closes_swallows_the_rest(self) -> None:
        assert found(NTP, b"banner login ^C\nntp server 192.0.2.1\n").state == "non_compliant"

    def test_a_section_of_nothing_is_a_section(self) -> None:
        check = Check(verb=NO_TELNET.verb, inside=("interface .*",))

        assert found(check, b"interface Gi0/1").state == "compliant"
        assert found(check, b"interface Gi0/1\n\n\n!\n").state == "compliant"

    def test_braces_make_sections_too(self) -> None:
        data = b"system {\n    ntp {\n        server 192.0.2.1;\n    }\n}\nntp {\n}\n"
        check = Check(verb=Count(match="^server ", at_least=1), inside=("system", "ntp"))

        finding = judge(checked(check), ConfigText.of(data, "braces"), platform="juniper_junos")

        assert finding.reason.startswith("In 'system > ntp': found 1 line")
        assert [place.section for place in finding.places] == ["system > ntp"]


class TestLimits:
    """What costs too much is not evaluated, and says so."""

    def test_ten_megabytes_are_read(self) -> None:
        lines = b" ip address 192.0.2.1 255.255.255.0 secondary\n" * 20
        data = (b"interface GigabitEthernet0/1\n" + lines) * 11_000
        check = Check(verb=NO_TELNET.verb, inside=("interface .*",))

        assert len(data) > 10_000_000
        assert found(check, data).reason.startswith("In each of 11000 sections, first 'interface")

    def test_a_text_that_is_longer_than_any_configuration_is_not_read(self) -> None:
        finding = found(NTP, b"x" * (MOST_BYTES + 1))

        assert finding.reason == "The text has 32 MB, 32 are the most that is read."

    def test_the_clock_is_looked_at_within_one_text(self) -> None:
        looks = iter(range(10_000))
        rules = [checked(NTP), checked(NO_TELNET)]

        found = judge_all(
            rules,
            text_of(b"other\n" * 300_000),
            platform="cisco_ios",
            late=lambda: next(looks) >= 10,
        )

        assert next(looks) == 11, "once it is late nothing more is read"
        assert found[0].state == "non_compliant", "where no line begins so, nothing is read"
        assert found[1].state == "not_evaluated"
        assert found[1].reason.startswith("The time that one text may take is over")

    def test_a_finding_names_so_many_lines_and_remediation_has_all(self) -> None:
        finding = found(NO_TELNET, b"telnet\n" * 1_000)

        assert len(finding.places) == MOST_PLACES
        assert len(finding.surplus) == 1_000

    def test_a_long_line_is_cut_for_people(self) -> None:
        assert len(found(NO_TELNET, b"telnet" + b"x" * 100_000).places[0].text) < 400


class TestRulesAtFault:
    """A rule that breaks is not evaluated with its reason, and the rest goes on."""

    def test_a_rule_at_fault_in_its_file_says_so(self) -> None:
        rule = replace(checked(NTP), fault="The rule is at fault in its file: own.yaml:3: x")

        assert judge(rule, text_of(EDGE), platform="cisco_ios").reason == f"{rule.fault}."

    def test_a_pattern_that_is_not_usable_spoils_its_rule_alone(self) -> None:
        rules = [checked(Check(verb=MustMatch(patterns=("(",)))), checked(NTP)]

        bad, good = judge_all(rules, text_of(EDGE), platform="cisco_ios")

        assert bad.reason.startswith("Pattern '(' is not usable: missing )")
        assert (bad.state, good.state) == ("not_evaluated", "compliant")

    def test_a_fault_of_ours_is_told_by_its_kind_alone(self) -> None:
        broken = checked(Check(verb=Count(match=None, at_least=1)))  # type: ignore[arg-type]

        finding = judge(broken, text_of(EDGE), platform="cisco_ios")

        assert finding.state == "not_evaluated"
        assert finding.reason.startswith("The rule broke on this text by a")

    def test_a_rule_in_python_is_not_run_here(self) -> None:
        finding = judged(Check(verb=InPython(file="x.py", function="f")))

        assert finding.reason == "A rule in Python is asked in a process of its own, not here."

    def test_evidence_and_faults_are_apart(self) -> None:
        finding = judged(Check(verb=Count(match="^exec-timeout", at_least=3)))

        assert (lines(finding, fault=True), lines(finding, fault=False)) == ([], [28, 31])
