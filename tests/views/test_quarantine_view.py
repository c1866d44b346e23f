"""Held texts in a frame: masked, accepted, discarded, revealed; over a real quarantine."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.collect.gather import Gathered
from netwb.errors import NotPermittedError
from netwb.roles import Role
from netwb.views.quarantine.lists import cause_word
from netwb.views.quarantine.page import QuarantineView
from tests.benches import START, Rig, ios, rig
from tests.views.made_frames import KeptFrame, act, frame_of, words

EDGE = "acme/edge1"
EVIL = "<img src=x onerror=alert(1)>"


def altered(answer: Gathered, old: bytes, new: bytes) -> Gathered:
    raw = answer.running
    assert raw is not None
    return replace(answer, running=replace(raw, transcript=raw.transcript.replace(old, new)))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path, {"acme": ("edge1", "edge2", "edge3"), "bolt": ("core9",)}, past=two_nights
    ) as found:
        yield found


def two_nights(found: Rig) -> None:
    found.back_up()
    found.clock.advance(days=1)
    at = START + timedelta(hours=20)
    for name in (EDGE, "bolt/core9"):
        hostname = name.partition("/")[2]
        cut = altered(
            ios(hostname, by="ben", at=at, community="0therSecret", ntp=EVIL),
            b"\r\nend\r\n",
            b"\r\n",
        )
        found.answer(name, cut)
    found.answer("acme/edge2", ios("edge9", by="ben", at=at))
    found.back_up()


def opened(
    made: Rig, query: str = "quarantine=1", *, role: Role | None = None
) -> tuple[QuarantineView, KeptFrame]:
    frame = frame_of(made, query, role=role)
    view = QuarantineView(frame)
    view.panel()
    asyncio.run(view.load())
    return view, frame


def do(view: QuarantineView, name: str, **values: object) -> None:
    asyncio.run(view.act(act(name, **values)))


def of_edge1(made: Rig) -> str:
    return f"quarantine={made.devices[EDGE].id}&look=text"


def test_the_list_says_why_and_how_old_the_good_copy_is(made: Rig) -> None:
    view, _ = opened(made)

    said = words(view.list.html)
    assert "3 texts held" in said
    assert "not whole" in said
    assert "another device" in said
    assert "good copy 1 d old" in said


def test_of_another_tenant_there_is_no_trace(made: Rig) -> None:
    view, _ = opened(made, f"quarantine={made.devices['bolt/core9'].id}", role=Role.ADMIN)

    assert "2 texts held" in words(view.list.html)
    assert "core9" not in view.list.html + view.head.html + view.pane.html


def test_a_text_is_shown_masked_and_inert(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made), role=Role.VIEWER)

    assert "0therSecret" not in view.pane.html
    assert "&lt;netwb:secret:" in view.pane.html
    assert "<img" not in view.pane.html + view.head.html + view.list.html
    assert list(view.body) == [view.pane]


def test_what_it_would_change_is_a_difference(made: Rig) -> None:
    view, _ = opened(made, f"quarantine={made.devices[EDGE].id}")

    assert list(view.body) == [view.diff]
    assert "0therSecret" not in view.diff.drawn
    assert view.diff.drawn


def test_who_may_not_decide_is_told_why_and_has_no_button(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made), role=Role.OPERATOR)

    said = words(view.head.html)
    assert "Accept" not in said.replace("Accepting", "")
    assert "Discard…" not in said
    assert "Deciding needs backup.accept, which role operator has not got." in said
    assert "Revealing needs config.reveal" in said


def test_what_is_no_configuration_cannot_be_accepted_and_says_so(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made))

    assert "It cannot be accepted" in words(view.head.html)
    assert 'data-act="ask-accept" disabled' in view.head.html


def test_discarding_needs_a_reason_and_leads_to_the_next_text(made: Rig) -> None:
    view, frame = opened(made, of_edge1(made))

    do(view, "ask-discard")
    assert "btn dan" in view.dialog.html
    do(view, "discard", fields={"reason": " "})
    assert "reason is empty" in view.dialog.html
    do(view, "discard", fields={"reason": "cut by a reload"})

    assert view.dialog.html == ""
    assert "2 texts held" in words(view.list.html)
    assert frame.address["quarantine"] == "1"


def test_accepting_makes_it_the_newest_copy(made: Rig) -> None:
    routes = "".join(f"ip route 198.51.100.{n} 255.255.255.255 Null0\n" for n in range(60))
    made.answer("acme/edge3", ios("edge3", ntp=f"192.0.2.53\n{routes}!"))
    made.back_up("acme/edge3")
    made.answer("acme/edge3", ios("edge3"))
    made.back_up("acme/edge3")
    before = len(made.bench.history("acme/edge3"))
    view, _ = opened(made, f"quarantine={made.devices['acme/edge3'].id}")

    assert "much shorter" in words(view.head.html)
    do(view, "ask-accept")
    assert "becomes the newest copy of edge3. It adds 0 and takes out 61 lines" in words(
        view.dialog.html
    )
    do(view, "accept", fields={"reason": "routes moved to BGP"})

    assert len(made.bench.history("acme/edge3")) == before + 1


def test_another_devices_text_is_not_shown_to_one_tenants_staff(made: Rig) -> None:
    view, _ = opened(made, f"quarantine={made.devices['acme/edge2'].id}", role=Role.ADMIN)

    assert "another tenant" in words(view.head.html)
    assert list(view.body) == []


def test_a_text_is_revealed_after_a_reason_and_hides_again(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made))

    do(view, "ask-reveal")
    do(view, "reveal", fields={"reason": ""})
    assert "0therSecret" not in view.pane.html
    do(view, "reveal", fields={"reason": "CHG7"})
    assert "0therSecret" in view.pane.html
    do(view, "hide")
    assert "0therSecret" not in view.pane.html


def test_revealing_is_asked_of_the_facade_and_not_of_the_button(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made), role=Role.VIEWER)

    with pytest.raises(NotPermittedError):
        do(view, "reveal", fields={"reason": "x"})


def test_nothing_held_is_good_news(made: Rig) -> None:
    for name in (EDGE, "acme/edge2", "bolt/core9"):
        made.bench.discard_quarantined(name, reason="x")

    view, _ = opened(made)

    assert "No text is held" in words(view.head.html)


@pytest.mark.parametrize(
    ("kind", "word"),
    [("ShrunkConfigError", "much shorter"), ("SomethingNewError", "something new"), ("", "held")],
)
def test_each_cause_has_a_word(kind: str, word: str) -> None:
    assert cause_word(kind) == word


def test_secrets_do_not_stay_behind_when_another_view_comes(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made))
    do(view, "reveal", fields={"reason": "CHG9"})

    view.leave()

    assert "0therSecret" not in view.pane.html + "".join(view.rows.lines)


def test_list_and_head_give_a_good_copy_the_same_age(made: Rig) -> None:
    made.clock.advance(days=2)
    view, _ = opened(made, of_edge1(made))

    assert "good copy 3 d old" in words(view.list.html)
    assert "good copy 3 d old, unchanged since" in words(view.head.html)


def test_a_device_of_which_a_text_is_held_is_backed_up_from_there(made: Rig) -> None:
    view, frame = opened(made, of_edge1(made))
    assert "Back up now" in words(view.head.html)

    async def file() -> None:
        await view.act(act("back-up"))
        view.backups.leave()
        await view.desk.settled()

    asyncio.run(file())

    (job,) = made.bench.jobs(limit=1)
    assert job.id == frame.address.get("job")


def test_who_may_not_back_up_is_not_offered_it(made: Rig) -> None:
    view, _ = opened(made, of_edge1(made), role=Role.VIEWER)

    assert "Back up now" not in words(view.head.html)


def test_where_no_text_is_held_the_list_says_so(made: Rig) -> None:
    view, _ = opened(made)
    for item in view.items:
        made.bench.discard_quarantined(item.device_id, reason="cleared", kind=item.kind)
    asyncio.run(view.load())

    assert "No text is held" in words(view.list.html)
