"""Say on an answer that what was asked for, or how, is on its way out. Pure.

Sources: RFC 9745 (Deprecation, a date of structured fields), RFC 8594 (Sunset, an HTTP date, and the
relation of what stands in its place).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.utils import format_datetime

from netwb.web.operations import BASE, Operation, Retiring


def told(operation: Operation, asked: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Header lines of an answer to a request with these parameters; none where nothing is retiring.

    Where several things are, the one that was deprecated first and the one that goes first are told.
    """
    used = [operation.older[name] for name in asked if name in operation.older]
    if operation.retiring is not None:
        used.append(operation.retiring)
    if not used:
        return
    yield "Deprecation", f"@{int(min(one.deprecated_at for one in used).timestamp())}"
    sunsets = [one.sunset_at for one in used if one.sunset_at is not None]
    if sunsets:
        yield "Sunset", format_datetime(min(sunsets), usegmt=True)
    for link in sorted({_link(operation, one) for one in used}):
        yield "Link", link


def _link(operation: Operation, one: Retiring) -> str:
    if one.link:
        return f'<{one.link}>; rel="successor-version"'
    return f'<{BASE}/docs#{operation.name}>; rel="deprecation"; type="text/html"'
