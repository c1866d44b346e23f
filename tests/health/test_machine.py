from __future__ import annotations

import resource
from pathlib import Path

import pytest

from netwb.health.diagnosis import Verdict
from netwb.health.machine import (
    check_file_limit,
    check_git,
    check_python,
    check_zones,
    judge_git,
)


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 10, 9), "wrong"), ((3, 11, 0), "ok"), ((4, 0, 0), "ok")]
)
def test_python_is_new_enough(version: tuple[int, ...], verdict: Verdict) -> None:
    assert check_python(version).verdict == verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("git version 2.39.5", "ok"),
        ("git version 2.51.0.windows.1", "ok"),
        ("git version 3.0", "ok"),
        ("git version 2.38.1", "wrong"),
        ("git version 1.8.3.1", "wrong"),
        ("something else", "unknown"),
    ],
)
def test_git_is_new_enough(told: str, verdict: Verdict) -> None:
    found = judge_git(told)

    assert found.verdict == verdict
    assert (found.cure == "install git 2.39 or newer") == (verdict == "wrong")


def test_git_that_is_not_there_is_named_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    found = check_git()

    assert (found.verdict, found.said) == (
        "wrong",
        "git is not installed, or PATH does not find it",
    )


def test_git_that_does_not_answer_is_no_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert check_git().said == "git does not answer `git version`"


def test_zones_are_looked_for_where_the_system_keeps_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_zones().verdict == "ok"

    monkeypatch.setattr("zoneinfo.available_timezones", set)

    assert check_zones().cure == "install its package tzdata"


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [(256, "wrong"), (355, "wrong"), (356, "ok"), (resource.RLIM_INFINITY, "ok")],
)
def test_as_many_files_may_be_open_as_sessions_need(limit: int, verdict: Verdict) -> None:
    found = check_file_limit(100, limit)

    assert found.verdict == verdict
    assert ("ulimit -n 356" in found.cure) == (verdict == "wrong")
