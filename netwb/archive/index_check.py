"""Compare the index with Git, which is the truth, and build anew what does not agree.

A glance asks for heads and counts, for the newest blob of every device, and looks at a thirtieth of
the devices whole: their newest text, and every revision of theirs. Once a month each has had its turn.
The whole comparison folds the history again, as a rebuild would, and compares every row with it.

The index is read in one consistent view, without the writer lock, and compared with Git as of the
commit that it names, so that no backup waits. What seems wrong is compared again before it is built
anew: nothing is rebuilt on a suspicion.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Literal
from zlib import crc32

from netwb.archive.index_view import IndexView, Sums, facts_of, read_all, read_some
from netwb.archive.lines import UnfitError
from netwb.archive.newest import Newest, fold
from netwb.archive.records import ConfigKey
from netwb.archive.repository import Repository
from netwb.archive.writer import Archive
from netwb.errors import ArchiveBusyError, ArchiveDamagedError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database

logger = logging.getLogger(__name__)
Depth = Literal["glance", "whole"]
Outcome = Literal["fits", "rebuilt", "broken", "busy"]
_TURNS = 30  # days until glances have seen every device whole
_COMMITS_AT_ONCE = 500
_UNDER_WAY = "its index is being built by somebody else; it is looked at the next time"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexVerdict:
    """How the index of one tenant stands.

    wrong     what differed, and in how many devices or revisions; empty: nothing
    outcome   rebuilt: it differed, and fits now; broken: see `cause`; busy: ask again later
    """

    tenant_id: str
    tenant: str
    wrong: Mapping[str, int]
    outcome: Outcome
    cause: str = ""


class IndexCheck:
    """Checks the index of tenants' repositories.

    folder   holds `<tenant>.git`
    today    decides whose turn it is
    """

    def __init__(
        self, *, folder: Path, database: Database, archive: Archive, today: Callable[[], date]
    ) -> None:
        self._folder = folder
        self._database = database
        self._archive = archive
        self._today = today

    def check(self, tenant_id: str, tenant: str, depth: Depth) -> IndexVerdict | None:
        """Compare, and rebuild where it differs; None where nothing was ever stored."""
        wrong: Mapping[str, int] = {}
        try:
            self._archive.recover({tenant_id: tenant})  # takes in what a crash left out
            if not self._repository(tenant).exists():
                return None
            wrong = self._wrong_twice(tenant_id, tenant, depth)
            outcome, cause = self._repaired(tenant_id, tenant, depth) if wrong else ("fits", "")
        except ArchiveBusyError as error:
            outcome, cause = "busy", str(error)
        except ArchiveDamagedError as error:
            outcome, cause = "broken", str(error)
        return IndexVerdict(
            tenant_id=tenant_id, tenant=tenant, wrong=wrong, outcome=outcome, cause=cause
        )

    def _wrong_twice(self, tenant_id: str, tenant: str, depth: Depth) -> Mapping[str, int]:
        """What is wrong now, and was a moment before; a rebuild by somebody else looks wrong too."""
        first = self._wrong(tenant_id, tenant, depth)
        return self._wrong(tenant_id, tenant, depth) if first else first

    def _repaired(self, tenant_id: str, tenant: str, depth: Depth) -> tuple[Outcome, str]:
        self._archive.rebuild(tenant_id, tenant)
        still = self._wrong(tenant_id, tenant, depth)
        if not still:
            return "rebuilt", ""
        path = self._repository(tenant).path
        return "broken", f"the index of {path} was built anew and differs still ({words(still)})"

    def _wrong(self, tenant_id: str, tenant: str, depth: Depth) -> dict[str, int]:
        """What differs; the database is read first, and closed before Git is asked."""
        repository = self._repository(tenant)
        with self._database.reading(ALL_TENANTS) as session:
            view = (
                read_all(session, tenant_id)
                if depth == "whole"
                else read_some(session, tenant_id, self._is_its_turn)
            )
        if view is None:
            raise ArchiveBusyError(f"repository {repository.path}: {_UNDER_WAY}")
        compared = _compare_all if depth == "whole" else _compare_some
        return {what: count for what, count in compared(view, repository).items() if count}

    def _is_its_turn(self, device_id: str) -> bool:
        return (crc32(device_id.encode()) + self._today().toordinal()) % _TURNS == 0

    def _repository(self, tenant: str) -> Repository:
        return Repository(self._folder / f"{tenant}.git")


def words(wrong: Mapping[str, int]) -> str:
    """`revisions: 3, newest texts: 1`."""
    return ", ".join(f"{what}: {count}" for what, count in wrong.items())


def _compare_some(view: IndexView, repository: Repository) -> dict[str, int]:
    files = repository.files(view.last)
    placed = {key: _place(facts) for key, facts in view.newest.items()}
    found = repository.found((commit, path) for commit, path, _ in view.places)
    return {
        "revisions": abs(view.by_netwb - repository.made_by_netwb(view.last))
        + sum(blob != seen for (_, _, blob), seen in zip(view.places, found, strict=True)),
        "newest revisions": sum(
            path != "" and files.get(path) != blob for path, blob in placed.values()
        ),
        "newest texts": sum(text != placed[key][1] for key, (_, text) in view.texts.items()),
    }


def _compare_all(view: IndexView, repository: Repository) -> dict[str, int]:
    newest: dict[ConfigKey, Newest] = {}
    revisions, past = Sums(), Sums()
    log = repository.log(None, view.last)
    try:
        while commits := list(islice(log, _COMMITS_AT_ONCE)):
            revisions.add_folded(past, fold(commits, newest))
    except UnfitError as error:
        raise ArchiveDamagedError(
            f"repository {repository.path} does not fit itself: {error}"
        ) from error
    keys = newest.keys() | view.newest.keys()
    facts = {key: facts_of(state) for key, state in newest.items()}
    texts = {key: (state.since, state.blob) for key, state in newest.items()}
    return {
        "revisions": revisions.differing(view.revisions),
        "past lines": past.differing(view.past),
        "newest revisions": sum(facts.get(key) != view.newest.get(key) for key in keys),
        "newest texts": sum(texts.get(key) != view.texts.get(key) for key in keys),
    }


def _place(facts: tuple[object, ...]) -> tuple[str, str]:
    """Path and blob of a newest revision."""
    _, _, blob, path, *_ = facts
    return str(path), str(blob)
