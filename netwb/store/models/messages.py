"""The tables of the syslog listener: what waits for a backup, and what was counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class SyslogBurstRow(TenantOwned, Base):
    """Messages about one device that one backup answers; gone once a good one did.

    said      [[name, ISO time, note], ...], oldest first
    job_id    the job that was filed for it last; "": none yet
    """

    __tablename__ = "syslog_burst"
    id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    complete: Mapped[bool]
    said: Mapped[list[Any]]
    job_id: Mapped[str]
    filed_at: Mapped[datetime | None]
    tries: Mapped[int]


class SyslogCountRow(Base):
    """How many messages had one fate since the home was made."""

    __tablename__ = "syslog_count"
    fate: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]  # of the last one
