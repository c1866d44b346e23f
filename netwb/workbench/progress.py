"""Progress bars with words and ETA, in a terminal and in a notebook; silent where nobody looks."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from netwb.archive.upkeep import RepositoryUpkeep
from netwb.collect.outcome import BackupOutcome
from netwb.metrics.poller.records import PollOutcome


class DeviceProgress:
    """Counts outcomes of devices; `note` may be called from any thread."""

    def __init__(self, what: str, total: int, *, console: Console | None = None) -> None:
        self._counts: Counter[str] = Counter()
        self._progress = _bar(what, MofNCompleteColumn(), console or _console())
        self._task = self._progress.add_task(what, total=total, words="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, outcome: BackupOutcome | PollOutcome) -> None:
        """One more device ended."""
        self.note_word(outcome.status)

    def note_word(self, word: str) -> None:
        """The same, by the word that it is counted under."""
        self._counts[word] += 1
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self._counts.items()))
        self._progress.update(self._task, advance=1, words=counts)


class UpkeepProgress:
    """Bytes of repositories that had their upkeep; `note` is called as each of them ends."""

    def __init__(self, sizes: Mapping[str, int], *, console: Console | None = None) -> None:
        self._left = dict(sizes)
        self._progress = _bar("upkeep", DownloadColumn(), console or _console())
        self._task = self._progress.add_task("upkeep", total=sum(sizes.values()), words="")
        self._say(0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, ended: RepositoryUpkeep) -> None:
        """One more repository ended."""
        self._say(self._left.pop(ended.tenant, 0))

    def _say(self, advance: int) -> None:
        words = f"{len(self._left)} repositories left" if self._left else "done"
        self._progress.update(self._task, advance=advance, words=words)


class ShareProgress:
    """Shares of work whose parts are not alike; `told` may be called from any thread."""

    def __init__(self, what: str, *, console: Console | None = None) -> None:
        self._progress = _bar(what, TaskProgressColumn(), console or _console())
        self._task = self._progress.add_task(what, total=1.0, words="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def told(self, what: str, share: float) -> None:
        """What is being done, and how much of all is done."""
        self._progress.update(self._task, completed=share, words=what)


def _bar(what: str, amount: ProgressColumn, console: Console) -> Progress:
    return Progress(
        TextColumn(what),
        BarColumn(),
        amount,
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not (console.is_terminal or console.is_jupyter),
        transient=not console.is_jupyter,
    )


def _console() -> Console:
    """Words and bars go to stderr, so that stdout stays one document; a notebook has no stderr bar."""
    found = Console()
    return found if found.is_jupyter else Console(file=sys.stderr)
