"""Attacks on a port's tenant in the time of a chart: bands in it, and rows of the list under it. Pure.

Which port an attack came by nobody knows; its address is the tenant's, as the port is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from netwb.blackhole.records import STANDING, Blackhole
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import Shape, esc, link, page_url, shape, timed
from netwb.views.navigation import Moment

MINUTE = timedelta(minutes=1)  # what lasted less has one time
UNSENT: dict[str, str] = {
    "held": "held",
    "denied": "denied",
    "shadow": "only written down",
    "failed": "blackholing failed",
}
SENDER = "sender:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One that was blackholed, or was to be.

    kind    attack: a detector saw it; blackhole: a person asked for it
    until   None: it stands still; of what was never sent the same as since
    said    as the chart says it: `attack, blackholed 4 min`
    told    to who points at it: what, by whom, state
    """

    kind: Literal["attack", "blackhole"]
    since: datetime
    until: datetime | None
    said: str
    told: str
    url: str


def attack_of(one: Blackhole, address: Address, *, now: datetime) -> Attack:
    """As the ledger has it."""
    since = one.announced_at or one.requested_at
    sent = one.announced_at is not None or one.state in STANDING
    until = None if one.state in STANDING else one.ended_at or since
    until = until if sent else since
    kind: Literal["attack", "blackhole"] = "attack" if one.alarm else "blackhole"
    became = UNSENT.get(one.state)
    if became is None:
        lasted = words.span(((until or now) - since).total_seconds())
        became = f"blackholed {lasted}" if until else f"blackholed for {lasted}"
    by = one.requested_by
    who = f"detector {by.removeprefix(SENDER)}" if by.startswith(SENDER) else by
    told = f"{one.network}: {one.reason}, asked by {who}, {one.state}"
    if one.end_reason:
        told += f": {one.end_reason}"
    return Attack(
        kind=kind,
        since=since,
        until=until,
        said=f"attack, {became}" if one.alarm else became,
        told=told,
        url=page_url("security", held=one.id, **address.kept()),
    )


def attack_row(one: Attack, moment: Moment) -> str:
    """Cells of the list."""
    at = timed(one.since, moment.now, moment.zone)
    if one.until is not None and one.until - one.since >= MINUTE:
        at += f" to {words.clock(one.until, moment.zone)}"
    kind: Shape = "bad" if one.kind == "attack" else "hole"
    said = f'{shape(kind)} <b>{esc(one.said)}</b> <span class="t2">{esc(one.told)}</span>'
    return f'<td>{at}</td><td>{said}</td><td class="r">{link(one.url, "Event", class_="ac")}</td>'
