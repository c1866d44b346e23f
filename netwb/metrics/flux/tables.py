"""Annotated CSV, as Flux answers: values of one field of one series, with their times. Pure.

An error may come as a table of its own in the middle of an answer whose status is 200.
Source: InfluxData, "Annotated CSV".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from netwb.metrics.influx.faults import no_answer, said

_ANNOTATION = "#"


def values(server: str, lines: Iterable[Sequence[str]]) -> Iterator[Mapping[str, str]]:
    """Rows by the names of their columns; MetricsError for what is told among them."""
    header: Sequence[str] = ()
    began = False  # a table of its own, whose header comes next
    for line in lines:
        if not any(line):
            continue
        if line[0].startswith(_ANNOTATION):
            began = True
            continue
        if began or not header:
            header, began = line, False
            if "result" not in header and "error" not in header:
                raise no_answer(server)
            continue
        row = dict(zip(header, line, strict=False))
        if row.get("error"):
            raise said(server, row["error"])
        yield row


def seconds(server: str, text: str) -> int:
    """Epoch seconds of a time as `2026-11-28T22:00:00.5Z`.

    >>> seconds("InfluxDB", "1970-01-01T00:01:00.999Z")
    60
    """
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        raise no_answer(server) from None
