"""The OpenAPI document and its page: valid, whole, and free of data."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, RootModel

from netwb.erp.event_records import KINDS, right_of
from netwb.roles import EVENTS_PATH, FIELDS
from netwb.web.curl import curl
from netwb.web.docs import POLICY, render_docs
from netwb.web.faults import faults
from netwb.web.openapi import document
from netwb.web.operations import BASE, JSON, Operation
from netwb.web.problems import TYPE
from netwb.web.rights import in_markdown, rights
from netwb.web.routes import OPERATIONS, by_route


def test_the_document_is_valid_openapi_3_1() -> None:
    found = document(OPERATIONS)

    assert found["openapi"].startswith("3.1")
    # a second and a half, which whoever only collects this file need not take
    import_module("openapi_spec_validator").validate(found)


def test_every_operation_is_in_it_with_what_it_takes_and_needs() -> None:
    paths = document(OPERATIONS)["paths"]

    for operation in OPERATIONS:
        told = paths[operation.route][operation.method.lower()]
        names = {parameter["name"] for parameter in told["parameters"]}
        fields = operation.query.model_fields.items()
        asked = {*operation.ids, *(field.alias or name for name, field in fields)}
        has = {"If-None-Match"} if operation.has_etag and operation.method == "GET" else set()
        assert names == asked | {*operation.carries, *operation.older} | has
        takes_one = operation.body is not None or operation.open_to == "senders"
        assert ("requestBody" in told) == takes_one
        assert told.get("x-permission") == operation.needs
        assert told["summary"].endswith(".")


def test_an_operation_has_a_name_of_its_own() -> None:
    names = [
        told["operationId"]
        for methods in document(OPERATIONS)["paths"].values()
        for told in methods.values()
    ]

    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    found = document(OPERATIONS)

    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(found)))

    assert wanted <= set(found["components"]["schemas"])


def test_a_limit_says_its_bounds() -> None:
    parameters = document(OPERATIONS)["paths"]["/api/v1/backup/changes"]["get"]["parameters"]
    (limit,) = (parameter for parameter in parameters if parameter["name"] == "limit")

    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
    assert limit["example"] == 100


def test_every_problem_is_described_where_it_may_come() -> None:
    history = document(OPERATIONS)["paths"]["/api/v1/backup/history/{device_id}"]["get"]

    assert {"200", "400", "401", "403", "404", "422", "429", "503"} <= set(history["responses"])


def test_every_good_answer_to_a_request_for_a_blackhole_is_described() -> None:
    asking = document(OPERATIONS)["paths"]["/api/v1/blackholes"]["post"]["responses"]

    assert {status for status in asking if status.startswith("2")} == {"200", "201"}
    assert asking["200"]["content"] == asking["201"]["content"]
    assert "Location" in asking["201"]["headers"]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = render_docs(document(OPERATIONS))

    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', page) == ["openapi.json"]
    assert "<script" not in page
    assert "unsafe" not in POLICY
    for operation in OPERATIONS:
        assert operation.route in page


def test_the_page_escapes_what_models_say() -> None:
    told = document(OPERATIONS)
    told["info"]["description"] = "<img src=x onerror=alert(1)>"

    assert "<img" not in render_docs(told)


def test_readme_lists_every_operation_as_it_is() -> None:
    readme = (Path(__file__).resolve().parents[2] / "netwb/README.md").read_text()

    rows = [f"| `{op.method} {op.route}` | {op.summary} |" for op in OPERATIONS]

    assert [row for row in rows if row not in readme] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_a_pattern_meets_its_own_route_alone(operation: Operation) -> None:
    route = operation.route
    meeting = [pattern for pattern in by_route() if re.fullmatch(pattern, route)]

    assert meeting == [operation.pattern]


# What a stranger builds on: whatever stands under /erp, all of it described

ERP = [operation for operation in OPERATIONS if operation.area == "erp"]
whole = cache(lambda: document(OPERATIONS))
COUNTED = re.compile(r"(^|_)(bps|octets|age_s|interval_s)($|_)")


def models(operations: Sequence[Operation]) -> list[type[BaseModel]]:
    """Those of bodies and answers, and those within them."""
    found: set[type[BaseModel]] = set()
    for operation in operations:
        asked = [operation.query, operation.body, *operation.gives.values()]
        for model in (one for one in asked if one is not None):
            found |= set(within(model))
    return sorted(found, key=lambda model: model.__name__)


def within(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from within(field.annotation)
    for part in get_args(kind):
        yield from within(part)


def holds_models(annotation: Any) -> bool:
    """It is shown by what it is made of."""
    return bool(list(within(annotation)))


@pytest.mark.parametrize("model", models(OPERATIONS), ids=lambda model: model.__name__)
def test_each_field_has_a_description_and_an_example(
    model: type[BaseModel],
) -> None:
    assert (model.__doc__ or "").strip()
    for name, field in model.model_fields.items():
        if issubclass(model, RootModel):
            continue  # it is a list, and its own sentence says of what
        assert (field.description or "").rstrip().endswith((".", "`")), (
            f"{name} says not what it is"
        )
        if not holds_models(field.annotation):
            assert field.examples, f"{name} has no example"


@pytest.mark.parametrize("model", models(OPERATIONS), ids=lambda model: model.__name__)
def test_each_number_that_is_counted_in_something_says_in_what(model: type[BaseModel]) -> None:
    schema = whole()["components"]["schemas"].get(model.__name__, {})

    for name, told in schema.get("properties", {}).items():
        if COUNTED.search(name):
            assert told.get("x-unit"), name


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_each_parameter_has_a_description_and_an_example(operation: Operation) -> None:
    told = whole()["paths"][operation.route][operation.method.lower()]

    for parameter in told["parameters"]:
        assert parameter["description"], parameter["name"]
        schema = parameter["schema"]
        shown = "example" in parameter or "enum" in str(schema) or schema.get("type") == "boolean"
        assert shown, parameter["name"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_each_error_is_listed_with_its_types(operation: Operation) -> None:
    told = whole()["paths"][operation.route][operation.method.lower()]["responses"]

    for status, slugs in faults(operation).items():
        assert told[str(status)]["x-problem-types"] == [f"{TYPE}{slug}" for slug in slugs]
        assert "application/problem+json" in told[str(status)]["content"]
    inside = operation.open_to != "all"
    assert ("503" in told) == inside
    assert ("401" in told) == inside
    assert ("413" in told) == (operation.body is not None or operation.open_to == "senders")
    assert ("428" in told) == operation.must_match
    assert ("304" in told) == (operation.has_etag and operation.method == "GET")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_each_header_of_an_answer_is_described(operation: Operation) -> None:
    found = whole()
    told = found["paths"][operation.route][operation.method.lower()]["responses"]

    for status, answer in told.items():
        assert "X-Request-Id" in answer["headers"]
        if operation.open_to == "login":
            counted = status < "400" or status == "429"
            assert ({"RateLimit", "RateLimit-Policy"} <= set(answer["headers"])) == counted
            assert ("Retry-After" in answer["headers"]) == (status in {"429", "503"})
    good = told[str(operation.status)]["headers"]
    assert ("ETag" in good) == operation.has_etag
    for name, header in found["components"]["headers"].items():
        assert header["description"].endswith("."), name
        assert "example" in header, name


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_each_example_is_one(operation: Operation) -> None:
    """The body and the answer that are shown are what the models take."""
    told = whole()["paths"][operation.route][operation.method.lower()]
    shown = told["responses"][str(operation.status)].get("content", {})

    for media, model in operation.gives.items():
        if model is not None:
            model.model_validate(shown[media]["example"])
    if operation.body is not None:
        example = told["requestBody"]["content"][operation.takes]["example"]
        operation.body.model_validate(example)


def test_two_models_of_one_name_would_be_told_apart() -> None:
    names = [model.__name__ for model in models(OPERATIONS)]

    assert len(names) == len(set(names))


# The page


def places(page: str) -> set[str]:
    return set(re.findall(r'id="([^"]+)"', page))


def test_the_pages_contents_lead_to_every_operation_and_every_link_to_a_place() -> None:
    page = render_docs(whole())
    contents = page.partition("<main>")[0]

    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= places(page)
    assert {operation.name for operation in OPERATIONS} <= set(
        re.findall('href="#([^"]+)"', contents)
    )
    assert len(re.findall(r'id="', page)) == len(places(page)), "a place has two names"


def test_the_page_says_nothing_in_marks_of_another_language() -> None:
    text = re.sub(r"<pre>.*?</pre>", "", render_docs(whole()), flags=re.DOTALL)

    assert "`" not in re.sub(r"<code>.*?</code>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_the_example_of_a_request_is_one_that_a_shell_reads(operation: Operation) -> None:
    told = whole()["paths"][operation.route][operation.method.lower()]
    line = curl(operation.method.lower(), operation.route, told)
    command, *words = shlex.split(line.replace("\\\n", " "))
    address, *options = words
    path = address.replace("${URL%/api/v1}", "").replace("$URL", BASE).partition("?")[0]

    assert command == "curl"
    assert "`" not in line
    assert re.fullmatch(operation.pattern, path)
    assert ("Authorization: Bearer $TOKEN" in options) == (
        operation.open_to in {"login", "watchers"}
    )
    assert ("--json" in options) == (operation.takes == JSON and "requestBody" in told)
    given = {one.split("=")[0] for one in address.partition("?")[2].split("&") if one}
    required = {p["name"] for p in told["parameters"] if p["in"] == "query" and p["required"]}
    assert given == required


# The table of rights

REFERENCE = Path(__file__).resolve().parents[2] / "netwb/README.md"


def test_the_reference_has_the_table_of_rights() -> None:
    wanted = in_markdown(OPERATIONS)

    assert wanted in REFERENCE.read_text(), f"netwb/README.md wants these tables:\n\n{wanted}\n"


def test_the_page_has_the_table_of_rights() -> None:
    page = render_docs(whole())
    told = rights(OPERATIONS)

    for one in told["rights"]:
        cells = "".join(f'<td class="yes">{escape(one[role])}</td>' for role in told["roles"])
        row = page.partition(f"<tr><td><code>{one['right']}</code></td>")[2].partition("</tr>")[0]
        assert row.endswith(cells), one["right"]
        assert all(f"<code>{escape(route)}</code>" in row for route in one["routes"])
    for field in told["fields"]:
        assert f"<code>{escape(field['field'])}</code>" in page


def test_each_operation_stands_at_its_right() -> None:
    told = {route: one["right"] for one in rights(OPERATIONS)["rights"] for route in one["routes"]}

    for operation in OPERATIONS:
        assert told.get(f"{operation.method} {operation.path}") == operation.needs


def test_the_rights_of_kinds_of_events_are_those_of_the_table() -> None:
    told = {one.field.removesuffix(".*"): one.needs for one in FIELDS if one.path == EVENTS_PATH}
    needs = next(one.needs for one in OPERATIONS if one.path == EVENTS_PATH)

    for kind in KINDS:
        assert right_of(kind) == told.get(kind.partition(".")[0], needs), kind


def test_the_page_writes_values_as_they_are_sent() -> None:
    page = render_docs(whole())

    assert "<code>true</code>" in page
    assert not re.search(r"[> ](True|False|None)<", page)
