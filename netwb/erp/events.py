"""What a tenant's ERP is told once, in the order in which it is numbered."""

from __future__ import annotations

from netwb.store.erp_events import NewEvent, tell

__all__ = ["NewEvent", "tell"]
