"""Logins that somebody else vouches for: an OpenID provider, and a trusted proxy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from netwb.workbench import Workbench
from tests.access.provider import CLIENT, SECRET, Provider, running_provider
from tests.web.browsing import SESSION, Answer, Browser
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants

RIGHTS = "noc=operator:*; acme-staff=customer:acme"


@dataclass(frozen=True, slots=True)
class Ground:
    server: Server
    bench: Workbench
    provider: Provider

    def browser(self) -> Browser:
        return Browser(self.server.port)

    def away(self, browser: Browser, goal: str = "/who") -> str:
        """Where the provider sends the browser back to, once the person logged in there."""
        begun = browser.get(f"/login/oidc?{urlencode({'next': goal})}")
        assert begun.status == 302, begun.text
        query = self.provider.log_in(begun.headers["location"])
        return f"/login/oidc/callback?{urlencode(query)}"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with (
        running_provider(lambda: datetime.now(UTC)) as provider,
        two_tenants(tmp_path_factory.mktemp("oidc")) as made,
        netwb_serve(
            made.bench.home,
            NETWB_ACCESS__OIDC_ISSUER=provider.issuer,
            NETWB_ACCESS__OIDC_CLIENT_ID=CLIENT,
            NETWB_ACCESS__OIDC_CLIENT_SECRET="env:OIDC_SECRET",
            NETWB_ACCESS__OIDC_RIGHTS=RIGHTS,
            OIDC_SECRET=SECRET,
        ) as server,
    ):
        yield Ground(server, made.bench, provider)


@pytest.fixture(autouse=True)
def _olga_of_the_noc(request: pytest.FixtureRequest) -> None:
    if "ground" in request.fixturenames:
        provider = request.getfixturevalue("ground").provider
        provider.claims = {"preferred_username": "olga", "groups": ["noc"]}
        provider.is_down = False


def says(answer: Answer, words: str) -> bool:
    return words in answer.text


def test_the_form_offers_the_provider(ground: Ground) -> None:
    form = ground.browser().get("/login?next=/who%3Ffind%3D1%26x%3D2")

    assert says(form, "Sign in with 127.0.0.1")
    assert 'href="/login/oidc?next=%2Fwho%3Ffind%3D1%26x%3D2"' in form.text


def test_a_person_comes_in_by_the_provider(ground: Ground) -> None:
    browser = ground.browser()

    back = browser.get(ground.away(browser, "/who?find=ntp"))

    assert (back.status, back.headers["location"]) == (303, "/who?find=ntp")
    assert {"HttpOnly", "SameSite=Lax"} < set(back.cookies[SESSION].split("; "))
    assert browser.get("/who").status == 200


def test_an_answer_that_another_browser_asked_for_lets_nobody_in(ground: Ground) -> None:
    """Else a link could log somebody in as the one who made it."""
    victim, attacker = ground.browser(), ground.browser()

    answer = victim.get(ground.away(attacker))

    assert answer.status == 401
    assert SESSION not in victim.cookies


def test_an_answer_works_once(ground: Ground) -> None:
    browser = ground.browser()
    back = ground.away(browser)
    kept = dict(browser.cookies)

    assert browser.get(back).status == 303
    assert Browser(browser.port, cookies=kept).get(back).status == 401


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=x&state=y", "error=access_denied&state=x"]
)
def test_a_made_up_answer_is_a_sentence(ground: Ground, query: str) -> None:
    answer = ground.browser().get(f"/login/oidc/callback?{query}")

    assert answer.status == 401
    assert says(answer, "That login did not work.")
    assert says(answer, 'name="password"')


def test_who_is_in_no_mapped_group_stays_outside(ground: Ground) -> None:
    ground.provider.claims["groups"] = ["kitchen"]
    browser = ground.browser()

    answer = browser.get(ground.away(browser))

    assert answer.status == 401
    assert SESSION not in browser.cookies


def test_a_provider_that_is_down_leaves_the_other_way_in(ground: Ground) -> None:
    browser = ground.browser()
    back = ground.away(browser)
    ground.provider.is_down = True

    answer = browser.get(back)

    assert answer.status == 502
    assert browser.log_in("ana", PASSWORDS["ana"]).status == 303


def test_the_provider_ends_a_login_by_its_back_channel(ground: Ground) -> None:
    browser, provider = ground.browser(), ground.browser()
    browser.get(ground.away(browser))
    assert browser.get("/who").status == 200

    forged = provider.post("/login/oidc/logout", {"logout_token": "e30.e30.x"})
    assert (forged.status, browser.get("/who").status) == (400, 200)
    done = provider.post("/login/oidc/logout", {"logout_token": ground.provider.logout_token()})

    assert done.status == 200
    assert browser.get("/who").status == 302


def test_the_way_back_is_this_server_s_own(ground: Ground) -> None:
    begun = ground.browser().get("/login/oidc?next=//evil.example")

    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{ground.server.url}/login/oidc/callback"]


PROXY: Any = {
    "NETWB_ACCESS__PROXY_USER_HEADER": "X-Remote-User",
    "NETWB_ACCESS__PROXY_GROUPS_HEADER": "X-Remote-Groups",
    "NETWB_ACCESS__OIDC_RIGHTS": RIGHTS,
}


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with (
        two_tenants(tmp_path_factory.mktemp("proxy")) as made,
        netwb_serve(made.bench.home, NETWB_WEB__TRUSTED_PROXIES="127.0.0.1", **PROXY) as server,
    ):
        yield server


def test_without_a_provider_there_is_no_such_login(behind_proxy: Server) -> None:
    assert not says(Browser(behind_proxy.port).get("/login"), "/login/oidc")
    assert Browser(behind_proxy.port).get("/login/oidc").status == 401


def test_whom_a_trusted_proxy_names_is_in(behind_proxy: Server) -> None:
    browser = Browser(behind_proxy.port)

    first = browser.get("/who", X_Remote_User="olga", X_Remote_Groups="kitchen, noc")
    again = browser.get("/who", X_Remote_User="olga", X_Remote_Groups="kitchen, noc")

    assert (first.status, again.status) == (200, 200)
    assert SESSION in first.cookies
    assert SESSION not in again.cookies, "one login, not one a request"


def test_the_proxy_s_word_counts_more_than_a_cookie(behind_proxy: Server) -> None:
    browser = Browser(behind_proxy.port)
    browser.get("/who", X_Remote_User="olga", X_Remote_Groups="noc")
    before = browser.cookies[SESSION]

    other = browser.get("/who", X_Remote_User="eve", X_Remote_Groups="noc")

    assert other.status == 200
    assert browser.cookies[SESSION] != before


@pytest.mark.parametrize("groups", ["", "kitchen"])
def test_a_named_person_without_a_mapped_group_stays_outside(
    behind_proxy: Server, groups: str
) -> None:
    browser = Browser(behind_proxy.port)

    answer = browser.get("/who", X_Remote_User="mallory", X_Remote_Groups=groups)

    assert answer.status == 302
    assert SESSION not in browser.cookies


def test_a_name_header_from_elsewhere_is_nothing(behind_proxy: Server) -> None:
    browser = Browser(behind_proxy.port, own="127.0.0.66")

    answer = browser.get("/who", X_Remote_User="zoe", X_Remote_Groups="noc")

    assert answer.status == 302
