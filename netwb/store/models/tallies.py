"""The table of counts that only rise, kept apart from the rows that were counted, which are swept."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base


class TallyRow(Base):
    """One count. Not TenantOwned: some concern no tenant; `store.tallies` narrows them."""

    __tablename__ = "tally"
    name: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(primary_key=True)  # "" none
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
