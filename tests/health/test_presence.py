from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwb.archive.remote.records import Remote
from netwb.health.presence import (
    FailingJob,
    judge_daemon,
    judge_failing,
    judge_late,
    judge_remotes,
    judge_schedule,
    judge_self_backup,
    judge_switched_off,
)
from netwb.store.daemons import Daemon

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LEADER = Daemon(
    host="noc1",
    pid=7,
    version="1",
    started_at=NOW - timedelta(days=3),
    beat_at=NOW,
    leads_since=NOW - timedelta(hours=5),
    alive=True,
)
FOLLOWER = replace(LEADER, host="noc2", leads_since=None)
GONE = replace(LEADER, alive=False, leads_since=None, beat_at=NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("daemons", "verdict", "word"),
    [
        ([], "advice", "none runs"),
        ([LEADER], "ok", "leads on noc1 for 5 h"),
        ([LEADER, FOLLOWER], "ok", "1 more stand by"),
        ([FOLLOWER], "ok", "takes the lead"),
        ([FOLLOWER, GONE], "ok", "takes the lead"),
        ([GONE], "wrong", "last sign of life came 2 h ago from noc1"),
    ],
    ids=["none", "leader", "two", "taking-over", "after-a-death", "dead"],
)
def test_a_daemon_that_leads_is_what_counts(daemons: list[Daemon], verdict: str, word: str) -> None:
    found = judge_daemon(daemons, now=NOW)

    assert (found.verdict, word in found.said) == (verdict, True), found


def test_what_comes_next_is_told_of_the_one_that_leads() -> None:
    next_job = (NOW + timedelta(hours=18), "nightly")

    said = judge_daemon([LEADER], next_job=next_job, now=NOW).said

    assert said.endswith(", next is nightly at Mon 02:00 UTC")


def test_jobs_that_nobody_began_are_late() -> None:
    assert judge_late([]).verdict == "ok"

    found = judge_late([f"job{n}" for n in range(7)])

    assert found.verdict == "wrong"
    assert found.said == "job0, job1, job2, job3, job4 and 2 more should have begun long ago"


def test_jobs_that_failed_last_are_told_with_their_sentence_the_longest_first() -> None:
    check = FailingJob(
        job="index-check-full",
        place="",
        since=NOW - timedelta(days=2),
        said="repository /x/acme.git is damaged; put a copy of it back",
    )
    nightly = FailingJob(job="nightly", place="acme/fra1", since=NOW - timedelta(hours=3), said="")

    found = list(judge_failing([nightly, check], now=NOW))

    assert [one.verdict for one in found] == ["wrong", "wrong"]
    assert found[0].said == (
        "index-check-full fails since 2026-02-27 08:00 UTC (2 d): repository /x/acme.git is damaged"
    )
    assert found[0].cure == "put a copy of it back"
    assert found[1].said == "nightly of acme/fra1 fails since 2026-03-01 05:00 UTC (3 h)"
    assert "netwb scheduler --run nightly" in found[1].cure
    assert list(judge_failing([], now=NOW)) == []


def test_of_many_failing_jobs_some_are_named() -> None:
    many = [FailingJob(job=f"job{n}", place="", since=NOW, said="") for n in range(8)]

    assert [one.said for one in judge_failing(many, now=NOW)][5:] == ["3 more fail"]


REMOTE = Remote(
    tenant_id="1",
    tenant="acme",
    url="https://git.example/acme.git",
    username="",
    opened_by=(),
    set_at=NOW - timedelta(days=9),
    passphrase_at=NOW - timedelta(days=9),
    ahead=0,
    behind=0,
    strangers=(),
    pushed_at=NOW,
    tries=0,
    failed_since=None,
    next_at=None,
    error_kind="",
    error="",
    restored_at=NOW - timedelta(days=3),
    restored_lacks=0,
)


@pytest.mark.parametrize(
    ("remote", "verdict", "word"),
    [
        (REMOTE, "ok", "1 set, none refuses"),
        (replace(REMOTE, behind=2), "wrong", "2 commits that netwb did not push"),
        (
            replace(REMOTE, failed_since=NOW - timedelta(hours=3), error="no route; wait"),
            "wrong",
            "takes nothing for 3 h: no route",
        ),
        (replace(REMOTE, ahead=4, pushed_at=NOW - timedelta(days=2)), "advice", "lacks 4 commits"),
        (replace(REMOTE, ahead=4), "ok", "1 set"),
        (replace(REMOTE, passphrase_at=None), "advice", "holds no keys"),
        (replace(REMOTE, restored_at=None), "advice", "was never tried"),
    ],
    ids=["well", "strangers", "down", "behind", "just-now", "no-keys", "untried"],
)
def test_a_remote_is_told_of_when_it_lacks_something(
    remote: Remote, verdict: str, word: str
) -> None:
    found = list(judge_remotes([remote], now=NOW))

    assert (found[0].verdict, word in found[0].said) == (verdict, True), found


