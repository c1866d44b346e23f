"""What an ERP is told happened: kinds and who may see them, and the one form in which they are sent.

The feed and the webhook send the very same item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from netwb.erp.records import EventKind
from netwb.roles import Permission

KINDS: tuple[EventKind, ...] = get_args(EventKind)
_RIGHTS: Mapping[str, Permission] = {
    "configuration": Permission.CONFIG_VIEW,
    "status": Permission.MONITORING_VIEW,
    "blackhole": Permission.BLACKHOLE_VIEW,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    id       never another's, and the same in the feed and in a webhook
    number   rises in the order of telling, without a gap
    subject  a hostname, a hostname and an ifName, a prefix
    """

    id: str
    number: int
    at: datetime
    kind: EventKind
    device_id: str | None
    port_id: str | None
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events, oldest first.

    last    number up to which all was looked at: where the next page begins
    more    there are some already that come after it
    hidden  kinds that were asked for, and that the caller may not see
    """

    items: Sequence[Event]
    epoch: str
    last: int
    more: bool
    hidden: Sequence[EventKind]

    @property
    def next(self) -> str:
        """The cursor to go on from."""
        return f"{self.epoch}.{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsAsked:
    """Whose events, and which kinds of them; `hidden` are those that may not be seen."""

    tenant_id: str
    kinds: Sequence[EventKind] = KINDS
    hidden: Sequence[EventKind] = ()


def right_of(kind: EventKind) -> Permission:
    """What it takes to be told of it.

    >>> str(right_of("configuration.changed")), str(right_of("port.added"))
    ('config.view', 'inventory.view')
    """
    return _RIGHTS.get(kind.partition(".")[0], Permission.INVENTORY_VIEW)


def event_json(event: Event) -> dict[str, Any]:
    """The item."""
    return {
        "id": event.id,
        "sequence": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z",
        "kind": event.kind,
        "device_id": event.device_id,
        "port_id": event.port_id,
        "subject": event.subject,
        "detail": dict(event.detail),
    }
