"""The OpenAPI document and its page: valid, whole, and free of data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from netwb.web.docs import POLICY, render_docs
from netwb.web.openapi import document
from netwb.web.operations import Operation
from netwb.web.routes import OPERATIONS, by_route


def test_the_document_is_valid_openapi_3_1() -> None:
    found = document(OPERATIONS)

    assert found["openapi"].startswith("3.1")
    validate(found)


def test_every_operation_is_in_it_with_what_it_takes_and_needs() -> None:
    paths = document(OPERATIONS)["paths"]

    for operation in OPERATIONS:
        told = paths[operation.route][operation.method.lower()]
        names = {parameter["name"] for parameter in told["parameters"]}
        fields = operation.query.model_fields.items()
        asked = {*operation.ids, *(field.alias or name for name, field in fields)}
        assert names == asked | {*operation.carries, *operation.older}
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
