"""What stands over the rows of a text: kept as a property, so that a late browser has it too."""

import json

from netwb.views.history.pane import TextPane
from netwb.views.sheet import Sheet


def test_a_kind_of_sheet_is_drawn_by_its_own_script() -> None:
    for kind in (Sheet, TextPane):
        assert kind._bundle_path == kind._bundle
    assert TextPane._bundle_path.name == "text.js"


def test_marks_and_story_stand_beside_each_other() -> None:
    pane = TextPane()

    pane.mark("ntp", (3, 9), 9)
    pane.tell_story(3, "<p>x</p>")

    over = json.loads(pane.state)
    assert over["marks"]["lines"] == [3, 9]
    assert over["marks"]["at"] == 9
    assert over["story"]["html"] == "<p>x</p>"


def test_only_what_is_new_has_a_new_number() -> None:
    pane = TextPane()
    pane.mark("ntp", (3,), 3)
    before = json.loads(pane.state)["marks"]["serial"]

    pane.tell_story(3, "<p>x</p>")

    over = json.loads(pane.state)
    assert over["marks"]["serial"] == before < over["story"]["serial"]


def test_the_same_mark_again_is_a_new_one() -> None:
    pane = TextPane()
    pane.mark("ntp", (3,), 3)
    before = pane.state

    pane.mark("ntp", (3,), 3)

    assert pane.state != before
