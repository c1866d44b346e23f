"""The daemon's process: signals, threads, and APScheduler as its clock. It decides nothing.

What is due, who leads and what came of it stand in SQL, behind `Workbench.lead()`: this process may
be killed at any moment, and the next one needs no hand. APScheduler looks every few seconds, and
gives each lane of jobs a thread; the heart has its own clock, which no change of the time stops.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic
from types import FrameType
from typing import NoReturn

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from netwb import log_lines
from netwb.errors import LeaseLostError, StoreError
from netwb.schedules.records import LANES, Lane
from netwb.workbench import Workbench
from netwb.workbench.leader import Leader
from netwb.workbench.planning import Start

logger = logging.getLogger("netwb.scheduler")

LOOK_S = 2.0  # how often what is due is looked for
ENDS_S = 20.0  # how long what runs may take to end after SIGTERM; what does not is handed back
HEART_S = 3.0  # a beat that is under way ends; one after the last word would lead again
GONE_S = 28.0  # the process ends then, whatever hangs: systemd's and people's patience is 30 s
SAME_S = 3600.0  # a fault that lasts is said again so often


class Outage:
    """Says that something is away once, and that it is back; however often it is asked."""

    def __init__(self) -> None:
        self._said = ""
        self._said_at = 0.0

    def begins(self, error: StoreError) -> None:
        """It is away."""
        if str(error) != self._said or monotonic() - self._said_at > SAME_S:
            logger.warning("the daemon waits: %s", error)
            self._said, self._said_at = str(error), monotonic()

    def ends(self) -> None:
        """It answers."""
        if self._said:
            logger.warning("the daemon goes on")
            self._said = ""


class Daemon:
    """One process: `run` returns when it was told to end."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._leader: Leader = bench.lead()
        self._lease_s = bench.settings.scheduler.lease_s
        self._stop = threading.Event()
        self._over = threading.Event()  # what ran has ended, or is handed back
        self._woken = threading.Event()
        # Signals to end: a handler may wait for no lock.
        self._told: SimpleQueue[int] = SimpleQueue()
        self._busy: set[Lane] = set()
        self._outage = Outage()
        self._beat_at = monotonic()
        self._listener = _Listener(bench)
        self._blackholes = bench.blackhole_worker()
        self._clock = BackgroundScheduler(
            timezone=UTC,
            executors={name: ThreadPoolExecutor(1) for name in ("default", *LANES)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C; what runs then ends or is handed back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGCONT, self._wake)
        self._first_beat()
        heart = _begun("netwb-heart", lambda: self._vital(self._live))
        jobs = _begun("netwb-jobs", lambda: self._vital(lambda: self._bench.run_jobs(self._stop)))
        self._blackholes.start()
        self._clock.add_job(self._look, "interval", seconds=LOOK_S, id="look", next_run_time=_now())
        self._clock.start()
        self._told.get()
        self._stop.set()
        self._wind_up(heart, jobs)

    def _end(self, number: int, frame: FrameType | None) -> None:
        """The first time it ends when its jobs have; the second time now.

        It runs in the middle of whatever the main thread does. An event set here would wait without
        end for the lock that the main thread holds where it begins to wait for that event.
        """
        del frame
        self._told.put(number)

    def _is_hurried(self, within_s: float) -> bool:
        try:
            self._told.get(timeout=within_s)
        except Empty:
            return False
        return True

    def _wake(self, number: int, frame: FrameType | None) -> None:
        """It had been stopped. Where that was for longer than the lease, another may lead by now."""
        del number, frame
        if self._leader.does and monotonic() - self._beat_at > self._lease_s:
            begin_anew("this daemon was stopped for longer than its lease")
        self._woken.set()

    def _first_beat(self) -> None:
        try:
            self._leader.begin()
        except StoreError as error:
            self._outage.begins(error)
        self._listener.follow(leads=self._leader.leads)
        if not self._leader.leads:
            logger.info("another daemon leads; this one stands by")

    def _vital(self, part: Callable[[], None]) -> None:
        """Where a part breaks, the process begins anew: it must not live on and do nothing."""
        try:
            part()
        finally:
            if not self._stop.is_set():
                what = "a part of this daemon broke"
                logger.error("%s", what, exc_info=True)  # noqa: LOG014 - what broke it is under way
                begin_anew(what)

    def _live(self) -> None:
        """The heart: it beats whatever the clock on the wall does, and until all has ended."""
        while not self._over.is_set():
            self._woken.wait(self._lease_s / 3)
            self._woken.clear()
            if not self._over.is_set():
                self._beat()
                self._mind_the_clock()

    def _beat(self) -> None:
        try:
            self._leader.beat()
        except LeaseLostError as error:
            if not self._stop.is_set():
                begin_anew(str(error))
        except StoreError as error:
            self._outage.begins(error)
            return
        self._outage.ends()
        self._beat_at = monotonic()
        self._listener.follow(leads=self._leader.leads and not self._stop.is_set())

    def _mind_the_clock(self) -> None:
        """The time was put back: APScheduler would wait until it has passed again."""
        look = self._clock.get_job("look")
        if look is not None and look.next_run_time > _now() + timedelta(seconds=2 * LOOK_S):
            look.modify(next_run_time=_now())

    def _look(self) -> None:
        """Begin what is due, one job a lane."""
        try:
            for start in self._leader.due():
                if start.spec.lane not in self._busy and not self._stop.is_set():
                    self._busy.add(start.spec.lane)
                    self._clock.add_job(self._do, args=[start], executor=start.spec.lane)
        except LeaseLostError as error:
            logger.warning("%s", error)  # the heart settles who leads
            self._woken.set()
        except StoreError as error:
            self._outage.begins(error)

    def _do(self, start: Start) -> None:
        try:
            self._leader.run(start)
        except StoreError as error:
            self._outage.begins(error)
        finally:
            self._busy.discard(start.spec.lane)

    def _wind_up(self, heart: threading.Thread, jobs: threading.Thread) -> None:
        """Wait a while for what runs, hand the rest back, and let another daemon lead at once.

        Meanwhile the heart beats: whoever took over would do beside it what still runs here.
        """
        logger.info("the daemon ends%s", _words(self._leader.does))
        _begun("netwb-end", _gone)
        self._listener.follow(leads=False)
        self._blackholes.stop(HEART_S)
        until = monotonic() + ENDS_S
        while (self._leader.does or jobs.is_alive()) and monotonic() < until:
            if self._is_hurried(0.1):
                break
        self._over.set()
        self._woken.set()
        heart.join(HEART_S)
        try:
            handed = self._leader.hand_back()
            self._leader.leave()
        except StoreError as error:
            logger.warning("nothing could be handed back: %s", error)
        else:
            logger.info(
                "the daemon has ended%s", f"; handed back: {', '.join(handed)}" if handed else ""
            )


class _Listener:
    """The syslog listener, which runs where this daemon leads; one that broke is begun again."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def follow(self, *, leads: bool) -> None:
        if leads and not (self._stop and self._thread and self._thread.is_alive()):
            stop = self._stop = threading.Event()
            self._thread = _begun("netwb-syslog", lambda: self._bench.listen_syslog(stop))
        elif not leads and self._stop is not None:
            self._stop.set()
            self._stop = None


def serve(home: str | None = None) -> NoReturn:
    """Be a daemon of that home until SIGTERM or Ctrl-C, then end the process with status 0.

    Raises what opening a home raises.
    """
    log_lines.install()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("netwb").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would say each look
    bench = Workbench.open(home)
    logger.info("daemon of %s begins, process %s", bench.home, os.getpid())
    Daemon(bench).run()
    _leave(0)


def begin_anew(why: str) -> NoReturn:
    """The same process from its beginning: nothing that it was doing goes on, and it stands by."""
    logger.warning("%s; the process begins anew", why)
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - itself


def _gone() -> None:
    threading.Event().wait(GONE_S)
    logger.warning("something hangs; the process ends all the same")
    _leave(0)


def _leave(status: int) -> NoReturn:
    """What still runs in a thread must not hold the process: Python would wait for it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _begun(name: str, target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


def _words(jobs: tuple[str, ...]) -> str:
    return f" when {', '.join(jobs)} has ended, in {ENDS_S:.0f} s at most" if jobs else ""


def _now() -> datetime:
    return datetime.now(UTC)
