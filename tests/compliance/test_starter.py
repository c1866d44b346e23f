"""The starter pack: what each of its rules must bring, and that its examples hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.compliance.evaluate import judge
from netwb.compliance.records import Example, Finding, Rule
from netwb.compliance.selector import Subject
from tests.compliance.starter_pack import config_text, platforms, starter

ORDER = ("cisco_ios", "cisco_xr", "cisco_nxos", "arista_eos", "juniper_junos", "frr")
MAIN = ("cisco_ios", "arista_eos", "cisco_nxos", "juniper_junos")
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.platform}")
    for rule in starter()
    for example in rule.examples
]


def test_the_pack_has_forty_rules_or_more_and_each_id_once() -> None:
    ids = [rule.id for rule in starter()]

    assert len(ids) >= 40
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("platform", MAIN)
def test_each_main_platform_has_twenty_five_rules_or_more(platform: str) -> None:
    asked = Counter(name for rule in starter() for name in platforms_of(rule))

    assert asked[platform] >= 25


@pytest.mark.parametrize("rule", starter(), ids=lambda rule: rule.id)
def test_each_rule_says_why_and_after_whom_and_shows_it_for_each_platform(rule: Rule) -> None:
    assert rule.title
    assert rule.why.endswith(".")
    assert rule.reference
    assert all(check.platforms for check in rule.checks), "each check names its platforms"
    assert platforms_of(rule) <= set(platforms())
    assert Counter(example.platform for example in rule.examples) == dict.fromkeys(
        platforms_of(rule), 1
    )
    assert all(example.passes and example.fails for example in rule.examples)


@pytest.mark.parametrize("rule", starter(), ids=lambda rule: rule.id)
def test_a_rule_means_the_shipped_platforms_that_it_has_a_check_for_and_all_others(
    rule: Rule,
) -> None:
    meant = {name for name in platforms() if rule.applies_to.means(Subject(platform=name))}

    assert meant == platforms_of(rule)
    assert rule.applies_to.means(Subject(platform="mikrotik_routeros")), "not evaluated there"


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_what_passes_is_compliant_and_what_fails_is_not_at_the_line_that_is_named(
    rule: Rule, example: Example
) -> None:
    good = found(rule, example, example.passes, example.startup_passes)
    bad = found(rule, example, example.fails, example.startup_fails)

    assert good.state == "compliant", good.reason
    assert bad.state == "non_compliant", bad.reason
    at_fault = {place.line for place in bad.places if place.fault}
    assert at_fault >= set(example.at)
    assert bool(example.at) == bool(at_fault), "name the line that is at fault"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("version 7.0(3)I2(1)\nfeature nxapi\n", "non_compliant"),
        ("version 7.0(3)I2(1)\nfeature nxapi\nno nxapi http\n", "compliant"),
        ("version 9.3(8) Bios:version 07.69 \nfeature nxapi\n", "compliant"),
    ],
    ids=["http-by-default", "switched-off", "https-by-default"],
)
def test_the_api_of_an_old_nexus_speaks_http_by_default(text: str, state: str) -> None:
    rule = next(rule for rule in starter() if rule.id == "services-no-plain-http")

    assert judge(rule, config_text(text, "cisco_nxos"), platform="cisco_nxos").state == state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("frr defaults datacenter\nrouter bgp 64500\n", "non_compliant"),
        ("frr defaults datacenter\nrouter bgp 64500\n bgp ebgp-requires-policy\n", "compliant"),
        ("frr defaults traditional\nrouter bgp 64500\n", "compliant"),
    ],
    ids=["left-out", "asked-for", "by-default"],
)
def test_the_defaults_of_a_data_center_leave_policies_out_in_frr(text: str, state: str) -> None:
    rule = next(rule for rule in starter() if rule.id == "bgp-no-open-policy")

    assert judge(rule, config_text(text, "frr"), platform="frr").state == state


LOGIN = "aaa authentication login default "
GROUP = "aaa group server {kind} OURS\n server name A\n{more}!\n"
MORE = " server name B\n"
TWO_KINDS = "tacacs server A\nradius server B\n"
TWO_TACACS = "tacacs server A\ntacacs server B\n"
TWO_RADIUS = "radius server A\nradius server B\n"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f"{LOGIN}group tacacs+ local\n{TWO_KINDS}", "non_compliant"),
        (f"{LOGIN}group tacacs+ local\n{TWO_TACACS}", "compliant"),
        (f"{LOGIN}group tacacs+ local\n{TWO_RADIUS}", "non_compliant"),
        (f"{LOGIN}group radius local\n{TWO_KINDS}", "non_compliant"),
        (f"{LOGIN}group radius local\n{TWO_RADIUS}", "compliant"),
        (f"{LOGIN}group tacacs+ group radius local\n{TWO_KINDS}", "compliant"),
        (
            f"{LOGIN}group OURS local\n{TWO_TACACS}{GROUP.format(kind='tacacs+', more='')}",
            "non_compliant",
        ),
        (
            f"{LOGIN}group OURS local\n{TWO_TACACS}{GROUP.format(kind='tacacs+', more=MORE)}",
            "compliant",
        ),
        (
            f"{LOGIN}group OURS local\n{TWO_KINDS}{GROUP.format(kind='radius', more='')}",
            "non_compliant",
        ),
    ],
    ids=[
        *("one-of-each", "two-tacacs", "two-of-the-other", "radius-one-of-each", "two-radius"),
        *("both-asked", "group-of-one", "group-of-two", "radius-group-of-one"),
    ],
)
def test_two_servers_are_counted_of_the_protocol_that_logins_use(text: str, state: str) -> None:
    rule = next(rule for rule in starter() if rule.id == "aaa-two-servers")

    assert judge(rule, config_text(text, "cisco_ios"), platform="cisco_ios").state == state


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("   no shutdown\n", "non_compliant"),
        ("   ip access-group MANAGEMENT in\n   no shutdown\n", "compliant"),
        ("   idle-timeout 5\n", "compliant"),
    ],
    ids=["open", "filtered", "off"],
)
def test_telnet_that_is_on_needs_an_access_list_of_its_own(lines: str, state: str) -> None:
    rule = next(rule for rule in starter() if rule.id == "management-access-list")
    text = f"management ssh\n   ip access-group MANAGEMENT in\n!\nmanagement telnet\n{lines}!\n"

    assert judge(rule, config_text(text, "arista_eos"), platform="arista_eos").state == state


def test_a_port_whose_mode_is_not_said_negotiates() -> None:
    rule = next(rule for rule in starter() if rule.id == "switchports-do-not-negotiate")
    text = "interface GigabitEthernet1/0/1\n switchport access vlan 10\n"

    seen = judge(rule, config_text(text, "cisco_ios"), platform="cisco_ios")

    assert seen.state == "non_compliant"
    assert [wanted.lines for wanted in seen.wanted] == [("switchport mode access",)]


def test_the_reference_lists_the_pack() -> None:
    reference = (Path(__file__).parents[2] / "netwb" / "README.md").read_text()

    table = "\n".join(pack_table())
    assert table in reference, f"paste this into netwb/README.md:\n{table}"


def pack_table() -> Iterator[str]:
    """The pack as the reference has it, drawn from the rules."""
    yield "| rule | what it asks | severity | platforms |"
    yield "|---|---|---|---|"
    for rule in starter():
        asked = [name for name in ORDER if name in platforms_of(rule)]
        yield f"| `{rule.id}` | {rule.title} | {rule.severity} | {' '.join(asked)} |"


def platforms_of(rule: Rule) -> set[str]:
    """Those that the rule has a check for."""
    return {name for check in rule.checks for name in check.platforms}


def found(rule: Rule, example: Example, text: str | None, startup: str | None) -> Finding:
    """What the rule finds in an example's text."""
    platform = example.platform
    return judge(
        rule,
        config_text(text or "", platform),
        platform=platform,
        startup=None if startup is None else config_text(startup, platform),
    )
