"""Two tenants that look alike, served to a browser, with a person of each role of the one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netwb import Workbench
from netwb.loading import share
from netwb.roles import Role
from tests.real.browser.rig import Chromium, Site, opened
from tests.web.servers import netwb_serve
from tests.web.two_tenants import OWN, PASSWORD, Ground, two_tenants

BEGINS = timedelta(hours=9)  # before now: the changes are last night's


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """A site, and what is known of both tenants."""

    site: Site
    ground: Ground


def person_of(role: Role) -> str:
    """Name of the one who has that role for the tenant OWN alone."""
    return f"{role}-of-{OWN}"


@contextmanager
def lookalikes(folder: Path, chromium: Chromium) -> Iterator[Lookalikes]:
    """Served on loopback."""
    passwords = {person_of(role): PASSWORD for role in Role}
    with two_tenants(folder, begins=datetime.now(UTC) - BEGINS) as ground:
        # Else the server would do what waits, and change what each page says meanwhile. As there,
        # no device answers: what is held stays so.
        with closing(Workbench.open(ground.made.bench.home, environment={})) as bench:
            while bench._run_next():
                pass
        with (
            netwb_serve(ground.made.bench.home, pages=share() / "dashboards") as server,
            opened(ground.made, server, chromium, passwords) as site,
        ):
            yield Lookalikes(site, ground)
