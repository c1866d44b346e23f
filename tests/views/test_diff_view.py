"""What the component says to its script and answers it. A browser draws it in tests/real/browser."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.document import Document
from panel.io.state import set_curdoc

from netwb.configs.diff import ConfigDiff, DiffLine, Hunk, whole_text
from netwb.views.diff.view import FIRST, LEAP, DiffView
from netwb.views.sheet import HOLDS

LINES = 5_000


class RecordingDiff(DiffView):
    """Keeps what it would send to the browser."""

    def __init__(self, *args: Any, **params: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__(*args, **params)

    def _send_msg(self, data: Any) -> None:
        self.sent.append(json.loads(data))

    def ask(self, **said: Any) -> list[dict[str, Any]]:
        """As its script does; gives what came back."""
        self.sent.clear()
        asyncio.run(self._received(SimpleNamespace(data={"serial": self._serial, **said})))
        return list(self.sent)


def long_diff() -> ConfigDiff:
    """One line changed in the middle of many."""
    old = "".join(f"line {number}\n" for number in range(LINES)).encode()
    new = old.replace(b"line 2500\n", b"line 2500 now\n")
    lines = (
        DiffLine(kind="removed", text="line 2500"),
        DiffLine(kind="added", text="line 2500 now"),
    )
    hunk = Hunk(section="", old_start=2501, new_start=2501, lines=lines)
    return ConfigDiff(
        old="a@1", new="a@2", added=1, removed=1, hunks=(hunk,), old_text=old, new_text=new
    )


@pytest.fixture
def view() -> RecordingDiff:
    return RecordingDiff(long_diff(), extent="whole")


def drawn(view: DiffView) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(view.drawn)
    return found


def test_the_first_drawing_is_small_however_long_the_text_is(view: RecordingDiff) -> None:
    doc = drawn(view)

    assert len(doc["items"]) == FIRST
    assert doc["count"] == LINES + 1
    assert len(view.drawn) < 30_000


def test_the_rest_comes_in_slices(view: RecordingDiff) -> None:
    (answer,) = view.ask(ask="items", start=FIRST, count=10**9)

    assert answer["start"] == FIRST
    assert len(answer["items"]) == LEAP
    assert answer["items"][0][1] == FIRST + 1


def test_folded_lines_are_given_when_asked_for() -> None:
    view = RecordingDiff(long_diff())

    (answer,) = view.ask(ask="folded", block=0, start=2498, count=200)

    assert [row[1] for row in answer["rows"]] == [2499, 2500]


@pytest.mark.parametrize(
    "said",
    [
        {"serial": -1, "ask": "items", "start": 0, "count": 10},
        {"ask": "drop"},
        {},
        {"ask": "items", "start": "x", "count": None},
        {"ask": "folded", "block": 10**9, "start": -5, "count": 10**9},
        {"ask": "items", "start": 10**12, "count": 10},
    ],
    ids=["another drawing", "unknown", "nothing", "no numbers", "far block", "far row"],
)
def test_what_a_browser_asks_is_kept_within_bounds(
    view: RecordingDiff, said: dict[str, Any]
) -> None:
    for answer in view.ask(**said):
        assert len(answer.get("items", answer.get("rows", ()))) <= LEAP


def test_no_number_at_all_is_no_reason_to_fail(view: RecordingDiff) -> None:
    asyncio.run(view._received(SimpleNamespace(data="text")))

    assert view.sent == []


def test_a_change_that_is_named_is_drawn_with_its_place() -> None:
    doc = drawn(DiffView(whole_text(b"a\n", new="a@1"), label="edge1"))

    assert (doc["label"], doc["hunks"], doc["current"]) == ("edge1", 1, 1)


def test_choosing_the_whole_file_draws_anew(view: RecordingDiff) -> None:
    before = drawn(view)["serial"]

    view.extent = "changes"

    doc = drawn(view)
    assert doc["serial"] != before
    assert doc["count"] == 3
    assert view.ask(serial=before, ask="items", start=0, count=1) == []


def test_nothing_to_compare_is_nothing_drawn(view: RecordingDiff) -> None:
    view.compare(None)

    assert view.drawn == ""
    assert view.ask(ask="items", start=0, count=1) == []


def test_equal_texts_are_said_to_be_so() -> None:
    same = ConfigDiff(old="a", new="b", added=0, removed=0, hunks=(), old_text=b"x", new_text=b"x")

    assert drawn(DiffView(same))["note"] == "Both texts are the same."


def test_rows_that_were_read_by_other_rights_are_given_out_no_more() -> None:
    view, document = RecordingDiff(long_diff()), Document()
    wanted = {"ask": "items", "start": 0, "count": 3}

    async def no_more() -> bool:
        return False

    assert view.ask(**wanted) != []
    setattr(document, HOLDS, no_more)
    with set_curdoc(document):
        assert view.ask(**wanted) == []
