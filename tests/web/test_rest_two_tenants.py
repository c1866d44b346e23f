"""Every route x every role x own, foreign and missing: nothing of the other tenant appears.

The routes come from the table that the server itself is made of, so that a new one that nobody thought
of here fails the first test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from netwb.access.records import NewToken
from netwb.roles import EVENTS_PATH, FIELDS, MATRIX, FieldRight, Permission, Role
from netwb.web.openapi import document
from netwb.web.operations import Operation
from netwb.web.routes import OPERATIONS
from tests.web.rest import Client, Reply, serving
from tests.web.two_tenants import (
    ADDRESSES,
    FOREIGN_ADDRESS,
    FOREIGN_AUTHOR,
    FOREIGN_HOST,
    FOREIGN_PEER,
    FOREIGN_PERSON,
    NOBODYS,
    OWN,
    Ground,
    Names,
    two_tenants,
)

DOCUMENT = document(OPERATIONS)
PROXIED = {"X-Forwarded-For": "192.0.2.7"}  # else a test's loopback would be a watcher
CALLERS = [*(role.value for role in Role), "none"]
FORMED = {"Content-Type": "application/x-www-form-urlencoded"}
PROBLEM = {"type", "title", "status", "detail", "instance", "request_id", "errors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How one operation is asked; what stands in braces are Names, those with `own_` always one's own.

    needs   a right of its own, beside the operation's
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    accept: str = "*/*"
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: Permission | None = None


TENANTS, OWN_TENANT = ("{tenant_id}", "{tenant}"), "{own_tenant_id}"
INVENTORY = "/erp/inventory/{tenant_id}"
HISTORY, TEXT = "/backup/history/{device_id}", "/backup/history/{device_id}/{revision}"
ACCEPT, DISCARD = (f"/backup/quarantine/{{device_id}}/{verb}" for verb in ("accept", "discard"))
BLACKHOLE = "/blackholes/{blackhole_id}"
REASON = {"reason": "a person looked at it"}
OF_ITS_OWN = ("id", "prefix", "requested_at", "ended_at")  # of each blackhole, and said by who asks
QUESTIONS: dict[tuple[str, str], list[Question]] = {
    ("GET", "/backup/devices"): [
        Question(query=query)
        for query in (
            {},
            {"tenant": "{tenant}"},
            {"site": "{site}"},
            {"hostname": "edge1", "status": "any"},
            {"limit": "1"},
        )
    ],
    ("GET", HISTORY): [
        Question(ids={"device_id": "{device}"}),
        Question(ids={"device_id": "{tenant}/edge1"}),
        Question(ids={"device_id": "{device}"}, query={"kind": "startup", "limit": "1"}),
    ],
    ("GET", TEXT): [
        Question(ids={"device_id": device, "revision": revision}, accept=accept)
        for device, revision in (
            ("{device}", "{revision}"),
            ("{device}", "latest"),
            ("{device}", "{own_revision}"),
            ("{own_device}", "{revision}"),
        )
        for accept in ("application/json", "text/plain")
    ],
    ("GET", "/backup/diff"): [
        Question(query=query, accept=accept)
        for query in (
            {"new": "{device}@{revision}"},
            {"new": "{device}"},
            {"new": "{own_device}@{revision}"},
            {"new": "{own_device}", "old": "{device}@latest"},
            {"new": "{device}", "old": "{own_device}@latest"},
            {"new": "{own_device}", "old": "{tenant}/edge1@latest"},
        )
        for accept in ("application/json", "text/x-diff")
    ],
    ("GET", "/backup/changes"): [
        Question(query={"since": "30d"} | query)
        for query in (
            {},
            {"by": "{author}"},
            {"tenant": "{tenant}"},
            {"site": "{tenant}/{site}"},
            {"site": "{site}"},
            {"device": "{device}"},
            {"device": "{tenant}/edge1"},
            {"limit": "1"},
        )
    ],
    ("GET", "/backup/search"): [
        Question(query={"when": "ever"} | query)
        for query in (
            {"text": "server"},
            {"text": "Zephyr"},
            {"text": "server", "by": "{author}"},
            {"text": "Zep.*", "match": "pattern"},
            {"text": "server", "tenant": "{tenant}"},
            {"text": "server", "site": "{site}"},
            {"text": "krypton"},
            {"text": "e", "limit": "1"},
        )
    ],
    ("GET", "/backup/quarantine"): [
        Question(query=query) for query in ({}, {"limit": "1"}, {"tenant": "{tenant}"})
    ],
    ("POST", ACCEPT): [Question(ids={"device_id": "{held}"}, body=REASON)],
    ("POST", DISCARD): [Question(ids={"device_id": "{held}"}, body=REASON)],
    ("POST", "/backup/runs"): [
        Question(body=body)
        for body in (
            {},
            {"devices": ["{device}"], "note": "CHG1"},
            {"devices": ["{own_device}", "{device}"]},
            {"devices": ["{tenant}/edge1"]},
            {"tenant": "{tenant}"},
            {"site": "{tenant}/{site}"},
        )
    ],
    ("GET", INVENTORY): [
        Question(ids={"tenant_id": tenant}, query=query, accept=accept)
        for tenant in TENANTS
        for query in (
            {},
            {"limit": "1", "count": "true", "sort": "hostname"},
            {"site": "{site}"},
            {"updated_since": "2026-11-20T02:00:00Z"},
        )
        for accept in ("application/json", "text/csv")
    ]
    + [
        Question(
            ids={"tenant_id": "{tenant_id}"},
            query={"fields": "id,address,ports"},
            needs=Permission.INVENTORY_ADDRESS,
        )
    ],
    ("GET", f"{INVENTORY}/devices/{{device_id}}"): [
        Question(ids={"tenant_id": tenant, "device_id": device})
        for tenant, device in ((TENANTS[0], "{device}"), (OWN_TENANT, "{device}"))
    ],
    ("GET", f"{INVENTORY}/ports/{{port_id}}"): [
        Question(ids={"tenant_id": tenant, "port_id": port})
        for tenant, port in ((TENANTS[0], "{port}"), (OWN_TENANT, "{port}"))
    ],
    ("PATCH", f"{INVENTORY}/devices/{{device_id}}"): [
        Question(ids={"tenant_id": tenant, "device_id": "{device}"}, body=body, headers=headers)
        for tenant in (TENANTS[0], OWN_TENANT)
        for body in ({"contract_ref": "C-1"},)
        for headers in ({"If-Match": '"of-nothing"'}, {"If-Match": "*"}, {})
    ],
    ("PATCH", f"{INVENTORY}/ports/{{port_id}}"): [
        Question(ids={"tenant_id": tenant, "port_id": "{port}"}, body=body, headers=headers)
        for tenant in (TENANTS[0], OWN_TENANT)
        for body in ({"circuit_ref": "C-1"},)
        for headers in ({"If-Match": '"of-nothing"'}, {"If-Match": "*"}, {})
    ],
    ("GET", "/erp/monitoring/status/{tenant_id}"): [
        Question(ids={"tenant_id": tenant}) for tenant in TENANTS
    ],
    ("GET", "/erp/events/{tenant_id}"): [
        Question(ids={"tenant_id": tenant}, query=query)
        for tenant in TENANTS
        for query in ({}, {"limit": "1"}, {"after": "latest"}, {"kinds": "device.added"})
    ],
    ("GET", "/erp/billing/{tenant_id}"): [
        Question(ids={"tenant_id": tenant}, accept=accept)
        for tenant in TENANTS
        for accept in ("application/json", "text/csv")
    ],
    ("GET", "/telegraf/shards/{name}"): [
        Question(ids={"name": "main"}),
        Question(ids={"name": "main"}, accept="text/plain"),
    ],
    ("POST", "/graphite/render"): [
        Question(form={"target": "traffic('{tenant}', 'edge1', 'xe-0/0/0', 'in_bps')"})
    ],
    ("GET", "/graphite/metrics/find"): [
        Question(query={"query": query})
        for query in ("*", "devices('{tenant}')", "ports('{own_tenant}', 'edge1')")
    ],
    ("POST", "/graphite/metrics/find"): [Question(form={"query": "devices('{tenant}')"})],
    ("GET", "/graphite/events/get_data"): [
        Question(query={"from": "-30d", "tags": tags}) for tags in ("", "{tenant}", "edge1")
    ],
    ("GET", "/grafana/account"): [Question()],
    ("GET", "/me"): [Question()],
    ("GET", "/jobs/{job_id}"): [Question(ids={"job_id": "{job}"})],
    ("POST", "/fastnetmon/events"): [Question(body={"ip": "{address}", "action": "ban"})],
    ("POST", "/fastnetmon/callback/{secret}"): [
        Question(ids={"secret": "{blackhole}"}, body={"ip": "{address}", "action": "ban"})
    ],
    ("GET", "/blackholes"): [
        Question(query=query)
        for query in ({}, {"prefix": "{address}"}, {"state": "held", "limit": "1"})
    ],
    ("POST", "/blackholes"): [
        Question(body={"prefix": "{address}", "dry_run": True, **REASON}),
        Question(body={"prefix": "{address}", "minutes": 5, "break_glass": False, **REASON}),
    ],
    ("GET", BLACKHOLE): [
        Question(ids={"blackhole_id": one}) for one in ("{blackhole}", "{address}")
    ],
    ("POST", f"{BLACKHOLE}/approve"): [Question(ids={"blackhole_id": "{blackhole}"}, body={})],
    ("POST", f"{BLACKHOLE}/deny"): [Question(ids={"blackhole_id": "{blackhole}"}, body=REASON)],
    ("POST", f"{BLACKHOLE}/withdraw"): [
        Question(ids={"blackhole_id": one}, body=REASON) for one in ("{blackhole}", "{address}")
    ],
    ("GET", "/compliance/results"): [
        Question(query=query, accept=accept)
        for query in (
            {},
            {"tenant": "{tenant}"},
            {"site": "{tenant}/{site}"},
            {"device": "{device}"},
            {"device": "{tenant}/edge1", "state": "non_compliant", "limit": "1"},
        )
        for accept in ("application/json", "text/csv")
    ],
    ("GET", "/compliance/results/{device_id}/{rule_id}"): [
        Question(ids={"device_id": device, "rule_id": "{rule}"})
        for device in ("{device}", "{tenant}/edge1")
    ],
    ("GET", "/compliance/rules"): [Question(query=query) for query in ({}, {"tenant": "{tenant}"})],
    ("GET", "/compliance/waivers"): [
        Question(query=query) for query in ({}, {"tenant": "{tenant}", "over": "true"})
    ],
    ("POST", "/compliance/waivers"): [
        Question(body={"device": "{device}", "rule": "{rule}", "until": "9d", **REASON})
    ],
    ("POST", "/compliance/waivers/{waiver_id}/end"): [
        Question(ids={"waiver_id": "{waiver}"}, body={})
    ],
    ("GET", "/openapi.json"): [Question()],
    ("GET", "/docs"): [Question()],
    ("GET", "/healthz"): [Question()],
    ("GET", "/readyz"): [Question()],
    ("GET", "/metrics"): [Question()],
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with two_tenants(tmp_path_factory.mktemp("two")) as made:
        yield made


@pytest.fixture(scope="module")
def port(ground: Ground) -> Iterator[int]:
    with serving(ground.made.bench) as number:
        yield number


def told(template: Any, names: Mapping[str, str]) -> Any:
    """The template with the names put in."""
    if isinstance(template, str):
        return template.format_map(names)
    if isinstance(template, Mapping):
        return {key: told(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [told(value, names) for value in template]
    return template


def asked(
    client: Client, operation: Operation, question: Question, names: Names, own: Names
) -> Reply:
    words = asdict(names) | {f"own_{name}": value for name, value in asdict(own).items()}
    ids = {name: quote(value, safe="") for name, value in told(question.ids, words).items()}
    query = urlencode(told(question.query, words))
    return client.ask(
        operation.method,
        operation.route.format(**ids) + (f"?{query}" if query else ""),
        document=told(question.body, words),
        body=urlencode(told(question.form, words)) if question.form else None,
        headers={
            "Accept": question.accept,
            **(FORMED if question.form else {}),
            **question.headers,
        },
    )


def client_of(caller: str, port: int, ground: Ground) -> Client:
    return Client(port=port, token=ground.tokens.get(caller, ""), headers=PROXIED)


def without_address(reply: Reply) -> tuple[Any, ...]:
    """All that a caller can tell two answers apart by, but for what it sent itself."""
    headers = {k: v for k, v in reply.headers.items() if k not in {"date", "x-request-id"}}
    if (
        "ratelimit" in headers
    ):  # each request is one less of its own; whose buckets they are may tell
        headers["ratelimit"] = re.sub(r"\d+", "n", headers["ratelimit"])
    if "scope" in (document := reply.json if reply.body[:1] == b"{" else {}):  # a blackhole
        kept = {key: _nameless(value) for key, value in document.items() if key not in OF_ITS_OWN}
        lengths = {"content-length", "location"}
        return reply.status, {k: v for k, v in headers.items() if k not in lengths}, kept
    if reply.status == 202:  # each filed its own job
        job = reply.json["id"]
        return reply.status, {k: v.replace(job, "") for k, v in headers.items()}, reply.json["note"]
    if reply.headers.get("content-type") != "application/problem+json":
        return reply.status, headers, reply.body
    document = {k: v for k, v in reply.json.items() if k not in {"instance", "request_id"}}
    return reply.status, headers, document


def _nameless(value: Any) -> str:
    """Without the address that was asked for."""
    text = str(value)
    for address in (*ADDRESSES.values(), NOBODYS):
        text = text.replace(address, "it")
    return text


def seen(reply: Reply) -> str:
    """Everything of an answer but the caller's own address."""
    body = reply.body.decode()
    if reply.headers.get("content-type") == "application/problem+json":
        body = json.dumps({k: v for k, v in reply.json.items() if k != "instance"})
    return f"{reply.headers} {body}"


