"""The page of changes on a real Workbench; a browser sees it in tests/real/browser."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from netwb.collect.replay import recorded
from netwb.errors import UnreachableError
from netwb.roles import Role
from netwb.views.configs.changes import ChangesView
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, ios_text, rig
from tests.views.hostile import HOSTILE, assert_inert
from tests.views.people import log_in
from tests.views.visits import Visit, run

CHANGED_AT = START + timedelta(hours=20)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Two nights: in the second one edge1 and core1 changed, two others were not saved."""
    hosts = {"acme": ("core1", "edge1", "edge2", "leaf1"), "borealis": ("pe1",)}
    with rig(tmp_path_factory.mktemp("configs"), hosts) as one:
        one.back_up()
        one.clock.advance(days=1)
        one.answer("acme/edge1", ios("edge1", by="ben", at=CHANGED_AT, ntp="198.51.100.53"))
        one.answer("borealis/pe1", ios("pe1", by="lv", at=CHANGED_AT, community="0ther-Secret"))
        one.answer("acme/edge2", UnreachableError("edge2 (127.0.0.1:22): no answer in 10 s; look"))
        half = ios_text("leaf1").partition(b"ntp server")[0]
        one.answer("acme/leaf1", recorded(half, prompt=b"leaf1#"))
        one.back_up()
        one.clock.advance(hours=6)
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER)


@pytest.fixture(scope="module")
def customer(made: Rig) -> Workbench:
    return log_in(made, "noc", Role.CUSTOMER, ("acme",))


async def visited(made: Rig, bench: Workbench, search: str = "") -> Visit:
    """The page with everything that it reads by itself."""
    visit = Visit(ChangesView, bench, made, search)
    visit.frame.night = bench.last_night()
    await visit.load()
    await settled(visit)
    return visit


async def settled(visit: Visit) -> None:
    for task in tuple(visit.view._tasks):
        await task


def rows(visit: Visit) -> list[str]:
    """The hostnames of the list, in their order."""
    return re.findall(r'class="cut"><b>([^<]+)</b>', visit.view.list.html)


def test_last_night_s_changes_stand_by_tenant_and_site_and_those_not_saved_at_the_end(
    made: Rig, engineer: Workbench
) -> None:
    visit = run(visited(made, engineer))

    assert rows(visit) == ["edge1", "pe1", "edge2", "leaf1"]
    assert "2 changed" in visit.text
    assert "1 as before" in visit.text
    assert "2 not saved" in visit.text
    assert "of 5" in visit.text
    assert "kept back" in visit.text
    assert "Good copy is 1 d old" in visit.text
    assert "127.0.0.1:22: no answer in 10 s" in visit.text


def test_each_row_says_who_when_and_which_sections(made: Rig, engineer: Workbench) -> None:
    visit = run(visited(made, engineer))

    assert "ben" in visit.text
    assert "ntp server" in visit.text
    assert "snmp-server community" in visit.text


def test_the_first_change_is_opened_and_named_in_the_address(
    made: Rig, engineer: Workbench
) -> None:
    visit = run(visited(made, engineer))

    edge1 = made.devices["acme/edge1"]
    assert visit.frame.address["change"].startswith(f"{edge1.id}@")
    assert 'aria-selected="true"' in visit.view.list.html
    assert '"hunks":1' in visit.view.pane.diff.drawn
    assert "198.51.100.53" in visit.view.pane.diff.drawn
    assert "first copy" not in visit.text
    assert "ana" in visit.view.pane.head.html, "who made the old revision"


