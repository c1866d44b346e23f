"""What happened to a device, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netwb.inventory.records import DeviceEvent
from netwb.views.words import listed

_KIND_WORDS = {
    "key_refused": "host key refused",
    "facts": "facts read",
    "trusted": "host key trusted",
}


def kind_words(kind: str) -> str:
    """What happened, as a person says it."""
    return _KIND_WORDS.get(kind, kind)


def refused_key(events: Sequence[DeviceEvent]) -> DeviceEvent | None:
    """The newest refusal of a host key, unless a key was trusted after it; events newest first."""
    for event in events:
        if event.kind in {"trusted", "replaced"}:
            return None
        if event.kind == "key_refused":
            return event
    return None


def detail_words(detail: Mapping[str, object]) -> str:
    """A detail in one line: `address: 192.0.2.1 becomes 192.0.2.2, note: CHG2`."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in detail.items() if value)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        if {"old", "new"} <= set(value):
            return f"{value['old'] or 'nothing'} becomes {value['new'] or 'nothing'}"
        return " ".join(f"{key}={item}" for key, item in value.items())
    if isinstance(value, list | tuple):
        if len(value) == 2 and not isinstance(value[0], Mapping):
            return f"{value[0] or 'nothing'} becomes {value[1] or 'nothing'}"
        return listed(tuple(str(item) for item in value), at_most=6)
    return str(value)
