"""Rows of a text with "since when", and stories of lines, as markup."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.views.history.lines import Leads, Rows, first_rows, render_rows, stood, story, youth
from netwb.views.history.pane import text_css
from netwb.views.navigation import Moment
from netwb.views.sheet import ASSETS
from netwb.workbench.line_stories import Before, LineStory, Stretch

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
AT = Moment(now=NOW, zone=ZoneInfo("Europe/Berlin"))
EVIL = "<img src=x onerror=alert(1)></script>\u202e\"'"


def stretch(
    first: int, lines: int, *, number: int = 2, days: float = 2, author: str = "ana"
) -> Stretch:
    return Stretch(
        first=first,
        lines=lines,
        number=number,
        at=NOW - timedelta(days=days),
        author=author,
        revision="8be04d7" * 5,
    )


def told(**values: object) -> LineStory:
    wanted = {
        "line": 98,
        "text": "ntp server 192.0.2.125",
        "since": NOW - timedelta(hours=8),
        "author": "asantos",
        "revision": "8be04d7aaaaaaaaa",
        "number": 3,
        "before": (),
        "elsewhere": 37,
    }
    return LineStory(**{**wanted, **values})  # type: ignore[arg-type]


LEADS = Leads(change="configs?change=1", elsewhere="configs?find=x")


def test_author_and_date_stand_once_a_block() -> None:
    rows = Rows(lines=("a", "b", "c"), stretches=(stretch(1, 2), stretch(3, 1, author="ben")))

    html = render_rows(rows, 1, 3, AT)

    assert html.count("<b>ana</b>") == html.count("<b>ben</b>") == 1
    assert html.index("<b>ana</b>") < html.index("<b>ben</b>")


def test_a_slice_that_begins_within_a_block_is_as_old_as_the_block() -> None:
    rows = Rows(lines=("a", "b", "c"), stretches=(stretch(1, 3, days=2),))

    assert "y4" in render_rows(rows, 2, 3, AT)
    assert "<b>ana" not in render_rows(rows, 2, 3, AT)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, 5), (0.9, 5), (1, 4), (6, 4), (7, 3), (29, 3), (31, 2), (366, 1), (-1, 5)],
)
def test_the_bar_is_stronger_the_younger_a_line_is(days: float, level: int) -> None:
    assert youth(NOW - timedelta(days=days), NOW) == level


def test_of_the_first_copy_nobody_is_said_to_have_brought_its_lines() -> None:
    html = render_rows(Rows(lines=("a",), stretches=(stretch(1, 1, number=1),)), 1, 1, AT)

    assert "first copy" in html
    assert "ana" not in html


def test_an_unknown_author_is_a_word() -> None:
    html = render_rows(Rows(lines=("a",), stretches=(stretch(1, 1, author="unknown"),)), 1, 1, AT)

    assert "not recorded" in html


def test_lines_and_authors_are_never_markup() -> None:
    rows = Rows(lines=(EVIL,), stretches=(stretch(1, 1, author=EVIL),))

    html = render_rows(rows, 1, 1, AT)

    assert "<img" not in html
    assert "</script" not in html
    assert "\u202e" not in html
    assert html.count("[U+202E]") == 2


def test_rows_stand_in_groups_and_have_their_numbers() -> None:
    html = render_rows(Rows(lines=("x",) * 450), 201, 450, AT)

    assert html.count('class="g"') == 3
    assert re.findall(r'id="l(\d+)"', html)[0::249] == ["201", "450"]


def test_the_head_of_a_long_text_says_how_much_there_is() -> None:
    html = first_rows(Rows(lines=("x",) * 450), 200, AT, label=EVIL, show=300)

    assert 'data-total="450"' in html
    assert 'data-upto="200"' in html
    assert 'data-show="300"' in html
    assert html.count('role="option"') == 200
    assert "dateless" in html
    assert "<img" not in html


def test_an_empty_text_has_no_row() -> None:
    assert 'data-total="0"' in first_rows(Rows(lines=()), 200, AT, label="x")


def test_secrets_hide_themselves_in_the_browser() -> None:
    assert 'class="rows dateless revealed"' in revealed()
    assert ".rows.revealed{animation:hide 0s 60s forwards}" in text_css()
    assert "revealed" not in first_rows(Rows(lines=("a",)), 9, AT, label="x")


def test_rows_are_laid_out_by_the_rules_of_the_text_alone() -> None:
    """A class that every sheet has rules for would put them beside each other, out of sight."""
    shared = (ASSETS / "sheet.css").read_text(encoding="utf-8")
    everywhere = re.findall(r"(?:^|[},])\.([\w-]+)", shared, flags=re.MULTILINE)
    own = {name for said in re.findall(r'class="([^"]*)"', revealed()) for name in said.split()}

    assert own.intersection(everywhere) == {"n"}  # figures of one width


def revealed() -> str:
    return first_rows(Rows(lines=("a",), secrets="shown"), 9, AT, label="x")


def test_a_story_says_since_when_by_whom_and_what_stood_before() -> None:
    before = Before(
        text=" ntp server 192.0.2.124",
        author="jkim",
        since=NOW - timedelta(days=975),
        until=NOW - timedelta(hours=8),
    )

    html = story(told(before=(before,)), LEADS, AT)

    assert "Stands here since Mon 23 Nov 01:42" in html
    assert "by asantos" in html
    assert "ntp server 192.0.2.124" in html
    assert "stood 2 y 7 mo" in html
    assert "37 devices" in html
    assert 'href="configs?change=1"' in html
    assert 'href="configs?find=x"' in html


def test_a_story_of_the_first_copy_claims_no_more_than_is_known() -> None:
    html = story(told(number=1, before=()), LEADS, AT)

    assert "or longer" in html
    assert "by asantos" not in html
    assert "Show that change" not in html


def test_a_line_that_says_nothing_is_not_searched_elsewhere() -> None:
    assert "elsewhere" not in story(told(elsewhere=None), LEADS, AT)


def test_a_story_of_nobody_says_so() -> None:
    html = story(told(author="unknown"), LEADS, AT)

    assert "whom the device does not name" in html
    assert "Nothing stood at this place before" in html


def test_a_hostile_story_is_inert() -> None:
    before = Before(text=EVIL, author=EVIL, since=NOW - timedelta(days=1), until=NOW)

    html = story(told(text=EVIL, author=EVIL, before=(before,)), LEADS, AT)

    assert "<img" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=5), "less than an hour"),
        (timedelta(hours=4), "4 h"),
        (timedelta(days=59), "59 d"),
        (timedelta(days=125), "4 mo"),
        (timedelta(days=366), "1 y 0 mo"),
        (timedelta(days=-1), "less than an hour"),
    ],
)
def test_how_long_a_line_stood(length: timedelta, words: str) -> None:
    assert stood(max(length, timedelta())) == words