def expected(caller: str, operation: Operation) -> set[int]:  # noqa: PLR0911 - a line a kind
    """Statuses that this caller may get for what is its own."""
    if operation.open_to == "all":
        return {operation.status}
    if operation.open_to == "senders":  # nothing of netwb lets anybody in there
        return {401}
    if caller == "none":
        return {401}
    if operation.needs is not None and operation.needs not in MATRIX[Role(caller)]:
        return {403} | ({428} if operation.must_match else set())  # it is asked for like a body
    if operation.must_match:
        return {200, 412, 428}
    if operation.path == "/blackholes" and operation.method == "POST":
        return {200, 201}
    if operation.path.startswith(f"{BLACKHOLE}/"):  # settled once, and a customer's by a customer
        return {200, 400, 403, 409, 422}
    settled = {200: {200, 404}, 204: {204, 404}}  # a held text is settled once
    return settled[operation.status] if "quarantine/{" in operation.path else {operation.status}


def test_every_operation_has_its_questions() -> None:
    assert {(op.method, op.path) for op in OPERATIONS} == set(QUESTIONS)


def test_a_name_with_a_bare_slash_tells_nothing_of_the_other_tenant(
    ground: Ground, port: int
) -> None:
    client = client_of("engineer", port, ground)
    operation = next(one for one in OPERATIONS if one.path == TEXT)
    question = Question(ids={"device_id": "{tenant}", "revision": "edge1"})

    own, foreign, missing = (
        asked(client, operation, question, names, ground.own)
        for names in (ground.own, ground.foreign, ground.missing)
    )

    assert b"%2F" in own.body
    assert (foreign.status, foreign.json["detail"]) == (missing.status, missing.json["detail"])
    assert b"%2F" not in foreign.body


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda op: f"{op.method} {op.path}")
def test_nobody_sees_anything_of_the_other_tenant(
    operation: Operation, caller: str, ground: Ground, port: int
) -> None:
    client = client_of(caller, port, ground)

    for question in QUESTIONS[operation.method, operation.path]:
        replies = [
            asked(client, operation, question, names, ground.own)
            for names in (ground.own, ground.foreign, ground.missing)
        ]

        own, foreign, missing = replies
        lacks = caller != "none" and question.needs not in {None, *MATRIX[Role(caller)]}
        assert own.status in ({403} if lacks else expected(caller, operation)), own.body
        assert without_address(foreign) == without_address(missing)
        for reply in replies:
            assert [word for word in ground.secrets if word in seen(reply)] == []
            assert_well_formed(reply, operation)


