"""OpenAPI 3.1 of the route table. Pure, and public: it holds no data.

One source: the operations and their pydantic models are what the handler itself uses; errors come
from the table of problems, examples from those of the fields, units from the fields' names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, Field
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from netwb._version import __version__
from netwb.web.answer_headers import HEADERS, headers_of
from netwb.web.examples import example_of
from netwb.web.faults import ABOUT, faults
from netwb.web.operations import JSON, Operation, Shape
from netwb.web.problems import MEDIA, TYPE
from netwb.web.rights import rights

_ANY_OBJECT = {"type": "object"}
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "Inventory, status, bills and events of tenants for their ERP; configurations of network devices:"
    " histories, texts, differences, changes, search, backups; blackholes. "
    "Send `Authorization: Bearer nwb_...`, a token of `netwb token issue`. Times are RFC 3339 in UTC. "
    "Lists are `{items, next}`: give `next` back as `cursor`, and leave the rest of the query as it "
    "was. Every error is an `application/problem+json` (RFC 9457), whose `type` says which one it is."
)
_IDS: Mapping[str, tuple[str, str]] = {
    "tenant_id": ("Id of a tenant; stable, and never used again.", "q3v8zk1m5t7w9y2b"),
    "device_id": ("Id of a device, or its name: `acme%2Fedge1`.", "11ndm3zf95rtxmf6"),
    "port_id": ("Id of a port; stable, and never used again.", "agchg4yenaavh7s7"),
    "revision": ("A commit id (short is fine), `latest`, `latest~1` or a time.", "latest"),
    "job_id": ("Id of a job, as Location names it.", "11ndm3zf95rtxmf6"),
    "blackhole_id": ("Id of a blackhole, or the host that it is of.", "4k7rqb0v1n2w3x5y"),
    "rule_id": ("Id of a rule.", "ntp-two-sources"),
    "waiver_id": ("Id of a waiver.", "7h2mcw9x0d4f6g8j"),
    "name": ("Name of a shard.", "main"),
    "secret": ("The secret of the sender's callback.", "wOLQ3kk0Zt6h"),
}
_ERP_IDS: Mapping[str, tuple[str, str]] = {  # an ERP keeps ids: names change
    "tenant_id": ("Id of a tenant (`/me` tells them), or its slug.", "q3v8zk1m5t7w9y2b"),
    "device_id": ("Id of a device, as the inventory tells it; no name.", "11ndm3zf95rtxmf6"),
}
# By the end of a field's name: what its number, or its text, is counted in.
UNITS: Mapping[str, str] = {
    "bps": "bit/s",
    "_s": "s",
    "octets": "octets",
    "octets_in": "octets",
    "octets_out": "octets",
    "minutes": "min",
    "size": "bytes",
    "windows": "windows of 5 minutes",
    "windows_of_month": "windows of 5 minutes",
    "windows_over": "windows of 5 minutes",
    "missing": "windows of 5 minutes",
    "partial": "windows of 5 minutes",
    "excluded": "windows of 5 minutes",
}


class FaultAnswer(Shape):
    """One thing wrong: a parameter of the query, or a place in the body."""

    parameter: Annotated[
        str | None, Field(description="Its name, where it is one.", examples=["limit"])
    ] = None
    pointer: Annotated[
        str | None, Field(description="JSON pointer into the body.", examples=["#/note"])
    ] = None
    detail: Annotated[
        str,
        Field(description="What is wrong with it.", examples=["is too large; give at most 1000"]),
    ]


class ProblemAnswer(Shape):
    """RFC 9457; `request_id` is in the server's log too."""

    type: Annotated[
        str,
        Field(
            description="Which problem: `urn:netwb:problem:` and its name.",
            examples=[f"{TYPE}bad-parameters"],
        ),
    ]
    title: Annotated[str, Field(description="The same in words.", examples=["The query is wrong"])]
    status: Annotated[int, Field(description="The answer's status.", examples=[400])]
    detail: Annotated[
        str,
        Field(
            description="What is wrong here, and what helps.",
            examples=["limit: is too large; give at most 1000"],
        ),
    ]
    instance: Annotated[
        str,
        Field(description="The path that was asked.", examples=["/api/v1/backup/changes"]),
    ]
    request_id: Annotated[
        str, Field(description="As in X-Request-Id.", examples=["6fb0a2d94c31e780"])
    ]
    errors: Annotated[list[FaultAnswer], Field(description="Each thing wrong; often none.")]


