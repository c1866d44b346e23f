"""The door of Grafana: a real nginx on the stack's own lines, netwb behind it, and a Grafana that is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from netwb.errors import GrafanaError
from netwb.grafana.door import Door
from netwb.roles import Role
from netwb.settings import GrafanaSettings
from tests.benches import Rig
from tests.grafana.rigs import grafana_rig
from tests.grafana.stand_in import Grafana, running_grafana
from tests.stack.doors import door
from tests.web.rest import Client, Reply, serving
from tests.web.servers import free_port
from tests.workbench.people import add, admitted

pytestmark = pytest.mark.real

PAGES = "https://netwb.example.net:5006"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """nginx's port, the home behind it, and what Grafana was asked."""

    port: int
    made: Rig
    grafana: Grafana
    cookies: Mapping[str, str]

    def get(self, path: str, name: str = "", **headers: str) -> Reply:
        """As that person's browser; nobody's where none is named."""
        sent = {word.replace("_", "-"): value for word, value in headers.items()}
        if name:
            sent["Cookie"] = f"netwb_session={self.cookies[name]}; grafana_session=stolen"
        return Client(port=self.port).ask("GET", path, headers=sent)

    def heard(self) -> Mapping[str, str]:
        """Headers of what Grafana was asked last."""
        return self.grafana.asked[-1][1]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder, port = tmp_path_factory.mktemp("front"), free_port()
    with (
        running_grafana(trusts=True) as grafana,
        grafana_rig(folder, organizations="acme=2; umbra=3; *=1") as made,
        serving(made.bench) as netwb,
        door(folder, port, netwb=f"http://127.0.0.1:{netwb}", grafana=grafana.url, pages=PAGES),
    ):
        add(made, "cust", Role.CUSTOMER, "acme")
        add(made, "vera", Role.VIEWER)
        cookies = {name: admitted(made, name).secret for name in ("cust", "vera")}
        yield Front(port=port, made=made, grafana=grafana, cookies=cookies)


def test_a_person_is_in_the_organization_of_its_tenant(front: Front) -> None:
    reply = front.get("/api/org", "cust")

    assert (reply.status, reply.json["name"]) == (200, "acme")
    heard = front.heard()
    assert (heard["x-webauth-user"], heard["x-grafana-org-id"]) == ("netwb-acme", "2")


def test_who_sees_all_tenants_is_where_the_browser_wants_to_be(front: Front) -> None:
    page = "https://netwb.example.net:3000/d-solo/x/y?orgId=3&panelId=1"

    assert front.get("/d-solo/x/y?orgId=2", "vera").json["orgId"] == 2
    assert front.get("/api/user", "vera", X_Grafana_Org_Id="3").json["orgId"] == 3
    assert front.get("/api/user", "vera", Referer=page).json["orgId"] == 3
    assert front.get("/api/user?orgId=1", "vera", Referer=page).json["login"] == "netwb"


@pytest.mark.parametrize("number", ["1", "3", "7"])
def test_nobody_gets_into_an_organization_of_others(front: Front, number: str) -> None:
    asked = len(front.grafana.asked)

    replies = [
        front.get(f"/api/org?orgId={number}", "cust"),
        front.get("/api/org", "cust", X_Grafana_Org_Id=number),
        front.get("/api/org", "cust", Referer=f"https://x/?orgId={number}"),
    ]

    assert [reply.status for reply in replies] == [403] * 3
    assert len(front.grafana.asked) == asked, "Grafana does not hear of it"


@pytest.mark.parametrize("number", ["x", "2&organization=3", "-1", "99999999999", "%32", ""])
def test_an_organization_that_is_no_number_is_ones_own(front: Front, number: str) -> None:
    assert front.get(f"/api/org?orgId={number}", "cust").json["name"] == "acme"
    assert front.get("/api/org", "cust", X_Grafana_Org_Id=number or "x").json["name"] == "acme"


def test_who_is_not_logged_in_is_refused_whoever_it_claims_to_be(front: Front) -> None:
    assert front.get("/api/org").status == 401
    assert front.get("/api/org", X_WEBAUTH_USER="netwb").status == 401
    assert front.get("/netwb-account", "cust").status == 404
    claimed = front.get(
        "/api/org", "cust", X_WEBAUTH_USER="netwb-umbra", Authorization="Basic YTpi"
    )
    assert claimed.json["name"] == "acme"


def test_grafana_never_sees_what_logs_in_to_netwb(front: Front) -> None:
    front.get("/api/org", "cust", Authorization="Basic YTpi")

    heard = front.heard()
    assert "cookie" not in heard
    assert "authorization" not in heard
    assert front.cookies["cust"] not in repr(front.grafana.asked)


def test_only_netwbs_pages_may_frame_it(front: Front) -> None:
    reply = front.get("/d-solo/x/y?orgId=2", "cust")

    assert reply.headers["content-security-policy"] == f"frame-ancestors {PAGES}"
    assert "x-frame-options" not in reply.headers


def test_a_login_that_ended_ends_there_too(front: Front) -> None:
    add(front.made, "gone", Role.CUSTOMER, "umbra")
    secret = admitted(front.made, "gone").secret
    cookie = {"Cookie": f"netwb_session={secret}"}
    client = Client(port=front.port)
    assert client.ask("GET", "/api/org", headers=cookie).json["name"] == "umbra"

    front.made.bench.log_out(secret)

    assert client.ask("GET", "/api/org", headers=cookie).status == 401


def test_netwb_itself_finds_this_door_shut(front: Front) -> None:
    settings = GrafanaSettings(url=f"http://127.0.0.1:{front.port}")

    Door(settings, front.made.clock).refuse_open("netwb-acme")

    with pytest.raises(GrafanaError, match="takes anybody's word"):
        Door(GrafanaSettings(url=front.grafana.url), front.made.clock).refuse_open("netwb-acme")
