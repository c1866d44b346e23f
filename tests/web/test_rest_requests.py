"""What a request may say, and what is said of a wrong one."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from pydantic import Field

from netwb.web.operations import Paged, Shape
from netwb.web.problems import Problem, RefusedError
from netwb.web.requests import chosen, parse_body, parse_query, tags

SECRET = "nwb_0123456789abcdef.s3cr3t-in-the-wrong-place"


class Body(Shape):
    """Of a test."""

    names: Annotated[list[str], Field(max_length=3)]
    note: Annotated[str, Field(max_length=20)] = ""


def refused_query(**given: list[bytes]) -> Problem:
    with pytest.raises(RefusedError) as caught:
        parse_query(Paged, given)
    return caught.value.problem


def refused_body(content: bytes, content_type: str = "application/json") -> Problem:
    with pytest.raises(RefusedError) as caught:
        parse_body(Body, content_type, content)
    return caught.value.problem


def test_a_query_has_its_defaults() -> None:
    assert parse_query(Paged, {}).limit == 50


def test_a_token_in_the_query_is_ignored() -> None:
    query = parse_query(Paged, {"token": [SECRET.encode()], "limit": [b"7"]})

    assert query.limit == 7


@pytest.mark.parametrize(
    "given",
    [
        {"limit": [b"0"]},
        {"limit": [b"1001"]},
        {"limit": [b"ten"]},
        {"limit": [b"1", b"2"]},
        {"limit": [b""]},
        {"limit": [b"\xff"]},
        {"limit": [b"1" * 5000]},
        {"cursor": [b"x" * 5000]},
        {"colour": [b"red"]},
        {"__class__": [b"x"]},
        {"": [b"x"]},
    ],
    ids=["zero", "over", "word", "twice", "empty", "bytes", "huge", "long", "name", "dunder", "no"],
)
def test_a_wrong_query_is_400_and_names_the_parameter(given: dict[str, list[bytes]]) -> None:
    problem = refused_query(**given)

    assert problem.status == 400
    assert [fault.where for fault in problem.errors] == list(given)


def test_what_is_known_is_told_to_who_asks_for_something_else() -> None:
    assert "cursor, limit" in refused_query(colour=[b"red"]).detail


def test_no_value_is_ever_repeated() -> None:
    problems = [
        refused_query(limit=[SECRET.encode()]),
        refused_query(password=[SECRET.encode()]),
        refused_body(json.dumps({"names": SECRET, "password": SECRET}).encode()),
        refused_body(SECRET.encode()),
    ]

    told = json.dumps([problem.as_json(instance="/", request_id="r") for problem in problems])

    assert "s3cr3t" not in told


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"names": [}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"names": [], "note": NaN}',
        b'{"n": ' + b"1" * 10_000 + b"}",
        "\ufeff{}".encode(),
    ],
    ids=["empty", "cut", "bent", "bytes", "deep", "nan", "digits", "bom"],
)
def test_a_body_that_is_no_json_is_400(content: bytes) -> None:
    assert refused_body(content).status == 400


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"{}", "#/names"),
        (b"[]", "#"),
        (b"null", "#"),
        (b'{"names": "a"}', "#/names"),
        (b'{"names": [1]}', "#/names/0"),
        (b'{"names": ["a","a","a","a"]}', "#/names"),
        (b'{"names": [], "admin": true}', "#/admin"),
        (b'{"names": [], "a/b~c": true}', "#/a~1b~0c"),
    ],
    ids=["none", "list", "null", "text", "number", "many", "field", "escaped"],
)
def test_a_body_that_is_the_wrong_json_is_422_and_says_where(content: bytes, where: str) -> None:
    problem = refused_body(content)

    assert problem.status == 422
    assert [fault.where for fault in problem.errors] == [where]


def test_many_faults_are_told_by_twenty() -> None:
    content = json.dumps({"names": [], **{f"x{n}": 1 for n in range(500)}}).encode()

    assert len(refused_body(content).errors) == 20


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
def test_another_content_type_is_415(content_type: str) -> None:
    assert refused_body(b'{"names": []}', content_type).status == 415


def test_json_may_name_its_charset() -> None:
    body = parse_body(Body, 'Application/JSON; charset="UTF-8"', b'{"names": ["a"]}')

    assert body.names == ["a"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/plain", "text/plain"),
        ("text/*", "text/plain"),
        ("text/plain;q=0.5, application/json", "application/json"),
        ("text/html, text/plain;q=0.1", "text/plain"),
        ("application/json;q=0, */*", "text/plain"),
        ("text/plain;q=nonsense, application/*;q=0.2", "application/json"),
    ],
)
def test_the_caller_has_the_media_type_that_it_likes_best(accept: str, media: str) -> None:
    assert chosen(accept, ("application/json", "text/plain")) == media


def test_a_type_that_cannot_be_given_is_406() -> None:
    with pytest.raises(RefusedError) as caught:
        chosen("image/png", ("application/json",))

    assert caught.value.problem.status == 406


def test_a_media_type_with_a_parameter_is_met_by_its_plain_name() -> None:
    assert chosen("text/plain", ("text/plain; version=0.0.4",)) == "text/plain; version=0.0.4"


def test_tags_are_read_with_and_without_weakness() -> None:
    assert tags('W/"a", "b"') == {"a", "b"}
    assert tags("nonsense") == frozenset()
