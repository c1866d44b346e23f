"""A request to try an operation with, as a command line; made from the OpenAPI document. Pure.

`$URL` is where netwb is served, with /api/v1; `$TOKEN` a token.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from netwb.web.operations import BASE, FORM, JSON

_MEDIA_OWN = (JSON, "text/html")  # what comes without being asked for
_MARKS = {"post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}


def curl(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """Of one operation of the document; each option on a line of its own."""
    return " \\\n  ".join(_words(method, path, operation))


def _words(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'curl "{_address(path, operation)}"'
    if any("token" in one for one in operation["security"]):
        yield '-H "Authorization: Bearer $TOKEN"'
    for parameter in operation["parameters"]:
        if parameter["in"] == "header" and parameter["name"] != "If-None-Match":
            yield f"-H {shlex.quote(parameter['name'] + ': ' + str(parameter['example']))}"
    media = next(iter(_good(operation)), JSON)
    if media not in _MEDIA_OWN:
        yield f"-H 'Accept: {media}'"
    if method in _MARKS and not (method == "post" and "requestBody" in operation):
        yield f"-X {_MARKS[method]}"
    if "requestBody" in operation:
        yield from _body(operation["requestBody"]["content"])


def _address(path: str, operation: Mapping[str, Any]) -> str:
    """Within double quotes, where a shell reads no more than `$URL` in it."""
    named = {p["name"]: str(p["example"]) for p in operation["parameters"] if p["in"] == "path"}
    asked = {
        p["name"]: p["example"]
        for p in operation["parameters"]
        if p["in"] == "query" and p["required"] and "example" in p
    }
    where = "$URL" + path.removeprefix(BASE) if path.startswith(BASE) else "${URL%/api/v1}" + path
    for name, example in named.items():
        where = where.replace(f"{{{name}}}", example)
    return where + (f"?{urlencode(asked)}" if asked else "")


def _body(content: Mapping[str, Any]) -> Iterator[str]:
    for media, told in content.items():
        example = told.get("example", {})
        if media == FORM:
            for name, value in example.items():
                for one in value if isinstance(value, list) else [value]:
                    yield f"--data-urlencode {shlex.quote(f'{name}={one}')}"
        else:
            yield f"--json {shlex.quote(json.dumps(example))}"


def _good(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    good = min(status for status in operation["responses"] if status.startswith("2"))
    found: Mapping[str, Any] = operation["responses"][good].get("content", {})
    return found
