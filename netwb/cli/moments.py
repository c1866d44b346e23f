"""Times on the command line: RFC 3339, a date, or an age such as `24h`; without a zone, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_AGE = re.compile(r"(\d{1,6})(s|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_moment(value: str, now: datetime) -> datetime:
    """An aware UTC instant; ValueError where the text is neither a time nor an age."""
    if age := _AGE.fullmatch(value):
        return now - timedelta(seconds=int(age[1]) * _UNIT_S[age[2]])
    found = datetime.fromisoformat(value)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


class Moment(click.ParamType[datetime]):
    """An instant as an option's value."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse it; ages count from now."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(value, datetime.now(UTC))
        except ValueError:
            self.fail(
                f"{value!r} is no time; write 2026-11-24T06:00, or an age: 24h, 7d", param, ctx
            )


MOMENT = Moment()
