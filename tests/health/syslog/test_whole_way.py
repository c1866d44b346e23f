"""From messages on the wire to revisions with their authors, in a home with recorded devices."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import NewToken, NewUser, Origin
from netwb.collect.gather import Gathered
from netwb.collect.replay import recorded
from netwb.errors import InventoryError, NotPermittedError, SettingsError, UnreachableError
from netwb.health.syslog import desk
from netwb.inventory.records import Facts, NewDevice
from netwb.roles import Role, Scope
from netwb.workbench import Workbench
from tests.benches import Rig, ios, rig
from tests.health.syslog.listening import Ears, ears, eventually, working
from tests.postgresql import Cluster

CONFIGURED = "<189>29: %SYS-5-CONFIG_I: Configured from console by {} on vty0 (192.0.2.7)"
EDGE1 = "127.0.0.21"
SENDERS = {EDGE1: "acme/edge1", "127.0.0.22": "acme/edge2", "127.0.0.23": "zeta/core1"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "zeta": ("core1",)}) as found:
        for address, name in SENDERS.items():
            found.bench.set_device(name, syslog_source=address)
        found.back_up()
        found.clock.advance(minutes=10)
        yield found


def changed(ntp: str) -> Gathered:
    """A text that names nobody new: its stamp is still that of the first backup."""
    return ios("edge1", ntp=ntp)


def waiting(made: Rig) -> list[str]:
    """Devices about which something waits in SQL."""
    ids = {device.id: name for name, device in made.devices.items()}
    return sorted(ids[found] for found in made.bench._parts.bursts.of(ids))


def heard(made: Rig, listener: Ears, *messages: str, address: str = EDGE1) -> None:
    """Send, and await that SQL has it."""
    listener.send(*messages, address=address)
    device = SENDERS.get(address)
    eventually(lambda: device in waiting(made) if device else waiting(made))


def pass_s(made: Rig, seconds: float) -> None:
    made.clock.advance(seconds=seconds)


def authors(made: Rig, device: str = "acme/edge1") -> list[str]:
    return [revision.author for revision in made.bench.history(device)]


def test_a_message_gives_a_revision_its_author_and_time(made: Rig) -> None:
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", changed("192.0.2.99"))
        at = made.clock()
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 89)
        assert waiting(made) == ["acme/edge1"]
        pass_s(made, 1)
        eventually(lambda: len(authors(made)) == 2)

    newest = made.bench.history("edge1")[0]
    assert (newest.author, newest.at, newest.message) == ("bo", at, "edge1: changed")
    assert waiting(made) == []
    assert authors(made, "acme/edge2") == ["ana"]


def test_a_job_is_filed_in_the_daemons_name_and_audited(made: Rig) -> None:
    with ears(made.bench) as listener:
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 90)
        job = eventually(lambda: list(made.bench.jobs()))[0]

    assert (job.kind, job.status, job.actor) == ("backup", "queued", "system:scheduler")
    event = made.bench.audit_events(limit=1)[0]
    assert (event.actor, event.action, event.target) == ("system:scheduler", "job.file", job.id)
    assert dict(event.detail) == {"devices": 1, "cause": "syslog"}


def test_every_person_of_a_burst_is_told(made: Rig) -> None:
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", changed("192.0.2.99"))
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 30)
        listener.send(CONFIGURED.format("cy"), address=EDGE1)
        eventually(lambda: made.bench.syslog_counts() or True)
        eventually(lambda: len(_names(made)) == 2)
        pass_s(made, 90)
        eventually(lambda: len(authors(made)) == 2)

    newest = made.bench.history("edge1")[0]
    assert (newest.author, newest.message) == ("cy", "edge1: changed by bo, cy")


def _names(made: Rig) -> list[str]:
    device = made.devices["acme/edge1"].id
    return [one.by for one in made.bench._parts.bursts.of([device]).get(device, ())]


JUNOS_TEXT = b"""\
set version 18.4R1.8
set system host-name edge1
set system root-authentication encrypted-password "$6$kJ3hQ9vT$wQ7cZr1yXn5LmP0aBdEf"
set system ntp server %b
set snmp community Pub1icRead authorization read-only
"""
JUNOS_COMMAND = "show configuration | display set | no-more"


def junos(ntp: bytes) -> Gathered:
    """What a login brings from a Junos device; its text names nobody."""
    return recorded(JUNOS_TEXT % ntp, prompt=b"netwb@edge1> ", command=JUNOS_COMMAND)


def test_a_commit_and_its_rollback_are_two_revisions(made: Rig) -> None:
    made.bench.set_device("acme/edge1", platform="juniper_junos")
    made.answer("acme/edge1", junos(b"192.0.2.53"))
    made.back_up("acme/edge1")
    made.clock.advance(minutes=10)
    said = "<189>Nov 20 02:10:00 core1 mgd[4312]: UI_COMMIT"
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", junos(b"192.0.2.99"))
        listener.send(
            f"{said}: User 'bo' requested 'commit confirmed' operation (comment: none)",
            f"{said}_COMPLETED: commit complete",
            address=EDGE1,
        )
        eventually(lambda: len(authors(made)) == 3)  # no clock moved: at once
        made.answer("acme/edge1", junos(b"192.0.2.53"))
        pass_s(made, 600)
        listener.send(
            f"{said}_CONFIRMED_REMINDER: 'commit confirmed' must be confirmed within 1 minutes",
            f"{said}_NOT_CONFIRMED: Commit was not confirmed; automatic rollback complete",
            address=EDGE1,
        )
        eventually(lambda: len(authors(made)) == 4)

    rolled_back, committed, before = made.bench.history("edge1")[:3]
    assert (committed.author, committed.message) == ("bo", "edge1: changed")
    assert rolled_back.author == "unknown"
    assert rolled_back.message == "edge1: rolled back by itself, as the commit was not confirmed"
    assert rolled_back.at == made.clock()
    texts = [
        made.bench.restore(f"acme/edge1@{one.id}", reason="compare")
        for one in (before, committed, rolled_back)
    ]
    assert texts == [JUNOS_TEXT % ntp for ntp in (b"192.0.2.53", b"192.0.2.99", b"192.0.2.53")]


def test_a_name_that_is_a_secret_of_the_text_stands_in_no_commit(made: Rig) -> None:
    """Who types a password where the name is asked for is named by it."""
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99", community="Hidden7Word"))
        heard(made, listener, CONFIGURED.format("Hidden7Word"))
        pass_s(made, 90)
        eventually(lambda: len(authors(made)) == 2)

    assert authors(made)[0] == "unknown"
    archive = made.bench.home / "archive/acme.git"
    shown = subprocess.run(
        ["git", "--git-dir", archive, "log", "-p", "--format=fuller"],
        capture_output=True,
        check=True,
    ).stdout
    assert b"Hidden7Word" not in shown


def test_no_word_of_a_message_is_logged_but_for_names(
    made: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    logged = "<189>7: %PARSER-5-CFGLOG_LOGGEDCMD: User:bo  logged command:username x secret Pa55"
    with ears(made.bench) as listener:
        listener.send(logged, address="127.0.0.99")
        heard(made, listener, logged)
        pass_s(made, 90)
        eventually(lambda: list(made.bench.jobs()))

    assert "Pa55" not in caplog.text
    database = sqlite3.connect(made.bench.home / "netwb.db")
    assert not [line for line in database.iterdump() if "Pa55" in line]


def test_an_accepted_text_bears_the_name_that_was_heard(made: Rig) -> None:
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", replace(changed("192.0.2.99"), facts=Facts(serial="SN-new")))
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 90)
        eventually(lambda: [item.hostname for item in made.bench.quarantine()] == ["edge1"])
    assert waiting(made) == ["acme/edge1"]

    made.bench.accept_quarantined("edge1", reason="it is that box")

    assert authors(made) == ["bo", "ana"]
    assert waiting(made) == []


@pytest.mark.real
def test_the_same_on_postgresql(tmp_path: Path, postgresql: Cluster) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}, cluster=postgresql) as made:
        made.bench.set_device("edge1", syslog_source=EDGE1)
        made.back_up()
        made.clock.advance(minutes=10)
        with ears(made.bench) as listener, working(made.bench):
            made.answer("acme/edge1", changed("192.0.2.99"))
            heard(made, listener, CONFIGURED.format("bo"))
            pass_s(made, 90)
            eventually(lambda: authors(made) == ["bo", "ana"])
        assert waiting(made) == []
        assert made.bench.syslog_counts() == {"change": 1, "refused": 1}


def test_netwbs_own_login_starts_nothing(made: Rig) -> None:
    with ears(made.bench) as listener:
        listener.send(CONFIGURED.format("netwb"), address=EDGE1)
        heard(made, listener, CONFIGURED.format("bo"), address="127.0.0.22")
        assert waiting(made) == ["acme/edge2"]


def test_strangers_are_dropped_and_counted(made: Rig) -> None:
    with ears(made.bench) as listener:
        listener.send(CONFIGURED.format("eve"), CONFIGURED.format("eve"), address="127.0.0.99")
        heard(made, listener, CONFIGURED.format("bo"))
        assert waiting(made) == ["acme/edge1"]

    assert made.bench.syslog_counts()["unknown"] >= 2
    assert made.bench.syslog_counts()["change"] == 1


def test_a_relay_is_believed_and_another_tenants_is_not(made: Rig) -> None:
    relays = "127.0.0.50, 127.0.0.51=zeta"
    relayed = "<189>Nov 20 02:10:00 edge1 " + CONFIGURED.format("bo")[5:]
    with ears(made.bench, relays=relays) as listener:
        listener.send(relayed, address="127.0.0.51")
        heard(made, listener, relayed.replace("edge1", "core1"), address="127.0.0.51")
        assert waiting(made) == ["zeta/core1"]
        heard(made, listener, relayed, address="127.0.0.50")
        eventually(lambda: waiting(made) == ["acme/edge1", "zeta/core1"])


def test_messages_come_over_tcp_too_in_both_framings(made: Rig) -> None:
    one, other = CONFIGURED.format("bo").encode(), CONFIGURED.format("cy").encode()
    with ears(made.bench) as listener, listener.connect(EDGE1) as stream:
        stream.sendall(b"%d %b%b\n" % (len(one), one, other))
        eventually(lambda: _names(made) == ["bo", "cy"])


def test_a_strangers_connection_is_closed(made: Rig) -> None:
    with ears(made.bench) as listener, listener.connect("127.0.0.99") as stream:
        assert stream.recv(1) == b""


def test_one_address_holds_some_connections_and_not_all(made: Rig) -> None:
    with ears(made.bench) as listener:
        streams = [listener.connect(EDGE1) for _ in range(9)]
        assert streams[-1].recv(1) == b""
        with listener.connect("127.0.0.22") as other:
            other.sendall(CONFIGURED.format("bo").encode() + b"\n")
            eventually(lambda: waiting(made) == ["acme/edge2"])
        for stream in streams:
            stream.close()


def test_a_device_that_was_added_since_is_heard(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LOOK_S", 0.0)
    with ears(made.bench) as listener:
        added = made.bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname="edge3",
                address="127.0.0.31",
                platform="cisco_ios",
            )
        )
        made.devices["acme/edge3"] = added

        def is_heard() -> bool:
            listener.send(CONFIGURED.format("bo"), address="127.0.0.31")
            return waiting(made) == ["acme/edge3"]

        eventually(is_heard)


def test_what_was_heard_before_the_listener_ended_is_answered_by_the_next(made: Rig) -> None:
    with ears(made.bench) as listener:
        heard(made, listener, CONFIGURED.format("bo"))

    pass_s(made, 300)
    made.answer("acme/edge1", changed("192.0.2.99"))
    with ears(made.bench), working(made.bench):
        eventually(lambda: authors(made) == ["bo", "ana"])


def test_a_backup_meanwhile_answers_and_bears_the_name(made: Rig) -> None:
    with ears(made.bench) as listener:
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 30)
        made.answer("acme/edge1", changed("192.0.2.99"))
        made.back_up("edge1")  # the night, or a person
        assert authors(made) == ["bo", "ana"]
        assert waiting(made) == []

        pass_s(made, 60)
        heard(made, listener, CONFIGURED.format("bo"), address="127.0.0.22")
        pass_s(made, 90)
        jobs = eventually(lambda: list(made.bench.jobs()))

    assert [job.tenant_id for job in jobs] == [made.devices["acme/edge2"].tenant_id]


def test_a_device_that_did_not_answer_is_tried_again(
    made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LOOK_S", 0.0)
    made.answer("acme/edge1", UnreachableError("edge1 does not answer"))
    with ears(made.bench) as listener, working(made.bench):
        at = made.clock()
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 90)
        eventually(lambda: [job.status for job in made.bench.jobs()] == ["failed"])
        assert waiting(made) == ["acme/edge1"]

        made.answer("acme/edge1", changed("192.0.2.99"))
        pass_s(made, 60)
        eventually(lambda: authors(made) == ["bo", "ana"])

    assert made.bench.history("edge1")[0].at == at


def test_a_black_out_holds_back_what_is_due_until_it_ends(
    made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LOOK_S", 0.1)
    ends = made.clock() + timedelta(hours=1)
    held = made.bench.where(tenant="acme").add_blackout(reason="upgrade", end=ends)
    with ears(made.bench) as listener, working(made.bench):
        made.answer("acme/edge1", changed("192.0.2.99"))
        heard(made, listener, CONFIGURED.format("bo"))
        heard(made, listener, CONFIGURED.format("bo"), address="127.0.0.23")
        pass_s(made, 120)
        eventually(lambda: waiting(made) == ["acme/edge1"])  # zeta/core1 is not held back
        assert authors(made) == ["ana"]

        made.bench.end_blackout(held.id)
        eventually(lambda: authors(made) == ["bo", "ana"])


def test_one_backup_of_a_device_is_filed_at_a_time(made: Rig) -> None:
    with ears(made.bench) as listener:
        heard(made, listener, CONFIGURED.format("bo"))
        pass_s(made, 90)
        (job,) = eventually(lambda: list(made.bench.jobs()))
        listener.send(CONFIGURED.format("cy"), address=EDGE1)
        eventually(lambda: _names(made) == ["bo", "cy"])
        pass_s(made, 90)
        heard(made, listener, CONFIGURED.format("bo"), address="127.0.0.22")
        pass_s(made, 90)
        eventually(lambda: len(list(made.bench.jobs())) == 2)  # edge2's: nobody did edge1's yet
        assert {one.id for one in made.bench.jobs()} > {job.id}

        made.answer("acme/edge1", changed("192.0.2.99"))
        with working(made.bench):
            eventually(lambda: waiting(made) == [])

    assert len(list(made.bench.jobs())) == 2  # the first one's backup came after both
    assert authors(made) == ["cy", "ana"]


def test_a_database_that_is_away_for_a_while_costs_nothing(
    made: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    database = sqlite3.connect(made.bench.home / "netwb.db")
    with ears(made.bench) as listener:
        database.execute("alter table syslog_burst rename to gone")
        listener.send(CONFIGURED.format("bo"), address=EDGE1)
        listener.send(CONFIGURED.format("bo"), address="127.0.0.22")
        eventually(lambda: "kept until the database is back" in caplog.text)
        pass_s(made, 90)
        database.execute("alter table gone rename to syslog_burst")
        eventually(lambda: waiting(made) == ["acme/edge1", "acme/edge2"])
        eventually(lambda: list(made.bench.jobs()))


def test_a_port_that_is_taken_is_told_and_tried_again(
    made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LOOK_S", 0.0)
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with ears(made.bench, tcp_port=port) as listener:
        standing = eventually(lambda: made.bench._parts.notices.standing(made.bench._scope))
        assert standing[0].kind == "syslog.dropped"
        assert f"TCP port {port} of 127.0.0.1 cannot be opened" in standing[0].message
        heard(made, listener, CONFIGURED.format("bo"))  # UDP hears

        taken.close()
        eventually(lambda: not made.bench._parts.notices.standing(made.bench._scope))


def test_the_listener_that_comes_later_has_the_port(made: Rig) -> None:
    """The one before it may hang, and holds its socket then."""
    hung = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hung.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    hung.bind(("127.0.0.1", 0))
    with ears(made.bench, udp_port=hung.getsockname()[1]) as listener:
        heard(made, listener, CONFIGURED.format("bo"))
    hung.close()


def test_no_address_means_no_listener(made: Rig) -> None:
    with ears(made.bench, address="") as listener, pytest.raises(OSError, match="refused"):
        listener.connect()


def test_only_the_process_itself_listens(made: Rig) -> None:
    made.bench.add_user(
        NewUser(name="ana", role=Role.ADMIN, tenants=None, password="correct horse battery")
    )

    token = made.bench.issue_token(NewToken(user="ana", days=9)).secret
    remote = made.bench.at_token(token, origin=Origin(address="192.0.2.9"))

    with pytest.raises(NotPermittedError), ears(remote):
        pass


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ADDRESS", "here", r"syslog\.address is 'here'; write an address"),
        ("RELAYS", "192.0.2.1/24", r"syslog\.relays: '192\.0\.2\.1/24' is no address or network"),
        ("MOST_S", "10", r"syslog\.most_s is 10 and syslog\.wait_s 90"),
        ("UDP_PORT", "70000", "at most 65535"),
        ("PORT", "1", "setting syslog.port is unknown"),
    ],
)
def test_a_setting_that_no_listener_can_be_made_of_is_named(
    made: Rig, name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        Workbench.open(made.bench.home, environment={f"NETWB_SYSLOG__{name}": value})


def test_an_ambiguous_source_is_told_to_each_tenant_and_to_the_provider_until_it_is_cleared(
    made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LOOK_S", 0.0)
    made.bench.set_device("zeta/core1", syslog_source=EDGE1)  # by who sees all tenants
    standing = made.bench._parts.notices.standing
    with ears(made.bench) as listener:
        listener.send(CONFIGURED.format("bo"), address=EDGE1)
        eventually(lambda: len(standing(made.bench._scope)) == 2)
        found = {one.label: one.message for one in standing(made.bench._scope)}
        parts = {one.check: one for one in made.bench.status().parts}
        zeta = Scope(frozenset({made.devices["zeta/core1"].tenant_id}))
        assert [one.label for one in standing(zeta)] == ["zeta/core1"]

        made.bench.set_device("zeta/core1", syslog_source=None)
        eventually(lambda: not standing(made.bench._scope))

    assert found == {
        name: f"messages from the syslog source of {name} are ambiguous, and start no backup"
        for name in ("acme/edge1", "zeta/core1")
    }
    assert parts["syslog"].verdict == "wrong"
    assert "acme/edge1, zeta/core1 are ambiguous" in parts["syslog"].said
    assert 'relays = "ADDRESS=TENANT"' in parts["syslog"].cure  # where --syslog-source cannot help
    assert waiting(made) == []


def test_a_tenants_admin_may_claim_no_relays_address(tmp_path: Path) -> None:
    settings = {"NETWB_SYSLOG__RELAYS": "203.0.113.0/24"}
    with rig(tmp_path, {"acme": ("edge1",)}, settings=settings) as made:
        made.bench.add_user(
            NewUser(name="cy", role=Role.ADMIN, tenants=("acme",), password="correct horse battery")
        )
        cy = made.bench.acting_as("cy")

        with pytest.raises(InventoryError, match="spoken for; ask an admin of netwb"):
            cy.set_device("acme/edge1", syslog_source="203.0.113.7")
        made.bench.set_device("acme/edge1", syslog_source="203.0.113.7")
