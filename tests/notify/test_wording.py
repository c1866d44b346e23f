"""Notices in words: what is hostile stays words, and many become one."""

from __future__ import annotations

from datetime import UTC
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from netwb.notify.records import KINDS
from netwb.notify.wording import message_of, summary_of, trial_message
from tests.notify.samples import NOON, notice

HOSTILE = '<script>alert(1)</script>"\r\nBcc: x@example.org\u202e@everyone <!channel> & <img src=x>'


class Tags(HTMLParser):
    """Collects what a mail program would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [f"{name}={value}" for name, value in attrs if name in {"src", "href"}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_for_people_and_for_programs(kind: str) -> None:
    message = message_of(notice(kind, message=""), UTC)

    assert KINDS[kind] in message.text
    assert (message.data["type"], message.data["timestamp"]) == (kind, "2026-03-01T12:00:00Z")
    assert message.data["data"]["label"] == "acme/edge1"


def test_what_is_hostile_is_shown_as_words() -> None:
    message = message_of(notice(message=HOSTILE, label=HOSTILE), UTC)
    tags = Tags(message.html)

    assert not {"script", "img", "link", "iframe"} & set(tags.tags)
    assert tags.links == []
    assert "\n" not in message.title + message.data["type"]
    assert "\r" not in message.title
    assert "@everyone" not in message.brief
    assert "<!channel>" not in message.brief
    assert "\u202e" not in message.title + message.text + message.html


def test_a_recovery_says_since_when_it_was_so() -> None:
    message = message_of(notice(state="recovered", message="acme/edge1 is backed up again"), UTC)

    assert message.title == "[netwb] recovered, backup.failed: acme/edge1"
    assert "since 2026-03-01 12:00 UTC" in message.text
    assert message.data["data"]["since"] == "2026-03-01T12:00:00Z"


def test_times_are_those_of_the_zone() -> None:
    told = message_of(notice(state="recovered"), ZoneInfo("America/St_Johns"))

    for part in (told.text, told.html, told.brief):
        assert "at 2026-03-01 08:30 NST; it was so since 2026-03-01 08:30 NST" in part


def test_a_cause_is_told_where_it_is_given() -> None:
    told = message_of(notice(detail={"cause": {"kind": "X", "message": "login refused"}}), UTC)

    assert "login refused" in told.text
    assert "login refused" in told.html


def test_many_that_waited_become_one_and_that_one_is_summed_up_again() -> None:
    first = summary_of([message_of(notice(message=f"number {n}"), UTC) for n in range(300)])
    second = summary_of([first, message_of(notice("run.ended", message="the last one"), UTC)])

    assert first.title == "[netwb] 300 notices"
    assert "number 299" in first.text
    assert "number 100\n" not in first.text
    assert second.data["data"]["counts"] == {"backup.failed": 300, "run.ended": 1}
    assert second.title == "[netwb] 301 notices"
    assert second.text.rstrip().endswith("the last one")
    assert len(second.text) < 4000


def test_a_trial_says_that_nothing_happened() -> None:
    assert "Nothing happened" in trial_message("noc", NOON).text
