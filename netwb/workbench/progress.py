"""Progress bars with words and ETA, in a terminal and in a notebook; silent where nobody looks."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from html import escape
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from netwb.archive.upkeep import RepositoryUpkeep
from netwb.collect.outcome import BackupOutcome
from netwb.metrics.poller.records import PollOutcome
from netwb.workbench.kernel import CellPlace, in_kernel

EVERY_S = 0.1  # a cell is drawn anew; what comes faster is one drawing


class _Shown:
    """A bar that is there while a `with` block runs."""

    _progress: Progress | CellBar

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


class DeviceProgress(_Shown):
    """Counts outcomes of devices; `note` may be called from any thread."""

    def __init__(self, what: str, total: int, *, console: Console | None = None) -> None:
        self._counts: Counter[str] = Counter()
        self._progress = _bar(what, MofNCompleteColumn(), console or _console())
        self._task = self._progress.add_task(what, total=total, words="")

    def note(self, outcome: BackupOutcome | PollOutcome) -> None:
        """One more device ended."""
        self.note_word(outcome.status)

    def note_word(self, word: str) -> None:
        """The same, by the word that it is counted under."""
        self._counts[word] += 1
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self._counts.items()))
        self._progress.update(self._task, advance=1, words=counts)


class UpkeepProgress(_Shown):
    """Bytes of repositories that had their upkeep; `note` is called as each of them ends."""

    def __init__(self, sizes: Mapping[str, int], *, console: Console | None = None) -> None:
        self._left = dict(sizes)
        self._progress = _bar("upkeep", DownloadColumn(), console or _console())
        self._task = self._progress.add_task("upkeep", total=sum(sizes.values()), words="")
        self._say(0)

    def note(self, ended: RepositoryUpkeep) -> None:
        """One more repository ended."""
        self._say(self._left.pop(ended.tenant, 0))

    def _say(self, advance: int) -> None:
        words = f"{len(self._left)} repositories left" if self._left else "done"
        self._progress.update(self._task, advance=advance, words=words)


class ShareProgress(_Shown):
    """Shares of work whose parts are not alike; `told` may be called from any thread."""

    def __init__(self, what: str, *, console: Console | None = None) -> None:
        self._progress = _bar(what, TaskProgressColumn(), console or _console())
        self._task = self._progress.add_task(what, total=1.0, words="")

    def told(self, what: str, share: float) -> None:
        """What is being done, and how much of all is done."""
        self._progress.update(self._task, completed=share, words=what)


class CellBar:
    """The same in a notebook's cell: the browser's own bar, which needs no script.

    rich would need ipywidgets there. One line is left when it ends.
    """

    def __init__(self, what: str) -> None:
        self._what, self._words = what, ""
        self._done, self._total = 0.0, 0.0
        self._place = CellPlace()
        self._shown_at = 0.0

    def add_task(self, description: str, *, total: float, words: str = "") -> TaskID:
        """How much there is to do."""
        self._what, self._total, self._words = description, total, words
        return TaskID(0)

    def start(self) -> None:
        """Show it empty."""
        self._show()

    def stop(self) -> None:
        """Leave a line."""
        self._place.show(
            {"text/plain": self._said(), "text/html": f"<p>{escape(self._said())}</p>"}
        )

    def update(
        self,
        task_id: TaskID,
        *,
        completed: float | None = None,
        advance: float | None = None,
        words: str | None = None,
    ) -> None:
        """As rich's takes it."""
        del task_id
        self._done = completed if completed is not None else self._done + (advance or 0.0)
        self._words = self._words if words is None else words
        if monotonic() - self._shown_at >= EVERY_S:
            self._show()

    def _show(self) -> None:
        self._shown_at = monotonic()
        bar = f'<progress value="{self._done:g}" max="{self._total or 1:g}"></progress>'
        html = f"<p>{bar} {escape(self._said())}</p>"
        self._place.show({"text/plain": self._said(), "text/html": html})

    def _said(self) -> str:
        return f"{self._what}: {self._words}" if self._words else self._what


def _bar(what: str, amount: ProgressColumn, console: Console) -> Progress | CellBar:
    if in_kernel():
        return CellBar(what)
    return Progress(
        TextColumn(what),
        BarColumn(),
        amount,
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _console() -> Console:
    """Words and bars go to stderr, so that stdout stays one document."""
    return Console(file=sys.stderr)
