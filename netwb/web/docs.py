"""The OpenAPI document as a page for people: plain HTML, one style, nothing foreign. Pure."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1f2328;background:#fff}code,pre{font:14px/1.45 ui-monospace,monospace}"
    "pre{background:#f6f8fa;padding:.75rem;overflow:auto;border-radius:4px}"
    "h2{margin:2.5rem 0 .25rem;font-size:1.1rem}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;"
    "border-bottom:1px solid #d0d7de}.quiet{color:#57606a}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
    "pre{background:#161b22}td,th{border-color:#30363d}.quiet{color:#9da7b1}a{color:#6cb6ff}}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def render_docs(document: Mapping[str, Any]) -> str:
    """The page. It goes with POLICY, which allows its style and nothing else."""
    info, schemas = document["info"], document["components"]["schemas"]
    operations = (
        part
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for part in _operation(method.upper(), path, operation)
    )
    models = (part for name, schema in sorted(schemas.items()) for part in _model(name, schema))
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(info['title'])} REST</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(info['title'])} {escape(info['version'])}: REST</h1>",
            f"<p>{escape(info['description'])}</p>",
            '<p>The same for programs: <a href="openapi.json">openapi.json</a></p>',
            *operations,
            "<h1>Models</h1>",
            *models,
            "</body></html>",
        ]
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h2 id="{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></h2>'
    about = f"{operation['summary']} {operation.get('description', '')}"
    yield f"<p>{escape(about.strip())} {_who(operation)}</p>"
    if operation["parameters"]:
        yield "<table><tr><th>parameter</th><th>in</th><th>type</th><th>what it is</th></tr>"
        yield from map(_parameter, operation["parameters"])
        yield "</table>"
    if "requestBody" in operation:
        yield f"<p>Body: {_content(operation['requestBody']['content'])}</p>"
    answers = (
        f"<b>{status}</b> {_content(told['content']) if 'content' in told else ''}"
        for status, told in operation["responses"].items()
        if status.startswith("2")
    )
    faults = ", ".join(s for s in operation["responses"] if not s.startswith("2"))
    yield f"<p>Answers: {' '.join(answers)}; problems: {faults}</p>"


def _who(operation: Mapping[str, Any]) -> str:
    if not operation["security"]:
        return '<span class="quiet">For everybody.</span>'
    needs = operation.get("x-permission")
    return f'<span class="quiet">Needs {escape(needs)}.</span>' if needs else ""


def _parameter(parameter: Mapping[str, Any]) -> str:
    name = escape(parameter["name"]) + ("" if parameter["required"] else " (optional)")
    cells = (
        f"<code>{name}</code>",
        parameter["in"],
        f"<code>{escape(_kind(parameter['schema']))}</code>",
        escape(parameter.get("description", "")),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "anyOf" in schema:
        return " | ".join(map(_kind, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    return str(schema.get("type", "any"))


def _content(content: Mapping[str, Any]) -> str:
    return ", ".join(
        f"<code>{escape(media)}</code> {_linked(told['schema'])}" for media, told in content.items()
    )


def _linked(schema: Mapping[str, Any]) -> str:
    kind = escape(_kind(schema))
    return f'<a href="#{kind}">{kind}</a>' if "$ref" in schema else kind


def _model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h2 id="{escape(name)}">{escape(name)}</h2>'
    yield f"<p>{escape(schema.get('description', ''))}</p><table>"
    required = schema.get("required", ())
    for field, told in schema.get("properties", {}).items():
        optional = "" if field in required else ' <span class="quiet">optional</span>'
        about = escape(told.get("description", ""))
        kind = escape(_kind(told))
        yield f"<tr><td><code>{escape(field)}</code>{optional}</td><td><code>{kind}</code></td><td>{about}</td></tr>"
    yield "</table>"
