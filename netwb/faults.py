"""What is wrong with the single fields that a person filled in, told all at once. Pure.

Whoever corrects one thing after the other, each time to learn of the next, gives up before the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from netwb.errors import FieldsRefusedError, InputError, InventoryError

Refused = InputError | InventoryError


class Faults:
    """Collects what checks refuse, by field; `settle` raises all of it."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._last: Refused | None = None

    @contextmanager
    def of(self, field: str) -> Iterator[None]:
        """What is refused in here is this field's fault."""
        try:
            yield
        except (InputError, InventoryError) as error:
            self._told.setdefault(field, str(error))
            self._last = error

    @contextmanager
    def of_fields(self) -> Iterator[None]:
        """What is refused in here says itself which fields' fault it is, or follows from one known."""
        try:
            yield
        except (InputError, InventoryError) as error:
            if not (error.faults or self._told):
                raise
            self._told = {**self._told, **error.faults, **self._told}
            self._last = self._last or error

    def settle(self) -> None:
        """Raise what there is: the one error itself, or all as a FieldsRefusedError."""
        if self._last is None:
            return
        refused = self._last
        if len(self._told) > 1:
            refused = FieldsRefusedError("; ".join(self._told.values()))
        refused.faults = self._told
        raise refused
