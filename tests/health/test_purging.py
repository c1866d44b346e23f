"""A tenant that was purged is nowhere: not in a table, not in a file of the home."""

from __future__ import annotations

import random
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url, update

from netwb.archive.records import Revision
from netwb.collect.replay import recorded
from netwb.errors import (
    InputError,
    MetricsUnavailableError,
    NotPermittedError,
    RunUnderWayError,
    StoreUnavailableError,
    UnknownNameError,
)
from netwb.health import purging
from netwb.health.diagnosis import Diagnosis
from netwb.inventory.ports.records import SeenPort
from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.records import SeriesKey
from netwb.metrics.schema_map import parse_schema_map
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import PortRow
from netwb.workbench import Workbench
from tests.benches import Rig, ios, ios_text, rig, with_parts
from tests.conftest import FULL
from tests.health.exporting.working_child import work
from tests.metrics.influx_server import Recorded, recorded_influx
from tests.metrics.points import key, octets, question
from tests.postgresql import Cluster
from tests.stores import EACH_STORE
from tests.workbench.people import add, admitted

UNSAID: dict[str, Any] = {"if_index": 1, "alias": None, "if_type": None, "speed_bps": None}
POINTS = 50 if FULL else 5
HOSTNAMES = {"orkan": ("wolke7", "nebel9"), "umbra": ("core1", "core2")}
WORDS = (b"orkan", b"Acme", b"wolke7", b"nebel9", b"zoe-of-it")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """orkan goes; umbra stays. Each has a history and a text that waits."""
    with rig(tmp_path, HOSTNAMES, past=two_nights) as made:
        yield made


def two_nights(made: Rig) -> None:
    made.back_up(note="CHG1")
    made.clock.advance(days=1)
    for tenant, hostname in (("orkan", "wolke7"), ("umbra", "core1")):
        made.answer(f"{tenant}/{hostname}", ios(hostname, ntp="192.0.2.99"))
    for tenant, hostname in (("orkan", "nebel9"), ("umbra", "core2")):
        half = ios_text(hostname)[:300]
        made.answer(f"{tenant}/{hostname}", recorded(half, prompt=f"{hostname}#".encode()))
    made.back_up()
    add(made, "zoe-of-it", Role.ENGINEER, "orkan")
    add(made, "ben", Role.ENGINEER, "orkan", "umbra")
    add(made, "ada", Role.ADMIN)
    admitted(made, "zoe-of-it")
    made.bench.start_backup(note="of both")
    count_octets(made)


BEFORE, SINCE = 1_790_000_100, 1_790_086_500  # epoch seconds: before and after a port was orkan's


def count_octets(made: Rig) -> None:
    """Of each device, and of a port of umbra's that became orkan's between two polls."""
    seen = {one.id: [SeenPort(name="eth0", **UNSAID)] for one in made.devices.values()}
    made.bench._parts.ports.sighted(seen)
    made.bench.set_port("umbra/core1", "eth0", tenant="orkan")
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        given_at = datetime.fromtimestamp(SINCE - 60, UTC)
        change = update(PortRow).where(PortRow.tenant_since_at.is_not(None))
        session.execute(change.values(tenant_since_at=given_at))
    for at in (BEFORE, SINCE):
        made.bench._parts.metrics.write(octets(at, at, of=own) for own in counted(made).values())


def counted(made: Rig) -> dict[str, SeriesKey]:
    return {
        name: key("eth0", device_id=device.id, tenant=device.tenant)
        for name, device in made.devices.items()
    }


def kept(made: Rig) -> dict[str, list[int]]:
    """Moments of samples by device."""
    series = counted(made)
    found = made.bench._parts.metrics.read(list(series.values()), question(BEFORE, SINCE + 60))
    return {name: found[own].at.tolist() for name, own in series.items() if own in found}


