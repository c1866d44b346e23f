"""What a report says: in words, as rows, on paper. What comes from a device or a person acts nowhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pypdf

from netwb.reports.coverage import month_of, sums_of
from netwb.reports.paper import pdf_of
from netwb.reports.records import (
    AccessReport,
    Chain,
    CoverageReport,
    Denied,
    DeviceMonth,
    Entry,
    HeldText,
)
from netwb.reports.sections import coverage_sections, sentence_of
from netwb.reports.table import COVERAGE, csv_of
from tests.month_reports.months import day, facts, month, tries

EVERY = list(range(1, 31))
HOSTILE = '=HYPERLINK("http://evil")\u202e\x00 $x^2$ ' + "w" * 300


def saved_but_on(
    *bad: int, hostname: str = "edge1", held: tuple[HeldText, ...] = ()
) -> DeviceMonth:
    good = [number for number in EVERY if number not in bad]
    given = tries(unchanged=good, failed__UnreachableError=bad)
    one = month_of(facts(*given, hostname=hostname, held=held), month(), horizon=None)
    assert one is not None
    return one


def coverage(*devices: DeviceMonth) -> CoverageReport:
    return CoverageReport(
        month=month(), of="", devices=devices, sums=sums_of(devices), notes=("read it so",)
    )


def access(*denied: Denied) -> AccessReport:
    event = Entry(
        seq=7,
        at=day(3),
        actor="ana",
        action="config.reveal",
        target="acme/edge1@0123",
        tenant="acme",
        detail={"reason": HOSTILE},
    )
    return AccessReport(
        month=month(),
        of="acme",
        people=(),
        tokens=(),
        changes=(),
        later=(),
        denied=denied,
        reveals=(event,),
        machine=(),
        quarantine=(),
        blackholes=(),
        chain=Chain(whole=True, says="The audit trail was verified"),
        notes=(),
    )


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def printed(report: CoverageReport | AccessReport) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf_of(report))).pages]


def test_sum_line_reads_aloud() -> None:
    said = sentence_of(coverage(saved_but_on(4, 5), saved_but_on(hostname="edge2")))

    assert said == (
        "2 devices: 60 nights due, 58 saved (0 changed, 58 unchanged, 0 accepted by a person), 2 not"
        " saved (2 failed, 0 rejected, 0 not tried). 60 whole days in service, without a good copy: 2;"
        " each device had a good copy at the end; 0 revisions; 0 texts quarantined, 0 of them accepted."
    )


def test_what_is_not_known_is_said_so_and_never_counted_as_nothing() -> None:
    gone = month_of(facts(copy_before=None), month(), horizon=day(1, of="2027-03"))
    assert gone is not None
    report = coverage(gone)

    (row,) = coverage_sections(report)[1].rows
    device, _ = rows_of(csv_of(report))

    assert "30 of which netwb has no record any more" in sentence_of(report)
    assert "without a good copy: not known" in sentence_of(report)
    assert row.count("not known") == 3, "days without, the gap, the copy's age"
    assert (device["days_without"], device["longest_gap_h"], device["no_record"]) == ("", "", "30")


def test_nights_in_a_row_with_one_cause_are_one_line() -> None:
    _, _, nights, _ = coverage_sections(coverage(saved_but_on(4, 5, 6, 20)))

    assert nights.rows == (
        ("acme/edge1", "3", "2026-11-04 02:00", "2026-11-06 02:00", "failed", "UnreachableError"),
        ("acme/edge1", "1", "2026-11-20 02:00", "2026-11-20 02:00", "failed", "UnreachableError"),
    )


def test_rows_add_up_to_the_sum_line() -> None:
    held = HeldText(
        at=day(4), cause="ShrunkConfigError", status="held", settled_at=None, settled_by=""
    )
    report = coverage(saved_but_on(4, 5, held=(held,)), saved_but_on(9, hostname="edge2"))

    *devices, line = rows_of(csv_of(report))

    assert (line["tenant"], line["hostname"]) == ("sum", "2 devices")
    for column in ("nights_due", "saved", "not_saved", "failed", "whole_days", "quarantined"):
        assert int(line[column]) == sum(int(one[column]) for one in devices), column


def test_each_tenant_has_its_own_sums() -> None:
    other = replace(saved_but_on(9), tenant="umbra")

    tenants = coverage_sections(
        coverage(saved_but_on(4, 5), saved_but_on(hostname="edge2"), other)
    )[0]

    assert [row[:5] for row in tenants.rows] == [
        ("acme", "2", "60", "58", "2"),
        ("umbra", "1", "30", "29", "1"),
    ]


def test_no_cell_is_a_formula() -> None:
    report = coverage(replace(saved_but_on(), hostname="=1+1", site="@sum"))
    denied = Denied(
        actor="=cmd",
        action="denied.x",
        target="-2",
        times=3,
        first_at=day(1),
        last_at=day(2),
        reason="+",
    )

    for text in (csv_of(report), csv_of(access(denied))):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert all(cell.isprintable() for cell in cells)
    assert tuple(rows_of(csv_of(report))[0]) == COVERAGE


def test_paper_has_what_has_to_be_known_before_the_table() -> None:
    (page,) = printed(coverage(saved_but_on(4)))

    words = " ".join(page.split())
    assert (
        words.index("1 device: 30 nights due")
        < words.index("read it so")
        < words.index("acme/edge1")
    )
    assert "1 of 1" in words


def test_thousand_devices_go_on_page_after_page() -> None:
    many = [replace(saved_but_on(), hostname=f"edge{number:04}") for number in range(300)]

    pages = printed(coverage(*many))

    assert len(pages) > 3
    text = " ".join(pages)
    assert all(f"acme/edge{number:04}" in text for number in range(300))
    assert "Devices (goes on)" in pages[1]


def test_hostile_words_are_printed_as_they_are_and_stay_on_the_page() -> None:
    (page,) = printed(access())

    assert "$x^2$" in page
    assert "ana" in page
    assert "\x00" not in page


def test_paper_says_when_the_report_was_made_and_nobody_else_s_clock() -> None:
    told = pypdf.PdfReader(io.BytesIO(pdf_of(access()))).metadata

    assert told is not None
    assert (told.creation_date, told.title) == (month().now, "Access of acme in 2026-11")


def test_letters_of_any_script_are_found_on_paper_again() -> None:
    odd = "édge-Ωж-\N{CJK UNIFIED IDEOGRAPH-4E2D}"

    (page,) = printed(coverage(replace(saved_but_on(), hostname=odd)))

    assert "acme/édge-Ωж-□" in page  # of the last one the font has no picture


def test_the_same_report_gives_the_same_bytes() -> None:
    report = coverage(saved_but_on(4), saved_but_on(hostname="edge2"))

    assert pdf_of(report) == pdf_of(report)
