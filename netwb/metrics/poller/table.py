"""Make points and ports of the columns that a device answered. Pure.

Rows are joined by ifIndex within one poll and kept under their ifName. What cannot be told apart is
left out and said: two interfaces of one name, one without a name (Telegraf tags with ifName alone,
and so does netwb: no ifDescr takes its place). A device without counters of 64 bits has no octets at
all: those of 32 bits wrap within 4 seconds at 10 Gbit/s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netwb.inventory.fields import quoted
from netwb.inventory.ports.records import SeenPort, SnmpTarget
from netwb.inventory.ports.text import alias_of, name_of
from netwb.metrics.poller.columns import NAME, OCTETS
from netwb.metrics.records import INTERFACE_FIELDS, Point, SeriesKey

Value = int | float | str | bytes | None
Columns = Mapping[str, Mapping[int, Value]]  # name of the column -> ifIndex -> value
_MBPS = 1_000_000
_LARGEST = 2**64  # beyond any counter
_NAMED = 3  # of many, in one sentence
NO_INTERFACE = "no interface can be read; widen the agent's view to ifTable and ifXTable of IF-MIB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything that a device's interfaces gave; `missing` is what should have come with it."""

    points: tuple[Point, ...]
    ports: tuple[SeenPort, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]


def table_of(target: SnmpTarget, columns: Columns, at: int) -> Table:
    """Points of one moment, epoch seconds, and the ports that they are of."""
    rows = _rows(columns)
    return Table(
        points=tuple(_points(target, columns, rows, at)),
        ports=ports_of(columns),
        notes=tuple(_notes(columns)),
        missing=tuple(_missing(columns, rows)),
    )


def ports_of(columns: Columns) -> tuple[SeenPort, ...]:
    """Interfaces that can be told apart by their names."""
    return tuple(_seen(columns, index, name) for index, name in _rows(columns).items())


def _names(columns: Columns) -> Mapping[int, str]:
    return {index: _name(said) for index, said in columns.get(NAME, {}).items()}


def _rows(columns: Columns) -> Mapping[int, str]:
    names = _names(columns)
    called = Counter(names.values())
    return {index: name for index, name in names.items() if name and called[name] == 1}


def _name(said: Value) -> str:
    return name_of(said) if isinstance(said, bytes) else ""


def _points(
    target: SnmpTarget, columns: Columns, rows: Mapping[int, str], at: int
) -> Iterator[Point]:
    fields = [(name, columns[name]) for name in INTERFACE_FIELDS if name in columns]
    for index, name in rows.items():
        values = {
            field: value
            for field, column in fields
            if (value := _whole(column.get(index))) is not None
        }
        if values:
            yield Point(
                measurement="interface",
                key=SeriesKey(tenant=target.tenant, device_id=target.device_id, name=name),
                site=target.site,
                device=target.hostname,
                at=at,
                values=values,
            )


def _whole(value: Value) -> int | None:
    """A number as a counter, gauge or state has it; anything else was no answer."""
    return value if isinstance(value, int) and 0 <= value < _LARGEST else None


def _seen(columns: Columns, index: int, name: str) -> SeenPort:
    alias = columns.get("ifAlias", {}).get(index)
    speed = _whole(columns.get("ifHighSpeed", {}).get(index))
    return SeenPort(
        name=name,
        if_index=index,
        alias=alias_of(alias) if isinstance(alias, bytes) else None,
        if_type=_whole(columns.get("ifType", {}).get(index)),
        speed_bps=None if speed is None else speed * _MBPS,
    )


def names_twice(columns: Columns) -> tuple[str, ...]:
    """A sentence where more than one interface bears a name: Telegraf would count these as one."""
    called = Counter(_names(columns).values())
    twice = sorted(name for name, times in called.items() if times > 1 and name)
    if not twice:
        return ()
    shown = ", ".join(quoted(name) for name in twice[:_NAMED])
    more = " and others" if len(twice) > _NAMED else ""
    return (f"more than one interface is called {shown}{more}, and none of these is read",)


def _notes(columns: Columns) -> Iterator[str]:
    """What is so and stays so until somebody changes the device."""
    names = _names(columns)
    yield from names_twice(columns)
    everywhere = {index for name in ("ifOperStatus", NAME) for index in columns.get(name, {})}
    if not everywhere:
        yield NO_INTERFACE
    unnamed = sum(not names.get(index) for index in everywhere)
    if unnamed:
        yield f"{unnamed} of {len(everywhere)} interfaces have no ifName, and none of these is read"
    if names and not columns.get(OCTETS[0]) and not columns.get(OCTETS[1]):
        yield (
            "it has no counters of 64 bits (ifHCInOctets), so its traffic is not measured: those of "
            "32 bits wrap unseen"
        )
        return
    counted = columns.get(OCTETS[0], {}).keys() | columns.get(OCTETS[1], {}).keys()
    bare = sorted(name for index, name in names.items() if name and index not in counted)
    if bare:
        shown = ", ".join(quoted(name) for name in bare[:_NAMED])
        more = f" and {len(bare) - _NAMED} more" if len(bare) > _NAMED else ""
        yield (
            f"no counters of 64 bits (ifHCInOctets) have {shown}{more}: their traffic is not measured"
        )


def _missing(columns: Columns, rows: Mapping[int, str]) -> Iterator[str]:
    """Columns that broke off: the other direction, or other columns of the table, have more."""
    into, out = (columns.get(name, {}).keys() & rows.keys() for name in OCTETS)
    for name, has, other in (*zip(OCTETS, (into, out), (out, into), strict=True),):
        if other - has:
            yield f"{name} of {len(other - has)} of {len(rows)} ports did not come"
    state = columns.get("ifOperStatus", {}).keys() & rows.keys()
    if rows and len(state) < len(rows):
        yield f"ifOperStatus of {len(rows) - len(state)} of {len(rows)} ports did not come"
