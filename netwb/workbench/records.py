"""A list of records that is also a DataFrame, and a table in a notebook's cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from netwb.errors import NetwbError
from netwb.inventory.ports.records import Port
from netwb.loading import lazy

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy("pandas")

Record = TypeVar("Record")
SHOWN_ROWS = 60  # a notebook cell stays readable; the frame holds them all


class Records(Sequence[Record], Generic[Record]):
    """An immutable sequence of frozen records of one kind, in the order that the method promises."""

    __slots__ = ("_columns", "_items")

    def __init__(self, items: Iterable[Record], *, columns: Sequence[str]) -> None:
        self._items = tuple(items)
        self._columns = tuple(columns)

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
        """One row a record; the columns are the record's own names, times aware UTC."""
        return pd.DataFrame([_row(item) for item in self._items], columns=list(self._columns))

    def _repr_html_(self) -> str:
        """Escaped: device text is hostile."""
        return self.frame().to_html(escape=True, index=False, max_rows=SHOWN_ROWS, border=0)


def records_of(items: Iterable[Record], kind: type[Record]) -> Records[Record]:
    """Records whose columns are the fields of their dataclass."""
    if not is_dataclass(kind):
        msg = f"{kind.__name__} is no record"
        raise TypeError(msg)
    return Records(items, columns=[item.name for item in fields(kind)])


def _row(item: Any) -> dict[str, Any]:
    return {field.name: _cell(getattr(item, field.name)) for field in fields(item)}


def _cell(value: Any) -> Any:
    """Nested records and errors are shown by what a person would call them."""
    if isinstance(value, NetwbError):
        return f"{type(value).__name__}: {value}"
    if is_dataclass(value) and hasattr(value, "value"):  # an inherited value: its value
        return value.value
    if isinstance(value, Port):
        return value.label
    return value
