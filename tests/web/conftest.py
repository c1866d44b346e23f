"""Servers of this folder's tests: pages by `netwb serve` and by the hand-written line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from netwb.workbench import Workbench
from tests.web.browsing import Browser
from tests.web.servers import Server, beside, let_in, netwb_serve, panel_serve, two_tenants


@dataclass(frozen=True, slots=True)
class Served:
    """A server and its home; `bench` goes by the real clock, as the server does."""

    server: Server
    bench: Workbench

    def browser(self, name: str | None = None, **headers: str) -> Browser:
        """A new one, logged in where a name is given, though not by the form."""
        browser = Browser(self.server.port, headers=headers)
        if name is not None:
            let_in(browser, self.bench, name)
        return browser


@pytest.fixture(scope="module", params=["netwb serve", "panel serve"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """One page, `/who`, that says who is here."""
    start = netwb_serve if request.param == "netwb serve" else panel_serve
    with (
        two_tenants(tmp_path_factory.mktemp("served")) as made,
        start(made.bench.home) as server,
        beside(made.bench.home) as bench,
    ):
        yield Served(server, bench)
