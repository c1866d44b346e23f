"""Whether the machine has what netwb needs: Python, Git, zones, open files. It reads, and no more."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import zoneinfo

from netwb.health.diagnosis import Diagnosis, ok, unknown, wrong

OLDEST_PYTHON = (3, 11)
OLDEST_GIT = (2, 39)  # what every command here was tried with
GIT_ANSWERS_S = 10
OTHER_FILES = 256  # beside sessions: databases, repositories, browsers, Git's pipes
_VERSION = re.compile(r"(\d+)\.(\d+)")


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Diagnosis:
    """Its version."""
    name = ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return wrong(
            "python", f"Python {name} is too old", f"install Python {_dotted(OLDEST_PYTHON)}"
        )
    return ok("python", f"Python {name}")


def check_git() -> Diagnosis:
    """Whether it is there and new enough."""
    cure = f"install git {_dotted(OLDEST_GIT)} or newer, where PATH finds it"
    try:
        told = subprocess.run(
            ["git", "version"],  # noqa: S607 - the one that PATH finds is what is asked about
            capture_output=True,
            check=True,
            timeout=GIT_ANSWERS_S,
        ).stdout.decode("utf-8", "replace")
    except FileNotFoundError:
        return wrong("git", "git is not installed, or PATH does not find it", cure)
    except (OSError, subprocess.SubprocessError):
        return wrong("git", "git does not answer `git version`", cure)
    return judge_git(told.strip())


def judge_git(told: str) -> Diagnosis:
    """By what `git version` printed."""
    found = _VERSION.search(told)
    if found is None:
        return unknown("git", f"git's version is not understood: {told[:60]!r}")
    if (int(found[1]), int(found[2])) < OLDEST_GIT:
        return wrong(
            "git", f"{told[:60]} is too old", f"install git {_dotted(OLDEST_GIT)} or newer"
        )
    return ok("git", told[:60])


def check_zones() -> Diagnosis:
    """Whether the machine knows time zones: nights and reports are told in people's own."""
    known = len(zoneinfo.available_timezones())
    if known == 0:
        return wrong(
            "time zones", "no time zone is known to this machine", "install its package tzdata"
        )
    return ok("time zones", f"{known} are known")


def check_file_limit(sessions: int, limit: int | None = None) -> Diagnosis:
    """Whether so many sessions can be open at once. `limit`: the system's for a process."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if limit is None else limit
    needed = sessions + OTHER_FILES
    if allowed == resource.RLIM_INFINITY or allowed >= needed:
        return ok("open files", f"{_limit(allowed)} may be open, {needed:,} are needed at most")
    return wrong(
        "open files",
        f"a process may open {allowed:,} files, and collect.sessions = {sessions} needs {needed:,}",
        f"raise it by `ulimit -n {needed}`, in a unit by LimitNOFILE={needed}, or lower"
        " collect.sessions",
    )


def _limit(allowed: int) -> str:
    return "any number" if allowed == resource.RLIM_INFINITY else f"{allowed:,}"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
