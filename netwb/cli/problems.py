"""Problems of an import for people: one line a cause, with the places where it was met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

SHOWN_PLACES = 3


def grouped(problems: Iterable[str]) -> Iterator[str]:
    """`line 3, line 4, line 5 and 37 more: tenant 'x' is not known`, in the order of the first."""
    places: dict[str, list[str]] = {}
    for problem in problems:
        place, _, cause = problem.partition(": ")
        places.setdefault(cause, []).append(place)
    for cause, found in places.items():
        more = len(found) - SHOWN_PLACES
        rest = f" and {more} more" if more > 0 else ""
        yield f"{', '.join(found[:SHOWN_PLACES])}{rest}: {cause}"
