"""Records: a sequence, a frame, a table in a cell."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from netwb.errors import DeadlineError, NetwbError
from netwb.inventory.records import Inherited
from netwb.workbench.records import records_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    hostname: str
    credential: Inherited
    cause: NetwbError | None = None


ROWS = records_of(
    [
        Row(hostname="<b>edge1</b>", credential=Inherited(value="lab", source="site")),
        Row(
            hostname="edge2",
            credential=Inherited(value=None, source="nowhere"),
            cause=DeadlineError("edge2 was silent"),
        ),
    ],
    Row,
)


def test_records_are_a_sequence_in_the_given_order() -> None:
    assert [row.hostname for row in ROWS] == ["<b>edge1</b>", "edge2"]
    assert ROWS[1].hostname == "edge2"
    assert len(ROWS) == 2
    assert repr(ROWS) == "<2 Row>"


def test_the_frame_shows_inherited_values_and_causes_as_people_call_them() -> None:
    frame = ROWS.frame()

    assert list(frame.columns) == ["hostname", "credential", "cause"]
    assert frame.credential[0] == "lab"
    assert frame.cause[1] == "DeadlineError: edge2 was silent"


def test_an_empty_list_still_has_its_columns() -> None:
    assert list(records_of([], Row).frame().columns) == ["hostname", "credential", "cause"]


def test_device_text_is_escaped_in_a_cell() -> None:
    html = ROWS._repr_html_()

    assert "<b>edge1" not in html
    assert "&lt;b&gt;edge1" in html


def test_only_records_have_columns() -> None:
    with pytest.raises(TypeError, match="no record"):
        records_of([1], int)
