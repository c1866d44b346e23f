"""Facts out of what devices say about themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from netwb.collect.facts import parse_facts, parse_uptime
from netwb.inventory.records import Facts
from tests.collect.ground import PLATFORMS

DATA = Path(__file__).parent.parent / "data"

DAY = 86_400
RECORDED = {
    "cisco_ios": Facts(
        model="CISCO2911/K9",
        serial="FTX1840ALBY",
        os_version="15.7(3)M5",
        uptime_s=(365 + 84 + 3) * DAY + 4 * 3600 + 51 * 60,
    ),
    "cisco_nxos": Facts(
        model="Nexus9000 C93180YC-EX",
        serial="FDO21120U5D",
        os_version="9.3(8)",
        uptime_s=126 * DAY + 7 * 3600 + 23 * 60 + 12,
    ),
    "arista_eos": Facts(
        model="DCS-7050SX3-48YC12-F",
        serial="JPE20481234",
        os_version="4.28.3M",
        uptime_s=(63 + 5) * DAY + 2 * 3600 + 17 * 60,
    ),
    "frr": Facts(os_version="8.4.4"),
    "juniper_junos": Facts(model="vmx", os_version="18.4R1.8"),
}


@pytest.mark.parametrize("platform", RECORDED)
def test_facts_of_a_recorded_answer(platform: str) -> None:
    answer = (DATA / platform / "getters" / "show_version.txt").read_bytes()

    facts = parse_facts(answer.replace(b"\n", b"\r\n"), PLATFORMS[platform].facts)

    assert facts == RECORDED[platform]


@pytest.mark.parametrize("platform", RECORDED)
def test_what_is_not_said_is_not_known(platform: str) -> None:
    assert parse_facts(b"show version\r\n% Invalid input\r\n", PLATFORMS[platform].facts) == Facts()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 year, 2 weeks, 3 days, 4 hours, 5 minutes", 33_019_500),
        ("2 days, 3:04", 183_840),
        ("3:04:05", 11_045),
        ("1 minute", 60),
        ("12 day(s), 3 hour(s), 4 minute(s), 5 second(s)", 1_047_845),
        ("unknown", None),
        ("", None),
    ],
)
def test_uptime_is_read_by_its_units(text: str, seconds: int | None) -> None:
    assert parse_uptime(text) == seconds


@pytest.mark.parametrize(
    "answer",
    [b"IOS" + b"Software" * 100 + b", Version 9.9", b"x\n" * 40_000 + b"IOS Software, Version 9.9"],
    ids=["a long line", "after 64 kB"],
)
def test_no_more_is_read_than_a_device_says(answer: bytes) -> None:
    assert parse_facts(answer, PLATFORMS["cisco_ios"].facts) == Facts()
