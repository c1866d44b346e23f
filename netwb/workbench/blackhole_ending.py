"""End blackholes on the facade: one, all, or new ones for a while; and compare routers with the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from netwb.blackhole.records import (
    STANDING,
    Blackhole,
    Entry,
    State,
)
from netwb.errors import InventoryError, NotPermittedError
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission, Role
from netwb.workbench.blackhole_asking import BlackholeAskingFace
from netwb.workbench.blackhole_records import (
    BlackholeWorker,
    Reconciled,
    Running,
)
from netwb.workbench.blackholes import CALM, LOOK_S, WAIT_S, require_reason
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.blackhole.engine import worker as _worker
    from netwb.blackhole.engine.engine import Engine
else:
    _worker = lazy("netwb.blackhole.engine.worker")

GOING: frozenset[State] = frozenset({"held", "intended", "announced"})  # what can be let go


class BlackholeEndingFace(BlackholeAskingFace):
    """`withdraw`, `withdraw_all`, pause and resume, `reconcile`, and the process that ends them by time."""

    def withdraw(
        self, reference: str, *, reason: str, seen: int | None = None, wait_s: float = WAIT_S
    ) -> Blackhole:
        """Take one back now, on every router; what is held is given up. `seen`: as of `approve`."""
        self._require(Permission.BLACKHOLE_REQUEST)
        require_reason(reason)
        entry = self._entry(reference)
        self._require_withdrawer(entry)
        self._require_seen(entry.blackhole, seen)
        if entry.blackhole.state not in STANDING | {"held"}:
            msg = f"{entry.blackhole.prefix} is {entry.blackhole.state}; nothing of it stands any more"
            raise InventoryError(msg)
        return self._withdrawn([entry], reason, wait_s, seen=seen)[0]

    def withdraw_all(self, *, reason: str, wait_s: float = 3 * WAIT_S) -> Records[Blackhole]:
        """Take all of this scope's back now."""
        self._require(Permission.BLACKHOLE_APPROVE)
        require_reason(reason)
        scope = self._meant_scope
        entries = [
            one
            for one in self._parts.attacks.ledger.entries(STANDING | {"held"})
            if scope.tenants is None or one.blackhole.tenant_id in scope.tenants
        ]
        return records_of(self._withdrawn(entries, reason, wait_s), Blackhole)

    def pause_blackholes(self, *, reason: str) -> Running:
        """From now on nothing new is announced, of any tenant; what stands ends by its time."""
        self._require(Permission.BLACKHOLE_APPROVE)
        self._require_everywhere("the one switch of all blackholes")
        require_reason(reason)
        self._parts.attacks.heads.pause(by=self._actor.name, why=reason)
        self._audit("blackhole.pause", "all", detail={"reason": reason})
        return self.blackholes_running()

    def resume_blackholes(self) -> Running:
        """Announce again; what was held meanwhile is judged anew."""
        self._require(Permission.BLACKHOLE_APPROVE)
        self._require_everywhere("the one switch of all blackholes")
        if self._parts.attacks.heads.resume() is None:
            msg = "blackholes are not paused; `netwb blackhole list` shows what waits, and why"
            raise InventoryError(msg)
        self._audit("blackhole.resume", "all")
        return self.blackholes_running()

    def reconcile(self, *, wait_s: float = 3 * WAIT_S) -> Reconciled:
        """Compare every trigger and edge with the ledger now; the daemon does it each minute."""
        self._require(Permission.BLACKHOLE_APPROVE)
        self._require_everywhere("every trigger and edge")
        with self._leading() as engine:
            engine.reconcile()
            self._turns(engine, lambda: engine.is_quiet, wait_s)
        self._audit("blackhole.reconcile", "all")
        routers = self._parts.attacks.routers
        standing = self._parts.attacks.ledger.entries(STANDING)
        return Reconciled(
            routers=(*routers.list(ALL_TENANTS, "trigger"), *routers.list(ALL_TENANTS, "edge")),
            strays=self._parts.attacks.ledger.strays(ALL_TENANTS),
            waiting=sum(
                on.state == "waiting" for entry in standing for on in entry.blackhole.routers
            ),
        )

    def blackhole_worker(self) -> BlackholeWorker:
        """What takes alarms in, and announces and ends blackholes, as long as this process lives."""
        self._require_local("the engine of blackholes")
        made: BlackholeWorker = _worker.Worker(self._parts.engine)
        return made

    # -- letting go

    def _withdrawn(
        self, entries: list[Entry], reason: str, wait_s: float, *, seen: int | None = None
    ) -> list[Blackhole]:
        ids = [entry.blackhole.id for entry in entries]
        if not ids:
            return []
        self._let_go(ids, reason, seen)
        with self._leading() as engine:
            self._turns(engine, lambda: self._are(ids, CALM), wait_s)
        found = self._parts.attacks.ledger.those(self._meant_scope, ids)
        return [self._without_addresses(one) for one in found]

    def _let_go(self, ids: Sequence[str], reason: str, seen: int | None) -> None:
        """All at once, each as it is by now."""
        gone = []
        with self._parts.engine.ledger.sitting() as sitting:
            sitting.read_ahead(ids=ids)
            for entry in map(sitting.entry, ids):
                self._require_seen(entry.blackhole, seen)
                state = entry.blackhole.state
                if state in GOING:
                    to: State = "withdrawn" if state == "held" else "withdrawing"
                    gone.append(sitting.move(entry, to, by=self._actor.name, why=reason))
        moved = [entry.blackhole for entry in gone if entry is not None]
        self._audit_steps("blackhole.withdraw", moved, {"reason": reason})

    def _require_withdrawer(self, entry: Entry) -> None:
        """A tenant's own staff takes back what its own staff asked for."""
        if self._actor.role is Role.CUSTOMER and not entry.request.customer:
            network = entry.blackhole.network
            with self._denials_audited("blackhole.withdraw", str(network)):
                msg = f"{network} was not asked for by your own staff; ask the provider to withdraw it"
                raise NotPermittedError(msg)

    @contextmanager
    def _leading(self) -> Iterator[Engine]:
        """An engine for this call: it writes to routers where no other process does."""
        engine = self._new_engine()
        try:
            yield engine
        finally:
            engine.leave()

    def _turns(self, engine: Engine, is_done: Callable[[], bool], wait_s: float) -> None:
        ends_at, never = monotonic() + wait_s, Event()
        while True:
            engine.turn()
            if is_done() or monotonic() >= ends_at:
                return
            never.wait(LOOK_S)
