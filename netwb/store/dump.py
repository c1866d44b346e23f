"""Every table as lines of JSON, and back into any database: what an export carries from one to another.

The tables are those of the models, so that a new one comes along by itself. A line is a list of some
rows, each a list of values in the order of the table's columns. Each column says its kind, so that rows of an
older netwb load without its models. Exact: times in UTC to the microsecond, bytes, JSON, integers
of any size. Whoever calls holds the one transaction that makes all of it one moment.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.types import TypeEngine

from netwb.errors import StoreError
from netwb.store.models import AuditHeadRow, Base
from netwb.store.types import CleanText, UtcDateTime

_AT_ONCE = 500  # rows in memory; a text of each of them may be long
Place = TypeVar("Place")
_Coders = Sequence[tuple[Place, Callable[[Any], Any]]]
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# The first kind whose type fits is a column's; a type that is missing here fails a test.
_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    "time": UtcDateTime,
    "flag": Boolean,
    "number": Integer,  # BigInteger is one
    "real": Float,
    "bytes": LargeBinary,
    "json": JSON,
    "text": CleanText,
}
_LOADED: Mapping[str, type[TypeEngine[Any]]] = {**_TYPES, "number": BigInteger}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """What a table's lines hold.

    columns  name and kind of each, in the order of a line
    key      names of the primary key
    later    columns that refer to a table that is loaded after this one, or to this one itself
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    later: tuple[str, ...] = ()


def shapes() -> tuple[TableShape, ...]:
    """Every table of the models; each after those that it refers to, but for its `later` columns."""
    return tuple(_shape(found) for found in Base.metadata.sorted_tables)


def count(connection: Connection, name: str) -> int:
    """How many rows the table has."""
    return connection.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0


def audit_head(connection: Connection) -> str:
    """Newest link of the audit chain; no two databases have the same, but copies of one another."""
    found = connection.execute(select(AuditHeadRow.seq, AuditHeadRow.mac)).first()
    return f"{found.seq}:{found.mac}" if found else ""


def lines(connection: Connection, shape: TableShape) -> Iterator[tuple[bytes, int]]:
    """Every row of a table in the order of its key, some a line; each line with how many they are."""
    found = Base.metadata.tables[shape.name]
    encoders = [
        (place, _ENCODERS[kind])
        for place, (_, kind) in enumerate(shape.columns)
        if kind in _ENCODERS
    ]
    query = select(found).order_by(*(found.c[name] for name in shape.key))
    rows = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    for batch in rows.partitions():
        told = [_told(row, encoders) for row in batch]
        yield _as_json(told).encode("utf-8", "surrogatepass") + b"\n", len(told)


