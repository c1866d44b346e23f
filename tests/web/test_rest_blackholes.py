"""REST of blackholes: a repeat by its key, an answer only to what was seen, and who may say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewToken, NewUser
from netwb.roles import Role
from netwb.web.operations import rfc3339
from tests.blackhole.engine.network import World, parts_of, world
from tests.web.rest import Client, Reply, serving

ADDRESS = "203.0.113.10"
ASKED = {"prefix": ADDRESS, "minutes": 30, "reason": "CHG1"}
REASON = {"reason": "looked at"}
STALE = '"00000000000000000000000000000000"'
PEOPLE = {"ana": Role.ENGINEER, "ben": Role.OPERATOR, "eva": Role.VIEWER}


class Served:
    """A world behind REST, and a client a person."""

    def __init__(self, there: World, port: int) -> None:
        self.there = there
        self.port = port

    def by(self, name: str) -> Client:
        secret = self.there.made.bench.issue_token(NewToken(user=name, days=1)).secret
        return Client(port=self.port, token=secret)

    def held(self) -> str:
        """Id of one that ben asked for, and that waits."""
        made = self.by("ben").post("/blackholes", ASKED)
        assert (made.status, made.json["state"]) == (201, "held")
        found: str = made.json["id"]
        return found


@contextmanager
def serving_there(folder: Path) -> Iterator[Served]:
    with world(folder, mode="approve") as there:
        bench = there.made.bench
        vars(bench._parts)["engine"] = parts_of(there.made, there.network, "host|3|facade")
        for name, role in PEOPLE.items():
            password = "Long-Enough-For-Nobody-77"
            bench.add_user(NewUser(name=name, role=role, tenants=None, password=password))
        with serving(bench) as port:
            yield Served(there, port)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving_there(tmp_path) as made:
        yield made


def says(client: Client, one: str, what: str, body: Any, tag: str | None) -> Reply:
    headers = {} if tag is None else {"If-Match": tag}
    return client.post(f"/blackholes/{one}/{what}", body, **headers)


def tag_of(client: Client, one: str) -> str:
    return client.get(f"/blackholes/{one}").headers["etag"]


def test_what_is_held_has_no_end_until_it_is_let_through(served: Served) -> None:
    ben, ana = served.by("ben"), served.by("ana")
    one = served.held()
    asked_at = served.there.clock()

    (listed,) = ben.get("/blackholes").json["items"]
    dry = ben.post("/blackholes", {**ASKED, "dry_run": True}).json
    served.there.clock.advance(minutes=9)
    served.there.turn()
    approved = ana.post(f"/blackholes/{one}/approve", {"minutes": 10})

    assert (listed["state"], listed["expires_at"]) == ("held", None)
    assert dry["expires_at"] == rfc3339(asked_at + timedelta(minutes=30))
    assert approved.json["expires_at"] == rfc3339(asked_at + timedelta(minutes=19))


def test_what_was_taken_back_while_it_was_held_never_had_an_end(served: Served) -> None:
    one = served.held()

    back = served.by("ben").post(f"/blackholes/{one}/deny", REASON)

    assert (back.status, back.json["expires_at"]) == (200, None)


def test_what_was_seen_compressed_was_seen(served: Served) -> None:
    ben, ana = served.by("ben"), served.by("ana")
    one = served.held()
    seen = ben.get(f"/blackholes/{one}", **{"Accept-Encoding": "gzip"})

    reply = says(ana, one, "deny", REASON, seen.headers["etag"])

    assert seen.headers["content-encoding"] == "gzip"
    assert seen.headers["etag"] != tag_of(ben, one)
    assert (reply.status, reply.json["state"]) == (200, "denied")


@pytest.mark.parametrize("what", ["approve", "deny", "withdraw"])
@pytest.mark.parametrize("tag", [STALE, "W/"], ids=["stale", "weak"])
def test_what_is_not_as_it_was_seen_is_left_alone(served: Served, what: str, tag: str) -> None:
    one, ana = served.held(), served.by("ana")
    sent = f"W/{tag_of(ana, one)}" if tag == "W/" else tag

    refused = says(ana, one, what, {} if what == "approve" else REASON, sent)

    assert refused.status == 412
    assert refused.json["type"] == "urn:netwb:problem:changed-since"
    assert refused.json["detail"] == (
        "203.0.113.10/32 is held by now, and not as you saw it; look at it again"
    )
    assert served.there.one().state == "held"


def test_a_tag_without_its_quotes_is_told_how_it_is_written(served: Served) -> None:
    one, ana = served.held(), served.by("ana")

    refused = says(ana, one, "deny", REASON, tag_of(ana, one).strip('"'))

    assert refused.status == 400
    assert refused.json["errors"][0]["parameter"] == "If-Match"
    assert served.there.one().state == "held"


@pytest.mark.parametrize("tag", ["seen", "*", None])
def test_what_is_as_it_was_seen_is_answered(served: Served, tag: str | None) -> None:
    one, ana = served.held(), served.by("ana")

    denied = says(ana, one, "deny", REASON, tag_of(ana, one) if tag == "seen" else tag)

    assert (denied.status, denied.json["state"]) == (200, "denied")
    assert denied.headers["etag"] == tag_of(ana, one)


def test_the_tag_of_a_new_one_is_that_of_reading_it(served: Served) -> None:
    ben = served.by("ben")

    made = ben.post("/blackholes", ASKED)

    assert made.headers["etag"] == tag_of(ben, made.json["id"])
    assert made.headers["location"] == f"/api/v1/blackholes/{made.json['id']}"


def test_the_second_of_two_who_answer_is_told_that_it_is_another_by_now(served: Served) -> None:
    one, ana = served.held(), served.by("ana")
    seen = tag_of(ana, one)

    first = says(ana, one, "deny", REASON, seen)
    second = says(ana, one, "approve", {}, seen)

    assert (first.status, second.status) == (200, 412)
    assert "is denied by now" in second.json["detail"]


def test_a_missing_right_is_said_before_what_was_seen(served: Served) -> None:
    one = served.held()

    refused = says(served.by("eva"), one, "approve", {}, STALE)

    assert refused.status == 403
    assert says(served.by("ana"), "no-such-one", "approve", {}, STALE).status == 404


def test_who_asked_does_not_approve_also_with_the_right_tag(served: Served) -> None:
    one, ben = served.held(), served.by("ben")

    refused = says(ben, one, "approve", {}, tag_of(ben, one))

    assert refused.status == 403
    assert "another person" in refused.json["detail"]
    assert served.there.one().state == "held"


def test_a_repeat_by_its_key_gives_what_the_first_gave(served: Served) -> None:
    ben = served.by("ben")

    first, again = (ben.post("/blackholes", ASKED, **{"Idempotency-Key": "k1"}) for _ in range(2))

    assert (first.status, again.status) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert len(served.there.blackholes()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"prefix": "203.0.113.20"},
        {"minutes": 31},
        {"minutes": None},
        {"reason": "CHG2"},
        {"scope": "both"},
    ],
    ids="-".join,
)
def test_a_key_that_comes_with_another_body_is_refused(
    served: Served, other: dict[str, Any]
) -> None:
    ben, once = served.by("ben"), {"Idempotency-Key": "k1"}
    ben.post("/blackholes", ASKED, **once)

    refused = ben.post("/blackholes", {**ASKED, **other}, **once)

    assert refused.status == 422
    assert refused.json["type"] == "urn:netwb:problem:key-reused"
    assert "take a new one" in refused.json["detail"]
    assert len(served.there.blackholes()) == 1


def test_a_key_is_its_persons_alone_and_not_cut_short(served: Served) -> None:
    served.by("ben").post("/blackholes", ASKED, **{"Idempotency-Key": "k1"})

    other = served.by("ana").post(
        "/blackholes", {**ASKED, "prefix": "203.0.113.20"}, **{"Idempotency-Key": "k1"}
    )
    long = served.by("ana").post("/blackholes", ASKED, **{"Idempotency-Key": "k" * 201})

    assert other.status == 201
    assert (long.status, long.json["errors"][0]["parameter"]) == (400, "Idempotency-Key")


def test_an_ipv4_address_within_ipv6_is_written_by_its_dots(served: Served) -> None:
    client = served.by("ana")

    denied = client.post("/blackholes", {"prefix": "::ffff:203.0.113.7", "reason": "CHG1"})
    dry = client.post(
        "/blackholes", {"prefix": "::ffff:203.0.113.7", "reason": "CHG1", "dry_run": True}
    )
    (listed,) = client.get("/blackholes?prefix=::ffff:203.0.113.7").json["items"]

    assert [one.json["state"] for one in (denied, dry)] == ["denied", "denied"]
    assert {one["prefix"] for one in (denied.json, dry.json, listed)} == {"::ffff:203.0.113.7/128"}
