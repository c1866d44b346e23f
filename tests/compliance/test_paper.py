"""Compliance on paper: whole, the same bytes each time, and text that can be searched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from netwb.compliance.paper import _sheets, pdf_of
from netwb.compliance.printed import (
    PrintedFinding,
    PrintedGroup,
    PrintedMatrix,
    PrintedRow,
)
from netwb.compliance.records import State

ROW = PrintedRow(
    hostname="edge1",
    note="1",
    states=("non_compliant", "not_evaluated", "stale", "waived", "compliant", None),
)
FINDING = PrintedFinding(
    device="acme/edge1",
    rule="ntp-two",
    title="Two",
    severity="high",
    state="non_compliant",
    since="2026-11-23 02:09",
)
MATRIX = PrintedMatrix(
    at=datetime(2026, 11, 23, 8, tzinfo=UTC),
    told=("acme, 1 device by 6 rules",),
    counts=(("non_compliant", 1), ("compliant", 5)),
    rules=tuple(f"rule-{n}" for n in range(6)),
    groups=(PrintedGroup(title="acme   1 device, 1 finding", rows=(ROW,)),),
    findings=(FINDING,),
    quiet="12 devices compliant by every rule, not listed.",
)


def texts(matrix: PrintedMatrix) -> list[list[str]]:
    """What stands on each sheet."""
    return [[one.get_text() for one in sheet.figure.texts] for sheet in _sheets(matrix)]


def test_a_sheet_has_the_legend_the_rules_the_devices_and_another_one_the_findings() -> None:
    matrix, findings = texts(MATRIX)

    assert "acme, 1 device by 6 rules" in matrix
    assert "1 not compliant" in matrix
    assert "rule-5" in matrix
    assert "edge1" in matrix
    assert "12 devices compliant by every rule, not listed." in matrix
    assert {"acme/edge1", "ntp-two", "high", "2026-11-23 02:09"} <= set(findings)


def test_the_same_matrix_gives_the_same_bytes() -> None:
    assert pdf_of(MATRIX) == pdf_of(MATRIX)
    assert pdf_of(MATRIX).startswith(b"%PDF-")


def test_rules_that_have_no_room_and_devices_that_have_none_go_on_on_further_sheets() -> None:
    many = 40
    compliant: State = "compliant"
    good = (compliant,) * many
    rows = tuple(PrintedRow(hostname=f"edge{n}", note="", states=good) for n in range(90))
    wide = replace(
        MATRIX,
        rules=tuple(f"rule-{n}" for n in range(many)),
        groups=(PrintedGroup(title="acme", rows=rows),),
        findings=(),
    )

    sheets = texts(wide)

    assert len(sheets) == 4
    assert sorted({said for one in sheets for said in one if said.startswith("rule-")}) == sorted(
        wide.rules
    )
    assert all(sum(f"edge{n}" in one for one in sheets) == 2 for n in range(90))


def test_words_of_devices_and_people_are_set_as_they_are() -> None:
    odd = replace(FINDING, device="acme/$x^2$\u202e", rule="r" * 400)

    (_, findings) = texts(replace(MATRIX, findings=(odd,)))

    assert "acme/$x^2$\N{WHITE SQUARE}" in findings
    assert any(said.endswith("…") for said in findings)
