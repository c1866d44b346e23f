"""FastNetMon sees generated floods and calls a script: without netwb, and without a router."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Literal

import pytest

from tests.real.blackhole.addresses import BYSTANDER, MANAGEMENT, OFFICE, VICTIM, VICTIM6
from tests.real.blackhole.fastnetmon import THRESHOLD_PPS
from tests.real.blackhole.lab import RtbhLab
from tests.real.waiting import until

pytestmark = pytest.mark.real

FULL6 = "2001:0db8:cafe::0010"  # as FastNetMon spells it


@pytest.mark.parametrize("by", ["netflow5", "sflow5"])
def test_a_flood_is_banned_and_over_when_its_time_is(
    rtbh_lab: RtbhLab, by: Literal["netflow5", "sflow5"]
) -> None:
    detector = rtbh_lab.fastnetmon
    detector.start(ban_time_s=4)

    flood = detector.flood(by=by)
    ban = detector.await_call("ban", address=VICTIM, within_s=10)
    details = detector.await_call("attack_details", address=VICTIM, within_s=10)
    flood.stop()
    unban = detector.await_call("unban", address=VICTIM, within_s=30)

    assert flood.began_at < ban.called_at < details.called_at < unban.called_at
    assert ban.direction == "incoming"
    assert ban.pps > THRESHOLD_PPS
    assert f"IP: {VICTIM}" in ban.given
    assert "udp_flood" in details.given
    assert unban.given == ""
    assert detector.calls(address=BYSTANDER) == []


def test_ipv6_is_told_by_sflow_and_its_report_has_no_address(rtbh_lab: RtbhLab) -> None:
    detector = rtbh_lab.fastnetmon
    detector.start()

    detector.flood(VICTIM6, by="sflow5")
    ban = detector.await_call("ban", address=FULL6, within_s=15)

    assert ban.direction == "incoming"
    assert "IP: 0.0.0.0" in ban.given


def test_our_own_host_that_floods_is_told_as_outgoing(rtbh_lab: RtbhLab) -> None:
    detector = rtbh_lab.fastnetmon
    detector.start()

    detector.flood(outgoing=True)

    assert detector.await_call("ban", address=VICTIM, within_s=10).direction == "outgoing"


def test_an_operator_may_ban_any_address_and_take_it_back(rtbh_lab: RtbhLab) -> None:
    detector = rtbh_lab.fastnetmon
    detector.start()

    for address in ("8.8.8.8", VICTIM):
        detector.ban(address)
        ban = detector.await_call("ban", address=address, within_s=10)
        assert (ban.direction, ban.pps) == ("other", 0)
    assert any("8.8.8.8" in one for one in detector.banned())
    detector.unban("8.8.8.8")
    detector.await_call("unban", address="8.8.8.8", within_s=10)


def test_a_script_of_the_tests_own_reaches_the_office(rtbh_lab: RtbhLab, tmp_path: Path) -> None:
    detector = rtbh_lab.fastnetmon
    with rtbh_lab.entered():
        office = socket.create_server((OFFICE, 0))
    script = tmp_path / "notify"
    port = office.getsockname()[1]
    script.write_text(f'#!/bin/bash\nexec 3>/dev/tcp/{OFFICE}/{port}\necho "$@" >&3\n')
    script.chmod(0o755)
    detector.start(notify=script)

    detector.ban(VICTIM)

    with office:
        office.settimeout(10)
        caller, address = office.accept()
        with caller:
            assert caller.makefile().read() == f"{VICTIM} other 0 ban\n"
    assert address[0] == MANAGEMENT["fastnetmon"]
    assert detector.calls() == []


def test_one_that_is_stopped_forgets_its_bans(rtbh_lab: RtbhLab) -> None:
    detector = rtbh_lab.fastnetmon
    detector.start(ban_time_s=4)
    detector.ban(VICTIM)
    until(detector.banned, within_s=10, what="it is banned")

    detector.stop()
    detector.start(ban_time_s=4)

    assert detector.banned() == []
    assert detector.calls("unban") == []