def assert_well_formed(reply: Reply, operation: Operation) -> None:
    """An answer is what its model says, an error a whole problem; both with their request's id."""
    assert reply.headers["x-request-id"]
    told = DOCUMENT["paths"][operation.route][operation.method.lower()]["responses"]
    assert str(reply.status) in told, (reply.status, reply.body)
    if reply.status < 400 and operation.status == reply.status:
        assert {name.lower() for name in told[str(reply.status)]["headers"]} >= {
            name for name in reply.headers if name in {"etag", "location", "ratelimit", "link"}
        }
    kept = "etag" in reply.headers and operation.method == "GET" and operation.kept != "never"
    assert reply.headers["cache-control"] == ("private, no-cache" if kept else "no-store")
    assert "server" not in reply.headers
    if reply.status >= 400 and operation.path != "/readyz":
        assert reply.headers["content-type"] == "application/problem+json"
        assert set(reply.json) == PROBLEM
        assert reply.json["status"] == reply.status
        assert reply.json["type"] in told[str(reply.status)]["x-problem-types"], reply.body
        assert reply.json["request_id"] == reply.headers["x-request-id"]
    elif reply.headers.get("content-type") == "application/json":
        model = operation.gives["application/json"]
        assert model is not None
        model.model_validate(reply.json, strict=True)


