"""The tables of compliance: what each device is by each rule, what changed of that, waivers, rules.

One row a device holds all of its cells, as a list of thousands is read at once; one row a change of a
cell. What is stale or waived is nowhere stored: it depends on the time of reading.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, Sequence64, TenantOwned

_UNTOLD = "told_at IS NULL"


class ComplianceRow(TenantOwned, Base):
    """What one device was by each rule when it was judged last.

    inputs    digest of all that was judged: texts, rules, and what selectors look at; while it is the
              same, the device need not be judged again
    number    of the running revision that was judged; None: there was no text
    rules     digest of the tenant's rules then
    cells     [[state's letter, since in epoch seconds or None, number or None, [rule ids]], ...]
    """

    __tablename__ = "compliance"
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    inputs: Mapped[str]
    rules: Mapped[str]
    blob: Mapped[str]  # Git's name of the running text; "" there was none
    commit: Mapped[str]
    number: Mapped[int | None]
    judged_at: Mapped[datetime]
    cells: Mapped[list[Any]]


class ComplianceChangeRow(TenantOwned, Base):
    """A device's state by one rule became another one.

    at        when the revision that did it was made; where a rule did, when that was noticed
    number    of the running revision; None: a rule did, or the startup text
    commit    of the revision; "" a rule did
    told_at   when people were told of it, or that they need not be; None: not yet
    """

    __tablename__ = "compliance_change"
    __table_args__ = (
        Index("ix_compliance_change_device_id_at", "device_id", "at"),
        Index("ix_compliance_change_tenant_id_at", "tenant_id", "at"),
        Index(
            "ix_compliance_change_untold",
            "tenant_id",
            sqlite_where=text(_UNTOLD),
            postgresql_where=text(_UNTOLD),
        ),
    )
    id: Mapped[int] = mapped_column(Sequence64, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    rule_id: Mapped[str]
    at: Mapped[datetime]
    noticed_at: Mapped[datetime]
    old: Mapped[str | None]
    new: Mapped[str | None]
    number: Mapped[int | None]
    commit: Mapped[str]
    author: Mapped[str]
    told_at: Mapped[datetime | None]


class ComplianceHeadRow(TenantOwned, Base):
    """When all of a tenant's devices were checked last, and its rules then."""

    __tablename__ = "compliance_head"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    checked_at: Mapped[datetime]
    rules: Mapped[str]


class ComplianceDayRow(TenantOwned, Base):
    """How many cells of each state a tenant had when they were counted last on a day (UTC)."""

    __tablename__ = "compliance_day"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)  # 2026-11-29
    counts: Mapped[dict[str, Any]]
    source: Mapped[str]  # check replay


class WaiverRow(TenantOwned, Base):
    """A rule that a device may break for a while.

    warned_at    when its owner was told that it ends soon
    settled_at   when it was seen to be over; None: it may be in force
    """

    __tablename__ = "waiver"
    __table_args__ = (Index("ix_waiver_device_id", "device_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"))
    rule_id: Mapped[str]
    reason: Mapped[str]
    owner: Mapped[str]
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    warned_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class RuleFileRow(TenantOwned, Base):
    """A tenant's own rules, as YAML; for data only, nothing in it is ever run."""

    __tablename__ = "rule_file"
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]


class RuleGoodRow(Base):
    """The last good text of each of the provider's rule files: in force while its file is broken."""

    __tablename__ = "rule_good"
    name: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    at: Mapped[datetime]
