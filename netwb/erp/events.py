"""What a tenant's ERP is told once, in the order in which it is numbered: writing it down.

Events are written in the transaction of what they tell, so that neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from netwb.erp.records import EventKind
from netwb.store.inserting import insert_many
from netwb.store.models import ErpEventRow


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
    """Write them down; they get their numbers when somebody asks (`erp.numbers`)."""
    rows = [
        {
            "tenant_id": one.tenant_id,
            "at": one.at,
            "kind": one.kind,
            "device_id": one.device_id,
            "port_id": one.port_id,
            "subject": one.subject,
            "detail": dict(one.detail),
            "number": None,
        }
        for one in events
    ]
    insert_many(session, ErpEventRow, rows)
