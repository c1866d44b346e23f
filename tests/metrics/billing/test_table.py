"""The CSV of a bill: the same figure comes out of it, and nothing hostile."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

import pytest

from netwb.metrics.billing.months import parse_month
from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import Exclusion
from netwb.metrics.billing.table import csv_of
from tests.metrics.billing.counted import NOVEMBER, at, counted

HOSTILE = ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", '"quoted", and so on', "two\nlines\r\n"]


def figure_from_csv(text: str, column: str) -> int:
    """What anybody writes in a minute; a spreadsheet's SMALL(column; CEILING(0.95 * COUNT()))."""
    cells = [row[column] for row in csv.DictReader(io.StringIO(text))]
    rates = sorted(int(cell) for cell in cells if cell != "")
    rank = math.ceil(95 * len(rates) / 100)
    return rates[rank - 1]


def uneven() -> Counted:
    one: list[int | None] = [(n * 7919) % 100_003 for n in range(8640)]
    other: list[int | None] = [(n * 104_729) % 99_991 for n in range(8640)]
    one[5:9] = [None] * 4
    other[7:12] = [None] * 5
    works = Exclusion(since=at(100), until=at(110), reason="works")
    return counted(one, other, sent=[other, one], exclusions=(works,))


@pytest.mark.parametrize("method", ["higher", "sum", "in", "out"])
def test_the_same_figure_comes_out_of_the_csv(method: str) -> None:
    given = uneven()
    given = replace(given, terms=replace(given.terms, method=method))  # type: ignore[arg-type] # one of them
    text, bill = csv_of(given), reckon(given)

    assert bill.billed is not None
    assert bill.percentiles
    for one in bill.percentiles:
        assert figure_from_csv(text, f"{one.direction} bit/s") == one.bps


def test_a_row_is_a_window_and_says_what_it_counts_as() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(uneven()))))

    assert len(rows) == 8640
    assert [rows[n]["state"] for n in (0, 5, 7, 9, 100)] == [
        "counted",
        "partial",
        "missing",
        "partial",
        "excluded",
    ]
    assert rows[5]["acme/edge1 Eth0 in octets"] == ""
    assert rows[7]["in bit/s"] == rows[7]["sum octets"] == ""
    assert rows[100]["in octets"] != ""
    assert rows[100]["in bit/s"] == ""


def test_of_a_month_that_is_not_over_the_windows_to_come_stand_there_empty() -> None:
    given = counted([300, None, 500])
    rows = list(csv.DictReader(io.StringIO(csv_of(given))))

    assert len(rows) == NOVEMBER.windows
    assert [row["state"] for row in rows[:4]] == ["counted", "missing", "counted", "to come"]
    assert rows[-1] == {
        **dict.fromkeys(rows[0], ""),
        "window (UTC)": "2026-11-30T23:55:00Z",
        "window (local)": "2026-11-30T23:55:00+00:00",
        "state": "to come",
    }
    assert figure_from_csv(csv_of(given), "in bit/s") == 500 * 8 // 300


def test_windows_stand_in_both_zones() -> None:
    month = parse_month("2026-10", "Europe/Berlin")
    rows = list(csv.reader(io.StringIO(csv_of(counted([1, 2], month=month)))))

    assert rows[1][:2] == ["2026-09-30T22:00:00Z", "2026-10-01T00:00:00+02:00"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_ports_are_harmless(name: str) -> None:
    given = counted([1])
    port = replace(given.ports[0], device=name, name=name)
    text = csv_of(replace(given, ports=(port,)))
    head, row, *_ = csv.reader(io.StringIO(text))

    assert len(head) == len(row) == 11
    assert not head[3].startswith(("=", "+", "-", "@"))
    assert len(text.splitlines()) == 1 + NOVEMBER.windows


def test_a_group_without_ports_has_windows_and_no_figures() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(counted()))))

    assert len(rows) == NOVEMBER.windows
    assert {row["state"] for row in rows} == {"no ports"}  # and none is missing
