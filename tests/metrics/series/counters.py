"""Counters made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from netwb.metrics.samples import MISSING, Samples

FIELD = "ifHCInOctets"


def counters(
    *values: int | None,
    every_s: int = 60,
    field: str = FIELD,
    begin: int = 0,
    **more: Sequence[int],
) -> Samples:
    """Samples of one field from `begin` on; None: it was not answered. As int64, as stores keep it."""
    return at_times(
        {begin + number * every_s: value for number, value in enumerate(values)},
        field=field,
        **more,
    )


def at_times(
    values: Mapping[int, int | None], *, field: str = FIELD, **more: Sequence[int]
) -> Samples:
    whole = [MISSING if value is None else value for value in values.values()]
    return Samples(
        at=np.array(list(values), np.int64),
        values={
            field: np.array([(v + 2**63) % 2**64 - 2**63 for v in whole], np.int64),
            **{name: np.array(column, np.int64) for name, column in more.items()},
        },
    )
