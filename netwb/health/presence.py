"""Whether what should run does: the daemon, the server, the remotes; judged from what they wrote. Pure.

A daemon that was stopped on purpose leaves no row, so that none is advice; one that fell silent is
wrong, and so is a job that nobody began, or that failed when it was done last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.ages import age
from netwb.archive.remote.records import Remote
from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.health.disk import Lies
from netwb.store.daemons import Daemon
from netwb.store.servers import Server

NIGHTLY = "nightly"  # the job that saves all
NAMED = 5  # jobs that are told by name
SELF_BACKUP_LATE = timedelta(hours=50)  # two nights were missed
NIGHT_MISSED = timedelta(hours=26)  # a night, with as much as it may be late
PUSH_LATE = timedelta(hours=24)  # what was not pushed for so long would be lost with this machine
_START = "start it: `netwb scheduler`, or its unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingJob:
    """A job that failed when it was tried last, at a place where it is due; `said`: why, or ""."""

    job: str
    place: str
    since: datetime
    said: str


def judge_daemon(
    daemons: Sequence[Daemon],
    *,
    now: datetime,
    next_job: tuple[datetime, str] | None = None,
    ended_at: datetime | None = None,
    waits_since: datetime | None = None,
) -> Diagnosis:
    """Whether one leads; `daemons` are those of the last day, the newest sign of life first.

    ended_at     when the one that led last ended as it was told to
    waits_since  since when there is something to do; None: there is no active device, or no backup
    """
    alive = [one for one in daemons if one.alive]
    if not alive:
        silent = daemons[0] if daemons else None
        if silent is None or (ended_at is not None and ended_at >= silent.beat_at):
            return _none_runs(ended_at, waits_since, now)
        return wrong(
            "daemon",
            f"none is alive: the last sign of life came {age(silent.beat_at, now)} ago from"
            f" {silent.host}",
            f"{_START} on {silent.host}",
        )
    leader = next((one for one in alive if one.leads_since is not None), None)
    if leader is None or leader.leads_since is None:
        return ok("daemon", f"{len(alive)} alive, one of them takes the lead within a minute")
    others = f", {len(alive) - 1} more stand by" if len(alive) > 1 else ""
    return ok(
        "daemon",
        f"leads on {leader.host} for {age(leader.leads_since, now)}{others}{_coming(next_job)}",
    )


def _none_runs(ended_at: datetime | None, waits_since: datetime | None, now: datetime) -> Diagnosis:
    """Nobody wants one in a new home, or for some hours; over a night it is missed."""
    ended = f", the last one ended {age(ended_at, now)} ago as it was told to" if ended_at else ""
    said = f"none runs{ended}: nothing is backed up, pushed or told by itself"
    missed = is_missed(waits_since, now) and (ended_at is None or is_missed(ended_at, now))
    return wrong("daemon", said, _START) if missed else advice("daemon", said, _START)


def is_missed(since: datetime | None, now: datetime) -> bool:
    """Whether a night went by since then in which nothing was done by itself."""
    return since is not None and now - since > NIGHT_MISSED


def judge_server(servers: Sequence[Server], *, now: datetime) -> Diagnosis:
    """Whether one serves; `servers` are those of the last day."""
    alive = [one for one in servers if one.alive]
    if alive:
        hosts = ", ".join(sorted({one.host for one in alive}))
        return ok("server", f"{len(alive)} alive on {hosts}")
    if servers:
        return wrong(
            "server",
            f"none is alive: the last sign of life came {age(servers[0].beat_at, now)} ago from"
            f" {servers[0].host}",
            f"start it on {servers[0].host}: `netwb serve`, or its unit",
        )
    return advice(
        "server", "none runs: there are no pages, and no REST", "`netwb serve` starts one"
    )


def _coming(next_job: tuple[datetime, str] | None) -> str:
    return "" if next_job is None else f", next is {next_job[1]} at {next_job[0]:%a %H:%M} UTC"


def judge_late(late: Sequence[str]) -> Diagnosis:
    """Whether jobs are overdue: `late` are those that should have begun long ago."""
    if not late:
        return ok("jobs", "none is late")
    more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
    return wrong(
        "jobs",
        f"{', '.join(late[:NAMED])}{more} should have begun long ago",
        "look at the daemon; `netwb scheduler --run JOB` does one by hand",
    )


def judge_failing(failing: Sequence[FailingJob], *, now: datetime) -> Iterator[Diagnosis]:
    """Each job that failed when it was tried last, the longest first."""
    by_age = sorted(failing, key=lambda one: one.since)
    for one in by_age[:NAMED]:
        name = f"{one.job} of {one.place}" if one.place else one.job
        said, _, cure = one.said.partition("; ")
        yield wrong(
            "jobs",
            f"{name} fails since {one.since:%Y-%m-%d %H:%M} UTC ({age(one.since, now)})"
            f"{f': {said}' if said else ''}",
            cure or f"`netwb scheduler --run {one.job}` tries again and says what comes of it",
        )
    if len(by_age) > NAMED:
        yield wrong(
            "jobs",
            f"{len(by_age) - NAMED} more fail",
            "`netwb scheduler --list` shows how each went last",
        )


def judge_switched_off(jobs: Sequence[tuple[str, str]]) -> Iterator[Diagnosis]:
    """What a person switched off, (job, place), and the daemon thus leaves undone.

    Of the nightly job `judge_schedule` tells.
    """
    off = sorted({f"{job} of {place}" if place else job for job, place in jobs if job != NIGHTLY})
    if off:
        more = f" and {len(off) - NAMED} more" if len(off) > NAMED else ""
        yield advice(
            "jobs",
            f"switched off: {', '.join(off[:NAMED])}{more}",
            "`netwb schedule set JOB default` gives one its own time again",
        )


def judge_schedule(
    nightly: Sequence[tuple[str, str]],
    *,
    now: datetime,
    waits_since: datetime | None = None,
    held_until: datetime | None = None,
) -> Diagnosis:
    """Whether all is backed up by itself: (place, trigger) of the nightly job, "" being everywhere.

    waits_since  as of `judge_daemon`; held_until: by a black-out of all
    """
    off = sorted(place or "all" for place, trigger in nightly if trigger == "off")
    if off:
        judged = wrong if "all" in off and is_missed(waits_since, now) else advice
        return judged(
            "schedule",
            f"the nightly backup is off for {', '.join(off[:NAMED])}",
            f"`netwb schedule set {NIGHTLY} default` gives it its own time again, at a place"
            " with --tenant or --site",
        )
    everywhere = next((trigger for place, trigger in nightly if not place), "")
    own = sum(bool(place) for place, _ in nightly)
    some = (
        ""
        if not own
        else ", 1 place at its own time"
        if own == 1
        else f", {own} at their own times"
    )
    said = f"all is backed up at {everywhere}{some}"
    if held_until is not None:
        until = f"held back by a black-out until {held_until:%Y-%m-%d %H:%M} UTC"
        return advice("schedule", f"{said}, and {until}", "`netwb blackout list` shows which")
    return ok("schedule", said)


def judge_self_backup(
    folder: str, newest_at: datetime | None, *, now: datetime, lies: Lies = "apart"
) -> Diagnosis:
    """Whether netwb itself is backed up, to where the settings say; `lies`: seen from the home."""
    if not folder:
        return advice(
            "self backup",
            "netwb itself is backed up nowhere: its database and keys are on this machine alone",
            "set self_backup.folder and self_backup.passphrase, or run `netwb export FILE` by hand",
        )
    if lies == "in the home":
        return wrong(
            "self backup",
            f"{folder} lies in the home that it is to be a backup of, and is lost with it",
            "set self_backup.folder to a folder on another machine or disk",
        )
    if newest_at is None:
        return wrong(
            "self backup",
            f"there is no backup of netwb itself in {folder} yet",
            "`netwb scheduler --run self-backup` makes one now",
        )
    if now - newest_at > SELF_BACKUP_LATE:
        return wrong(
            "self backup",
            f"the newest backup of netwb itself in {folder} is {age(newest_at, now)} old",
            "`netwb scheduler --run self-backup` says why",
        )
    said = f"the newest in {folder} is {age(newest_at, now)} old"
    if lies == "on its disk":
        return advice(
            "self backup",
            f"{said}, on the disk of the home itself",
            "set self_backup.folder to another disk or machine: one disk fails as a whole",
        )
    return ok("self backup", said)


def judge_remotes(
    remotes: Sequence[Remote], *, now: datetime, lost: Sequence[str] = ()
) -> Iterator[Diagnosis]:
    """Each that does not have what is here, or whose restore nobody tried.

    lost   what is said of those that had lost what was pushed there
    """
    if not remotes:
        yield advice(
            "remote",
            "no tenant has one: what is archived lies on this machine alone",
            "set one with `netwb remote set TENANT URL`",
        )
        return
    found = [one for remote in remotes for one in _odd(remote, now)]
    for said, _, cure in (one.partition("; ") for one in lost):
        yield advice("remote", said, cure)
    yield from found
    if not any(one.verdict == "wrong" for one in found):
        yield ok("remote", f"{len(remotes)} set, none refuses")


def _odd(remote: Remote, now: datetime) -> Iterator[Diagnosis]:
    name = remote.tenant
    if remote.behind:
        yield wrong(
            "remote",
            f"that of {name} has {remote.behind} commits that netwb did not push",
            f"look whose they are with `netwb remote show {name}`; nothing is ever forced there",
        )
    elif remote.failed_since is not None:
        said, _, cure = remote.error.partition("; ")
        yield wrong(
            "remote",
            f"that of {name} takes nothing for {age(remote.failed_since, now)}: {said}",
            cure or f"`netwb push --tenant {name}` tries again",
        )
    elif remote.ahead and (remote.pushed_at or remote.set_at) < now - PUSH_LATE:
        yield advice(
            "remote",
            f"that of {name} lacks {remote.ahead} commits",
            f"`netwb push --tenant {name}` pushes them now",
        )
    if remote.passphrase_at is None:
        yield advice(
            "remote",
            f"that of {name} holds no keys, so that nothing can be restored from it alone",
            f"give a passphrase with `netwb remote passphrase {name}`",
        )
    elif remote.restored_at is None:
        yield advice(
            "remote",
            f"a restore from that of {name} was never tried",
            f"`netwb remote check {name}` tries one, and writes nothing",
        )
