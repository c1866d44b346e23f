"""The inventory of a tenant over REST: a copy that follows it misses nothing, and sees nobody else's."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from netwb.access.records import NewToken
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.ports.text import alias_of
from netwb.roles import Permission, Role
from netwb.web.erp_shapes import ErpDeviceAnswer, ErpInventoryAnswer, ErpPortAnswer
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.views.hostile import HOSTILE
from tests.web.erp_copy import Copy
from tests.web.rest import Client, Reply, serving
from tests.workbench.people import add

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1", "edge2", "edge3"), "umbra": ("core1",)}
FIELDS = ("contract_ref", "circuit_ref", "circuit_ref")  # of `paths`


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """acme's edge1 has two ports, and acme one on umbra's core1, which has another."""
    with rig(tmp_path, HOSTS) as one:
        see(one, "acme/edge1", "ge-0/0/0", "ge-0/0/1")
        see(one, "umbra/core1", "xe-0/0/0", "xe-0/0/1")
        one.bench.set_port("umbra/core1", "xe-0/0/0", tenant="acme", circuit_ref="CIR-1")
        yield one


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def see(made: Rig, device: str, *names: str) -> None:
    seen = [
        SeenPort(name=name, alias="", if_index=n, if_type=6, speed_bps=10**9)
        for n, name in enumerate(names, 1)
    ]
    made.bench._parts.ports.sighted({made.devices[device].id: seen})


def caller(made: Rig, port: int, role: Role = Role.ENGINEER, *allow: Permission) -> Client:
    """Of acme alone."""
    name = f"{role}-{len(made.bench.tokens())}"
    add(made, name, role, "acme")
    token = NewToken(user=name, days=1, allow=allow or None)
    return Client(port=port, token=made.bench.issue_token(token).secret)


def tenant_id(made: Rig, slug: str = "acme") -> str:
    return next(one.id for one in made.bench.tenants() if one.slug == slug)


@pytest.fixture
def copy(made: Rig, port: int) -> Copy:
    return Copy(client=caller(made, port), tenant_id=tenant_id(made), limit=2)


def names(copy: Copy) -> set[str]:
    return {one["hostname"] for one in copy.devices.values()}


def test_the_whole_inventory_is_the_tenants_devices_and_its_ports_on_anybodys(copy: Copy) -> None:
    copy.follow()

    assert names(copy) == {"edge1", "edge2", "edge3"}
    edge1 = next(one for one in copy.devices.values() if one["hostname"] == "edge1")
    assert [one["name"] for one in edge1["ports"]] != []
    assert {one["name"] for one in edge1["ports"]} == {"ge-0/0/0", "ge-0/0/1"}
    assert [(one["device"], one["name"]) for one in copy.ports.values()] == [
        ("umbra/core1", "xe-0/0/0")
    ]
    assert copy.told == 4


def test_every_page_is_as_its_model_says(copy: Copy) -> None:
    page = copy.page(limit="1000", count="true")

    assert ErpInventoryAnswer.model_validate(page).total == 3
    for item in page["items"]:
        ErpDeviceAnswer.model_validate(item)
    for item in page["ports"]:
        ErpPortAnswer.model_validate(item)


def test_a_copy_follows_what_changes_and_drops_what_goes(made: Rig, copy: Copy) -> None:
    copy.follow()
    bench, before = made.bench, copy.told
    bench.set_device("acme/edge1", contract_ref="C-1")
    bench.retire_device("acme/edge2")
    bench.rename_device("umbra/core1", "core9")
    copy.follow()

    assert copy.told - before == 3
    assert names(copy) == {"edge1", "edge3"}
    assert {one["contract_ref"] for one in copy.devices.values()} == {"C-1", None}
    assert [one["device"] for one in copy.ports.values()] == ["umbra/core9"]

    bench.set_port("umbra/core9", "xe-0/0/0", tenant=None)
    bench.set_port("umbra/core9", "xe-0/0/1", tenant="acme")
    copy.follow()

    assert [one["name"] for one in copy.ports.values()] == ["xe-0/0/1"]

    bench.retire_device("umbra/core9")
    copy.follow()

    assert copy.ports == {}


def test_a_port_goes_with_the_tenant_whose_device_it_was_on(made: Rig, copy: Copy) -> None:
    copy.follow()
    assert copy.ports
    made.bench.purge_tenant("umbra", reason="left")
    copy.follow()

    assert copy.ports == {}


def test_an_unchanged_inventory_is_told_by_its_tag_alone(made: Rig, copy: Copy) -> None:
    first = copy.ask()
    again = copy.client.get(
        f"/erp/inventory/{copy.tenant_id}", **{"If-None-Match": first.headers["etag"]}
    )
    made.bench.set_device("umbra/core1", model="ASR")
    others = copy.client.get(
        f"/erp/inventory/{copy.tenant_id}", **{"If-None-Match": first.headers["etag"]}
    )
    made.bench.set_device("acme/edge1", model="ASR")
    changed = copy.client.get(
        f"/erp/inventory/{copy.tenant_id}", **{"If-None-Match": first.headers["etag"]}
    )

    assert (again.status, again.body) == (304, b"")
    assert others.status == 304
    assert changed.status == 200


def test_the_tag_covers_query_media_type_and_what_the_caller_may_see(
    made: Rig, port: int, copy: Copy
) -> None:
    path = f"/erp/inventory/{copy.tenant_id}"
    customer = caller(made, port, Role.CUSTOMER)
    tags = [
        copy.client.get(path).headers["etag"],
        copy.client.get(f"{path}?limit=7").headers["etag"],
        copy.client.get(f"{path}?site=fra1").headers["etag"],
        copy.client.get(path, Accept="text/csv").headers["etag"],
        customer.get(path).headers["etag"],
    ]

    assert len(set(tags)) == len(tags)


def test_an_address_is_shown_to_who_may_see_it_and_refused_to_who_asks_without(
    made: Rig, port: int
) -> None:
    path = f"/erp/inventory/{tenant_id(made)}"
    customer, engineer = caller(made, port, Role.CUSTOMER), caller(made, port)
    asked = customer.get(f"{path}?fields=id,address")

    assert all("address" not in one for one in customer.get(path).items)
    assert {one["address"] for one in engineer.get(path).items} == {"127.0.0.1"}
    assert asked.status == 403
    assert "inventory.address" in asked.json["detail"]


def test_only_the_fields_that_are_asked_for_come_and_an_unknown_one_is_named(copy: Copy) -> None:
    few = copy.page(fields="hostname,contract_ref")
    wrong = copy.ask(fields="hostname,password")

    assert {frozenset(one) for one in few["items"]} == {
        frozenset({"id", "hostname", "contract_ref"})
    }
    assert few["ports"] == []
    assert wrong.status == 400
    assert wrong.json["errors"][0]["parameter"] == "fields"


def test_filters_narrow_and_what_leaves_them_is_removed(made: Rig, copy: Copy) -> None:
    made.bench.set_device("acme/edge1", role="pe")
    begun = copy.page(role="pe")
    made.bench.set_device("acme/edge1", role="access")
    after = copy.page(role="pe", updated_since=begun["sequence"])

    assert [one["hostname"] for one in begun["items"]] == ["edge1"]
    assert begun["ports"] == []
    assert after["items"] == []
    assert [one["id"] for one in after["removed"]] == [begun["items"][0]["id"]]


def test_devices_come_by_hostname_where_that_is_asked(made: Rig, copy: Copy) -> None:
    made.bench.rename_device("acme/edge1", "zz1")
    copy.limit = 1
    seen: list[str] = []
    page = copy.page(sort="hostname", limit="1", fields="hostname")
    while True:
        seen += [one["hostname"] for one in page["items"]]
        if not page["next"]:
            break
        page = copy.page(sort="hostname", limit="1", fields="hostname", cursor=page["next"])

    assert seen == ["edge2", "edge3", "zz1"]


def test_what_is_planned_comes_where_it_is_asked_for(made: Rig, copy: Copy) -> None:
    made.bench.set_device("acme/edge3", status="planned")

    planned = copy.page(status="planned")
    assert [one["hostname"] for one in planned["items"]] == ["edge3"]
    assert planned["ports"] == [], "of the ports elsewhere none is on a planned device"
    copy.follow()
    assert names(copy) == {"edge1", "edge2"}


def test_a_time_is_taken_with_five_minutes_overlap(made: Rig, copy: Copy) -> None:
    made.clock.advance(hours=1)
    made.bench.set_device("acme/edge1", model="ASR")
    at = made.clock.now

    def since(moved: timedelta) -> list[str]:
        page = copy.page(updated_since=(at + moved).isoformat(), limit="100")
        return [one["hostname"] for one in page["items"]]

    assert since(timedelta(minutes=4)) == ["edge1"]
    assert since(timedelta(minutes=6)) == []


@pytest.mark.parametrize("since", ["soon", "-1", "1", "x.1", "11ndm3zf95rtxmf6.-1"])
def test_what_is_no_sequence_and_no_time_is_refused(copy: Copy, since: str) -> None:
    reply = copy.ask(updated_since=since)

    assert reply.status == 400
    assert reply.json["errors"][0]["parameter"] == "updated_since"
    assert "sequence" in reply.json["detail"]


def test_a_sequence_of_another_life_of_the_database_says_to_begin_anew(copy: Copy) -> None:
    epoch, _, number = copy.page()["sequence"].partition(".")
    other = copy.ask(updated_since=f"{'0' * len(epoch)}.{number}")
    ahead = copy.ask(updated_since=f"{epoch}.{int(number) + 1}")

    assert (other.status, ahead.status) == (410, 410)
    assert "without `updated_since`" in ahead.json["detail"]


def test_a_foreign_tenant_an_unknown_one_and_nonsense_read_alike(made: Rig, copy: Copy) -> None:
    def told(tenant: str) -> tuple[int, str, str]:
        reply = copy.client.get(f"/erp/inventory/{tenant}")
        return reply.status, reply.json["title"], reply.json["detail"]

    assert told(tenant_id(made, "umbra")) == told("nobody") == told("%00") == told("a" * 300)
    assert told("nobody")[0] == 404


def test_a_cursor_of_another_filter_or_caller_is_refused(made: Rig, port: int, copy: Copy) -> None:
    cursor = copy.page(limit="1")["next"]
    elsewhere = copy.ask(limit="1", site="fra1", cursor=cursor)
    stranger = Copy(client=caller(made, port), tenant_id=copy.tenant_id)
    theirs = stranger.ask(limit="1", cursor=cursor)

    assert (elsewhere.status, theirs.status) == (400, 400)


def test_a_csv_has_a_row_a_thing_and_opens_nothing_in_a_spreadsheet(made: Rig, copy: Copy) -> None:
    made.bench.set_device("acme/edge1", contract_ref="=1+1")
    asked = urlencode({"limit": 1})
    reply = copy.client.get(f"/erp/inventory/{copy.tenant_id}?{asked}", Accept="text/csv")
    path = f"/erp/inventory/{copy.tenant_id}"
    whole = copy.client.get(f"{path}?count=true", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(whole.body.decode())))

    assert [row["kind"] for row in rows].count("device") == 3
    assert {row["hostname"] for row in rows if row["kind"] == "port"} == {"edge1", "umbra/core1"}
    assert "'=1+1" in {row["contract_ref"] for row in rows}
    assert 'rel="next"' in reply.headers["link"]
    assert reply.headers["netwb-sequence"] == copy.page()["sequence"]
    assert "link" not in whole.headers
    assert whole.headers["netwb-total"] == "3"
    assert {row["watched"] for row in rows if row["kind"] == "port"} == {"false"}
    assert all(row["etag"] for row in rows)


def test_what_a_device_says_of_itself_stays_text_in_json_csv_and_headers(
    made: Rig, copy: Copy
) -> None:
    texts = [*HOSTILE, "=cmd()", "+1", "x" * 4096, "two\nlines"]
    aliases = [alias_of(text.encode("utf-8", "surrogatepass")) for text in texts]  # as polls do
    seen = [
        SeenPort(name=f"ge-0/1/{n}", alias=alias, if_index=n, if_type=6, speed_bps=10**9)
        for n, alias in enumerate(aliases, 10)
    ]
    made.bench._parts.ports.sighted({made.devices["acme/edge2"].id: seen})
    path = f"/erp/inventory/{copy.tenant_id}"
    whole = copy.client.get(path)
    table = copy.client.get(path, Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    (edge2,) = (one for one in whole.items if one["hostname"] == "edge2")

    assert whole.body.isascii()
    assert whole.headers["content-type"] == "application/json"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert [one["alias"] for one in edge2["ports"]] == aliases
    assert len(rows) == 3 + 2 + 1 + len(texts)
    assert all(not row["alias"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    headers = " ".join((*whole.headers.values(), *table.headers.values()))
    assert all(" " <= character <= "~" for character in headers)


def test_a_filter_of_hostile_text_breaks_no_header(made: Rig, copy: Copy) -> None:
    wanted = 'C\r\nSet-Cookie: x=1\u202e"<>'
    made.bench.set_device("acme/edge1", contract_ref='C 1,";<>')
    for text in (wanted, 'C 1,";<>'):
        asked = urlencode({"contract_ref": text, "limit": 1})
        reply = copy.client.get(f"/erp/inventory/{copy.tenant_id}?{asked}", Accept="text/csv")
        assert reply.status == 200
        assert "set-cookie" not in reply.headers


# ---- what an ERP writes


def refer(client: Client, path: str, document: object, *, tag: str = "*", key: str = "") -> Reply:
    headers = {"If-Match": tag, **({"Idempotency-Key": key} if key else {})}
    return client.ask("PATCH", f"/api/v1{path}", document=document, headers=headers)


def paths(made: Rig) -> tuple[str, str, str]:
    """Of edge1, of its port, and of acme's port on umbra's device."""
    base = f"/erp/inventory/{tenant_id(made)}"
    own = made.bench.port("acme/edge1", "ge-0/0/0").id
    elsewhere = made.bench.port("umbra/core1", "xe-0/0/0").id
    return (
        f"{base}/devices/{made.devices['acme/edge1'].id}",
        f"{base}/ports/{own}",
        f"{base}/ports/{elsewhere}",
    )


def test_a_reference_is_written_on_what_is_as_it_was_read(made: Rig, port: int) -> None:
    client = caller(made, port, Role.ENGINEER, Permission.INVENTORY_VIEW, Permission.REFERENCE_EDIT)
    for path, field in zip(
        paths(made), ("contract_ref", "circuit_ref", "circuit_ref"), strict=True
    ):
        seen = client.get(path)
        tag = seen.headers["etag"]
        done = refer(client, path, {field: "R-1"}, tag=tag)
        stale = refer(client, path, {field: "R-2"}, tag=tag)

        assert (done.status, done.json[field]) == (200, "R-1")
        assert done.headers["etag"] != tag
        assert stale.status == 412
        assert client.get(path).json[field] == "R-1"
        assert refer(client, path, {field: None}, tag=done.headers["etag"]).json[field] is None
    assert made.bench.port("acme/edge1", "ge-0/0/0").circuit_ref is None


def test_without_a_tag_nothing_is_written(made: Rig, port: int) -> None:
    path = paths(made)[0]
    reply = caller(made, port).ask("PATCH", f"/api/v1{path}", document={"contract_ref": "R-1"})

    assert reply.status == 428
    assert made.bench.device("acme/edge1").contract_ref is None


@pytest.mark.parametrize("tag", ['W/"x-1"', '"x"', '"x-99999999999999999999"', '"-1"', '""'])
def test_what_is_no_tag_of_this_thing_matches_nothing(made: Rig, port: int, tag: str) -> None:
    for path, field in zip(paths(made), FIELDS, strict=True):
        assert refer(caller(made, port), path, {field: "R"}, tag=tag).status == 412


def test_a_tag_without_its_quotes_is_told_how_it_is_written(made: Rig, port: int) -> None:
    client, path = caller(made, port), paths(made)[0]
    reply = refer(client, path, {"contract_ref": "R"}, tag=client.get(path).json["etag"])

    assert reply.status == 400
    assert reply.json["errors"][0]["parameter"] == "If-Match"
    assert "double quotes" in reply.json["detail"]


def test_each_port_of_a_device_has_a_tag_of_its_own(copy: Copy) -> None:
    copy.follow()
    edge1 = next(one for one in copy.devices.values() if one["hostname"] == "edge1")
    base = f"/erp/inventory/{copy.tenant_id}/ports"
    done = [
        refer(copy.client, f"{base}/{one['id']}", {"circuit_ref": "R"}, tag=f'"{one["etag"]}"')
        for one in edge1["ports"]
    ]

    assert [reply.status for reply in done] == [200, 200]
    assert [copy.client.get(f"{base}/{one['id']}").json for one in edge1["ports"]] == [
        reply.json for reply in done
    ]


def test_nothing_else_of_a_device_can_be_written(made: Rig, port: int) -> None:
    client, (path, own, _) = caller(made, port), paths(made)
    for wrong in (
        {"contract_ref": "R", "hostname": "x"},
        {"status": "retired"},
        {},
        {"contract_ref": 7},
    ):
        assert refer(client, path, wrong).status == 422, wrong
    assert refer(client, own, {"circuit_ref": "R", "tenant": "umbra"}).status == 422
    assert made.bench.device("acme/edge1").contract_ref is None


def test_a_repeat_with_its_key_is_done_once_and_another_with_it_is_refused(
    made: Rig, port: int
) -> None:
    client, path = caller(made, port), paths(made)[0]
    tag = client.get(path).headers["etag"]
    first = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    again = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    other = refer(client, path, {"contract_ref": "R-2"}, key="k1")
    audited = [one for one in made.bench.audit_events() if one.action == "device.set"]

    assert (first.status, again.status) == (200, 200)
    assert first.json == again.json
    assert other.status == 422
    assert len(audited) == 1


def test_a_repeat_is_answered_as_the_first_time_whatever_came_since(made: Rig, port: int) -> None:
    client, path = caller(made, port), paths(made)[0]
    tag = client.get(path).headers["etag"]
    first = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    refer(client, path, {"contract_ref": "R-2"})
    again = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    fresh = refer(
        client, path, {"contract_ref": "R-1"}, tag=client.get(path).headers["etag"], key="k1"
    )

    assert (again.status, again.json) == (200, first.json)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert fresh.status == 422, "another tag is another request"
    assert client.get(path).json["contract_ref"] == "R-2"


def test_a_token_that_takes_over_goes_on_with_cursor_and_key(made: Rig, port: int) -> None:
    add(made, "erp", Role.ENGINEER, "acme")
    issued = made.bench.issue_token(NewToken(user="erp", days=30))
    client, path = Client(port=port, token=issued.secret), paths(made)[0]
    base = f"/erp/inventory/{tenant_id(made)}"
    cursor = client.get(f"{base}?limit=1").json["next"]
    tag = client.get(path).headers["etag"]
    first = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    client.token = made.bench.rotate_token(issued.token.id).issued.secret

    assert client.get(f"{base}?limit=1&cursor={cursor}").status == 200
    again = refer(client, path, {"contract_ref": "R-1"}, tag=tag, key="k1")
    assert (again.status, again.json) == (200, first.json)


def test_a_key_is_forgotten_where_nothing_was_written(made: Rig, port: int) -> None:
    client, path = caller(made, port), paths(made)[0]
    refused = refer(client, path, {"contract_ref": "R-1"}, tag='"x-0"', key="k1")
    done = refer(client, path, {"contract_ref": "R-1"}, key="k1")

    assert (refused.status, done.status) == (412, 200)
    assert done.json["contract_ref"] == "R-1"


def test_who_may_read_alone_is_told_which_right_is_missing(made: Rig, port: int) -> None:
    reader = caller(made, port, Role.CUSTOMER)
    reply = refer(reader, paths(made)[0], {"contract_ref": "R-1"})

    assert reply.status == 403
    assert "reference.edit" in reply.json["detail"]


def test_a_foreign_thing_and_an_unknown_one_are_written_alike(made: Rig, port: int) -> None:
    client, base = caller(made, port), f"/erp/inventory/{tenant_id(made)}"
    foreign = made.devices["umbra/core1"].id
    theirs = made.bench.port("umbra/core1", "xe-0/0/1").id

    def told(path: str, field: str) -> tuple[int, str]:
        reply = refer(client, path, {field: "R"})
        return reply.status, reply.json["detail"]

    assert told(f"{base}/devices/{foreign}", "contract_ref") == told(
        f"{base}/devices/x", "contract_ref"
    )
    assert told(f"{base}/ports/{theirs}", "circuit_ref") == told(f"{base}/ports/x", "circuit_ref")
    assert told(f"{base}/ports/x", "circuit_ref")[0] == 404


# ---- while others write


def test_a_copy_misses_nothing_while_four_write(made: Rig, copy: Copy) -> None:
    bench, done = made.bench, threading.Event()

    def write(number: int) -> None:
        device = f"acme/edge{number % 3 + 1}"
        for turn in range(12):
            bench.set_device(device, contract_ref=f"C-{number}-{turn}")
        bench.set_port("acme/edge1", f"ge-0/0/{number % 2}", circuit_ref=f"CIR-{number}")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]

    def follow() -> None:
        while not done.is_set():
            copy.follow()

    follower = threading.Thread(target=follow)
    follower.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    follower.join()
    copy.follow()
    fresh = Copy(client=copy.client, tenant_id=copy.tenant_id, limit=100)
    fresh.follow()

    assert copy.devices == fresh.devices
    assert copy.ports == fresh.ports


def test_an_erp_and_an_engineer_who_write_the_same_never_wait_in_a_ring(
    made: Rig, port: int
) -> None:
    """Each takes the thing first, and then what is noted of it."""
    client, (device, own, elsewhere) = caller(made, port), paths(made)
    wrong: list[str] = []

    def refer_all() -> None:
        for turn in range(12):
            for path, field in zip((device, own, elsewhere), FIELDS, strict=True):
                reply = refer(client, path, {field: f"E-{turn}"})
                if reply.status != 200:
                    wrong.append(reply.body.decode())

    def edit_all() -> None:
        for turn in range(12):
            made.bench.set_device("acme/edge1", contract_ref=f"N-{turn}")
            made.bench.set_port("acme/edge1", "ge-0/0/0", circuit_ref=f"N-{turn}")
            made.bench.set_port("umbra/core1", "xe-0/0/0", circuit_ref=f"N-{turn}")

    threads = [threading.Thread(target=work) for work in (refer_all, edit_all, refer_all)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
