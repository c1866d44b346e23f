"""A page describes to the browser the kinds of component that it has or may get, and no others."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from netwb.loading import share
from tests.web.browsing import Browser, pulled
from tests.web.servers import PASSWORDS, netwb_serve, two_tenants

MADE = re.compile(r"[A-Z]\w*?\d+")  # Panel numbers the kinds that it makes of components


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with (
        two_tenants(tmp_path_factory.mktemp("kinds")) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards") as one,
    ):
        browser = Browser(one.port)
        assert browser.log_in("ada", PASSWORDS["ada"]).status == 303
        yield browser


def document(ada: Browser, path: str) -> dict[str, Any]:
    async def told() -> str:
        answer = await asyncio.to_thread(ada.get, path)
        async with ada.opened(path.partition("?")[0], answer.token) as socket:
            return await pulled(socket)

    found: dict[str, Any] = json.loads(asyncio.run(told()))["doc"]
    return found


def kinds_within(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part["name"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from kinds_within(one)


@pytest.mark.parametrize(
    "path",
    [
        *("/configs", "/traffic", "/billing", "/security", "/compliance", "/inventory", "/admin"),
        "/account",
    ],
)
def test_a_page_describes_what_it_has_and_hardly_more(ada: Browser, path: str) -> None:
    page = document(ada, path)

    described = {kind["name"] for kind in page["defs"]}
    drawn = {name for name in kinds_within(page["roots"]) if MADE.fullmatch(name)}
    assert drawn
    assert drawn <= described
    assert len(described - drawn) < 10  # Panel's packages have more than a hundred


def test_a_page_describes_what_its_views_may_add_later(ada: Browser) -> None:
    page = document(ada, "/configs?find=ntp")  # from here a click leads to a comparison

    assert "DiffView1" not in kinds_within(page["roots"])
    assert "DiffView1" in {kind["name"] for kind in page["defs"]}


def test_a_wall_describes_none_and_asks_for_one_script_of_bokehs(ada: Browser) -> None:
    scripts = re.findall(r'<script[^>]* src="([^"?]+)', ada.get("/wall").text)

    assert document(ada, "/wall")["defs"] == []
    assert scripts == ["netwb-static/wall.js", "static/js/bokeh.min.js"]
