"""The page `/billing` of a person: figures, versions, files, and what only some may do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.errors import InputError, NotPermittedError, UnknownNameError
from netwb.metrics.billing.months import parse_month
from netwb.roles import Role
from netwb.views.billing.page import BillingView
from netwb.workbench import Workbench
from tests.benches import Rig, rig, with_parts
from tests.counted import count, give_ports
from tests.views.people import log_in
from tests.views.slow import SlowStore, until_said
from tests.views.visits import HOSTILE, Visit, run

OCTOBER = parse_month("2026-10", "Europe/Berlin")
MONTH = "&month=2026-10"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """On 20 November: acme's port carried about 100 Mbit/s in October's last two days, umbra's too."""
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as one:
        for slug, device in (("acme", "acme/edge1"), ("umbra", "umbra/pe1")):
            (port, _) = give_ports(one.bench, one.devices[device], "xe-0/0/0", "xe-0/0/1")
            count(one.bench, port, until=datetime.fromtimestamp(OCTOBER.until, UTC), minutes=2880)
            one.bench.add_port_group(
                slug,
                f"transit {slug}",
                commit_bps="50M",
                time_zone="Europe/Berlin",
                add_ports=[(device, "xe-0/0/0")],
            )
        yield one


@pytest.fixture
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER, zone="Europe/Berlin")


@pytest.fixture
def customer(made: Rig) -> Workbench:
    return log_in(made, "cora", Role.CUSTOMER, ("acme",))


def loaded(made: Rig, bench: Workbench, search: str) -> Visit:
    return run(Visit(BillingView, bench, made, search).load())


