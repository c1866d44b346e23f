"""Windows that the store has let go, out of a bill that was frozen before. Pure.

A month that is reopened is reckoned anew; its counters may be gone by then, and its windows are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.samples import Times, Whole
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.windows import NONE, Volumes

Span = tuple[int | None, int | None]  # epoch seconds; None: no end


def filled_up(
    fresh: Volumes,
    ports: Sequence[str],
    theirs: Mapping[str, Sequence[Span]],
    kept: Counted,
) -> Volumes:
    """What was counted now, and where nothing is known any more, what was frozen.

    ports    ids, in the order of the rows
    theirs   the times in which each port was the tenant's: of others nothing is taken
    """
    if not len(kept.volumes.begin):
        return fresh
    there, same = _places(fresh.begin, kept.volumes.begin)
    rows = {port.id: row for row, port in enumerate(kept.ports)}
    received, sent = fresh.received.copy(), fresh.sent.copy()
    for place, port in enumerate(ports):
        if port not in rows:
            continue
        wanted = same & (received[place] == NONE)
        wanted &= np.any([_inside(fresh, span) for span in theirs[port]], axis=0)
        received[place][wanted] = kept.volumes.received[rows[port]][there[wanted]]
        sent[place][wanted] = kept.volumes.sent[rows[port]][there[wanted]]
    return Volumes(begin=fresh.begin, received=received, sent=sent)


def _places(fresh: Times, kept: Times) -> tuple[Whole, NDArray[np.bool_]]:
    """Which kept window each fresh one is, and whether it is one: a month of another zone is shifted."""
    there, rest = np.divmod(fresh - kept[0], WINDOW_S)
    same = (rest == 0) & (there >= 0) & (there < len(kept))
    return there, same


def _inside(fresh: Volumes, span: Span) -> NDArray[np.bool_]:
    """Windows that lie in it, all of each."""
    since, until = span
    found = np.ones(len(fresh.begin), np.bool_)
    if since is not None:
        found &= fresh.begin >= since
    if until is not None:
        found &= fresh.begin + WINDOW_S <= until
    return found
