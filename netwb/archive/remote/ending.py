"""Where what netwb pushed to a remote ends, and what somebody else put on top of it.

Each push seals its commits of `main` with the tenant's own key: so nobody who can merely push there
has a commit of his believed, however like ours it looks, and what is left of a `main` that was put back
is still known as ours.
Remotes that an older netwb pushed to bear no seal; there trailers alone tell whose a commit is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from netwb.archive.child import GitChildren
from netwb.archive.log import Logged
from netwb.archive.remote.carried import NOTHING, CarriedState, is_sealed
from netwb.archive.remote.carry import carried_commits, carried_states
from netwb.archive.remote.counting import commit_of, commits_between, count_between
from netwb.archive.remote.records import Foreign
from netwb.archive.remote.said import quoted
from netwb.archive.remote.talk import MAIN
from netwb.archive.repository import Repository
from netwb.errors import RemoteError

_FILES = 20  # that are named
_LOOKED_AT = 1000  # commits of strangers; they may have put any number there


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`main` ends at this commit now; `carried` is the furthest that was ever pushed."""

    main: str
    carried: CarriedState
    foreign: Foreign | None
    seal: Literal["good", "none"]


def end_before_strangers(path: Path, vault: str, key: bytes) -> Ended:
    """Let `main` of the repository at `path` end at the newest commit that netwb vouches for.

    Raises RemoteError where there is none.
    """
    there = commit_of(path, MAIN)
    states = tuple(carried_states(path, vault))
    sealed = [state for state in states if is_sealed(state, key)]
    ours = {state.main for state in sealed} | set(carried_commits(path, vault, key))
    good = _newest_of(ours, path, there) if ours else _newest_of_ours(path, there)
    if not good:
        raise RemoteError(
            "the remote cannot be restored from: none of the commits there is netwb's; see who may"
            " write there, or restore from another copy"
        )
    if good != there:
        GitChildren(path).answer("update-ref", MAIN, good, there)
    furthest = max(
        sealed, key=lambda state: state.commits, default=states[0] if states else NOTHING
    )
    return Ended(
        main=good,
        carried=furthest,
        foreign=_foreign(path, good, there) if good != there else None,
        seal="good" if ours else "none",
    )


def _newest_of(ours: Container[str], path: Path, there: str) -> str:
    return next((commit for commit in commits_between(path, "", there) if commit in ours), "")


def _newest_of_ours(path: Path, there: str) -> str:
    newest = ""
    for commit in Repository(path).log(None, there):
        if commit.facts is not None:
            newest = commit.commit
    return newest


def _foreign(path: Path, good: str, there: str) -> Foreign:
    commits = tuple(islice(Repository(path).log(good, there), _LOOKED_AT))
    return Foreign(
        commits=count_between(path, good, there),
        first=commits[0].commit,
        author=quoted(commits[0].author),
        files=tuple(islice(dict.fromkeys(_files(commits)), _FILES)),
        last_good=good,
    )


def _files(commits: Iterable[Logged]) -> Iterator[str]:
    for commit in commits:
        for file in commit.files:
            yield quoted(file.path)
