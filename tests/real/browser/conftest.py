"""Chromium once a session; a home with two tenants, served, once a test file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from netwb.loading import share
from tests.real.browser.rig import Site, launched, opened
from tests.web.servers import PAGES, netwb_serve, two_tenants


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    """netwb's own pages on a home of two tenants."""
    with _served(tmp_path_factory.mktemp("site"), share() / "dashboards", chromium) as found:
        yield found


@pytest.fixture(scope="module")
def bare_site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    """The same with one page, `/who`, that says who is here: what is tested is the server."""
    with _served(tmp_path_factory.mktemp("site"), PAGES, chromium) as found:
        yield found


@contextmanager
def _served(folder: Path, pages: Path, chromium: Browser) -> Iterator[Site]:
    with (
        two_tenants(folder) as made,
        netwb_serve(made.bench.home, pages=pages) as server,
        opened(made, server, chromium) as found,
    ):
        yield found
