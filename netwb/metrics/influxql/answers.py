"""What an InfluxDB answers: rows as they stream in, and its errors, which hide in many places.

An error may come as a status, or in the middle of an answer whose status is 200; neither may look
like an answer without rows. `partial` on the last piece of a chunked answer means that the rest is
missing; on 1.6.7 an answer in one piece says so though every row is there, so none is asked for.
Source: facts-telegraf section 8, "Gotchas".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netwb.errors import MetricsError, MetricsRefusedError, MetricsUnavailableError

_LONGEST = 200  # letters of what a server says
_PASSING = ("timeout", "interrupted", "not executed", "shutdown", "closed", "shard", "engine:")
_STATUSES = {
    400: "does not take the question",
    401: "refuses the login; correct metrics.username and metrics.secret",
    403: "refuses the login; give it the right to read and write, or name another one",
    404: "knows no such place or database; correct metrics.url and metrics.database",
    413: "takes no write of that size",
    422: "does not take the points",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of one series; the next piece may go on with it."""

    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def pieces(server: str, chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Rows of a chunked answer in the order that they come in: a JSON document a line."""
    more = True  # an answer without a document is none
    for line in _lines(chunks):
        if not line.strip():
            continue
        document = _document(server, line)
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


def refusal(server: str, status: int, body: bytes) -> MetricsError:
    """Of an answer whose status is no success."""
    words = _shortened(_error_words(body))
    beside = f" ({words})" if words else ""
    if status in _STATUSES:
        return MetricsRefusedError(f"{server} {_STATUSES[status]}{beside}")
    if 300 <= status < 400:
        return MetricsRefusedError(f"{server} sends elsewhere; correct metrics.url")
    return MetricsUnavailableError(f"{server} answers {status}{beside}; look at its log, try again")


def said(server: str, words: str) -> MetricsError:
    """Of an error within an answer: of a kind that passes, or one that stays."""
    short = _shortened(words)
    if "database not found" in words or "bucket" in words:
        return MetricsRefusedError(
            f"{server} has no such database, or the login no right to it ({short}); correct"
            " metrics.database, or give the login its right"
        )
    if any(word in words.lower() for word in _PASSING):
        return MetricsUnavailableError(f"{server} gives up ({short}); ask for less, or try again")
    return MetricsRefusedError(f"{server} does not answer that ({short})")


def no_answer(server: str) -> MetricsUnavailableError:
    """Of what no InfluxDB says."""
    return MetricsUnavailableError(f"{server} gives no answer of an InfluxDB; correct metrics.url")


def broken_off(server: str) -> MetricsUnavailableError:
    """Of an answer that promised more."""
    return MetricsUnavailableError(
        f"{server} breaks off in the middle of its answer; look at its log, or try again"
    )


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest.clear()
        rest.append(last)
    yield b"".join(rest)


def _document(server: str, line: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not ({"results", "error"} & document.keys()):
        raise no_answer(server)
    return document


def _error_words(body: bytes) -> str:
    """`error` of 1.x, `message` of 2.x, or what a proxy says."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    return str(document.get("error") or document.get("message") or "")


def _shortened(words: str) -> str:
    one_line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return one_line if len(one_line) <= _LONGEST else f"{one_line[:_LONGEST]}..."
