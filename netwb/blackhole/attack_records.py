"""Words of attacks: who reports them, and what was said. Frozen records, no I/O. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from netwb.blackhole.records import Direction, IPAddress

EventAction = Literal["ban", "unban", "ongoing", "details", "partial"]
SenderKind = Literal["community", "advanced"]

SENDER_KINDS: tuple[SenderKind, ...] = get_args(SenderKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackEvent:
    """What a detector said, from whichever of its ways.

    address      None: a hostgroup's, which has no single one
    observed_at  when the detector called; None: it did not say
    pps          packets a second as its average stood when the threshold was crossed: not the size
                 of the attack
    figures      its counters by their own names; traffic in bytes a second
    report       its words, kept raw for people
    """

    action: EventAction
    address: IPAddress | None
    direction: Direction
    manual: bool = False
    observed_at: datetime | None = None
    pps: int | None = None
    attack_type: str | None = None
    protocol: str | None = None
    severity: str | None = None
    hostgroup: str | None = None
    attack_id: str | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A detector that reports attacks.

    networks   that it reports from; none: anywhere
    rotating   two keys are taken, the newest and the one before
    callback   whether it may report by the secret path, unsigned
    heard_at   written some seconds late at most; None: never
    """

    id: str
    name: str
    kind: SenderKind
    networks: tuple[str, ...]
    rotating: bool
    callback: bool
    status: Literal["active", "retired"]
    created_at: datetime
    created_by: str
    heard_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedSender:
    """A sender, and what it is known by: shown this once.

    key        signs what its notify script sends; empty: it has another one already
    callback   secret part of the path that it may call; empty: none
    """

    sender: Sender
    key: str = field(default="", repr=False)
    callback: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """An event as it was taken in.

    state         taken: whoever took it is at work; it is another's when that one died
    said          what came of it
    blackhole_id  that it asked for, ended or concerns
    """

    id: int
    tenant_id: str | None
    tenant: str | None
    sender_id: str
    sender: str
    message_id: str
    received_at: datetime
    event: AttackEvent
    state: Literal["received", "taken", "settled"]
    settled_at: datetime | None = None
    said: str = ""
    blackhole_id: str | None = None
