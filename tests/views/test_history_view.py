"""A device's history in a frame, over a real archive and without a browser."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from netwb.errors import NotPermittedError, UnknownDeviceError
from netwb.roles import Role
from netwb.views.history.head import saved_state
from netwb.views.history.page import HistoryView
from netwb.views.navigation import Moment
from netwb.workbench.words import Copy, DeviceRun
from tests.benches import START, Rig, ios, rig
from tests.views.made_frames import KeptFrame, act, frame_of, words

EDGE = "acme/edge1"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder: Path = tmp_path_factory.mktemp("history")
    with rig(folder, {"acme": ("edge1", "edge2", "new1"), "bolt": ("edge1",)}) as found:
        known = [name for name in found.devices if not name.endswith("new1")]
        found.back_up(*known)
        for night, (by, ntp) in enumerate([("ben", "192.0.2.54"), (EVIL, EVIL)], start=1):
            found.clock.advance(days=1)
            at = START + timedelta(days=night, hours=-4)
            found.answer(EDGE, ios("edge1", by=by, at=at, ntp=ntp))
            found.back_up(*known, note="CHG7")
        yield found


def opened(
    made: Rig, query: str = "", *, role: Role | None = None
) -> tuple[HistoryView, KeptFrame]:
    frame = frame_of(made, f"device={made.devices[EDGE].id}{query}", role=role)
    view = HistoryView(frame)
    view.panel()
    asyncio.run(view.load())
    return view, frame


def do(view: HistoryView, name: str, **values: object) -> None:
    asyncio.run(view.act(act(name, **values)))


def test_it_opens_on_the_newest_text_with_who_and_when(made: Rig) -> None:
    view, _ = opened(made)

    assert "ben" in words(view.list.html)
    assert "CHG7" in words(view.list.html)
    assert "first copy" in words(view.pane.html)
    assert "saved" in words(view.head.html)


def test_the_devices_own_page_is_opened_for_the_same_tenant(made: Rig) -> None:
    view, _ = opened(made, "&tenant=acme")

    device = made.devices[EDGE].id
    assert f'href="inventory?device={device}&amp;tenant=acme"' in view.head.html


@pytest.mark.parametrize(
    ("lacking", "hours", "kind"),
    [(0, 1, "ok"), (0, 40, "stale"), (1, 1, "warn"), (3, 1, "bad")],
    ids=["fresh", "no-run", "one-bad-run", "three-bad-runs"],
)
def test_a_copy_is_marked_as_good_only_where_nothing_came_to_nothing_since(
    lacking: int, hours: int, kind: str
) -> None:
    at = START + timedelta(hours=hours)
    copy = Copy(at=START, revision="c0ffee", size=4, lines=1)
    good = DeviceRun(
        run_id="r1",
        at=START,
        ended_at=START,
        status="changed",
        revision="c0ffee",
        cause_kind="",
        cause_message="",
        by="ana",
    )
    runs = [replace(good, status="failed") for _ in range(lacking)] + [good]

    said = saved_state(copy, runs, Moment(now=at, zone=ZoneInfo("UTC")))

    assert f'"st st-{kind}"' in said


def test_what_a_revision_touched_stands_under_it(made: Rig) -> None:
    view, _ = opened(made)

    assert "ntp server" in words(view.list.html)


def test_hostile_text_and_authors_are_inert(made: Rig) -> None:
    view, _ = opened(made)

    for html in (view.list.html, view.pane.html, view.head.html):
        assert "<img" not in html
    assert EVIL in view.rows.lines[view.rows.lines.index(f"ntp server {EVIL}")]


def test_another_revision_opens_and_stands_in_the_address(made: Rig) -> None:
    view, frame = opened(made)
    older = view.revisions[1].id

    do(view, "open", rev=older)

    assert frame.address["rev"] == older
    assert "ntp server 192.0.2.54" in words(view.pane.html)
    assert "older copy" in words(view.head.html)


def test_a_text_that_cannot_be_read_says_so_in_its_place_until_it_is_mended(made: Rig) -> None:
    view, _ = opened(made)
    repository = made.bench.home / "archive" / "acme.git"
    repository.rename(repository.with_suffix(".away"))
    try:
        do(view, "open", rev=view.revisions[1].id)
    finally:
        repository.with_suffix(".away").rename(repository)

    assert "The archive cannot be read" in words(view.pane.html)
    assert "ben" in words(view.list.html), "the list stays"
    do(view, "again")
    assert "older copy" in words(view.head.html)
    assert "cannot be read" not in words(view.pane.html)


def test_two_marks_lead_to_their_comparison(made: Rig) -> None:
    view, frame = opened(made)

    do(view, "new")
    do(view, "open", rev=view.revisions[2].id)
    do(view, "old")

    device, (newest, _, oldest) = made.devices[EDGE].id, view.revisions
    do(view, "lead", url=re.findall(r'data-url="([^"]*)"', view.list.html)[0].replace("&amp;", "&"))
    (url,) = frame.went
    assert parse_qs(url.partition("?")[2]) == {
        "old": [f"{device}@{oldest.id[:12]}"],
        "new": [f"{device}@{newest.id[:12]}"],
    }


def test_marks_stay_where_another_device_is_opened(made: Rig) -> None:
    frame = frame_of(
        made, f"device={made.devices['acme/edge2'].id}&old={made.devices[EDGE].id}@abcdef1"
    )
    view = HistoryView(frame)
    asyncio.run(view.load())

    assert "old another device" in words(view.list.html)


def test_any_device_can_be_named_to_compare_with(made: Rig) -> None:
    view, frame = opened(made)

    do(view, "with", fields={"other": " acme/edge2@latest~0 "})

    (url,) = frame.went
    assert f"new={made.devices['acme/edge2'].id}%40latest~0" in url
    assert "old=" in url


def test_a_foreign_device_cannot_be_named(made: Rig) -> None:
    view, _ = opened(made, role=Role.ADMIN)

    with pytest.raises(UnknownDeviceError):
        do(view, "with", fields={"other": "bolt/edge1"})


def test_a_foreign_device_and_a_missing_one_are_the_same_error(made: Rig) -> None:
    said = set()
    for reference in (made.devices["bolt/edge1"].id, "aaaaaaaaaaaaaaaa"):
        view = HistoryView(frame_of(made, f"device={reference}", role=Role.ADMIN))
        with pytest.raises(UnknownDeviceError) as error:
            asyncio.run(view.load())
        said.add(str(error.value).replace(reference, "X"))
    assert len(said) == 1


def test_a_line_tells_its_story_and_stands_in_the_address(
    made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, frame = opened(made)
    told: list[str] = []
    monkeypatch.setattr(view.pane, "tell_story", lambda _line, html: told.append(html))
    line = view.rows.lines.index(f"ntp server {EVIL}") + 1

    do(view, "story", line=line)
    do(view, "shut")

    assert "ntp server 192.0.2.54" in words(told[0])
    assert "<img" not in told[0]
    assert told[1] == ""
    assert "line" not in frame.address


@pytest.mark.parametrize("line", [0, -3, 10**9, "7", None, True])
def test_a_line_that_is_none_is_ignored(made: Rig, line: object) -> None:
    view, frame = opened(made)

    do(view, "story", line=line)
    do(view, "rows", **{"from": line})

    assert "line" not in frame.address


def test_lines_are_found_whatever_their_case(made: Rig) -> None:
    view, frame = opened(made)

    do(view, "within", value="LINE ")

    assert [view.rows.lines[n - 1] for n in view.within.finding.lines] == [
        "line con 0",
        "line vty 0 4",
    ]
    assert "1 of 2 lines" in words(view.head.html)
    do(view, "next")
    assert "2 of 2 lines" in words(view.head.html)
    do(view, "next")
    assert "1 of 2 lines" in words(view.head.html)
    assert frame.address["within"] == "LINE "


def test_without_the_right_the_button_says_why(made: Rig) -> None:
    view, _ = opened(made, role=Role.VIEWER)

    assert "needs config.reveal; role viewer has not got it" in words(view.head.html)
    assert " disabled" in view.head.html


def test_secrets_show_after_a_reason_and_hide_again(made: Rig) -> None:
    view, _ = opened(made)

    do(view, "ask-reveal")
    assert "Reason" in words(view.dialog.html)
    do(view, "reveal", fields={"reason": " "})
    assert "reason is empty" in view.dialog.html
    assert "060506324F41" not in view.pane.html
    do(view, "reveal", fields={"reason": "CHG7"})
    assert "060506324F41" in view.pane.html
    assert "revealed" in view.pane.html
    do(view, "hide")
    assert "060506324F41" not in view.pane.html
    newest = made.bench.audit_events(limit=1)[0]
    assert (newest.action, newest.detail["reason"]) == ("config.reveal", "CHG7")


def test_a_copy_is_downloaded_with_and_without_its_secrets(made: Rig) -> None:
    view, frame = opened(made)

    do(view, "restore", fields={"reason": "CHG8", "secrets": "left out"})
    do(view, "restore", fields={"reason": "CHG8", "secrets": "put back"})

    (name, masked), (_, whole) = frame.saved
    assert name == f"edge1-{view.revisions[0].id[:12]}.cfg"
    assert b"060506324F41" not in masked
    assert b"060506324F41" in whole
    last, before = made.bench.audit_events(limit=2)
    assert (last.action, last.detail["secrets"]) == ("config.restore", "put back")
    assert (before.action, before.detail["secrets"]) == ("config.restore", "left out")


def test_revealing_is_not_for_who_lacks_the_right(made: Rig) -> None:
    view, _ = opened(made, role=Role.OPERATOR)

    with pytest.raises(NotPermittedError, match=r"lacks config\.reveal"):
        do(view, "reveal", fields={"reason": "CHG9"})
    assert "060506324F41" not in view.pane.html


def test_a_viewer_is_offered_a_copy_without_secrets_only(made: Rig) -> None:
    view, frame = opened(made, role=Role.VIEWER)

    do(view, "ask-restore")
    assert "put back: the file" not in view.dialog.html
    do(view, "restore", fields={"reason": "CHG8", "secrets": "left out"})
    assert b"060506324F41" not in frame.saved[0][1]


def test_a_kind_without_a_copy_says_so(made: Rig) -> None:
    view, frame = opened(made)

    do(view, "kind", kind="startup")

    assert frame.address["kind"] == "startup"
    assert "No startup copy of edge1" in words(view.pane.html)
    assert "Restore" not in words(view.head.html)


def test_a_device_that_was_never_saved_has_a_page(made: Rig) -> None:
    view = HistoryView(frame_of(made, f"device={made.devices['acme/new1'].id}"))
    asyncio.run(view.load())

    assert "no copy yet" in words(view.head.html)
    assert "No copy yet" in words(view.list.html)


@pytest.mark.parametrize("rev", ["ffffffffffff", "nonsense", "latest~99"])
def test_a_revision_that_is_not_there_leaves_the_list(made: Rig, rev: str) -> None:
    frame = frame_of(made, f"device={made.devices[EDGE].id}&rev={rev}")
    view = HistoryView(frame)

    asyncio.run(view.load())

    assert "ben" in words(view.list.html)
    assert "Restore" not in words(view.head.html)


def test_acts_of_a_stranger_are_ignored(made: Rig) -> None:
    view, _ = opened(made)

    do(view, "load")
    do(view, "__init__")


def test_secrets_do_not_stay_behind_when_another_view_comes(made: Rig) -> None:
    view, _ = opened(made)
    do(view, "reveal", fields={"reason": "CHG9"})

    view.leave()

    assert "060506324F41" not in view.pane.html + "".join(view.rows.lines)
