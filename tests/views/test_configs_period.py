from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.errors import InputError
from netwb.views.configs.period import Period, period_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 1, 0, 0, 250_000, tzinfo=UTC)


def of(**query: str) -> Period:
    return period_of(query, night=NIGHT, now=NOW, zone=BERLIN)


def test_last_night_begins_with_the_second_in_which_its_backup_began() -> None:
    period = of()

    assert (period.name, period.since, period.until) == (
        "last-night",
        NIGHT.replace(microsecond=0),
        None,
    )


def test_without_any_night_it_is_the_last_day() -> None:
    assert period_of({}, night=None, now=NOW, zone=BERLIN).since == NOW - timedelta(days=1)


def test_a_week_is_seven_days_back_from_now() -> None:
    assert of(period="7d").since == NOW - timedelta(days=7)


def test_between_takes_times_of_the_person_s_zone() -> None:
    period = of(period="between", since="2026-11-20T01:00", until="2026-11-21T01:00")

    assert period.since == datetime(2026, 11, 20, tzinfo=UTC)
    assert period.until == datetime(2026, 11, 21, tzinfo=UTC)
    assert period.said(NOW, BERLIN) == "between 20 Nov 01:00 and 21 Nov 01:00"


def test_between_begins_yesterday_where_nothing_is_named() -> None:
    period = of(period="between")

    assert period.since == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert period.since_text == "2026-11-22T00:00"
    assert period.said(NOW, BERLIN) == "between 22 Nov and now"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"period": "fortnight"}, "no period"),
        ({"period": "between", "since": "soon"}, "no time"),
        ({"period": "between", "since": "0001-01-01T00:00"}, "calendar"),
        ({"period": "between", "since": "2026-11-21", "until": "2026-11-20"}, "swap"),
    ],
    ids=["period", "time", "calendar", "order"],
)
def test_what_is_no_period_is_refused_in_words(query: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        of(**query)
