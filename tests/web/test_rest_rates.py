"""How often a token, a login and a tenant may ask, and that nobody uses up what is another's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from netwb.access.records import NewToken, NewUser, Origin
from netwb.roles import Role
from netwb.web.rates import Rates
from tests.benches import Rig, rig
from tests.web.rest import Client, Reply, serving
from tests.web.servers import netwb_serve

BILL = "/api/v1/erp/billing/{}"
DEVICES = "/api/v1/backup/devices"
PASSWORD = "Long-Enough-For-Nobody-77"


class Clock:
    """Stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Ground:
    """A server whose rates a test chooses, and a caller a name."""

    def __init__(self, made: Rig, port: int, clock: Clock) -> None:
        self.made = made
        self.port = port
        self.clock = clock

    def token(self, name: str) -> Client:
        secret = self.made.bench.issue_token(NewToken(user=name, days=1)).secret
        return Client(port=self.port, token=secret)

    def bill(self, client: Client, tenant: str) -> Reply:
        return client.ask("GET", BILL.format(self.tenant_id(tenant)))

    def tenant_id(self, slug: str) -> str:
        return self.made.bench.tenant(slug).id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("rates"), {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        for name, role, tenants in (
            ("ana", Role.ENGINEER, None),
            ("ben", Role.CUSTOMER, ("acme",)),
            ("eva", Role.CUSTOMER, ("umbra",)),
        ):
            new = NewUser(name=name, role=role, tenants=tenants, password=PASSWORD)
            made.bench.add_user(new)
        yield made


@contextmanager
def limited(made: Rig, *, per_token: int, per_tenant: int) -> Iterator[Ground]:
    clock = Clock()
    rates = Rates(per_token=per_token, per_tenant=per_tenant, clock=clock)
    with serving(made.bench, rates=rates) as port:
        yield Ground(made, port, clock)


def test_every_answer_says_what_holds_and_what_is_left(made: Rig) -> None:
    with limited(made, per_token=60, per_tenant=120) as ground:
        ana = ground.token("ana")

        replies = [
            ana.ask("GET", DEVICES),
            ana.ask("GET", f"{DEVICES}?colour=red"),
            ana.ask("GET", "/api/v1/jobs/none"),
        ]
        on_tenant = ground.bill(ana, "acme")

    assert [reply.status for reply in replies] == [200, 400, 404]
    assert {reply.headers["ratelimit-policy"] for reply in replies} == {'"token";q=60;w=60'}
    left = [reply.headers["ratelimit"] for reply in replies]
    assert left == [f'"token";r={number};t=1' for number in (59, 58, 57)]
    assert on_tenant.headers["ratelimit-policy"] == '"token";q=60;w=60, "tenant";q=120;w=60'
    assert on_tenant.headers["ratelimit"] == '"token";r=56;t=1, "tenant";r=119;t=1'


def test_who_asks_too_often_is_told_when_to_come_again_and_may_then(made: Rig) -> None:
    with limited(made, per_token=3, per_tenant=0) as ground:
        ana, other = ground.token("ana"), ground.token("ana")

        let = [ana.ask("GET", DEVICES).status for _ in range(3)]
        late = ana.ask("GET", DEVICES)
        others = other.ask("GET", DEVICES)
        ground.clock.now += int(late.headers["retry-after"])
        again = ana.ask("GET", DEVICES)

    assert let == [200] * 3
    assert (late.status, late.headers["retry-after"]) == (429, "20")
    assert late.headers["content-type"] == "application/problem+json"
    assert late.json["type"] == "urn:netwb:problem:too-many-requests"
    assert late.json["detail"] == "this token has 3 requests a minute here; the next one in 20 s"
    assert late.headers["ratelimit"] == '"token";r=0;t=20'
    assert late.headers["cache-control"] == "no-store"
    assert (others.status, again.status) == (200, 200)


def test_nothing_is_done_for_who_asks_too_often(made: Rig) -> None:
    with limited(made, per_token=1, per_tenant=0) as ground:
        ana = ground.token("ana")
        ana.ask("GET", DEVICES)

        refused = ana.ask("POST", "/api/v1/backup/runs", document={"note": "one too many"})

    assert refused.status == 429
    assert [job for job in made.bench.jobs() if "one too many" in str(job)] == []


def test_a_login_is_counted_as_a_token_is(made: Rig) -> None:
    with limited(made, per_token=2, per_tenant=0) as ground:
        admission = made.bench.log_in("ana", PASSWORD, origin=Origin(address="127.0.0.1"))
        person = Client(port=ground.port, headers={"Cookie": f"netwb_session={admission.secret}"})

        replies = [person.ask("GET", DEVICES) for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[-1].json["detail"].startswith("this login has 2 requests")


def test_the_callers_of_a_tenant_share_what_it_has_by_id_and_by_name(made: Rig) -> None:
    with limited(made, per_token=0, per_tenant=3) as ground:
        ana, ben, eva = (ground.token(name) for name in ("ana", "ben", "eva"))

        first = [
            ground.bill(ana, "acme").status,
            ground.bill(ben, "acme").status,
            ben.ask("GET", BILL.format("acme")).status,
        ]
        late = ground.bill(ben, "acme")
        others = [ground.bill(eva, "umbra").status, ground.bill(ana, "umbra").status]
        elsewhere = ben.ask("GET", DEVICES).status

    assert first == [200] * 3
    assert late.status == 429
    assert late.json["detail"].startswith("this tenant has 3 requests a minute")
    assert others == [200, 200]
    assert elsewhere == 200


def test_what_one_bucket_refuses_takes_nothing_of_the_other(made: Rig) -> None:
    """A program that runs wild stops itself, and not the others of its tenant."""
    with limited(made, per_token=2, per_tenant=5) as ground:
        ana, ben = ground.token("ana"), ground.token("ben")
        wild = [ground.bill(ana, "acme").status for _ in range(10)]
        others = [ground.bill(ben, "acme").status for _ in range(2)]

    assert wild == [200, 200, *[429] * 8]
    assert others == [200, 200]

    with limited(made, per_token=4, per_tenant=1) as ground:
        ana = ground.token("ana")
        of_the_tenant = [ground.bill(ana, "acme").status for _ in range(4)]
        elsewhere = [ana.ask("GET", DEVICES).status for _ in range(3)]

    assert of_the_tenant == [200, 429, 429, 429]
    assert elsewhere == [200] * 3


def test_a_stranger_uses_up_nothing_of_a_tenant(made: Rig) -> None:
    with limited(made, per_token=0, per_tenant=2) as ground:
        eva, ben = ground.token("eva"), ground.token("ben")
        nobody = Client(port=ground.port, token="nwb_0000000000000000.keepthissecretout")
        for stranger in (eva, nobody):
            for name in (ground.tenant_id("acme"), "acme"):
                for _ in range(3):
                    reply = stranger.ask("GET", BILL.format(name))
                    assert reply.status in {401, 404, 429}
                    assert '"tenant"' not in reply.headers.get("ratelimit", "")

        own = [ground.bill(ben, "acme").status for _ in range(2)]

    assert own == [200, 200]


def test_a_wrong_secret_uses_up_nothing_of_a_token(made: Rig) -> None:
    with limited(made, per_token=2, per_tenant=0) as ground:
        ben = ground.token("ben")
        forger = Client(port=ground.port, token=ben.token[:-4] + "aaaa")

        refused = [forger.ask("GET", DEVICES).status for _ in range(2)]
        own = [ben.ask("GET", DEVICES).status for _ in range(2)]

    assert set(refused) == {401}
    assert own == [200, 200]


def test_a_foreign_tenant_and_none_cost_the_same(made: Rig) -> None:
    with limited(made, per_token=60, per_tenant=60) as ground:
        eva, foreign = ground.token("eva"), ground.tenant_id("acme")
        names = (foreign, "acme", "0" * len(foreign), "imbra")

        said = [eva.ask("GET", BILL.format(name)).headers["ratelimit"] for name in names]

    assert said == [f'"token";r={number};t=1' for number in (59, 58, 57, 56)]


def test_the_count_asks_no_database(made: Rig) -> None:
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    def statements(*, per_token: int, per_tenant: int) -> int:
        with limited(made, per_token=per_token, per_tenant=per_tenant) as ground:
            ben, path = ground.token("ben"), BILL.format(ground.tenant_id("acme"))
            ben.ask("GET", path)
            asked.clear()
            assert ben.ask("GET", path).status == 200
            return len(asked)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert statements(per_token=9, per_tenant=9) == statements(per_token=0, per_tenant=0)
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_what_is_for_everybody_and_what_detectors_report_is_not_counted(made: Rig) -> None:
    with limited(made, per_token=1, per_tenant=1) as ground:
        anybody = Client(port=ground.port)
        replies = [
            anybody.ask(method, path, document=None if method == "GET" else {})
            for method, path in (
                ("GET", "/healthz"),
                ("GET", "/api/v1/openapi.json"),
                ("POST", "/api/v1/fastnetmon/events"),
                ("GET", "/readyz"),
            )
            for _ in range(3)
        ]

    assert {reply.status for reply in replies} == {200, 401}
    assert not [reply for reply in replies if "ratelimit" in reply.headers]


def test_many_at_once_are_let_through_as_often_as_is_allowed(made: Rig) -> None:
    with limited(made, per_token=25, per_tenant=0) as ground:
        ana = ground.token("ana")
        with ThreadPoolExecutor(8) as crowd:
            statuses = list(crowd.map(lambda _: ana.ask("GET", DEVICES).status, range(60)))

    assert (statuses.count(200), statuses.count(429)) == (25, 35)


def test_a_server_goes_by_its_settings(made: Rig) -> None:
    secret = made.bench.issue_token(NewToken(user="ana", days=365)).secret
    limits: Any = {"NETWB_WEB__RATE_PER_TOKEN": "1", "NETWB_WEB__RATE_PER_TENANT": "0"}

    with netwb_serve(made.bench.home, "--api-only", **limits) as server:
        ana = Client(port=server.port, token=secret)
        replies = [ana.ask("GET", DEVICES) for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 429]
    assert replies[0].headers["ratelimit-policy"] == '"token";q=1;w=60'


def test_no_limit_says_nothing(made: Rig) -> None:
    with limited(made, per_token=0, per_tenant=0) as ground:
        reply = ground.bill(ground.token("ana"), "acme")

    assert reply.status == 200
    assert {"ratelimit", "ratelimit-policy"}.isdisjoint(reply.headers)
