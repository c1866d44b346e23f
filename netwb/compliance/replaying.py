"""Replay stored revisions by today's rules, so that "since when" is true for what is older than them.

Only what was before a cell's first change that a check saw is worked out anew: what a check saw
itself is true, and stays. Texts come from Git, one process a piece of devices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.repository import Repository
from netwb.compliance.following import Follower, Found, reigns
from netwb.compliance.judging import Stating, stating, text_found
from netwb.compliance.keeping import LEASE_S, KeepingParts, Note
from netwb.compliance.meaning import Meaning
from netwb.compliance.rows import (
    Cells,
    Condition,
    Kept,
    KeptCell,
    Standing,
    Step,
    drop_first_sights,
    list_standings,
    put_cells,
    read_kept,
    read_steps,
)
from netwb.errors import RunUnderWayError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.inserting import insert_many
from netwb.store.leases import Lease, Leases
from netwb.store.models import ComplianceChangeRow, ComplianceDayRow

if TYPE_CHECKING:
    from netwb.compliance.sources import Loaded

AT_ONCE = 20  # devices whose texts are in memory at once; each may have a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What was done: devices, revisions that were judged, changes that were found."""

    devices: int
    revisions: int
    changes: int


@dataclass(slots=True, kw_only=True)
class _Work:
    """One tenant while its history is replayed.

    days   cells by state at the end of each day, by date
    """

    slug: str
    tenant_id: str
    meaning: Meaning
    judge: Stating
    leases: Leases
    lease: Lease
    since: datetime
    now: datetime
    days: dict[date, Counter[str]] = field(default_factory=dict)
    revisions: int = 0
    changes: int = 0
    devices: int = 0


def replay(  # noqa: PLR0913 - whose, by which rules, and by keyword how far back
    parts: KeepingParts,
    scope: Scope,
    loaded: Loaded,
    conditions: Sequence[Condition],
    *,
    since: datetime,
    whole: bool,
    note: Note = lambda _host, _done, _of: None,
) -> Replayed:
    """Devices that were never judged are left out. Raises RunUnderWayError as a check does.

    whole   they are all devices of their tenants: then days are counted as well
    """
    with parts.database.reading(scope) as session:
        standings = list_standings(session, *conditions)
    tenants = sorted({(one.tenant, one.tenant_id) for one in standings})
    total = Replayed(devices=0, revisions=0, changes=0)
    with stating(loaded, parts.python) as judge:
        for slug, tenant_id in tenants:
            leases = parts.leases()
            lease = leases.acquire(f"compliance/{tenant_id}", LEASE_S)
            if lease is None:
                msg = f"a check of {slug} is under way; wait for it to end"
                raise RunUnderWayError(msg)
            work = _Work(
                slug=slug,
                tenant_id=tenant_id,
                meaning=Meaning(loaded.of(tenant_id), tenant_id),
                judge=judge,
                leases=leases,
                lease=lease,
                since=since,
                now=parts.clock(),
            )
            try:
                mine = [one for one in standings if one.tenant_id == tenant_id and one.judged_at]
                _replay_tenant(
                    parts, work, mine, note, (total.devices, len(standings)), whole=whole
                )
            finally:
                leases.release(work.lease)
            total = Replayed(
                devices=total.devices + work.devices,
                revisions=total.revisions + work.revisions,
                changes=total.changes + work.changes,
            )
    return total


def _replay_tenant(  # noqa: PLR0913 - one tenant, and whom to tell
    parts: KeepingParts,
    work: _Work,
    standings: Sequence[Standing],
    note: Note,
    told: tuple[int, int],
    *,
    whole: bool,
) -> None:
    repository = Repository(parts.archive / f"{work.slug}.git")
    for piece in chunks(standings, AT_ONCE):
        _replay_piece(parts, work, piece, repository)
        work.devices += len(piece)
        note(piece[-1].hostname, told[0] + work.devices, told[1])
        work.lease = work.leases.renew(work.lease)
    if whole:
        _keep_days(parts, work)


def _replay_piece(
    parts: KeepingParts, work: _Work, piece: Sequence[Standing], repository: Repository
) -> None:
    ids = [one.device_id for one in piece]
    with parts.database.reading(ALL_TENANTS) as session:
        kept, steps = read_kept(session, ids), read_steps(session, ids)
        seen = _first_changes(session, ids)
    paths = {
        one.device_id: _since(reigns(steps.get(one.device_id, ())), work.since) for one in piece
    }
    blobs = {s.blob for path in paths.values() for pair in path for s in pair if s is not None}
    texts = repository.texts(sorted(blobs))
    rows: list[dict[str, Any]] = []
    cells: dict[str, Cells] = {}
    for one in piece:
        if one.device_id not in kept:
            continue
        found = _Device(parts, work, one, kept[one.device_id], seen.get(one.device_id, {}))
        found.walk(paths[one.device_id], texts)
        rows += found.rows
        cells[one.device_id] = found.cells
    with parts.database.writing(ALL_TENANTS) as session:
        work.leases.check_in(session, work.lease)
        drop_first_sights(session, list(cells))
        insert_many(session, ComplianceChangeRow, rows)
        put_cells(session, cells)
    work.changes += sum(row["old"] is not None for row in rows)


