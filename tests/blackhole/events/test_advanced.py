"""FastNetMon Advanced's JSON: all but action and address may be missing, and none of it is believed."""

from __future__ import annotations

import json
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.advanced import BODY_BYTES, parse, parse_script
from netwb.errors import InputError
from tests.telegraf.fastnetmon.caller import details


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


def test_an_event_as_its_pages_show_it() -> None:
    event = parse(body(details(packet_dump=["a > b", "c > d", 7])))

    assert event == AttackEvent(
        action="ban",
        address=ip_address("203.0.113.30"),
        direction="incoming",
        pps=282473,
        attack_type="udp_flood",
        protocol="udp",
        severity="middle",
        attack_id="0d5e0f1c-7c1b-4f43-9f43-64f7c1f4b2aa",
        figures={
            "peak_attack_power": 300000,
            "total_incoming_traffic": 15253500,
            "total_incoming_pps": 282472,
        },
        report="a > b\nc > d",
    )


def test_action_and_address_are_enough_and_the_direction_is_then_other() -> None:
    event = parse(b'{"ip": "2001:db8::1", "action": "unban"}')

    assert event == AttackEvent(
        action="unban", address=ip_address("2001:db8::1"), direction="other"
    )


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("ban", "ban"),
        ("unban", "unban"),
        ("attack_status", "ongoing"),
        ("partial_block", "partial"),
        ("partial_unblock", "partial"),
    ],
)
def test_each_of_its_actions_has_a_word_of_ours(word: str, action: str) -> None:
    assert parse(body(details(action=word))).action == action


def test_the_newer_name_of_the_direction_counts_before_the_older_one() -> None:
    both = {"attack_detection_threshold_direction": "outgoing", "attack_direction": "incoming"}

    assert parse(body(details(attack_details=both))).direction == "outgoing"


@pytest.mark.parametrize(
    ("source", "manual"), [("manual", True), ("automatic", False), (None, False)]
)
def test_a_person_s_ban_is_known_as_such(source: str | None, manual: bool) -> None:  # noqa: FBT001
    given = details(attack_details={"attack_detection_source": source})

    assert parse(body(given)).manual is manual


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ({"alert_scope": "hostgroup", "hostgroup_name": "web"}, "web"),
        ({"alert_scope": "hostgroup", "hostgroup_name": "web", "ip": "0.0.0.0"}, "web"),
        ({"alert_scope": "hostgroup", "ip": None}, "hostgroup"),
        ({"alert_scope": None, "hostgroup_name": "web", "ip": None}, "web"),
        ({"alert_scope": "Host"}, "Host"),
        ({"alert_scope": "total"}, "total"),
    ],
)
def test_what_is_not_said_of_one_host_never_becomes_a_host_s(
    fields: dict[str, Any], group: str
) -> None:
    event = parse(body(details(**fields)))

    assert (event.address, event.hostgroup) == (None, group)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"ban"',
        b"7",
        b"\xff\xfe{}",
        b'{"ip": "203.0.113.30", "action": "ban", "x": NaN}',
        b'{"ip": "203.0.113.30", "action": "ban", "x": Infinity}',
        b'{"ip": "203.0.113.30", "action": "ban", "x": ' + b"9" * 5000 + b"}",
        b'{"ip": "203.0.113.30", "action": "ban", "attack_details": {"total_pps": 1e999}}',
        b'{"ip": "203.0.113.30", "action": "ban", "attack_details": {"total_pps": -1}}',
        b'{"ip": "203.0.113.30", "action": "ban", "attack_details": {"total_pps": "1"}}',
        b'{"ip": "203.0.113.30", "action": "ban", "attack_details": []}',
        b'{"ip": "203.0.113.30", "action": "ban", "alert_scope": 1}',
        b'{"ip": "203.0.113.30", "action": "ban", "attack_details": {"attack_uuid": {}}}',
        b'{"ip": "203.0.113.30/24", "action": "ban"}',
        b'{"ip": "0.0.0.0", "action": "ban"}',
        b'{"ip": 3405803806, "action": "ban"}',
        b'{"ip": "203.0.113.30"}',
        b'{"action": "ban"}',
        b'{"ip": "203.0.113.30", "action": "test"}',
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b" " * (BODY_BYTES + 1),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_sentence(given: bytes) -> None:
    with pytest.raises(InputError) as refused:
        parse(given)

    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 250


def test_words_of_it_are_shown_harmlessly() -> None:
    hostile = '<img src=x>\u0000\ud800\u202e"'

    event = parse(body(details(attack_details={"host_group": hostile}, packet_dump=[hostile])))

    assert event.hostgroup is not None
    for text in (event.hostgroup, event.report):
        assert text.isprintable()
        text.encode()


@pytest.mark.parametrize(
    "arguments", [[], ["ban"], ["ban", "203.0.113.30"], ["ban", "203.0.113.30", "x"]]
)
def test_its_script_s_arguments_say_the_same_or_nothing(arguments: list[str]) -> None:
    assert parse_script(arguments, body(details())).action == "ban"


@pytest.mark.parametrize(
    "arguments", [["unban", "203.0.113.30"], ["ban", "203.0.113.31"], ["203.0.113.30", "ban"]]
)
def test_arguments_that_tell_another_event_are_refused(arguments: list[str]) -> None:
    with pytest.raises(InputError):
        parse_script(arguments, body(details()))


def test_a_hostgroup_s_script_is_told_no_address() -> None:
    given = body(details(alert_scope="hostgroup", hostgroup_name="web"))

    assert parse_script(["ban"], given).address is None
    assert parse_script(["ban", "203.0.113.30"], given).address is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["ip", "action", "alert_scope", "attack_details", "packet_dump", "hostgroup_name"]
        ),
        JSON,
    ),
    inner=st.dictionaries(
        st.sampled_from(["attack_direction", "attack_type", "total_incoming_pps", "attack_uuid"]),
        JSON,
    ),
)
def test_whatever_stands_in_its_fields_they_are_read_or_refused(
    fields: dict[str, Any], inner: dict[str, Any]
) -> None:
    for document in (details(**fields), details(attack_details=inner)):
        with suppress(InputError):
            event = parse(body(document))
            assert (event.address is None) == (event.hostgroup is not None)
            event.report.encode()


@settings(max_examples=60)
@given(given=st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(given: bytes) -> None:
    with pytest.raises(InputError):
        parse(given)
