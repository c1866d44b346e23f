"""A device's days: revisions, texts kept back, quiet nights collapsed, and the strip of nights."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from netwb.compliance.report import RuleMark
from netwb.views.history.days import Listed, render_days, strip_of
from netwb.views.history.head import strip_head
from netwb.views.inventory.strips import RuleNight
from netwb.views.navigation import Moment
from netwb.workbench.words import DeviceRun, Revision
from tests.views.hostile import assert_inert

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
AT = Moment(now=NOW, zone=ZoneInfo("UTC"))
EVIL = "<img src=x onerror=alert(1)>\u202e"


def revision(number: int, days: float, **values: object) -> Revision:
    at = NOW - timedelta(days=days)
    wanted = {
        "id": f"{number:040x}",
        "number": number,
        "tenant_id": "t",
        "device_id": "d",
        "kind": "running",
        "at": at,
        "stored_at": at + timedelta(hours=4),
        "author": "ana",
        "cause": "backup",
        "message": "edge1: changed",
        "note": "",
        "run_id": "r",
        "rule_set": "1",
        "added": 7,
        "removed": 6,
        "size": 1,
        "lines": 105,
        "path": "fra1/edge1.cfg",
        "blob": "b",
    }
    return Revision(**{**wanted, **values})  # type: ignore[arg-type]


def run(days: float, status: str = "unchanged", message: str = "") -> DeviceRun:
    return DeviceRun(
        run_id="r",
        at=NOW - timedelta(days=days),
        ended_at=NOW - timedelta(days=days),
        status=status,  # type: ignore[arg-type]
        revision=None,
        cause_kind="IncompleteConfigError" if status != "unchanged" else "",
        cause_message=message,
        by="x",
    )


def drawn(revisions: list[Revision], runs: list[DeviceRun], **values: object) -> str:
    wanted = {
        "open": "",
        "old": "",
        "new": "",
        "sections": {},
        "url": {item.id: f"configs?rev={item.id}" for item in revisions},
    }
    return render_days(revisions, runs, Listed(**{**wanted, **values}), AT)  # type: ignore[arg-type]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_revisions_stand_below_their_days_newest_first() -> None:
    said = words(drawn([revision(3, 0.1), revision(2, 1), revision(1, 5)], []))

    assert said.index("Today, Mon 23 Nov") < said.index("Sun 22 Nov") < said.index("Wed 18 Nov")
    assert "+7 \u22126" in said


def test_neighbouring_quiet_nights_are_one_line() -> None:
    runs = [run(day) for day in range(1, 6)]

    said = words(drawn([revision(1, 9)], runs))

    assert said.count("no change") == 1
    assert "Read 5 times, 18 Nov to 22 Nov, no change" in said


def test_one_quiet_night_stands_in_its_day() -> None:
    said = words(drawn([revision(2, 1.1), revision(1, 9)], [run(1)]))

    assert "Read 08:42, no change" in said
    assert said.count("Sun 22 Nov") == 1


def test_a_text_kept_back_says_why() -> None:
    said = words(drawn([revision(1, 9)], [run(1, "rejected", "the end mark is missing")]))

    assert "kept back" in said
    assert "The end mark is missing" in said


def test_who_is_not_told_the_words_of_a_cause_is_told_its_kind() -> None:
    said = words(drawn([revision(1, 9)], [run(1, "failed")]))

    assert "failed" in said
    assert "Incomplete config" in said


def test_an_unknown_author_is_a_word_and_the_time_is_when_it_was_seen() -> None:
    said = words(drawn([revision(2, 1, author="unknown"), revision(1, 9)], []))

    assert "author not recorded seen 12:42" in said


def test_what_netwb_did_itself_is_grey_and_no_person() -> None:
    said = words(drawn([revision(2, 1, cause="rules", author="netwb"), revision(1, 9)], []))

    assert "netwb wrote it anew under newer rules" in said


def test_the_open_revision_and_the_marks_are_shown() -> None:
    html = drawn(
        [revision(3, 0.1), revision(2, 1), revision(1, 5)],
        [],
        open=revision(3, 0).id,
        old=revision(1, 0).id,
        new=revision(3, 0).id[:40],
    )

    assert html.count('aria-selected="true"') == 1
    assert words(html).count("Old") == words(html).count("New") == 1


def test_each_revision_is_a_real_link() -> None:
    html = drawn([revision(1, 1)], [])

    assert f'href="configs?rev={revision(1, 1).id}"' in html


def test_hostile_authors_notes_and_causes_are_inert() -> None:
    html = drawn(
        [revision(2, 1, author=EVIL, note=EVIL), revision(1, 9)],
        [run(0.5, "rejected", EVIL)],
        sections={revision(2, 1).id: EVIL},
    )

    assert "<img" not in html
    assert "\u202e" not in html


def test_runs_before_the_oldest_listed_revision_are_left_out() -> None:
    assert "kept back" not in drawn([revision(1, 2)], [run(5, "rejected", "x")])


def test_without_a_copy_the_runs_are_listed_all_the_same() -> None:
    assert "kept back" in drawn([], [run(5, "rejected", "x")])


def test_the_strip_has_a_mark_a_night_and_the_lines_of_its_changes() -> None:
    strip = strip_of(
        [revision(3, 1.2), revision(2, 1.3), revision(1, 3.2)],
        [run(1, "changed"), run(2, "rejected"), run(3, "changed"), run(2.01, "unchanged")],
        AT,
        nights=5,
    )

    assert strip.marks == ("none", "changed", "unchanged", "changed", "none")
    assert strip.lines == (0, 0, 0, 26, 0)


def test_the_strip_marks_nights_whose_revisions_broke_or_mended_rules() -> None:
    older, newer, plain = revision(3, 1.2), revision(2, 1.3), revision(1, 3.2)
    rules = {
        older.id: RuleMark(number=3, revision=older.id, at=NOW, broke=("a", "b"), mended=()),
        newer.id: RuleMark(number=2, revision=newer.id, at=NOW, broke=(), mended=("c",)),
    }

    strip = strip_of([older, newer, plain], [run(1, "changed")], AT, rules=rules, nights=5)
    drawn_strip = strip_head(strip)

    done = RuleNight(broke=2, mended=1)
    assert strip.rules == (*[RuleNight()] * 3, done, RuleNight())
    assert "broke 2 rules, mended 1 rule</title>" in drawn_strip
    assert drawn_strip.count('class="r-broke"') == drawn_strip.count('class="r-mended"') == 1
    assert "1 broke rules · 1 mended rules" in drawn_strip
    assert ', 1 broke rules, 1 mended rules"' in drawn_strip


def test_a_strip_without_rules_keeps_its_room() -> None:
    plain = strip_head(strip_of([revision(1, 3.2)], [run(1, "changed")], AT, nights=5))

    assert 'viewBox="0 0 50 32"' in plain
    assert "rules" not in plain


def test_a_revision_says_which_rules_it_broke_and_which_it_mended() -> None:
    marked = RuleMark(
        number=2,
        revision=revision(2, 1).id,
        at=NOW,
        broke=("ntp-two-sources",),
        mended=("a-rule", "b-rule", EVIL),
    )

    html = drawn([revision(2, 1), revision(1, 3)], [], rules={marked.revision: marked})

    assert html.count('class="rl') == 2
    assert "<span>broke</span></span> rule ntp-two-sources" in html
    assert "<span>mended</span></span> rules a-rule, b-rule and 1 more" in html
    assert_inert(html)
