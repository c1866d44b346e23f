from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.views import words

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 11, 28, 9, 42, tzinfo=UTC)  # a Saturday; 10:42 in Berlin


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (40.9, "40 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 d"),
        (371 * 86_400, "371 d"),
    ],
)
def test_span_is_in_its_largest_whole_unit(seconds: float, said: str) -> None:
    assert words.span(seconds) == said


def test_age_and_time_left_are_never_negative() -> None:
    later = NOW + timedelta(seconds=30)

    assert (words.age(later, NOW), words.until(later, NOW)) == ("0 s", "30 s")
    assert (words.age(NOW, later), words.until(NOW, later)) == ("30 s", "0 s")


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        ("2026-11-28T00:38", BERLIN, "01:38"),
        ("2026-11-27T23:30", BERLIN, "00:30"),  # yesterday in UTC, today there
        ("2026-11-27T22:59", BERLIN, "Fri 23:59"),
        ("2026-11-22T12:00", BERLIN, "Sun 13:00"),
        ("2026-11-21T12:00", BERLIN, "21 Nov"),  # a week ago: the weekday would mislead
        ("2025-12-31T23:30", BERLIN, "1 Jan"),  # this year there, last year in UTC
        ("2025-12-31T22:30", BERLIN, "31 Dec 2025"),
        ("2026-11-27T19:00", KOLKATA, "00:30"),
        ("2026-11-29T05:00", BERLIN, "29 Nov"),  # ahead: clocks differ, or a time that is to come
    ],
)
def test_time_is_as_short_as_it_is_clear(at: str, zone: ZoneInfo, said: str) -> None:
    assert words.when(datetime.fromisoformat(f"{at}+00:00"), NOW, zone) == said


def test_hour_that_happens_twice_is_told_by_its_zone() -> None:
    summer = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    winter = summer + timedelta(hours=1)

    assert words.exact(summer, BERLIN) == "Sun 25 Oct 2026 02:30:00 CEST"
    assert words.exact(winter, BERLIN) == "Sun 25 Oct 2026 02:30:00 CET"


def test_moment_has_day_and_time() -> None:
    assert (
        words.moment(datetime(2026, 11, 22, 13, 20, tzinfo=UTC), NOW, BERLIN) == "Sun 22 Nov 14:20"
    )


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Europe/Berlin", "Berlin"), ("America/New_York", "New York"), ("UTC", "UTC")],
)
def test_zone_is_called_after_its_place(zone: str, said: str) -> None:
    assert words.zone_city(ZoneInfo(zone)) == said


def test_counts_agree_with_their_noun() -> None:
    assert words.count(1, "device") == "1 device"
    assert words.count(0, "device") == "0 devices"
    assert words.count(18_204, "entry", "entries") == "18,204 entries"
    assert words.number(-6) == "\N{MINUS SIGN}6"


@pytest.mark.parametrize(
    ("octets", "said"),
    [(812, "812 B"), (14_200, "14.2 kB"), (3_100_000, "3.1 MB"), (2_000_000_000, "2.0 GB")],
)
def test_size_has_its_unit(octets: int, said: str) -> None:
    assert words.size(octets) == said


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), ""),
        (("acme",), "acme"),
        (("acme", "borealis"), "acme and borealis"),
        (("a", "b", "c"), "a, b and c"),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more"),
    ],
)
def test_names_are_listed_as_people_do(names: tuple[str, ...], said: str) -> None:
    assert words.listed(names) == said


def test_a_revision_is_said_as_git_does_and_an_end_with_its_year() -> None:
    assert words.commit("6615ac19283d42cb095677777d0bb1cf773b73f7") == "6615ac1"
    assert words.exact_day(datetime(2027, 2, 26, 23, 30, tzinfo=UTC)) == "26 Feb 2027"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1",
            "Safari on macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/140 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140.0", "Edge on Windows"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
        ("x" * 300, "x" * 24),
    ],
)
def test_browser_has_the_name_that_people_know_it_by(agent: str, said: str) -> None:
    assert words.browser(agent) == said
