import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.views import html
from netwb.views.drawings import ICONS, SHAPES
from tests.views.hostile import HOSTILE, NEVER_SHOWN, Tags, assert_inert

NOW = datetime(2026, 11, 28, 9, 42, tzinfo=UTC)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "build",
    [
        html.esc,
        lambda text: html.tag("span", html.esc(text), title=text, data_x=text),
        lambda text: html.state("bad", text),
        lambda text: html.button(text, text, key=text[:1], data_id=text),
        lambda text: html.link(html.page_url("configs", find=text), html.esc(text), title=text),
        lambda text: html.choices([(text, text)], text),
    ],
    ids=["esc", "tag", "state", "button", "link", "choices"],
)
def test_hostile_text_is_inert_in_every_builder(build: object, text: str) -> None:
    assert callable(build)

    assert_inert(build(text))


@given(st.text(alphabet=st.characters()))
def test_escaped_text_holds_nothing_that_acts(text: str) -> None:
    shown = html.esc(text)

    assert not set(shown) & set("<>\"'" + NEVER_SHOWN)
    shown.encode()  # a lone surrogate would raise


def test_escaped_text_is_the_text_again_where_it_was_harmless() -> None:
    told = Tags(html.tag("i", "", title='a <b> & "c" é ü 字\n\ttab'))

    assert told.attributes["title"] == ['a <b> & "c" é ü 字\n\ttab']


def test_bidirectional_marks_are_shown_and_not_obeyed() -> None:
    assert html.esc("edge\u202e1") == "edge[U+202E]1"


def test_attribute_that_is_absent_is_left_out_and_true_gives_its_name() -> None:
    drawn = html.attrs({"a": None, "b": False, "c": True, "d": 0, "e": ""})

    assert drawn == ' c d="0" e=""'


def test_every_shape_and_icon_is_drawn_hidden_from_readers() -> None:
    for name in SHAPES:
        assert 'aria-hidden="true"' in html.shape(name)  # type: ignore[arg-type]
    for name in ICONS:
        assert 'aria-hidden="true"' in html.icon(name)


def test_state_is_shape_and_word_together() -> None:
    drawn = html.state("warn", "kept back")

    assert "<svg" in drawn
    assert "kept back" in drawn
    assert "st-warn" in drawn


def test_url_of_a_page_leaves_absent_keys_out() -> None:
    assert (
        html.page_url("configs", device="d1", rev=None, find="a b&c")
        == "configs?device=d1&find=a+b%26c"
    )


def test_age_keeps_its_instant_for_the_browser() -> None:
    told = Tags(html.age(datetime(2026, 11, 28, 1, 42, tzinfo=UTC), NOW))

    assert told.attributes["data-at"] == ["1795830120"]


def test_time_has_the_exact_one_as_its_title() -> None:
    drawn = html.when(datetime(2026, 11, 27, 23, 30, tzinfo=UTC), NOW, ZoneInfo("Europe/Berlin"))

    assert ">00:30<" in drawn
    assert "Sat 28 Nov 2026 00:30:00 CET" in drawn


@pytest.mark.parametrize(
    ("added", "removed", "wanted"),
    [(7, 6, ["+7", "\N{MINUS SIGN}6"]), (7, 0, ["+7"]), (0, 6, ["\N{MINUS SIGN}6"]), (0, 0, [])],
)
def test_side_of_a_diff_without_lines_is_left_out(
    added: int, removed: int, wanted: list[str]
) -> None:
    drawn = html.stat(added, removed)

    assert [word for word in ("+7", "\N{MINUS SIGN}6") if word in drawn] == wanted


def test_csv_survives_a_spreadsheet() -> None:
    rows: list[list[object]] = [
        ["edge1", 'a "quoted", thing', None, 7, -7],
        ["=HYPERLINK(1)", "+1", "-x", "@y", "\t=1"],
    ]

    content = html.csv_of(["host", "b", "c", "d", "e"], rows)

    assert content.startswith(b"\xef\xbb\xbfhost,b,c,d,e\r\n")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[1] == ["edge1", 'a "quoted", thing', "", "7", "-7"]
    assert read[2] == ["'=HYPERLINK(1)", "'+1", "'-x", "'@y", "'\t=1"]


def test_csv_holds_instants_in_utc_whatever_the_zone_they_came_in() -> None:
    at = datetime(2026, 11, 20, 1, 2, 3, 456, tzinfo=timezone(timedelta(hours=1)))

    assert html.csv_of(["at"], [[at]]).endswith(b"2026-11-20T00:02:03Z\r\n")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\n=1", "\uff1d1"])
def test_csv_holds_no_cell_that_a_spreadsheet_would_run(text: str) -> None:
    (_, row) = csv.reader(io.StringIO(html.csv_of(["a"], [[text]]).decode("utf-8-sig"), newline=""))

    assert row == [f"'{text}"]


def test_csv_takes_what_no_encoding_carries() -> None:
    assert b"?" in html.csv_of(["host"], [["\ud800"]])
