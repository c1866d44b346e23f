"""Which rows and columns of compliance are shown, in which order, and what the browser is given."""

from __future__ import annotations

import csv
import io
import json
from time import thread_time

import pytest

from netwb.compliance.report import ComplianceReport
from netwb.views.address import Address
from netwb.views.compliance.files import cells_csv
from netwb.views.compliance.grid import Shown, choose, grid_text, sites
from netwb.views.compliance.look import Look, look_of
from tests.views.compliance.made_compliance import NOW, RULES, device, report, rule
from tests.views.hostile import HOSTILE, NEVER_SHOWN

MADE = report(
    {
        "acme/edge1": "x.n",
        "acme/core1": "...",
        "acme/edge2": ".x.",
        "acme/edge3": "w?s",
        "umbra/pe1": "-x-",
        "umbra/rr1": "---",
    }
)


def seen(found: ComplianceReport, search: str = "") -> Shown:
    return choose(found, look_of(Address(search)), NOW)


def names(shown: Shown) -> list[str]:
    return [line.one.hostname for line in shown.lines]


def items(found: ComplianceReport, search: str = "") -> list[list[str]]:
    address = Address(search, page="compliance")
    look = look_of(address)
    told: list[list[str]] = json.loads(grid_text(choose(found, look, NOW), look, address, NOW))[
        "items"
    ]
    return told


def test_devices_stand_worst_first_within_their_tenant() -> None:
    assert names(seen(MADE)) == ["edge1", "edge2", "edge3", "core1", "pe1", "rr1"]


def test_the_sum_counts_each_cell_once_and_a_new_one_among_the_broken() -> None:
    shown = seen(MADE)

    assert shown.counts == {
        "non_compliant": 4,
        "not_evaluated": 1,
        "stale": 1,
        "waived": 1,
        "compliant": 6,
    }
    assert sum(shown.counts.values()) == sum(len(one.cells) for one in MADE.devices)
    assert shown.fresh == 1


@pytest.mark.parametrize(
    ("search", "rows", "columns"),
    [
        ("?only=open", ["edge1", "edge2", "pe1"], ["ssh-v2", "ntp-two", "banner"]),
        ("?only=new", ["edge1"], ["banner"]),
        ("?only=open,new", ["edge1"], ["banner"]),
        ("?state=stale", ["edge3"], ["banner"]),
        ("?state=waived", ["edge3"], ["ssh-v2"]),
        ("?state=non_compliant&rules=ntp-two", ["edge2", "pe1"], ["ntp-two"]),
        ("?site=umbra/fra1", ["pe1", "rr1"], ["ssh-v2", "ntp-two", "banner"]),
        ("?rules=high", ["edge1", "edge3", "core1", "edge2", "pe1", "rr1"], ["ssh-v2"]),
        ("?rules=nothing", ["core1", "edge1", "edge2", "edge3", "pe1", "rr1"], []),
        ("?state=fine&sort=best", ["edge1", "edge2", "edge3", "core1", "pe1", "rr1"], None),
    ],
)
def test_filters_leave_rows_and_columns_that_have_what_is_asked_for(
    search: str, rows: list[str], columns: list[str] | None
) -> None:
    shown = seen(MADE, search)

    assert names(shown) == rows
    assert [one.id for one in shown.rules] == (
        columns or [one.id for one in RULES][: len(shown.rules)]
    )


def test_by_rule_the_rule_that_most_break_comes_first_and_who_breaks_it_on_top() -> None:
    shown = seen(MADE, "?sort=rule")

    assert [one.id for one in shown.rules] == ["ntp-two", "ssh-v2", "banner"]
    assert names(shown)[:2] == ["edge2", "edge1"]


def test_by_site_a_group_is_a_site() -> None:
    assert [item[1] for item in items(MADE, "?sort=site") if item[0] == "g"] == [
        "acme / fra1",
        "umbra / fra1",
    ]


def test_a_group_counts_all_of_its_devices_whatever_is_left_out() -> None:
    assert items(MADE, "?only=new")[0] == ["g", "acme", "4 devices, 3 findings"]


def test_many_good_devices_are_said_once_and_come_when_asked_for() -> None:
    many = report({"acme/edge1": "x..", **{f"acme/core{n}": "..." for n in range(20)}})

    folded, unfolded = items(many), items(many, "?good=1")

    assert [item[0] for item in folded] == ["g", "d", "n"]
    assert "20 devices compliant<" in folded[-1][1]
    assert [item[0] for item in unfolded].count("d") == 21
    assert seen(many, "?only=open").good == 0