@pytest.mark.parametrize("caller", ["customer", "admin"])
@pytest.mark.parametrize(
    "shape",
    [
        "x",
        "0" * 16,
        "edge9",
        "umbra/edge1",
        "imbra/edge1",
        "%FF%FE",
        "%00",
        "..",
        "a" * 3000,
        "é",
        "a@b",
    ],
    ids=["short", "zeros", "name", "foreign", "unknown", "bytes", "nul", "dots", "long", "é", "at"],
)
def test_an_unknown_device_of_any_shape_reads_as_a_foreign_one(
    caller: str, shape: str, ground: Ground, port: int
) -> None:
    client = client_of(caller, port, ground)

    foreign = client.get(f"/backup/history/{ground.foreign.device}")
    unknown = client.get(f"/backup/history/{quote(shape, safe='%')}")

    assert foreign.status == 404
    assert but_length(without_address(unknown)) == but_length(without_address(foreign))


def but_length(told: tuple[Any, ...]) -> tuple[Any, ...]:
    """The address, whose length is another one here, stands in the answer."""
    status, headers, document = told
    return status, {k: v for k, v in headers.items() if k != "content-length"}, document


def test_own_things_are_there_to_be_seen(ground: Ground, port: int) -> None:
    """Else the walk would prove nothing."""
    client = client_of("admin", port, ground)

    assert len(client.get(f"/backup/history/{ground.own.device}").items) == 2
    assert len(client.get("/backup/changes?since=30d").items) >= 3  # a held text may be accepted
    assert client.get("/backup/search?text=192.0.2.7").items[0]["author"] == ground.own.author
    assert client.get(f"/jobs/{ground.own.job}").json["status"] == "queued"