def test_a_bill_has_its_figure_its_windows_and_how_it_is_found(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")
    (bill,) = engineer.bill("acme", "2026-10").groups
    assert bill.billed is not None

    assert "transit acme" in page.text
    assert f"{bill.billed.bps:,} bit/s" in page.text
    assert f"rank {bill.billed.rank:,} of {bill.billed.windows:,}" in page.text
    assert bill.digest in page.text
    assert "Not frozen" in page.text
    chart = page.view.chart
    assert len(chart.lines["in"].data["at"]) == bill.windows
    assert len(chart.bands["gone"].data["left"]) == len(bill.missing) == 1


def test_the_list_that_overtakes_a_slow_bill_is_not_dim(made: Rig, engineer: Workbench) -> None:
    async def story() -> tuple[object, object]:
        page = await Visit(BillingView, engineer, made, f"?of=acme{MONTH}").load()
        parts = page.frame.bench._parts
        slow = SlowStore(parts.metrics)
        page.frame.bench = copy(page.frame.bench)
        counting = replace(parts.counting, store=slow)  # type: ignore[arg-type]  # it only reads
        page.frame.bench._parts = with_parts(parts, counting=counting)
        act = page.act("month", value="2026-11")
        try:
            reckoning = await until_said(page.view.tools, "Reckoning", act)
            was = page.view.head.styles.get("opacity")
            page.frame.address.set(of=None)
            await page.view.load()
        finally:
            slow.goes_on.set()
        await reckoning
        assert "Port groups" in page.text or "transit umbra" in page.text
        return was, page.view.head.styles.get("opacity")

    assert run(story()) == (".45", "1")


def test_a_bill_that_takes_its_time_says_so_while_it_lasts(made: Rig, engineer: Workbench) -> None:
    async def story() -> tuple[str, object, Visit]:
        page = await Visit(BillingView, engineer, made, f"?of=acme{MONTH}").load()
        parts = page.frame.bench._parts
        slow = SlowStore(parts.metrics)
        page.frame.bench = copy(page.frame.bench)
        counting = replace(parts.counting, store=slow)  # type: ignore[arg-type]  # it only reads
        page.frame.bench._parts = with_parts(parts, counting=counting)
        act = page.act("month", value="2026-11")
        try:
            reading = await until_said(page.view.tools, "Reckoning", act)
        finally:
            slow.goes_on.set()
        waits, dim = page.text, page.view.room.styles.get("opacity")
        await reading
        return waits, dim, page

    waits, dim, page = run(story())

    assert "Reckoning\N{HORIZONTAL ELLIPSIS} 1 s" in waits
    assert dim == ".45"
    assert page.view.room.styles["opacity"] == "1"
    assert "Reckoning" not in page.text
    assert "The month is not over" in page.text


def test_a_window_is_told_by_the_clocks_of_the_contract(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")

    told = page.view.chart.lines["in"].data
    clocks = [datetime.fromtimestamp(told["local"][place] / 1_000, UTC) for place in (0, -1)]
    assert [f"{at:%d %H:%M}" for at in clocks] == ["01 00:00", "31 23:55"]  # clocks changed between
    assert told["out"][-2] == pytest.approx(told["in"][-2] / 3, rel=0.01)


def test_without_a_tenant_each_leads_to_its_bill(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer, "?month=2026-10")

    assert "transit acme" in page.text
    assert "transit umbra" in page.text
    run(page.act("bill-of", of="umbra"))
    assert "Above it" in page.text
    assert page.frame.address["of"] == "umbra"


def test_a_customer_sees_the_own_bill_alone_and_changes_nothing(
    made: Rig, customer: Workbench
) -> None:
    page = loaded(made, customer, "?month=2026-10")

    assert "transit acme" in page.text
    assert "umbra" not in page.html
    assert "Freeze" not in page.text
    assert "Leave out" not in page.text
    with pytest.raises(NotPermittedError):
        run(page.act("ask-freeze"))
    assert "billing.edit" in run(page.refusal("freeze", fields={}))
    assert customer.bill("acme", "2026-10").versions == ()


def test_another_tenants_bill_reads_like_one_that_is_not(made: Rig, customer: Workbench) -> None:
    foreign, missing = (
        loaded(made, customer, f"?of={slug}{MONTH}").text for slug in ("umbra", "imbra")
    )

    told = [re.sub(r"reference \w+|[ui]mbra", "", said) for said in (foreign, missing)]
    assert told[0] == told[1]


def test_a_month_is_frozen_with_a_look_at_what_is_kept_reopened_and_compared(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")

    run(page.act("ask-freeze"))
    assert "Freeze as version 1" in page.text
    assert engineer.bill("acme", "2026-10").versions == ()
    run(page.send("freeze"))
    assert "Frozen as version 1" in page.text
    run(page.act("ask-reopen"))
    assert "reason" in run(page.refusal("reopen", fields={"reason": " "}))
    run(page.send("reopen", reason="works"))
    run(page.act("ask-exclude"))
    run(
        page.send(
            "exclude", since="2026-10-31T00:00", until="2026-10-31T06:00", reason="works", group=""
        )
    )
    run(page.act("ask-freeze"))
    run(page.send("freeze"))

    assert "Frozen as version 2" in page.text
    assert len(page.view.chart.bands["left"].data["left"]) == 1
    old, new = (
        one.groups[0] for one in (engineer.bill("acme", "2026-10", version=n) for n in (1, 2))
    )
    assert f"{old.present:,}" in page.text
    assert f"{new.present:,}" in page.text
    run(page.act("version", version="1"))
    assert "Version 1 is not in force" in page.text


def test_what_is_left_out_is_taken_back_but_not_of_a_frozen_month(
    made: Rig, engineer: Workbench, customer: Workbench
) -> None:
    works = engineer.exclude_from_bill(
        "acme", since="2026-10-31T00:00", until="2026-10-31T06:00", reason="works"
    )
    page = loaded(made, engineer, f"?of=acme{MONTH}")
    assert "Take back" in page.text
    assert "Take back" not in loaded(made, customer, f"?of=acme{MONTH}").text
    assert "Take back" not in loaded(made, engineer, "?of=acme&month=2026-11").text

    run(page.send("freeze"))
    assert "works" in page.text
    assert "Take back" not in page.text
    run(page.act("include", exclusion=works.id))
    assert len(engineer.bill_exclusions("acme")) == 1
    run(page.send("reopen", reason="works were ours"))
    run(page.act("ask-include", exclusion=works.id))
    assert "of all groups, is left out for works" in page.text
    run(page.act("include", exclusion=works.id, fields={}))

    assert len(engineer.bill_exclusions("acme")) == 0
    assert len(page.view.chart.bands["left"].data["left"]) == 0


def test_a_group_is_renamed_and_retired_after_a_question(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")
    assert "1 port; the higher of the 95th percentiles in and out; commit 50 Mbit/s" in page.text

    run(page.act("ask-rename-group", group="transit acme"))
    assert "Rename port group transit acme of acme" in page.text
    made.bench.add_port_group("acme", "second")
    taken = run(page.refusal("rename-group", group="transit acme", fields={"name": "second"}))
    assert "is there already" in taken
    run(page.act("rename-group", group="transit acme", fields={"name": "uplink"}))
    assert {one.name for one in engineer.port_groups()} == {"uplink", "second", "transit umbra"}
    assert page.frame.address["group"] == "uplink"

    run(page.act("ask-retire-group", group="uplink"))
    assert "all of 2026-10 and 2026-11" in page.text
    assert len(engineer.port_groups()) == 3
    run(page.act("retire-group", group="uplink", fields={}))
    assert {one.name for one in engineer.port_groups()} == {"second", "transit umbra"}
    assert "uplink" not in page.text


def test_a_group_is_made_on_the_page_and_what_cannot_be_is_said_in_its_dialog(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, "?month=2026-10")
    asked = {"of": "acme", "name": "peering", "method": "sum", "commit": "1.5G", "zone": "UTC"}

    run(page.act("ask-add-group"))
    assert "New port group" in page.text
    assert "Acme (acme)" in page.text
    zone = run(page.refusal("add-group", fields={**asked, "zone": "Mars/Olympus"}))
    assert "Mars/Olympus" in zone
    assert 'value="peering"' in page.html, "what was typed stays"
    run(page.act("add-group", fields=asked))

    found = engineer.port_group("acme", "peering").group
    assert (found.method, found.commit_bps, found.time_zone) == ("sum", 1_500_000_000, "UTC")
    assert (page.frame.address["of"], page.frame.address["group"]) == ("acme", "peering")
    assert "No port is in this group" in page.text


def test_terms_of_a_group_are_changed_on_the_page(made: Rig, engineer: Workbench) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")

    run(page.act("ask-change-group", group="transit acme"))
    assert 'value="50000000"' in page.html
    asked = {"method": "in", "commit": "", "zone": "Europe/Berlin"}
    run(page.act("change-group", group="transit acme", fields=asked))

    found = engineer.port_group("acme", "transit acme").group
    assert (found.method, found.commit_bps) == ("in", None)
    assert "1 port; the 95th percentile in; no commit" in page.text


def test_ports_are_put_in_and_taken_out_on_the_page_from_when_on_one_says(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, f"?of=acme{MONTH}")
    group = {"group": "transit acme"}

    run(page.act("ask-group-ports", **group))
    assert "In it: acme/edge1 xe-0/0/0." in page.text
    assert '<option value="acme/edge1 xe-0/0/1">' in page.html
    assert "umbra" not in page.html.partition("<datalist")[2]
    asked = {"what": "put", "port": "acme/edge1", "since": ""}
    assert "a blank between" in run(page.refusal("group-ports", **group, fields=asked))
    asked = {"what": "put", "port": "acme/edge1 xe-0/0/1", "since": "2026-10-30T00:00"}
    run(page.act("group-ports", **group, fields=asked))
    run(page.act("group-ports", **group, fields={**asked, "what": "take", "since": ""}))

    (one,) = (port for port in engineer.port_group("acme", "transit acme").ports if port.since)
    assert (one.name, one.since) == ("xe-0/0/1", datetime(2026, 10, 30, tzinfo=UTC))
    assert one.until == made.clock.now
    assert "1 port, 1 was in it before" in page.text


def test_who_may_not_change_bills_sees_what_a_group_has_and_no_act(
    made: Rig, customer: Workbench
) -> None:
    page = loaded(made, customer, "?month=2026-10")

    assert "The group now" in page.text
    assert "Retire" not in page.text
    assert "New group" not in page.text
    refused = run(page.refusal("retire-group", group="transit acme", fields={}))
    assert "billing.edit" in refused
    assert len(customer.port_groups()) == 1


def test_files_hold_what_is_on_the_page(made: Rig, customer: Workbench) -> None:
    page = loaded(made, customer, "?month=2026-10")
    (bill,) = customer.bill("acme", "2026-10").groups
    assert bill.billed is not None

    run(page.act("csv"))
    run(page.act("pdf"))

    (name, table), (paper, content) = page.frame.saved
    assert (name, paper) == ("bill-acme-2026-10-transit-acme.csv", "bill-acme-2026-10.pdf")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    rates = sorted(int(row["in bit/s"]) for row in rows if row["in bit/s"])
    assert rates[bill.billed.rank - 1] == bill.billed.bps
    assert content.startswith(b"%PDF-")


def test_counters_that_go_soon_are_warned_of(made: Rig, engineer: Workbench) -> None:
    made.clock.now = datetime(2026, 11, 2, tzinfo=UTC)
    assert "kept until 4 Nov 2026" in loaded(made, engineer, f"?of=acme{MONTH}").text
    made.clock.now = datetime(2026, 11, 6, tzinfo=UTC)
    assert (
        "Since 4 Nov 2026 not all of its counters are kept"
        in loaded(made, engineer, f"?of=acme{MONTH}").text
    )


def test_a_month_that_is_not_over_has_a_forecast_and_is_not_frozen(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, "?of=acme&month=2026-11")

    assert "Forecast" in page.text
    assert "The month is not over: 5,507 of its 8,640 windows are." in page.text
    with pytest.raises(InputError, match="is not over"):
        run(page.act("ask-freeze"))


def test_a_group_without_ports_and_one_without_data_say_so(made: Rig, engineer: Workbench) -> None:
    made.bench.add_port_group("acme", "empty")
    made.bench.add_port_group("acme", "silent", add_ports=[("acme/edge1", "xe-0/0/1")])

    page = loaded(made, engineer, f"?of=acme&group=empty{MONTH}")
    assert "No port is in this group" in page.text
    assert "Only some ports have data" not in page.text
    assert "No window is missing" not in page.text
    run(page.act("group", group="silent"))
    assert "no data" in page.text
    assert len(page.view.room) == 0


@pytest.mark.parametrize(
    "search",
    [
        f"?of=acme&month={HOSTILE}",
        f"?of=acme&group={HOSTILE}{MONTH}",
        f"?of=acme&version={HOSTILE}{MONTH}",
        f"?of={HOSTILE}",
        f"?of=acme&version=7{MONTH}",
        "?of=acme&month=2027-01",
    ],
)
def test_what_an_address_says_is_never_obeyed(made: Rig, engineer: Workbench, search: str) -> None:
    page = loaded(made, engineer, search)

    assert "<img" not in page.html
    assert page.text


def test_names_that_come_from_elsewhere_are_inert(made: Rig, engineer: Workbench) -> None:
    give_ports(made.bench, made.devices["acme/edge1"], HOSTILE)
    made.bench.add_port_group("acme", "evil <b>", add_ports=[("acme/edge1", HOSTILE)])
    made.bench.exclude_from_bill(
        "acme", since="2026-10-31T00:00", until="2026-10-31T06:00", reason="<script>x</script>"
    )

    page = loaded(made, engineer, f"?of=acme&group=evil <b>{MONTH}")

    assert "<img" not in page.html
    assert "<script" not in page.html
    assert "onerror" in page.text


def test_a_group_that_is_not_there_has_no_file(customer: Workbench) -> None:
    with pytest.raises(UnknownNameError):
        customer.bill_pdf("acme", "2026-10", group="transit umbra")
