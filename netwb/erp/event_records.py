"""What an ERP is told happened: kinds and who may see them, and the one form in which they are sent.

The feed and the webhook send the very same item. Two kinds are of the webhook alone: where the
database was put back it is told so once, by an item of its own, as it has no cursor that is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from netwb.erp.records import EventKind
from netwb.errors import InputError
from netwb.roles import Permission

ItemKind = Literal[EventKind, "feed.reset", "feed.test"]
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
    number   rises in the order of telling, of all the tenant's events without a gap
    subject  a hostname, a hostname and an ifName, a prefix; `tenant/hostname` of another's device
    """

    id: str
    number: int
    at: datetime
    kind: ItemKind
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


def kinds_of(patterns: Iterable[str]) -> tuple[EventKind, ...]:
    """Kinds that any of the patterns matches. Raises InputError where one matches none.

    >>> kinds_of(["device.*", "port.added"])
    ('device.added', 'device.changed', 'device.retired', 'port.added')
    """
    found = list(patterns)
    for pattern in found:
        if not any(fnmatchcase(kind, pattern) for kind in KINDS):
            msg = f"{pattern[:60]!r} matches no kind of event; kinds are {', '.join(KINDS)}"
            raise InputError(msg)
    return tuple(kind for kind in KINDS if any(fnmatchcase(kind, one) for one in found))


def right_of(kind: EventKind) -> Permission:
    """What it takes to be told of it.

    >>> str(right_of("configuration.changed")), str(right_of("port.added"))
    ('config.view', 'inventory.view')
    """
    return _RIGHTS.get(kind.partition(".")[0], Permission.INVENTORY_VIEW)


def event_json(event: Event, epoch: str) -> dict[str, Any]:
    """The item; `epoch` is that of its number."""
    return {
        "id": event.id,
        "epoch": epoch,
        "sequence": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z",
        "kind": event.kind,
        "device_id": event.device_id,
        "port_id": event.port_id,
        "subject": event.subject,
        "detail": dict(event.detail),
    }
