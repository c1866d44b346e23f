"""An instant as an option's value; `workbench.moments` reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from netwb.errors import InputError
from netwb.workbench.moments import parse_moment


class Moment(click.ParamType[datetime]):
    """A time, an age, or a day that is near."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse it; ages count from now."""
        try:
            return parse_moment(value, datetime.now(UTC))
        except InputError as error:
            self.fail(str(error), param, ctx)


MOMENT = Moment()
