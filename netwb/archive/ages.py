"""Since when each line of any stored text stands: of the newest from the index, of older ones from Git.

The index keeps the runs of newest texts only. Those of an older one are worked out again by the same
fold (`archive.lines`) over the hunks of the device's own commits, which one Git process prints; so
an old text says of a line what the newest said of it then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sqlalchemy import select

from netwb.archive.child import GitChildren
from netwb.archive.chunks import chunks
from netwb.archive.faults import damaged
from netwb.archive.lines import Run, UnfitError, brought, changed, rewritten
from netwb.archive.log import ARGUMENTS, FileChange, Logged, parse_log
from netwb.archive.records import Revision
from netwb.archive.rows import pairs
from netwb.configs.sections import readable
from netwb.inventory.records import ConfigKind, Device
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import CurrentRow, CurrentTextRow, LineRow, RevisionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The revision that brought a line: its number, commit, time and author."""

    number: int
    revision: str
    at: datetime
    author: str


class LineAges:
    """Reads the index, and Git where the index does not say. `folder` is the home's `archive/`."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    def runs(self, scope: Scope, device: Device, revision: Revision) -> tuple[Run, ...]:
        """(revision number that brought them, how many lines) of that revision's text, in order."""
        statement = (
            select(CurrentTextRow.since)
            .join(
                CurrentRow,
                (CurrentRow.device_id == CurrentTextRow.device_id)
                & (CurrentRow.kind == CurrentTextRow.kind),
            )
            .where(
                CurrentTextRow.device_id == device.id,
                CurrentTextRow.kind == revision.kind,
                CurrentRow.number == revision.number,
            )
        )
        with self._database.reading(scope) as session:
            since = session.scalar(statement)
        return tuple(pairs(since)) if since is not None else self._replayed(scope, device, revision)

    def brought(
        self, scope: Scope, device: Device, kind: ConfigKind, numbers: Collection[int]
    ) -> Mapping[int, Brought]:
        """Those revisions of the device, by number."""
        columns = (RevisionRow.number, RevisionRow.commit, RevisionRow.at, RevisionRow.author)
        found: dict[int, Brought] = {}
        with self._database.reading(scope) as session:
            for piece in chunks(numbers):
                statement = select(*columns).where(
                    RevisionRow.device_id == device.id,
                    RevisionRow.kind == kind,
                    RevisionRow.number.in_(piece),
                )
                for number, commit, at, author in session.execute(statement):
                    found[number] = Brought(number=number, revision=commit, at=at, author=author)
        return found

    def came_with(
        self, scope: Scope, device: Device, kind: ConfigKind, *, until: int, text: str
    ) -> tuple[int, ...]:
        """Numbers that brought the lines of that text which revision `until` took out, as listed."""
        statement = (
            select(LineRow.text, LineRow.since)
            .where(
                LineRow.device_id == device.id,
                LineRow.kind == kind,
                LineRow.until == until,
            )
            .order_by(LineRow.id)
        )
        with self._database.reading(scope) as session:
            rows = session.execute(statement).all()
        return tuple(since for line, since in rows if readable(line) == text)

    def _replayed(self, scope: Scope, device: Device, revision: Revision) -> tuple[Run, ...]:
        paths = self._paths(scope, device, revision)
        repository = self._folder / f"{device.tenant}.git"
        runs: tuple[Run, ...] = ()
        try:
            commits = _logged(repository, paths)
            for number, commit in enumerate(commits, start=1):
                file = next(file for file in commit.files if file.path == paths[commit.commit])
                runs = _after(runs, commit, file, number)
        except (UnfitError, StopIteration) as error:
            said = f"the commits of {device.hostname} are not as they were indexed"
            raise damaged(str(repository), said) from error
        return runs

    def _paths(self, scope: Scope, device: Device, revision: Revision) -> Mapping[str, str]:
        """Commit and file of each revision up to that one, oldest first."""
        statement = (
            select(RevisionRow.commit, RevisionRow.path)
            .where(
                RevisionRow.device_id == device.id,
                RevisionRow.kind == revision.kind,
                RevisionRow.number <= revision.number,
            )
            .order_by(RevisionRow.number)
        )
        with self._database.reading(scope) as session:
            return dict(session.execute(statement).all())


def _logged(repository: Path, commits: Iterable[str]) -> Iterator[Logged]:
    """Those commits, in the order given; one process prints them all."""
    options = [word for word in ARGUMENTS if word != "--reverse"]
    wanted = (f"{commit}\n".encode() for commit in commits)
    command = (*options, "--no-walk=unsorted", "--stdin")
    return parse_log(BytesIO(GitChildren(repository).told(command, wanted)))


def _after(runs: tuple[Run, ...], commit: Logged, file: FileChange, number: int) -> tuple[Run, ...]:
    """Runs after one commit of the device, as the index folds it."""
    if file.status == "A" or number == 1:
        return brought(number, file.added)
    if file.status == "D":
        return runs
    if commit.facts is not None and commit.facts.cause == "rules":
        return rewritten(runs, file.hunks, number)
    return changed(runs, file.hunks, number)[0]
