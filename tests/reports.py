"""Reports of tests as one process sends them to another: in UTF-8, whatever a test logged or said."""

from __future__ import annotations

from typing import Any


def sendable(told: Any) -> Any:
    """The same of plain lists, tables and texts; what no UTF-8 holds is spelled out as `\\udcff`."""
    if isinstance(told, str):
        return told.encode("utf-8", "backslashreplace").decode()
    if isinstance(told, dict):
        return {sendable(name): sendable(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return type(told)(map(sendable, told))
    return told