def test_the_other_tenants_things_are_there(ground: Ground) -> None:
    """Else nothing could have leaked."""
    bench = ground.made.bench.where(tenant="umbra")

    assert {change.author for change in bench.changes(since="30d")} >= {
        FOREIGN_AUTHOR,
        FOREIGN_PERSON,
    }
    assert len(bench.quarantine()) == 1
    assert len(bench.search("Zephyr", when="ever")) == 0  # a secret, which is not searched for
    assert bench.search("192.0.2.7")[0].author == FOREIGN_AUTHOR
    assert bench.search(FOREIGN_PEER)[0].author == FOREIGN_PERSON
    assert bench.device(f"umbra/{FOREIGN_HOST}").address == FOREIGN_ADDRESS


# The table of rights, asked of the server: every route by a token of one right, and of all but that


def narrowed(ground: Ground, port: int, rights: frozenset[Permission]) -> Client:
    """An admin of OWN, by a token of these rights alone."""
    new = NewToken(user=f"admin-of-{OWN}", days=1, allow=tuple(sorted(rights)))
    return Client(port=port, token=ground.made.bench.issue_token(new).secret, headers=PROXIED)


NEEDING = [one for one in OPERATIONS if one.needs is not None]


@pytest.mark.parametrize("operation", NEEDING, ids=lambda op: f"{op.method} {op.path}")
def test_each_route_opens_by_its_own_right_and_by_no_other(
    operation: Operation, ground: Ground, port: int
) -> None:
    assert operation.needs is not None
    own = frozenset({operation.needs, *operation.needs_too})
    only, other = (
        narrowed(ground, port, rights)
        for rights in (own, frozenset(Permission) - {operation.needs})
    )
    questions = QUESTIONS[operation.method, operation.path]
    question = next(one for one in questions if one.needs is None)

    opened, closed = (
        asked(client, operation, question, ground.own, ground.own) for client in (only, other)
    )

    # What is said to a blackhole hangs on who asked for it, too.
    assert opened.status != 403 or BLACKHOLE in operation.path, opened.body
    assert closed.status == 403, closed.body
    assert str(operation.needs) in closed.json["detail"]


