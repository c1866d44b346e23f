"""Bad input made from the table of routes: each field of each body and each parameter, wrongly.

What is asked of every route as a whole stands in test_bad_input.py. Here the models say what a field
is, and each is given what it is not; a route that comes with a new body is asked without a word here.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, urlencode

import pytest
from pydantic.fields import FieldInfo

from netwb.access.records import NewToken
from netwb.web.openapi import document
from netwb.web.operations import FORM, JSON, Operation
from netwb.web.routes import OPERATIONS, by_route
from netwb.workbench import Workbench
from tests.web.browsing import Answer, Browser, raw_answer
from tests.web.servers import Server, netwb_serve, two_tenants

DOCUMENT = document(OPERATIONS)
BODIES = [one for one in OPERATIONS if one.body is not None and one.takes == JSON]
FORMS = [one for one in OPERATIONS if one.body is not None and one.takes == FORM]
ASKING = [one for one in OPERATIONS if one.query.model_fields]
SECRET = "keepthissecretout"
INSIDE = re.compile(r"Traceback|/home/|/tmp/|site-packages|sqlite|Error\(", re.IGNORECASE)
ANSWERS_S = 10.0  # two cores may be busy with much else


@dataclass(frozen=True, slots=True)
class Ground:
    server: Server
    token: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "If_Match": '"a"', **headers}
        return Browser(self.server.port).ask(method, path, body, **sent)

    def send(self, operation: Operation, body: Any) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask(
            operation.method, path_of(operation), content, Content_Type="application/json"
        )


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server as it is set up by itself: bodies of 16 MiB are read."""
    folder: Path = tmp_path_factory.mktemp("fields")
    with two_tenants(folder) as made, netwb_serve(made.bench.home, "--api-only") as server:
        bench = Workbench.open(made.bench.home, environment={})  # by the server's clock
        try:
            token = bench.issue_token(NewToken(user="ada", days=1)).secret
        finally:
            bench.close()
        yield Ground(server, token)
        assert not [line for line in server.said if SECRET in line or "Traceback" in line]


def path_of(operation: Operation) -> str:
    return re.sub(r"\{\w+\}", "none", operation.route)


def example(operation: Operation) -> dict[str, Any]:
    """A body that the route takes."""
    told = DOCUMENT["paths"][operation.route][operation.method.lower()]["requestBody"]
    found: dict[str, Any] = dict(told["content"][operation.takes]["example"])
    return found


def assert_refused(answer: Answer, statuses: set[int], what: object) -> None:
    assert answer.status in statuses, (what, answer.text)
    told = json.loads(answer.text)
    assert (told["status"], bool(told["detail"])) == (answer.status, True), what
    assert SECRET not in answer.text, what
    assert not INSIDE.search(answer.text), answer.text


def kinds(field: FieldInfo) -> set[Any]:
    """`{str}`, `{int, NoneType}`, `{list}`; a choice of words counts as text."""
    found: set[Any] = set()
    waiting: list[Any] = [field.annotation]
    while waiting:
        one = waiting.pop()
        if one in {str, int, bool, type(None)}:
            found.add(one)
        elif isinstance(one, str):
            found.add(str)
        elif str(one).startswith("list["):
            found.add(list)
        else:
            waiting += get_args(one)
    return found


WRONG: Mapping[str, tuple[Any, set[Any]]] = {  # what is given, and to which kinds it is right
    "a number as text": ("30", {str}),
    "a flag as text": ("true", {str}),
    "a flag": (True, {bool}),
    "a number": (30, {int}),
    "half a number": (30.5, set()),
    "a whole number with a point": (30.0, set()),
    "a huge number": (10**400, set()),
    "null": (None, {type(None)}),
    "an object": ({"a": SECRET}, set()),
    "a list": ([SECRET], {list}),
    "a list of lists": ([[SECRET]], set()),
    "nothing but a NUL": ("\0", set()),
    "a NUL within": (f"a\0{SECRET}", set()),
    "half a pair": ("\ud800", set()),
}


