"""Who changed it, and when: zones are never guessed."""

from datetime import UTC, datetime

import pytest

from netwb.configs.authorship import last_change
from netwb.configs.records import VolatileLine
from netwb.platforms.record import Platform

CET = b"clock timezone CET 1 0\n"
CEST = CET + b"clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00\n"


def changed(
    platform: Platform, line: bytes, text: bytes = b""
) -> tuple[str | None, datetime | None]:
    return last_change([VolatileLine(line=0, text=line)], text, platform)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2025, 9, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "when"),
    [
        (b"UTC", b"", at(14)),
        (b"GMT", CET, at(14)),
        (b"CET", CET, at(13)),
        (b"CEST", CEST, at(12)),
        (b"EST", b"clock timezone EST -5 0\n", at(19)),
        (b"NST", b"clock timezone NST -3 30\n", at(17, 30)),
        (b"IST", b"clock timezone IST 5 30\n", at(8, 30)),
        (
            b"LHDT",
            b"clock timezone LHST 10 30\nclock summer-time LHDT recurring 1 Sun Oct 2:00 1 Sun Apr 2:00 30\n",
            at(3),
        ),
        (b"EDT", b"", None),
        (b"CEST", CET, None),
        (b"CEST", b"clock timezone Europe/Berlin\nclock summer-time CEST recurring\n", None),
    ],
    ids=[
        "UTC",
        "GMT beside CET",
        "CET",
        "CEST",
        "EST",
        "NST",
        "IST",
        "half an hour",
        "unknown",
        "summer not set",
        "a name alone",
    ],
)
def test_a_zone_name_means_what_the_configuration_says(
    ios: Platform, zone: bytes, text: bytes, when: datetime | None
) -> None:
    line = b"! Last configuration change at 14:00:00 " + zone + b" Tue Sep 2 2025 by ana"

    assert changed(ios, line, text) == ("ana", when)


@pytest.mark.parametrize(
    "line",
    [
        b"! Last configuration change at 25:00:00 UTC Tue Sep 2 2025 by ana",
        b"! Last configuration change at 14:00:00 UTC Tue Sep 31 2025 by ana",
        b"! Last configuration change at 14:00:00 UTC Tue Xxx 2 2025 by ana",
        b"! Last configuration change at 14:00:00 UTC Mon Mar 1 1993 by ana",
        b"! Last configuration change at 14:00:00 XX Mon Mar 1 2025 by ana",
    ],
    ids=["hour", "day", "month", "unset clock", "huge offset"],
)
def test_an_impossible_time_is_no_time(ios: Platform, line: bytes) -> None:
    text = b"clock timezone XX 25 0\n" if b" XX " in line else b""

    assert changed(ios, line, text) == ("ana", None)


def test_the_running_change_goes_before_the_saved_one(ios: Platform) -> None:
    lines = [
        VolatileLine(
            line=2, text=b"! NVRAM config last updated at 15:00:00 UTC Tue Sep 2 2025 by bo"
        ),
        VolatileLine(line=1, text=b"! Last configuration change at 14:00:00 UTC Tue Sep 2 2025"),
    ]

    assert last_change(lines, b"", ios) == (None, at(14))
    assert last_change(lines[:1], b"", ios) == ("bo", at(15))


@pytest.mark.parametrize(
    ("line", "by", "when"),
    [
        (b"! Last configuration change at 14:00:00.123 UTC Tue Sep 2 2025 by ana", "ana", at(14)),
        (b"! Last configuration change at .14:00:00 UTC Tue Sep 2 2025 by ana", "ana", None),
        (b"! Last configuration change at *00:04:12 UTC Mon Jan 2 2006 by ana", "ana", None),
        (b"! Last configuration change at 14:00:00 UTC Tue Sep 2 2025 by ana b", "ana b", at(14)),
        (b"! Last configuration change at noon", None, None),
        (b"!! Last configuration change at 14:00:00 UTC Tue Sep 2 2025", None, at(14)),
    ],
    ids=[
        "milliseconds",
        "unsynchronised",
        "never set",
        "blank in the name",
        "other words",
        "two marks",
    ],
)
def test_other_trains_write_it_otherwise(
    ios: Platform, line: bytes, by: str | None, when: datetime | None
) -> None:
    assert changed(ios, line) == (by, when)
    assert any(rule.pattern.fullmatch(line) for rule in ios.volatile)


def test_no_line_says_nothing(ios: Platform) -> None:
    assert changed(ios, b"ntp clock-period 17179860") == (None, None)
    assert last_change([], b"", ios) == (None, None)


def test_a_name_that_is_no_utf8_is_still_a_name(ios: Platform) -> None:
    line = b"! Last configuration change at 14:00:00 UTC Tue Sep 2 2025 by \xfcnal"

    assert changed(ios, line) == ("\ufffdnal", at(14))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (b"", at(14)),
        (b"clock timezone UTC\n", at(14)),
        (b"clock timezone Europe/Berlin\n", None),
    ],
    ids=["default", "UTC", "elsewhere"],
)
def test_eos_prints_no_zone_and_means_utc_unless_it_says_otherwise(
    platforms: dict[str, Platform], text: bytes, when: datetime | None
) -> None:
    line = b"! Startup-config last modified at Tue Sep  2 14:00:00 2025 by ana"

    assert changed(platforms["arista_eos"], line, text) == ("ana", when)


@pytest.mark.parametrize(
    ("text", "when"),
    [(b"", at(14)), (CET, at(13)), (CEST, None)],
    ids=["default", "standard time", "summer or not"],
)
def test_nxos_prints_no_zone_either(
    platforms: dict[str, Platform], text: bytes, when: datetime | None
) -> None:
    line = b"!Running configuration last done at: Tue Sep  2 14:00:00 2025"

    assert changed(platforms["cisco_nxos"], line, text) == (None, when)
