"""Decide which of the ports that a poll saw are known ones. Pure.

A name is a port's identity, so a port that has it under another ifIndex is the same one. A name that
is new may be a known port's whose name is gone: it is taken for that only where its ifIndex and type
are the same and either the ifAlias says so too, or the names are a long and a short form of one
(GigabitEthernet0/1, Gi0/1). Where in doubt it is a new port: samples of two ports that were joined
wrongly cannot be parted again. A port that vanished keeps its row.

Where the interface that bore one known name bears another known one now (two were exchanged), each
port goes on under its name, but what was counted before and after is not of one counter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.inventory.ports.records import SeenPort

SEEN_EVERY = timedelta(hours=1)  # how seldom an unchanged port's last sighting is written
_LATEST = 2 * SEEN_EVERY  # what was seen so shortly before the newest was there at the last poll
_FORM = re.compile(r"(?P<kind>[A-Za-z][A-Za-z-]*?)(?P<place>\d[\d/.:-]*)")
_LETTERS = 2  # of a short form, at least: `Gi`, `Te`, `Et`


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPort:
    """A port as it is stored."""

    id: str
    name: str
    alias: str
    if_index: int | None
    if_type: int | None
    speed_bps: int | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What becomes of what was seen: new ports, known ones, and known ones of another name now.

    moved   those of the known whose name another interface bears now
    """

    new: tuple[SeenPort, ...]
    known: tuple[tuple[HeldPort, SeenPort], ...]
    renamed: tuple[tuple[HeldPort, SeenPort], ...]
    moved: tuple[HeldPort, ...]


def join(held: Sequence[HeldPort], seen: Sequence[SeenPort]) -> Joined:
    """The ports of one device; each name is there once on either side."""
    by_name = {port.name: port for port in held}
    known = tuple((by_name[port.name], port) for port in seen if port.name in by_name)
    unknown = [port for port in seen if port.name not in by_name]
    names = {port.name for port in seen}
    gone = _there_until_now([port for port in held if port.name not in names], held)
    renamed = tuple(_renamed(gone, unknown))
    taken = {port.name for _, port in renamed}
    new = tuple(port for port in unknown if port.name not in taken)
    return Joined(new=new, known=known, renamed=renamed, moved=tuple(_moved(held, known)))


def _moved(
    held: Sequence[HeldPort], known: Iterable[tuple[HeldPort, SeenPort]]
) -> Iterator[HeldPort]:
    """By number and alias together: numbers alone change whenever a card is put in."""
    were = {(port.if_index, port.alias): port for port in held if port.alias}
    for port, now in known:
        other = were.get((now.if_index, now.alias or ""))
        if other is not None and other.name != port.name and now.alias != port.alias:
            yield port


def _there_until_now(gone: Sequence[HeldPort], held: Sequence[HeldPort]) -> list[HeldPort]:
    """Those of the gone that the last poll saw; one that went long ago is not what comes now."""
    newest = max((port.last_seen_at for port in held if port.last_seen_at), default=None)
    if newest is None:
        return []
    return [p for p in gone if p.last_seen_at and newest - p.last_seen_at <= _LATEST]


def _renamed(
    gone: Sequence[HeldPort], unknown: Sequence[SeenPort]
) -> Iterable[tuple[HeldPort, SeenPort]]:
    at_index = {port.if_index: port for port in unknown}
    aliases = Counter([*(port.alias for port in gone), *(port.alias or "" for port in unknown)])
    for port in gone:
        found = at_index.get(port.if_index or -1)
        if found is None or found.if_type != port.if_type:
            continue
        said_so = bool(port.alias) and port.alias == found.alias and aliases[port.alias] == 2
        if said_so or same_form(port.name, found.name):
            yield port, found


def same_form(one: str, other: str) -> bool:
    """Whether two names are a long and a short form of one interface's name."""
    first, second = _FORM.fullmatch(one), _FORM.fullmatch(other)
    if first is None or second is None or first["place"] != second["place"]:
        return False
    long, short = sorted((first["kind"].casefold(), second["kind"].casefold()), key=len)[::-1]
    return len(short) >= _LETTERS and long.startswith(short)
