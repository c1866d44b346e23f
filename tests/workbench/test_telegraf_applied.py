"""Telegraf's files on the facade: applied, followed by the daemon, put back where a shard falls silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from netwb.errors import NotPermittedError, RunUnderWayError, TelegrafError, TelegrafFailedError
from netwb.inventory.records import CredentialChanges, NewCredential, SecretSource
from netwb.loading import shared
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Role
from netwb.store.leases import Leases
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE
SETTINGS = {"NETWB_TELEGRAF__PROGRAM": "", "NETWB_METRICS__URL": ""}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    told = tmp_path / "tell"
    told.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/told\n[ ! -f {tmp_path}/fails ]\n')
    told.chmod(0o755)
    commands = {
        f"NETWB_TELEGRAF__{word}": f"'{told}' {word.lower()}" for word in ("RELOAD", "RESTART")
    }
    hostnames = {"acme": ("edge1", "edge2"), "umbra": ("pe1",)}
    with rig(tmp_path, hostnames, settings={**SETTINGS, **commands}) as made:
        for tenant in ("acme", "umbra"):
            secrets = {"snmp_community": SecretSource(origin="prompt", answer=f"Read-{tenant}")}
            made.bench.add_credential(NewCredential(tenant=tenant, name="snmp", secrets=secrets))  # type: ignore[arg-type]
            made.bench.set_tenant(tenant, snmp_credential="snmp")
        yield made


def told(tmp_path: Path) -> list[str]:
    file = tmp_path / "told"
    return file.read_text().split() if file.exists() else []


def answer(made: Rig, name: str = "acme/edge1") -> None:
    tenant, _, hostname = name.partition("/")
    at = int(made.clock.now.timestamp())
    key = SeriesKey(tenant=tenant, device_id=made.devices[name].id)
    point = Point(
        measurement="device",
        key=key,
        site="fra1",
        device=hostname,
        at=at,
        values={"sysUpTime": at},
    )
    made.bench._parts.metrics.write([point])


def text(made: Rig, name: str = "acme.fra1") -> str:
    path = made.bench.home / "telegraf.d" / "main" / "telegraf.d" / f"netwb-{name}.conf"
    return path.read_text()


def notices(made: Rig) -> list[tuple[str, str]]:
    found = made.bench._parts.notices.list(
        ALL_TENANTS, since=made.clock.now.replace(year=2020), kinds=["telegraf.shard"]
    )
    return [(one.state, one.label) for one in found]


def test_an_apply_tells_telegraf_and_is_audited(made: Rig, tmp_path: Path) -> None:
    (outcome,) = made.bench.apply_telegraf()

    assert (outcome.status, outcome.told, told(tmp_path)) == ("applied", "restart", ["restart"])
    (event,) = made.bench.audit_events(what="telegraf.apply")
    assert (event.target, event.detail) == ("main", {"files": 4, "told": "restart"})
    assert "edge1" in text(made)


def test_the_daemon_follows_what_a_person_began_and_nothing_else(made: Rig, tmp_path: Path) -> None:
    assert made.bench.follow_telegraf().shards == 0
    assert made.bench.renew_telegraf().shards == 0
    assert told(tmp_path) == []

    made.bench.apply_telegraf()
    assert made.bench.follow_telegraf().applied == 0
    made.clock.advance(seconds=60)
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    followed = made.bench.follow_telegraf()

    assert (followed.shards, followed.applied) == (1, 1)
    assert "127.0.0.9" in text(made)
    assert told(tmp_path) == ["restart", "reload"]
    assert made.bench.follow_telegraf().applied == 0


def test_the_night_finds_a_secret_whose_source_has_changed(made: Rig, tmp_path: Path) -> None:
    file = tmp_path / "community"
    file.write_text("Fir5t")
    source = SecretSource(origin=f"file:{file}", keep="reference")
    made.bench.set_credential("acme/snmp", CredentialChanges(secrets={"snmp_community": source}))
    made.bench.apply_telegraf()

    file.write_text("Sec0nd")
    assert made.bench.follow_telegraf().applied == 0
    assert made.bench.renew_telegraf().applied == 1

    environment = (made.bench.home / "telegraf.d" / "main" / "environment").read_text()
    assert "Sec0nd" in environment
    assert told(tmp_path) == ["restart", "restart"]


def test_the_daemon_leaves_what_stands_while_a_secret_cannot_be_read_and_goes_on_afterwards(
    made: Rig, tmp_path: Path
) -> None:
    file = tmp_path / "community"
    file.write_text("Fir5t")
    source = SecretSource(origin=f"file:{file}", keep="reference")
    made.bench.set_credential("acme/snmp", CredentialChanges(secrets={"snmp_community": source}))
    made.bench.apply_telegraf()
    before = text(made)
    file.unlink()

    refused = r"acme/edge1, acme/edge2: credential acme/snmp: .*community cannot be read"
    with pytest.raises(TelegrafError, match=refused):
        made.bench.renew_telegraf()
    made.clock.advance(seconds=60)
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    for _ in range(2):  # each time, so that the notice of the failed job stands
        with pytest.raises(TelegrafError, match=refused):
            made.bench.follow_telegraf()

    assert text(made) == before
    assert told(tmp_path) == ["restart"]
    file.write_text("Fir5t")
    assert made.bench.follow_telegraf().applied == 1
    assert "127.0.0.9" in text(made)


def test_a_shard_that_falls_silent_is_put_back_told_once_and_tried_by_a_person_alone(
    made: Rig,
) -> None:
    made.bench.apply_telegraf()
    made.clock.advance(seconds=60)
    answer(made)
    assert made.bench.follow_telegraf().rolled_back == 0
    made.clock.advance(seconds=60)
    answer(made)
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    assert made.bench.follow_telegraf().applied == 1

    made.clock.advance(seconds=300)
    followed = made.bench.follow_telegraf()

    assert (followed.rolled_back, followed.applied) == (1, 0)
    assert "127.0.0.9" not in text(made)
    assert notices(made) == [("wrong", "main")]
    assert made.bench.renew_telegraf().applied == 0
    (again,) = made.bench.apply_telegraf()
    assert again.status == "applied"
    made.clock.advance(seconds=60)
    answer(made)
    made.bench.follow_telegraf()
    assert sorted(notices(made)) == [("recovered", "main"), ("wrong", "main")]


def test_waiting_ends_with_the_first_samples(made: Rig) -> None:
    made.bench.apply_telegraf()
    looks: list[str] = []

    class Answering(Event):
        """In place of a wait, time passes and a device answers."""

        def wait(self, timeout: float | None = None) -> bool:
            del timeout
            made.clock.advance(seconds=61)
            answer(made)
            return False

    verdicts = made.bench.await_telegraf(
        stopped=Answering(), on_verdicts=lambda found: looks.extend(one.status for one in found)
    )

    assert looks == ["waiting", "proven"]
    assert [(one.shard, one.status) for one in verdicts] == [("main", "proven")]
    assert notices(made) == []


def test_what_the_daemon_has_ended_meanwhile_is_known_to_who_waits(made: Rig) -> None:
    made.bench.apply_telegraf()
    made.clock.advance(seconds=60)
    answer(made)
    made.bench.settle_telegraf()
    made.clock.advance(seconds=60)
    answer(made)
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    made.bench.apply_telegraf()

    class Daemon(Event):
        """In place of a wait, time passes and the daemon looks first."""

        def wait(self, timeout: float | None = None) -> bool:
            del timeout
            made.clock.advance(seconds=300)
            made.bench.follow_telegraf()
            return False

    (found,) = made.bench.await_telegraf(stopped=Daemon())

    assert found.status == "rolled_back"
    assert "another process has put its former files back" in found.message


def test_a_changed_setting_is_followed_too(made: Rig) -> None:
    made.bench.apply_telegraf()
    home, variables = made.bench.home, made.variables
    made.bench.close()
    changed = {**variables, "NETWB_METRICS__INTERVAL_S": "30"}
    with closing(Workbench.open(home, environment=changed, clock=made.clock)) as bench:
        assert bench.follow_telegraf().applied == 1

    text = (home / "telegraf.d" / "main" / "telegraf.conf").read_text()
    assert 'interval = "30s"' in text


def test_one_shard_that_cannot_be_told_keeps_no_other_from_being_applied(
    made: Rig, tmp_path: Path
) -> None:
    made.bench.add_shard("north", sites=["acme/fra1"], reload=["/nowhere"], restart=["/nowhere"])
    made.bench.add_shard("south", sites=["umbra/fra1"])

    with pytest.raises(TelegrafFailedError, match="'/nowhere' cannot be run"):
        made.bench.apply_telegraf()

    assert told(tmp_path) == ["restart"]
    assert (made.bench.home / "telegraf.d" / "south" / "telegraf.conf").is_file()
    (tmp_path / "fails").touch()
    made.bench.set_device("umbra/pe1", address="127.0.0.9")
    with pytest.raises(
        TelegrafFailedError, match=r"2 shards were not applied: shard north: .*; sh"
    ):
        made.bench.apply_telegraf()


def test_another_process_that_applies_is_waited_for_by_a_person(made: Rig) -> None:
    other = Leases(made.bench._parts.database, "elsewhere:1:x", made.clock)
    assert other.acquire("telegraf:main", 60)

    with pytest.raises(RunUnderWayError, match="applies shard main"):
        made.bench.apply_telegraf()


def test_a_shard_elsewhere_is_left_to_fetch_its_files(made: Rig) -> None:
    made.bench.add_shard("far", sites=["acme/fra1", "umbra/fra1"], place="elsewhere")

    assert list(made.bench.apply_telegraf()) == []
    assert list(made.bench.diff_telegraf()) == []
    assert not (made.bench.home / "telegraf.d" / "far").exists()
    assert list(made.bench.check_telegraf()) == []


def test_a_narrowed_workbench_applies_all_devices_and_not_fewer(made: Rig) -> None:
    made.bench.where(tenant="acme").apply_telegraf()

    assert "pe1" in text(made, "umbra.fra1")


def test_a_snippet_that_is_wrong_is_found_and_stops_an_apply(made: Rig) -> None:
    made.bench.apply_telegraf()
    own = made.bench.home / "telegraf.d" / "main" / "telegraf.d" / "own.conf"
    own.write_text('[[inputs.snmp]]\nagents = ["udp://x:161"]\nalias = "acme|edge1"\n')

    wrong = [one for one in made.bench.check_telegraf() if one.grade == "wrong"]

    assert [one.path for one in wrong] == ["telegraf.d/own.conf"]
    assert "'acme|edge1' is in telegraf.d/netwb-acme.fra1.conf already" in wrong[0].message
    own.write_text("[[inputs.snmp]")
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    with pytest.raises(TelegrafError, match=r"own\.conf: this is no TOML"):
        made.bench.apply_telegraf()


def test_who_acts_for_some_tenants_or_over_a_network_applies_nothing(made: Rig) -> None:
    add(made, "alma", Role.ADMIN, "acme")
    add(made, "adam", Role.ADMIN)
    add(made, "eva", Role.ENGINEER)

    for act in ("diff_telegraf", "apply_telegraf", "settle_telegraf", "check_telegraf"):
        with pytest.raises(NotPermittedError, match=r"scope of all tenants"):
            getattr(logged_in(made, "alma"), act)()
    for act in ("apply_telegraf", "settle_telegraf", "renew_telegraf"):
        with pytest.raises(NotPermittedError, match=r"lacks system\.manage"):
            getattr(logged_in(made, "eva"), act)()
        with pytest.raises(NotPermittedError, match=r"may not use commands"):
            getattr(logged_in(made, "adam"), act)()


def test_the_daemon_s_jobs_name_these_methods() -> None:
    jobs = {job.name: job for job in shared("scheduler.jobs").JOBS}

    assert (jobs["telegraf"].method, jobs["telegraf"].trigger) == ("follow_telegraf", "every 1m")
    assert jobs["telegraf-nightly"].method == "renew_telegraf"
