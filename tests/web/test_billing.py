"""A tenant's bill over REST: the figures of the command, of the caller's own tenants alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from netwb.access.records import NewToken
from netwb.inventory.ports.records import SeenPort
from netwb.metrics.billing.months import parse_month
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import Permission, Role
from netwb.web.billing_shapes import BillAnswer
from tests.benches import Rig, rig
from tests.cli.commands import Commands
from tests.web.rest import Client, serving
from tests.web.statements import statements
from tests.workbench.people import add

PATH = "/api/v1/erp/billing/"
BEGIN = parse_month("2026-10", "UTC").since


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """On 20 November: acme's port carried 8 Mbit/s in October's first two hours, out half of it."""
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        device = made.devices["acme/edge1"]
        seen = SeenPort(name="xe-0/0/0", if_index=1, alias="", if_type=6, speed_bps=10**9)
        made.bench._parts.ports.sighted({device.id: [seen]})
        made.bench._parts.metrics.write(_measured(device.id))
        made.bench.add_port_group(
            "acme", "transit", commit_bps="5M", add_ports=[("acme/edge1", "xe-0/0/0")]
        )
        yield made


def _measured(device_id: str) -> Iterator[Point]:
    key = SeriesKey(tenant="acme", device_id=device_id, name="xe-0/0/0")
    for minute in range(121):
        octets = 60_000_000 * minute
        yield Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge1",
            at=BEGIN + 60 * minute,
            values={"ifHCInOctets": octets, "ifHCOutOctets": octets // 2},
        )


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


def client(
    made: Rig, port: int, role: Role = Role.CUSTOMER, *, allow: Permission | None = None
) -> Client:
    add(made, "carla", role, "acme")
    token = NewToken(user="carla", days=1, allow=(allow,) if allow else None)
    return Client(port=port, token=made.bench.issue_token(token).secret)


def tenant_id(made: Rig, slug: str) -> str:
    return next(one.id for one in made.bench.tenants() if one.slug == slug)


def test_a_month_that_is_given_and_empty_is_refused_and_not_the_one_it_is(
    made: Rig, port: int
) -> None:
    path = f"{PATH}{tenant_id(made, 'acme')}"
    caller = client(made, port)

    assert caller.ask("GET", f"{path}?period=").status == 400
    assert caller.ask("GET", path).json["period"] == "2026-11"


def test_a_customer_reads_the_own_bill_as_the_contract_has_it(made: Rig, port: int) -> None:
    reply = client(made, port).ask("GET", f"{PATH}{tenant_id(made, 'acme')}?period=2026-10")

    assert reply.status == 200
    BillAnswer.model_validate(reply.json, strict=True)
    assert (reply.json["period"], reply.json["time_zone"]) == ("2026-10", "UTC")
    assert reply.json["frozen"] is False
    (group,) = reply.json["groups"]
    assert (group["name"], group["method"], group["p95_bps"]) == ("transit", "higher", 8_000_000)
    assert (group["rank"], group["windows"]) == (23, 24)
    assert group["missing"] == group["windows_of_month"] - 24
    assert (group["commit_bps"], group["overage_bps"]) == (5_000_000, 3_000_000)
    assert [one["name"] for one in group["ports"]] == ["xe-0/0/0"]


def test_a_month_that_is_not_over_says_so(made: Rig, port: int) -> None:
    caller = client(made, port)
    over, not_over = (
        caller.ask("GET", f"{PATH}acme?period={month}").json for month in ("2026-10", "2026-11")
    )
    rows = list(
        csv.DictReader(
            io.StringIO(
                caller.ask(
                    "GET", f"{PATH}acme?period=2026-11", headers={"Accept": "text/csv"}
                ).body.decode()
            )
        )
    )

    assert (over["over"], over["groups"][0]["over"]) == (True, True)
    assert (not_over["over"], not_over["groups"][0]["over"]) == (False, False)
    assert (not_over["notes"], rows[-1]["state"]) == ([], "to come")


def test_the_command_gives_the_same_figures(
    made: Rig, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    over_rest = client(made, port).ask("GET", f"{PATH}acme?period=2026-10").json["groups"][0]
    ran = Commands(made.bench.home, capsys)("billing", "acme", "--month", "2026-10", "--json")

    (typed,) = ran.json["groups"]
    assert over_rest["percentiles"] == typed["percentiles"]
    assert over_rest["missing_times"] == typed["missing"]
    assert over_rest["digest"] == typed["digest"]
    assert (over_rest["octets_in"], over_rest["octets_out"]) == (
        typed["octets_in"],
        typed["octets_out"],
    )


def test_the_windows_as_csv_give_the_same_figure(made: Rig, port: int) -> None:
    reply = client(made, port).ask(
        "GET", f"{PATH}acme?period=2026-10&group=transit", headers={"Accept": "text/csv"}
    )

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    rows = csv.DictReader(io.StringIO(reply.body.decode()))
    rates = sorted(int(row["in bit/s"]) for row in rows if row["in bit/s"])
    assert rates[-(-95 * len(rates) // 100) - 1] == 8_000_000


def test_the_bill_as_pdf_has_the_same_figure(made: Rig, port: int) -> None:
    reply = client(made, port).ask(
        "GET", f"{PATH}acme?period=2026-10", headers={"Accept": "application/pdf"}
    )

    assert reply.headers["content-type"] == "application/pdf"
    (page,) = pypdf.PdfReader(io.BytesIO(reply.body)).pages
    assert "8,000,000 bit/s" in page.extract_text()


def test_a_frozen_version_is_what_it_was_and_is_told_by_its_tag(made: Rig, port: int) -> None:
    caller = client(made, port)
    made.bench.freeze_bill("acme", "2026-10")
    first = caller.ask("GET", f"{PATH}acme?period=2026-10")
    made.bench.reopen_bill("acme", "2026-10", reason="works")
    made.bench.set_port_group("acme", "transit", commit_bps=None)

    now = caller.ask("GET", f"{PATH}acme?period=2026-10")
    then = caller.ask("GET", f"{PATH}acme?period=2026-10&version=1")

    assert (first.json["frozen"], first.json["version"]) == (True, 1)
    assert (now.json["frozen"], now.json["groups"][0]["commit_bps"]) == (False, None)
    assert then.json["groups"] == first.json["groups"]
    assert then.json["versions"][0]["reason"] == "works"
    again = caller.ask(
        "GET", f"{PATH}acme?period=2026-10", headers={"If-None-Match": now.headers["etag"]}
    )
    assert (again.status, again.body) == (304, b"")


def test_a_frozen_bill_is_told_by_its_tag_before_any_of_it_is_read(made: Rig, port: int) -> None:
    caller = client(made, port)
    path = "/erp/billing/acme?period=2026-10"
    made.bench.freeze_bill("acme", "2026-10")
    first = {media: caller.get(path, Accept=media) for media in ("application/json", "text/csv")}
    asked = statements(made)
    again = [
        caller.get(path, **{"Accept": media, "If-None-Match": reply.headers["etag"]})
        for media, reply in first.items()
    ]
    read = list(asked)
    made.bench.reopen_bill("acme", "2026-10", reason="a counter was wrong")
    tag = first["application/json"].headers["etag"]
    reopened = caller.get(path, **{"If-None-Match": tag})

    assert [reply.status for reply in again] == [304, 304]
    assert len({reply.headers["etag"] for reply in first.values()}) == 2
    assert not any("bill_group" in statement for statement in read)
    assert reopened.status == 200
    assert reopened.json["frozen"] is False


def test_of_several_groups_one_may_be_asked_for_in_each_form(made: Rig, port: int) -> None:
    caller = client(made, port)
    made.bench.add_port_group("acme", "backup", commit_bps="1M")
    path = "/erp/billing/acme?period=2026-10"

    assert len(caller.get(path).json["groups"]) == 2
    assert [one["name"] for one in caller.get(f"{path}&group=transit").json["groups"]] == [
        "transit"
    ]
    assert caller.get(f"{path}&group=nosuch").status == 404
    assert caller.get(f"{path}&group=nosuch", Accept="text/csv").status == 404


def test_a_foreign_tenant_reads_like_one_that_is_not(made: Rig, port: int) -> None:
    caller = client(made, port)
    foreign = tenant_id(made, "umbra")
    names = (foreign, "umbra", "imbra", "0" * len(foreign), "%00", "a" * 3000)

    replies = [caller.ask("GET", f"{PATH}{name}?period=2026-13") for name in names]

    assert {reply.status for reply in replies} == {404}
    assert len({json.dumps(reply.json["detail"]) for reply in replies}) == 1


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("period=2026-13", 400, "is no month"),
        ("period=2026-12", 400, "has not begun"),
        ("period=2026-10&version=7", 400, "no version 7"),
        ("period=2026-10&version=0", 400, "version"),
        ("month=2026-10", 400, "month"),
    ],
)
def test_what_cannot_be_is_said(made: Rig, port: int, query: str, status: int, words: str) -> None:
    reply = client(made, port).ask("GET", f"{PATH}acme?{query}")

    assert reply.status == status
    assert words in reply.json["detail"]


def test_without_the_right_it_is_refused_with_the_reason(made: Rig, port: int) -> None:
    reply = client(made, port, allow=Permission.TRAFFIC_VIEW).ask("GET", f"{PATH}acme")

    assert reply.status == 403
    assert "billing.view" in reply.json["detail"]


def test_a_store_that_is_down_is_no_empty_bill(made: Rig, port: int) -> None:
    caller = client(made, port)
    made.bench._parts.metrics.close()
    (made.bench.home / "metrics.db").write_bytes(b"no database at all" * 1000)

    reply = caller.ask("GET", f"{PATH}acme?period=2026-10")

    assert reply.status == 503
