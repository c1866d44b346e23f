"""Construct what tells people: targets, their queue, and what serves them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from netwb.erp.feeds import EventFeeds
from netwb.inventory.secret_sources import Secrets
from netwb.notify.delivering import Deliverer, Senders
from netwb.notify.feeding import Feeding
from netwb.notify.queue import Queue
from netwb.notify.targets import Targets
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.leases import Leases


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyParts:
    """Targets, queue and deliverer of one home."""

    targets: Targets
    queue: Queue
    deliverer: Deliverer


def compose_notify(
    database: Database,
    keyring: Keyring,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    zone: tzinfo,
) -> NotifyParts:
    """`environment` is where references are looked up; a service's process gets a little of it.

    zone   in which people are told times
    """
    secrets = Secrets(environment)
    targets = Targets(database, keyring, clock, resolve=lambda text: secrets.resolve("url", text))
    queue = Queue(database, clock, zone)
    deliverer = Deliverer(
        new_leases=lambda: Leases(database, holder_name(new_id()), clock),
        targets=targets,
        queue=queue,
        feeding=Feeding(database, clock, EventFeeds(database, clock), random.random),
        senders=Senders(environment=environment, real_now=lambda: datetime.now(UTC)),
        random=random.random,
    )
    return NotifyParts(targets=targets, queue=queue, deliverer=deliverer)
