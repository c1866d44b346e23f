"""Whether netwb can work, on the facade."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwb.cures import pathless_cause
from netwb.errors import NetwbError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.store import schema as _schema
else:
    _schema = lazy("netwb.store.schema")

_SERVER = re.compile(r"(database \S+) at \S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """One thing that netwb needs; `detail` names no path and no server."""

    name: str
    ready: bool
    detail: str


class HealthFace(Face):
    """`readiness`."""

    def readiness(self) -> Records[Readiness]:
        """Database, store (its tables and keys), repository, queue, in that order."""
        self._require(Permission.HEALTH_VIEW)
        asked: dict[str, Callable[[], str]] = {
            "database": self._database_answers,
            "store": self._store_opens,
            "repository": self._repositories_read,
            "queue": self._queue_reads,
        }
        return records_of((_asked(name, ask) for name, ask in asked.items()), Readiness)

    def _database_answers(self) -> str:
        with self._parts.database.connecting("read"):
            return "answers"

    def _store_opens(self) -> str:
        _schema.require_current(self._parts.database)
        self._parts.keyring.key("audit")
        return "tables are current, keys open"

    def _repositories_read(self) -> str:
        folder = self._parts.home.folder("archive")
        heads = [path / "HEAD" for path in [*folder.glob("*.git")]]
        if not os.access(folder, os.R_OK | os.X_OK) or not all(head.is_file() for head in heads):
            return ""
        return f"{len(heads)} of tenants can be read"

    def _queue_reads(self) -> str:
        waiting, since = self._parts.jobs.queued()
        if since is None:
            return "empty"
        waits_s = (self._parts.clock() - since).total_seconds()
        return f"{waiting} wait, the oldest for {waits_s:.0f} s"


def _without_places(error: NetwbError) -> str:
    """What is wrong, without a path, a server or the cure, which are for who reads the log."""
    said = pathless_cause(str(error)).partition("; ")[0]
    return _SERVER.sub(r"\1", said)


def _asked(name: str, ask: Callable[[], str]) -> Readiness:
    """An error is the answer here: it is what was asked about."""
    try:
        said = ask()
    except NetwbError as error:
        return Readiness(name=name, ready=False, detail=_without_places(error))
    return Readiness(name=name, ready=bool(said), detail=said or "cannot be read")