def found_in(home: Path) -> list[str]:
    """Files of the home that tell of it, by their names or by what they hold."""
    hits = []
    for path in sorted(home.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if any(word in content or word.decode() in path.name for word in WORDS):
            hits.append(str(path.relative_to(home)))
    return hits


@EACH_STORE
def test_no_file_of_the_home_tells_of_it(made: Rig) -> None:
    ids = [d.id.encode() for d in made.devices.values() if d.tenant == "orkan"]
    assert "archive/orkan.git" in found_in(made.bench.home)

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert found_in(made.bench.home) == []
    files = [path for path in made.bench.home.rglob("*") if path.is_file()]
    assert [id_ for id_ in ids for path in files if id_ in path.read_bytes()] == []


@EACH_STORE
def test_the_key_that_a_killed_push_left_goes_too(made: Rig) -> None:
    left = made.bench.home / "archive" / "orkan.ssh"
    left.mkdir(mode=0o700)
    (left / "key").write_text("a private key")

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert found_in(made.bench.home) == []


@EACH_STORE
def test_others_are_as_they_were(made: Rig) -> None:
    before = {name: list(made.bench.history(name)) for name in ("umbra/core1", "umbra/core2")}
    held = made.bench.quarantined_text("umbra/core2")
    secret = made.bench.restore("umbra/core1", reason="compare")

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert {name: list(made.bench.history(name)) for name in before} == before
    assert made.bench.quarantined_text("umbra/core2") == held
    assert made.bench.restore("umbra/core1", reason="compare") == secret
    assert [user.name for user in made.bench.users()] == ["ada", "ben"]
    assert made.outcome("umbra/core1", made.back_up()).status == "unchanged"


@EACH_STORE
def test_the_audit_keeps_that_it_was_and_stays_whole(made: Rig) -> None:
    tenant_id = made.bench.tenant("orkan").id
    witness = made.bench._parts.audit.head()

    made.bench.purge_tenant("orkan", reason="contract ended")

    event = made.bench.audit_events(limit=1, what="purge")[0]
    assert (event.target, event.detail["reason"]) == (tenant_id, "contract ended")
    assert event.detail["devices"] == 2
    assert made.bench._parts.audit.verify([witness]).problems == ()


def test_its_samples_go_and_those_of_others_stay(made: Rig) -> None:
    assert set(kept(made)) == {"orkan/wolke7", "orkan/nebel9", "umbra/core1", "umbra/core2"}
    planned = made.bench.plan_tenant_purge("orkan")

    done = made.bench.purge_tenant("orkan", reason="contract ended")

    assert kept(made) == {"umbra/core1": [BEFORE], "umbra/core2": [BEFORE, SINCE]}
    event = made.bench.audit_events(limit=1, what="purge")[0]
    assert planned is not None
    assert done is not None
    assert planned.counters == done.counters == event.detail["counters"] == 3


def test_a_store_that_is_down_is_waited_for(made: Rig) -> None:
    parts = made.bench._parts
    down = InfluxqlStore(
        Source(server=Server(url=urlsplit("http://127.0.0.1:9")), database="netwb")
    )
    made.bench._parts = with_parts(parts, metrics=down)
    with pytest.raises(MetricsUnavailableError, match="cannot be reached"):
        made.bench.purge_tenant("orkan", reason="contract ended")
    made.bench._parts = parts

    assert set(kept(made)) == {"orkan/wolke7", "orkan/nebel9", "umbra/core1", "umbra/core2"}
    made.bench.purge_tenant("orkan", reason="contract ended")
    assert found_in(made.bench.home) == []


def test_a_store_that_refuses_is_left_to_a_person(made: Rig) -> None:
    refusing = Recorded(status=403, body=b'{"error": "forbidden"}')
    with recorded_influx({"/query": refusing}) as server:
        store = InfluxqlStore(Source(server=Server(url=urlsplit(server.url)), database="netwb"))
        made.bench._parts = with_parts(made.bench._parts, metrics=store)
        done = made.bench.purge_tenant("orkan", reason="contract ended")

    assert done is not None
    assert done.counters == 0
    assert re.search(r"its counters, as tag tenant orkan: .*give it the right", done.left[-1])


def test_a_store_that_others_fill_is_said_to_be_left_alone_before_anything_is_done(
    made: Rig,
) -> None:
    theirs = parse_schema_map({"tags": {"tenant": ""}}, "names.toml")
    with recorded_influx({}) as server:
        source = Source(server=Server(url=urlsplit(server.url)), database="theirs", names=theirs)
        made.bench._parts = with_parts(made.bench._parts, metrics=InfluxqlStore(source))
        planned = made.bench.plan_tenant_purge("orkan")
        done = made.bench.purge_tenant("orkan", reason="contract ended")

    assert planned is not None
    assert done is not None
    assert planned.counters == done.counters == 0
    assert re.search(r"its counters, .* filled by others, .* let them delete it", planned.left[-1])
    assert done.left == planned.left
    assert server.asked == []


def test_its_slug_is_free_and_its_id_is_not_used_again(made: Rig) -> None:
    old = made.bench.tenant("orkan").id

    made.bench.purge_tenant("orkan", reason="contract ended")

    with pytest.raises(UnknownNameError):
        made.bench.tenant("orkan")
    assert made.bench.add_tenant("orkan", name="Orkan").id != old


def test_a_plan_tells_what_goes_and_changes_nothing(made: Rig) -> None:
    planned = made.bench.plan_tenant_purge("orkan")

    assert planned is not None
    assert planned.rows["device"] == 2
    assert planned.rows["revision"] == 3
    assert planned.users == 1
    assert planned.files > 0
    assert made.bench.tenant("orkan").status == "active"
    assert made.bench.purge_tenant("orkan", reason="contract ended").rows == planned.rows  # type: ignore[union-attr]


def test_it_is_refused_while_a_run_has_its_devices(made: Rig) -> None:
    def purge_meanwhile(_target: object) -> None:
        with pytest.raises(RunUnderWayError, match="tenant orkan has devices in a backup run"):
            made.bench.purge_tenant("orkan", reason="contract ended")

    made.gatherer._between = purge_meanwhile
    made.back_up("orkan/wolke7")

    made.bench.purge_tenant("orkan", reason="contract ended")


@EACH_STORE
@pytest.mark.parametrize("step", ["_end_its_work", "_remove_files", "finish"])
def test_killed_in_the_middle_the_same_call_does_the_rest(
    made: Rig, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(purging.Purging, step, killed)
        with pytest.raises(KeyboardInterrupt):
            made.bench.purge_tenant("orkan", reason="contract ended")

    planned = made.bench.plan_tenant_purge("orkan")
    done = made.bench.purge_tenant("orkan", reason="contract ended")

    assert (planned is None) == (done is None) == (step == "finish")
    assert found_in(made.bench.home) == []
    assert made.bench.verify_audit().problems == ()


@pytest.mark.parametrize(
    ("step", "where"), [("_remove_files", "the home"), ("finish", "the file of the database")]
)
def test_the_doctor_tells_of_one_that_was_cut_off_and_how_to_end_it(
    made: Rig, step: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    assert purge_found(made).verdict == "ok"
    name = made.bench.tenant("orkan").id if step == "finish" else "orkan"
    with monkeypatch.context() as patch:
        patch.setattr(purging.Purging, step, killed)
        with pytest.raises(KeyboardInterrupt):
            made.bench.purge_tenant("orkan", reason="contract ended")

    found = purge_found(made)
    assert found.verdict == "wrong"
    assert found.said.startswith(f"the purge of tenant {name} was begun, and has not ended: ")
    assert found.said.endswith(f"can be read in {where}")
    assert found.cure == f"do the rest with `netwb tenant purge {name} --reason TEXT`"

    made.bench.purge_tenant(name, reason="contract ended")
    assert purge_found(made).verdict == "ok"
    assert found_in(made.bench.home) == []


def purge_found(made: Rig) -> Diagnosis:
    return next(one for one in made.bench.examine_opened() if one.check == "purge")


def test_killed_at_a_random_moment_the_same_command_does_the_rest(
    made: Rig, tmp_path: Path, dice: random.Random
) -> None:
    kill_often(made, tmp_path, dice, dict)


@pytest.mark.full
@pytest.mark.real
def test_killed_on_postgresql_the_same_command_does_the_rest_too(
    tmp_path: Path, dice: random.Random, postgresql: Cluster
) -> None:
    with rig(tmp_path / "made", HOSTNAMES, past=two_nights, cluster=postgresql) as made:
        before = list(made.bench.history("umbra/core1"))
    own = make_url(made.variables["NETWB_STORE__URL"]).database or ""  # nobody is in it any more

    def new_database() -> dict[str, str]:
        return {"NETWB_STORE__URL": postgresql.new_database(template=own)}

    kill_often(made, tmp_path, dice, new_database, before=before)


def kill_often(
    made: Rig,
    folder: Path,
    dice: random.Random,
    new_database: Callable[[], dict[str, str]],
    *,
    before: list[Revision] | None = None,
) -> None:
    """A purge of a copy of the home is killed at random moments, and then done once more.

    new_database   what the environment says of a copy's database
    """
    before = list(made.bench.history("umbra/core1")) if before is None else before
    tenant = Path("orkan")
    calls = work("purge", copied(made, folder / "counted"), tenant, new_database()).calls
    for point in range(POINTS):
        home, environment = copied(made, folder / f"home{point}"), new_database()
        moment = dice.randrange(1, calls * 49 // 50)

        killed = work("purge", home, tenant, environment, kill_at=moment)

        assert killed.status == -signal.SIGKILL, (moment, killed)
        with closing(Workbench.open(home, environment=environment)) as bench:
            if found_in(home) or (home / "purge.open").exists() or is_there(bench):
                bench.purge_tenant("orkan", reason="contract ended")
            assert found_in(home) == [], moment
            assert not is_there(bench), moment
            assert not (home / "purge.open").exists()
            assert list(bench.history("umbra/core1")) == before
            assert bench.verify_audit().problems == (), moment


def is_there(bench: Workbench) -> bool:
    return any(one.slug == "orkan" for one in bench.tenants())


def copied(made: Rig, home: Path) -> Path:
    shutil.copytree(made.bench.home, home)
    return home


def test_who_reads_the_database_meanwhile_holds_the_last_step_up(made: Rig) -> None:
    made.bench._parts.database._busy_timeout_s = 0.1
    with (
        made.bench._parts.database.snapshot(),
        pytest.raises(StoreUnavailableError, match=r"wait for it|is locked"),
    ):
        made.bench.purge_tenant("orkan", reason="contract ended")

    assert made.bench.purge_tenant("orkan", reason="contract ended") is None
    assert found_in(made.bench.home) == []


def test_without_reason_or_right_nothing_goes(made: Rig) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        made.bench.purge_tenant("orkan", reason=" ")
    with pytest.raises(NotPermittedError):
        made.bench.acting_as("ben").purge_tenant("orkan", reason="contract ended")
    with pytest.raises(UnknownNameError):
        made.bench.purge_tenant("orkann", reason="contract ended")

    assert made.bench.tenant("orkan").status == "active"


def test_copies_that_upgrades_left_are_named(made: Rig) -> None:
    (made.bench.home / "netwb-before-0.1.0.db").write_bytes(b"old")

    planned = made.bench.plan_tenant_purge("orkan")
    assert planned is not None
    left = planned.left

    assert any(re.search(r"netwb-before-0\.1\.0\.db", place) for place in left)
