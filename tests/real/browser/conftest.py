"""Chromium and two served homes of two tenants, once a session; who changes one has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from netwb.loading import share
from tests.real.browser.rig import Chromium, Site, launched, served
from tests.web.servers import PAGES


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A running browser."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _nothing_strange(chromium: Chromium) -> Iterator[None]:
    """No window asked for anything elsewhere, nor did a console say what was not expected."""
    before = len(chromium.windows)
    yield
    strange = chromium.strange()
    chromium.close(chromium.windows[before:])
    assert strange == []


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """netwb's own pages on a home of two tenants."""
    with served(tmp_path_factory.mktemp("site"), share() / "dashboards", chromium) as found:
        yield found


@pytest.fixture(scope="session")
def bare_site(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Iterator[Site]:
    """The same with one page, `/who`, that says who is here: what is tested is the server."""
    with served(tmp_path_factory.mktemp("site"), PAGES, chromium) as found:
        yield found
