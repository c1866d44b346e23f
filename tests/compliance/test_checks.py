"""The eight verbs: what each finds, the sentence that it says it in, the lines that it names."""

from __future__ import annotations

import pytest

from netwb.compliance.evaluate import judge
from netwb.compliance.records import (
    Check,
    Count,
    MustContain,
    MustMatch,
    MustNotContain,
    MustNotMatch,
    Ordered,
    RunningIsStartup,
    Value,
    Verb,
    Wanted,
)
from netwb.compliance.text import ConfigText
from tests.compliance.texts import EDGE, checked, found, lines, text_of

PORTS = ("interface .*",)
VTY = ("line vty .*",)

FOUND: list[tuple[Check | Verb, str, str, list[int], list[int]]] = [
    (Count(match="^ntp server ", at_least=2), "non_compliant", "Found 1 line that matches '^ntp server ', at least 2 are needed.", [], [22]),
    (Count(match="^ntp server ", at_least=1), "compliant", "Found 1 line that matches '^ntp server ', at least 1 is needed.", [], [22]),
    (Count(match="^interface ", at_most=2), "non_compliant", "Found 3 lines that match '^interface ', at most 2 are allowed.", [4, 9, 12], []),
    (Count(match=r"^interface (\w)", at_least=2, distinct=True), "compliant", r"Found 2 different values by '^interface (\w)', at least 2 are needed.", [], [4, 12]),
    (Count(match=r"^ntp server (\S+)", at_least=2, distinct=True), "non_compliant", r"Found 1 different value by '^ntp server (\S+)', at least 2 are needed.", [], [22]),
    (Count(match="^snmp (.)", at_least=1, distinct=True), "non_compliant", "No line matches '^snmp (.)', at least 1 is needed.", [], []),
    (Count(match="^snmp ", at_least=1, at_most=2), "non_compliant", "No line matches '^snmp ', 1 to 2 is needed.", [], []),
    (Count(match="^snmp ", at_least=2, at_most=2), "non_compliant", "No line matches '^snmp ', exactly 2 are needed.", [], []),
    (MustContain(lines=("service password-encryption",)), "compliant", "Found the line 'service password-encryption'.", [], [2]),
    (MustContain(lines=("service password",)), "non_compliant", "No line is 'service password', it must stand there.", [], []),
    (MustContain(lines=("hostname edge1", "a", "b")), "non_compliant", "2 of 3 lines are missing, first 'a', each must stand there.", [], [1]),
    (MustContain(lines=("hostname edge1", "end")), "compliant", "Found all of 2 lines, first 'hostname edge1'.", [], [1, 32]),
    (MustNotContain(lines=("shutdown",)), "non_compliant", "Found the line 'shutdown', it must not stand there.", [10], []),
    (MustNotContain(lines=("shutdown", "end")), "non_compliant", "Found all of 2 lines, first 'shutdown', none of them may stand there.", [10, 32], []),
    (MustNotContain(lines=("no shutdown",)), "compliant", "No line is 'no shutdown'.", [], []),
    (MustNotContain(lines=("a", "b")), "compliant", "Found none of 2 lines, first 'a'.", [], []),
    (MustMatch(patterns=("^ip address ",)), "compliant", "Found 2 lines that match '^ip address '.", [], [6, 13]),
    (MustMatch(patterns=("^ip address ", "^end$")), "compliant", "Found 2 lines that match '^ip address ', as for each of 2 patterns.", [], [6, 13, 32]),
    (MustMatch(patterns=("^aaa ",)), "non_compliant", "No line matches '^aaa ', 1 is needed.", [], []),
    (MustMatch(patterns=("^aaa ", "^end$", "^ip ssh ")), "non_compliant", "No line matches '^aaa ' or 1 more pattern, each pattern needs 1.", [], [32]),
    (MustMatch(patterns=("^aaa ", "^ip ssh ")), "non_compliant", "No line matches any of 2 patterns, first '^aaa ', each pattern needs 1.", [], []),
    (MustNotMatch(patterns=("^ip proxy",)), "non_compliant", "Found 1 line that matches '^ip proxy', none is allowed.", [7], []),
    (MustNotMatch(patterns=("^ip proxy", "^shut", "^xx")), "non_compliant", "Found 1 line that matches '^ip proxy' or 1 more pattern, none is allowed.", [7, 10], []),
    (MustNotMatch(patterns=("^aaa ",)), "compliant", "No line matches '^aaa '.", [], []),
    (MustNotMatch(patterns=("^aaa ", "^tacacs")), "compliant", "No line matches any of 2 patterns, first '^aaa '.", [], []),
    (Ordered(patterns=("^hostname", "^ntp")), "compliant", "Found lines in the order '^hostname', '^ntp'.", [], [1, 22]),
    (Ordered(patterns=("^ntp", "^hostname", "^end")), "non_compliant", "Line 1 matches '^hostname' and line 22 '^ntp', lines must stand in the order '^ntp', '^hostname', '^end'.", [1, 22], [32]),
    (Ordered(patterns=("^hostname", "^aaa")), "non_compliant", "No line matches '^aaa', lines must stand in the order '^hostname', '^aaa'.", [], [1]),
    (Value(match=r"^exec-timeout (\d+) ", at_least=1, at_most=10), "non_compliant", r"Found '30' in line 28 by '^exec-timeout (\d+) ', 1 to 10 is needed.", [28], [31]),
    (Value(match=r"^exec-timeout (\d+) ", at_least=1, at_most=4), "non_compliant", r"Found '30' in line 28 and 1 more by '^exec-timeout (\d+) ', 1 to 4 is needed.", [28, 31], []),
    (Value(match=r"^exec-timeout (\d+) ", at_most=30), "compliant", r"Found '30' in line 28 by '^exec-timeout (\d+) ', at most 30 is needed.", [], [28, 31]),
    (Value(match=r"^transport input (.*)", one_of=("ssh", "none")), "compliant", "Found 'ssh' in line 29 by '^transport input (.*)', one of 'ssh', 'none' is needed.", [], [29]),
    (Value(match=r"^hostname (.*)", at_least=1), "non_compliant", "Found 'edge1' in line 1 by '^hostname (.*)', at least 1 is needed.", [1], []),
    (Value(match=r"^ip ssh time-out (\d+)", at_most=60, default="120"), "non_compliant", r"No line matches '^ip ssh time-out (\d+)', so that the default '120' holds, at most 60 is needed.", [], []),
    (Value(match=r"^ip ssh version (\d)", at_least=2, default="2"), "compliant", r"No line matches '^ip ssh version (\d)', so that the default '2' holds, at least 2 is needed.", [], []),
    (Value(match=r"^ip ssh version (\d)", at_least=2), "non_compliant", r"No line matches '^ip ssh version (\d)', one with at least 2 is needed.", [], []),
    (Value(match=r"^service password-encryption( \d)?", one_of=("7",)), "non_compliant", r"Found no value in line 2 by '^service password-encryption( \d)?', one of '7' is needed.", [2], []),
    (Check(verb=MustNotMatch(patterns=("^ip proxy-arp$",)), inside=PORTS), "non_compliant", "In 1 of 3 sections, first 'interface GigabitEthernet0/1': found 1 line that matches '^ip proxy-arp$', none is allowed.", [7], []),
    (Check(verb=MustNotMatch(patterns=("^ip proxy-arp$",)), inside=PORTS, where_not="^ip address "), "compliant", "In 'interface GigabitEthernet0/2': no line matches '^ip proxy-arp$'.", [], []),
    (Check(verb=MustMatch(patterns=("^description ",)), inside=PORTS, where="^ip address "), "non_compliant", "In 1 of 2 sections, first 'interface Loopback0': no line matches '^description ', 1 is needed.", [12], []),
    (Check(verb=MustMatch(patterns=("^exec-timeout",)), inside=VTY), "compliant", "In each of 2 sections, first 'line vty 0 4': found 1 line that matches '^exec-timeout'.", [], [28, 31]),
    (Check(verb=MustMatch(patterns=("maximum-prefix",)), inside=("router bgp .*", "address-family .*")), "compliant", "In 'router bgp 64500 > address-family ipv4 vrf RED': found 1 line that matches 'maximum-prefix'.", [], [19]),
    (Check(verb=Count(match="^neighbor", at_least=4), inside=("router bgp 64500",)), "non_compliant", "In 'router bgp 64500': found 3 lines that match '^neighbor', at least 4 are needed.", [15], [16, 18, 19]),
    (Check(verb=MustMatch(patterns=("x",)), inside=("router ospf .*",)), "not_evaluated", "No section matches 'router ospf .*'.", [], []),
    (Check(verb=MustMatch(patterns=("x",)), inside=PORTS, where="^mpls ip$"), "not_evaluated", "No section matches 'interface .*' and holds a line that matches '^mpls ip$'.", [], []),
    (Check(verb=MustMatch(patterns=("x",)), inside=("control-plane",), without_section="compliant"), "compliant", "No section matches 'control-plane'.", [], []),
    (Check(verb=MustMatch(patterns=("x",)), inside=("control-plane",), without_section="non_compliant"), "non_compliant", "No section matches 'control-plane', one is needed.", [], []),
    (Check(verb=MustMatch(patterns=("^ip ssh",)), where="^ip http server$", without_section="compliant"), "compliant", "It is not so that the text holds a line that matches '^ip http server$'.", [], []),
    (Check(verb=Count(match="^ntp", at_least=2), needed="two sources of time"), "non_compliant", "Found 1 line that matches '^ntp'; needed: two sources of time.", [], [22]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "state", "reason", "faults", "evidence"), FOUND)
