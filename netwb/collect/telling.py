"""What the end of a run tells people: what changed, what failed, what came right again.

It is written in the transaction that ends the run, so that every run is told of once, also one that
died and was closed by the next. Addresses stand in `detail["cause"]` alone, which no tenant is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.archive.records import NO_CHANGE
from netwb.collect.causes import words_of
from netwb.errors import RunInterruptedError
from netwb.notify.records import Happening, Observed
from netwb.store.models import BackupOutcomeRow, BackupRunRow, DeviceRow, RevisionRow, TenantRow
from netwb.store.notices import Notices

GOOD = ("changed", "unchanged")
INTERRUPTED = RunInterruptedError.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What one device gave in the run that ended."""

    tenant_id: str
    device_id: str
    tenant: str
    hostname: str
    status: str
    cause_kind: str
    cause_message: str

    @property
    def label(self) -> str:
        """The device as a reader names it."""
        return f"{self.tenant}/{self.hostname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedText:
    """One revision that the run stored, with whom the device says to have made it."""

    device_id: str
    tenant_id: str
    label: str
    kind: str
    revision: str
    number: int
    author: str
    added: int
    removed: int
    run_id: str


def tell_end(session: Session, notices: Notices, run: BackupRunRow) -> None:
    """Tell all of one run, whose outcomes and revisions are written."""
    ended = _ended(session, run.id)
    notices.happened_many(
        "config.changed", map(change_told, changed_texts(session, run.id)), session=session
    )
    notices.stands_many("backup.failed", failures(ended), session=session)
    notices.stands_many("backup.rejected", rejections(ended), session=session)
    notices.happened_many("run.ended", runs_told(run, ended), session=session)


def failures(ended: Sequence[Ended]) -> Iterator[Observed]:
    """Which devices gave no configuration; of one whose run was interrupted that is not known."""
    for one in ended:
        if one.status == "failed" and one.cause_kind != INTERRUPTED:
            yield _observed(one, is_wrong=True, message=f"{words_of(one.cause_kind)}: {one.label}")
        elif one.status == "rejected":
            words = f"{one.label} answers again, but its configuration is not believed"
            yield _observed(one, is_wrong=False, message=words)
        elif one.status in GOOD:
            yield _observed(one, is_wrong=False, message=f"{one.label} is backed up again")


def rejections(ended: Sequence[Ended]) -> Iterator[Observed]:
    """Whose configuration was not believed; where there was none, it stands as it did."""
    for one in ended:
        if one.status == "rejected":
            words = f"{words_of(one.cause_kind)}: {one.label}; the last good copy stays in force"
            yield _observed(one, is_wrong=True, message=words)
        elif one.status in GOOD:
            yield _observed(one, is_wrong=False, message=f"{one.label} gave a good configuration")


def runs_told(run: BackupRunRow, ended: Sequence[Ended]) -> Iterator[Happening]:
    """One event a tenant, so that each is told of its own."""
    for tenant, tenant_id in sorted({(one.tenant, one.tenant_id) for one in ended}):
        own = [one for one in ended if one.tenant_id == tenant_id]
        counts = Counter(one.status for one in own)
        broken = any(one.cause_kind == INTERRUPTED for one in own)
        said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        yield Happening(
            tenant_id=tenant_id,
            subject=run.id,
            label=tenant,
            severity="warning" if broken else "info",
            message=f"The backup of {tenant} {'was interrupted' if broken else 'ended'}: {said}",
            detail={"run_id": run.id, "actor": run.actor, "devices": len(own), **counts},
        )


def change_told(change: ChangedText) -> Happening:
    """One change, with its author."""
    which = "" if change.kind == "running" else f"{change.kind} configuration of "
    lines = f"+{change.added} -{change.removed}"
    return Happening(
        tenant_id=change.tenant_id,
        subject=change.device_id,
        label=change.label,
        message=f"{change.author} changed {which}{change.label}: {lines}",
        detail={
            "author": change.author,
            "added": change.added,
            "removed": change.removed,
            "revision": change.revision,
            "number": change.number,
            "kind": change.kind,
            "run_id": change.run_id,
        },
    )


def changed_texts(session: Session, run_id: str) -> Sequence[ChangedText]:
    """Changes that the run stored. A device's first text is none, nor is netwb's own rewriting."""
    started = select(BackupRunRow.started_at).where(BackupRunRow.id == run_id).scalar_subquery()
    rows = session.execute(
        select(
            RevisionRow.device_id,
            RevisionRow.tenant_id,
            TenantRow.slug,
            DeviceRow.hostname,
            RevisionRow.kind,
            RevisionRow.commit.label("revision"),
            RevisionRow.number,
            RevisionRow.author,
            RevisionRow.added,
            RevisionRow.removed,
            RevisionRow.run_id,
        )
        .join(DeviceRow, DeviceRow.id == RevisionRow.device_id)
        .join(TenantRow, TenantRow.id == RevisionRow.tenant_id)
        .where(
            RevisionRow.stored_at >= started,  # by the index; the run's id has none
            RevisionRow.run_id == run_id,
            RevisionRow.number > 1,
            RevisionRow.cause.not_in(NO_CHANGE),
        )
        .order_by(RevisionRow.at, RevisionRow.device_id, RevisionRow.kind)
    )
    return [_changed(**row) for row in rows.mappings()]


def _changed(*, slug: str, hostname: str, **fields: Any) -> ChangedText:
    return ChangedText(label=f"{slug}/{hostname}", **fields)


def _ended(session: Session, run_id: str) -> list[Ended]:
    rows = session.execute(
        select(BackupOutcomeRow, TenantRow.slug, DeviceRow.hostname)
        .join(DeviceRow, DeviceRow.id == BackupOutcomeRow.device_id)
        .join(TenantRow, TenantRow.id == BackupOutcomeRow.tenant_id)
        .where(BackupOutcomeRow.run_id == run_id)
        .execution_options(populate_existing=True)
    )
    return [
        Ended(
            tenant_id=row.tenant_id,
            device_id=row.device_id,
            tenant=slug,
            hostname=hostname,
            status=row.status,
            cause_kind=row.cause_kind or "",
            cause_message=row.cause_message or "",
        )
        for row, slug, hostname in rows
    ]


def _observed(one: Ended, *, is_wrong: bool, message: str) -> Observed:
    detail: Mapping[str, Any] = {}
    if is_wrong:
        detail = {
            "cause_kind": one.cause_kind,
            "cause": {"kind": one.cause_kind, "message": one.cause_message},
        }
    return Observed(
        tenant_id=one.tenant_id,
        subject=one.device_id,
        label=one.label,
        is_wrong=is_wrong,
        message=message,
        detail=detail,
    )
