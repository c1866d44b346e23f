"""Every route of the server with pages x every role x own, foreign and missing: nothing tells them apart.

The routes come from the running application itself; one that nobody thought of here fails the first
test. What REST answers is walked in test_rest_two_tenants.py, what a page draws once its websocket
is open in tests/real/browser/test_two_tenant_pages.py; here is what a plain request gets of a page,
a file, a login, and of an address that is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from netwb.loading import share
from netwb.roles import Role
from netwb.web.operations import BASE
from netwb.web.routes import by_route
from tests.web.browsing import Answer, Browser
from tests.web.servers import Server, netwb_serve
from tests.web.two_tenants import OWN, PASSWORD, Ground, Names, two_tenants

CALLERS = [*(role.value for role in Role), "none"]
DASHBOARDS = share() / "dashboards"
PAGES = sorted(page.stem for page in DASHBOARDS.glob("*.py"))
# Whatever a page may be asked for by its address.
QUERIES = (
    "?tenant={tenant}",
    "?as={tenant}",
    "?device={device}&rev={revision}&change={device}@{revision}&old={held}@latest",
    "?quarantine={held}&site={tenant}/{site}&by={author}&user={author}&find={author}&job={job}",
    "?bokeh-session-id={device}",
)
NAMES = ("{device}", "{tenant}", "{tenant}/edge1.cfg", "..%2f{tenant}/{device}")
# Routes that are neither REST nor a page -> what is asked of each.
OTHERS: Mapping[str, tuple[str, ...]] = {
    "/favicon.ico$": ("/favicon.ico?{device}",),
    "/components/(.*)$": tuple(f"/components/{name}" for name in NAMES),
    "/static/extensions/(.*)$": tuple(f"/static/extensions/{name}" for name in NAMES),
    "/static/(.*)$": tuple(f"/static/{name}" for name in NAMES),
    "/netwb-static/login/(.*)$": tuple(f"/netwb-static/login/{name}" for name in NAMES),
    "/netwb-static/(.*)$": tuple(f"/netwb-static/{name}" for name in NAMES),
    rf"{BASE}(?:/.*)?$": tuple(f"{BASE}/{name}" for name in NAMES),
    "/$": ("/?tenant={tenant}", "/?as={tenant}"),
    "/?$": ("/?device={device}",),
    "/login$": ("/login?next=/configs%3Fdevice={device}",),
    "/login/presence$": ("/login/presence?device={device}",),
    "/login/wall$": ("/login/wall?out={device}",),
    "/wall/alive$": ("/wall/alive?tenant={tenant}",),
    "/login/oidc$": ("/login/oidc?next=/configs%3Ftenant={tenant}",),
    "/login/oidc/callback$": ("/login/oidc/callback?state={device}&code={job}",),
    "/login/oidc/logout$": ("/login/oidc/logout?sid={device}",),
    "/logout$": ("/logout?{device}",),
}
NO_ROUTE = tuple(f"/{name}" for name in NAMES)


@dataclass(frozen=True, slots=True)
class Walk:
    """The server, both tenants, and a browser a caller."""

    server: Server
    ground: Ground
    browsers: Mapping[str, Browser]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """netwb's own pages."""
    tells = "import tests.web.route_list as told; told.begin()"
    with (
        two_tenants(tmp_path_factory.mktemp("served")) as ground,
        netwb_serve(ground.made.bench.home, pages=DASHBOARDS, before=tells) as server,
    ):
        browsers = {caller: Browser(server.port) for caller in CALLERS}
        for role in Role:
            assert browsers[role].log_in(f"{role}-of-{OWN}", PASSWORD).status == 303
        yield Walk(server, ground, browsers)


def routes(server: Server) -> list[str]:
    """Patterns of the application."""
    assert server.says("routes: ", within_s=5)
    line = next(line for line in server.said if line.startswith("routes: "))
    return [pattern for pattern, _ in json.loads(line.removeprefix("routes: "))]


