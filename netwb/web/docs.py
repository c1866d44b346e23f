"""The OpenAPI document as a page for people: plain HTML, one style, nothing foreign, no script. Pure."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from itertools import groupby
from typing import Any

from netwb.web.curl import curl

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2328;--quiet:#57606a;--line:#d0d7de;--page:#fff;--soft:#f6f8fa;
--link:#0550ae;--get:#0a6b3d;--write:#8a4600}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b1;--line:#30363d;--page:#0d1117;
--soft:#161b22;--link:#79b8ff;--get:#56d48f;--write:#f0a35e}}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{font:16px/1.55 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--page)}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
code{overflow-wrap:anywhere}td code{overflow-wrap:normal}td:last-child code{overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);padding:.7rem .9rem;overflow:auto;border-radius:6px;
max-height:30rem;margin:.6rem 0}
a{color:var(--link);text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
main{max-width:66rem;padding:1rem 1.25rem 5rem;min-width:0}
h1{font-size:1.7rem;margin:.5rem 0}h2{font-size:1.35rem;margin:3rem 0 .5rem;padding-top:.6rem;
border-top:1px solid var(--line)}
h3{font-size:1rem;margin:2.2rem 0 .3rem;overflow-wrap:anywhere}h3 code{font-size:.95em}
h3 a,h2 a{color:inherit}
p{margin:.5rem 0}.quiet{color:var(--quiet)}
.method{font-weight:700;color:var(--write)}.get{color:var(--get)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.93rem}
td,th{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line)}
.rights td,.rights th{padding-right:.7rem}.rights code{white-space:nowrap;overflow-wrap:normal}
.rights td.yes{min-width:4rem;max-width:7rem}small{display:block}.yes{color:var(--get)}
summary{cursor:pointer;color:var(--link);padding:.15rem 0}details{margin:.35rem 0}
nav{padding:.75rem 1.25rem;border-bottom:1px solid var(--line);background:var(--soft);font-size:.92rem}
nav ul{list-style:none;margin:.2rem 0 .6rem;padding:0}nav li{padding:.12rem 0;overflow-wrap:anywhere}
nav b{display:block;margin-top:.6rem}
@media(min-width:64rem){body{display:grid;grid-template-columns:19rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;border-bottom:0;border-right:1px solid var(--line)}
main{padding:1rem 2.5rem 6rem}}
@media(max-width:40rem){.stack thead{display:none}.stack tr{display:block;padding:.5rem 0;
border-bottom:1px solid var(--line)}.stack td{display:inline-block;border:0;padding:.05rem .7rem .05rem 0}.stack td:last-child{display:block}
nav{max-height:45vh;overflow:auto}
h1{font-size:1.4rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}}
@media print{nav{display:none}body{display:block}}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_CODE = re.compile(r"`([^`]+)`")
_AREAS = {
    "erp": "For an ERP: inventory, status, bills, events",
    "backup": "Configurations",
    "jobs": "Jobs",
    "blackholes": "Blackholes",
    "fastnetmon": "Attacks, from detectors",
    "telegraf": "Telegraf",
    "graphite": "Curves for Grafana",
    "grafana": "Accounts of Grafana",
    "openapi.json": "This documentation",
    "docs": "This documentation",
    "healthz": "The server itself",
    "readyz": "The server itself",
    "metrics": "The server itself",
}
_BEGIN = """netwb token issue --user ana --allow inventory.view,monitoring.view --days 90
URL=https://netwb.example.net/api/v1 TOKEN=nwb_...
curl "$URL/erp/inventory/q3v8zk1m5t7w9y2b?limit=100" -H "Authorization: Bearer $TOKEN"
"""
_TEXTS = (
    (
        "begin",
        "Begin",
        (
            (
                "A token of <code>netwb token issue</code> goes into the Authorization header; in a query"
                " it is ignored. It has a role and a scope of tenants, and may be narrowed by"
                " <code>--allow</code> and <code>--networks</code>."
            ),
        ),
    ),
    (
        "lists",
        "Lists and copies",
        (
            (
                "A list is <code>{&quot;items&quot;: [...], &quot;next&quot;: ...}</code> with"
                " <code>limit</code> 50, 1,000 at most: give <code>next</code> back as"
                " <code>cursor</code> and leave the rest of the query as it was. Whoever keeps a copy of an"
                " inventory asks with <code>updated_since</code>, as"
                ' <a href="#get_erp_inventory_tenant_id">its route</a> says.'
            ),
            (
                "An answer with an ETag may be kept, and asked again with <code>If-None-Match</code>: 304"
                " costs next to nothing. With <code>Accept-Encoding: gzip</code> a long answer comes"
                " compressed, under an ETag of its own. A write that wants <code>If-Match</code> is done"
                " only to what is still as it was read (412, and 428 without one); with an"
                " <code>Idempotency-Key</code> a repeat is done once."
            ),
        ),
    ),
    (
        "errors",
        "Errors",
        (
            (
                "Every error is an <code>application/problem+json</code> (RFC 9457); its <code>type</code>"
                " says which one it is, <code>detail</code> what helps, and the server's log has its"
                " <code>request_id</code>. What is not in your scope is 404, like what never was; a"
                " missing right is 403, and is named: neither is ever an empty answer."
            ),
        ),
    ),
    (
        "limits",
        "Limits",
        (
            (
                "A token, a login, and each tenant on its own routes has so many requests a minute in each"
                " process of the server. <code>RateLimit-Policy</code> says how many, <code>RateLimit</code>"
                " what is left; one too many is 429, with <code>Retry-After</code>."
            ),
        ),
    ),
)


def render_docs(document: Mapping[str, Any]) -> str:
    """The page. It goes with POLICY, which allows its style and nothing else."""
    info = document["info"]
    areas = list(_areas(document))
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(info['title'])} REST</title><style>{_STYLE}</style></head><body>",
            *_contents(areas),
            f'<main><h1 id="top">{escape(info["title"])} {escape(info["version"])}: REST</h1>',
            f"<p>{_prose(info['description'])}</p>",
            (
                '<p>The same for programs: <a href="openapi.json">openapi.json</a>, OpenAPI'
                f" {escape(document['openapi'])}.</p>"
            ),
            *_texts(),
            *_rights(document["x-rights"]),
            *(part for name, listed in areas for part in _area(name, listed)),
            *_models(document["components"]["schemas"]),
            "</main></body></html>",
        ]
    )


_Told = tuple[str, str, Mapping[str, Any]]


def _areas(document: Mapping[str, Any]) -> Iterator[tuple[str, list[_Told]]]:
    """Title -> its operations: method, path, what is said of it."""
    told = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    order = list(dict.fromkeys(_AREAS.values()))

    def title(one: _Told) -> str:
        area = str(one[2]["tags"][0])
        return _AREAS.get(area, area)

    def place(one: _Told) -> int:
        return order.index(title(one)) if title(one) in order else len(order)

    for name, listed in groupby(sorted(told, key=place), key=title):
        yield name, list(listed)


def _contents(areas: Iterable[tuple[str, list[_Told]]]) -> Iterator[str]:
    """Open beside the text where there is room, folded above it on a phone: both without a script."""
    yield '<nav aria-label="Contents"><details open><summary>Contents</summary><ul>'
    for place, title, _ in _TEXTS:
        yield f'<li><a href="#{place}">{title}</a></li>'
    yield '<li><a href="#rights">Rights</a></li><li><a href="#models">Models</a></li></ul>'
    for name, listed in areas:
        yield f"<b>{escape(name)}</b><ul>"
        for method, path, operation in listed:
            place = escape(operation["operationId"])
            yield f'<li><a href="#{place}">{_name(method, _short(path))}</a></li>'
        yield "</ul>"
    yield "</details></nav>"


def _texts() -> Iterator[str]:
    for place, title, paragraphs in _TEXTS:
        yield f'<h2 id="{place}"><a href="#{place}">{title}</a></h2>'
        yield from (f"<p>{text}</p>" for text in paragraphs)
        if place == "begin":
            yield f"<pre><code>{escape(_BEGIN.strip())}</code></pre>"


def _rights(told: Mapping[str, Any]) -> Iterator[str]:
    roles = told["roles"]
    heads = "".join(f"<th>{escape(role)}</th>" for role in roles)
    yield '<h2 id="rights"><a href="#rights">Rights</a></h2>'
    yield "<p>Who acts has a role and a scope: some tenants, or all. A token holds what its owner and its"
    yield " role both hold, or of that what <code>--allow</code> names.</p>"
    yield f'<div class="wide"><table class="rights"><thead><tr><th>right</th><th>what it opens</th>{heads}'
    yield "</tr></thead><tbody>"
    for one in told["rights"]:
        routes = "<br>".join(f"<code>{escape(route)}</code>" for route in one["routes"])
        opened = f"{escape(one['about'])}<small>{routes}</small>"
        yield f"<tr><td><code>{escape(one['right'])}</code></td><td>{opened}</td>{_cells(one, roles)}</tr>"
    yield "</tbody></table></div><p>Fields that need a right beside their route's:</p>"
    yield '<div class="wide"><table class="rights"><thead><tr><th>field</th><th>right</th>'
    yield f"<th>without it</th>{heads}</tr></thead><tbody>"
    for one in told["fields"]:
        field = f"<code>{escape(one['field'])}</code> <small>of <code>{escape(one['route'])}</code></small>"
        right = f"<code>{escape(one['needs'])}</code>"
        without = escape(one["without"])
        yield f"<tr><td>{field}</td><td>{right}</td><td>{without}</td>{_cells(one, roles)}</tr>"
    yield "</tbody></table></div>"


def _cells(one: Mapping[str, str], roles: Iterable[str]) -> str:
    return "".join(f'<td class="yes">{escape(one[role])}</td>' for role in roles)


def _area(name: str, listed: Iterable[_Told]) -> Iterator[str]:
    yield f"<h2>{escape(name)}</h2>"
    for method, path, operation in listed:
        yield from _operation(method, path, operation)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    place = escape(operation["operationId"])
    yield f'<h3 id="{place}"><a href="#{place}">{_name(method, path)}</a></h3>'
    yield f"<p><b>{_prose(operation['summary'])}</b> {_who(operation)}</p>"
    if "description" in operation:
        yield f"<p>{_prose(operation['description'])}</p>"
    if operation["parameters"]:
        yield '<table class="stack"><thead><tr><th>parameter</th><th>in</th><th>type</th>'
        yield "<th>what it is</th></tr></thead><tbody>"
        yield from map(_parameter, operation["parameters"])
        yield "</tbody></table>"
    yield f"<pre><code>{escape(curl(method, path, operation))}</code></pre>"
    if "requestBody" in operation:
        yield f"<p>Body: {_content(operation['requestBody']['content'])}</p>"
    yield from _answers(operation["responses"])


def _answers(responses: Mapping[str, Any]) -> Iterator[str]:
    good = {status: told for status, told in responses.items() if status < "400"}
    for status, told in good.items():
        yield f"<p><b>{status}</b> {_prose(told['description'])} {_content(told.get('content', {}))}</p>"
        for media, shown in told.get("content", {}).items():
            if "example" in shown and shown["example"] not in ({}, []):
                text = json.dumps(shown["example"], indent=1, ensure_ascii=False)
                yield f"<details><summary>Example of {escape(media)}</summary>"
                yield f"<pre><code>{escape(text)}</code></pre></details>"
    faults = {status: told for status, told in responses.items() if status >= "400"}
    if faults:
        yield f"<details><summary>Problems: {', '.join(faults)}</summary>"
        yield '<table class="stack"><tbody>'
        for status, told in faults.items():
            types = " ".join(
                f"<code>{escape(one.rpartition(':')[2])}</code>" for one in told["x-problem-types"]
            )
            about = _prose(told["description"].partition(" Problems: ")[0])
            yield f"<tr><td><b>{status}</b></td><td>{about}</td><td>{types}</td></tr>"
        yield "</tbody></table></details>"


def _prose(text: str) -> str:
    """What stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _name(method: str, path: str) -> str:
    kind = "method get" if method == "get" else "method"
    return f'<code><span class="{kind}">{method.upper()}</span> {escape(path)}</code>'