def test_devices_that_break_nothing_are_folded_and_it_is_said_that_not_all_of_them_is_known() -> (
    None
):
    made = report(
        {
            "acme/edge1": "x..",
            **{f"acme/core{n}": "..?" for n in range(20)},
            **{f"acme/leaf{n}": "..." for n in range(3)},
            "acme/odd1": ".??",
        }
    )

    told = items(made)

    assert [item[2] for item in told if item[0] == "d"] == ["edge1", "odd1"]
    assert (
        "3 devices compliant; 20 devices break no rule, but not each could be evaluated"
        in (told[-1][1])
    )


def test_a_device_without_any_copy_or_with_a_stale_one_says_so_and_is_not_good() -> None:
    stale = device("pe1", "sss", RULES, copy_at=NOW.replace(day=20))
    never = device("pe2", "???", RULES, copy_at=None, revision=None)
    made = ComplianceReport(at=NOW, rules=RULES, devices=(stale, never), checked_at=NOW)

    notes = {item[2]: item[4] for item in items(made) if item[0] == "d"}

    assert notes == {"pe1": "stale 3 d", "pe2": "no copy"}
    assert not any(line.is_good for line in seen(made).lines)


def test_a_device_that_no_rule_means_has_dashes() -> None:
    assert next(item[5] for item in items(MADE) if item[2] == "rr1") == "---"


def test_the_next_finding_goes_on_as_one_reads_and_begins_anew() -> None:
    shown = seen(MADE)
    found, at = [], ("", "")
    for _ in range(5):
        at = shown.after(*at) or ("", "")
        found.append((at[0].removeprefix("id-"), at[1]))

    assert found == [
        ("edge1", "ssh-v2"),
        ("edge1", "banner"),
        ("edge2", "ntp-two"),
        ("pe1", "ntp-two"),
        ("edge1", "ssh-v2"),
    ]
    assert seen(report({"acme/core1": "..."})).after("", "") is None
    assert shown.first_of("id-edge2") == "ntp-two"
    assert shown.first_of("id-core1") == "ssh-v2"
    assert shown.first_of("id-nobody") == ""


def test_a_rule_of_a_tenants_own_stands_in_the_column_of_its_id() -> None:
    own = rule("ntp-two", tenant="acme", source="tenant")
    made = report({"acme/edge1": "x.x"}, rules=RULES)
    made = ComplianceReport(
        at=NOW, rules=(*RULES, own), devices=made.devices, checked_at=made.checked_at
    )

    assert [one.id for one in seen(made).rules] == ["ssh-v2", "ntp-two", "banner"]


def test_hostile_names_travel_as_text_that_json_carries() -> None:
    made = ComplianceReport(
        at=NOW, rules=RULES, devices=tuple(device(one, "x..", RULES) for one in HOSTILE)
    )
    address = Address(page="compliance")

    text = grid_text(choose(made, Look(), NOW), Look(), address, NOW)

    assert text.encode()
    drawn = [item for item in json.loads(text)["items"] if item[0] != "d"]
    assert not [char for char in NEVER_SHOWN if char in json.dumps(drawn, ensure_ascii=False)]


def test_the_csv_has_a_row_a_cell_of_what_is_shown() -> None:
    def rows(search: str) -> list[dict[str, str]]:
        look = look_of(Address(search))
        content = cells_csv(choose(MADE, look, NOW), MADE, look)
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    assert len(rows("")) == 13
    assert [(row["device"], row["rule"], row["state"]) for row in rows("?only=open")] == [
        ("edge1", "ssh-v2", "not compliant"),
        ("edge1", "banner", "not compliant"),
        ("edge2", "ntp-two", "not compliant"),
        ("pe1", "ntp-two", "not compliant"),
    ]
    assert rows("?state=waived")[0]["since"] == "2026-11-03T08:42:00Z"


def test_every_site_can_be_chosen() -> None:
    assert sites(MADE) == ("acme/fra1", "umbra/fra1")


def test_two_thousand_devices_by_fifty_rules_are_chosen_in_no_time_that_one_feels() -> None:
    rules = tuple(rule(f"rule-{n}") for n in range(50))
    letters = "." * 50
    broken = "x" + "." * 49
    made = report(
        {f"acme/d{n}": broken if n % 40 == 0 else letters for n in range(2_000)}, rules=rules
    )
    address = Address(page="compliance")

    begun = thread_time()
    shown = choose(made, Look(), NOW)
    text = grid_text(shown, Look(), address, NOW)
    took = thread_time() - begun

    assert shown.good == 1_950
    assert len(shown.lines) == 50
    assert len(text) < 20_000  # of which the browser is sent one
    assert took < 2.0  # 0.1 s here
