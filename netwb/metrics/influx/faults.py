"""What an InfluxDB says when it does not answer, in words and with the cure. Pure.

Source: facts-telegraf section 8, "Gotchas".
"""

from __future__ import annotations

import json
import re

from netwb.errors import MetricsError, MetricsRefusedError, MetricsUnavailableError

_NO_DATABASE = re.compile(r'database not found(?:: "?([A-Za-z0-9_-]+))?')
_LONGEST = 200  # letters of what a server says
_PASSING = ("timeout", "interrupted", "not executed", "shutdown", "closed", "shard", "engine:")
_STATUSES = {
    400: "does not take that; look at its log",
    401: "refuses the login; correct metrics.username and metrics.secret",
    403: "refuses the login; give it the right to read and write, or name another one",
    404: "knows no such place or database; correct metrics.url and metrics.database",
    413: "takes no write of that size; raise its limit",
    422: "does not take the points; look at its log",
}


def refusal(server: str, status: int, body: bytes) -> MetricsError:
    """Of an answer whose status is no success."""
    words = _shortened(_error_words(body))
    if status == 404 and _NO_DATABASE.search(words):
        return _no_database(server, words)
    beside = f" ({words})" if words else ""
    if status in _STATUSES:
        return MetricsRefusedError(f"{server} {_STATUSES[status]}{beside}")
    if 300 <= status < 400:
        return MetricsRefusedError(f"{server} sends elsewhere; correct metrics.url")
    return MetricsUnavailableError(f"{server} answers {status}{beside}; look at its log, try again")


def said(server: str, words: str) -> MetricsError:
    """Of an error within an answer: of a kind that passes, or one that stays."""
    short = _shortened(words)
    if _NO_DATABASE.search(words):
        return _no_database(server, short)
    if "bucket" in words:
        return MetricsRefusedError(
            f"{server} has no such bucket, or the login no right to it ({short}); create it, correct"
            " metrics.database, or give the login its right"
        )
    if any(word in words.lower() for word in _PASSING):
        return MetricsUnavailableError(f"{server} gives up ({short}); ask for less, or try again")
    return MetricsRefusedError(f"{server} does not answer that ({short}); look at its log")


def _no_database(server: str, words: str) -> MetricsRefusedError:
    found = _NO_DATABASE.search(words)
    name = found[1] if found and found[1] else "NAME"
    return MetricsRefusedError(
        f"{server} has no such database, or the login no right to it ({words}); create it:"
        f" `CREATE DATABASE {name}` in influx, correct metrics.database, or give the login its right"
    )


def no_answer(server: str) -> MetricsUnavailableError:
    """Of what no InfluxDB says."""
    return MetricsUnavailableError(f"{server} gives no answer of an InfluxDB; correct metrics.url")


def broken_off(server: str) -> MetricsUnavailableError:
    """Of an answer that promised more."""
    return MetricsUnavailableError(
        f"{server} breaks off in the middle of its answer; look at its log, or try again"
    )


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