def test_a_step_opens_the_next_device_and_stays_at_the_last(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        for _ in range(3):
            await visit.view.act({"act": "step", "by": "1"})
        return visit

    visit = run(story())

    assert visit.frame.address["change"].startswith(made.devices["borealis/pe1"].id)


def test_a_person_narrows_by_site_author_and_text(made: Rig, engineer: Workbench) -> None:
    async def story() -> list[list[str]]:
        visit, seen = await visited(made, engineer), []
        for field, value in (("site", "borealis/fra1"), ("site", ""), ("by", "ben"), ("by", "")):
            await visit.view.act({"act": "narrow", "field": field, "value": value})
            await settled(visit)
            seen.append(rows(visit))
        await visit.view.act({"act": "text", "value": "SNMP-server"})
        return [*seen, rows(visit)]

    by_site, _, by_author, _, by_text = run(story())

    assert by_site == ["pe1"]
    assert by_author == ["edge1"]
    assert by_text == ["pe1"]


def test_a_filter_that_leaves_nothing_says_so_and_is_cleared_by_one_click(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> tuple[str, list[str]]:
        visit = await visited(made, engineer, "?by=nobody")
        said = visit.text
        await visit.view.act({"act": "clear"})
        return said, rows(visit)

    said, after = run(story())

    assert "The filter is: person nobody. Without it there are 2 changes." in said
    assert "No change is open The filter leaves none; clear it to read what was changed." in said
    assert after[:2] == ["edge1", "pe1"]


def test_a_week_holds_the_first_copies_too(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        await visit.view.act({"act": "period", "period": "7d"})
        core1 = made.devices["acme/core1"]
        (first,) = engineer.history(core1.id)
        await visit.view.act({"act": "open", "change": f"{core1.id}@{first.id}"})
        return visit

    visit = run(story())

    assert rows(visit).count("edge1") == 2
    assert "none, this is the first copy" in visit.view.pane.head.html
    assert visit.frame.address["period"] == "7d"


def test_a_click_on_the_change_that_is_open_leaves_the_reader_at_the_line_that_is_read(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> tuple[tuple[str, str | None], tuple[str, str | None], bool]:
        visit = await visited(made, engineer, "?period=7d")
        pane = visit.view.pane
        opened = {"act": "open", "change": visit.frame.address["change"]}
        pane.diff.current = 2
        before = pane.diff.drawn, visit.frame.address.get("at")
        await visit.view.act(opened)
        after = pane.diff.drawn, visit.frame.address.get("at")
        await visit.view.act({"act": "step", "by": "1"})
        await visit.view.act(opened)
        return before, after, pane.diff.drawn not in ("", before[0])

    before, after, drawn_anew = run(story())

    assert before == after
    assert before[1] == "2"
    assert drawn_anew, "and opens it again from another one"


@pytest.mark.parametrize("since", ["soon", "2026-11-30T00:00&until=2026-11-01T00:00"])
def test_a_time_that_is_none_is_refused_beside_its_field(
    made: Rig, engineer: Workbench, since: str
) -> None:
    visit = run(visited(made, engineer, f"?period=between&since={since}"))

    assert 'role="alert"' in visit.view.tools.html


def test_a_night_without_a_change_says_what_was_read(made: Rig, engineer: Workbench) -> None:
    search = "?period=between&since=2026-11-21T07:00&until=2026-11-21T08:00"

    visit = run(visited(made, engineer, search))

    assert "No device was read between" in visit.text


def test_any_two_revisions_of_any_two_devices_are_compared(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        fields = {"old": "acme/core1", "new": "borealis/pe1@latest~1"}
        await visit.view.act({"act": "ask-compare"})
        await visit.view.act({"act": "compare", "fields": fields})
        return visit

    visit = run(story())

    assert "change" not in visit.frame.address
    assert visit.frame.address["old"].startswith(made.devices["acme/core1"].id)
    assert "against" in visit.view.pane.head.html
    assert "dialog" not in visit.view.pane.head.html


def test_two_revisions_are_picked_from_lists(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        await visit.view.act({"act": "ask-compare"})
        for side, device in (("old", "acme/core1"), ("new", "acme/edge1")):
            chosen = {"act": "compare-side", "side": side, "value": device}
            await visit.view.act(chosen)
        return visit

    visit = run(story())
    html = visit.view.pane.head.html

    newest = made.bench.history("edge1")[0]
    assert '<option value="acme/core1">' in html
    assert f'<option value="{newest.id}">' in html
    assert 'value="acme/core1"' in html

    fields = {"old": "acme/core1", "new": "acme/edge1", "new_rev": newest.id}
    run(visit.view.act({"act": "compare", "fields": fields}))
    assert visit.frame.address["new"].endswith(f"@{newest.id}")


def test_the_dialog_begins_at_what_is_not_chosen_yet(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer, "?period=between&since=2026-11-21T07:00")
        await visit.view.act({"act": "ask-compare"})
        return visit

    visit = run(story())

    (focused,) = re.findall(
        r'<(?:input|select) id="([^"]*)"[^>]* autofocus', visit.view.pane.head.html
    )
    assert focused.startswith("compare-")


def test_a_comparison_says_whose_history_it_is_of(made: Rig, engineer: Workbench) -> None:
    edge1 = made.devices["acme/edge1"].id
    old, new = (f"{edge1}@latest{back}" for back in ("~1", ""))

    visit = run(visited(made, engineer, f"?old={old}&new={new}"))

    names = [words for words, _ in visit.frame._crumbs]
    assert names == ["Configs", "edge1", "Comparison"]
    assert visit.frame._crumbs[1][1] == f"configs?device={edge1}"


def test_a_comparison_with_what_is_not_there_says_so_in_its_dialog(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        fields = {"old": "acme/nowhere", "new": "acme/edge1"}
        await visit.view.act({"act": "compare", "fields": fields})
        return visit

    visit = run(story())

    assert "nowhere" in visit.view.pane.head.html
    assert 'role="alert"' in visit.view.pane.head.html


def test_the_patch_is_for_the_file_in_the_repository(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        await visit.view.act({"act": "patch"})
        return visit

    ((name, patch),) = run(story()).frame.saved

    assert re.fullmatch(r"edge1-[0-9a-f]{8}-[0-9a-f]{8}\.patch", name)
    assert patch.startswith(b"diff --git a/fra1/edge1.cfg b/fra1/edge1.cfg\n")
    assert b"+ntp server 198.51.100.53" in patch


def test_how_a_comparison_is_looked_at_is_in_the_address_and_comes_from_it(
    made: Rig, engineer: Workbench
) -> None:
    led: list[tuple[str, str]] = []

    async def story() -> tuple[Visit, Visit]:
        one = await visited(made, engineer)
        one.frame.address.show_with(lambda url, history: led.append((history, url[-30:])))
        one.view.pane.diff.param.update(side="unified", moved="ignored")
        one.view.pane.diff.current = 2
        return one, await visited(
            made, engineer, "?side=unified&extent=whole&moved=x&at=9999999999"
        )

    one, other = run(story())

    first, *then = [history for history, _ in led]
    assert first == "push"
    assert set(then) <= {"replace"}, "Back undoes the look, and counts no hunk"

    assert (one.frame.address["side"], one.frame.address["moved"]) == ("unified", "ignored")
    diff = other.view.pane.diff
    assert (diff.side, diff.extent, diff.moved) == ("unified", "whole", "shown")


def test_another_tenant_s_change_and_one_that_never_was_are_the_same_sentence(
    made: Rig, customer: Workbench
) -> None:
    pe1 = made.devices["borealis/pe1"]
    revision = made.bench.history(pe1.id)[0].id

    foreign = run(visited(made, customer, f"?change={pe1.id}@{revision}"))
    missing = run(visited(made, customer, f"?change={'0' * 16}@{'0' * 40}"))

    assert "There is no revision here" in foreign.text
    assert foreign.view.pane.head.html == missing.view.pane.head.html
    assert "borealis" not in foreign.html
    assert "pe1" not in foreign.html


def test_a_customer_sees_own_devices_no_address_and_no_backup_button(
    made: Rig, customer: Workbench
) -> None:
    visit = run(visited(made, customer))

    assert rows(visit) == ["edge1", "edge2", "leaf1"]
    assert "of 4" in visit.text
    assert "127.0.0.1" not in visit.html
    assert "No answer" in visit.text
    assert "backups" not in visit.html


def test_a_backup_is_asked_about_filed_and_followed_to_its_end(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        visit = await visited(made, engineer)
        await visit.view.act({"act": "ask-backup", "which": "listed"})
        assert "Back up 2 devices" in visit.view.pane.head.html
        await visit.view.act({"act": "backup", "which": "listed", "fields": {"note": "CHG1"}})
        made.bench._run_next()
        await settled(visit)
        return visit

    visit = run(story())

    assert "Backup done: 2 as before." in visit.text
    assert visit.frame.address["job"]


def test_hostile_words_of_devices_and_people_stay_words(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.back_up()
        made.clock.advance(days=1)
        answer = ios("edge1", by="x", at=made.clock.now, ntp="192.0.2.1 " + HOSTILE[0])
        made.answer("acme/edge1", answer)
        made.back_up(note=HOSTILE[1])
        engineer = log_in(made, "jkim", Role.ENGINEER)
        for text in HOSTILE:
            search = _query(by=text, platform=text, site=text, text=text, period="7d")
            visit = run(visited(made, engineer, search))
            assert_inert(visit.html)
        visit = run(visited(made, engineer))
        assert_inert(visit.html)
        assert "onerror" in visit.view.pane.diff.drawn, "the component escapes what it draws"


def _query(**values: str) -> str:
    return "?" + urlencode(values, errors="replace")


def test_unknown_acts_and_fields_do_nothing(made: Rig, engineer: Workbench) -> None:
    async def story() -> None:
        visit = await visited(made, engineer)
        before = dict(visit.frame.address)
        odd: list[dict[str, Any]] = [
            {"act": "drop"},
            {"act": "narrow", "field": "tenant", "value": "borealis"},
            {"act": "period", "period": "fortnight"},
            {"act": "ask-backup", "which": "nothing"},
        ]
        for act in odd:
            await visit.view.act(act)
        assert dict(visit.frame.address) == before

    run(story())


def test_a_fault_of_the_archive_stands_in_the_place_of_the_comparison_until_it_is_mended(
    made: Rig, engineer: Workbench, tmp_path: Path
) -> None:
    repository = made.bench.home / "archive" / "acme.git"

    async def story() -> tuple[str, str]:
        visit = await visited(made, engineer)
        repository.rename(tmp_path / "away")
        try:
            core1 = made.devices["acme/core1"]
            newest = engineer.history(core1.id)[0].id
            await visit.view.act({"act": "open", "change": f"{core1.id}@{newest}"})
            broken = visit.text
        finally:
            (tmp_path / "away").rename(repository)
        await visit.view.act({"act": "again"})
        return broken, visit.text

    broken, mended = run(story())

    assert "The archive cannot be read" in broken
    assert "acme.git" not in broken
    assert "edge1" in broken, "the list stays"
    assert "cannot be read" not in mended
