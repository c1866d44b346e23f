"""Violations planted in real and simulated texts: each one is found where it is, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from netwb.compliance.evaluate import judge_all
from netwb.compliance.records import Finding
from netwb.compliance.text import ConfigText
from netwb.lab.demo import DemoPasswords, demo_plan
from tests.compliance.kept_texts import LAB, RECORDED, kept_text
from tests.compliance.plants import PLANTS, Plant
from tests.compliance.starter_pack import config_text, starter

EVERY = [
    pytest.param(platform, rule_id, plant, id=f"{platform}-{rule_id}")
    for platform, plants in PLANTS.items()
    for rule_id, plant in plants.items()
]


def asked(platform: str) -> set[str]:
    """Rules that have a check for that platform."""
    return {rule.id for rule in starter() for check in rule.checks if platform in check.platforms}


def judged(text: str, platform: str) -> dict[str, Finding]:
    """What each rule finds in a text."""
    findings = judge_all(
        starter(), config_text(text, platform), platform=platform, startup=startup(platform)
    )
    return {finding.rule_id: finding for finding in findings}


def asked_startup() -> set[str]:
    """Platforms that the rule of saved configurations is for."""
    return {name for name in LAB if "configuration-saved" in asked(name)}


@cache
def startup(platform: str) -> ConfigText | None:
    """What the device would boot, where its platform tells it."""
    if platform not in asked_startup():
        return None
    return config_text(kept_text(platform, kind="startup"), platform)


@cache
def as_kept(platform: str) -> dict[str, Finding]:
    return judged(kept_text(platform), platform)


@pytest.mark.parametrize("platform", [*LAB, *RECORDED])
def test_a_well_kept_device_is_accused_of_nothing(platform: str) -> None:
    accused = {
        rule_id: finding.reason
        for rule_id, finding in as_kept(platform).items()
        if rule_id in asked(platform) and finding.state != "compliant"
    }

    assert accused == {}


@pytest.mark.parametrize("platform", [*LAB, *RECORDED])
def test_every_rule_has_a_violation_planted_on_every_platform_that_it_knows(platform: str) -> None:
    assert set(PLANTS[platform]) == asked(platform)


@pytest.mark.parametrize(("platform", "rule_id", "plant"), EVERY)
def test_a_planted_violation_is_found_at_its_line_and_nothing_else_is(
    platform: str, rule_id: str, plant: Plant
) -> None:
    text, new = plant.planted(kept_text(platform))
    before, after = as_kept(platform), judged(text, platform)

    changed = {name for name in after if after[name].state != before[name].state}
    at_fault = {place.line for place in after[rule_id].places if place.fault}
    # configuration-saved compares all lines: whatever is planted differs from what would boot
    assert changed - {"configuration-saved"} == {rule_id, *plant.also} - {"configuration-saved"}
    assert after[rule_id].state == "non_compliant"
    if plant.named:
        assert at_fault & set(new)
        assert at_fault <= set(new) | headers_above(text, platform, new)


def headers_above(text: str, platform: str, lines: list[int]) -> set[int]:
    """Lines that open the sections which hold these."""
    crumbs = config_text(text, platform).crumbs
    return {
        number + 1
        for line in lines
        for number in range(line - 1)
        if len(crumbs[number]) < len(crumbs[line - 1])
    }


@pytest.mark.parametrize("seed", ["tests", "another"])
def test_the_demo_has_well_kept_devices_and_a_handful_that_are_not(seed: str) -> None:
    passwords = DemoPasswords(login="a", enable="b", jump="c")
    plan = demo_plan(seed, passwords, last_night=datetime(2026, 11, 29, 2, tzinfo=UTC))

    accused = {
        device.key: [
            finding.rule_id
            for finding in judge_all(
                starter(),
                config_text(plan.world.running(device.key, 29), device.played.platform),
                platform=device.played.platform,
            )
            if finding.state == "non_compliant"
        ]
        for device in plan.devices
    }

    broken = [rule_id for found in accused.values() for rule_id in found]
    assert 5 <= len(broken) <= 30
    assert {"management-no-telnet", "console-session-timeout"} <= set(broken)
    assert sum(1 for found in accused.values() if not found) >= 12
