from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from netwb.views.inventory import narrowing, table
from netwb.views.inventory.links import Links
from netwb.views.inventory.rows import Query, Row, chosen_rows, facet_counts, rows_of
from netwb.views.inventory.strips import long_strip, said, strip
from netwb.views.inventory.table import LONG, Listing, Sees
from tests.views.inventory.test_rows import DAYS, FLEET, NIGHT, UTC_ZONE, covered, device, row
from tests.views.made_frames import words
from tests.views.visits import HOSTILE

ALL = Sees(address=True, edit=True, back_up=True, configs=True)
NOW = NIGHT + timedelta(hours=8)


def listing(rows: Sequence[Row] = FLEET, sees: Sees = ALL, **changes: object) -> Listing:
    query = Query()
    made = Listing(
        rows=chosen_rows(rows, query),
        query=query,
        sees=sees,
        now=NOW,
        zone=UTC_ZONE,
        links=Links(),
        total=len(rows),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def many(count: int) -> tuple[Row, ...]:
    return tuple(row(f"r{number:04}") for number in range(count))


def test_each_row_is_a_link_to_its_device_that_keeps_the_tenant() -> None:
    html = table.table(listing(links=Links(kept={"tenant": "acme"})))

    assert 'href="inventory?tenant=acme&amp;device=id-edge1"' in html


def test_without_the_right_to_addresses_there_is_no_column_for_them() -> None:
    blind = listing([row(address="")], Sees(configs=True))
    html = table.table(blind) + narrowing.toolbar(blind)

    assert "Address" not in html
    assert "address" not in html


def test_without_the_right_to_configurations_nothing_is_said_of_copies() -> None:
    html = table.table(listing(sees=Sees(address=True)))

    assert "nights" not in html
    assert "Last good backup" not in html


def test_a_text_can_be_looked_for_in_configurations_instead() -> None:
    asked = listing(query=Query(text="ntp server"), links=Links(kept={"tenant": "acme"}))
    nothing = replace(asked, rows=())
    url = 'href="configs?tenant=acme&amp;find=ntp+server"'

    assert url in narrowing.toolbar(asked)
    assert url in table.table(nothing)
    assert url not in narrowing.toolbar(replace(asked, sees=Sees(address=True)))
    assert "configs?" not in narrowing.toolbar(listing())


def test_who_may_not_edit_is_offered_no_form() -> None:
    html = narrowing.toolbar(listing(sees=Sees(address=True, configs=True)))

    assert "CSV" in html
    acts = ('data-act="add"', 'data-act="go"', 'data-act="back-up"')
    assert not any(act in html for act in acts)


def test_who_may_do_nothing_selects_nothing() -> None:
    assert "checkbox" not in table.table(listing(sees=Sees(configs=True)))
    assert "checkbox" in table.table(listing(sees=Sees(back_up=True)))


def test_what_may_be_done_with_the_selected_is_there_by_right() -> None:
    chosen = {"id-edge1", "id-edge2"}

    operator = narrowing.toolbar(listing(sees=Sees(back_up=True), selected=chosen))
    engineer = narrowing.toolbar(listing(selected=chosen))

    assert "<b>2</b> selected" in operator
    assert 'data-act="back-up"' in operator
    assert "retire" not in operator
    assert 'data-act="ask-retire"' in engineer


def test_only_rows_near_the_window_are_drawn_and_the_others_keep_their_place() -> None:
    html = table.table(listing(many(2000), start=500))

    assert html.count('class="row"') == LONG.drawn
    assert 'style="height:17500px"' in html
    assert f'style="height:{(2000 - 500 - LONG.drawn) * LONG.row_px}px"' in html
    assert "r0500" in html
    assert "r0499" not in html


@pytest.mark.parametrize("seen", [0, 1, 30, 79, 80, 500, 1880, 1960, 1999])
@pytest.mark.parametrize("start", [0, 400, 1880])
def test_what_is_seen_is_always_drawn(seen: int, start: int) -> None:
    drawn = LONG.first(seen * LONG.row_px, start, 2000)

    assert drawn <= seen
    assert min(2000, seen + LONG.ahead) <= drawn + LONG.drawn
    assert 0 <= drawn <= 2000 - LONG.drawn


def test_a_small_move_draws_nothing_anew() -> None:
    start = LONG.first(600 * LONG.row_px, 0, 2000)

    assert LONG.first(610 * LONG.row_px, start, 2000) == start
    assert LONG.first(0, 0, 30) == 0


def test_an_empty_table_says_what_was_looked_at() -> None:
    nothing = table.table(listing((), total=0))
    filtered = table.table(listing((), query=Query(text="x"), total=24, hidden=2))

    assert "There is no device" in nothing
    assert 'data-act="add"' in nothing
    assert "None of 24 devices is left by this filter. 2 retired ones would be" in filtered
    looking = table.table(listing((), Sees(), total=0))
    assert 'data-act="add"' not in looking
    assert "An engineer or an admin adds them." in looking


@pytest.mark.parametrize(
    ("statuses", "age_h", "shape", "word"),
    [
        (("unchanged",), 8, "st-ok", "8 h"),
        (("unchanged", "rejected"), 30, "st-warn", "1 d"),
        (("failed", "failed", "failed"), 80, "st-bad", "3 d"),
        (("unchanged",), 60, "st-stale", "2 d"),
    ],
)
def test_the_age_of_a_copy_has_a_shape_and_a_word(
    statuses: tuple[str, ...], age_h: int, shape: str, word: str
) -> None:
    known = {"id-edge1": covered("id-edge1", *statuses)}
    (made,) = rows_of([device()], known, days=DAYS, zone=UTC_ZONE)

    drawn = table.copy_state(made, NIGHT + timedelta(hours=age_h), UTC_ZONE)

    assert shape in drawn
    assert f">{word}</time>" in drawn


def test_never_saved_is_loud_for_an_active_device_and_nothing_for_a_planned_one() -> None:
    assert "never" in table.copy_state(row(), NOW, UTC_ZONE)
    assert "never" not in table.copy_state(row(status="planned"), NOW, UTC_ZONE)


def test_a_strip_says_in_words_what_it_draws() -> None:
    nights = ("changed", "unchanged", "rejected", "failed", "none")

    assert said(nights) == "5 nights: 1 changed, 1 kept back, 1 failed, 1 without a run"  # type: ignore[arg-type]
    assert strip(nights).count("<path") == 4  # type: ignore[arg-type]
    assert 'class="n-none"' not in strip(nights)  # type: ignore[arg-type]


def test_a_long_strip_has_a_title_for_each_night() -> None:
    html = long_strip(DAYS, ("changed", "none", "failed"), [400, 0, 0])

    assert "<title>2026-11-18: changed, 400 lines</title>" in html
    assert "<title>2026-11-19: without a run</title>" in html


def test_hostile_words_are_text_in_every_cell_and_facet() -> None:
    bad = row(
        hostname=HOSTILE,
        tenant=HOSTILE,
        site=HOSTILE,
        address=HOSTILE,
        platform=HOSTILE,
        role=HOSTILE,
        contract_ref=HOSTILE,
        labels={HOSTILE: HOSTILE},
    )
    rows = (bad, row())
    query = Query(text=HOSTILE, chosen={"role": frozenset({HOSTILE})})

    html = (
        table.table(listing(rows, query=query))
        + narrowing.toolbar(listing(rows, query=query))
        + narrowing.facets(facet_counts(rows, Query()), query)
    )

    assert "<img" not in html
    assert "</script" not in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;[U+202E]" in html


def test_a_facet_with_one_value_is_no_choice() -> None:
    rows = (row("a"), row("b"))

    html = narrowing.facets(facet_counts(rows, Query()), Query())

    assert "facet" not in html.removeprefix('<div class="facets scroll" id="facets">')


def test_a_long_facet_is_folded_and_keeps_what_is_chosen() -> None:
    rows = tuple(row(f"r{n}", role=f"role{n:02}") for n in range(12))
    query = Query(chosen={"role": frozenset({"role11"})})

    folded = narrowing.facets(facet_counts(rows, query), query)
    opened = narrowing.facets(facet_counts(rows, query), query, opened={"role"})

    assert "role11" in folded
    assert "role09" not in folded
    assert "3 more" in folded
    assert "role09" in opened


def test_a_phones_list_says_how_many_filters_are_chosen_behind_its_box() -> None:
    query = Query(chosen={"tenants": frozenset({"acme", "umbra"})})

    assert "Filters, 2 chosen" in narrowing.facets(facet_counts(FLEET, query), query)


def test_what_holds_the_place_of_other_rows_adds_no_column_where_a_window_hides_some() -> None:
    html = table.table(listing(many(LONG.drawn + 200), start=50))

    assert html.count('class="gap"') == 2
    assert "colspan" not in html


def test_an_empty_list_says_whose_it_is() -> None:
    everybody = words(table.table(listing(rows=(), total=0)))
    one = words(table.table(listing(rows=(), total=0, links=Links(kept={"tenant": "bolt"}))))

    assert "No tenant in your scope has a device yet." in everybody
    assert "Tenant bolt has no device yet." in one
