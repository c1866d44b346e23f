"""What is answered is compressed where it is taken so, and each form of a body has a tag of its own."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from netwb.access.records import NewToken, NewUser
from netwb.roles import Role
from netwb.web.encoding import LEAST_BYTES, takes_gzip
from tests.benches import Rig, ios, rig
from tests.web.rest import Client, Reply, serving

ZIPPED = {"Accept-Encoding": "gzip, deflate, br"}
TEXT = "/api/v1/backup/history/acme%2Fedge1/latest"
PUBLIC = "/api/v1/openapi.json"
ALIKE = ("etag", "cache-control", "vary", "content-security-policy", "x-content-type-options")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    hosts = tuple(f"edge{number}" for number in range(20))
    with rig(tmp_path_factory.mktemp("zipped"), {"acme": hosts}) as made:
        made.answer("acme/edge1", ios("edge1", ntp="192.0.2.1" + " " * 2000))
        made.back_up()
        made.bench.add_user(NewUser(name="ana", role=Role.ADMIN, tenants=None))
        yield made


@pytest.fixture(scope="module")
def ana(made: Rig) -> Iterator[Client]:
    secret = made.bench.issue_token(NewToken(user="ana", days=1)).secret
    with serving(made.bench) as port:
        yield Client(port=port, token=secret)


def had(reply: Reply, **more: str) -> dict[str, str]:
    return {"If-None-Match": reply.headers["etag"], **more}


@pytest.mark.parametrize(
    "path", ["/api/v1/backup/devices", TEXT, PUBLIC, "/api/v1/docs"], ids=["list", "text", "a", "b"]
)
def test_a_long_answer_is_compressed_for_who_takes_it_so_and_is_the_same(
    ana: Client, path: str
) -> None:
    plain, zipped = ana.ask("GET", path), ana.ask("GET", path, headers=ZIPPED)

    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.body) < len(plain.body) / 2
    assert gzip.decompress(zipped.body) == plain.body
    assert int(zipped.headers["content-length"]) == len(zipped.body)
    for reply in (plain, zipped):
        assert "Accept-Encoding" in reply.headers["vary"]


def test_a_short_answer_and_a_problem_are_sent_as_they_are(ana: Client) -> None:
    short = ana.ask("GET", "/api/v1/backup/devices?limit=1", headers=ZIPPED)
    problem = ana.ask("GET", "/api/v1/backup/devices?colour=red", headers=ZIPPED)

    assert len(short.body) < LEAST_BYTES
    assert {"content-encoding"}.isdisjoint({*short.headers, *problem.headers})
    assert problem.json["status"] == 400


def test_a_repeat_is_the_same_to_the_byte(ana: Client) -> None:
    assert (
        ana.ask("GET", PUBLIC, headers=ZIPPED).body == ana.ask("GET", PUBLIC, headers=ZIPPED).body
    )


@pytest.mark.parametrize("path", [TEXT, PUBLIC])
def test_each_form_has_a_tag_of_its_own_and_either_is_known_again(ana: Client, path: str) -> None:
    plain, zipped = ana.ask("GET", path), ana.ask("GET", path, headers=ZIPPED)

    again = {
        "plain, asked plainly": ana.ask("GET", path, headers=had(plain)),
        "zipped, asked so": ana.ask("GET", path, headers=had(zipped, **ZIPPED)),
        "plain, asked zipped": ana.ask("GET", path, headers=had(plain, **ZIPPED)),
    }
    unreadable = ana.ask("GET", path, headers=had(zipped))

    assert plain.headers["etag"] != zipped.headers["etag"]
    assert {name: reply.status for name, reply in again.items()} == dict.fromkeys(again, 304)
    assert all(reply.body == b"" for reply in again.values())
    assert again["zipped, asked so"].headers["etag"] == zipped.headers["etag"]
    assert again["plain, asked zipped"].headers["etag"] == plain.headers["etag"]
    assert (unreadable.status, unreadable.body) == (200, plain.body)


@pytest.mark.parametrize("path", [TEXT, PUBLIC])
@pytest.mark.parametrize("how", [{}, ZIPPED], ids=["plain", "zipped"])
def test_not_modified_says_what_the_answer_would_have_said(
    ana: Client, path: str, how: dict[str, str]
) -> None:
    whole = ana.ask("GET", path, headers=how)

    again = ana.ask("GET", path, headers=had(whole, **how))

    assert again.status == 304
    assert [again.headers.get(name) for name in ALIKE] == [
        whole.headers.get(name) for name in ALIKE
    ]
    assert {"content-encoding", "content-type"}.isdisjoint(again.headers)


@pytest.mark.parametrize("how", [{}, ZIPPED], ids=["plain", "zipped"])
def test_head_says_of_the_body_what_get_says(ana: Client, how: dict[str, str]) -> None:
    whole, head = (ana.ask(method, PUBLIC, headers=how) for method in ("GET", "HEAD"))

    names = (*ALIKE, "content-length", "content-type", "content-encoding")
    assert head.body == b""
    assert [head.headers.get(name) for name in names] == [whole.headers.get(name) for name in names]
    assert ana.ask("HEAD", PUBLIC, headers=had(whole, **how)).status == 304


def test_what_has_a_tag_may_be_kept_and_asked_again_and_the_rest_may_not(ana: Client) -> None:
    assert ana.ask("GET", PUBLIC).headers["cache-control"] == "private, no-cache"
    for path in (TEXT, "/api/v1/backup/devices", "/api/v1/nothing", f"{PUBLIC}?colour=red"):
        assert ana.ask("GET", path).headers["cache-control"] == "no-store", path


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("gzip", True),
        ("GZIP;q=1.0", True),
        ("br, gzip;q=0.001", True),
        ("x-gzip", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0, *", False),
        ("br", False),
        ("gzip;q=much", False),
        ("," * 5000, False),
    ],
)
def test_what_is_accepted_is_read_as_it_is_meant(said: str, taken: bool) -> None:  # noqa: FBT001
    assert takes_gzip(said) == taken
