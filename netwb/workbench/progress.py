"""A progress bar with counts and ETA, in a terminal and in a notebook; silent where nobody looks."""

from __future__ import annotations

import sys
from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from netwb.collect.outcome import BackupOutcome


class BackupProgress:
    """Counts outcomes; `note` may be called from any thread."""

    def __init__(self, total: int, *, console: Console | None = None) -> None:
        self._total = total
        self._counts: Counter[str] = Counter()
        self._console = console or _console()
        self._progress = Progress(
            TextColumn("backup"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not (self._console.is_terminal or self._console.is_jupyter),
            transient=not self._console.is_jupyter,
        )
        self._task = self._progress.add_task("backup", total=total, counts="")

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

    def note(self, outcome: BackupOutcome) -> None:
        """One more device ended."""
        self._counts[outcome.status] += 1
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self._counts.items()))
        self._progress.update(self._task, advance=1, counts=counts)


def _console() -> Console:
    """Words and bars go to stderr, so that stdout stays one document; a notebook has no stderr bar."""
    found = Console()
    return found if found.is_jupyter else Console(file=sys.stderr)