class _Schemas:
    """Every model by its name, and how to refer to it; a query's is there for its parameters."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        asked: dict[type[BaseModel], JsonSchemaMode] = {ProblemAnswer: "serialization"}
        for one in operations:
            asked[one.query] = "validation"
            if one.body is not None:
                asked[one.body] = "validation"
            asked |= {model: "serialization" for model in one.gives.values() if model is not None}
        ordered = sorted(asked.items(), key=lambda item: (item[0].__name__, item[0].__module__))
        refs, found = models_json_schema(ordered, ref_template=_REF)
        self._refs = {model: told for (model, _), told in refs.items()}
        self.all: dict[str, Any] = found["$defs"]
        for model in self.all.values():
            for name, field in model.get("properties", {}).items():
                if unit := unit_of(name, field):
                    field["x-unit"] = unit

    def ref(self, model: type[BaseModel]) -> dict[str, Any]:
        """`{"$ref": ...}`."""
        return dict(self._refs[model])

    def of(self, model: type[BaseModel]) -> dict[str, Any]:
        """The schema itself."""
        found: dict[str, Any] = self.all[self._refs[model]["$ref"].rpartition("/")[2]]
        return found

    def content(self, media: str, model: type[BaseModel] | None) -> dict[str, Any]:
        """One media type of a body or an answer, with an example."""
        if model is None:
            return {media: {"schema": {"type": "string"}}}
        schema = self.ref(model)
        return {media: {"schema": schema, "example": example_of(schema, self.all)}}


def unit_of(name: str, field: Mapping[str, Any]) -> str:
    """Of a field's number; empty where it has none.

    >>> unit_of("p95_bps", {"anyOf": [{"type": "integer"}, {"type": "null"}]})
    'bit/s'
    """
    kinds = {field.get("type"), *(one.get("type") for one in field.get("anyOf", ()))}
    if not kinds & {"integer", "number"}:
        return ""
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole OpenAPI document."""
    schemas = _Schemas(operations)
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
        "x-rights": rights(operations),
        "paths": paths,
        "components": {
            "schemas": schemas.all,
            "headers": HEADERS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "nwb_<id>.<secret>"},
                "login": {"type": "apiKey", "in": "cookie", "name": "netwb_session"},
                "sender": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
            },
        },
    }


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.area],
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation, schemas),
            *_older_parameters(operation, schemas),
            *_header_parameters(operation),
        ],
        "responses": _responses(operation, schemas),
        "security": _security(operation),
    }
    if operation.retiring is not None:
        described["deprecated"] = True
    if operation.details:
        described["description"] = operation.details
    if operation.needs is not None:
        described["x-permission"] = str(operation.needs)
    if operation.needs_too:
        described["x-permissions-too"] = [*map(str, operation.needs_too)]
    if operation.body is not None:
        content = schemas.content(operation.takes, operation.body)
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
        own = _ERP_IDS if operation.path.startswith("/erp/") else {}
        about, example = own.get(name) or _IDS[name]
        described = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        yield {**described, "description": about, "example": example}


def _query_parameters(operation: Operation, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    schema = schemas.of(operation.query)
    for name, field in schema.get("properties", {}).items():
        apart = {"title", "description", "examples"}
        described = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": {key: value for key, value in field.items() if key not in apart},
        }
        if "description" in field:
            described["description"] = field["description"]
        if "examples" in field:
            described["example"] = field["examples"][0]
        yield described


def _older_parameters(operation: Operation, schemas: _Schemas) -> Iterator[dict[str, Any]]:
    newer = {told["name"]: told for told in _query_parameters(operation, schemas)}
    for name, one in operation.older.items():
        about = {"description": f"Older name of `{one.instead}`.", "deprecated": True}
        yield {**newer[one.instead], **about, "name": name}


def _header_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    said = dict(operation.carries)
    if operation.has_etag and operation.method == "GET":
        said["If-None-Match"] = "ETag of what the caller has: 304 where it is that still."
    for name, about in said.items():
        tagged = HEADERS["ETag"]["example"]
        yield {
            "name": name,
            "in": "header",
            "required": name == "If-Match" and operation.must_match,
            "schema": {"type": "string"},
            "description": about,
            "example": tagged if name.endswith("Match") else "order-4711-1",
        }


def _responses(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    content: dict[str, Any] = {}
    for media, model in operation.gives.items():
        content |= schemas.content(media, model)
    good = {operation.status: HTTPStatus(operation.status).phrase, **operation.also}
    for status, when in good.items():
        found[str(status)] = {"description": when, "headers": headers_of(operation, status)}
        if status != HTTPStatus.NO_CONTENT:
            found[str(status)]["content"] = dict(content)
    if operation.has_etag and operation.method == "GET":
        found["304"] = {
            "description": "It is still what If-None-Match names.",
            "headers": headers_of(operation, HTTPStatus.NOT_MODIFIED),
        }
    for status, slugs in faults(operation).items():
        told = found.setdefault(str(status), _problem(operation, status, slugs))
        told["x-problem-types"] = [f"{TYPE}{slug}" for slug in slugs]
        told.setdefault("content", {})[MEDIA] = {"schema": schemas.ref(ProblemAnswer)}
    return dict(sorted(found.items()))


def _problem(operation: Operation, status: int, slugs: Sequence[str]) -> dict[str, Any]:
    listed = ", ".join(f"`{slug}`" for slug in slugs)
    return {
        "description": f"{ABOUT[status]} Problems: {listed}.",
        "headers": headers_of(operation, status),
    }
