"""What the notify script makes of a call: the bodies that netwb gets, whole and signed."""

from __future__ import annotations

import json
import os
import pty
import runpy
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.events.advanced import BODY_BYTES, parse
from netwb.blackhole.events.community import parse_call
from netwb.blackhole.events.sent import parse as sent_to_netwb
from netwb.errors import InputError
from tests.notify.receivers import receiving
from tests.telegraf.fastnetmon.caller import (
    BAN,
    SCRIPT,
    UNBAN,
    Caller,
    arrived,
    capture,
    captures,
    details,
)

LOADED = runpy.run_path(str(SCRIPT))


def sent(home: Path, *arguments: str, stdin: bytes = b"") -> AttackEvent:
    """One call, and the event that came of it."""
    with receiving() as receiver:
        assert Caller(home=home, url=receiver.url).call(*arguments, stdin=stdin) == 0
        (got,) = receiver.got
    assert got[0]["netwb-sender"] == "fnm1"
    event = arrived(got).event
    assert event is not None
    return event


@contextmanager
def stdin_of(content: bytes, folder: Path) -> Iterator[None]:
    """That content at file descriptor 0."""
    path = folder / "stdin"
    path.write_bytes(content)
    before, file = os.dup(0), os.open(path, os.O_RDONLY)
    os.dup2(file, 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(file)


@pytest.mark.parametrize(("label", "action"), captures())
def test_a_recorded_call_becomes_what_netwb_itself_reads_in_it(
    label: str, action: str, tmp_path: Path
) -> None:
    arguments, stdin = capture(label, action)
    with stdin_of(stdin, tmp_path):
        body = LOADED["body_of"](LOADED["event_of"](arguments, "2026-11-29T08:05:00.000Z"))

    event = sent_to_netwb(body)
    assert event is not None
    assert event.observed_at == datetime(2026, 11, 29, 8, 5, tzinfo=UTC)
    assert replace(event, observed_at=None) == parse_call(arguments, stdin)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    arguments=st.lists(st.sampled_from([*BAN, "unban", "::", "1"]) | st.text(), max_size=5),
    stdin=st.binary(max_size=200)
    | st.dictionaries(st.sampled_from([*details(), "report", "hostgroup_name"]), JSON).map(
        lambda one: json.dumps({"action": "ban", **one}).encode()
    ),
)
def test_whatever_it_is_called_with_it_makes_an_event_or_says_why_not(
    arguments: list[str], stdin: bytes
) -> None:
    with TemporaryDirectory() as folder, stdin_of(stdin, Path(folder)):
        try:
            body = LOADED["body_of"](LOADED["event_of"](arguments, "2026-11-29T08:05:00.000Z"))
        except LOADED["Trouble"]:
            return

    assert len(body) < BODY_BYTES
    assert LOADED["subject_of"](body), "the spool takes it for an event"
    with suppress(InputError):
        sent_to_netwb(body)


def test_the_report_s_address_is_never_that_of_the_event(tmp_path: Path) -> None:
    arguments, stdin = capture("netflow9-udp-ipv6-in", "ban")
    assert b"IP: 0.0.0.0" in stdin

    event = sent(tmp_path, *arguments, stdin=stdin)

    assert event.address == ip_address("2001:db8:cafe::10")
    assert event.observed_at is not None
    assert abs(datetime.now(UTC) - event.observed_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "arguments", [("ban", "203.0.113.30"), ()], ids=["per-host", "no-arguments"]
)
def test_advanced_s_json_goes_on_as_it_is(arguments: tuple[str, ...], tmp_path: Path) -> None:
    document = json.dumps(details(packet_dump=["one", "two"])).encode()

    event = sent(tmp_path, *arguments, stdin=document)

    assert replace(event, observed_at=None) == parse(document)
    assert event.report == "one\ntwo"


def test_a_hostgroup_s_alarm_stays_one(tmp_path: Path) -> None:
    document = details(alert_scope="hostgroup", hostgroup_name="web", ip="203.0.113.30")

    event = sent(tmp_path, stdin=json.dumps(document).encode())

    assert (event.address, event.hostgroup) == (None, "web")


