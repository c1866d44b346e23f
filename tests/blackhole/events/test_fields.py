"""Field by field, as a stranger may write them."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest

from netwb.blackhole.events.fields import (
    COUNT_MOST,
    FIGURES_MOST,
    REPORT_CHARACTERS,
    clean_report,
    read_action,
    read_address,
    read_count,
    read_direction,
    read_figures,
    read_instant,
    read_word,
    shown,
)
from netwb.errors import InputError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.10", "203.0.113.10"),
        ("203.0.113.10/32", "203.0.113.10"),
        ("2001:0db8:cafe::0010", "2001:db8:cafe::10"),
        ("2001:DB8:CAFE:0:0:0:0:10", "2001:db8:cafe::10"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("::ffff:203.0.113.10", "::ffff:203.0.113.10"),
    ],
)
def test_an_address_is_read_however_it_is_written(text: str, address: str) -> None:
    assert read_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " 203.0.113.10", "203.0.113.10\n", "203.0.113.0/24", "203.0.113.10/128"),
        *("2001:db8::/64", "2001:db8::1/32", "203.0.113.010", "0x7f000001", "1", "٢٠٣.0.113.10"),
        *("0.0.0.0", "::", "0.0.0.0/32", "::/128", "fe80::1%eth0", "fe80::1%\n", "\ud800", "\0"),
        *(0, 3405803786, True, 1.5, [], {}, ["203.0.113.10"], "9" * 10_000),
    ],
    ids=repr,
)
def test_what_is_no_single_host_is_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(InputError) as refused:
        read_address(value)

    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("value", [None, "", "BAN", "ban ", "block", 1, ["ban"], {"ban": 1}])
def test_an_action_is_one_of_fastnetmon_s_own_words(value: Any) -> None:
    with pytest.raises(InputError, match=r"the action is .*; it is one of ban, unban,"):
        read_action(value)


@pytest.mark.parametrize("value", [None, "other", "Incoming", "internal", "", 1, ["incoming"]])
def test_a_direction_that_is_not_said_well_is_other(value: Any) -> None:
    assert read_direction(value) == "other"


@pytest.mark.parametrize(
    "value",
    [
        -1,
        -0.5,
        COUNT_MOST + 1,
        float(2**63),
        float("inf"),
        float("nan"),
        True,
        "3",
        None,
        [],
        10**5000,
    ],
    ids=["-1", "-0.5", "2^63", "2.0^63", "inf", "nan", "true", "text", "none", "list", "huge"],
)
def test_a_counter_is_a_number_that_a_database_takes(value: Any) -> None:
    with pytest.raises(
        InputError, match=r"'total_incoming_pps' is .*; it is a number from 0"
    ) as refused:
        read_count("total_incoming_pps", value)

    assert len(str(refused.value)) < 200


def test_counters_are_known_by_their_names_and_bounded_in_number() -> None:
    many = {f"n{place}_pps": place for place in range(FIGURES_MOST + 50)}
    strange = {"attack_type": "udp", "a" * 200 + "_pps": 1, "<b>_pps": 2, "late_pps": None}

    assert read_figures({**strange, "peak_attack_power": 7.9}) == {"peak_attack_power": 7}
    assert len(read_figures(many)) == FIGURES_MOST


@pytest.mark.parametrize(
    "text", ["2026-11-29T08:05:00Z", "2026-11-29T09:05:00+01:00", "2026-11-29T08:05:00.000Z"]
)
def test_an_instant_is_utc(text: str) -> None:
    assert read_instant("observed_at", text) == datetime(2026, 11, 29, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [None, "", "now", "2026-11-29T08:05:00", "2026-13-01T00:00:00Z", 1764403500, [], "9" * 100,
     "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"],
    ids=repr,
)  # fmt: skip
def test_what_is_no_instant_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"observed_at is .*; write it as 2026-11-29T08:05:00Z"):
        read_instant("observed_at", value)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, None),
        ("  ", None),
        ("udp_flood", "udp_flood"),
        ("a\0b\x1b[2J\ud800\u202ec\n", "a\ufffdb\ufffd[2J\ufffd\ufffdc"),
        ("x" * 1000, "x" * 128),
    ],
    ids=["none", "blank", "word", "hostile", "long"],
)  # fmt: skip
def test_a_word_is_a_line_that_harms_nobody(value: Any, word: str | None) -> None:
    assert read_word("attack_type", value) == word


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_a_word_is_a_text(value: Any) -> None:
    with pytest.raises(InputError, match=r"attack_type is .*; it is a text"):
        read_word("attack_type", value)


def test_a_report_keeps_its_lines_and_loses_what_harms() -> None:
    assert clean_report("\n\na: 1\r\n\tb\0\ud800\n\n") == "a: 1\n\tb\ufffd\ufffd"


def test_a_very_long_report_says_that_it_was_cut() -> None:
    whole, longer = "x" * REPORT_CHARACTERS, "x" * (REPORT_CHARACTERS + 1)

    assert clean_report(whole) == whole
    assert len(clean_report(longer)) == REPORT_CHARACTERS
    assert clean_report(longer).endswith("x\n(cut)")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "missing"),
        ("a\n", "'a\\n'"),
        (True, "True"),
        (1.5, "1.5"),
        (7, "7"),
        (10**5000, "a number beyond all counters"),
        ([], "a list"),
        ({}, "an object"),
    ],
    ids=["none", "text", "true", "float", "int", "huge", "list", "object"],
)
def test_what_was_given_is_shown_in_a_few_words(value: Any, words: str) -> None:
    assert shown(value) == words
