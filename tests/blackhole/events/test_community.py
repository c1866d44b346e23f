"""Every recorded call of FastNetMon's community edition, and calls that it would never make."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.blackhole.events.community import parse_call
from netwb.errors import InputError
from tests.telegraf.fastnetmon.caller import capture, captures


@pytest.mark.parametrize(("label", "action"), captures())
def test_every_recorded_call_is_read(label: str, action: str) -> None:
    arguments, report = capture(label, action)

    event = parse_call(arguments, report)

    assert event.address == ip_address(arguments[0])
    assert event.direction == arguments[1]
    assert event.pps == int(arguments[2])
    assert event.action == {"attack_details": "details"}.get(action, action)
    assert event.manual == label.startswith("manual")
    assert (len(event.figures) == 33) == (action != "unban")
    assert (event.report == "") == (action == "unban")
    assert event.observed_at is None


def test_all_kinds_of_calls_were_recorded() -> None:
    assert len(captures()) == 26
    assert {action for _, action in captures()} == {"ban", "unban", "attack_details"}


def test_a_report_tells_type_protocol_and_octets() -> None:
    event = parse_call(*capture("netflow5-udp-in", "ban"))

    assert (event.attack_type, event.protocol) == ("udp_flood", "udp")
    assert event.figures["total_incoming_traffic"] == 14 * 125_000
    assert event.figures["incoming_udp_pps"] == 3559
    assert event.figures["average_incoming_flows"] == 44
    assert event.figures["peak_attack_power"] == 3559
    assert "203.0.113.30:53 < 192.88.99.1:123" in event.report


def test_the_report_s_address_and_direction_count_for_nothing() -> None:
    report = b"IP: 198.51.100.9\nAttack direction: incoming\n"

    event = parse_call(["203.0.113.30", "outgoing", "1", "ban"], report)

    assert (str(event.address), event.direction) == ("203.0.113.30", "outgoing")


def test_a_flow_dump_below_the_report_is_not_read_for_figures() -> None:
    report = b"\n" * 100 + b"Total incoming pps: 9 packets per second\n"

    assert parse_call(["203.0.113.30", "incoming", "1", "ban"], report).figures == {}


@pytest.mark.parametrize(
    "report",
    [
        b"Total incoming pps: -1 packets per second",
        b"Total incoming pps: 99999999999999999999999999 packets per second",
        b"Total incoming pps: nan packets per second",
        b"Total incoming traffic: 1 furlongs",
        b"total incoming pps: 1 packets per second",
        "Total incoming pps: ٣ packets per second".encode(),
        b"\xff\xfe\x00" * 1000,
        b"Aa: " * 100_000,
    ],
)
def test_a_line_that_is_no_figure_is_just_words(report: bytes) -> None:
    assert parse_call(["203.0.113.30", "incoming", "1", "ban"], report).figures == {}


def test_a_figure_is_never_more_than_a_database_takes() -> None:
    report = b"Total incoming traffic: 999999999999999999 mbps"

    event = parse_call(["203.0.113.30", "incoming", "1", "ban"], report)

    assert event.figures == {"total_incoming_traffic": 2**63 - 1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "FastNetMon gave 0 arguments; it gives IP DIRECTION PPS ACTION"),
        (["ban", "203.0.113.30"], "FastNetMon gave 2 arguments"),
        (["0.0.0.0", "incoming", "1", "ban"], "the address 0.0.0.0 is no host's"),
        (["203.0.113.30", "incoming", "-1", "ban"], "the packets a second are '-1'"),
        (["203.0.113.30", "incoming", "1e9", "ban"], "the packets a second are '1e9'"),
        (["203.0.113.30", "incoming", "9" * 19, "ban"], "the packets a second are '99999"),
        (["203.0.113.30", "incoming", "9" * 5000, "ban"], "the packets a second are '9"),
        (["203.0.113.30", "incoming", "1", "explode"], "the action is 'explode'"),
        (["203.0.113.0/24", "incoming", "1", "ban"], "the address is '203.0.113.0/24'"),
    ],
)
def test_what_fastnetmon_never_gives_is_refused(arguments: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        parse_call(arguments)


@settings(max_examples=60)
@given(arguments=st.lists(st.text(max_size=12), max_size=6), report=st.binary(max_size=300))
def test_whatever_the_arguments_are_they_are_read_or_refused(
    arguments: list[str], report: bytes
) -> None:
    with suppress(InputError):
        parse_call(arguments, report)


@settings(max_examples=60)
@given(report=st.text(max_size=400))
def test_whatever_the_report_says_the_arguments_hold(report: str) -> None:
    event = parse_call(
        ["203.0.113.30", "incoming", "5", "ban"], report.encode("utf-8", "surrogatepass")
    )

    assert (str(event.address), event.direction, event.pps) == ("203.0.113.30", "incoming", 5)
    assert "\0" not in event.report
    event.report.encode()


def test_a_direction_that_nobody_knows_is_no_ban_by_hand() -> None:
    event = parse_call(["203.0.113.10", "sideways", "100", "ban"])

    assert (event.direction, event.manual) == ("other", False)