@pytest.mark.parametrize("stdin", [b"", b"{", b"[1]", b"\xff\x00", b"[" * 100_000])
def test_advanced_s_arguments_do_where_its_json_cannot_be_read(
    stdin: bytes, tmp_path: Path
) -> None:
    event = sent(tmp_path, "unban", "2001:0db8::0010", stdin=stdin)

    assert (event.action, event.address) == ("unban", ip_address("2001:db8::10"))
    assert event.direction == "other", "nothing is blackholed on so little, unasked"


@pytest.mark.parametrize(
    "arguments",
    [
        ("203.0.113.30", "incoming", "3559", "explode"),
        ("0.0.0.0", "incoming", "3559", "ban"),
        ("203.0.113.0/24", "incoming", "3559", "ban"),
        ("203.0.113.30", "incoming", "many", "ban"),
        ("$(reboot)", "incoming", "1", "ban"),
        ("ban", "web-servers"),
        ("ban\nroot: logged in",),
        ("--reset",),
    ],
)
def test_what_is_no_call_of_fastnetmon_s_is_said_on_one_line_and_sent_nowhere(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        assert caller.call(*arguments) == 2

    assert receiver.got == []
    assert caller.waiting() == []
    assert len(caller.log().splitlines()) == 1


def test_a_report_of_any_size_and_letters_is_cut_until_netwb_takes_it(tmp_path: Path) -> None:
    stdin = b"Attack type: udp_flood\n" + "\N{PILE OF POO}\x00\x1b[2J".encode() * 200_000

    with receiving() as receiver:
        assert Caller(home=tmp_path, url=receiver.url).call(*BAN, stdin=stdin) == 0

    assert len(receiver.got[0][1]) < BODY_BYTES
    event = arrived(receiver.got[0]).event
    assert event is not None
    assert event.attack_type == "udp_flood"
    assert "\x00" not in event.report
    assert len(event.report) > 5000


@pytest.mark.parametrize(
    "extra",
    [
        {"packet_dump_detailed": [{"source_ip": "198.51.100.7"}] * 4000},
        {"packet_dump": ["x" * 200] * 1000},
        {"another": "x" * 200_000},
        {"another": float("nan")},
    ],
    ids=["detailed", "packets", "unknown", "no-number"],
)
def test_of_too_much_json_the_rest_is_left_out_and_the_event_stays(
    extra: dict[str, object], tmp_path: Path
) -> None:
    event = sent(tmp_path, "ban", "203.0.113.30", stdin=json.dumps(details(**extra)).encode())

    assert (event.address, event.pps, event.direction) == (
        ip_address("203.0.113.30"),
        282473,
        "incoming",
    )


def test_an_unban_leaves_stdin_alone(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        with caller.begin(UNBAN) as process:  # its stdin stays open, and nothing comes
            assert process.wait(timeout=60) == 0
            assert process.stdin is not None

    assert receiver.got


def test_a_ban_whose_report_never_ends_is_told_all_the_same(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        began = time.monotonic()
        with caller.begin(BAN) as process:
            assert process.stdin is not None
            process.stdin.write(b"Attack type: syn_flood\n")
            process.stdin.flush()
            assert process.wait(timeout=60) == 0

    event = arrived(receiver.got[0]).event
    assert event is not None
    assert event.attack_type == "syn_flood"
    assert time.monotonic() - began > 1.5, "it waited for the rest"


def test_a_terminal_does_not_hang_it(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    try:
        with receiving() as receiver:
            caller = Caller(home=tmp_path, url=receiver.url)
            began = time.monotonic()
            done = subprocess.run(
                [caller.python, "-IS", SCRIPT, *BAN],
                env=caller.environment(),
                stdin=its,
                timeout=60,
                check=False,
            )
            took = time.monotonic() - began
    finally:
        os.close(ours)
        os.close(its)

    assert done.returncode == 0
    assert len(receiver.got) == 1
    assert took < 20


def test_a_closed_stdin_is_an_empty_one(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        words = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", caller.python, "-IS", str(SCRIPT), *BAN]
        done = subprocess.run(words, env=caller.environment(), timeout=60, check=False)

    assert done.returncode == 0
    assert len(receiver.got) == 1
