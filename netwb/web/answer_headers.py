"""Headers of answers, as OpenAPI describes them, and which of them an operation's answers carry. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from netwb.web.operations import Operation

_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
REF = "#/components/headers/{name}"


def _text(about: str, example: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}, "example": example}


HEADERS: Mapping[str, dict[str, Any]] = {
    "X-Request-Id": _text(
        "The caller's own, or a new one; each line that the server logs for the request has it.",
        "6fb0a2d94c31e780",
    ),
    "ETag": _text(
        "Strong tag of this very body: `If-None-Match` of the next request spares it, `If-Match` of a"
        " change asks that it be so still. A compressed body has one of its own.",
        '"0c4f1a9be2d7438865f10b7a9c3e2d41"',
    ),
    "Cache-Control": _text(
        "`private, no-cache`: the caller may keep it, and asks each time whether it still holds;"
        " `no-store`: it may not.",
        "private, no-cache",
    ),
    "RateLimit-Policy": _text(
        "Requests (q) that a token, and a tenant, has in so many seconds (w).",
        '"token";q=20000;w=60, "tenant";q=40000;w=60',
    ),
    "RateLimit": _text(
        "How many may follow at once (r), and for how many seconds no more than that (t).",
        '"token";r=19999;t=1, "tenant";r=39998;t=1',
    ),
    "Retry-After": {
        "description": "Seconds after which it is worth another try.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 10,
    },
    "WWW-Authenticate": _text("How to say who asks.", 'Bearer realm="netwb"'),
    "Location": _text("Where what was made is.", "/api/v1/jobs/11ndm3zf95rtxmf6"),
    "Deprecation": _text(
        "Since when what was asked for, or a parameter by that name, should be used no more (RFC 9745).",
        "@1795824000",
    ),
    "Sunset": _text("From when on it may be gone (RFC 8594).", "Tue, 01 Jun 2027 00:00:00 GMT"),
    "Link": _text(
        "What stands in the place of what is deprecated, or where that is said; of a CSV the next page.",
        '</api/v1/docs#get_backup_changes>; rel="deprecation"; type="text/html"',
    ),
    "Last-Modified": _text("When it became what it is.", "Fri, 20 Nov 2026 02:00:00 GMT"),
    "Netwb-Token-Expires": _text(
        "When the token ends, UTC; in its last two weeks alone.", "2026-12-11T09:00:00Z"
    ),
}


def headers_of(operation: Operation, status: int) -> dict[str, Any]:
    """Those that an answer of that status carries, or may; of an error those that belong to it."""
    return {name: {"$ref": REF.format(name=name)} for name in _names(operation, status)} | {
        name: _text(about, example)
        for name, (about, example) in operation.tells.items()
        if status == operation.status
    }


def _names(operation: Operation, status: int) -> Iterator[str]:
    yield "X-Request-Id"
    good = status < HTTPStatus.BAD_REQUEST
    if operation.open_to in {"login", "watchers"} and (good or status == _TOO_MANY):
        yield from ("RateLimit-Policy", "RateLimit", "Netwb-Token-Expires")
    if status in {_TOO_MANY, HTTPStatus.SERVICE_UNAVAILABLE}:
        yield "Retry-After"
    if status == HTTPStatus.UNAUTHORIZED:
        yield "WWW-Authenticate"
    if good:
        yield "Cache-Control"
        if operation.has_etag:
            yield "ETag"
        if status in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED} and operation.open_to == "login":
            yield "Location"
    if operation.retiring is not None or operation.older:
        yield from ("Deprecation", "Sunset", "Link")
