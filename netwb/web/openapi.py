"""OpenAPI 3.1 of the route table. Pure, and public: it holds no data.

One source: the operations and their pydantic models are what the handler itself uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from netwb._version import __version__
from netwb.web.operations import JSON, Operation, Shape
from netwb.web.problems import MEDIA

_ANY_OBJECT = {"type": "object"}
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "Configurations of network devices: histories, texts, differences, changes, search, backups. "
    "Send `Authorization: Bearer nwb_...`, a token of `netwb token issue`. Times are RFC 3339 in UTC. "
    "Lists are `{items, next}`: give `next` back as `cursor`, and leave the rest of the query as it "
    "was. Every error is an `application/problem+json` (RFC 9457). "
    "In the last 14 days of a token each answer carries its end in `netwb-token-expires` (RFC 3339)."
)
_FAULTS: Mapping[int, str] = {
    400: "A parameter is unknown or wrong, or a body cannot be read.",
    401: "No token or login that is in force.",
    403: "A right is missing; the detail names it.",
    404: "Nothing of that id is in the caller's scope: a foreign one and an unknown one read alike.",
    406: "None of the accepted media types can be given.",
    409: "It clashes with what is there or under way.",
    412: "It is not any more as the tag in If-Match says.",
    410: "What came after that number cannot be told any more; read it anew.",
    413: "The body is too long.",
    415: "The body is of another media type than the route takes.",
    422: "Well-formed, but it cannot be: a body that is not what the route takes, or a word in it or in"
    " the address that netwb does not know or that means several things.",
    428: "If-Match is missing: say which tag was read.",
    429: "Too many wrong tries; come again after Retry-After.",
    503: "Something that netwb needs is not available.",
}


class FaultAnswer(Shape):
    """One thing wrong: a parameter of the query, or a place in the body."""

    parameter: str | None = None
    pointer: str | None = None
    detail: str


class ProblemAnswer(Shape):
    """RFC 9457; `request_id` is in the server's log too."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FaultAnswer]


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole OpenAPI document."""
    schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, schemas)
        paths.setdefault(operation.route, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "netwb",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "nwb_<id>.<secret>"},
                "login": {"type": "apiKey", "in": "cookie", "name": "netwb_session"},
                "sender": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
            },
        },
    }


def _operation(operation: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.path.split("/")[1]],
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation, schemas),
            *_older_parameters(operation),
            *_header_parameters(operation),
        ],
        "responses": {**_good(operation), **_faults(operation)},
        "security": _security(operation),
    }
    if operation.retiring is not None:
        described["deprecated"] = True
    if operation.details:
        described["description"] = operation.details
    if operation.needs is not None:
        described["x-permission"] = str(operation.needs)
    if operation.body is not None:
        content = {operation.takes: {"schema": _ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.open_to == "senders":
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": _ANY_OBJECT}}}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.open_to == "senders":
        return [{"sender": []}] if not operation.ids else []  # the path itself is the secret
    return [] if operation.open_to == "all" else [{"token": []}, {"login": []}]


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.ids:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(operation: Operation, schemas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    schema = schemas.get(operation.query.__name__, {})
    for name, field in schema.get("properties", {}).items():
        said = {key: value for key, value in field.items() if key not in {"title", "description"}}
        described = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": said,
        }
        if "description" in field:
            described["description"] = field["description"]
        yield described


def _older_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, one in operation.older.items():
        schema = {"type": "string", "maxLength": 200}
        described = {"name": name, "in": "query", "required": False, "schema": schema}
        yield {**described, "deprecated": True, "description": f"Older name of `{one.instead}`."}


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, said in operation.carries.items():
        schema = {"type": "string"}
        described = {"name": name, "in": "header", "required": False, "schema": schema}
        yield {**described, "description": said}


def _good(operation: Operation) -> dict[str, Any]:
    content = {media: {"schema": _schema(model)} for media, model in operation.gives.items()}
    good: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.status != HTTPStatus.NO_CONTENT:
        good["content"] = content
    if operation.status == HTTPStatus.ACCEPTED and operation.open_to == "login":
        where = {"schema": {"type": "string"}, "description": "Where the job is followed."}
        good["headers"] = {"Location": where}
    if operation.status == HTTPStatus.CREATED:
        good["headers"] = {
            "Location": {"schema": {"type": "string"}, "description": "Where it is."}
        }
    others = {
        str(status): {"description": when, "content": content}
        for status, when in operation.also.items()
    }
    return {str(operation.status): good} | others


def _faults(operation: Operation) -> dict[str, Any]:
    content = {MEDIA: {"schema": _ref(ProblemAnswer)}}
    return {
        str(status): {"description": _FAULTS[status], "content": content}
        for status in sorted(_statuses(operation) - {operation.status})
    }


def _statuses(operation: Operation) -> set[int]:
    found = {400, 406}
    if operation.open_to != "all":
        found |= {401, 403, 422, 429, 503}
    if operation.open_to == "login" and operation.method == "GET":
        found |= {404}
    if operation.body is not None:
        found |= {404, 409, 413, 415}
    if operation.open_to == "senders":
        found |= {413}
    if "If-Match" in operation.carries:
        found |= {412}
    if operation.must_match:
        found |= {428}
    if "updated_since" in operation.query.model_fields:
        found |= {410}
    return found


def _schema(model: type[BaseModel] | None) -> dict[str, Any]:
    return {"type": "string"} if model is None else _ref(model)


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    """Every model by its name; a query's is there for its parameters, and no harm."""
    asked: dict[type[BaseModel], JsonSchemaMode] = {ProblemAnswer: "serialization"}
    for operation in operations:
        asked[operation.query] = "validation"
        if operation.body is not None:
            asked[operation.body] = "validation"
        asked |= {model: "serialization" for model in operation.gives.values() if model is not None}
    ordered = sorted(asked.items(), key=lambda item: item[0].__name__)
    _, found = models_json_schema(ordered, ref_template=_REF)
    schemas: dict[str, Any] = found["$defs"]
    return schemas
