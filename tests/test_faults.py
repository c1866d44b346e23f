"""All that is wrong with what a person filled in, at once."""

from __future__ import annotations

import pytest

from netwb.errors import FieldsRefusedError, InputError, InventoryError, UnknownNameError
from netwb.faults import Faults


def refuse(error: Exception) -> None:
    raise error


def test_one_fault_is_raised_as_it_is_with_its_field() -> None:
    found = Faults()
    with found.of("site"):
        refuse(UnknownNameError("site 'x' is not known"))

    with pytest.raises(UnknownNameError, match="'x' is not known") as refused:
        found.settle()

    assert refused.value.faults == {"site": "site 'x' is not known"}


def test_several_faults_are_one_error_that_says_all() -> None:
    found = Faults()
    with found.of("days"):
        refuse(InputError("too many days"))
    inner = Faults()
    with found.of_fields():
        with inner.of("note"):
            refuse(InventoryError("the note is too long"))
        inner.settle()

    with pytest.raises(FieldsRefusedError, match="too many days; ") as refused:
        found.settle()

    assert set(refused.value.faults) == {"days", "note"}


def test_what_is_no_fields_fault_is_raised_at_once() -> None:
    with pytest.raises(InventoryError, match="no room"), Faults().of_fields():
        refuse(InventoryError("no room"))


def test_nothing_wrong_raises_nothing() -> None:
    Faults().settle()
