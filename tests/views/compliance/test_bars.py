"""The bars over the matrix, lists of rules and waivers, dialogs, and words in the matrix's place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from netwb.compliance.report import TrendDay
from netwb.views.address import Address
from netwb.views.compliance.dialogs import ask_drop, ask_end, ask_rules, ask_waive
from netwb.views.compliance.grid import choose
from netwb.views.compliance.lists import OwnFile, render_own, render_rules, render_waivers
from netwb.views.compliance.look import look_of
from netwb.views.compliance.nothing import render_nothing
from netwb.views.compliance.tools import Offered, render_sum, render_tools
from tests.views.compliance.made_compliance import AT, NOW, RULES, eye, report, rule, story
from tests.views.compliance.test_story import WAIVER
from tests.views.hostile import HOSTILE, assert_inert
from tests.views.made_frames import words

MADE = report({"acme/edge1": "x.n", "acme/core1": "..."})
TREND = tuple(
    TrendDay(
        day=date(2026, 11, day),
        compliant=9,
        non_compliant=many,
        not_evaluated=0,
        stale=0,
        waived=0,
    )
    for day, many in enumerate((31, 30, 14, 15), start=1)
)


def bars(search: str = "", **more: object) -> str:
    address = Address(search, page="compliance")
    look = look_of(address)
    offered = Offered(report=MADE, sites=("acme/fra1",), **more)  # type: ignore[arg-type]  # its fields
    shown = choose(MADE, look, NOW)
    return render_tools(offered, look, address, AT) + render_sum(shown, offered, look, address)


def test_the_sum_is_the_legend_and_each_count_leads_to_what_is_behind_it() -> None:
    html = bars("?rules=ssh-v2&only=open")

    assert "1 not compliant" in words(html)
    assert 'href="compliance?rules=ssh-v2&amp;state=non_compliant"' in html
    assert len(re.findall(r'data-act="state"', html)) == 5


def test_the_trend_is_told_in_words_and_new_ones_lead_to_themselves() -> None:
    html = bars(trend=TREND)

    assert "4 days, from 31 to 15 · 1 new since yesterday" in words(html)
    assert 'href="compliance?only=new"' in html
    assert 'aria-label="Not compliant, 4 days, from 31 to 15"' in html
    assert "Not compliant, 1 day" not in bars(trend=TREND[:1])


def test_who_may_not_check_reads_why() -> None:
    assert re.search(r'data-act="check" disabled', bars(why="needs compliance.edit"))
    assert not re.search(r'data-act="check" disabled', bars(edits=True))
    assert re.search(r'data-act="check" disabled', bars(edits=True, checks="checking…"))


def test_when_it_was_checked_is_told_with_its_age() -> None:
    assert "checked 02:09 , 7 h ago" in words(bars())


def test_each_order_and_each_list_is_a_link() -> None:
    html = bars("?site=acme/fra1")

    assert 'href="compliance?site=acme%2Ffra1&amp;sort=rule"' in html
    assert 'href="compliance?site=acme%2Ffra1&amp;tab=waivers"' in html
    assert 'href="compliance?site=acme%2Ffra1"' in bars("?site=acme/fra1&tab=rules")


@pytest.mark.parametrize(
    ("made", "search", "said"),
    [
        (report({"acme/edge1": ""}, rules=(), checked_at=None), "", "Nothing was checked yet"),
        (report({"acme/edge1": ""}, rules=()), "", "No rule is in force"),
        (report({}), "", "No device"),
        (report({"acme/core1": "..."}), "?only=open", "No rule is broken here"),
        (report({"acme/core1": "..."}), "?only=new", "Nothing broke since yesterday"),
        (report({"acme/core1": "..."}), "?state=stale", "No cell is stale"),
        (report({"acme/core1": "..."}), "?site=acme/ber1", "Nothing is left"),
    ],
)
def test_nothing_says_what_was_looked_at(made: object, search: str, said: str) -> None:
    look = look_of(Address(search))
    html = render_nothing(made, look, choose(made, look, NOW), edits=True)  # type: ignore[arg-type]  # of report()

    assert said in html
    assert_inert(html)


def test_waivers_stand_next_to_end_first_and_those_that_are_over_below() -> None:
    over = replace(
        WAIVER, id="w2", hostname="old1", ended_at=NOW - timedelta(days=1), ended_by="ana"
    )
    ran_out = replace(WAIVER, id="w3", hostname="old2", until=NOW - timedelta(days=1))
    soon = replace(WAIVER, id="w4", hostname="soon1", until=NOW + timedelta(days=1))

    html = render_waivers((WAIVER, over, ran_out, soon), eye(edits=True))

    assert re.search(r"soon1.*edge1.*Over.*", words(html))
    assert "ended by ana" in html
    assert "ran out" in html
    assert html.count('data-act="ask-end"') == 2
    assert "ask-end" not in render_waivers((WAIVER,), eye())
    assert "No waiver is in force" in render_waivers((), eye())


def test_rules_stand_with_why_origin_and_counts_that_lead() -> None:
    own = rule("own-one", tenant="acme", source="tenant", locked=False, off_for=("umbra",))
    locked = rule("ntp-two", locked=True)

    html = render_rules((RULES[0], locked, own), MADE, eye("?tab=rules"))

    assert words(html).index("ssh-v2") < words(html).index("ntp-two")
    assert "locked" in html
    assert "off for umbra" in html
    assert 'href="compliance?rules=ssh-v2&amp;state=non_compliant"' in html


def test_a_tenants_own_rules_are_for_those_who_may_change_them() -> None:
    files = (OwnFile(tenant="acme", name="own.yaml", rules=2),)

    assert "acme/own.yaml" in render_own(files, ("acme",), eye(edits=True))
    assert render_own(files, (), eye()) == ""


def test_faults_of_a_file_are_listed_by_line_and_what_was_typed_stays() -> None:
    html = ask_rules(
        ("acme",), tenant="acme", name="own.yaml", text="rules: [", faults=("own.yaml:1: no end",)
    )

    assert "<li>own.yaml:1: no end</li>" in html
    assert "rules: [</textarea>" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_no_dialog_or_list_lets_anything_act(text: str) -> None:
    waiver = replace(WAIVER, reason=text, owner=text, hostname=text, rule_id=text)
    odd = rule(text, title=text, why=text, origin=text, applies_to=text, tenant=text)

    assert_inert(ask_waive(story(), text, reason=text, until=text))
    assert_inert(ask_end(waiver, text))
    assert_inert(ask_rules((text,), text, tenant=text, name=text, text=text, faults=(text,)))
    assert_inert(ask_drop(text, text, text))
    assert_inert(render_waivers((waiver,), eye(edits=True)))
    assert_inert(render_rules((odd,), MADE, eye()))
    files = (OwnFile(tenant=text, name=text, rules=1),)
    assert_inert(render_own(files, ("acme",), eye(edits=True)))
