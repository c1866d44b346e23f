"""What a tenant's ERP is told once: written down in the transaction of what it tells.

So neither is there without the other. The statement looks past the session's scope: who renames a
device tells its customers on it. Numbers come later (`netwb.erp.numbers`), when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from netwb.erp.records import EventKind
from netwb.store.canonical import storable, storable_json
from netwb.store.ids import new_id
from netwb.store.models import DeviceRow, ErpEventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """Something that happened. `subject` names the thing as a person does: a hostname, a prefix."""

    tenant_id: str
    kind: EventKind
    at: datetime
    subject: str
    device_id: str | None = None
    port_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def tell(session: Session, events: Sequence[NewEvent]) -> None:
    """Write them down, in their order and in one statement."""
    if not events:
        return
    rows = [
        {
            "tenant_id": one.tenant_id,
            "event_id": f"evt_{new_id()}",
            "at": one.at,
            "kind": one.kind,
            "device_id": one.device_id,
            "port_id": one.port_id,
            "subject": storable(one.subject),
            "detail": storable_json(one.detail),
            "number": None,
        }
        for one in events
    ]
    session.connection().execute(insert(ErpEventRow), rows)


def forget_devices(session: Session, tenant_id: str) -> None:
    """Of that tenant's devices no name stays in what others were told of their ports on them."""
    theirs = select(DeviceRow.id).where(DeviceRow.tenant_id == tenant_id)
    others = (ErpEventRow.tenant_id != tenant_id) & ErpEventRow.device_id.in_(theirs)
    blank: dict[str, Any] = {"subject": "", "device_id": None, "detail": {}}
    session.connection().execute(update(ErpEventRow).where(others).values(**blank))
