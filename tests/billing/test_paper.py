"""Bills as PDF: what stands on them can be read back, and nothing that a device says acts there."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf

from netwb.billing.paper import pdf_of
from netwb.billing.records import BillVersion, TenantBill
from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import Exclusion
from tests.metrics.billing.counted import at, counted

SECOND = BillVersion(version=2, frozen_at=datetime(2026, 12, 1, 8, tzinfo=UTC), frozen_by="ana")
HOSTILE = "$\\frac{x}{0}$ $ ^_{ \u202eevil\x00\n<b> \u6f22 " + "w" * 4000


def printed(
    *groups: Counted, frozen: BillVersion | None = SECOND, windows: bool = True
) -> list[str]:
    """The text of each page."""
    return [
        page.extract_text()
        for page in pypdf.PdfReader(io.BytesIO(pdf(*groups, frozen=frozen, windows=windows))).pages
    ]


def pdf(*groups: Counted, frozen: BillVersion | None = SECOND, windows: bool = True) -> bytes:
    bills = tuple(reckon(one) for one in groups)
    bill = TenantBill(
        tenant_id="t1", tenant="acme", month="2026-11", frozen=frozen, versions=(), groups=bills
    )
    return pdf_of(bill, bills, {one.terms.group: one for one in groups} if windows else {})


def uneven() -> Counted:
    octets: list[int | None] = [(n * 7919) % 100_003 for n in range(8640)]
    octets[10:13] = [None] * 3
    works = Exclusion(since=at(100), until=at(110), reason="works, ticket 4")
    return counted(octets, commit_bps=1_000_000, exclusions=(works,))


def test_a_page_has_the_figure_and_how_it_is_reckoned_again() -> None:
    given = uneven()
    bill = reckon(given)
    assert bill.billed is not None

    (text,) = printed(given)

    words = " ".join(text.split())
    assert f"{bill.billed.bps:,} bit/s" in words
    assert f"{bill.billed.octets:,} octets" in words
    assert f"rank {bill.billed.rank:,} of {bill.billed.windows:,}" in words
    assert "1 Mbit/s (1,000,000 bit/s)" in words
    assert "the higher of the 95th percentiles in and out" in words
    assert "2026-11 of UTC, 8,640 windows" in words
    assert "3 windows: 2026-11-01 00:50 to 01:05 UTC" in words
    assert "2026-11-01 08:20 to 09:10 UTC: works, ticket 4" in words
    assert "Version 2, frozen 2026-12-01 08:00 UTC by ana" in words
    assert "acme/edge1 Eth0" in words
    assert bill.digest in words
    assert 'SMALL(column "in bit/s"' in words


def test_the_same_bill_gives_the_same_bytes() -> None:
    assert pdf(uneven()) == pdf(uneven())


def test_a_group_has_a_page_of_its_own_and_none_without_a_figure_is_left_out() -> None:
    empty = replace(counted(), terms=replace(counted().terms, group="empty"))
    silent = replace(counted([None] * 8640), terms=replace(counted().terms, group="silent"))

    pages = printed(uneven(), empty, silent)

    assert [page.partition("·")[2].split()[0] for page in pages] == ["transit", "empty", "silent"]
    assert "no port was in this group" in pages[1]
    assert "8,640 windows:" not in pages[1]
    assert "no data" in pages[2]


def test_a_month_that_is_not_frozen_is_a_draft_and_one_that_is_not_over_has_a_forecast() -> None:
    (text,) = printed(counted([1500] * 2016), frozen=None)

    assert "DRAFT: the month is not over: 2,016 of its 8,640 windows are" in " ".join(text.split())
    assert "Forecast" in text
    assert "DRAFT: the month is not frozen" in printed(uneven(), frozen=None)[0]


def test_a_long_note_goes_on_in_the_next_line() -> None:
    given = uneven()
    note = f"{given.terms.group}: {'its ports came into it after the month; ' * 6}--since dates that back"
    bill = TenantBill(
        tenant_id="t1",
        tenant="acme",
        month="2026-11",
        frozen=None,
        versions=(),
        groups=(reckon(given),),
        notes=(note,),
    )

    content = pdf_of(bill, bill.groups, {given.terms.group: given})

    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    assert note in " ".join(page.extract_text().split())


def test_what_is_not_in_force_any_more_says_so() -> None:
    gone = replace(SECOND, reopened_at=SECOND.frozen_at, reopened_by="ana", reason="works")

    assert "NOT IN FORCE" in printed(uneven(), frozen=gone)[0]


def test_figures_outlive_their_windows() -> None:
    (text,) = printed(uneven(), windows=False)

    assert "kept for 26 months" in text


def test_names_are_set_as_they_are_and_never_read_as_formulas() -> None:
    given = counted(*[[n % 97 for n in range(8640)]] * 900)
    port = replace(given.ports[0], device=HOSTILE, name=HOSTILE, circuit_ref=HOSTILE)
    (text,) = printed(
        replace(
            given,
            terms=replace(given.terms, group=HOSTILE),
            ports=(port,) * 900,
            exclusions=tuple(
                Exclusion(since=at(n), until=at(n + 1), reason=HOSTILE) for n in range(40)
            ),
        )
    )

    assert "$\\frac{x}{0}$" in text
    assert "\u202e" not in text
    assert "894 more" in text
    assert "SHA-256" in text
