"""All ports as markup: rows, order, the bar, what a sum lacks; nothing in it acts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwb.views.address import Address
from netwb.views.theme import Scheme, tokens
from netwb.views.traffic.files import ports_csv
from netwb.views.traffic.overview.bar import Places, Reading, render_bar
from netwb.views.traffic.overview.heat import CLASSES
from netwb.views.traffic.overview.palette import PORTS, colours
from netwb.views.traffic.overview.query import Query, in_order, query_of
from netwb.views.traffic.overview.table import (
    LONG,
    Listing,
    render_ports,
)
from netwb.views.traffic.overview.words import key_of, render_legend, render_sum, render_waits
from netwb.workbench.traffic_many_records import PortNumbers, PortState
from tests.views.hostile import HOSTILE, assert_inert
from tests.views.made_frames import words
from tests.views.traffic.made_traffic import UNTIL, port
from tests.views.traffic.overview.made_overview import (
    SHORT,
    line,
    nothing,
    numbers,
    overview,
    shares,
    total,
    trend,
)

ADDRESS = Address("?tenant=acme&range=7d&q=AS6", page="traffic")
BERLIN = ZoneInfo("Europe/Berlin")


def table(*rows: PortNumbers, **more: Any) -> str:
    made = Listing(rows=rows, sort="-p95", trends={}, every_s=300, now=UNTIL)
    return render_ports(replace(made, **more), ADDRESS)


def test_a_row_says_both_directions_and_leads_to_the_port_with_the_whole_view() -> None:
    made = table(numbers(1), trends={"p1": trend()})

    assert "In Out 25.0 Mbit/s 8.33 Mbit/s" in words(made)
    assert "120 Mbit/s 40.0 Mbit/s" in words(made)
    assert "12 %" in words(made)
    assert "120 d 88\N{EN DASH}191" in words(made)
    assert 'href="traffic?tenant=acme&amp;range=7d&amp;q=AS6&amp;port=p1"' in made
    assert "Transit: AS64496, circuit 20931" in words(made)


@pytest.mark.parametrize(
    ("state", "word", "reason"),
    [
        ("uncounted", "not counted", "no counters of 64 bits"),
        ("silent", "not read", "another interface has the same one"),
        ("never", "never read", "nothing was measured"),
        ("stale", "no data", "two intervals"),
        ("gone", "handed over", "for a part of this time"),
    ],
)
def test_a_port_without_numbers_says_why(state: PortState, word: str, reason: str) -> None:
    made = table(nothing(state=state))

    assert word in words(made)
    assert reason in made
    assert "no data" not in words(made) or state == "stale"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days": 1_500.0, "soonest": 1_000.0, "latest": 3_000.0}, "4.1 y 2.7\N{EN DASH}8.2"),
        ({"verdict": "full", "days": None}, "full now"),
        ({"verdict": "no trend", "days": None}, "no trend"),
        ({"verdict": "no speed", "days": None}, "no speed"),
    ],
)
def test_days_to_full_have_an_interval_or_are_none(changes: dict[str, Any], said: str) -> None:
    assert said in words(table(numbers(1), trends={"p1": trend(**changes)}))


def test_of_thousands_of_rows_few_are_drawn_and_the_others_have_their_room() -> None:
    rows = [numbers(number) for number in range(2_000)]

    made = table(*rows, start=500)

    assert made.count('class="row"') == LONG.drawn
    assert f"height:{500 * LONG.row_px}px" in made
    assert f"height:{(2_000 - 500 - LONG.drawn) * LONG.row_px}px" in made
    assert 'aria-rowcount="2001"' in made


def test_scrolling_draws_others_only_where_those_drawn_do_not_cover_it() -> None:
    assert LONG.first(10 * LONG.row_px, 0, 2_000) == 0
    assert LONG.first(1_000 * LONG.row_px, 0, 2_000) == 1_000 - LONG.ahead
    assert LONG.first(9**9, 0, 2_000) == 2_000 - LONG.drawn
    assert LONG.first(0, 1_000, 2_000) == 0


def test_an_order_puts_what_has_no_value_last_either_way() -> None:
    ports = [numbers(1), nothing(7), numbers(3)]

    names = [[one.port.id for one in in_order(ports, sort, {})] for sort in ("-p95", "p95")]

    assert names == [["p3", "p1", "p7"], ["p1", "p3", "p7"]]
    by_name = [one.port.id for one in in_order(ports, "port", {})]
    assert by_name == ["p1", "p3", "p7"]
    soonest = in_order(ports, "full", {"p3": trend(10.0), "p1": trend(verdict="no trend")})
    assert soonest[0].port.id == "p3"


def test_an_address_is_a_query_and_back_and_what_is_not_known_is_the_usual() -> None:
    address = {"q": "AS6", "site": "acme/fra1", "watched": "1", "sort": "port", "look": "heat"}

    query = query_of(address)

    assert {name: value for name, value in query.address().items() if value} == address
    assert query.where.site == "acme/fra1"
    assert query_of({"sort": "evil", "look": "evil"}) == Query()
    assert query.everything() == Query(sort="port", picture="heat")


def test_the_bar_offers_what_there_is_and_says_how_far_a_reading_is() -> None:
    places = Places().with_ports([port(), port(tenant="borealis", site="ber2")])
    query = Query(find="x", site="umbra/old")

    made = render_bar(query, places, ADDRESS, shown=2, reading=None)
    reading = render_bar(query, places, ADDRESS, shown=2, reading=Reading(done=400, planned=1_000))

    assert "All tenants acme borealis" in words(made)
    assert "2 ports" in words(made)
    assert "Clear filter" in made
    assert 'value="umbra/old" selected' in made, "what the address asks for stays to be seen"
    assert "Reading 400 of 1,000 ports" in words(reading)
    assert 'aria-valuenow="40"' in reading


def test_a_sum_says_what_it_lacks() -> None:
    whole = render_sum(total(), BERLIN)
    assert "by 5-minute samples" in render_sum(total(), BERLIN, every_s=300)
    assert "by 5-minute samples" not in whole
    some = render_sum(total(known=3, short=(SHORT,)), BERLIN)

    assert "Sum of 4 ports" in words(whole)
    assert "too low" not in whole
    assert "Sum of 3 of 4 ports" in words(some)
    assert "the sum is too low: Mon 23 Nov 08:50 to 09:00: 3 of 4" in words(some)


def test_a_picture_without_a_line_says_what_it_waits_for() -> None:
    young = overview(numbers(), shares=shares())
    silent = overview(nothing(), sum=total(known=0), shares=shares())

    assert render_waits(overview(numbers()), "busiest") == ""
    assert "waits for the first whole window" in words(render_waits(young, "busiest"))
    assert render_waits(young, "sum") == ""
    assert "a rate needs two samples" in words(render_waits(silent, "sum"))


def test_colours_are_named_and_a_single_other_is_one() -> None:
    stacked = overview(shares=shares(line(1, 4e8), others=1, rest=1e6))

    assert "edge1 xe-0/0/1 1 other" in words(render_legend(stacked, "busiest"))
    assert "from 90 %" in words(render_legend(stacked, "heat"))
    assert "mean of 1 h" in words(render_legend(stacked, "heat"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_that_is_kept_has_a_key_of_each_colour(scheme: Scheme) -> None:
    stacked = overview(shares=shares(line(1, 4e8), others=1, rest=1e6))

    ports, whole, heat = (
        key_of(stacked, "busiest", scheme),
        key_of(stacked, "sum", scheme),
        key_of(stacked, "heat", scheme),
    )

    assert [sign.word for sign in ports[:2]] == ["edge1 xe-0/0/1", "1 other"]
    assert [sign.color for sign in ports[:2]] == [colours(scheme)[0], colours(scheme)[PORTS]]
    assert [sign.word for sign in heat[:2]] == ["0\N{EN DASH}1 %", "1\N{EN DASH}10 %"]
    assert len({(sign.color, sign.strength) for sign in heat[:-1]}) == len(CLASSES) + 1
    assert {tokens(scheme)["in"], tokens(scheme)["out"]} < {sign.color for sign in whole}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_devices_words_are_inert_everywhere(text: str) -> None:
    evil = port(name=text, alias=text, hostname=text, circuit_ref=text, site=text, tenant=text)
    places = Places().with_ports([evil])
    made = overview(shares=shares(replace(line(1, 4e8), port=evil)))

    assert_inert(
        table(numbers(1, port=evil), trends={evil.id: trend(said=text)})
        + render_bar(Query(find=text, site=text), places, ADDRESS, shown=1, reading=None)
        + render_legend(made, "busiest")
    )


def test_a_file_has_all_ports_and_no_formula() -> None:
    rows = (numbers(1, port=port(alias="=1+1")), nothing(2))

    found = list(csv.DictReader(io.StringIO(ports_csv(rows, {"p1": trend()}).decode("utf-8-sig"))))

    assert found[0]["alias"] == "'=1+1"
    assert float(found[0]["in_p95_bps"]) == 120e6
    assert found[0]["newest"] == f"{UNTIL - timedelta(seconds=40):%Y-%m-%dT%H:%M:%SZ}"
    assert (found[1]["in_p95_bps"], found[1]["state"]) == ("", "never read")
    assert found[1]["full"] == ""
