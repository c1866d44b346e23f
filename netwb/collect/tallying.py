"""Count what a run gave when it ends, so that rates can be drawn after its rows are swept."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwb.store import tallies
from netwb.store.models import BackupOutcomeRow, BackupRunRow

OUTCOMES = "backup.outcomes"  # by tenant and status
LENGTHS = "backup.lengths"  # of runs: by upper bound in seconds, and SUM_MS, COUNT
BOUNDS_S = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400)  # of a few devices; of thousands
SUM_MS, COUNT = "sum ms", "count"


def tally_end(session: Session, run: BackupRunRow) -> None:
    """In the transaction that ends the run, and once: its outcomes and its length."""
    gave = (
        select(BackupOutcomeRow.tenant_id, BackupOutcomeRow.status, func.count())
        .where(BackupOutcomeRow.run_id == run.id)
        .group_by(BackupOutcomeRow.tenant_id, BackupOutcomeRow.status)
    )
    outcomes = {(tenant, status): count for tenant, status, count in session.execute(gave)}
    tallies.add(session, OUTCOMES, outcomes)
    assert run.ended_at is not None
    length_s = max(0.0, (run.ended_at - run.started_at).total_seconds())
    reached = {("", str(bound)): 1 for bound in BOUNDS_S if length_s <= bound}
    tallies.add(session, LENGTHS, {**reached, ("", SUM_MS): round(length_s * 1000), ("", COUNT): 1})
