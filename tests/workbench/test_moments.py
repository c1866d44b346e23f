"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwb.errors import InputError
from netwb.workbench.moments import parse_moment

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 17, 12, tzinfo=UTC)),
        ("today", datetime(2026, 11, 24, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2 days ago", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("3 Weeks", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("an hour  ago", datetime(2026, 11, 24, 11, tzinfo=UTC)),
        ("90 min", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("7d ago", datetime(2026, 11, 17, 12, tzinfo=UTC)),
        ("Yesterday 22:15", datetime(2026, 11, 23, 22, 15, tzinfo=UTC)),
        ("today at 6:00", datetime(2026, 11, 24, 6, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T03:04:05", datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)),
        ("2026-11-20T03:04:05Z", datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)),
        ("2026-11-20T03:04:05+02:00", datetime(2026, 11, 20, 1, 4, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_time_or_an_age(text: str, expected: datetime) -> None:
    assert parse_moment(text, NOON) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "24", "2026-13-01", "-1h", "ago", "2 fortnights", "2 days hence"),
        *("yesterday 25:00", "1234567 days ago", "a", "2 days ago ago"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time"):
        parse_moment(text, NOON)
