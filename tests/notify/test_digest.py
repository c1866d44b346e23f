"""The morning digest: bounded, escaped, and without a secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from netwb.configs.diff import ConfigDiff, DiffLine, Hunk
from netwb.notify.digest import (
    MOST_HUNKS,
    MOST_LINES,
    Digest,
    ShownChange,
    digest_message,
    shown_hunks,
)
from netwb.notify.records import Standing
from tests.notify.samples import NOON, standing
from tests.notify.test_wording import HOSTILE, Tags

MORNING = NOON.replace(day=2)


def diff_of(*hunks: tuple[DiffLine, ...]) -> ConfigDiff:
    found = tuple(
        Hunk(section="snmp-server", old_start=1, new_start=1, lines=lines) for lines in hunks
    )
    return ConfigDiff(old="old", new="new", added=1, removed=1, hunks=found)


def change(**fields: object) -> ShownChange:
    known = {
        "label": "acme/edge1",
        "kind": "running",
        "author": "ana",
        "at": NOON,
        "revision": "abc",
        "added": 1,
        "removed": 1,
        "is_first": False,
    }
    return ShownChange(**(known | fields))  # type: ignore[arg-type]


def digest(
    *changes: ShownChange,
    changed: int | None = None,
    wrong: tuple[Standing, ...] = (),
    zone: tzinfo = UTC,
    until: datetime = MORNING,
) -> Digest:
    return Digest(
        whose="acme",
        zone=zone,
        since=NOON.replace(day=1),
        until=until,
        changes=changes,
        changed=len(changes) if changed is None else changed,
        wrong=wrong,
    )


def test_a_change_that_was_made_before_its_time_is_said_to_be() -> None:
    before = NOON - timedelta(days=3)
    shown = (change(at=before), change(), change(at=before, is_first=True))

    message = digest_message(digest(*shown))
    told = "One was made before, as the device's own clock says, and stored by netwb since."

    assert told in message.text
    assert told.replace("'", "&#x27;") in message.html
    assert "made before" not in digest_message(digest(change())).text


def test_a_devices_startup_is_told_from_its_running_text() -> None:
    shown = (change(), change(kind="startup"), change(kind="startup", is_first=True))

    message = digest_message(digest(*shown))

    assert message.text.count("  acme/edge1 by ana") == 1
    assert message.text.count("  acme/edge1 startup by ana") == 1
    assert "  acme/edge1 startup: first copy" in message.text
    assert [one["kind"] for one in message.data["data"]["changes"]] == [
        *("running", "startup", "startup"),
    ]


def test_it_says_what_changed_what_is_wrong_and_what_is_stale() -> None:
    message = digest_message(
        digest(
            change(),
            wrong=(standing(), standing("device.stale", message="no good copy for 3 days")),
        )
    )

    assert message.title == "[netwb] 1 change, 1 wrong, 1 stale, acme"
    for part in (message.text, message.html):
        assert "acme/edge1 by ana at 2026-03-01 12:00 UTC: +1 -1" in part
        assert "No answer: acme/edge1" in part
        assert "acme/edge1: no good copy for 3 days" in part
        assert "2026-03-01 12:00 UTC" in part
    assert message.data["data"]["changes"][0]["author"] == "ana"
    assert [one["kind"] for one in message.data["data"]["wrong"]] == [
        "backup.failed",
        "device.stale",
    ]


def test_times_are_those_of_the_zone_on_either_side_of_a_change_of_the_clock() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, half an hour before 03:00 is 02:00
    changes = change(at=night), change(at=night + timedelta(hours=1))
    stands = standing(since=datetime(2026, 3, 29, 1, tzinfo=UTC))  # 02:00, which is 03:00
    until = datetime(2026, 10, 25, 6, tzinfo=UTC)

    message = digest_message(
        digest(*changes, wrong=(stands,), zone=ZoneInfo("Europe/Berlin"), until=until)
    )

    assert "What happened from 2026-03-01 13:00 CET to 2026-10-25 07:00 CET." in message.text
    for part in (message.text, message.html):
        assert "by ana at 2026-10-25 02:30 CEST" in part
        assert "by ana at 2026-10-25 02:30 CET" in part
        assert "since 2026-03-29 03:00 CEST" in part
    for part in (message.text, message.html, message.brief):
        assert "UTC" not in part
    assert "since 2026-03-29 03:00 CEST" in message.brief
    assert message.data["timestamp"] == "2026-10-25T06:00:00Z"


def test_a_secret_is_a_word_and_a_changed_one_another() -> None:
    lines = (
        DiffLine(kind="removed", text="community <netwb:secret:0123456789abcdef>"),
        DiffLine(kind="added", text="community <netwb:secret:fedcba9876543210>"),
    )
    hunks, more = shown_hunks(diff_of(lines))

    message = digest_message(digest(change(hunks=hunks, more_hunks=more)))

    assert "- community <secret 0123>" in message.text
    assert "+ community <secret fedc>" in message.text
    assert "&lt;secret fedc&gt;" in message.html


def test_a_large_change_is_cut_and_the_rest_counted() -> None:
    diff = diff_of(*[(DiffLine(kind="added", text="line"),) * 40] * 10)

    hunks, more = shown_hunks(diff)
    message = digest_message(digest(change(hunks=hunks, more_hunks=more), changed=5000))

    assert (len(hunks), len(hunks[0].lines), hunks[0].left_out) == (MOST_HUNKS, MOST_LINES, 28)
    assert f"... {len(diff.hunks) - MOST_HUNKS} more places" in message.text
    assert "... 4999 more changes" in message.text
    assert "4999 more changes" in message.html


def test_nothing_is_said_as_such() -> None:
    empty = digest()

    assert not empty.says_something
    assert "Nothing changed, and nothing is wrong." in digest_message(empty).text


def test_what_is_hostile_is_shown_as_words() -> None:
    message = digest_message(
        digest(
            change(author=HOSTILE, label=HOSTILE, is_first=False),
            change(is_first=True),
            wrong=(standing(message=HOSTILE),),
        )
    )
    tags = Tags(message.html)

    assert not {"script", "img", "link", "iframe"} & set(tags.tags)
    assert tags.links == []
    assert "@everyone" not in message.brief
