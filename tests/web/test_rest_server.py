"""REST over real HTTP: what one tenant's people ask, and every way to ask wrongly."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from netwb.access.records import NewToken, NewUser, Origin, UserChanges
from netwb.errors import HomeError
from netwb.roles import Permission, Role
from netwb.workbench import Workbench
from tests.benches import Rig, ios, ios_text, rig
from tests.web.rest import MAX_BODY_BYTES, Client, Reply, serving

PASSWORD = "Long-Enough-For-Nobody-77"
HERE = Origin(address="127.0.0.1")
PROXIED = {"X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """acme/edge1 with six revisions, acme/edge2 with one, and a person of each role."""
    with rig(tmp_path_factory.mktemp("rest"), {"acme": ("edge1", "edge2")}) as opened:
        for night in range(6):
            by = "ben" if night % 2 else "ana"
            text = ios("edge1", by=by, at=opened.clock.now, ntp=f"192.0.2.{60 + night}")
            opened.answer("acme/edge1", text)
            opened.back_up()
            opened.clock.advance(days=1)
        for role in Role:
            opened.bench.add_user(NewUser(name=role, role=role, tenants=None, password=PASSWORD))
        yield opened


@pytest.fixture(scope="module")
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def token(made: Rig, role: Role, **how: Any) -> str:
    return made.bench.issue_token(NewToken(user=role, days=30, **how)).secret


@pytest.fixture(scope="module")
def ana(made: Rig, port: int) -> Client:
    return Client(port=port, token=token(made, Role.ENGINEER), headers=PROXIED)


@pytest.fixture(scope="module")
def viewer(made: Rig, port: int) -> Client:
    return Client(port=port, token=token(made, Role.VIEWER), headers=PROXIED)


@pytest.fixture(scope="module")
def edge1(made: Rig) -> str:
    return made.devices["acme/edge1"].id


# Reading


def test_a_history_has_the_shape_of_the_contract(ana: Client, edge1: str) -> None:
    found = ana.get(f"/backup/history/{edge1}").json

    assert found["next"] is None
    assert len(found["items"]) == 6
    assert found["items"][0].keys() == {"id", "at", "author", "message", "added", "removed", "size"}
    assert [item["at"] for item in found["items"]] == [
        f"2026-11-{day}T02:00:00Z" for day in range(25, 19, -1)
    ]
    assert found["items"][0]["author"] == "ben"


def test_pages_of_a_history_join_without_gap_or_repeat(ana: Client, edge1: str) -> None:
    whole = [item["id"] for item in ana.get(f"/backup/history/{edge1}").items]

    assert [item["id"] for item in pages(ana, f"/backup/history/{edge1}?limit=4")] == whole
    assert [item["id"] for item in pages(ana, f"/backup/history/{edge1}?limit=3")] == whole


def test_what_is_stored_meanwhile_moves_no_page(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made, serving(made.bench) as port:
        made.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None))
        secret = made.bench.issue_token(NewToken(user="ana", days=1)).secret
        client, path = Client(port=port, token=secret), "/backup/history/acme%2Fedge1?limit=2"
        for night in range(4):
            made.answer("acme/edge1", ios("edge1", ntp=f"192.0.2.{night}"))
            made.back_up()
        whole = [revision.id for revision in made.bench.history("edge1")]

        first = client.get(path).json
        made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
        made.back_up()
        second = client.get(f"{path}&cursor={first['next']}").json

        assert [item["id"] for item in (*first["items"], *second["items"])] == whole


def pages(client: Client, path: str) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = client.get(f"{path}{cursor}").json
        found += answer["items"]
        if answer["next"] is None:
            return found
        assert answer["items"]
        assert len(found) < 1000, "the pages go round in a circle"
        cursor = f"&cursor={answer['next']}"


@pytest.mark.parametrize("name", ["changes?since=30d", "search?text=ntp&when=ever"])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_of_every_list_join(name: str, limit: int, ana: Client) -> None:
    whole = ana.get(f"/backup/{name}&limit=1000").items

    assert len(whole) >= 7
    assert pages(ana, f"/backup/{name}&limit={limit}") == whole


def test_a_text_comes_raw_byte_for_byte(ana: Client, edge1: str, made: Rig) -> None:
    reply = ana.get(f"/backup/history/{edge1}/latest", Accept="text/plain")

    assert reply.headers["content-type"].startswith("text/plain")
    assert reply.body == made.bench.show("edge1")
    assert b"060506324F41" not in reply.body  # its secrets stay in the vault


def test_a_text_comes_as_json_with_its_revision(ana: Client, edge1: str, made: Rig) -> None:
    found = ana.get(f"/backup/history/{edge1}/latest~1").json

    assert found["text"].encode() == made.bench.show("edge1@latest~1")
    assert found["id"] == made.bench.history("edge1")[1].id
    assert found["device_id"] == edge1


def test_a_text_that_the_caller_has_is_not_sent_again(ana: Client, edge1: str) -> None:
    path = f"/backup/history/{edge1}/latest"
    tag = ana.get(path, Accept="text/plain").headers["etag"]

    again = ana.get(path, Accept="text/plain", **{"If-None-Match": tag})
    other = ana.get(path, Accept="application/json", **{"If-None-Match": tag})

    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    assert other.status == 200


def test_a_difference_has_the_shape_of_the_command(ana: Client, edge1: str, made: Rig) -> None:
    found = ana.get(f"/backup/diff?old={edge1}@latest~1&new={edge1}@latest").json

    assert found == made.bench.diff("edge1", words="lines").as_json()
    assert (found["added"], found["removed"]) == (1, 1)


def test_without_old_it_is_what_changed_with_new(ana: Client, edge1: str) -> None:
    one = ana.get(f"/backup/diff?new={edge1}").json

    assert one == ana.get(f"/backup/diff?old={edge1}@latest~1&new={edge1}@latest").json


def test_before_a_first_revision_there_was_nothing(ana: Client, edge1: str, made: Rig) -> None:
    found = ana.get(f"/backup/diff?new={edge1}@latest~5").json

    text = made.bench.show("edge1@latest~5").decode()
    lines = [line for hunk in found["hunks"] for line in hunk["lines"]]
    assert (found["old"], found["removed"], found["added"]) == ("", 0, len(lines))
    assert "".join(f"{line['text']}\n" for line in lines) == text
    assert {line["kind"] for line in lines} == {"added"}


def test_git_applies_the_patch(ana: Client, edge1: str, made: Rig, tmp_path: Path) -> None:
    archive = made.bench.home / "archive" / "acme.git"
    subprocess.run(["git", "clone", "-q", str(archive), "acme"], cwd=tmp_path, check=True)
    path = tmp_path / "acme" / "fra1" / "edge1.cfg"

    patch = ana.get(
        f"/backup/diff?old={edge1}@latest~3&new={edge1}@latest", Accept="text/x-diff"
    ).body
    for way, revision in ((["-R"], "latest~3"), ([], "latest")):
        subprocess.run(["git", "apply", *way], input=patch, cwd=tmp_path / "acme", check=True)

        assert path.read_bytes() == made.bench.show(f"edge1@{revision}")


def test_a_side_without_a_revision_is_its_newest_one(ana: Client, edge1: str) -> None:
    one = ana.get(f"/backup/diff?old={edge1}&new={edge1}@latest~1")

    assert one.status == 200
    assert one.json == ana.get(f"/backup/diff?old={edge1}@latest&new={edge1}@latest~1").json


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_time_that_is_none_is_told_with_its_parameter(name: str, ana: Client) -> None:
    said = ana.get(f"/backup/changes?{urlencode({'since': '1d', name: 'nonsense'})}")

    assert said.status == 400
    (error,) = said.json["errors"]
    assert error["parameter"] == name
    assert error["detail"].startswith("is no time; write ")


def test_devices_are_listed_with_their_ids_page_by_page(ana: Client, made: Rig, edge1: str) -> None:
    names: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        reply = ana.get(f"/backup/devices?limit=1{cursor and f'&cursor={cursor}'}")
        names += [(item["id"], item["hostname"]) for item in reply.items]
        cursor = reply.json["next"]

    own = [(device.id, device.hostname) for device in made.bench.where(tenant="acme").devices()]
    assert [item for item in names if item in own] == own
    assert [i["id"] for i in ana.get("/backup/devices?tenant=acme&hostname=edge1").items] == [edge1]
    assert ana.get("/backup/devices?status=retired").items == []
    assert ana.get("/backup/devices?status=gone").status == 400


def test_changes_are_narrowed_by_time_person_and_place(ana: Client) -> None:
    assert len(ana.get("/backup/changes?since=2026-11-21T00:00:00Z").items) == 5
    assert len(ana.get("/backup/changes?since=30d&until=2026-11-20T03:00:00Z").items) == 2
    assert {c["author"] for c in ana.get("/backup/changes?since=30d&by=ben").items} == {"ben"}
    assert len(ana.get("/backup/changes?since=30d&tenant=acme&site=fra1").items) == 7
    assert {c["author"] for c in ana.get("/backup/changes?since=30d&author=ben").items} == {"ben"}
    assert len(ana.get(f"/backup/changes?{urlencode({'since': '30 days ago'})}").items) == 7
    assert ana.get("/backup/changes?since=30d&by=nobody").items == []


@pytest.mark.parametrize("named", ["{id}", "edge1", "acme%2Fedge1"])
def test_changes_of_one_device_are_asked_by_its_id_or_name(
    named: str, ana: Client, edge1: str
) -> None:
    path = f"/backup/changes?since=30d&device={named.format(id=edge1)}"

    assert {change["hostname"] for change in ana.get(path).items} == {"edge1"}
    assert len(ana.get(path).items) == 6


def test_a_name_with_a_bare_slash_is_told_how_it_is_written(ana: Client, edge1: str) -> None:
    bare = ana.get("/backup/history/acme/edge1")
    deeper = ana.get("/backup/history/acme/edge1/latest")

    assert (bare.status, deeper.status) == (404, 404)
    assert f"/api/v1/backup/history/{edge1}" in bare.json["detail"]
    assert "/api/v1/backup/history/acme%2Fedge1" in bare.json["detail"]
    assert ana.get("/backup/history/acme%2Fedge1").status == 200
    assert "a slash within a name is %2F" in deeper.json["detail"]
    assert "%2F" not in ana.get("/backup/history/acme/edge9").json["detail"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("match=word&text=192.0.2.6", 0),
        ("match=word&text=192.0.2.65", 1),
        ("match=pattern&text=%5Entp%20server%20192.0.2.65%24", 1),
        ("text=192.0.2.65&by=ben", 1),
        ("text=192.0.2.65&by=ana", 0),
        ("text=192.0.2.65&author=ana", 0),
    ],
)
def test_a_search_by_word_pattern_or_person(query: str, found: int, ana: Client) -> None:
    assert len(ana.get(f"/backup/search?{query}").items) == found


def test_a_search_says_where_since_when_and_by_whom(ana: Client) -> None:
    (hit,) = ana.get("/backup/search?text=192.0.2.65").items
    gone = ana.get("/backup/search?text=192.0.2.61&when=ever").items

    assert (hit["hostname"], hit["author"], hit["until"]) == ("edge1", "ben", None)
    assert [h["until"] for h in gone] == ["2026-11-22T02:00:00Z"]


@pytest.mark.parametrize("text", ["(a+)+$", "[", "%", "_", "\\", "'; DROP TABLE revision; --", "*"])
def test_a_search_is_for_the_very_bytes(text: str, ana: Client) -> None:
    from_query = quote(text)

    assert ana.get(f"/backup/search?text={from_query}&when=ever").items == []


# Writing


def test_a_run_is_filed_and_followed(made: Rig, ana: Client, edge1: str) -> None:
    filed = ana.post("/backup/runs", {"devices": [edge1], "note": "CHG1"})

    assert filed.status == 202
    assert filed.headers["location"] == f"/api/v1/jobs/{filed.json['id']}"
    assert filed.json["status"] == "queued"
    followed = ana.ask("GET", filed.headers["location"]).json
    assert followed == filed.json
    assert made.bench._run_next()
    done = ana.ask("GET", filed.headers["location"]).json
    assert done["status"] == "done"
    assert done["progress"] == {
        "planned": 1, "done": 1, "changed": 0, "unchanged": 1, "rejected": 0, "failed": 0
    }  # fmt: skip
    (outcome,) = done["result"]["outcomes"]
    assert (outcome["device_id"], outcome["status"], outcome["cause"]) == (edge1, "unchanged", None)


def test_a_held_text_is_discarded_with_a_reason(made: Rig, ana: Client, viewer: Client) -> None:
    device = made.devices["acme/edge2"]
    made.answer("acme/edge2", ios("somebody-else"))
    made.back_up(device.id)
    path = f"/backup/quarantine/{device.id}"

    (held,) = ana.get("/backup/quarantine").items
    assert ana.get("/backup/quarantine?tenant=acme&site=fra1").items == [held]
    assert ana.get("/backup/quarantine?tenant=none").status == 404
    denied = viewer.post(f"{path}/discard", {"reason": "why not"})
    empty = ana.post(f"{path}/discard", {"reason": "  "})
    refused = ana.post(f"{path}/accept", {"reason": "it is fine"})
    done = ana.post(f"{path}/discard", {"reason": "another device's"})

    assert (held["device_id"], held["cause"]["kind"]) == (device.id, "WrongDeviceError")
    assert (denied.status, empty.status, refused.status, done.status) == (403, 422, 409, 204)
    assert "backup.accept" in denied.json["detail"]
    assert done.body == b""
    assert ana.get("/backup/quarantine").items == []
    assert ana.post(f"{path}/discard", {"reason": "again"}).status == 404


# Who asks


def status_of(client: Client, path: str, **headers: str) -> int:
    return client.get(path, **headers).status


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer nwb_",
        "Bearer nwb_0000000000000000." + "A" * 43,
        "Basic YW5hOnB3",
        "Bearer " + "x" * 5000,
        "nwb_0000000000000000." + "A" * 43,
        "Bearer ../../etc/passwd",
    ],
    ids=["empty", "bare", "cut", "unknown", "basic", "long", "schemeless", "path"],
)
def test_a_credential_that_is_none_is_401(header: str, port: int, edge1: str) -> None:
    reply = Client(port=port).get(f"/backup/history/{edge1}", Authorization=header)

    assert reply.status == 401
    assert reply.headers["www-authenticate"].startswith("Bearer")


def test_no_credential_is_401_and_reads_like_a_wrong_one(port: int, edge1: str) -> None:
    path = f"/backup/history/{edge1}"
    nothing = Client(port=port).get(path).json
    wrong = Client(port=port, token="nwb_0000000000000000." + "A" * 43).get(path).json

    assert {**nothing, "request_id": ""} == {**wrong, "request_id": ""}


def test_a_token_in_the_query_counts_for_nothing(
    ana: Client, port: int, edge1: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    alone = Client(port=port).get(f"/backup/history/{edge1}?access_token={ana.token}")
    beside = ana.get(f"/backup/history/{edge1}?token=nonsense")

    assert alone.status == 401
    assert beside.status == 200
    assert ana.token not in caplog.text
    assert ana.token not in alone.body.decode()


def test_a_revoked_token_ends_at_once(made: Rig, port: int, edge1: str) -> None:
    issued = made.bench.issue_token(NewToken(user=Role.VIEWER, days=1))
    client = Client(port=port, token=issued.secret)

    assert status_of(client, f"/backup/history/{edge1}") == 200
    made.bench.revoke_token(issued.token.id)
    assert status_of(client, f"/backup/history/{edge1}") == 401


def test_a_token_holds_only_what_it_was_allowed(made: Rig, port: int, edge1: str) -> None:
    narrow = Client(port=port, token=token(made, Role.ADMIN, allow=(Permission.HEALTH_VIEW,)))

    denied = narrow.get(f"/backup/history/{edge1}")

    assert denied.status == 403
    assert "config.view" in denied.json["detail"]


def test_a_token_is_bound_to_its_networks(made: Rig, port: int, edge1: str) -> None:
    elsewhere = Client(port=port, token=token(made, Role.ADMIN, networks=("192.0.2.0/24",)))

    assert status_of(elsewhere, f"/backup/history/{edge1}") == 401
    assert (
        status_of(elsewhere, f"/backup/history/{edge1}", **PROXIED) == 401
    )  # forged: no proxy is trusted


def login(made: Rig, name: str) -> str:
    return made.bench.log_in(name, PASSWORD, origin=HERE).secret


def test_a_login_reads_without_more_and_writes_with_xsrf(made: Rig, port: int, edge1: str) -> None:
    secret = login(made, "engineer")
    browser = Client(port=port, headers={"Cookie": f"netwb_session={secret}; _xsrf=abc123"})

    assert status_of(browser, f"/backup/history/{edge1}") == 200
    without = browser.post("/backup/runs", {"devices": [edge1]})
    wrong = browser.post("/backup/runs", {"devices": [edge1]}, **{"X-XSRFToken": "abc124"})
    right = browser.post("/backup/runs", {"devices": [edge1]}, **{"X-XSRFToken": "abc123"})

    assert [without.status, wrong.status, right.status] == [403, 403, 202]
    assert without.json["type"] == "urn:netwb:problem:xsrf"


def test_an_ended_login_is_401(made: Rig, port: int, edge1: str) -> None:
    secret = login(made, "viewer")
    browser = Client(port=port, headers={"Cookie": f"netwb_session={secret}"})

    assert status_of(browser, f"/backup/history/{edge1}") == 200
    made.bench.log_out(secret)
    assert status_of(browser, f"/backup/history/{edge1}") == 401


@pytest.mark.parametrize("edit", [lambda s: s[:-1], lambda s: s + "A", lambda s: s.swapcase()])
def test_an_edited_cookie_is_401(edit: Any, made: Rig, port: int, edge1: str) -> None:
    secret = edit(login(made, "viewer"))
    browser = Client(port=port, headers={"Cookie": f"netwb_session={secret}"})

    assert status_of(browser, f"/backup/history/{edge1}") == 401


def test_a_wrong_token_is_not_saved_by_a_good_cookie(made: Rig, port: int, edge1: str) -> None:
    secret = login(made, "viewer")
    both = Client(port=port, token="nwb_x.y", headers={"Cookie": f"netwb_session={secret}"})

    assert status_of(both, f"/backup/history/{edge1}") == 401


def test_rights_that_are_taken_are_gone_at_the_next_request(made: Rig, port: int) -> None:
    made.bench.add_user(NewUser(name="otto", role=Role.OPERATOR, tenants=None, password=PASSWORD))
    client = Client(port=port, token=made.bench.issue_token(NewToken(user="otto", days=1)).secret)

    assert client.post("/backup/runs", {}).status == 202
    made.bench.set_user("otto", UserChanges(role=Role.VIEWER))
    assert client.post("/backup/runs", {}).status == 403
    made.bench.set_user("otto", UserChanges(status="disabled"))
    assert client.get("/backup/quarantine").status == 401


# Cursors


def test_a_cursor_is_bound_to_list_filter_and_person(
    ana: Client, viewer: Client, edge1: str, made: Rig
) -> None:
    path = f"/backup/history/{edge1}?limit=2"
    cursor = ana.get(path).json["next"]
    other = made.devices["acme/edge2"].id
    edited = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")

    assert ana.get(f"{path}&cursor={cursor}").status == 200
    for client, wrong in (
        (viewer, f"{path}&cursor={cursor}"),
        (ana, f"/backup/history/{other}?limit=2&cursor={cursor}"),
        (ana, f"{path}&kind=startup&cursor={cursor}"),
        (ana, f"/backup/changes?since=7d&cursor={cursor}"),
        (ana, f"{path}&cursor={edited}"),
        (ana, f"{path}&cursor={cursor}{cursor}"),
        (ana, f"{path}&cursor=MTIz"),
        (ana, f"{path}&cursor=%C3%A9"),
        (ana, f"{path}&cursor="),
    ):
        reply = client.get(wrong)
        assert reply.status == 400, wrong
        assert reply.json["errors"][0]["parameter"] == "cursor"


def test_another_limit_may_go_on_with_a_cursor(ana: Client, edge1: str) -> None:
    cursor = ana.get(f"/backup/history/{edge1}?limit=2").json["next"]

    assert len(ana.get(f"/backup/history/{edge1}?limit=50&cursor={cursor}").items) == 4


# HTTP


def test_every_answer_has_the_callers_request_id_where_it_is_sane(ana: Client) -> None:
    sane = ana.get("/backup/quarantine", **{"X-Request-Id": "CHG-4711.a"})
    insane = ana.get("/nothing", **{"X-Request-Id": "a b<script>"})

    assert sane.headers["x-request-id"] == "CHG-4711.a"
    assert insane.json["request_id"] == insane.headers["x-request-id"]
    assert "script" not in insane.headers["x-request-id"]


def test_an_unknown_route_is_404_also_without_login(port: int) -> None:
    for path in ("", "/", "/nothing", "/backup", "/backup/history", "/backup/history/", "/../x"):
        reply = Client(port=port).get(path)
        assert reply.status == 404, path
        assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FROB"])
def test_another_method_is_405_and_says_which(method: str, ana: Client, edge1: str) -> None:
    reply = ana.ask(method, f"/api/v1/backup/history/{edge1}")

    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS"
    assert reply.json["status"] == 405


def test_head_is_get_without_its_body(ana: Client, edge1: str) -> None:
    head = ana.ask("HEAD", f"/api/v1/backup/history/{edge1}")
    get = ana.get(f"/backup/history/{edge1}")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert ana.ask("HEAD", "/api/v1/backup/history/none").status == 404
    assert ana.ask("HEAD", "/api/v1/backup/runs").status == 405


def test_options_names_the_methods_without_login(port: int) -> None:
    reply = Client(port=port).ask("OPTIONS", "/api/v1/backup/runs")

    assert (reply.status, reply.headers["allow"]) == (204, "OPTIONS, POST")
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"note=x", "application/x-www-form-urlencoded", 415),
        (b'{"nodes": []}', "application/json", 422),
        (b'{"devices": "edge1"}', "application/json", 422),
        (b'{"note": "' + b"x" * 2000 + b'"}', "application/json", 422),
        (b'{"devices": ["none"]}', "application/json", 404),
        (b'{"devices": ["a\\u0000b"]}', "application/json", 422),
        (b'{"tenant": "none"}', "application/json", 404),
        (b'{"note": "' + b"x" * MAX_BODY_BYTES + b'"}', "application/json", 413),
    ],
    ids=["cut", "empty", "bytes", "deep", "text", "form", "field", "type", "long", "unknown", "nul", "tenant", "large"],
)  # fmt: skip
def test_a_bad_body_has_its_status(
    body: bytes, content_type: str, status: int, ana: Client
) -> None:
    reply = ana.ask(
        "POST", "/api/v1/backup/runs", body=body, headers={"Content-Type": content_type}
    )

    assert reply.status == status
    assert reply.json["status"] == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/backup/history/{id}?limit=0", 400),
        ("/backup/history/{id}?limit=1001", 400),
        ("/backup/history/{id}?limit=1&limit=2", 400),
        ("/backup/history/{id}?kind=candidate", 400),
        ("/backup/history/{id}?colour=red", 400),
        ("/backup/history/{id}/xyz", 400),
        ("/backup/history/{id}/ffffffff", 404),
        ("/backup/history/{id}/latest~99", 404),
        ("/backup/history/{id}/2020-01-01", 404),
        ("/backup/history/{id}/%00", 400),
        ("/backup/diff", 400),
        ("/backup/diff?new=none", 404),
        ("/backup/diff?new=@latest", 404),
        ("/backup/diff?new={id}@latest~6", 404),
        ("/backup/changes", 200),
        ("/backup/changes?device=none", 404),
        ("/backup/changes?by=a&author=b", 400),
        ("/backup/search?text=%5B&match=pattern", 400),
        ("/backup/search?text=a&match=sound", 400),
        ("/backup/changes?since=tomorrow-ish", 400),
        ("/backup/changes?since=1d&until=2d", 400),
        ("/backup/changes?since=9999-12-31T23:59:59-12:00", 400),
        ("/backup/changes?since=999999w", 400),
        ("/backup/changes?since=1d&tenant=none", 404),
        ("/backup/changes?since=1d&by=%00", 400),
        ("/jobs/%00", 404),
        ("/backup/search", 400),
        ("/backup/search?text=", 400),
        ("/backup/search?text=a%0Ab", 400),
        ("/backup/search?text=%FF", 200),
        ("/backup/search?text=a&when=never", 400),
    ],
)
def test_a_bad_query_has_its_status(path: str, status: int, ana: Client, edge1: str) -> None:
    reply = ana.get(path.replace("{id}", edge1))

    assert reply.status == status, reply.body
    if status >= 400:
        assert reply.json["status"] == status


def test_a_body_without_length_is_counted_as_it_arrives(ana: Client, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer " + ana.token.encode() + b"\r\n"
            b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        raw.sendall((b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 5 + b"0\r\n\r\n")
        answer = raw.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert status_of(ana, "/backup/quarantine") == 200  # the server is still up


@pytest.mark.parametrize("form", ["announced", "chunked"])
def test_who_sends_too_long_a_body_to_its_end_reads_why_it_is_refused(port: int, form: str) -> None:
    """By a client that reads nothing before it has sent all; a reset would take the answer along."""
    piece, many = b"x" * 0x10000, 320  # 20 MiB
    head = b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    announced = head + b"Content-Length: %d\r\n\r\n" % (len(piece) * many)
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
        raw.sendall(announced if form == "announced" else chunked)
        for _ in range(many):
            raw.sendall(piece if form == "announced" else b"10000\r\n" + piece + b"\r\n")
        raw.sendall(b"" if form == "announced" else b"0\r\n\r\n")
        answer = HTTPResponse(raw)
        answer.begin()
        told = json.loads(answer.read())

    assert (answer.status, told["status"]) == (413, 413)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "send less" in told["detail"]


@pytest.mark.parametrize("length", [20 * 1024 * 1024, 99_999_999_999])
def test_who_asks_first_is_refused_before_a_byte_of_the_body(port: int, length: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length
        )
        answer = HTTPResponse(raw)
        answer.begin()
        told = json.loads(answer.read())
        assert raw.recv(1) == b""  # closed in order, not reset

    assert (answer.status, told["status"]) == (413, 413)


def test_who_asks_first_for_what_is_short_enough_may_send_it(ana: Client, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Authorization: Bearer " + ana.token.encode() + b"\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        )
        assert raw.recv(12) == b"HTTP/1.1 100"


def test_an_announced_giant_is_refused_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(
            b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
        )
        assert raw.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_fault_of_ours_is_told_without_its_trace(
    ana: Client, edge1: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        msg = "s3cr3t in /srv/netwb"
        raise RuntimeError(msg)

    monkeypatch.setattr(Workbench, "history", broken)
    reply = ana.get(f"/backup/history/{edge1}")

    assert reply.status == 500
    assert "s3cr3t" not in reply.body.decode()
    assert "Traceback" not in reply.body.decode()
    assert reply.json["request_id"] in caplog.text


def test_a_server_whose_home_is_gone_still_says_that_it_lives() -> None:
    def gone() -> Workbench:
        msg = "home /srv/netwb is not there"
        raise HomeError(msg)

    with serving(gone) as port:
        client = Client(port=port, token="nwb_x.y")

        assert client.ask("GET", "/healthz").status == 200
        assert client.get("/openapi.json").status == 200
        for path in ("/readyz", "/metrics", "/api/v1/backup/quarantine"):
            reply = client.ask("GET", path)
            assert reply.status == 503
            assert "/srv" not in reply.body.decode()
        written = client.post("/backup/runs", {"note": "x"})
        assert written.status == 503
        assert "/srv" not in written.body.decode()


def test_the_log_has_one_line_a_request_without_its_query(
    ana: Client, edge1: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="netwb.web.access")

    ana.get(f"/backup/history/{edge1}?limit=3", **{"X-Request-Id": "line-1"})
    ana.get("/nothing")  # answered after the line of the one before was written

    lines = [record.getMessage() for record in caplog.records if "line-1" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith(f"GET /api/v1/backup/history/{edge1} 200 ")
    assert "limit" not in lines[0]


# Watching


def test_loopback_is_a_watcher_and_a_proxied_request_is_none(port: int) -> None:
    assert Client(port=port).ask("GET", "/readyz").status == 200
    for headers in (
        *({name: "192.0.2.7"} for name in ("Forwarded", "X-Forwarded-For")),
        {"Host": "evil.example"},
    ):
        assert Client(port=port, headers=headers).ask("GET", "/metrics").status == 401


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_who_says_who_it_is_sees_what_that_one_may_on_loopback_too(
    port: int, made: Rig, path: str
) -> None:
    assert Client(port=port, token=token(made, Role.VIEWER)).ask("GET", path).status == 403
    assert Client(port=port, token="nwb_none.none").ask("GET", path).status == 401


def test_readiness_names_what_it_looked_at(port: int) -> None:
    found = Client(port=port).ask("GET", "/readyz").json

    assert list(found["checks"]) == ["database", "store", "repository", "queue"]
    assert found["status"] == "ready"


def test_metrics_are_what_prometheus_reads(port: int, made: Rig, ana: Client, edge1: str) -> None:
    ana.get(f"/backup/history/{edge1}")
    scraper = token(made, Role.ADMIN, allow=(Permission.HEALTH_VIEW,))
    reply = Client(port=port, token=scraper, headers=PROXIED).ask("GET", "/metrics")
    lines = reply.body.decode().splitlines()

    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'netwb_devices{tenant="acme"} 2' in lines
    assert 'netwb_devices_saved{tenant="acme"} 2' in lines
    assert any(line.startswith("netwb_backup_oldest_age_seconds{") for line in lines)
    assert any('route="/api/v1/backup/history/{device_id}",status="200"' in line for line in lines)
    buckets = [
        line for line in lines if line.startswith("netwb_http_request_duration_seconds_bucket")
    ]
    assert any('le="+Inf"' in line for line in buckets)
    assert reply.body.endswith(b"\n")


def unready(home: Path, missing: str) -> Reply:
    bench = Workbench.open(home, environment={})
    with serving(bench) as port:
        (home / missing).rename(home / "moved")
        try:
            return Client(port=port).ask("GET", "/readyz")
        finally:
            (home / "moved").rename(home / missing)
            bench.close()


def test_a_home_without_its_archive_is_not_ready(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        reply = unready(made.bench.home, "archive")

    assert reply.status == 503
    assert reply.json["checks"]["repository"]["ready"] is False
    assert str(tmp_path) not in reply.body.decode()


def test_a_home_without_its_database_says_so_in_a_line_and_names_no_path(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        reply = unready(made.bench.home, "netwb.db")

    assert reply.status == 503
    checks = reply.json["checks"]
    assert checks["database"] == {"ready": False, "detail": "database netwb.db is not there"}
    assert checks["repository"]["ready"] is True
    assert str(tmp_path) not in reply.body.decode()
    assert not [record for record in caplog.records if record.exc_text or record.exc_info]


def test_hostile_text_leaves_as_plain_ascii_json(tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\u202e"
    with rig(tmp_path, {"acme": ("edge1",)}) as made, serving(made.bench) as port:
        made.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None))
        secret = made.bench.issue_token(NewToken(user="ana", days=1)).secret
        made.answer("acme/edge1", ios("edge1", by=hostile))
        made.back_up()
        reply = Client(port=port, token=secret).get("/backup/history/edge1/latest")

        assert reply.body.isascii()
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert ios_text("edge1").splitlines()[5].decode() in reply.json["text"]
