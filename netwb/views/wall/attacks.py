"""What a wall's chart says of attacks on its port's tenant: red bands, and words beside its name. Pure.

Which port an attack came by nobody knows; its address is the tenant's, as the port is.
Source: PAGES.md "wall".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from netwb.views import words
from netwb.views.html import esc, tag
from netwb.workbench.traffic_records import PortTraffic
from netwb.workbench.wall_records import WallAttack

Stretch = tuple[float, float]  # epoch milliseconds, as axes have them
LEAST = 0.008  # of the chart: an attack of three minutes in six hours


def attacks_on(attacks: Iterable[WallAttack], traffic: PortTraffic) -> tuple[WallAttack, ...]:
    """Those on the port's tenant in the time of its chart, oldest first."""
    since, until = traffic.since, traffic.until
    found = (
        one
        for one in attacks
        if one.tenant_id == traffic.port.tenant_id
        and one.since < until
        and (one.until is None or one.until > since)
    )
    return tuple(sorted(found, key=lambda one: one.since))


def bands(attacks: Sequence[WallAttack], traffic: PortTraffic) -> tuple[Stretch, ...]:
    """From when to when anything was blackholed, within the chart, and wide enough to be seen from afar.

    Several at once are one, or they would be opaque.
    """
    first, last = (at.timestamp() * 1_000 for at in (traffic.since, traffic.until))
    least = LEAST * (last - first)
    found: list[Stretch] = []
    for one in attacks:
        begin = min(max(one.since.timestamp() * 1_000, first), last - least)
        until = last if one.until is None else min(one.until.timestamp() * 1_000, last)
        end = max(until, begin + least)
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return tuple(found)


def render_attacks(attacks: Sequence[WallAttack], zone: ZoneInfo) -> str:
    """`attack now`; nothing where there was none. Short, as it stands in one line with two rates."""
    if not attacks:
        return ""
    return tag("em", esc(_said(attacks, zone)), class_="atk")


def _said(attacks: Sequence[WallAttack], zone: ZoneInfo) -> str:
    if any(one.until is None for one in attacks):
        return "attack now"
    if len(attacks) > 1:
        return words.count(len(attacks), "attack")
    return f"attack {words.clock(attacks[0].since, zone)}"
