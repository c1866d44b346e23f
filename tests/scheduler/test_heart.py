"""The daemon's heart: it beats while jobs begin and end, and no daemon goes on without it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from netwb.errors import ArchiveError
from netwb.roles import ALL_TENANTS
from netwb.schedules.records import JobSpec, Place
from netwb.store.canonical import storable
from netwb.store.firing_records import Firing
from netwb.store.firings import Firings
from netwb.workbench.leader import Leader
from netwb.workbench.planning import Start
from scheduler.daemon import Daemon
from tests.benches import START, Rig, rig
from tests.scheduler.nights import with_jobs
from tests.scheduler.processes import daemon

TWO = (
    JobSpec(name="one", trigger="03:00", method="back_up_night", says="", lane="devices"),
    JobSpec(name="two", trigger="03:00", method="back_up_night", says="", lane="upkeep"),
)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",)}) as found:
        with_jobs(found, TWO)
        yield found


class Between(Firings):
    """Firings of which a sign of life takes a while, in which something else happens."""

    def __init__(self, real: Firings, act: Callable[[], None]) -> None:
        self.__dict__ = real.__dict__
        self._act = act

    def beat(self, firing: Firing, claim_s: float) -> None:
        self._act()
        super().beat(firing, claim_s)


def due(made: Rig, leader: Leader) -> tuple[Start, ...]:
    leader.beat()
    leader.due()
    made.clock.now = START + timedelta(hours=1)
    leader.beat()
    return leader.due()


def test_a_signal_to_end_waits_for_no_lock_that_the_main_thread_may_hold(made: Rig) -> None:
    """The handler runs in that very thread: it would wait for itself, and the daemon never end."""
    one: Any = Daemon(made.bench)
    told = threading.Thread(target=one._end, args=(signal.SIGTERM, None), daemon=True)

    with one._stop._cond:
        told.start()
        told.join(60)
        is_heard = not told.is_alive()

    assert is_heard
    assert one._is_hurried(0)


def test_a_job_may_begin_in_the_middle_of_a_beat(made: Rig) -> None:
    leader = made.bench.lead()
    one, two = due(made, leader)
    begun = {name: threading.Event() for name in ("one", "two")}
    go_on = threading.Event()

    def long(spec: JobSpec, _place: Place) -> object:
        begun[spec.name].set()
        go_on.wait(30)
        return {}

    leader._call = long
    threads = [threading.Thread(target=leader.run, args=[start]) for start in (one, two)]
    threads[0].start()
    assert begun["one"].wait(30)

    def other_begins() -> None:
        if not threads[1].ident:
            threads[1].start()
            begun["two"].wait(0.5)

    leader._parts = replace(leader._parts, firings=Between(leader._parts.firings, other_begins))
    leader.beat()
    assert begun["two"].wait(30)
    leader.beat()
    go_on.set()
    for thread in threads:
        thread.join(30)

    assert leader.leads
    assert leader.does == ()


@pytest.mark.parametrize("words", ["a\x00b", "file \udcff"], ids=["NUL", "no UTF-8"])
def test_a_job_whose_fault_no_database_can_hold_has_ended_all_the_same(
    made: Rig, words: str
) -> None:
    leader = made.bench.lead()
    start, _ = due(made, leader)

    def broken(_spec: JobSpec, _place: Place) -> object:
        raise ArchiveError(words)

    leader._call = broken
    runs = threading.Thread(target=leader.run, args=[start], daemon=True)
    runs.start()
    runs.join(30)

    (found,) = made.bench._parts.scheduling.firings.newest(ALL_TENANTS)
    assert (found.status, found.said) == ("failed", storable(words))
    assert leader.does == ()


BREAKS_ONCE = """
import os, sys
from netwb.workbench.leader import Leader
import scheduler.daemon
beat = Leader.beat

def breaks(self):
    if self.leads and not os.path.exists(mark := os.path.join(os.environ["NETWB_HOME"], "mark")):
        open(mark, "w").close()
        raise KeyError("a fault of netwb's own")
    beat(self)

Leader.beat = breaks
scheduler.daemon.serve()
"""


def test_a_daemon_whose_heart_breaks_begins_anew_and_leads_again(tmp_path: Path) -> None:
    with (
        rig(tmp_path, {"acme": ("edge1",)}) as found,
        daemon(found.bench.home, command=("-c", BREAKS_ONCE)) as running,
    ):
        assert running.says("(term 1)")
        assert running.says('KeyError: "a fault of netwb\'s own"')
        assert running.says("begins anew")
        assert running.says("(term 2)")
