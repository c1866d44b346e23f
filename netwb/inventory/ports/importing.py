"""Read and judge a CSV of ports: whom they are for, their circuits and speeds. Pure.

All rows are judged before anything is written. A blank cell changes nothing. A port that no poll has
seen yet is added: it is known by its name, and a poll finds it later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from netwb.errors import ImportRefusedError, InventoryError
from netwb.inventory.changes import FieldChange
from netwb.inventory.fields import quoted
from netwb.inventory.importers.table import records_of
from netwb.inventory.ports.checks import PORT_CHECKS, check_name
from netwb.inventory.ports.records import Port

REQUIRED = ("device", "name")
FIELDS: Mapping[str, str] = {  # column -> field of a port
    "tenant": "tenant",
    "circuit_ref": "circuit_ref",
    "speed_override": "speed_override_bps",
    "watched": "watched",
}
COLUMNS = (*REQUIRED, *FIELDS)
LEFT: Mapping[str, Any] = {  # what a tenant made of its port, and the next one begins with
    "circuit_ref": None,
    "watched": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPlace:
    """A device as a row may mean it; in scope itself, or only some of its ports are."""

    id: str
    tenant: str  # slug
    hostname: str
    in_scope: bool

    @property
    def label(self) -> str:
        """`tenant/hostname`."""
        return f"{self.tenant}/{self.hostname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortWorld:
    """What the actor sees: tenants by slug, devices by what they may be called, their ports."""

    tenants: frozenset[str]
    devices: Mapping[str, tuple[PortPlace, ...]]  # casefolded hostname, tenant/hostname or id
    ports: Mapping[tuple[str, str], Port]  # (device id, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPort:
    """What one good row does; `changes` by field of the port."""

    at: str
    action: Literal["add", "update", "same"]
    device: PortPlace
    name: str
    port_id: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortPlan:
    """What an import of ports does, or did; one sentence a bad row."""

    ports: tuple[PlannedPort, ...]
    problems: tuple[str, ...]

    def count(self, action: str) -> int:
        """Rows that do so."""
        return sum(item.action == action for item in self.ports)


Row = tuple[str, Mapping[str, str], str]  # "line 3", cells by column, why it cannot be read


def parse_ports(text: str, ignored: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """Rows of a table; ImportRefusedError names every column that is not known."""
    records = list(records_of(text))
    if not records:
        msg = f"the file is empty; its first line must name the columns: {','.join(COLUMNS)}"
        raise ImportRefusedError(msg)
    header = [name.strip().casefold() for name in records[0][1]]
    _check_header(header, {name.casefold() for name in ignored})
    return tuple(_row(line, cells, header) for line, cells in records[1:])


def _check_header(header: Sequence[str], ignored: set[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS and name not in ignored]
    missing = [name for name in REQUIRED if name not in header]
    twice = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    for names, words in (
        (
            unknown,
            f"is not known; leave it out with --ignore COLUMN; known are {', '.join(COLUMNS)}",
        ),
        (missing, "is missing; add it"),
        (twice, "is there twice; leave one out"),
        (sorted(ignored - set(header)), "is not there to be left out; correct --ignore"),
    ):
        if names:
            msg = f"column {', '.join(quoted(name) for name in names)} {words}"
            raise ImportRefusedError(msg)


def _row(line: int, cells: Sequence[str], header: Sequence[str]) -> Row:
    problem = ""
    if len(cells) != len(header):
        problem = f"has {len(cells)} cells where the header has {len(header)}; check its delimiters"
    pairs = zip(header, cells, strict=False)
    values = {name: cell.strip() for name, cell in pairs if name in COLUMNS and cell.strip()}
    return f"line {line}", values, problem


def judge_ports(rows: Sequence[Row], world: PortWorld) -> PortPlan:
    """What the rows do, in their order."""
    planned: dict[tuple[str, str], PlannedPort] = {}
    problems = []
    for at, values, problem in rows:
        try:
            item = _judged(at, values, problem, world)
            _refuse_second(item, planned.get((item.device.id, item.name)))
        except InventoryError as error:
            problems.append(f"{at}: {error}")
        else:
            planned[item.device.id, item.name] = item
    return PortPlan(ports=tuple(planned.values()), problems=tuple(problems))


def _refuse_second(item: PlannedPort, held: PlannedPort | None) -> None:
    if held is not None:
        msg = (
            f"port {quoted(item.name)} of {item.device.label} stands already in {held.at}; keep one"
        )
        raise InventoryError(msg)


def _judged(at: str, values: Mapping[str, str], problem: str, world: PortWorld) -> PlannedPort:
    if problem:
        raise InventoryError(problem)
    absent = [name for name in REQUIRED if name not in values]
    if absent:
        msg = f"{', '.join(absent)} missing; fill in"
        raise InventoryError(msg)
    device, name = _device(values["device"], world), check_name(values["name"])
    said = {FIELDS[c]: PORT_CHECKS[FIELDS[c]](v) for c, v in values.items() if c in FIELDS}
    if said.get("tenant", next(iter(world.tenants), None)) not in world.tenants:
        msg = f"tenant {quoted(said['tenant'])} is not known; `netwb tenant list` shows those that are"
        raise InventoryError(msg)
    held = world.ports.get((device.id, name))
    if held is None:
        if not device.in_scope:
            raise _unknown(values["device"])
        return PlannedPort(at=at, action="add", device=device, name=name, changes=said)
    fields = tuple(changed(held, with_left(held, said)))
    if fields and not device.in_scope:
        raise InventoryError(not_their_device(held))
    return PlannedPort(
        at=at,
        action="update" if fields else "same",
        device=device,
        name=name,
        port_id=held.id,
        changes=written(said, fields),
        fields=fields,
    )


def with_left(held: Port, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is said of a port; one that goes to another tenant loses what this one made of it."""
    handed = said.get("tenant", held.tenant) != held.tenant
    return {**said, **{name: value for name, value in LEFT.items() if name not in said and handed}}


def written(said: Mapping[str, Any], fields: Sequence[FieldChange]) -> dict[str, Any]:
    """What of that is written: what changes, and of a port that another tenant gets all of it.

    What is said to it may be what the tenant before it said, and is its own then.
    """
    names = {item.field for item in fields}
    return {name: value for name, value in said.items() if name in names or "tenant" in names}


def changed(held: Port, said: Mapping[str, Any]) -> Iterator[FieldChange]:
    """Fields that are to be others than they are."""
    for name, value in said.items():
        old = getattr(held, name)
        if old != value:
            yield FieldChange(field=name, old=shown(old), new=shown(value))


def shown(value: Any) -> str | None:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _device(said: str, world: PortWorld) -> PortPlace:
    found = world.devices.get(said.casefold(), ())
    if not found:
        raise _unknown(said)
    if len(found) > 1:
        slugs = sorted(place.tenant for place in found)
        msg = f"device {quoted(said)} is in {' and '.join(slugs)}; write {slugs[0]}/{said}"
        raise InventoryError(msg)
    return found[0]


def not_their_device(held: Port) -> str:
    """Why who sees a port does not change it."""
    return (
        f"port {quoted(held.name)} of {held.hostname} is for {held.tenant} and its device is "
        f"{held.device_tenant}'s; ask whoever keeps that device to change it"
    )


def _unknown(said: str) -> InventoryError:
    msg = f"device {quoted(said)} is not known; `netwb device list` shows those that are"
    return InventoryError(msg)
