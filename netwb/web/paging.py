"""Pages of lists: a cursor says behind which item the next one begins.

It is the facade that writes and reads the mark in it, bound to the list, its filter and the caller:
an edited cursor, one of another list and another person's are refused alike. A page is found by the
last item's own place in the order, so that what is added meanwhile moves nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from netwb.errors import InputError
from netwb.web.operations import Answer, Call, Paged, listed
from netwb.web.problems import Fault, RefusedError, bad_parameters

Item = TypeVar("Item")
Key = Sequence[Any]
REFUSED = "is not one of this list and yours; begin again without it"


def left_off(call: Call[Any, Any]) -> list[Any] | None:
    """Key of the last item of the page before; None at the beginning. A false cursor is refused."""
    query = call.query
    assert isinstance(query, Paged)
    if query.cursor is None:
        return None
    try:
        return call.bench.read_mark(call.place, query.cursor)
    except InputError:
        raise RefusedError(bad_parameters([Fault(where="cursor", detail=REFUSED)])) from None


def page(
    call: Call[Any, Any],
    found: Iterable[Item],
    *,
    shape: Callable[[Item], Mapping[str, Any]],
    key: Callable[[Item], Key],
) -> Answer:
    """The first `limit` of what was found; whoever found it looked for one more than that."""
    limit = call.query.limit
    items = list(islice(found, limit + 1))
    more = len(items) > limit
    cursor = call.bench.mark(call.place, key(items[limit - 1])) if more else None
    return listed([shape(item) for item in items[:limit]], cursor)


def behind(found: Sequence[Item], last: Key | None, order: Callable[[Item], Key]) -> Sequence[Item]:
    """Of a whole list, in an order that rises: what comes behind the item that `place_of` told."""
    if last is None:
        return found
    *place, seen = last
    begin = bisect_left(found, place, key=lambda item: list(order(item)))
    return found[begin + seen :]


def place_of(found: Sequence[Item], shown: Item, order: Callable[[Item], Key]) -> Key:
    """The item's order, and how many of the same order stand up to it."""
    place = list(order(shown))
    begin = bisect_left(found, place, key=lambda item: list(order(item)))
    return [*place, next(n for n, item in enumerate(found[begin:], 1) if item is shown)]
