"""What an InfluxDB answers: rows as they stream in, and its errors, which hide in many places.

An error may come as a status, or in the middle of an answer whose status is 200; neither may look
like an answer without rows. `partial` on the last piece of a chunked answer means that the rest is
missing; on 1.6.7 an answer in one piece says so though every row is there, so none is asked for.
Source: facts-telegraf section 8, "Gotchas".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.influx.faults import broken_off, no_answer, said

# A quote within a text has a backslash before it: it is no text that looks like rows.
_WHOLE_ROWS = re.compile(rb'(?<!\\)"values":(\[\[-?\d[-\d,\[\]]*\d\]\])')


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of one series; the next piece may go on with it."""

    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]] | NDArray[np.int64]  # the latter where all are whole numbers


def pieces(server: str, chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Rows of a chunked answer in the order that they come in: a JSON document a line."""
    more = True  # an answer without a document is none
    for line in _lines(chunks):
        if not line.strip():
            continue
        document = _quickly(server, line)
        if "error" in document:
            raise said(server, str(document["error"]))
        for result in document.get("results", ()):
            if "error" in result:
                raise said(server, str(result["error"]))
            more = bool(result.get("partial"))
            for series in result.get("series", ()):
                yield Piece(
                    tags=series.get("tags", {}),
                    columns=series["columns"],
                    rows=series.get("values", ()),
                )
    if more:
        raise broken_off(server)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest.clear()
        rest.append(last)
    yield b"".join(rest)


def _quickly(server: str, line: bytes) -> dict[str, Any]:
    """As `_document`; rows of whole numbers alone, as nearly all are, in half the time."""
    found = _WHOLE_ROWS.search(line)
    if found is None or _WHOLE_ROWS.search(line, found.end()):
        return _document(server, line)
    document = _document(server, line[: found.start(1)] + b"[]" + line[found.end(1) :])
    rows = found[1][2:-2].split(b"],[")
    numbers = np.fromstring(b",".join(rows).decode(), dtype=np.int64, sep=",")
    try:
        (series,) = document["results"][0]["series"]
        series["values"] = numbers.reshape(len(rows), len(series["columns"]))
    except (LookupError, TypeError, ValueError):
        raise no_answer(server) from None
    return document


def _document(server: str, line: bytes) -> dict[str, Any]:
    try:
        document: Any = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not ({"results", "error"} & document.keys()):
        raise no_answer(server)
    return document