def test_a_verb_finds(
    check: Check | Verb, state: str, reason: str, faults: list[int], evidence: list[int]
) -> None:
    finding = found(check)

    assert (finding.state, finding.reason) == (state, reason)
    assert lines(finding, fault=True) == faults
    assert lines(finding, fault=False) == evidence


def test_lines_of_a_banner_are_no_commands_but_its_own_sections() -> None:
    nowhere = found(MustMatch(patterns=("^ip http server$",)))
    within = found(Check(verb=MustMatch(patterns=("^ip http server$",)), inside=("banner .*",)))

    assert nowhere.state == "non_compliant"
    assert (within.state, lines(within, fault=False)) == ("compliant", [24])


def test_a_place_says_in_which_section_it_stands() -> None:
    finding = found(MustMatch(patterns=("maximum-prefix",)))

    assert [(place.line, place.text, place.section) for place in finding.places] == [
        (19, "neighbor 192.0.2.3 maximum-prefix 100", "router bgp 64500 > address-family ipv4 vrf RED")
    ]  # fmt: skip


class TestRemediation:
    """What is wanted, and what is surplus."""

    def test_missing_lines_are_wanted_where_they_are_missing(self) -> None:
        finding = found(
            Check(verb=MustContain(lines=("login local", "exec-timeout 5 0")), inside=VTY)
        )

        assert finding.wanted == (
            Wanted(lines=("login local", "exec-timeout 5 0"), section=("line vty 0 4",)),
            Wanted(lines=("login local",), section=("line vty 5 15",)),
        )

    def test_lines_that_must_not_be_there_are_surplus_and_what_the_rule_adds_is_wanted(
        self,
    ) -> None:
        check = Check(
            verb=MustNotMatch(patterns=("^ip proxy-arp$",)), inside=PORTS, add=("no ip proxy-arp",)
        )

        finding = found(check)

        assert finding.surplus == (7,)
        assert finding.wanted == (
            Wanted(lines=("no ip proxy-arp",), section=("interface GigabitEthernet0/1",)),
        )

    @pytest.mark.parametrize(("add", "surplus"), [((), ()), (("exec-timeout 10 0",), (28,))])
    def test_a_wrong_value_is_surplus_where_the_rule_has_another(
        self, add: tuple[str, ...], surplus: tuple[int, ...]
    ) -> None:
        verb = Value(match=r"^exec-timeout (\d+) ", at_most=10)

        assert found(Check(verb=verb, inside=VTY, add=add)).surplus == surplus

    @pytest.mark.parametrize(("path", "wanted"), [("control-plane", 1), ("control-.*", 0)])
    def test_a_section_that_is_missing_is_wanted_where_its_name_is_known(
        self, path: str, wanted: int
    ) -> None:
        check = Check(
            verb=MustMatch(patterns=("^service-policy",)),
            inside=(path,),
            without_section="non_compliant",
            add=("service-policy input COPP",),
        )

        assert len(found(check).wanted) == wanted

    def test_what_complies_wants_nothing(self) -> None:
        check = Check(verb=MustMatch(patterns=("^ntp",)), add=("ntp server 192.0.2.123",))

        assert (found(check).wanted, found(check).surplus) == ((), ())


