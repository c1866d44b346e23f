"""The search in a frame, over a real archive and without a browser."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from netwb.roles import Role
from netwb.views.search.page import SearchView
from tests.benches import START, Rig, ios, rig
from tests.views.made_frames import KeptFrame, act, frame_of, words


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(
        tmp_path_factory.mktemp("search"), {"acme": ("edge1", "edge2"), "bolt": ("core9",)}
    ) as found:
        found.back_up()
        found.clock.advance(days=1)
        at = START + timedelta(days=1, hours=-4)
        found.answer("acme/edge1", ios("edge1", by="ben", at=at, ntp="192.0.2.54"))
        found.back_up()
        yield found


def opened(made: Rig, query: str, *, role: Role | None = None) -> tuple[SearchView, KeptFrame]:
    frame = frame_of(made, query, role=role)
    view = SearchView(frame)
    view.panel()
    asyncio.run(view.load())
    return view, frame


def do(view: SearchView, name: str, **values: object) -> None:
    asyncio.run(view.act(act(name, **values)))


def test_who_carries_a_line_now(made: Rig) -> None:
    view, _ = opened(made, "find=ntp+server+192.0.2.53")

    said = words(view.sheet.html)
    assert "2 devices carry it now" in said
    assert "No longer there" not in said


def test_who_ever_did_stands_below(made: Rig) -> None:
    view, _ = opened(made, "find=ntp+server+192.0.2.53&when=ever")

    said = words(view.sheet.html)
    assert "1 carried it before" in said
    assert "ana / ben" in said


def test_of_another_tenant_there_is_no_trace(made: Rig) -> None:
    view, _ = opened(made, "find=hostname&when=ever", role=Role.ADMIN)

    said = words(view.sheet.html)
    assert "2 devices carry it now" in said
    assert "2 devices searched" in said
    assert "core9" not in said
    assert "bolt" not in said


def test_word_and_pattern(made: Rig) -> None:
    text, _ = opened(made, "find=192.0.2.5")
    word, _ = opened(made, "find=192.0.2.5&mode=word")
    pattern, _ = opened(made, "find=server+.*%5B4%5D%24&mode=pattern")

    assert "3 devices carry it now" in words(text.sheet.html)
    assert "No configuration holds that line" in words(word.sheet.html)
    assert "1 device carries it now" in words(pattern.sheet.html)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("find=%28&mode=pattern", "is not usable"),
        ("find=%28a%29%5C1&mode=pattern", "back-references"),
        ("find=a*&mode=pattern", "matches every line"),
        ("find=a%0Ab", "text of one line"),
        ("find=x&since=yesteryear", "no time"),
        ("find=x&since=1d&until=7d", "before since"),
    ],
)
def test_what_cannot_be_searched_is_said_in_the_page(made: Rig, query: str, said: str) -> None:
    view, _ = opened(made, query)

    assert "This cannot be searched for" in words(view.sheet.html)
    assert said in words(view.sheet.html)


def test_without_a_text_the_form_waits(made: Rig) -> None:
    view, _ = opened(made, "find=")

    assert "Search every configuration" in words(view.sheet.html)


def test_a_form_changes_the_address_and_searches(made: Rig) -> None:
    view, frame = opened(made, "find=x&mode=word")

    do(view, "search", fields={"find": "hostname edge1", "since": "", "until": "", "by": "ana"})

    assert dict(frame.address) == {"find": "hostname edge1", "mode": "word", "by": "ana"}
    assert "1 device carries it now" in words(view.sheet.html)


def test_a_choice_takes_along_what_was_typed(made: Rig) -> None:
    view, frame = opened(made, "find=x")

    do(view, "search", fields={"find": "ntp server 192.0.2.53", "when": "ever"})
    assert frame.address["when"] == "ever"
    assert "1 carried it before" in words(view.sheet.html)
    do(view, "search", fields={"find": "ntp", "when": "now", "mode": "pattern"})
    assert dict(frame.address) == {"find": "ntp", "mode": "pattern"}


def test_nothing_found_offers_history(made: Rig) -> None:
    view, frame = opened(made, "find=ntp+server+192.0.2.5399")

    assert "Look in history too" in words(view.sheet.html)
    do(view, "ever")
    assert frame.address["when"] == "ever"


def test_all_hits_come_as_csv(made: Rig) -> None:
    view, frame = opened(made, "find=hostname")

    do(view, "csv")

    ((name, content),) = frame.saved
    assert name.endswith(".csv")
    assert content.count(b"\r\n") == 4


def test_more_rows_are_drawn_on_demand(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwb.views.search.page.SHOWN", 2)
    view, _ = opened(made, "find=hostname")

    assert view.sheet.html.count('href="configs?device=') == 2
    do(view, "more")
    assert view.sheet.html.count('href="configs?device=') == 3


def test_more_lines_than_are_read_are_said(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwb.views.search.page.MOST", 2)
    view, _ = opened(made, "find=hostname")

    assert "narrow it" in words(view.sheet.html)
