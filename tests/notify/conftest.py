"""Targets, a queue and a deliverer on each database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from netwb.erp.feeds import EventFeeds
from netwb.inventory.records import SecretSource
from netwb.notify.delivering import Deliverer, Senders
from netwb.notify.feeding import Feeding
from netwb.notify.queue import Queue
from netwb.notify.records import (
    Delivered,
    Delivery,
    Happening,
    NewTarget,
    Target,
    TargetKind,
)
from netwb.notify.targets import GivenUrl, Targets
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring, MasterKey
from netwb.store.leases import Leases
from netwb.store.notices import Notices
from tests.store.conftest import KINDS, Clock, fresh_url, postgresql_template, sqlite_template
from tests.store.processes import now

__all__ = ["postgresql_template", "sqlite_template"]  # fixtures, known here by their names

LIMIT_S = 3.0  # of a webhook


@dataclass
class Office:
    """What a test sends by, and asks."""

    url: str
    clock: Clock
    database: Database
    notices: Notices
    targets: Targets
    queue: Queue
    deliverer: Deliverer

    def add(
        self, url: str, name: str = "noc", *, kind: TargetKind = "webhook", tenant_id: str = ""
    ) -> Target:
        """A target that is told of everything."""
        source = SecretSource(origin="prompt", answer=url)
        new = NewTarget(name=name, kind=kind, url=source)
        given = GivenUrl(text=url, reference=None, shown="shown")
        target = self.targets.add(new, given, tenant_id=tenant_id, by="ana").target
        self.targets.add_route(ALL_TENANTS, target.id, kinds=["*"], severity="info", tenants=None)
        return target

    def happen(self, count: int = 1, *, tenant_id: str = "t-a") -> None:
        """So many notices."""
        many = (
            Happening(tenant_id=tenant_id, subject="d-1", label="acme/edge1", message=f"number {n}")
            for n in range(count)
        )
        self.notices.happened_many("config.changed", many)

    def round(self, *, after_s: float = 0) -> Delivered:
        """One round, so long after the one before."""
        self.clock.pass_s(after_s)
        return self.deliverer.run()

    def deliveries(self) -> list[Delivery]:
        """Oldest first."""
        return list(reversed(self.queue.list(ALL_TENANTS, limit=10_000)))

    def target(self) -> Target:
        """The first one, as it stands."""
        return self.targets.list(ALL_TENANTS)[0]


def office_of(database: Database, clock: Clock, master: MasterKey, url: str = "") -> Office:
    """All of it over one database; a second one over the same is another process's."""
    targets = Targets(database, Keyring(database, master, clock), clock, resolve=str)
    queue = Queue(database, clock)
    deliverer = Deliverer(
        new_leases=lambda: Leases(database, holder_name(new_id()), clock),
        targets=targets,
        queue=queue,
        feeding=Feeding(database, clock, EventFeeds(database, clock), lambda: 0.5),
        senders=Senders(environment=os.environ, real_now=now, limit_s=LIMIT_S),
        random=lambda: 0.5,
    )
    return Office(url, clock, database, Notices(database, clock), targets, queue, deliverer)


@pytest.fixture
def master(tmp_path: Path) -> MasterKey:
    return MasterKey.create(tmp_path / "master.key")


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path, master: MasterKey) -> Iterator[Office]:
    url = fresh_url(request, tmp_path)
    with closing(Database(url)) as database:
        yield office_of(database, Clock(), master, url)
