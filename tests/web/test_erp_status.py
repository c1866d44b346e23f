"""A tenant's status over REST: what is unknown or old is never up, and nothing is another tenant's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from netwb.access.records import NewToken
from netwb.erp import status, status_rows
from netwb.erp.numbers import begin_anew
from netwb.errors import MetricsUnavailableError
from netwb.inventory.ports.records import SeenPort, WherePort
from netwb.inventory.records import NewDevice
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Permission, Role
from netwb.store.database import Database
from netwb.store.models import BlackholeRow, DeviceRow, ErpEventRow, ErpStatusRow, PortRow
from netwb.web.erp_status_shapes import StatusAnswer
from tests.benches import Rig, rig
from tests.counted import count
from tests.stores import EACH_STORE
from tests.web.rest import Client, Reply, serving
from tests.workbench.people import add

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2"), "umbra": ("core1", "core2", "core3")}
EVERY = [f"{tenant}/{host}" for tenant, hosts in HOSTS.items() for host in hosts]
LINK, OTHER = "xe-0/0/0", "xe-0/0/1"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """edge1 has two watched ports; acme has one on umbra's core1, beside one of umbra's own."""
    with rig(tmp_path, HOSTS) as one:
        for name in ("acme/edge1", "umbra/core1"):
            seen = [
                SeenPort(name=port, alias="", if_index=n, if_type=6, speed_bps=10**9)
                for n, port in enumerate((LINK, OTHER), 1)
            ]
            one.bench._parts.ports.sighted({one.devices[name].id: seen})
        one.bench.set_port("umbra/core1", LINK, tenant="acme", circuit_ref="CIR-1")
        with one.bench._parts.database.writing(ALL_TENANTS) as session:
            session.execute(update(PortRow).values(watched=True))
        yield one


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def answer(made: Rig, *names: str, ping: float = 0.0, **down: tuple[str, ...]) -> None:
    """These devices answer now, their ports too; with `ping` they lost so many per cent, 100: silent.

    down   ports by hostname whose ifOperStatus is down
    """
    at = int(made.clock().timestamp())
    points = []
    for name in names:
        tenant, hostname = name.split("/")
        key = SeriesKey(tenant=tenant, device_id=made.devices[name].id)
        more: dict[str, Any] = {"site": "fra1", "device": hostname, "at": at}
        lost = {"percent_packet_loss": ping}
        points.append(Point(measurement="ping", key=key, values=lost, **more))
        if ping == 100:
            continue
        points.append(Point(measurement="device", key=key, values={"sysUpTime": 9}, **more))
        for link in (LINK, OTHER) if hostname in {"edge1", "core1"} else ():
            oper = 2 if link in down.get(hostname, ()) else 1
            states = {"ifOperStatus": oper, "ifAdminStatus": 1}
            own = SeriesKey(tenant=tenant, device_id=key.device_id, name=link)
            points.append(Point(measurement="interface", key=own, values=states, **more))
    made.bench._parts.metrics.write(points)


def caller(made: Rig, port: int, tenant: str = "acme", *allow: Permission) -> Client:
    name = f"c{len(made.bench.tokens())}"
    add(made, name, Role.CUSTOMER, tenant)
    token = NewToken(user=name, days=1, allow=allow or None)
    return Client(port=port, token=made.bench.issue_token(token).secret)


def path(made: Rig, tenant: str = "acme") -> str:
    (found,) = (one.id for one in made.bench.tenants() if one.slug == tenant)
    return f"/erp/monitoring/status/{found}"


def read(made: Rig, client: Client, tenant: str = "acme") -> dict[str, Any]:
    """The answer, held against its model."""
    reply = client.get(path(made, tenant))
    assert reply.status == 200, reply.body
    StatusAnswer.model_validate(reply.json, strict=True)
    found: dict[str, Any] = reply.json
    return found


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {one["hostname"]: one["status"] for one in found["devices"]}


def events(made: Rig) -> list[tuple[str, dict[str, Any]]]:
    """Hostname and detail of each change that was told, in the order of their telling."""
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        rows = session.query(ErpEventRow).filter_by(kind="status.changed").order_by(ErpEventRow.id)
        return [(row.subject, row.detail) for row in rows]


def minute(made: Rig, *names: str, ping: float = 0.0, **down: tuple[str, ...]) -> None:
    """A minute passes; these answer (all of them where none is named), and the daemon judges."""
    made.clock.advance(seconds=60)
    answer(made, *(names or EVERY), ping=ping, **down)
    made.bench.keep_statuses()


def test_where_no_daemon_ever_ran_all_is_unknown_and_the_cure_is_said(made: Rig, port: int) -> None:
    answer(made, *EVERY)

    found = read(made, caller(made, port))

    assert (found["overall"], found["stale"], found["as_of"]) == ("unknown", True, None)
    assert statuses(found) == {"edge1": "unknown", "edge2": "unknown"}
    assert [one["state"] for one in found["ports"]] == ["unknown"]
    assert "`netwb scheduler`" in found["notes"][0]


def test_what_the_daemon_found_is_answered_with_its_age(made: Rig, port: int) -> None:
    minute(made, edge1=(LINK,))
    made.clock.advance(seconds=31)

    found = read(made, caller(made, port))

    assert (found["overall"], found["age_s"], found["stale"]) == ("degraded", 31, False)
    assert found["tenant"] == "acme"
    edge1, edge2 = found["devices"]
    assert (edge1["status"], edge1["reason"], edge1["age_s"]) == ("degraded", f"{LINK} down", 31)
    assert {one["name"]: one["state"] for one in edge1["ports"]} == {LINK: "down", OTHER: "up"}
    assert (edge2["status"], edge2["stale"], edge2["maintenance"]) == ("up", False, False)
    assert (edge2["backup_at"], edge2["backup_age_s"]) == (None, None)
    assert found["counts"] == {
        "devices": 2,
        "up": 1,
        "degraded": 1,
        "down": 0,
        "unknown": 0,
        "maintenance": 0,
        "ports": 3,
        "ports_down": 1,
        "ports_unknown": 0,
    }


def test_an_up_of_a_daemon_that_is_dead_comes_out_as_unknown_with_its_age(
    made: Rig, port: int
) -> None:
    client = caller(made, port)
    minute(made)
    made.clock.advance(seconds=179)
    assert (read(made, client)["overall"], statuses(read(made, client))["edge1"]) == ("up", "up")
    made.clock.advance(seconds=1)

    found = read(made, client)
    made.clock.advance(hours=5)
    later = read(made, client)

    assert (found["overall"], found["stale"], found["age_s"]) == ("unknown", True, 180)
    assert set(statuses(found).values()) == {"unknown"}
    assert {one["state"] for one in (*found["devices"][0]["ports"], *found["ports"])} == {"unknown"}
    assert (later["overall"], later["age_s"]) == ("unknown", 5 * 3600 + 180)
    assert later["devices"][0]["since"] == found["devices"][0]["since"]
    assert "erp-status" in later["notes"][0]


def test_an_up_that_was_old_when_it_was_kept_is_unknown_a_moment_later(
    made: Rig, port: int
) -> None:
    answer(made, *EVERY)
    made.clock.advance(seconds=170)
    made.bench.keep_statuses()
    client = caller(made, port)
    assert read(made, client)["overall"] == "up"
    made.clock.advance(seconds=15)

    found = read(made, client)

    assert (found["overall"], found["stale"]) == ("unknown", False)
    edge1 = found["devices"][0]
    assert (edge1["status"], edge1["stale"], edge1["age_s"]) == ("unknown", True, 185)
    assert edge1["reason"] == "no newer answer"


def test_a_store_that_does_not_answer_leaves_what_is_kept_to_grow_old(
    made: Rig, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute(made)

    def newest(*_words: object) -> None:
        msg = "the metrics store does not answer; see that it runs"
        raise MetricsUnavailableError(msg)

    made.clock.advance(seconds=180)
    monkeypatch.setattr(made.bench._parts.metrics, "newest", newest)
    with pytest.raises(MetricsUnavailableError):
        made.bench.keep_statuses()

    assert read(made, caller(made, port))["overall"] == "unknown"


def test_a_status_of_the_future_says_nothing_of_now(made: Rig, port: int) -> None:
    """The clock was put back: what was kept before would hold for ever."""
    minute(made)
    made.clock.advance(hours=-3)

    found = read(made, caller(made, port))

    assert (found["overall"], found["stale"], found["age_s"]) == ("unknown", True, 0)


def test_maintenance_is_said_as_such_and_keeps_nobody_from_being_up(made: Rig, port: int) -> None:
    made.bench.set_device("acme/edge2", status="maintenance")
    minute(made, *(name for name in EVERY if name != "acme/edge2"))

    found = read(made, caller(made, port))

    assert (found["overall"], statuses(found)["edge2"]) == ("up", "maintenance")
    assert found["devices"][1]["maintenance"] is True


def test_a_port_on_a_device_in_maintenance_is_said_so_and_does_not_count(
    made: Rig, port: int
) -> None:
    made.bench.set_device("umbra/core1", status="maintenance")
    minute(made, *(name for name in EVERY if name != "umbra/core1"))

    found = read(made, caller(made, port))

    (link,) = found["ports"]
    assert (link["state"], link["maintenance"]) == ("unknown", True)
    assert link["reason"] == "its device is in maintenance"
    assert found["overall"] == "up"


def test_a_port_on_a_device_that_is_planned_is_not_awaited(made: Rig, port: int) -> None:
    made.bench.set_device("umbra/core1", status="planned")
    minute(made)

    found = read(made, caller(made, port))

    assert (found["ports"], found["overall"]) == ([], "up")


def test_a_device_that_is_down_takes_its_ports_along_and_its_customers(
    made: Rig, port: int
) -> None:
    minute(made)
    for _ in range(3):
        made.clock.advance(seconds=60)
        answer(made, "umbra/core1", ping=100)
        answer(made, *(name for name in EVERY if name != "umbra/core1"))
        made.bench.keep_statuses()

    own = read(made, caller(made, port, "umbra"), "umbra")
    customer = read(made, caller(made, port))

    assert statuses(own)["core1"] == own["overall"] == "down"
    assert statuses(customer) == {"edge1": "up", "edge2": "up"}
    (link,) = customer["ports"]
    assert (link["device"], link["state"], link["stale"]) == ("umbra/core1", "down", True)
    assert customer["overall"] == "down"


def test_a_tenant_is_told_of_its_own_devices_and_of_its_ports_alone(made: Rig, port: int) -> None:
    minute(made, core1=(LINK,))

    owner = caller(made, port, "umbra").get(path(made, "umbra"))
    customer = caller(made, port).get(path(made))

    (link,) = customer.json["ports"]
    assert (link["device"], link["name"], link["state"]) == ("umbra/core1", LINK, "down")
    assert customer.json["overall"] == "degraded"
    assert "core2" not in customer.body.decode()
    core1 = owner.json["devices"][0]
    assert (core1["status"], core1["reason"]) == (
        "degraded",
        "a port that is for another tenant is down",
    )
    assert [one["name"] for one in core1["ports"]] == [OTHER]
    assert LINK not in owner.body.decode()
    assert "acme" not in owner.body.decode()


def test_a_foreign_tenant_and_one_that_never_was_read_alike(made: Rig, port: int) -> None:
    minute(made)
    client = caller(made, port)

    def told(reply: Reply) -> tuple[int, dict[str, Any]]:
        same = {key: value for key, value in reply.json.items() if key != "request_id"}
        return reply.status, {**same, "instance": ""}

    foreign, nobodys = client.get(path(made, "umbra")), client.get("/erp/monitoring/status/nobody")

    assert told(foreign) == told(nobodys)
    assert foreign.status == 404


def test_a_right_that_is_missing_is_a_reason_and_never_an_empty_answer(
    made: Rig, port: int
) -> None:
    minute(made)

    reply = caller(made, port, "acme", Permission.INVENTORY_VIEW).get(path(made))

    assert (reply.status, "monitoring.view" in reply.json["detail"]) == (403, True)


def test_what_other_rights_would_show_is_left_out_and_said_to_be(made: Rig, port: int) -> None:
    made.bench.add_port_group("acme", "transit", add_ports=[("acme/edge1", LINK)])
    minute(made)
    made.bench.keep_percentiles()

    less = read(made, caller(made, port, "acme", Permission.MONITORING_VIEW))
    all_of_it = read(made, caller(made, port))

    assert not {"p95", "blackholes"} & less.keys()
    assert less["left_out"] == [
        {"field": "blackholes", "needs": "blackhole.view"},
        {"field": "p95", "needs": "billing.view"},
    ]
    assert (all_of_it["left_out"], all_of_it["blackholes"]) == ([], [])
    assert [one["name"] for one in all_of_it["p95"]["groups"]] == ["transit"]


def test_a_tag_never_hides_that_a_value_grows_old(made: Rig, port: int) -> None:
    minute(made)
    client = caller(made, port)
    tag = client.get(path(made)).headers["etag"]

    again = client.get(path(made), **{"If-None-Match": tag})
    made.clock.advance(seconds=1)
    later = client.get(path(made), **{"If-None-Match": tag})

    assert (again.status, later.status) == (304, 200)
    assert later.json["age_s"] == 1


def test_a_change_is_told_once_and_not_what_was_found_first(made: Rig) -> None:
    minute(made)
    assert events(made) == []
    minute(made, edge1=(LINK,))
    minute(made, edge1=(LINK,))
    minute(made)

    (name, found), (again, after) = events(made)
    assert name == again == "edge1"
    assert found == {
        "changed": ["status"],
        "old": {"status": "up"},
        "new": {"status": "degraded"},
        "observed_at": "2026-11-20T02:02:00Z",
    }
    assert (after["old"], after["new"]) == ({"status": "degraded"}, {"status": "up"})


def test_a_device_that_is_new_is_not_a_change(made: Rig) -> None:
    minute(made, "acme/edge1")
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        kept = session.query(ErpStatusRow).count()

    assert (kept, events(made)) == (2, [])


def test_a_daemon_that_comes_back_after_an_hour_tells_nothing_of_what_it_did_not_see(
    made: Rig,
) -> None:
    """All of a machine was off: the first look finds everything silent, and the next ones well."""
    minute(made)
    made.clock.advance(hours=1)
    made.bench.keep_statuses()
    made.clock.advance(seconds=60)
    made.bench.keep_statuses()
    minute(made)
    minute(made)

    assert events(made) == []


def test_what_stays_silent_after_a_pause_is_told_once_the_daemon_is_sure(made: Rig) -> None:
    minute(made)
    made.clock.advance(hours=1)
    others = [name for name in EVERY if name != "acme/edge2"]
    for _ in range(3):
        minute(made, *others)
        assert events(made) == []
    minute(made, *others)

    ((name, detail),) = events(made)
    assert name == "edge2"
    assert (detail["old"], detail["new"]) == ({"status": "up"}, {"status": "unknown"})


def test_since_when_it_is_so_is_carried_on(made: Rig, port: int) -> None:
    client = caller(made, port)
    minute(made)
    first = read(made, client)["devices"][0]
    minute(made, edge1=(LINK,))
    minute(made, edge1=(LINK,))
    edge1 = read(made, client)["devices"][0]

    assert first["since"] is None
    assert edge1["since"] == "2026-11-20T02:02:00Z"
    assert edge1["ports"][0]["since"] == "2026-11-20T02:02:00Z"


def test_two_daemons_that_judge_at_once_tell_a_change_once(made: Rig) -> None:
    """The second one had read what the first one then wrote over."""
    minute(made)
    database = made.bench._parts.database
    former = status_rows.read_summaries(database)
    minute(made, edge1=(LINK,))
    told = events(made)
    stale = [status.followed(one, one) for one in former.values()]
    written = status_rows.write_summaries(database, stale)

    assert (written.tenants, len(told)) == (0, 1)
    assert events(made) == told


def test_a_tenant_that_is_gone_has_no_status(made: Rig) -> None:
    made.bench.add_tenant("leaver", name="Leaver")
    minute(made)
    made.bench.retire_tenant("leaver")
    minute(made)

    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        assert session.query(ErpStatusRow).count() == 2


def test_what_is_another_s_by_now_is_not_shown_by_a_daemon_that_is_dead(
    made: Rig, port: int
) -> None:
    """And what came since is there, of which nothing is known."""
    client = caller(made, port)
    minute(made)
    made.clock.advance(hours=1)
    made.bench.set_port("umbra/core1", LINK, tenant="umbra")
    made.bench.retire_device("acme/edge2")
    made.bench.add_device(
        NewDevice(
            tenant="acme", site="fra1", hostname="new1", address="127.0.0.1", platform="cisco_ios"
        )
    )

    found = read(made, client)

    assert statuses(found) == {"edge1": "unknown", "new1": "unknown"}
    assert (found["ports"], found["age_s"], found["overall"]) == ([], 3600, "unknown")
    assert [one["observed_at"] for one in found["devices"]] == ["2026-11-20T02:01:00Z", None]


def second(made: Rig, client: Client, tenant: str = "acme") -> dict[str, Any]:
    """What is read in the next second."""
    made.clock.advance(seconds=1)
    return read(made, client, tenant)


def test_a_device_that_goes_is_not_up_until_the_next_look(made: Rig, port: int) -> None:
    client, owner = caller(made, port), caller(made, port, "umbra")
    minute(made)
    read(made, client), read(made, owner, "umbra")
    made.bench.retire_device("acme/edge2")
    made.bench.set_device("umbra/core2", status="planned")

    found, other = second(made, client), read(made, owner, "umbra")

    assert (statuses(found), found["overall"]) == ({"edge1": "up"}, "up")
    assert (found["counts"]["devices"], found["counts"]["up"]) == (1, 1)
    assert statuses(other) == {"core1": "up", "core3": "up"}


def test_a_device_that_comes_is_unknown_until_the_next_look(made: Rig, port: int) -> None:
    client = caller(made, port)
    minute(made)
    read(made, client)
    made.devices["acme/new1"] = made.bench.add_device(
        NewDevice(
            tenant="acme", site="fra1", hostname="new1", address="127.0.0.1", platform="cisco_ios"
        )
    )
    found = second(made, client)
    minute(made, *EVERY, "acme/new1")
    later = read(made, client)

    new1 = found["devices"][2]
    assert (new1["hostname"], new1["status"], new1["since"]) == ("new1", "unknown", None)
    assert (new1["reason"], new1["stale"]) == ("not judged yet", True)
    assert (found["overall"], found["counts"]["unknown"]) == ("unknown", 1)
    assert statuses(later)["new1"] == later["overall"] == "up"


def test_maintenance_and_names_are_those_of_now(made: Rig, port: int) -> None:
    client, owner = caller(made, port), caller(made, port, "umbra")
    minute(made, edge1=(LINK,))
    made.bench.set_device("acme/edge1", status="maintenance")
    made.bench.set_device("umbra/core1", status="maintenance")
    made.bench.rename_device("acme/edge2", "edge9")
    made.bench.rename_device("umbra/core1", "core9")

    found, other = second(made, client), read(made, owner, "umbra")
    made.bench.set_device("acme/edge1", status="active")
    back = second(made, client)
    made.clock.advance(hours=1)
    made.bench.set_device("acme/edge1", status="maintenance")
    dead = second(made, client)

    assert statuses(found) == {"edge1": "maintenance", "edge9": "up"}
    assert found["devices"][0]["reason"] == "in maintenance"
    assert (found["overall"], found["counts"]["maintenance"]) == ("up", 1)
    (link,) = found["ports"]
    assert (link["device"], link["maintenance"], link["state"]) == ("umbra/core9", True, "up")
    assert statuses(other)["core9"] == "maintenance"
    assert (statuses(back), back["overall"]) == ({"edge1": "degraded", "edge9": "up"}, "degraded")
    assert statuses(dead) == {"edge1": "maintenance", "edge9": "unknown"}


def test_what_leaves_maintenance_is_unknown_until_the_next_look(made: Rig, port: int) -> None:
    client = caller(made, port)
    made.bench.set_device("acme/edge2", status="maintenance")
    made.bench.set_device("umbra/core1", status="maintenance")
    minute(made, "acme/edge1", "umbra/core2", "umbra/core3")
    made.bench.set_device("acme/edge2", status="active")
    made.bench.set_device("umbra/core1", status="active")

    found = second(made, client)

    assert (statuses(found)["edge2"], found["overall"]) == ("unknown", "unknown")
    (link,) = found["ports"]
    assert (link["state"], link["reason"]) == ("unknown", "not judged yet")
    assert link["maintenance"] is False


def test_a_device_of_another_that_is_down_is_not_once_it_is_in_maintenance(
    made: Rig, port: int
) -> None:
    client = caller(made, port)
    others = [name for name in EVERY if name != "umbra/core1"]
    minute(made)
    for _ in range(3):
        made.clock.advance(seconds=60)
        answer(made, "umbra/core1", ping=100)
        answer(made, *others)
        made.bench.keep_statuses()
    assert read(made, client)["overall"] == "down"
    made.bench.set_device("umbra/core1", status="maintenance")

    found = second(made, client)

    (link,) = found["ports"]
    assert (link["state"], link["maintenance"], found["overall"]) == ("unknown", True, "up")


def test_a_port_that_is_another_s_by_now_is_shown_to_nobody_else(made: Rig, port: int) -> None:
    client, owner = caller(made, port), caller(made, port, "umbra")
    minute(made, core1=(LINK, OTHER))
    assert read(made, client)["overall"] == "degraded"
    core1 = made.devices["umbra/core1"].id
    assert [one["device_id"] for one in read(made, client)["ports"]] == [core1]
    made.bench.set_port("umbra/core1", LINK, tenant="umbra", watched=True)
    made.bench.set_port("umbra/core1", OTHER, tenant="acme", watched=True)

    customer, own = second(made, client), read(made, owner, "umbra")

    assert LINK not in {one["name"] for one in customer["ports"]}
    assert [(one["name"], one["state"]) for one in customer["ports"]] == [(OTHER, "unknown")]
    core1 = own["devices"][0]
    assert (core1["status"], core1["reason"]) == (
        "degraded",
        "a port that is for another tenant is down",
    )
    assert [(one["name"], one["reason"]) for one in core1["ports"]] == [(LINK, "not judged yet")]


def test_a_port_that_is_watched_no_more_degrades_nothing(made: Rig, port: int) -> None:
    client = caller(made, port)
    minute(made, edge1=(LINK,), core1=(LINK,))
    assert read(made, client)["overall"] == "degraded"
    made.bench.set_port("acme/edge1", LINK, watched=False)
    made.bench.set_port("umbra/core1", LINK, watched=False)

    found = second(made, client)
    made.bench.set_port("umbra/core1", LINK, watched=True)
    again = second(made, client)

    assert (statuses(found)["edge1"], found["overall"]) == ("up", "up")
    assert [one["name"] for one in found["devices"][0]["ports"]] == [OTHER]
    assert [(one["state"], one["watched"]) for one in found["ports"]] == [("down", False)]
    assert again["overall"] == "degraded"


def test_an_inventory_that_is_as_it_was_judged_is_not_read_again(
    made: Rig, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = caller(made, port)
    minute(made)
    read(made, client)  # what was pending has its number from here on
    minute(made)
    asked: list[str | None] = []
    read_ports = status_rows.read_ports

    def counted(database: Database, tenant_id: str | None = None) -> object:
        asked.append(tenant_id)
        return read_ports(database, tenant_id)

    monkeypatch.setattr(status_rows, "read_ports", counted)
    second(made, client)
    second(made, client)
    assert asked == []
    made.bench.rename_device("acme/edge1", "edge8")
    second(made, client)
    second(made, client)

    assert len(asked) == 1


def test_a_database_that_was_put_back_is_read_again(made: Rig, port: int) -> None:
    """Its numbers may be the same and mean something else."""
    client = caller(made, port)
    minute(made)
    read(made, client)
    minute(made)
    database = made.bench._parts.database
    with database.writing(ALL_TENANTS) as session:
        session.execute(
            update(DeviceRow).where(DeviceRow.hostname == "edge2").values(status="planned")
        )
        begin_anew(session.connection())

    assert statuses(second(made, client)) == {"edge1": "up"}


@pytest.mark.parametrize(("interval_s", "limit"), [("10", 180), ("60", 180), ("120", 360)])
def test_the_age_that_makes_stale_is_said(tmp_path: Path, interval_s: str, limit: int) -> None:
    settings = {"NETWB_METRICS__INTERVAL_S": interval_s}
    with rig(tmp_path, HOSTS, settings=settings) as made, serving(made.bench) as port:
        client = caller(made, port)
        made.bench.keep_statuses()
        made.clock.advance(seconds=limit - 1)
        fresh = read(made, client)
        stale = second(made, client)

    said = [(one["age_s"], one["stale"], one["stale_after_s"]) for one in (fresh, stale)]
    assert said == [(limit - 1, False, limit), (limit, True, limit)]
    assert stale["interval_s"] == int(interval_s)


def test_a_purged_tenant_leaves_no_name_in_the_status_of_others(made: Rig) -> None:
    minute(made)
    before = made.bench.erp_status("acme")
    made.bench.purge_tenant("umbra", reason="over")
    made.clock.advance(seconds=1)

    assert [one.device for one in before.ports] == ["umbra/core1"]
    assert made.bench.erp_status("acme").ports == ()
    assert not made.bench.erp_status("acme").stale


def test_a_tenant_without_anything_is_unknown_and_told_why(made: Rig, port: int) -> None:
    made.bench.add_tenant("bare", name="Bare")
    minute(made)

    found = read(made, caller(made, port, "bare"), "bare")

    assert (found["overall"], found["devices"], found["stale"]) == ("unknown", [], False)
    assert "no active device" in found["notes"][0]


def test_a_tenant_with_a_port_alone_is_as_its_port_is(made: Rig, port: int) -> None:
    made.bench.add_tenant("links", name="Links")
    made.bench.set_port("umbra/core1", OTHER, tenant="links", watched=True)
    client = caller(made, port, "links")
    minute(made)
    well = read(made, client, "links")
    minute(made, core1=(OTHER,))
    ill = read(made, client, "links")

    assert (well["overall"], ill["overall"]) == ("up", "degraded")
    assert ill["ports"][0]["reason"] == "ifOperStatus is down"


def test_names_that_hold_what_the_text_is_made_with_come_through(made: Rig, port: int) -> None:
    hostile = ['%d%s%%"age_s":-9007199254740993', "</script>\u202e\\u0000", 'age_s":%d,"x":"\'']
    seen = [
        SeenPort(name=name, alias="", if_index=n, if_type=6, speed_bps=None)
        for n, name in enumerate(hostile, 1)
    ]
    made.bench._parts.ports.sighted({made.devices["acme/edge2"].id: seen})
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(update(PortRow).values(watched=True))
    minute(made)

    edge2 = read(made, caller(made, port))["devices"][1]

    assert [one["name"] for one in edge2["ports"]] == hostile
    assert {one["age_s"] for one in edge2["ports"]} == {None}


def test_the_age_of_the_last_good_backup_and_the_percentile_with_its_time_are_told(
    made: Rig, port: int
) -> None:
    made.back_up("acme/edge1")
    made.bench.add_port_group(
        "acme", "50 %", commit_bps="5M", add_ports=[("acme/edge1", LINK), ("umbra/core1", LINK)]
    )
    made.clock.advance(hours=2)
    client = caller(made, port)
    assert read(made, client)["p95"] == {"as_of": None, "age_s": None, "groups": []}
    made.bench.keep_percentiles()
    minute(made)
    made.clock.advance(seconds=7)

    found = read(made, client)

    edge1, edge2 = found["devices"]
    assert (edge1["backup_at"], edge1["backup_age_s"]) == ("2026-11-20T02:00:00Z", 2 * 3600 + 67)
    assert edge2["backup_at"] is None
    assert (found["p95"]["as_of"], found["p95"]["age_s"]) == ("2026-11-20T04:00:00Z", 67)
    (group,) = found["p95"]["groups"]
    assert (group["name"], group["period"], group["commit_bps"]) == ("50 %", "2026-11", 5_000_000)
    assert (group["state"], group["p95_bps"]) == ("no_data", None)


def test_open_blackholes_of_the_tenant_are_those_of_this_second(made: Rig, port: int) -> None:
    minute(made)
    client = caller(made, port)
    assert read(made, client)["blackholes"] == []
    ids = {one.slug: one.id for one in made.bench.tenants()}
    at = made.clock()
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        for name, tenant, state in (
            ("b1", "acme", "announced"),
            ("b2", "acme", "expired"),
            ("b3", "umbra", "announced"),
        ):
            session.add(blackhole(name, ids[tenant], state, at))
    made.clock.advance(seconds=1)
    (one,) = read(made, client)["blackholes"]

    assert (one["id"], one["state"], one["prefix"]) == ("b1", "announced", "203.0.113.1/32")
    assert (one["expires_at"], one["held_until"]) == ("2026-11-20T02:11:00Z", None)


def test_a_held_one_says_until_when_it_waits_and_is_denied_then(made: Rig, port: int) -> None:
    """Its own end would be over before: nothing of it has begun."""
    minute(made)
    client = caller(made, port)
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="approve")
    made.bench.add_trigger("acme/edge1", max_routes=9)
    (acme,) = (one.id for one in made.bench.tenants() if one.slug == "acme")
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.add(blackhole("b9", acme, "held", made.clock()))
    made.clock.advance(minutes=29)
    engine = made.bench._new_engine()
    engine.turn()
    (held,) = read(made, client)["blackholes"]
    made.clock.advance(minutes=1)
    engine.turn()
    after = read(made, client)["blackholes"]
    engine.leave()

    assert (held["state"], held["expires_at"]) == ("held", None)
    assert held["held_until"] == "2026-11-20T02:31:00Z"
    assert after == []


def blackhole(name: str, tenant_id: str, state: str, at: datetime) -> BlackholeRow:
    return BlackholeRow(
        id=name,
        tenant_id=tenant_id,
        version=1,
        network=f"203.0.113.{name[1:]}/32",
        state=state,
        alarm=False,
        machine=False,
        customer=False,
        manual=True,
        break_glass=False,
        direction="incoming",
        requested_by="ana",
        reason="flood",
        requested_at=at,
        answer="allow",
        reasons=[],
        reach="edge",
        commands={},
        expires_at=at + timedelta(minutes=10),
    )


def test_where_polls_come_more_seldom_it_is_judged_as_often_and_not_each_minute(
    tmp_path: Path,
) -> None:
    with rig(tmp_path, HOSTS, settings={"NETWB_METRICS__INTERVAL_S": "300"}) as made:
        judged = []
        for _ in range(11):
            judged.append(made.bench.keep_statuses().tenants)
            made.clock.advance(seconds=60)

    assert judged == [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2]


def test_the_percentile_is_the_one_of_the_bill(made: Rig, port: int) -> None:
    (link,) = made.bench.ports(WherePort(device="acme/edge1", name=LINK))
    count(made.bench, link, until=made.clock(), minutes=600)
    made.bench.add_port_group("acme", "transit", commit_bps="50M", add_ports=[("acme/edge1", LINK)])
    made.bench.keep_percentiles()

    (group,) = read(made, caller(made, port))["p95"]["groups"]
    (billed,) = made.bench.bill("acme").groups

    assert billed.billed is not None
    assert (group["p95_bps"], group["direction"]) == (billed.billed.bps, billed.billed.direction)
    assert group["overage_bps"] == billed.overage_bps == billed.billed.bps - 50_000_000
    assert (group["windows"], group["state"]) == (billed.present, "reckoned")
