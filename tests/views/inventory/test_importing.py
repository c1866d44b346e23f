from __future__ import annotations

import pytest

from netwb.inventory.importers.judge import World, judge
from netwb.inventory.importers.rows import Heading, ImportPlan
from netwb.inventory.importers.table import parse_table, read_header
from netwb.views.inventory import importing as view
from netwb.views.inventory.import_columns import LEFT_OUT, Given, read_options
from netwb.views.inventory.links import Links
from tests.views.inventory.test_rows import device
from tests.views.visits import HOSTILE

HEADER = "tenant,site,hostname,address,platform,Rack"
GOOD = "acme,fra1,new1,192.0.2.50,cisco_ios,7"
BAD = (
    "acme,fra1,edge 9,192.0.2.9,cisco_ios,7",
    "acme,ham1,edge12,192.0.2.12,cisco_ios,7",
    "acme,fra1,=cmd|' /C calc'!A0,192.0.2.311,cisco_ois,7",
)
WORLD = World(
    tenants={"acme": "Acme"},
    sites={("acme", "fra1"): "Frankfurt"},
    credentials=(),
    devices=[device("edge2", address="192.0.2.22")],
    platforms={"cisco_ios"},
)


def given(text: str = "", **changes: object) -> Given:
    headings = read_header(text) if text else ()
    fields = {"name": "site-move.csv", "length": len(text), "kind": "table", "headings": headings}
    return Given(**{**fields, **changes})  # type: ignore[arg-type]


def judged(*lines: str, **changes: object) -> tuple[Given, ImportPlan]:
    text = "\n".join([HEADER, *lines])
    asked = given(text, **changes)
    options = asked.options()
    return asked, judge(parse_table(text, options.columns), options.columns.defaults, WORLD)


def test_a_column_that_is_not_known_is_left_out_until_a_person_names_it() -> None:
    asked = given(HEADER)

    assert asked.options().columns.ignored == {"Rack"}
    named = given(HEADER, mapping={"Rack": "labels"}).options().columns
    assert (named.ignored, named.mapping) == (frozenset(), {"Rack": "labels"})
    blank = given(HEADER, mapping={"tenant": LEFT_OUT}).options().columns
    assert blank.ignored == {"tenant", "Rack"}


def test_a_column_that_nobody_reads_is_said_loudly_until_a_person_decides() -> None:
    page = view.check_page(*judged(GOOD))
    assert "Column “Rack”: not read" in page
    assert '<details class="panel" id="columns" open>' in page

    decided = view.check_page(*judged(GOOD, mapping={"Rack": LEFT_OUT}))
    assert "not read" not in decided
    assert "1 column left out: Rack" in decided


def test_the_form_of_columns_is_read_back() -> None:
    fields = {
        "column-5": "labels",
        "default-site": " fra1 ",
        "default-nothing": "x",
        "create": "yes",
    }

    read = read_options(given(HEADER), fields)

    assert read.mapping == {"Rack": "labels"}
    assert read.defaults == {"site": "fra1"}
    assert read.create
    assert read.options().missing == "create"


def test_the_sum_offers_the_good_rows_only() -> None:
    asked, plan = judged(GOOD, "acme,fra1,edge2,192.0.2.23,cisco_ios,7", *BAD)

    html = view.check_page(asked, plan)

    assert "<b>3</b> refused" in html
    assert "<b>1</b> new" in html
    assert "<b>1</b> changed" in html
    assert "Import the 2 good rows" in html
    assert "address 192.0.2.22 becomes 192.0.2.23" in html


def test_the_sum_counts_what_there_is() -> None:
    asked, plan = judged(*BAD)

    assert "<b>0</b>" not in view.check_page(asked, plan)


def test_without_a_good_row_there_is_nothing_to_import() -> None:
    asked, plan = judged(*BAD)

    assert 'data-act="import"' not in view.check_page(asked, plan)


def test_each_bad_cell_is_marked_with_its_reason_and_cure() -> None:
    asked, plan = judged(*BAD)

    html = view.check_page(asked, plan)

    assert '<mark class="fault">edge 9</mark>' in html
    assert '<mark class="fault">ham1</mark>' in html
    assert '<mark class="fault">192.0.2.311</mark>' in html
    assert '<mark class="fault">cisco_ois</mark>' in html
    assert '<mark class="fault">192.0.2.9</mark>' not in html
    assert "tick “Make tenants and sites that are not there”" in html
    assert "--create" not in html
    assert "netwb site" not in html


def test_a_missing_cell_is_marked_as_missing() -> None:
    asked, plan = judged("acme,fra1,edge9,,cisco_ios,7")

    assert '<mark class="fault">missing</mark>' in view.check_page(asked, plan)


def test_good_rows_that_change_most_come_first_and_are_counted() -> None:
    lines = [f"acme,fra1,n{number},192.0.2.50,cisco_ios,7" for number in range(40)]
    asked, plan = judged(*lines, "acme,fra1,edge2,192.0.2.23,cisco_ios,7")

    html = view.check_page(asked, plan)

    assert "first 20 of 41; nothing is written yet" in html
    assert html.index("becomes 192.0.2.23") < html.index("192.0.2.50, cisco_ios")


def test_refused_rows_leave_as_a_csv_that_can_be_corrected_and_read_again() -> None:
    _, plan = judged(*BAD)

    text = view.refused_csv(plan).decode("utf-8-sig")

    first = text.splitlines()[0]
    assert first == "tenant,site,hostname,address,platform,why"
    assert [head.ours for head in read_header(text)][-1] is None
    assert "'=cmd|" in text
    assert len(text.splitlines()) == 1 + len(BAD)


def test_hostile_words_are_text_in_every_step() -> None:
    line = f'acme,fra1,"{HOSTILE.replace(chr(34), chr(34) * 2)}",192.0.2.1,cisco_ios,x'
    asked, plan = judged(line, name=HOSTILE)
    head = Heading(name=HOSTILE, ours=None, example=HOSTILE)

    html = (
        view.check_page(asked, plan)
        + view.choose_page(HOSTILE, wrong=HOSTILE)
        + view.unreadable_page(given(headings=(head,), name=HOSTILE), HOSTILE)
        + view.done_page(given(name=HOSTILE), plan, Links())
    )

    assert "<img" not in html
    assert "</script" not in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html


@pytest.mark.parametrize(
    ("kind", "words"), [("netbox", "NetBox JSON"), ("nornir", "SimpleInventory")]
)
def test_what_it_was_read_as_is_said(kind: str, words: str) -> None:
    _, plan = judged(GOOD)

    assert f"read as {words}" in view.check_page(given(kind=kind), plan)