def _short(path: str) -> str:
    return path.removeprefix("/api/v1")


def _who(operation: Mapping[str, Any]) -> str:
    if not operation["security"]:
        return '<span class="quiet">For everybody.</span>'
    if "x-permission" not in operation:
        return ""
    needs = (operation["x-permission"], *operation.get("x-permissions-too", ()))
    named = " and ".join(f"<code>{escape(one)}</code>" for one in needs)
    return f'<span class="quiet">Needs {named}.</span>'


def _parameter(parameter: Mapping[str, Any]) -> str:
    name = f"<code>{escape(parameter['name'])}</code>"
    name += "" if parameter["required"] else ' <span class="quiet">optional</span>'
    name += ' <span class="quiet">deprecated</span>' if parameter.get("deprecated") else ""
    about = _prose(parameter.get("description", ""))
    if "example" in parameter:
        about += f' <span class="quiet">Example: <code>{escape(_plain(parameter["example"]))}</code></span>'
    cells = (
        name,
        f'<span class="quiet">{parameter["in"]}</span>',
        f"<code>{escape(_kind(parameter['schema']))}</code>{_bounds(parameter['schema'])}",
        about,
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _bounds(schema: Mapping[str, Any]) -> str:
    """What it may be, and what it is where it is left out."""
    least, most = schema.get("minimum"), schema.get("maximum")
    said = f" {least} to {most}" if least is not None and most is not None else ""
    if schema.get("default") not in (None, ""):
        said += f", else {_plain(schema['default'])}"
    return f' <span class="quiet">{escape(said.strip(" ,"))}</span>' if said else ""


def _plain(value: Any) -> str:
    """As it is written in an address."""
    return value if isinstance(value, str) else json.dumps(value)


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
    """What it is, where a model is meant with a link to it."""
    kind = escape(_kind(schema))
    inner = schema.get("items", schema)
    refs = [one["$ref"] for one in (inner, *inner.get("anyOf", ())) if "$ref" in one]
    if not refs:
        return "text" if schema == {"type": "string"} else kind
    return f'<a href="#{escape(refs[0].rpartition("/")[2])}">{kind}</a>'


def _models(schemas: Mapping[str, Any]) -> Iterator[str]:
    yield '<h2 id="models"><a href="#models">Models</a></h2>'
    for name, schema in sorted(schemas.items()):
        place = escape(name)
        yield f'<h3 id="{place}"><a href="#{place}"><code>{place}</code></a></h3>'
        yield f"<p>{_prose(schema.get('description', ''))}</p>"
        if schema.get("properties"):
            yield '<table class="stack"><tbody>'
            required = schema.get("required", ())
            for field, told in schema["properties"].items():
                yield _field(field, told, optional=field not in required)
            yield "</tbody></table>"
        elif "items" in schema:
            yield f"<p>{_linked(schema)}</p>"


def _field(name: str, told: Mapping[str, Any], *, optional: bool) -> str:
    named = f"<code>{escape(name)}</code>"
    named += ' <span class="quiet">optional</span>' if optional else ""
    about = _prose(told.get("description", ""))
    if "x-unit" in told:
        about += f' <span class="quiet">In {escape(told["x-unit"])}.</span>'
    if told.get("examples"):
        shown = escape(json.dumps(told["examples"][0], ensure_ascii=False))
        about += f' <span class="quiet">Example: <code>{shown}</code></span>'
    kind = _linked(told) if _linked(told) != "text" else "string"
    return f"<tr><td>{named}</td><td><code>{kind}</code></td><td>{about}</td></tr>"
