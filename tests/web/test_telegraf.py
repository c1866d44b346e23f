"""A shard's file over REST: as Telegraf asks for it, and no more than the token's tenants."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest

from netwb.access.records import NewToken
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.web.rest import Client, serving
from tests.workbench.people import add, logged_in

PATH = "/api/v1/telegraf/shards/"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        made.bench.add_shard("north", sites=["acme/fra1", "umbra/fra1"])
        made.bench.add_shard("south", sites=["umbra/fra1"])
        yield made


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def token(made: Rig, role: Role, *tenants: str) -> str:
    add(made, "tess", role, *tenants)
    return made.bench.issue_token(NewToken(user="tess", days=1)).secret


def test_telegraf_itself_can_fetch_its_file(made: Rig, port: int) -> None:
    secret = token(made, Role.OPERATOR)
    asked = {"Authorization": f"Token {secret}", "Accept": "application/toml"}

    reply = Client(port=port, headers=asked).ask("GET", PATH + "north")

    assert (reply.status, reply.headers["content-type"]) == (200, "application/toml; charset=utf-8")
    found = tomllib.loads(reply.body.decode())
    assert found["agent"]["omit_hostname"] is True
    assert {one["tags"]["device"] for one in found["inputs"]["ping"]} >= {"edge1"}


def test_who_has_the_newest_is_told_so(made: Rig, port: int) -> None:
    client = Client(port=port, token=token(made, Role.OPERATOR))
    first = client.ask("GET", PATH + "north")

    def again() -> int:
        headers = {"If-None-Match": first.headers["etag"]}
        return client.ask("GET", PATH + "north", headers=headers).status

    assert again() == 304
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    assert again() == 200


def test_the_date_that_telegraf_looks_for_rises_with_each_change_alone(
    made: Rig, port: int
) -> None:
    client = Client(port=port, token=token(made, Role.OPERATOR))

    def changed() -> datetime:
        reply = client.ask("HEAD", PATH + "north")
        assert (reply.status, reply.body) == (200, b"")
        return parsedate_to_datetime(reply.headers["last-modified"])

    def since(date: str, **more: str) -> int:
        headers = {"If-Modified-Since": date, **more}
        return client.ask("GET", PATH + "north", headers=headers).status

    first = changed()
    made.clock.advance(hours=1)
    made.bench.set_device("acme/edge1", serial="S-1")  # not in the file
    assert changed() == first
    made.bench.set_device("acme/edge1", address="127.0.0.9")
    second = changed()
    made.bench.set_device("acme/edge1", address="127.0.0.8")  # within the same second
    third = changed()
    made.clock.advance(hours=1)

    assert first < second < third == changed()
    assert since(format_datetime(third, usegmt=True)) == 304
    assert since(format_datetime(second, usegmt=True)) == 200
    assert since(format_datetime(third, usegmt=True), **{"If-None-Match": '"other"'}) == 200
    assert since("yesterday") == since("Sat, 28 Nov 2026 25:00:00") == 200


def test_each_who_sees_another_part_has_a_date_of_its_own(made: Rig) -> None:
    add(made, "adam", Role.OPERATOR, "acme")
    acme = logged_in(made, "adam")
    before = acme.telegraf_text("north").changed_at
    made.clock.advance(hours=1)

    made.bench.set_device("umbra/pe1", address="127.0.0.9")

    assert acme.telegraf_text("north").changed_at == before
    assert made.bench.telegraf_text("north").changed_at > before


def test_a_shard_of_others_reads_like_one_that_is_not(made: Rig, port: int) -> None:
    client = Client(port=port, token=token(made, Role.OPERATOR, "acme"))

    replies = [client.ask("GET", PATH + name) for name in ("south", "nowhere", "main", "..", "%00")]

    assert {reply.status for reply in replies} == {404}
    assert len({reply.json["detail"] for reply in replies}) == 1
    assert b"umbra" not in client.ask("GET", PATH + "north").body


def test_without_the_right_it_is_refused_with_the_reason(made: Rig, port: int) -> None:
    client = Client(port=port, token=token(made, Role.VIEWER))

    reply = client.ask("GET", PATH + "north")

    assert reply.status == 403
    assert "telegraf.fetch" in reply.json["detail"]


def test_a_site_that_no_shard_serves_is_said(made: Rig, port: int) -> None:
    client = Client(port=port, token=token(made, Role.OPERATOR))
    made.bench.set_shard("north", sites=["umbra/fra1"])

    reply = client.ask("GET", PATH + "north")

    assert reply.status == 422
    assert "no shard serves acme/fra1" in reply.json["detail"]