def _since(
    path: Sequence[tuple[Step, Step | None]], since: datetime
) -> Sequence[tuple[Step, Step | None]]:
    """Revisions since then, and the one that stood at that time."""
    older = sum(step.at < since for step, _ in path)
    return path[max(0, older - 1) :]


def _first_changes(session: Session, device_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """When each cell changed first, as a check saw it."""
    asked = (
        select(
            ComplianceChangeRow.device_id,
            ComplianceChangeRow.rule_id,
            ComplianceChangeRow.at,
        )
        .where(ComplianceChangeRow.device_id.in_(device_ids), ComplianceChangeRow.old.is_not(None))
        .order_by(ComplianceChangeRow.at.desc(), ComplianceChangeRow.id.desc())
    )
    found: dict[str, dict[str, datetime]] = {}
    for device_id, rule_id, at in session.execute(asked):
        found.setdefault(device_id, {})[rule_id] = at
    return found


class _Device:
    """One device on its way through its own history."""

    def __init__(
        self,
        parts: KeepingParts,
        work: _Work,
        standing: Standing,
        kept: Kept,
        seen: Mapping[str, datetime],
    ) -> None:
        self._parts = parts
        self._work = work
        self._standing = standing
        self._kept = kept
        self._seen = seen
        self.cells: Cells = dict(kept.cells)
        self.rows: list[dict[str, Any]] = []

    def walk(self, path: Sequence[tuple[Step, Step | None]], texts: Mapping[str, bytes]) -> None:
        """Judge each revision, and take over what was before the first change that was seen."""
        rules = self._work.meaning.of(self._standing)
        follower = Follower(cells={}, now=self._work.now, device=self._owner)
        spans: list[tuple[datetime, Found]] = []
        former: tuple[tuple[str, str], Found] | None = None
        for step, startup in path:
            blobs = (step.blob, startup.blob if startup else "")
            if former is None or former[0] != blobs:
                found = text_found(
                    self._parts.platforms,
                    self._work.judge,
                    rules,
                    self._standing.platform,
                    texts[step.blob],
                    texts[startup.blob] if startup else None,
                )
                self._work.revisions += 1
                former = (blobs, found)
            follower.take(former[1], source=step, first=step)
            spans.append((step.at, former[1]))
        self._take_over(follower)
        self._count_days(spans)

    @property
    def _owner(self) -> Mapping[str, str]:
        return {"tenant_id": self._standing.tenant_id, "device_id": self._standing.device_id}

    def _take_over(self, follower: Follower) -> None:
        for row in follower.changes:
            limit = self._seen.get(row["rule_id"])
            if row["rule_id"] in self.cells and (limit is None or row["at"] < limit):
                self.rows.append({**row, "told_at": self._work.now})
        mine = dict(self.cells)
        for rule_id, cell in follower.cells.items():
            held = mine.get(rule_id)
            if held is not None and rule_id not in self._seen and held.judged == cell.judged:
                mine[rule_id] = KeptCell(cell.judged, cell.since, cell.number)
        self.cells = mine

    def _count_days(self, spans: Sequence[tuple[datetime, Found]]) -> None:
        """The state of each cell at the end of each day that is over."""
        if not spans:
            return
        place, last = 0, self._work.now.date() - timedelta(days=1)
        day = max(spans[0][0], self._work.since).date()
        while day <= last:
            end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            while place + 1 < len(spans) and spans[place + 1][0] < end:
                place += 1
            self._work.days.setdefault(day, Counter()).update(spans[place][1].values())
            day += timedelta(days=1)


def _keep_days(parts: KeepingParts, work: _Work) -> None:
    """Days on which no check counted; what a check counted is true."""
    with parts.database.writing(ALL_TENANTS) as session:
        work.leases.check_in(session, work.lease)
        for day, counts in sorted(work.days.items()):
            row = session.get(ComplianceDayRow, (work.tenant_id, day.isoformat()))
            if row is None:
                session.add(
                    ComplianceDayRow(
                        tenant_id=work.tenant_id,
                        day=day.isoformat(),
                        counts=dict(counts),
                        source="replay",
                    )
                )
            elif row.source == "replay":
                row.counts = dict(counts)
