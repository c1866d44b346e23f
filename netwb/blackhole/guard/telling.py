"""What of the guard's reasons is told to who does not see all tenants. Pure.

The prefix, its tenant and its figures are the reader's own. Counts over all tenants, names of routers
and why somebody paused are not: in their place stands what they come to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netwb.blackhole.records import Answer, Reason

Table = dict[tuple[str, Answer], str]
OVERALL: Table = {
    ("cap", "allow"): "The cap over all tenants does not stand in its way",
    ("cap", "hold"): "Over all tenants as many stand as may without asking",
    ("cap_in_a_minute", "allow"): "The cap of new ones in a minute does not stand in its way",
    ("cap_in_a_minute", "hold"): "Over all tenants as many are new as may be without asking",
    ("port", "allow"): "The port that the prefix is routed to does not stand in its way",
    (
        "port",
        "deny",
    ): "Whom the port is for that the prefix is routed to does not fit; tell your provider",
    ("pause", "hold"): "New blackholes are paused; it waits until they are resumed",
    (
        "room",
        "hold",
    ): "A trigger router has no room for it; it waits until one that stands has ended",
}
WHY_NEVER: Table = {("never_list", "deny"): "It is on the list of what is never blackholed"}


def narrowed(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons as they were kept, for a reader who does not see all tenants."""
    return _by(OVERALL | WHY_NEVER, reasons)


def for_asker(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The same for who asks: why it is on the never-list was told by whose thing it is."""
    return _by(OVERALL, reasons)


def _by(table: Table, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(replace(one, text=table.get((one.guard, one.answer), one.text)) for one in reasons)