def asked_of(pattern: str) -> tuple[str, ...]:
    """Addresses that lead to it."""
    if pattern in OTHERS:
        return OTHERS[pattern]
    page, _, rest = pattern.removeprefix("/").partition("/")
    if rest == "static/(.*)$":
        return tuple(f"/{page}/static/{name}" for name in NAMES)
    whole = f"/{page}" if rest == "?$" else f"/{page}/ws"
    return tuple(f"{whole}{query}" for query in QUERIES)


OF_PAGES = [f"/{page}{rest}" for page in PAGES for rest in ("/?$", "/ws$", "/static/(.*)$")]


def test_every_route_of_the_application_is_walked(walk: Walk) -> None:
    of_rest = {pattern.removesuffix("$") + "$" for pattern in by_route()}

    assert set(routes(walk.server)) == {*of_rest, *OF_PAGES, *OTHERS}


def each(*patterns: str, marks: pytest.MarkDecorator | tuple[()], callers: list[str]) -> list[Any]:
    """Each of those by each of these."""
    return [pytest.param(one, who, marks=marks) for one in patterns for who in callers]


# How a page is built from a plain request differs by role in its navigation alone, which
# test_two_tenants_views.py walks for all of them.
MOST_AND_LEAST = [Role.ADMIN.value, Role.CUSTOMER.value, "none"]
BETWEEN = [caller for caller in CALLERS if caller not in MOST_AND_LEAST]


@pytest.mark.parametrize(
    ("pattern", "caller"),
    [
        *each(*OTHERS, "none", marks=(), callers=CALLERS),
        *each(*OF_PAGES, marks=(), callers=MOST_AND_LEAST),
        *each(*OF_PAGES, marks=pytest.mark.full, callers=BETWEEN),
    ],
)
def test_a_foreign_name_is_answered_as_a_missing_one(walk: Walk, pattern: str, caller: str) -> None:
    for address in NO_ROUTE if pattern == "none" else asked_of(pattern):
        own, foreign, missing = (
            ask(walk, caller, address, names)
            for names in (walk.ground.own, walk.ground.foreign, walk.ground.missing)
        )

        assert told(foreign, walk.ground.foreign) == told(missing, walk.ground.missing), address
        assert own.status < 500, address
        for answer, names in ((own, walk.ground.own), (foreign, walk.ground.foreign)):
            whole = f"{answer.headers} {answer.text}"
            secrets = walk.ground.secrets - set(asdict(names).values())
            assert [word for word in secrets if word in whole] == [], address


def ask(walk: Walk, caller: str, address: str, names: Names) -> Answer:
    return walk.browsers[caller].get(address.format_map(asdict(names)))


# What is another one at each answer: ids, tokens, nonces, and the time.
ANEW = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|2\|[0-9a-f|]{40,}|p\d{4,}|[0-9A-Za-z_.-]{40,}|\d\d:\d\d(:\d\d)?|\d{10}\.\d+"
)
OF_EACH = {"date", "x-request-id", "set-cookie"}
OF_THE_BODY = {"etag", "content-length"}  # which is compared itself
PACKED = '"token":'  # the query, as it was sent, stands in it: as short as that can be packed


def told(answer: Answer, names: Names) -> tuple[int, dict[str, str], str, int]:
    """All that a caller can tell two answers apart by, but for what it sent itself."""
    request = answer.headers.get("x-request-id", "-")
    words = {*asdict(names).values(), request}
    headers = {k: v for k, v in answer.headers.items() if k not in OF_EACH | OF_THE_BODY}
    length = 0 if PACKED in answer.text else len(answer.text)
    return (
        answer.status,
        {key: without(words, value) for key, value in headers.items()},
        without(words, answer.text),
        length,
    )


def without(words: set[str], text: str) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "-")
    return ANEW.sub("-", text)


def test_own_pages_are_there_to_be_seen(walk: Walk) -> None:
    """Else the walk would prove nothing."""
    for page in PAGES:
        assert PACKED in walk.browsers["admin"].get(f"/{page}").text, page
        assert walk.browsers["none"].get(f"/{page}").status == 302, page