SPELLED_OUT = (
    b"hostname edge1\ncrypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n"
    b"  30820229 30820192 A0030201 02020101\n  864886F7 0D01\n  \tquit\nntp server 192.0.2.123\nend\n"
)
IN_A_FILE = (
    b"hostname edge1\ncrypto pki certificate chain TP-self-signed-1\n"
    b" certificate self-signed 01 nvram:IOS-Self-Sig#1.cer\nntp server 192.0.2.123\nend\n"
)


class TestRunningIsStartup:
    """What runs against what would be booted."""

    def test_the_same_text_complies_however_it_ends(self) -> None:
        finding = found(RunningIsStartup(), startup=EDGE.rstrip() + b"\n\n")

        assert finding.state == "compliant"
        assert finding.reason == "The startup configuration is what runs."

    def test_comments_are_no_difference(self) -> None:
        asked = b"! Command: show running-config\n!\nhostname leaf1\n"

        finding = found(RunningIsStartup(), asked, startup=asked.replace(b"running", b"startup"))

        assert finding.state == "compliant"

    def test_newer_software_is_no_difference_and_another_version_of_rip_is(self) -> None:
        runs = b"version 17.3\nhostname edge1\nrouter rip\n version 2\n"
        saved = runs.replace(b"17.3", b"15.7")

        assert found(RunningIsStartup(), runs, startup=saved).state == "compliant"
        finding = found(RunningIsStartup(), runs, startup=saved.replace(b" 2\n", b" 1\n"))
        assert lines(finding, fault=True) == [4]

    def test_without_a_startup_text_nothing_is_evaluated(self) -> None:
        finding = found(RunningIsStartup())

        assert finding.state == "not_evaluated"
        assert finding.reason == (
            "No startup configuration of this device is kept; the setting collect.startup takes it"
            " along."
        )

    def test_a_text_that_did_not_come_says_why(self) -> None:
        missing = ConfigText(data=b"", missing="It could not be read")

        finding = judge(
            checked(Check(verb=RunningIsStartup())),
            text_of(EDGE),
            platform="cisco_ios",
            startup=missing,
        )

        assert (finding.state, finding.reason) == ("not_evaluated", "It could not be read.")

    @pytest.mark.parametrize(
        "answer",
        [
            b"startup-config is not present\n",
            b"%% Non-volatile configuration memory is not present\n",
        ],
        ids=["new", "old"],
    )
    def test_a_device_that_was_never_saved_says_so(self, answer: bytes) -> None:
        finding = found(RunningIsStartup(), startup=answer)

        assert finding.state == "non_compliant"
        assert finding.reason.startswith("The configuration was never saved")
        assert finding.places == ()

    def test_a_certificate_in_a_file_is_the_one_that_is_spelled_out(self) -> None:
        finding = found(RunningIsStartup(), SPELLED_OUT, startup=IN_A_FILE)

        assert finding.state == "compliant", finding.reason

    def test_a_certificate_of_another_number_is_another_one(self) -> None:
        other = IN_A_FILE.replace(b"self-signed 01", b"self-signed 02")

        finding = found(RunningIsStartup(), SPELLED_OUT, startup=other)

        assert finding.state == "non_compliant"
        assert lines(finding, fault=True) == [3, 4, 5, 6]

    def test_what_stands_behind_a_certificate_in_a_file_still_counts(self) -> None:
        changed = SPELLED_OUT.replace(b"ntp server 192.0.2.123", b"ntp server 192.0.2.124")

        finding = found(RunningIsStartup(), changed, startup=IN_A_FILE)

        assert lines(finding, fault=True) == [7]

    def test_lines_that_a_restart_would_lose_are_named(self) -> None:
        finding = found(RunningIsStartup(), startup=EDGE.replace(b" shutdown\n", b" mtu 9000\n"))

        assert lines(finding, fault=True) == [10]
        assert finding.reason.startswith(
            "1 line of what runs would be lost by a restart, and 1 line"
        )

    def test_another_order_is_another_configuration(self) -> None:
        finding = found(RunningIsStartup(), b"a\nb\nc\n", startup=b"b\na\nc\n")

        assert (finding.state, lines(finding, fault=True)) == ("non_compliant", [1, 2])
        assert "in another order from line 1 on" in finding.reason
