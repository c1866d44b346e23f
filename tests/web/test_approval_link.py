"""The link in a notification on a real server: whoever follows it does nothing by that; a person's POST does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from netwb.access.records import NewToken, NewUser
from netwb.blackhole.links import ApprovalLinks
from netwb.blackhole.records import Blackhole
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import rig
from tests.web.browsing import Answer, Browser
from tests.web.rest import Client
from tests.web.servers import netwb_serve

PAGES = Path(__file__).parents[2] / "dashboards"
PASSWORD = "Long-Enough-For-Nobody-77"
ADDRESS = "203.0.113.10"
PEOPLE = {"ana": Role.ENGINEER, "ben": Role.OPERATOR, "eva": Role.VIEWER}


@dataclass
class There:
    bench: Workbench
    port: int

    def browser(self, name: str) -> Browser:
        browser = Browser(self.port)
        assert browser.log_in(name, PASSWORD).status == 303
        return browser

    def held(self, last: int) -> Blackhole:
        """One that ben's script asked for, and that waits."""
        secret = self.bench.issue_token(NewToken(user="ben", days=1)).secret
        asked = {"prefix": f"203.0.113.{last}", "reason": "CHG1", "minutes": 30}
        made = Client(self.port, token=secret).post("/blackholes", asked)
        assert (made.status, made.json["state"]) == (201, "held"), made.json
        return self.bench.blackhole_of(made.json["id"])

    def link(self, one: Blackhole, *, holds: timedelta = timedelta(minutes=30)) -> str:
        """As netwb itself makes it, without the host."""
        keyring = self.bench._parts.keyring
        links = ApprovalLinks(
            keyring, pages="http://x", holds=holds, clock=lambda: datetime.now(UTC)
        )
        return links.maker()(one).removeprefix("http://x")

    def approve(self, browser: Browser, one: Blackhole, **headers: str) -> Answer:
        path = f"/api/v1/blackholes/{one.id}/approve"
        body = json.dumps({}).encode()
        return browser.ask("POST", path, body, Content_Type="application/json", **headers)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder = tmp_path_factory.mktemp("linked")
    with rig(folder, {"acme": ("trg1",)}) as made:
        bench = made.bench
        for name, role in PEOPLE.items():
            bench.add_user(NewUser(name=name, role=role, tenants=None, password=PASSWORD))
        bench.add_prefix("acme", "203.0.113.0/24", mode="approve")
        bench.add_trigger("acme/trg1")
        with netwb_serve(bench.home, pages=PAGES) as server:
            yield There(Workbench.open(bench.home, environment={}), server.port)  # by its clock


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_reads_mail_and_follows_the_link_is_led_to_the_login(
    there: There, method: str
) -> None:
    one = there.held(11 if method == "GET" else 17)

    answer = Browser(there.port).ask(method, there.link(one))

    assert answer.status in {302, 405}
    if method == "GET":
        assert answer.headers["location"] == f"/login?next={quote(there.link(one), safe='')}"
    assert there.bench.blackhole_of(one.id).approvals == ()


def test_a_person_lands_on_the_page_by_the_login_and_has_approved_nothing(there: There) -> None:
    one = there.held(12)
    browser = Browser(there.port)
    way = browser.get(there.link(one)).headers["location"]

    landed = browser.log_in("ana", PASSWORD, path=way)
    page = browser.get(landed.headers["location"])

    assert landed.headers["location"] == there.link(one)
    assert page.status == 200
    assert there.bench.blackhole_of(one.id).approvals == ()


def test_only_a_post_of_ones_own_page_approves(there: There) -> None:
    one, ana = there.held(13), there.browser("ana")
    ana.get("/security")

    without = there.approve(ana, one)
    other = ana.get(f"/api/v1/blackholes/{one.id}/approve")
    approved = there.approve(ana, one, X_XSRFToken=ana.cookies["_xsrf"])

    assert (without.status, other.status) == (403, 405)
    assert approved.status == 200
    assert [given.name for given in there.bench.blackhole_of(one.id).approvals] == ["ana"]


@pytest.mark.parametrize(("name", "why"), [("ben", "another person"), ("eva", "approve")])
def test_who_asked_and_who_may_not_are_refused_with_the_reason(
    there: There, name: str, why: str
) -> None:
    one, browser = there.held(14 if name == "ben" else 15), there.browser(name)
    browser.get(there.link(one))

    refused = there.approve(browser, one, X_XSRFToken=browser.cookies["_xsrf"])

    assert refused.status == 403
    assert why in json.loads(refused.text)["detail"]
    assert there.bench.blackhole_of(one.id).approvals == ()


def test_a_forged_and_an_expired_link_open_the_page_as_well(there: There) -> None:
    """What is wrong is said there; an error page would leave a person at night with nothing."""
    one, ana = there.held(16), there.browser("ana")

    for link in (there.link(one) + "0", there.link(one, holds=timedelta(minutes=-1))):
        assert ana.get(link).status == 200
    assert there.bench.blackhole_of(one.id).state == "held"
