"""A process that exports, imports or purges and may kill itself in the middle; forked from one that is ready."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from tests.archive.writing_child import Watch
from tests.forked import forking

WATCHED = ("/netwb/health/", "/netwb/archive/", "/netwb/store/", "/pathlib.py")
SOURCE = SecretSource(origin="env:PASSPHRASE")
WAIT_S = 120


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How it ended: -9 where it killed itself; how many calls there were; what it raised."""

    status: int | None
    calls: int
    said: str


def work(
    what: Literal["export", "import", "purge"],
    home: Path,
    file: Path,
    environment: Mapping[str, str],
    *,
    kill_at: int | None = None,
) -> Ended:
    """Do it in a process of its own, which ends with its Git children at that call, if it is given.

    file   of the export; the tenant's slug where one is purged
    """
    context = forking()
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, what, home, file, environment, kill_at))
    process.start()
    theirs.close()
    try:
        calls, said = ours.recv() if ours.poll(WAIT_S) else (0, "it hangs")
    except EOFError:
        calls, said = 0, ""
    process.join(WAIT_S)
    return Ended(status=process.exitcode, calls=calls, said=said)


def _child(  # noqa: PLR0917 - of a process
    answers: Any,
    what: str,
    home: Path,
    file: Path,
    environment: Mapping[str, str],
    kill_at: int | None,
) -> None:
    os.setsid()
    watch = Watch(kill_at, watched=WATCHED)
    bench = Workbench.open(home, environment=environment) if what != "import" else None
    said = ""
    sys.setprofile(watch)
    try:
        if bench is None:
            Workbench.import_export(file, passphrase=SOURCE, home=home, environment=environment)
        elif what == "export":
            bench.export(file, passphrase=SOURCE)
        else:
            bench.purge_tenant(file.name, reason="contract ended")
    except Exception as error:  # noqa: BLE001 - told to the test
        said = repr(error)
    sys.setprofile(None)
    answers.send((watch.calls, said))
