"""How large an answer may be: reckoned before anybody is asked. Pure."""

from __future__ import annotations

from netwb.errors import MetricsTooMuchError
from netwb.metrics.records import Question

MOST_SAMPLES = 10_000_000  # of one question: some seconds and a gigabyte here, as much there


def check_size(store: str, series: int, question: Question, between_s: int) -> None:
    """Raise MetricsTooMuchError for a question that asks for too much at once.

    store       how a sentence calls it
    between_s   from one sample of a series to the next one that has to be looked at
    """
    found = series * (question.until - question.since) // between_s
    if found >= MOST_SAMPLES:
        msg = (
            f"that asks {store} for {found / 1e6:.0f} million samples at once; ask for fewer ports,"
            " or a shorter time"
        )
        raise MetricsTooMuchError(msg)
