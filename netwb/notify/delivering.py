"""One round of deliveries: notices find their targets, and each target that is due is served.

Each target has a lease of its own, asked before each message: of two daemons one serves it, and one
that slept through its lease sends nothing more. What a process sent and could not write down before it
died is sent again, with the same id. Targets are served beside each other, so that one that hangs
holds up nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from time import monotonic

from netwb.errors import LeaseLostError, NetwbError, StoreError, StoreUnavailableError
from netwb.notify.feeding import Feeding
from netwb.notify.messages import Service
from netwb.notify.queue import Hold, Queue, Queued
from netwb.notify.records import SIGNED, Delivered, Message, Target
from netwb.notify.targets import OpenTarget, Targets
from netwb.notify.webhooks import LIMIT_S, Post, body_of, send_webhook
from netwb.roles import ALL_TENANTS
from netwb.store.leases import Leases

logger = logging.getLogger(__name__)

LEASE_S = 120.0  # longer than one message may take, a process's start with it
BUDGET_S = 30.0  # of one round, which comes each minute; what is left waits for the next one
AT_ONCE = 32  # targets that are served beside each other
_LEASE = "notify/{}"
_ROUTING = _LEASE.format("routing")
_ENDS = (StoreUnavailableError, LeaseLostError)  # no fault of a target

Send = Callable[[Message, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """What opens a target for a round: our own webhooks, and services.

    environment   of which a service's process is given a little
    real_now      the time that a receiver compares with its own
    limit_s       how long a webhook may take
    """

    environment: Mapping[str, str]
    real_now: Callable[[], datetime]
    limit_s: float = LIMIT_S

    @contextmanager
    def open(self, opened: OpenTarget) -> Iterator[Send]:
        """A way to send to that target while the block runs."""
        if opened.target.kind in SIGNED:
            yield lambda message, message_id: self._post(opened, message, message_id)
            return
        with Service(opened.url, opened.reach, self.environment) as service:
            yield service.send

    def _post(self, opened: OpenTarget, message: Message, message_id: str) -> None:
        post = Post(
            url=opened.url,
            message_id=message_id,
            body=body_of(message.data),
            keys=opened.keys,
            at=self.real_now(),
        )
        send_webhook(post, opened.reach, limit_s=self.limit_s)


class Deliverer:
    """Serves the targets of one database, a round at a time.

    new_leases   leases under a name of their own, so that two rounds in one process are two holders
    random       0 to 1; scatters retries
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        *,
        new_leases: Callable[[], Leases],
        targets: Targets,
        queue: Queue,
        feeding: Feeding,
        senders: Senders,
        random: Callable[[], float],
    ) -> None:
        self._new_leases = new_leases
        self._targets = targets
        self._queue = queue
        self._feeding = feeding
        self._senders = senders
        self._random = random

    def run(self, *, budget_s: float = BUDGET_S) -> Delivered:
        """Route what is new, and send what is due, as far as the time goes."""
        end = monotonic() + budget_s
        leases = self._new_leases()
        routed = self._route(leases)
        known = {target.id: target for target in self._targets.list(ALL_TENANTS)}
        ready = (*self._queue.due(), *sorted(self._feeding.due()))
        due = [known[one] for one in ready if one in known]
        sent = failed = collapsed = 0
        if due:
            with ThreadPoolExecutor(min(AT_ONCE, len(due)), "netwb-notify") as pool:
                served = pool.map(lambda target: self._served(leases, target, end), due)
                for one in served:
                    sent, failed = sent + one.sent, failed + one.failed
                    collapsed += one.collapsed
        waiting = sum(target.waiting for target in self._targets.list(ALL_TENANTS))
        return Delivered(
            routed=routed, sent=sent, failed=failed, collapsed=collapsed, waiting=waiting
        )

    def try_out(self, target: Target, message: Message, message_id: str) -> str:
        """Send one message past the queue; gives why it did not arrive, or ""."""
        try:
            with self._senders.open(self._targets.open(target)) as send:
                send(message, message_id)
        except _ENDS:
            raise
        except NetwbError as error:
            return str(error)
        return ""

    def _route(self, leases: Leases) -> int:
        lease = leases.acquire(_ROUTING, LEASE_S)
        if lease is None:
            return 0
        made = 0
        try:
            targets = self._targets.list(ALL_TENANTS)
            routes = self._targets.routes(ALL_TENANTS)
            while True:
                leases.check(lease)
                notices, deliveries = self._queue.route(targets, routes)
                made += deliveries
                if not notices:
                    return made
        finally:
            leases.release(lease)

    def _served(self, leases: Leases, target: Target, end: float) -> Delivered:
        """All that may go to one target now; another process may be at it."""
        try:
            lease = leases.acquire(_LEASE.format(target.id), LEASE_S)
            if lease is None:
                return Delivered()
            hold = Hold(leases, lease)
            try:
                return self._serve(hold, target, end)
            finally:
                leases.release(hold.lease)
        except StoreError as error:  # of this one target's thread: the others go on
            logger.warning("%s is not served: %s", target.label, error)
            return Delivered()

    def _serve(self, hold: Hold, target: Target, end: float) -> Delivered:
        if target.kind == "feed":
            return self._serve_feed(hold, target, end)
        collapsed = self._collapsed(target) if target.kind == "service" else 0
        item = self._queue.next(target.id)
        run = _Run(self._queue, hold, target, self._random)
        if item is not None:
            try:
                with self._senders.open(self._targets.open(target)) as send:
                    self._send_all(run, send, item, end)
            except _ENDS:
                raise
            except NetwbError as error:  # it could not even be opened
                run.did_not_take(item, error)
        return Delivered(sent=run.sent, failed=run.failed, collapsed=collapsed)

    def _serve_feed(self, hold: Hold, target: Target, end: float) -> Delivered:
        items = self._feeding.items(target)
        first = next(items, None)
        if first is None:
            return Delivered()
        try:
            with self._senders.open(self._targets.open(target)) as send:
                return self._feeding.serve(hold, target, chain([first], items), send, end)
        except _ENDS:
            raise
        except NetwbError as error:  # it could not even be opened
            self._feeding.did_not_take(hold, target, first.id, error)
            return Delivered(failed=1)

    def _collapsed(self, target: Target) -> int:
        """Sum up until few wait; a summary is summed up with what waits behind it."""
        summed = 0
        while more := self._queue.collapse(target):
            summed += more
        return summed

    def _send_all(self, run: _Run, send: Send, first: Queued, end: float) -> None:
        item: Queued | None = first
        while item is not None and run.took(send, item) and monotonic() < end:
            item = self._queue.next(first.target_id)


class _Run:
    """Messages to one target, one after the other, under one lease."""

    def __init__(
        self, queue: Queue, hold: Hold, target: Target, random: Callable[[], float]
    ) -> None:
        self._queue = queue
        self._hold = hold
        self._target = target
        self._random = random
        self.sent = self.failed = 0

    def took(self, send: Send, item: Queued) -> bool:
        """Send one; True where the next one may follow at once."""
        self._queue.ask(self._hold)  # the last question before the effect
        try:
            send(item.message, item.message_id)
        except _ENDS:
            raise
        except NetwbError as error:
            return self.did_not_take(item, error)
        self._queue.arrived(self._hold, item)
        self.sent += 1
        return True

    def did_not_take(self, item: Queued, error: NetwbError) -> bool:
        """Write a failure down; True where the next one may follow at once."""
        self.failed += 1
        logger.warning("%s does not take %s: %s", self._target.label, item.message_id, error)
        return self._queue.did_not_arrive(self._hold, item, error, jitter=self._random())
