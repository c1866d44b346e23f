"""What remediation shows mends the finding, its rollback takes it back, and it says why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import hier_config
import pytest

from netwb.compliance import remediation
from netwb.compliance.evaluate import judge
from netwb.compliance.records import Check, Example, Finding, MustContain, MustNotMatch, Rule
from netwb.compliance.remediation import Remediation, remediate
from netwb.compliance.text import ConfigText
from tests.compliance.kept_texts import kept_text
from tests.compliance.plants import PLANTS
from tests.compliance.starter_pack import config_text, starter

DRIVERS = {
    "cisco_ios": hier_config.Platform.CISCO_IOS,
    "cisco_nxos": hier_config.Platform.CISCO_NXOS,
    "cisco_xr": hier_config.Platform.CISCO_XR,
    "arista_eos": hier_config.Platform.ARISTA_EOS,
    "juniper_junos": hier_config.Platform.JUNIPER_JUNOS,
}
BESIDE = {"juniper_junos": "set system domain-name example.net\n"}  # so that no text ends up empty
PLANTED = [
    pytest.param(platform, rule_id, id=f"{platform}-{rule_id}")
    for platform in DRIVERS
    for rule_id in PLANTS[platform]
]
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.platform}")
    for rule in starter()
    for example in rule.examples
    if example.platform in DRIVERS and not example.startup_fails
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_remediation_makes_the_text_compliant_and_its_rollback_brings_it_back(
    rule: Rule, example: Example
) -> None:
    platform = example.platform
    text = (example.fails or "") + BESIDE.get(platform, "ip domain name example.net\n")
    offered = of(rule, text, platform)

    if offered.reason:
        assert not offered.commands
        return
    running = hier_config.get_hconfig(driver_of(rule, text, platform), text)
    mended = entered(running, offered.commands)
    back = entered(mended, offered.rollback)

    assert found(rule, as_text(mended), platform).state == "compliant"
    assert lines_of(back) == lines_of(running)


@pytest.mark.parametrize(("platform", "rule_id"), PLANTED)
def test_the_same_holds_in_the_whole_text_of_a_device(platform: str, rule_id: str) -> None:
    rule = next(rule for rule in starter() if rule.id == rule_id)
    text, _ = PLANTS[platform][rule_id].planted(kept_text(platform))
    text = text.replace(
        "banner login #Authorized use only.#\n", ""
    )  # which hier_config cannot read
    offered = of(rule, text, platform)
    if not offered.commands:
        return

    running = hier_config.get_hconfig(driver_of(rule, text, platform), text)
    mended = entered(running, offered.commands)
    back = entered(mended, offered.rollback)

    assert found(rule, as_text(mended), platform).state == "compliant"
    assert said_yes(back) == said_yes(running)


def test_many_rules_of_the_pack_have_remediation_on_each_platform() -> None:
    offered = [
        (example.platform, bool(of(rule, example.fails or "", example.platform).commands))
        for rule in starter()
        for example in rule.examples
    ]

    assert {name: offered.count((name, True)) >= 4 for name in DRIVERS} == dict.fromkeys(
        DRIVERS, True
    )


def test_a_section_that_stands_already_is_not_taken_away_by_rollback() -> None:
    rule = a_rule(Check(verb=MustContain(lines=("exec-timeout 10 0",)), inside=("line vty .*",)))
    text = "line vty 0 4\n transport input ssh\n!\nend\n"

    offered = of(rule, text)

    assert offered.commands == "line vty 0 4\n  exec-timeout 10 0"
    assert offered.rollback == "line vty 0 4\n  no exec-timeout 10 0"


def test_a_new_value_replaces_the_old_one_instead_of_negating_it_first() -> None:
    rule = next(rule for rule in starter() if rule.id == "management-session-timeout")
    text = "line vty 0 4\n exec-timeout 0 0\n transport input ssh\n"

    offered = of(rule, text)  # `no exec-timeout` is `exec-timeout 0 0` on IOS

    assert offered.commands == "line vty 0 4\n  exec-timeout 10 0"
    assert offered.rollback == "line vty 0 4\n  exec-timeout 0 0"


def test_a_section_that_must_go_goes_with_all_that_is_in_it() -> None:
    rule = a_rule(Check(verb=MustNotMatch(patterns=("^router rip$",))))
    text = "router rip\n version 2\n network 192.0.2.0\n!\nrouter ospf 1\n router-id 192.0.2.1\n"

    offered = of(rule, text)

    assert offered.commands == "no router rip"
    assert offered.rollback == "router rip\n  version 2\n  network 192.0.2.0"


def test_a_line_that_contradicts_the_new_one_is_replaced_by_it() -> None:
    rule = a_rule(Check(verb=MustContain(lines=("service password-encryption",))))

    offered = of(rule, "no service password-encryption\nhostname edge1\nend\n")

    assert offered.commands == "service password-encryption"
    assert offered.rollback == "no service password-encryption"


def test_a_section_that_is_missing_is_made_where_its_name_is_known() -> None:
    rule = a_rule(
        Check(
            verb=MustContain(lines=("idle-timeout 15",)),
            inside=("management ssh",),
            without_section="non_compliant",
            add=("idle-timeout 15",),
        )
    )

    offered = of(rule, "hostname leaf1\n!\nend\n", "arista_eos")

    assert offered.commands == "management ssh\n  idle-timeout 15"
    assert offered.rollback == "no management ssh"


@pytest.mark.parametrize(
    ("text", "platform", "reason"),
    [
        ("hostname edge1\n", "cisco_ios", "nothing to mend"),
        ("router rip\nhostname edge1\n", "frr", "hier_config does not know that platform"),
        ("router rip\n", "cisco_ios", "only a part of what would mend it"),
        ("set x\nrouter rip\n", "juniper_junos", "the level at which to do it"),
        ("router rip key <netwb:secret:00000000000000a1>\nx\n", "cisco_ios", "holds a secret"),
    ],
    ids=["compliant", "no-driver", "nothing-left", "junos-deletes", "secret"],
)
def test_why_there_is_none_is_said_in_a_sentence(text: str, platform: str, reason: str) -> None:
    offered = of(a_rule(Check(verb=MustNotMatch(patterns=("^router rip",)))), text, platform)

    assert reason in offered.reason
    assert (offered.commands, offered.rollback) == ("", "")


def test_a_rule_that_names_no_lines_offers_none() -> None:
    rule = next(rule for rule in starter() if rule.id == "ntp-two-sources")

    assert "names no lines" in of(rule, "hostname edge1\n").reason


def test_a_line_that_cannot_be_taken_back_is_not_shown() -> None:
    rule = a_rule(Check(verb=MustContain(lines=("system no-redirects",))))

    assert "cannot say" in of(rule, "set system host-name edge1\n", "juniper_junos").reason


def test_a_junos_text_in_braces_has_none() -> None:
    rule = a_rule(Check(verb=MustContain(lines=("no-redirects;",)), inside=("system",)))
    text = ConfigText.of(b"system {\n    host-name edge1;\n}\n", "braces")
    seen = judge(rule, text, platform="juniper_junos")

    offered = remediate(rule, seen, text, platform="juniper_junos")

    assert "in braces" in offered.reason


def test_a_part_of_what_is_needed_is_not_shown_as_all_of_it() -> None:
    rule = a_rule(
        Check(verb=MustNotMatch(patterns=("^router rip$",))),
        Check(verb=MustContain(lines=("ip routing",))),
    )
    text = config_text("router rip\n!\nhostname edge1\n", "cisco_ios")
    seen = replace(judge(rule, text, platform="cisco_ios"), wanted=())

    offered = remediate(rule, seen, text, platform="cisco_ios")

    assert "only a part" in offered.reason


def a_rule(*checks: Check) -> Rule:
    return Rule(id="a-rule", title="A rule", severity="low", checks=checks)


def of(rule: Rule, text: str, platform: str = "cisco_ios") -> Remediation:
    """What is offered for that text."""
    return remediate(
        rule, found(rule, text, platform), config_text(text, platform), platform=platform
    )


def found(rule: Rule, text: str, platform: str) -> Finding:
    return judge(rule, config_text(text, platform), platform=platform)


def driver_of(rule: Rule, text: str, platform: str) -> Any:
    """hier_config's driver with what remediation tells it of this change."""
    change = remediation._change(rule, found(rule, text, platform), config_text(text, platform))
    return remediation._driver(platform, change)


def said_yes(config: hier_config.HConfig) -> list[tuple[str, ...]]:
    """Its lines but for negated ones: a line and its negation leave nothing behind, it foresees."""
    return [path for path in lines_of(config) if not path[-1].startswith("no ")]


def entered(config: hier_config.HConfig, commands: str) -> hier_config.HConfig:
    """The configuration after the commands, as hier_config foresees it.

    It foresees no `delete` of Junos, which takes a leaf out.
    """
    lines = commands.splitlines()
    config = hier_config.get_hconfig(config.driver, as_text(config))
    for line in lines:
        if line.startswith("delete "):
            config.children.delete(f"set {line.removeprefix('delete ')}")
    kept = "\n".join(line for line in lines if not line.startswith("delete "))
    return config.future(hier_config.get_hconfig(config.driver, kept))


def as_text(config: hier_config.HConfig) -> str:
    return "\n".join(line.cisco_style_text() for line in config.all_children()) + "\n"


def lines_of(config: hier_config.HConfig) -> list[tuple[str, ...]]:
    return sorted(tuple(line.path()) for line in config.all_children())
