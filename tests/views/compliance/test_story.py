"""The panel of a cell, of a rule, of nothing: what is said, what may be done, and nothing acts of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from netwb.compliance.records import Finding
from netwb.compliance.report import Cell, RuleProblem, ShownLine, Waiver
from netwb.views.compliance.grid import choose
from netwb.views.compliance.look import Look
from netwb.views.compliance.one_rule import render_nothing_chosen, render_rule
from netwb.views.compliance.story import PART_OF, Spread, render_story, spread_of
from netwb.views.compliance.wording import reference_of, why_not
from tests.views.compliance.made_compliance import NOW, RULES, eye, report, rule, story
from tests.views.hostile import HOSTILE, assert_inert
from tests.views.made_frames import words

SPREAD = Spread(devices=3, broken=2)
WAIVER = Waiver(
    id="w1",
    tenant="acme",
    device_id="id-edge1",
    hostname="edge1",
    rule_id="ssh-v2",
    reason="exchange in May",
    owner="jkim",
    created_at=NOW - timedelta(days=2),
    until=NOW + timedelta(days=10),
)


def test_a_finding_says_the_rule_why_and_the_lines_that_it_is_about() -> None:
    html = render_story(story(), eye(edits=True), SPREAD)
    said = words(html)

    assert "not compliant high · for 7 h , since 8be04d7" in said
    assert "ssh-v2 on edge1" in said
    assert "Why: One clock cannot be checked" in said
    assert "In the configuration, line 97 to 98" in said
    assert "Found 1 of two; two are needed." in said
    assert re.search(r'class="ln f"><span class="n">98</span>.*?ntp server 192.0.2.125', html)
    assert re.search(r'class="ln e"><span class="n">97</span>', html)


def test_remediation_is_shown_to_copy_and_its_rollback_on_demand() -> None:
    closed, opened = (
        render_story(story(), eye(), SPREAD),
        render_story(story(), eye(), SPREAD, rollback=True),
    )

    assert "Remediation, never sent by itself" in closed
    assert 'data-copy="no ntp server 192.0.2.125\nntp server 192.0.2.124"' in closed
    assert "what takes it back" not in closed
    assert 'data-copy="no ntp server 192.0.2.124\nntp server 192.0.2.125"' in opened


def test_where_nothing_mends_it_the_reason_stands_there() -> None:
    told = story(remediation="", rollback="", no_remediation="A person must choose the server.")

    said = words(render_story(told, eye(), SPREAD))

    assert "A person must choose the server." in said
    assert "Rollback" not in said


def test_the_file_opens_at_the_line_at_fault() -> None:
    html = render_story(story(), eye("?tenant=acme"), SPREAD)

    assert f"configs?tenant=acme&amp;device=id-edge1&amp;rev=8be04d7{'0' * 33}&amp;line=98" in html
    assert "Show in file" not in render_story(story(), eye(configs=False), SPREAD)


def test_the_timeline_names_who_broke_it_and_the_rule_elsewhere_is_linked() -> None:
    said = words(render_story(story(), eye(), SPREAD))

    assert "02:09 broken by asantos 8be04d7" in said
    assert "checked last 02:09" in said
    assert "2 of 3 devices break it: edge2" in said
    assert "1,000 of 2,000 devices break it: edge2 , 998 more" in words(
        render_story(story(), eye(), Spread(devices=2_000, broken=1_000))
    )
    assert spread_of(report({"acme/edge1": "x..", "acme/core1": "..-"}), "ssh-v2") == Spread(
        devices=2, broken=1
    )


def test_a_waiver_needs_the_right_and_says_which_one_is_lacking() -> None:
    may, may_not = (
        render_story(story(), eye(edits=True), SPREAD),
        render_story(story(), eye(why=why_not("viewer")), SPREAD),
    )

    assert 'data-act="ask-waive" data-key="w"' in may
    assert re.search(r'data-act="ask-waive" disabled', may_not)
    assert "needs compliance.edit; role viewer has not got it" in may_not


def test_what_is_waived_says_by_whom_until_when_and_can_be_ended() -> None:
    cell = Cell(state="waived", judged="non_compliant", since=NOW - timedelta(days=3), number=3)
    told = story(waiver=WAIVER, cell=cell)

    html = render_story(told, eye(edits=True), SPREAD)

    assert "Waived until 3 Dec 2026" in words(html)
    assert "exchange in May" in html
    assert 'data-act="ask-end"' in html
    assert "Waive…" not in html
    assert 'data-act="ask-end"' not in render_story(told, eye(), SPREAD)
    over = replace(WAIVER, until=NOW)
    assert "Waived until" not in render_story(story(waiver=over), eye(), SPREAD)


def test_without_the_right_to_see_configurations_no_line_is_shown() -> None:
    said = words(render_story(story(lines=(), shows_lines=False), eye(configs=False), SPREAD))

    assert "shown to those who hold config.view" in said
    assert "8be04d7" in said


def test_a_device_without_a_copy_says_why_nothing_was_evaluated() -> None:
    told = story()
    bare = replace(told.device, copy_at=None, revision=None)
    cell = Cell(state="not_evaluated", judged="not_evaluated")

    said = words(
        render_story(
            replace(told, device=bare, cell=cell, finding=None, lines=()), eye(edits=True), SPREAD
        )
    )

    assert "No copy of this device is kept, so nothing was evaluated." in said
    assert "Waive" not in said
    assert "Remediation" not in said


def test_sections_stand_over_their_lines_and_gaps_are_marked() -> None:
    lines = (
        ShownLine(number=3, text=" a", section="interface Gi0/0", mark="fault"),
        ShownLine(number=9, text=" b", section="interface Gi0/0", mark="fault"),
        ShownLine(number=20, text="  c", section="router bgp 1 > vrf RED", mark="fault"),
    )

    html = render_story(story(lines=lines), eye(), SPREAD)

    assert html.count('class="sec"') == 3
    assert f"router bgp 1{PART_OF}vrf RED" in html
    assert "In the configuration, lines 3 to 20" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_device_a_rule_or_a_person_wrote_acts(text: str) -> None:
    bad = rule("ssh-v2", title=text, why=text, reference=text, note=text, applies_to=text)
    told = story(
        rule=bad,
        finding=Finding(rule_id="ssh-v2", state="non_compliant", reason=text),
        lines=(ShownLine(number=1, text=text, section=text, mark="fault"),),
        remediation=text,
        rollback=text,
        waiver=replace(WAIVER, reason=text, owner=text),
    )
    told = replace(told, device=replace(told.device, hostname=text))

    assert_inert(render_story(told, eye(edits=True), SPREAD, rollback=True))
    assert_inert(render_rule(bad, report({"acme/edge1": "x.."}), eye()))


def test_a_reference_leads_where_it_names_an_address_and_no_further() -> None:
    assert 'href="https://example.net/x"' in reference_of("See https://example.net/x of 2026")
    assert 'rel="noreferrer"' in reference_of("https://example.net/x")
    assert "href" not in reference_of("javascript:alert(1)")
    assert reference_of("") == ""


def test_a_rule_says_of_whom_it_asks_and_who_breaks_it() -> None:
    made = report({"acme/edge1": "x..", "acme/edge2": "x..", "acme/core1": "w.."})

    said = words(render_rule(RULES[0], made, eye()))

    assert "2 not compliant" in said
    assert "1 waived" in said
    assert "edge1" in said
    assert "starter/ssh-v2.yaml:3" in said
    assert "core1" not in said


def test_where_nothing_is_chosen_the_rules_that_most_break_are_listed() -> None:
    made = report({"acme/edge1": "xx.", "acme/edge2": ".x."})
    good = report({"acme/edge1": "..."})

    said = words(render_nothing_chosen(choose(made, Look(), NOW), made, eye()))

    assert re.search(r"ntp-two Title of ntp-two 2 .*ssh-v2 Title of ssh-v2 1", said)
    assert "Nothing is open" in render_nothing_chosen(choose(good, Look(), NOW), good, eye())


def test_broken_files_of_rules_are_told_with_file_and_line() -> None:
    problem = RuleProblem(
        file="rules/x.yaml",
        tenant=None,
        message="rules/x.yaml:3: no rule has no id; give it one",
        in_force="former",
    )
    made = report({"acme/edge1": "x.."}, problems=(problem,))

    said = words(render_nothing_chosen(choose(made, Look(), NOW), made, eye()))

    assert "rules/x.yaml:3: no rule has no id; give it one" in said
    assert "last read well" in said