def at(document: Any, path: str) -> Iterator[Any]:
    """Values at a dotted path, through lists; nothing where a name is not there."""
    if isinstance(document, list):
        for one in document:
            yield from at(one, path)
        return
    name, _, rest = path.partition(".")
    if name in document:
        yield from at(document[name], rest) if rest else [document[name]]


@pytest.mark.parametrize("told", FIELDS, ids=lambda one: f"{one.path} {one.field}")
@pytest.mark.parametrize("caller", [*Role, "only the route's"])
def test_a_field_shows_to_who_holds_its_right_and_is_as_it_is_said_to_others(
    told: FieldRight, caller: str, ground: Ground, port: int
) -> None:
    operation = next(one for one in OPERATIONS if (one.method, one.path) == ("GET", told.path))
    assert operation.needs is not None
    if caller in {*Role}:
        client, holds = client_of(caller, port, ground), told.needs in MATRIX[Role(caller)]
    else:
        own = frozenset({operation.needs})
        client, holds = narrowed(ground, port, own), told.needs in own
    names = {name: f"{{{name.removesuffix('_id')}}}" for name in operation.ids}
    asks = told.field.startswith("?")
    query = dict([told.field[1:].split("=")]) if asks else {}

    reply = asked(client, operation, Question(ids=names, query=query), ground.own, ground.own)

    if asks:
        assert reply.status == (200 if holds else 403)
        return
    assert reply.status == 200, reply.body
    if told.path == EVENTS_PATH:
        hidden = {kind.partition(".")[0] for kind in reply.json["hidden"]}
        assert (told.field.partition(".")[0] in hidden) != holds
        return
    found = list(at(reply.json, told.field))
    if not holds:
        there: dict[str, set[str | None]] = {"empty": {""}, "null": {None}}
        assert {*found} <= there.get(told.without, set())
    elif told.without != "null":  # that one is often empty for everybody
        assert found
        assert found[0] != ""