class Loader:
    """Fills the empty tables of one database, in the order of their shapes; then `finish`."""

    def __init__(self, connection: Connection, shapes: Sequence[TableShape]) -> None:
        self._connection = connection
        self._shapes = shapes
        self._later: list[tuple[TableShape, list[dict[str, Any]]]] = []

    def begin(self) -> None:
        """Take out what the migrations put in. Raises StoreError where the tables are others."""
        there = set(inspect(self._connection).get_table_names()) - {"alembic_version"}
        named = {shape.name for shape in self._shapes}
        if there != named:
            raise _unlike(", ".join(sorted(there ^ named)))
        for shape in self._shapes:
            found = {item["name"] for item in inspect(self._connection).get_columns(shape.name)}
            if found != {name for name, _ in shape.columns}:
                raise _unlike(shape.name)
        for shape in reversed(self._shapes):
            self._connection.execute(delete(_table(shape)))

    def load(
        self,
        shape: TableShape,
        given: Iterable[bytes],
        note: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Insert the lines; how many there were. `note` is told of each batch's rows."""
        decoders = [(name, _DECODERS[kind]) for name, kind in shape.columns if kind in _DECODERS]
        names = [name for name, _ in shape.columns]
        statement = insert(_table(shape))
        waiting: list[dict[str, Any]] = []
        counted = 0
        for line in given:
            batch = [_row(names, decoders, values) for values in json.loads(line)]
            if shape.later:
                waiting += _held_back(shape, batch)
            self._connection.execute(statement, batch)
            counted += len(batch)
            note(len(batch))
        if waiting:
            self._later.append((shape, waiting))
        return counted

    def finish(self) -> None:
        """Fill in what had to wait, and let numbers go on after the highest."""
        for shape, rows in self._later:
            found = _table(shape)
            which = [found.c[name] == bindparam(f"of_{name}") for name in shape.key]
            self._connection.execute(
                update(found).where(*which).values({name: bindparam(name) for name in shape.later}),
                rows,
            )
        if self._connection.dialect.name == "postgresql":
            for shape in self._shapes:
                self._count_on(shape)

    def _count_on(self, shape: TableShape) -> None:
        """PostgreSQL's counters stand at 1; SQLite asks the table for its highest."""
        quoted = self._connection.dialect.identifier_preparer.quote(shape.name)
        for name in (one for one, kind in shape.columns if kind == "number" and one in shape.key):
            counter = self._connection.scalar(
                text("select pg_get_serial_sequence(:table, :name)"),
                {"table": quoted, "name": name},
            )
            highest = self._connection.scalar(select(func.max(_table(shape).c[name])))
            if counter and highest is not None:
                self._connection.execute(
                    text("select setval(:counter, :highest)"),
                    {"counter": counter, "highest": highest},
                )


def _shape(found: Table) -> TableShape:
    return TableShape(
        name=found.name,
        columns=tuple((item.name, kind_of(item)) for item in found.columns),
        key=tuple(item.name for item in found.primary_key.columns),
        later=tuple(sorted({key.parent.name for key in found.foreign_keys if _waits(found, key)})),
    )


def _waits(found: Table, key: Any) -> bool:
    return bool(key.use_alter) or key.column.table is found


def kind_of(item: Column[Any]) -> str:
    """Kind of a column; StoreError for a type that no line can carry exactly."""
    for kind, fits in _TYPES.items():
        if isinstance(item.type, fits):
            return kind
    msg = f"column {item} is of a type that no export carries; give its kind in store.dump"
    raise StoreError(msg)


def _table(shape: TableShape) -> Any:
    """The table as its shape tells it, whatever the models are by now."""
    return table(shape.name, *(column(name, _LOADED[kind]()) for name, kind in shape.columns))


def _told(row: Sequence[Any], encoders: _Coders[int]) -> list[Any]:
    values = list(row)
    for place, encode in encoders:
        if values[place] is not None:
            values[place] = encode(values[place])
    return values


def _row(names: Sequence[str], decoders: _Coders[str], values: Sequence[Any]) -> dict[str, Any]:
    row = dict(zip(names, values, strict=True))
    for name, decode in decoders:
        if row[name] is not None:
            row[name] = decode(row[name])
    return row


def _held_back(shape: TableShape, batch: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Take the references that cannot stand yet out of the rows, and give them with their keys."""
    for row in batch:
        held = {name: row[name] for name in shape.later}
        if any(value is not None for value in held.values()):
            row.update(dict.fromkeys(shape.later))
            yield {**held, **{f"of_{name}": row[name] for name in shape.key}}


def _bytes_out(value: bytes) -> str:
    """Texts stay texts, which compress well; the rest is base64."""
    try:
        return "t" + value.decode()
    except UnicodeDecodeError:
        return "b" + base64.b64encode(value).decode()


def _bytes_in(value: str) -> bytes:
    return value[1:].encode() if value[:1] == "t" else base64.b64decode(value[1:], validate=True)


def _time_out(value: datetime) -> str:
    """As `store.canonical.instant`, for one that UtcDateTime gave: of 800,000, a third of the time."""
    return value.isoformat(timespec="microseconds")[:26] + "Z"


_ENCODERS: Mapping[str, Callable[[Any], Any]] = {"time": _time_out, "bytes": _bytes_out}
_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "time": datetime.fromisoformat,
    "bytes": _bytes_in,
}


def _unlike(what: str) -> StoreError:
    return StoreError(
        f"tables of the export are not those of its migration ({what}); make the export anew, and"
        " import that"
    )
