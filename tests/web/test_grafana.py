"""Graphite's questions as Grafana 13's data source sends them, and who a browser is in Grafana."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from netwb.access.records import NewToken
from netwb.loading import share
from netwb.roles import Permission, Role
from tests.benches import Rig
from tests.grafana.rigs import BPS, PORTS, grafana_rig
from tests.web.browsing import Browser
from tests.web.rest import Client, Reply, serving
from tests.web.servers import PASSWORDS, netwb_serve, two_tenants
from tests.workbench.people import add

ALLOWED = (Permission.TRAFFIC_VIEW, Permission.CONFIG_VIEW)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with grafana_rig(tmp_path_factory.mktemp("made")) as one:
        add(one, "graf", Role.CUSTOMER, "acme")
        add(one, "vera", Role.VIEWER)
        yield one


@pytest.fixture(scope="module")
def client(made: Rig) -> Iterator[Client]:
    new = NewToken(user="graf", days=365, note="Grafana's data source", allow=ALLOWED)
    secret = made.bench.issue_token(new).secret
    with serving(made.bench) as port:
        yield Client(port=port, token=secret)


def target(device: str, value: str) -> str:
    tenant, hostname = device.split("/")
    return f"traffic('{tenant}', '{hostname}', '{PORTS[device]}', '{value}')"


def render(client: Client, made: Rig, *targets: str, **more: str) -> Reply:
    """The form that the data source's backend posts."""
    now = made.clock()
    asked = {
        "from": str(int((now - timedelta(hours=1)).timestamp())),
        "until": str(int(now.timestamp())),
        "format": "json",
        "maxDataPoints": "1043",
        "target": targets,
        **more,
    }
    body = urlencode(asked, doseq=True)
    return client.ask("POST", "/api/v1/graphite/render", body=body, headers=FORM)


def test_curves_are_values_with_times(client: Client, made: Rig) -> None:
    asked = [target("acme/edge1", value) for value in ("in_bps", "out_bps")]

    reply = render(client, made, *asked)

    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    into, out = reply.json
    assert into["target"] == "edge1 Gi0/0.100 in bps"
    values = [value for value, at in into["datapoints"] if value is not None]
    assert values == pytest.approx([BPS] * len(values))
    assert len(values) >= 58
    assert out["datapoints"][30][0] == pytest.approx(BPS / 2)
    assert into["datapoints"][1][1] - into["datapoints"][0][1] == 60


def test_save_and_test_of_the_data_source_passes(client: Client, made: Rig) -> None:
    reply = render(client, made, "constantLine(100)", maxDataPoints="100")

    assert [value for value, _ in reply.json[0]["datapoints"]] == [100.0, 100.0]
    assert client.get("/graphite/metrics/find?query=*").json[0]["text"] == "acme"


def test_drop_downs_are_filled_either_way(client: Client) -> None:
    body = urlencode({"query": "ports('acme', 'edge1')"})
    path = "/api/v1/graphite/metrics/find?from=1795000000&until=now"

    (name,) = client.ask("POST", path, body=body, headers=FORM).json

    assert name == {
        "text": PORTS["acme/edge1"],
        "id": PORTS["acme/edge1"],
        "leaf": 1,
        "expandable": 0,
        "allowChildren": 0,
    }
    query = urlencode({"query": "devices('acme')"})
    (device,) = client.get(f"/graphite/metrics/find?{query}").json
    assert (device["text"], device["expandable"]) == ("edge1", 1)


def test_changes_are_events(client: Client, made: Rig) -> None:
    (event,) = client.get("/graphite/events/get_data?from=-1d&until=now&tags=acme+edge1").json

    assert event["what"].startswith("edge1: ana, +")
    assert event["tags"] == ["configuration", "acme", "edge1"]
    assert abs(event["when"] - made.clock().timestamp()) < 3_600
    assert client.get("/graphite/events/get_data?tags=umbra").json == []


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"target": ["acme.edge1.in_bps"]}, 400, "write traffic("),
        ({"target": [target("umbra/edge1", "in_bps")]}, 404, "No such device"),
        ({"target": []}, 422, "missing"),
        ({"target": ["constantLine(100)"] * 51}, 422, "too long"),
        ({"from": "yesterday"}, 400, "write epoch seconds"),
        ({"from": "now", "until": "-1d"}, 400, "swap from and until"),
        ({"format": "png"}, 422, "json"),
        ({"maxDataPoints": "0"}, 422, "too small"),
        ({"colour": "red"}, 422, "known are format, from, maxDataPoints, target, until"),
        ({"until": ["now", "-1d"]}, 400, "a name stands twice"),
    ],
)
def test_what_cannot_be_answered_is_said(
    client: Client, asked: dict[str, object], status: int, said: str
) -> None:
    form = {"target": [target("acme/edge1", "in_bps")], **asked}

    body = urlencode(form, doseq=True)
    reply = client.ask("POST", "/api/v1/graphite/render", body=body, headers=FORM)

    assert reply.status == status
    assert said in reply.body.decode(), reply.body


def test_a_form_that_is_none_is_refused(client: Client) -> None:
    path = "/api/v1/graphite/render"

    assert client.ask("POST", path, body=b"target=%ff%fe", headers=FORM).status == 400
    assert client.ask("POST", path, body="&".join(["a=b"] * 300), headers=FORM).status == 400
    wrong = client.ask("POST", path, document={"target": []})
    assert (wrong.status, wrong.json["detail"]) == (
        415,
        "send the body as application/x-www-form-urlencoded, in UTF-8",
    )


def test_the_proxy_before_grafana_is_told_who_a_browser_is(client: Client, made: Rig) -> None:
    wide = Client(
        port=client.port, token=made.bench.issue_token(NewToken(user="vera", days=1)).secret
    )

    own = client.get("/grafana/account?organization=2")
    every = wide.get("/grafana/account?organization=1")

    assert (own.status, own.body) == (204, b"")
    assert own.headers["x-netwb-account"] == "netwb-acme"
    assert (every.headers["x-netwb-account"], every.headers["x-netwb-organization"]) == (
        "netwb",
        "1",
    )
    assert client.get("/grafana/account?organization=0").headers["x-netwb-organization"] == "2"
    for number in ("1", "3", "999"):
        assert client.get(f"/grafana/account?organization={number}").status == 403
    assert Client(port=client.port).get("/grafana/account").status == 401


def test_the_page_of_traffic_alone_may_show_a_frame_and_of_grafana_alone(tmp_path: Path) -> None:
    url = "https://netwb.example.net:3000"
    with (
        two_tenants(tmp_path) as made,
        netwb_serve(
            made.bench.home, pages=share() / "dashboards", NETWB_GRAFANA__URL=f"{url}/g/"
        ) as server,
    ):
        ana = Browser(server.port)
        assert ana.log_in("ana", PASSWORDS["ana"]).status == 303

        policies = {
            page: ana.get(page).headers["content-security-policy"]
            for page in ("/traffic", "/traffic?port=x", "/configs", "/traffic/none")
        }

    framed = {page for page, policy in policies.items() if f"frame-src {url};" in policy}
    assert framed == {"/traffic", "/traffic?port=x"}
    assert not any("frame-src" in policies[page] for page in policies.keys() - framed)
