"""Devices and their cells in the database: read for thousands by few statements, written by batches.

Cells that have all in common but their rule are kept together, for there are tens of thousands of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, aliased

from netwb.archive.chunks import chunks
from netwb.compliance.records import Judged
from netwb.compliance.selector import Subject
from netwb.inventory.records import ConfigKind
from netwb.store.inserting import insert_many, upsert
from netwb.store.models import (
    ComplianceChangeRow,
    ComplianceRow,
    CurrentRow,
    CurrentTextRow,
    DeviceRow,
    QuarantineRow,
    RevisionRow,
    SiteRow,
    TenantRow,
)

Condition = ColumnElement[bool]
MEANT = (
    "active",
    "maintenance",
)  # planned devices have no configuration yet, retired ones none now
_LETTERS: Mapping[Judged, str] = {"compliant": "c", "non_compliant": "n", "not_evaluated": "e"}
_STEP = (
    *(RevisionRow.kind, RevisionRow.number, RevisionRow.commit, RevisionRow.blob),
    *(RevisionRow.at, RevisionRow.stored_at, RevisionRow.author),
)
_ONE_RUN = timedelta(minutes=10)  # between the notes of both texts of a login: their batch's writes
_OLD = "before what runs; the setting collect.startup takes it along"
_JUDGED: Mapping[str, Judged] = {letter: judged for judged, letter in _LETTERS.items()}


class KeptCell(NamedTuple):
    """What a device was by one rule when it was judged; `since` in seconds since the epoch."""

    judged: Judged
    since: int | None
    number: int | None


Cells = Mapping[str, KeptCell]  # by rule id


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One device as it stands: what rules look at, its newest copy, and by what it was judged.

    blob       Git's name of the newest running text, `startup` of the startup text that came with it;
               "" there is none
    copy_at    when that text was last seen to be what the device has
    inputs     digest of what it was judged by last; "" never
    """

    device_id: str
    tenant_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    role: str | None
    labels: Mapping[str, str]
    blob: str
    commit: str
    number: int | None
    copy_at: datetime | None
    startup: str
    inputs: str
    judged_at: datetime | None

    @property
    def subject(self) -> Subject:
        """As selectors look at it; a label is named by its key, or as key=value."""
        pairs = (f"{key}={value}" for key, value in self.labels.items())
        return Subject(
            platform=self.platform,
            tenant=self.tenant,
            site=self.site,
            hostname=self.hostname,
            role=self.role,
            labels=(*self.labels, *pairs),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of one device: cells, and the copy that they were judged by."""

    cells: Cells
    rules: str
    blob: str
    number: int | None
    judged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One revision of one device: Git's name of its text, who made it, and when."""

    kind: ConfigKind
    number: int
    commit: str
    blob: str
    at: datetime
    stored_at: datetime
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The newest texts of one device, and the revisions that they are of.

    missing   why there is no startup text, where one was there or came, as part of a sentence
    """

    running: bytes | None = None
    startup: bytes | None = None
    step: Step | None = None
    startup_step: Step | None = None
    missing: str = ""

    @property
    def blobs(self) -> tuple[str, str]:
        """Git's names of both; "" where there is none."""
        return (
            self.step.blob if self.step else "",
            self.startup_step.blob if self.startup_step else "",
        )


NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is to be kept of one device; `changes` are columns of ComplianceChangeRow."""

    standing: Standing
    inputs: str
    rules: str
    texts: Texts
    cells: Cells
    changes: Sequence[Mapping[str, Any]]


def only_device(device_id: str) -> Condition:
    """Of `list_standings`: that one alone."""
    return DeviceRow.id == device_id


def list_tenants(session: Session, *conditions: Condition) -> dict[str, str]:
    """Id and slug of the tenants whose devices these conditions mean."""
    asked = (
        select(TenantRow.id, TenantRow.slug)
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(DeviceRow.status.in_(MEANT), *conditions)
        .distinct()
    )
    return dict(session.execute(asked).all())


def list_standings(session: Session, *conditions: Condition) -> tuple[Standing, ...]:
    """Devices that rules are for, by tenant and hostname; one statement, however many there are."""
    running, startup = aliased(CurrentRow), aliased(CurrentRow)
    asked = (
        select(
            DeviceRow.id,
            DeviceRow.tenant_id,
            TenantRow.slug,
            SiteRow.slug,
            DeviceRow.hostname,
            DeviceRow.platform,
            DeviceRow.role,
            DeviceRow.labels,
            running.blob,
            running.commit,
            running.number,
            running.checked_at,
            startup.blob,
            startup.checked_at,
            ComplianceRow.inputs,
            ComplianceRow.judged_at,
        )
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(running, (running.device_id == DeviceRow.id) & (running.kind == "running"))
        .outerjoin(startup, (startup.device_id == DeviceRow.id) & (startup.kind == "startup"))
        .outerjoin(ComplianceRow, ComplianceRow.device_id == DeviceRow.id)
        .where(DeviceRow.status.in_(MEANT), *conditions)
        .order_by(TenantRow.slug, DeviceRow.hostname)
    )
    return tuple(_standing(*row) for row in session.execute(asked))


def _standing(  # noqa: PLR0913, PLR0917 - the columns of one row, in their order
    device_id: str,
    tenant_id: str,
    tenant: str,
    site: str,
    hostname: str,
    platform: str,
    role: str | None,
    labels: Mapping[str, str],
    blob: str | None,
    commit: str | None,
    number: int | None,
    copy_at: datetime | None,
    startup: str | None,
    startup_at: datetime | None,
    inputs: str | None,
    judged_at: datetime | None,
) -> Standing:
    return Standing(
        device_id=device_id,
        tenant_id=tenant_id,
        tenant=tenant,
        site=site,
        hostname=hostname,
        platform=platform,
        role=role,
        labels=labels,
        blob=blob or "",
        commit=commit or "",
        number=number,
        copy_at=copy_at,
        startup=startup if startup and _came_along(startup_at, copy_at) else "",
        inputs=inputs or "",
        judged_at=judged_at,
    )


def read_texts(session: Session, device_ids: Collection[str]) -> dict[str, Texts]:
    """The newest texts of some devices, each with the revision that it is of."""
    found: dict[str, dict[str, Any]] = {}
    asked = (
        select(CurrentRow.device_id, CurrentRow.checked_at, CurrentTextRow.text, *_STEP)
        .join(
            CurrentTextRow,
            (CurrentTextRow.device_id == CurrentRow.device_id)
            & (CurrentTextRow.kind == CurrentRow.kind),
        )
        .join(
            RevisionRow,
            (RevisionRow.device_id == CurrentRow.device_id)
            & (RevisionRow.kind == CurrentRow.kind)
            & (RevisionRow.number == CurrentRow.number),
        )
    )
    for ids in chunks(device_ids):
        seen: dict[tuple[str, str], datetime] = {}
        for device_id, at, text, *step in session.execute(
            asked.where(CurrentRow.device_id.in_(ids))
        ):
            one = _step(step)
            named = ("running", "step") if one.kind == "running" else ("startup", "startup_step")
            found.setdefault(device_id, {}).update(zip(named, (text, one), strict=True))
            seen[device_id, one.kind] = at
        for device_id, missing in _missing(session, ids, seen).items():
            if device_id in found:
                found[device_id].update(startup=None, startup_step=None, missing=missing)
    return {device_id: Texts(**own) for device_id, own in found.items()}


def _came_along(startup_at: datetime | None, running_at: datetime | None) -> bool:
    """Whether the newest startup text is as new as the running one: else it says nothing of that."""
    if startup_at is None or running_at is None:
        return False
    return startup_at > running_at - _ONE_RUN


def _missing(
    session: Session, device_ids: Sequence[str], seen: Mapping[tuple[str, str], datetime]
) -> dict[str, str]:
    """Why the newest running text has no startup text beside it, where that can be said."""
    found = {
        device_id: f"The startup configuration was last read on {at:%Y-%m-%d}, {_OLD}"
        for (device_id, kind), at in seen.items()
        if kind == "startup" and not _came_along(at, seen.get((device_id, "running")))
    }
    columns = (QuarantineRow.device_id, QuarantineRow.at, QuarantineRow.cause_message)
    held = (QuarantineRow.kind == "startup") & (QuarantineRow.status == "held")
    refused = select(*columns).where(held, QuarantineRow.device_id.in_(device_ids))
    for device_id, at, message in session.execute(refused.order_by(QuarantineRow.at)):
        good_at = seen.get((device_id, "startup"))
        if good_at is None or at > good_at:
            found[device_id] = f"The startup configuration is not believed: {message}"
    return found


def read_kept(session: Session, device_ids: Collection[str]) -> dict[str, Kept]:
    """What is kept of some devices."""
    columns = (ComplianceRow.device_id, ComplianceRow.cells, ComplianceRow.rules)
    asked = select(*columns, ComplianceRow.blob, ComplianceRow.number, ComplianceRow.judged_at)
    return {
        device_id: Kept(
            cells=unpacked(cells), rules=rules, blob=blob, number=number, judged_at=judged_at
        )
        for ids in chunks(device_ids)
        for device_id, cells, rules, blob, number, judged_at in session.execute(
            asked.where(ComplianceRow.device_id.in_(ids))
        )
    }


def read_cells(session: Session, *conditions: Condition) -> dict[str, Cells]:
    """Cells of the devices that these conditions mean, as `list_standings` takes them."""
    asked = (
        select(ComplianceRow.device_id, ComplianceRow.cells)
        .join_from(ComplianceRow, DeviceRow, DeviceRow.id == ComplianceRow.device_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(DeviceRow.status.in_(MEANT), *conditions)
    )
    return {device_id: unpacked(cells) for device_id, cells in session.execute(asked)}


def read_steps(session: Session, device_ids: Collection[str]) -> dict[str, list[Step]]:
    """Every revision of some devices, of each kind the oldest first."""
    found: dict[str, list[Step]] = {}
    asked = select(RevisionRow.device_id, *_STEP).order_by(
        RevisionRow.device_id, RevisionRow.kind, RevisionRow.number
    )
    for ids in chunks(device_ids):
        for device_id, *step in session.execute(asked.where(RevisionRow.device_id.in_(ids))):
            found.setdefault(device_id, []).append(_step(step))
    return found


def step_of(session: Session, *conditions: Condition) -> Step | None:
    """The one revision that these conditions over RevisionRow mean."""
    found = session.execute(select(*_STEP).where(*conditions)).one_or_none()
    return None if found is None else _step(found)


def _step(columns: Sequence[Any]) -> Step:
    kind, number, commit, blob, at, stored_at, author = columns
    return Step(
        kind=cast(ConfigKind, kind),
        number=number,
        commit=commit,
        blob=blob,
        at=at,
        stored_at=stored_at,
        author=author,
    )


def put_judgements(session: Session, found: Sequence[Judgement], at: datetime) -> None:
    """Keep them, with what changed; in a session of all tenants."""
    rows = [
        {
            "device_id": one.standing.device_id,
            "tenant_id": one.standing.tenant_id,
            "inputs": one.inputs,
            "rules": one.rules,
            "blob": one.texts.blobs[0],
            "commit": one.texts.step.commit if one.texts.step else "",
            "number": one.texts.step.number if one.texts.step else None,
            "judged_at": at,
            "cells": packed(one.cells),
        }
        for one in found
    ]
    if not rows:
        return
    statement = upsert(session, ComplianceRow)
    others = [name for name in rows[0] if name != "device_id"]
    statement = statement.on_conflict_do_update(
        index_elements=["device_id"], set_={name: statement.excluded[name] for name in others}
    )
    session.execute(statement.execution_options(dml_strategy="raw"), rows)
    insert_many(session, ComplianceChangeRow, [row for one in found for row in one.changes])


def put_cells(session: Session, cells: Mapping[str, Cells]) -> None:
    """Other cells of devices that are kept already, by device id; in a session of all tenants."""
    rows = [
        {"device_id": device_id, "cells": packed(own)} for device_id, own in sorted(cells.items())
    ]
    if rows:
        session.execute(update(ComplianceRow), rows)


def drop_first_sights(session: Session, device_ids: Iterable[str]) -> None:
    """Take away where cells were first seen, as a look further back is to say that better."""
    for ids in chunks(device_ids):
        first = ComplianceChangeRow.device_id.in_(ids) & ComplianceChangeRow.old.is_(None)
        session.execute(delete(ComplianceChangeRow).where(first))


def packed(cells: Cells) -> list[Any]:
    """As they are stored: ids of rules under what they have in common, as most of a device's do."""
    groups: dict[KeptCell, list[str]] = {}
    for rule_id, cell in cells.items():
        groups.setdefault(cell, []).append(rule_id)
    return [[_LETTERS[cell.judged], cell.since, cell.number, ids] for cell, ids in groups.items()]


def unpacked(stored: Sequence[Any]) -> Cells:
    """The same back; what is of no form that is known is left out, as if it was not judged."""
    found: dict[str, KeptCell] = {}
    for letter, since, number, ids in stored:
        if letter in _JUDGED:
            found.update(dict.fromkeys(ids, KeptCell(_JUDGED[letter], since, number)))
    return found


def moment(since: int | None) -> datetime | None:
    """Of seconds since the epoch."""
    return None if since is None else datetime.fromtimestamp(since, UTC)
