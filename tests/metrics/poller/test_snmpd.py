"""Polls of a real agent: net-snmp's snmpd, by a community and by users of SNMPv3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import LoginRefusedError, NetwbError, UnreachableError
from netwb.inventory.ports.records import SnmpLogin
from netwb.inventory.records import SNMP_AUTH_PROTOCOLS, SNMP_PRIV_PROTOCOLS
from netwb.metrics.poller.records import DevicePoll
from netwb.metrics.poller.table import NO_INTERFACE
from tests.metrics.poller.ground import PATIENT, QUICK, interfaces, polled, target_at
from tests.real_components import require_real
from tests.snmpd import COMMUNITY, KEY, NARROW, PROGRAM, PROTOCOLS, Snmpd, running_snmpd, user

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def snmpd() -> Iterator[Snmpd]:
    require_real("snmpd", PROGRAM is not None)
    assert PROGRAM is not None
    with running_snmpd(PROGRAM) as running:
        yield running


def v3(auth: str | None, priv: str | None, **others: str) -> SnmpLogin:
    said = {
        "user": user(auth, priv),
        "auth_protocol": auth,
        "auth_key": KEY if auth else None,
        "priv_protocol": priv,
        "priv_key": KEY if priv else None,
    }
    return SnmpLogin(credential="acme/snmp", **{**said, **others})


def interfaces_of_this_machine() -> set[str]:
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return {line.partition(":")[0].strip() for line in lines}


def is_whole(found: DevicePoll) -> bool:
    return found.status == "answered" and set(interfaces(found)) == interfaces_of_this_machine()


def test_a_community_reads_the_interfaces_of_this_machine(snmpd: Snmpd) -> None:
    login = SnmpLogin(credential="acme/snmp", community=COMMUNITY)

    found = polled(target_at("127.0.0.1", snmpd.port, login=login))

    assert is_whole(found), (found.cause, found.missing)
    assert interfaces(found)["lo"].keys() >= {"ifHCInOctets", "ifHCOutOctets", "ifOperStatus"}
    (own,) = [point for point in found.points if point.measurement == "device"]
    assert own.values.keys() == {"sysUpTime", "snmpEngineTime", "snmpEngineBoots"}


def test_a_view_of_the_system_group_alone_is_told(snmpd: Snmpd) -> None:
    login = SnmpLogin(credential="acme/snmp", community=NARROW)

    found = polled(target_at("127.0.0.1", snmpd.port, login=login))

    assert (found.status, found.ports, interfaces(found)) == ("answered", (), {})
    assert found.notes == (NO_INTERFACE,)


@pytest.mark.parametrize(("auth", "priv"), [*PROTOCOLS, ("sha256", None), (None, None)])
def test_users_of_every_protocol_are_let_in(
    snmpd: Snmpd, auth: str | None, priv: str | None
) -> None:
    found = polled(target_at("127.0.0.1", snmpd.port, login=v3(auth, priv)))

    assert is_whole(found), (found.cause, found.missing)


def test_no_protocol_of_the_inventory_is_left_untried() -> None:
    assert {auth for auth, _ in PROTOCOLS} == set(SNMP_AUTH_PROTOCOLS)
    assert {priv for _, priv in PROTOCOLS} == set(SNMP_PRIV_PROTOCOLS)


@pytest.mark.parametrize(
    ("login", "error"),
    [
        (v3("sha256", "aes", auth_key=f"{KEY}x"), LoginRefusedError),
        (v3("sha256", "aes", auth_key="short"), LoginRefusedError),
        (v3("sha256", "aes", auth_protocol="sha512"), LoginRefusedError),
        (v3("sha256", "aes", user="nobody"), LoginRefusedError),
        (v3(None, None, user=user("sha256", "aes")), LoginRefusedError),
        (v3("sha256", "aes", priv_key=f"{KEY}x"), UnreachableError),
        (SnmpLogin(credential="acme/snmp", community="no"), UnreachableError),
    ],
    ids=["auth-key", "short-key", "auth-protocol", "user", "level", "priv-key", "community"],
)
def test_a_wrong_credential_is_named_and_its_secrets_are_not(
    snmpd: Snmpd, login: SnmpLogin, error: type[NetwbError]
) -> None:
    found = polled(target_at("127.0.0.1", snmpd.port, login=login), QUICK)

    assert isinstance(found.cause, error)
    assert "acme/snmp" in str(found.cause)
    silent = error is UnreachableError and login.priv_key is not None
    assert ("privacy password of SNMPv3 is met with silence" in str(found.cause)) == silent
    assert KEY not in f"{found!r} {found.cause}"
    assert found.points == ()


def test_a_poll_of_an_agent_that_has_ended_says_that_nothing_listens(snmpd: Snmpd) -> None:
    del snmpd
    assert PROGRAM is not None
    with running_snmpd(PROGRAM) as ended:
        pass
    login = SnmpLogin(credential="acme/snmp", community=COMMUNITY)

    found = polled(target_at("127.0.0.1", ended.port, login=login), PATIENT)

    assert "nothing listens for SNMP at 127.0.0.1" in str(found.cause)
