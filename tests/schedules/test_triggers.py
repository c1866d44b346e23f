"""Triggers as a person writes them: what is taken, how it reads, and what is refused."""

from __future__ import annotations

import pytest

from netwb.errors import InputError
from netwb.schedules.triggers import (
    After,
    Calendar,
    Every,
    Off,
    parse_span_s,
    parse_trigger,
    render_span,
    times_a_day,
)


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("02:00", "02:00"),
        ("daily 2:00", "02:00"),
        ("Mon-Fri 02:30", "mon-fri 02:30"),
        ("sat,sunday 23:59", "sat,sunday 23:59"),
        ("  0  2 * *   mon-fri ", "0 2 * * mon-fri"),
        ("*/15 * * * *", "*/15 * * * *"),
        ("every 90m", "every 90m"),
        ("every 60m", "every 1h"),
        ("every 1d", "every 1d"),
        ("after nightly 15m 45m 2h", "after nightly 15m 45m 2h"),
        ("OFF", "off"),
    ],
)
def test_a_trigger_reads_back_as_one_text(written: str, reads: str) -> None:
    found = parse_trigger(written)

    assert found.text == reads
    assert parse_trigger(found.text) == found


def test_fields_of_cron_are_those_of_crontab() -> None:
    found = parse_trigger("5-20/5,30 */6 1,15 jan-mar,12 fri-mon")

    assert isinstance(found, Calendar)
    assert sorted(found.minutes) == [5, 10, 15, 20, 30]
    assert sorted(found.hours) == [0, 6, 12, 18]
    assert sorted(found.months) == [1, 2, 3, 12]
    assert sorted(found.weekdays) == [0, 1, 5, 6]
    assert found.either


@pytest.mark.parametrize(
    ("written", "hours"),
    [("0 20/2 * * *", [20, 22]), ("0 7 * * 7", [7]), ("0 7 * * 0", [7])],
)
def test_a_step_behind_a_number_goes_to_the_end_and_seven_is_sunday(
    written: str, hours: list[int]
) -> None:
    found = parse_trigger(written)

    assert isinstance(found, Calendar)
    assert sorted(found.hours) == hours
    if " 7" in written[3:] or written.endswith("0"):
        assert sorted(found.weekdays) == [0]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "no time that comes again"),
        ("25:00", "no time that comes again"),
        ("2:60", "no time that comes again"),
        ("noon", "no time that comes again"),
        ("0 2 30 2 *", "no such month has a day 30"),
        ("0 2 31 4,6,9,11 *", "no such month has a day 31"),
        ("0 24 * * *", "the hour '24'"),
        ("60 2 * * *", "the minute '60'"),
        ("0 2 0 * *", "the day '0'"),
        ("0 2 * 13 *", "the month '13'"),
        ("0 2 * * 8", "the weekday '8'"),
        ("0 2 * * sunflower", "the weekday 'sunflower'"),
        ("sunflower 02:00", "the weekday 'sunflower'"),
        ("02:30 14:30", "are several times; write those of one minute in cron's way"),
        ("0 9-5 * * *", "the hour '9-5'"),
        ("*/0 2 * * *", "the minute '*/0'"),
        ("*/90 * * * *", "so that it does not count; write every 90m"),
        ("*/60 * * * *", "write every 1h"),
        ("0 */24 * * *", "write every 1d"),
        ("*/70 * * * *", "so that it does not count; write 02:00"),
        ("0 2 */31 * *", "so that it does not count"),
        ("0 2 * */12 *", "so that it does not count"),
        ("0 8-10/3 * * *", "the hour '8-10/3'"),
        ("0,50/20 2 * * *", "the minute '50/20'"),
        ("*-5 2 * * *", "the minute '*-5'"),
        ("0 2 * * mon,,tue", "the weekday ''"),
        ("every 7m", "does not fit a day"),
        ("every 30s", "does not fit a day"),
        ("every 2d", "does not fit a day"),
        ("every often", "no length of time"),
        ("after nightly", "no time that comes again"),
        ("after nightly 2h 1h", "out of order"),
        ("after nightly 1h 1h", "out of order"),
        ("after nightly 25h", "out of order"),
        ("after nightly soon", "no length of time"),
        ("0 2 * * * *", "no time that comes again"),
        ("\x1b[2J" * 40, "no time that comes again"),
    ],
)
def test_what_is_no_trigger_is_refused_by_one_sentence_with_the_cure(
    written: str, says: str
) -> None:
    with pytest.raises(InputError) as refused:
        parse_trigger(written)

    assert says in str(refused.value)
    assert "; " in str(refused.value)
    assert len(str(refused.value)) < 300


def test_29_february_comes_and_so_does_a_weekday_beside_a_day_that_never_does() -> None:
    assert isinstance(parse_trigger("0 2 29 2 *"), Calendar)
    assert isinstance(parse_trigger("0 2 30 2 mon"), Calendar)


def test_other_triggers_are_records_of_their_own() -> None:
    assert parse_trigger("every 5m") == Every(text="every 5m", every_s=300)
    assert parse_trigger("off") == Off()
    assert parse_trigger("after nightly 15m 2h") == After(
        text="after nightly 15m 2h", job="nightly", delays_s=(900, 7200)
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("6H", 21600), ("2d", 172800)]
)
def test_a_span_is_written_in_its_largest_whole_unit(text: str, seconds: int) -> None:
    assert parse_span_s(text) == seconds
    assert parse_span_s(render_span(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "0m", "-5m", "5", "1w", "1h30m"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no length of time"):
        parse_span_s(text)


@pytest.mark.parametrize(
    ("text", "often"),
    [("* * * * *", 1440), ("every 6h", 4), ("30 2,14 * * mon", 2), ("02:00", 1), ("off", 0)],
)
def test_how_often_a_day_a_trigger_comes_is_known_before_it_does(text: str, often: int) -> None:
    assert times_a_day(parse_trigger(text)) == often