def test_without_a_remote_one_is_advised() -> None:
    assert [one.verdict for one in judge_remotes([], now=NOW)] == ["advice"]


def test_a_schedule_that_backs_nothing_up_is_told() -> None:
    well = judge_schedule([("", "02:00"), ("acme", "sun 03:00")], now=NOW)
    off = judge_schedule([("", "off"), ("acme/fra1", "off"), ("bolt", "02:00")], now=NOW)

    assert (well.verdict, well.said) == (
        "ok",
        "all is backed up at 02:00, 1 place at its own time",
    )
    assert (off.verdict, off.said) == ("advice", "the nightly backup is off for acme/fra1, all")


def test_jobs_that_are_switched_off_are_told_the_nightly_one_by_its_own_line() -> None:
    (told,) = judge_switched_off([("push", ""), ("nightly", ""), ("notify", ""), ("retry", "acme")])

    assert (told.verdict, told.said) == ("advice", "switched off: notify, push, retry of acme")
    assert not list(judge_switched_off([("nightly", "")]))


@pytest.mark.parametrize(
    ("waits_h", "ended_h", "verdict"),
    [
        (None, None, "advice"),
        (20, None, "advice"),
        (27, None, "wrong"),
        (400, 3, "advice"),
        (400, 27, "wrong"),
    ],
    ids=["fresh", "first-day", "never-one", "ended-today", "ended-long-ago"],
)
def test_without_a_daemon_a_night_that_was_missed_is_wrong(
    waits_h: float | None, ended_h: float | None, verdict: str
) -> None:
    waits, ended = (
        None if hours is None else NOW - timedelta(hours=hours) for hours in (waits_h, ended_h)
    )

    found = judge_daemon([], now=NOW, waits_since=waits, ended_at=ended)

    assert found.verdict == verdict


def test_one_that_ended_well_is_not_told_by_the_row_of_one_that_was_killed_before() -> None:
    after, before = NOW - timedelta(minutes=1), NOW - timedelta(hours=3)

    well = judge_daemon([GONE], now=NOW, ended_at=after)
    killed = judge_daemon([GONE], now=NOW, ended_at=before)

    assert "the last one ended 1 min ago as it was told to" in well.said
    assert (well.verdict, killed.verdict) == ("advice", "wrong")


def test_the_nightly_backup_off_for_all_is_wrong_once_it_is_missed() -> None:
    nightly, long_ago = [("", "off")], NOW - timedelta(days=3)

    assert judge_schedule(nightly, now=NOW, waits_since=long_ago).verdict == "wrong"
    assert judge_schedule([("acme", "off")], now=NOW, waits_since=long_ago).verdict == "advice"


def test_a_schedule_that_a_black_out_holds_back_says_so() -> None:
    found = judge_schedule([("", "02:00")], now=NOW, held_until=NOW + timedelta(days=9))

    assert (found.verdict, "until 2026-03-10 08:00 UTC" in found.said) == ("advice", True)


@pytest.mark.parametrize(
    ("folder", "age_h", "verdict"),
    [
        ("", None, "advice"),
        ("/mnt/other", None, "wrong"),
        ("/mnt/other", 20, "ok"),
        ("/mnt/other", 51, "wrong"),
    ],
    ids=["nowhere", "not-yet", "last-night", "two-nights-missed"],
)
def test_netwb_itself_is_backed_up(folder: str, age_h: float | None, verdict: str) -> None:
    newest = None if age_h is None else NOW - timedelta(hours=age_h)

    assert judge_self_backup(folder, newest, now=NOW).verdict == verdict


def test_a_backup_that_is_lost_with_the_home_is_none() -> None:
    newest = NOW - timedelta(hours=20)

    inside = judge_self_backup("/srv/netwb/b", newest, now=NOW, lies="in the home")
    beside = judge_self_backup("/srv/b", newest, now=NOW, lies="on its disk")

    assert (inside.verdict, "lost with it" in inside.said) == ("wrong", True)
    assert (beside.verdict, "another disk" in beside.cure) == ("advice", True)
