"""A list of records that is also a DataFrame, and a table in a notebook's cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from netwb.errors import NetwbError
from netwb.inventory.ports.records import Port
from netwb.loading import lazy
from netwb.workbench.tables import ROWS, shown_table

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy("pandas")

_plotted: Any = lazy("netwb.views.cells.plotted")  # Panel and HoloViews take two seconds to load

Record = TypeVar("Record")

# What a cell shows of records that have more columns than a person reads, by the record's name.
IN_A_CELL: Mapping[str, str] = {
    "Device": "tenant site hostname address platform role status model os_version",
    "Revision": "id at author added removed lines message note",
    "Change": "at tenant hostname kind author added removed",
    "Hit": "tenant hostname kind line text since until author",
    "QuarantineItem": "tenant hostname kind at cause_message lines",
    "DeviceBackup": "tenant site hostname freshness copy_at cause_message",
    "DeviceRun": "at status revision cause_message",
    "Credential": "tenant name username secrets rotating status",
    "Port": "hostname name alias tenant circuit_ref speed_bps watched last_seen_at",
    "BusyPort": "port p95_in p95_out",
    "PortNumbers": "port in_mean in_p95 out_mean out_p95 percent state",
    "PortTrend": "port side said level_bps known_days",
    "Blackhole": "network tenant state requested_by reason requested_at expires_at",
    "AuditEvent": "at actor action target",
    "Job": "kind status actor created_at started_at ended_at",
    "User": "name full_name role tenants status seen_at",
    "Token": "user note role tenants created_at expires_at used_at revoked_at",
}
# Columns whose names on pages go without a unit, and have one in a frame.
UNITS: Mapping[str, Mapping[str, str]] = {
    "Revision": {"added": "added_lines", "removed": "removed_lines", "size": "size_bytes"},
    "Change": {"added": "added_lines", "removed": "removed_lines"},
    "QuarantineItem": {"size": "size_bytes"},
    "BusyPort": {"p95_in": "p95_in_bps", "p95_out": "p95_out_bps"},
    "PortTrend": {"days": "full_in_days", "soonest": "soonest_days", "latest": "latest_days"},
    "PortNumbers": {
        f"{side}_{name}": f"{side}_{name}_bps"
        for side in ("in", "out")
        for name in ("least", "mean", "p95", "most")
    }
    | {"percent": "p95_percent"},
}


class Records(Sequence[Record], Generic[Record]):
    """An immutable sequence of frozen records of one kind, in the order that the method promises."""

    __slots__ = ("_columns", "_items", "_kind")

    def __init__(self, items: Iterable[Record], *, columns: Sequence[str], kind: str = "") -> None:
        self._items = tuple(items)
        self._columns = tuple(columns)
        self._kind = kind

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._items)

    def __repr__(self) -> str:
        kind = type(self._items[0]).__name__ if self._items else "records"
        return f"<{len(self)} {kind}>"

    def frame(self) -> pd.DataFrame:
        """One row a record: all that it has, with units in the columns' names, times aware UTC."""
        units = UNITS.get(self._kind, {})
        return pd.DataFrame(
            {units.get(name, name): self._column(name) for name in self._columns},
            columns=[units.get(name, name) for name in self._columns],
        )

    def plot(self) -> Any:
        """A chart of changes by day and author, or of the busiest ports; `figure` is a HoloViews element.

        Raises InputError for records of another kind, or where there are none.
        """
        return _plotted.plot_records(self._kind, self._items, self._repr_html_)

    def _column(self, name: str, most: int | None = None) -> list[Any]:
        values = list(map(attrgetter(name), self._items[:most]))
        kinds = set(map(type, values))
        plain = not any(issubclass(kind, NetwbError | Port) or is_dataclass(kind) for kind in kinds)
        return values if plain else [_cell(value) for value in values]

    def _repr_html_(self) -> str:
        """The first rows of the columns that a person reads. Escaped: device text is hostile."""
        names = IN_A_CELL.get(self._kind, "").split() or [
            name for name in self._columns if name != "id" and not name.endswith("_id")
        ]
        units = UNITS.get(self._kind, {})
        columns = {units.get(name, name): self._column(name, ROWS) for name in names}
        return shown_table(columns, total=len(self))


def records_of(items: Iterable[Record], kind: type[Record]) -> Records[Record]:
    """Records whose columns are the fields of their dataclass."""
    if not is_dataclass(kind):
        msg = f"{kind.__name__} is no record"
        raise TypeError(msg)
    return Records(items, columns=[item.name for item in fields(kind)], kind=kind.__name__)


def _cell(value: Any) -> Any:
    """Nested records and errors are shown by what a person would call them."""
    if isinstance(value, NetwbError):
        return f"{type(value).__name__}: {value}"
    if is_dataclass(value) and hasattr(value, "value"):  # an inherited value: its value
        return value.value
    if isinstance(value, Port):
        return value.label
    return value