@pytest.mark.parametrize("wrong", list(WRONG))
@pytest.mark.parametrize("operation", BODIES, ids=lambda op: f"{op.method} {op.path}")
def test_a_field_of_another_kind_is_refused_by_its_name(
    operation: Operation, wrong: str, ground: Ground
) -> None:
    value, right = WRONG[wrong]
    assert operation.body is not None

    for name, field in operation.body.model_fields.items():
        if not kinds(field) & right:
            answer = ground.send(operation, example(operation) | {name: value})
            assert_refused(answer, {400, 422}, (name, wrong))
            if answer.status == 422:
                assert json.loads(answer.text)["errors"][0]["pointer"].startswith(f"#/{name}")


def other_words() -> list[str]:
    """Every field that any answer shows or any body takes, and what others' programs are told by."""
    shown = {
        name
        for schema in DOCUMENT["components"]["schemas"].values()
        for name in schema.get("properties", {})
    }
    return sorted({*shown, "is_admin", "permissions", "scope", "tenants", "__class__", "__proto__"})


@pytest.mark.parametrize("operation", BODIES, ids=lambda op: f"{op.method} {op.path}")
def test_no_field_but_a_routes_own_is_ever_written(operation: Operation, ground: Ground) -> None:
    """Mass assignment: all that is shown somewhere is given, one by one and together."""
    assert operation.body is not None
    own = {field.alias or name for name, field in operation.body.model_fields.items()}
    others = [name for name in other_words() if name not in own]

    together = ground.send(operation, example(operation) | dict.fromkeys(others, SECRET))
    alone = [
        (name, ground.send(operation, example(operation) | {name: SECRET}))
        for name in others[:: max(1, len(others) // 20)]
    ]

    assert_refused(together, {422}, "all")
    for name, answer in alone:
        assert_refused(answer, {422}, name)
        assert json.loads(answer.text)["errors"][0]["pointer"] == f"#/{name}"


@pytest.mark.parametrize("operation", BODIES, ids=lambda op: f"{op.method} {op.path}")
def test_a_million_things_are_refused_in_time(operation: Operation, ground: Ground) -> None:
    assert operation.body is not None
    million = b"[" + b'"a",' * 999_999 + b'"a"]'
    names = {f"n{number}": 1 for number in range(100_000)}
    bodies = {
        "a list": million,
        "a list in each field": b"{%b}"
        % b",".join(
            json.dumps(name).encode() + b":" + million
            for name in list(operation.body.model_fields)[:3] or ["none that it takes"]
        ),
        "names": json.dumps(names).encode(),
        "deep": b'{"a":' * 500_000,
        "digits": b'{"a":' + b"9" * 3_000_000 + b"}",
    }

    for what, body in bodies.items():
        began = time.monotonic()
        answer = ground.send(operation, body)
        assert_refused(answer, {400, 413, 422}, what)
        assert len(answer.text) < 8_000, "what is wrong is told within bounds"
        assert time.monotonic() - began < ANSWERS_S, what
    assert Browser(ground.server.port).get("/healthz").status == 200


def test_a_body_of_a_hundred_megabytes_is_neither_read_nor_held(ground: Ground) -> None:
    before = peak_kb(ground)
    megabyte = b"x" * 1024 * 1024
    head = (
        b"POST /api/v1/backup/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nAuthorization: Bearer "
        + ground.token.encode()
        + b"\r\n"
    )
    announced = head + b"Content-Length: 104857600\r\n\r\n" + megabyte
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"100000\r\n" + megabyte + b"\r\n"

    told = raw_answer(ground.server.port, announced)
    endless = b""
    with suppress(ConnectionError):  # it is closed over what still comes
        endless = raw_answer(
            ground.server.port, chunked + (b"100000\r\n" + megabyte + b"\r\n") * 99
        )

    assert re.match(rb"HTTP/1.1 413 ", told), told[:200]
    assert not endless or re.match(rb"HTTP/1.1 4\d\d ", endless), endless[:200]
    assert peak_kb(ground) - before < 80 * 1024
    assert Browser(ground.server.port).get("/healthz").status == 200


def peak_kb(ground: Ground) -> int:
    """The most memory that the server had so far."""
    text = Path(f"/proc/{ground.server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1])  # type: ignore[index]


KINDS = (
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin-1",
    "application/json, text/plain",
    "application/merge-patch+json",
    "application/",
    "",
)


@pytest.mark.parametrize("operation", BODIES, ids=lambda op: f"{op.method} {op.path}")
def test_a_body_of_another_media_type_is_not_read(operation: Operation, ground: Ground) -> None:
    for kind in KINDS:
        body = json.dumps(example(operation)).encode()
        answer = ground.ask(operation.method, path_of(operation), body, Content_Type=kind)
        assert_refused(answer, {415}, kind)


@pytest.mark.parametrize("operation", FORMS, ids=lambda op: f"{op.method} {op.path}")
def test_a_form_is_refused_by_the_same_rules(operation: Operation, ground: Ground) -> None:
    good = {name: value for name, value in example(operation).items() if value != []}
    wrong = {
        "unknown": urlencode({**good, "is_admin": SECRET}, doseq=True),
        "nul": urlencode({**good, next(iter(good)): f"\0{SECRET}"}, doseq=True),
        "bytes": urlencode(good, doseq=True) + "&a=%ff",
        "many": "&".join(f"n{number}=1" for number in range(100_000)),
    }

    for what, body in wrong.items():
        answer = ground.ask(operation.method, path_of(operation), body.encode(), Content_Type=FORM)
        assert_refused(answer, {400, 422}, what)
    answer = ground.ask(operation.method, path_of(operation), b"{}", Content_Type=JSON)
    assert_refused(answer, {415}, "JSON")


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")


@pytest.mark.parametrize("pattern", list(by_route()))
def test_a_method_that_a_route_does_not_take_is_refused_and_the_others_are_named(
    pattern: str, ground: Ground
) -> None:
    operations = by_route()[pattern]
    path = path_of(next(iter(operations.values())))

    for method in METHODS:
        if method in operations:
            continue
        answer = ground.ask(method, path)
        assert answer.status in {405, 501}, (method, answer.text)
        if answer.status == 405:
            assert set(operations) <= set(answer.headers["allow"].split(", "))


VALUES = (
    *("\0", "\x1b[2J", "'; DROP TABLE device; --", "../../etc/passwd", "%", "\u202e", "\U0001f600"),
    *("9" * 400, "-1", "1e3", "NaN", "null", "[]", "{}", "a" * 5000),
)


@pytest.mark.parametrize("operation", ASKING, ids=lambda op: f"{op.method} {op.path}")
def test_no_value_of_a_parameter_is_more_than_a_value(operation: Operation, ground: Ground) -> None:
    for name, field in operation.query.model_fields.items():
        for value in VALUES:
            query = urlencode({str(field.alias or name): value})
            answer = ground.ask(operation.method, f"{path_of(operation)}?{query}")
            assert answer.status < 500, (name, value, answer.text)
            assert not INSIDE.search(answer.text), (name, value)
            if int in kinds(field) and str not in kinds(field):
                assert_refused(answer, {400}, (name, value))


def test_every_number_that_is_asked_for_has_its_bounds() -> None:
    """Else one that no column of a database holds comes that far."""
    for operation in OPERATIONS:
        for model in (operation.query, operation.body):
            told = {} if model is None else model.model_json_schema()["properties"]
            for name, field in told.items():
                for one in (field, *field.get("anyOf", ())):
                    if one.get("type") in {"integer", "number"}:
                        assert {"minimum", "maximum"} <= set(one), (operation.path, name)
                    if one.get("type") == "string" and not {"enum", "const", "pattern"} & set(one):
                        assert "maxLength" in one, (operation.path, name)
                    assert one.get("type") != "array" or "maxItems" in one, (operation.path, name)


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.ids], ids=lambda op: f"{op.method} {op.path}"
)
def test_no_id_is_more_than_an_id(operation: Operation, ground: Ground) -> None:
    for value in VALUES:
        path = re.sub(r"\{\w+\}", lambda _: quote(value, safe=""), operation.route)  # noqa: B023
        answer = ground.ask(operation.method, path, b"{}", Content_Type=JSON)
        assert 400 <= answer.status < 500, (value, answer.text)
        assert not INSIDE.search(answer.text.replace(path, "")), answer.text
