"""Several processes at once, that begin at the same moment.

They are forked from a server that has imported this module and opened nothing, which is as good as
a fresh Python and much quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import SeenPort
from netwb.notify.records import Observed
from netwb.store.audit import Audit
from netwb.store.claims import Claims
from netwb.store.database import Database
from netwb.store.firing_records import Due
from netwb.store.firings import Firings
from netwb.store.keyring import Keyring, MasterKey
from netwb.store.leases import Leases
from netwb.store.notices import Notices
from tests.forked import forking

WAIT_S = 60
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at_once(count: int, work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Run `work(number, *arguments)` in that many processes; gives what each returned."""
    context = forking()
    barrier, answers = context.Barrier(count), context.SimpleQueue()
    processes = _started(context, count, (barrier, answers, work, arguments))
    for process in processes:
        process.join(WAIT_S)
    assert [process.exitcode for process in processes] == [0] * count
    return [answers.get() for _ in processes]


def _started(context: ForkServerContext, count: int, shared: tuple[Any, ...]) -> list[Any]:
    processes = [context.Process(target=_one, args=(number, *shared)) for number in range(count)]
    for process in processes:
        process.start()
    return processes


def _one(number: int, barrier: Any, answers: Any, work: Any, arguments: tuple[Any, ...]) -> None:
    barrier.wait(WAIT_S)
    answers.put(work(number, *arguments))


def now() -> datetime:
    return datetime.now(UTC)


def make_key(_number: int, url: str, master: MasterKey, purpose: str) -> bytes:
    return Keyring(Database(url), master, now).key(purpose)


def renew_master(_number: int, url: str, path: Path) -> None:
    """Open and renew, as two commands do that are typed at once."""
    Keyring.of_file(Database(url, busy_timeout_s=WAIT_S), path, now).renew_master(path)


def append_events(number: int, url: str, key: bytes, count: int) -> int:
    audit = Audit(Database(url, busy_timeout_s=WAIT_S), lambda: key, now)
    for event in range(count):
        audit.append(f"process-{number}", "test.append", str(event))
    return count


def acquire(number: int, url: str, name: str) -> int | None:
    lease = Leases(Database(url, busy_timeout_s=WAIT_S), f"process-{number}", now).acquire(
        name, 600
    )
    return None if lease is None else lease.epoch


def claim_all(number: int, url: str, ids: list[str]) -> frozenset[str]:
    """Claim the same as the others do, in an order of one's own."""
    database = Database(url, busy_timeout_s=WAIT_S)
    claims = Claims(
        database=database, holder=f"process-{number}", clock=now, kind="poll", ttl_s=600
    )
    return claims.take(ids if number % 2 else ids[::-1])


def find_ports(_number: int, url: str, counts: dict[str, int]) -> int:
    """A poll that finds so many ports by device id; gives how many of them were new."""
    seen = {
        device: [
            SeenPort(name=f"eth{n}", if_index=n, alias="", if_type=6, speed_bps=None)
            for n in range(count)
        ]
        for device, count in counts.items()
    }
    return Ports(Database(url, busy_timeout_s=WAIT_S), now).sighted(seen).new


def claim_firing(number: int, url: str, due: Due) -> bool:
    """Claim as a daemon of the one term that there is; the leader's holder is the same for all."""
    database = Database(url, busy_timeout_s=WAIT_S)
    leases = Leases(database, "mine", lambda: NOON)
    lease = leases.acquire("scheduler", 30)
    assert lease is not None
    notices = Notices(database, lambda: NOON)
    firings = Firings(database, leases, notices, f"process-{number}", lambda: NOON)
    return firings.claim(lease, due, due, missed=0) is not None


def see_wrong(number: int, url: str, kind: str, count: int) -> int:
    """See the same things wrong as the others do, in an order of one's own; gives how many it told."""
    notices = Notices(Database(url, busy_timeout_s=WAIT_S), now)
    things = range(count) if number % 2 else reversed(range(count))
    states = [Observed(subject=f"s-{n}", label="s", is_wrong=True) for n in things]
    return notices.stands_many(kind, states)
