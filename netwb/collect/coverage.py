"""Which nights of which devices were saved, read for many devices at once.

A statement for all devices, never one a device: the inventory shows thousands. What a run gave is
dated by the run's start, so that a night that ends after midnight is one night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwb.collect.runs import RUNNING
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import BackupOutcomeRow, BackupRunRow, CurrentRow

SavedStatus = Literal["changed", "unchanged", "rejected", "failed"]
CONFIG = "running"  # the kind that every device has


@dataclass(frozen=True, slots=True)
class Night:
    """What one device gave in a run that began at `at`; positional, as there are many of them."""

    at: datetime
    status: SavedStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The last good copy of one device: when it was last seen to be so, and how long it is."""

    at: datetime
    revision: str
    lines: int
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCoverage:
    """One device: its last good copy, and its nights in the time asked for, oldest first."""

    device_id: str
    copy: Copy | None
    nights: tuple[Night, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRun:
    """What one run gave of one device; `cause_kind` is the error's class, "" where all went well."""

    run_id: str
    at: datetime
    ended_at: datetime | None
    status: SavedStatus
    revision: str | None
    cause_kind: str
    cause_message: str
    by: str


class Coverage:
    """Reads backup outcomes and the index of the archive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def devices(self, scope: Scope, *, since: datetime) -> Mapping[str, DeviceCoverage]:
        """Coverage of every device in scope that was ever saved or tried, by device id."""
        copies = self._copies(scope)
        nights = self._nights(scope, since)
        return {
            device_id: DeviceCoverage(
                device_id=device_id,
                copy=copies.get(device_id),
                nights=tuple(nights.get(device_id, ())),
            )
            for device_id in {**copies, **nights}
        }

    def device(self, scope: Scope, device_id: str, *, since: datetime) -> DeviceCoverage:
        """Coverage of one device."""
        copies = self._copies(scope, device_id)
        nights = self._nights(scope, since, device_id)
        return DeviceCoverage(
            device_id=device_id,
            copy=copies.get(device_id),
            nights=tuple(nights.get(device_id, ())),
        )

    def runs(self, scope: Scope, device_id: str, *, limit: int) -> tuple[DeviceRun, ...]:
        """What the newest runs gave of one device, newest first."""
        query = (
            select(BackupOutcomeRow, BackupRunRow)
            .join(BackupRunRow, BackupRunRow.id == BackupOutcomeRow.run_id)
            .where(BackupOutcomeRow.device_id == device_id, BackupOutcomeRow.status != RUNNING)
            .order_by(BackupRunRow.started_at.desc(), BackupRunRow.id)
            .limit(limit)
        )
        with self._database.reading(scope) as session:
            return tuple(_run(outcome, run) for outcome, run in session.execute(query))

    def _copies(self, scope: Scope, device_id: str | None = None) -> dict[str, Copy]:
        query = select(
            CurrentRow.device_id,
            CurrentRow.checked_at,
            CurrentRow.commit,
            CurrentRow.lines,
            CurrentRow.size,
        ).where(CurrentRow.kind == CONFIG)
        if device_id is not None:
            query = query.where(CurrentRow.device_id == device_id)
        with self._database.reading(scope) as session:
            return {
                owner: Copy(at=at, revision=commit, lines=lines, size=size)
                for owner, at, commit, lines, size in session.execute(query)
            }

    def _nights(
        self, scope: Scope, since: datetime, device_id: str | None = None
    ) -> dict[str, list[Night]]:
        """Of each run the devices by what they gave, as one text each: a night of thousands of
        devices is then a few rows, and not as many objects.
        """
        found: dict[str, list[Night]] = {}
        with self._database.reading(scope) as session:
            runs = session.execute(
                select(BackupRunRow.id, BackupRunRow.started_at)
                .where(BackupRunRow.started_at >= since)
                .order_by(BackupRunRow.started_at, BackupRunRow.id)
            ).all()
            for start in range(0, len(runs), _RUNS):
                part = runs[start : start + _RUNS]
                gave = _gave(session, [run_id for run_id, _ in part], device_id)
                for run_id, at in part:
                    for status, owners in gave.get(run_id, ()):
                        night = Night(at, status)
                        for owner in owners:
                            found.setdefault(owner, []).append(night)
        return found


_RUNS = 500  # runs of one statement: databases limit its parameters
_APART = ","  # no id holds one


def _gave(
    session: Session, run_ids: Sequence[str], device_id: str | None
) -> dict[str, list[tuple[SavedStatus, list[str]]]]:
    """Run id -> (status, device ids) each."""
    owners = func.aggregate_strings(BackupOutcomeRow.device_id, _APART)
    query = (
        select(BackupOutcomeRow.run_id, BackupOutcomeRow.status, owners)
        .where(BackupOutcomeRow.run_id.in_(run_ids), BackupOutcomeRow.status != RUNNING)
        .group_by(BackupOutcomeRow.run_id, BackupOutcomeRow.status)
    )
    if device_id is not None:
        query = query.where(BackupOutcomeRow.device_id == device_id)
    gave: dict[str, list[tuple[SavedStatus, list[str]]]] = {}
    for run_id, status, text in session.execute(query):
        said = gave.setdefault(run_id, [])
        said.append((cast("SavedStatus", status), text.split(_APART)))
    return gave


def _run(outcome: BackupOutcomeRow, run: BackupRunRow) -> DeviceRun:
    return DeviceRun(
        run_id=run.id,
        at=run.started_at,
        ended_at=outcome.ended_at,
        status=cast("SavedStatus", outcome.status),
        revision=outcome.revision,
        cause_kind=outcome.cause_kind or "",
        cause_message=outcome.cause_message or "",
        by=run.actor,
    )
