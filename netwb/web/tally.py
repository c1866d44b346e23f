"""Counts of what this process served, in the text format of Prometheus. One event loop writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Labels = Mapping[str, str]


class Tally:
    """Requests and their durations, by method, route and status."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._took_s: Counter[tuple[str, str]] = Counter()
        self._buckets: dict[tuple[str, str], list[int]] = {}

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """One request was answered. `route` is the template: an address would be a label without end."""
        method = method if method in _METHODS else "other"
        self._requests[method, route, status] += 1
        self._took_s[method, route] += took_s  # type: ignore[assignment]  # a Counter adds floats too
        buckets = self._buckets.setdefault((method, route), [0] * (len(BOUNDS_S) + 1))
        place = next((n for n, bound in enumerate(BOUNDS_S) if took_s <= bound), len(BOUNDS_S))
        buckets[place] += 1

    def lines(self) -> Iterator[str]:
        """Of requests and durations."""
        yield from family(
            "netwb_http_requests_total",
            "counter",
            "Requests that this process answered.",
            (
                ({"method": method, "route": route, "status": str(status)}, count)
                for (method, route, status), count in sorted(self._requests.items())
            ),
        )
        yield from head("netwb_http_request_duration_seconds", "histogram", "How long they took.")
        for (method, route), buckets in sorted(self._buckets.items()):
            yield from self._durations({"method": method, "route": route}, buckets)

    def _durations(self, labels: Labels, buckets: list[int]) -> Iterator[str]:
        name = "netwb_http_request_duration_seconds"
        bounds = (*map(str, BOUNDS_S), "+Inf")
        for bound, count in zip(bounds, accumulate(buckets), strict=True):
            yield sample(f"{name}_bucket", {**labels, "le": bound}, count)
        yield sample(f"{name}_sum", labels, self._took_s[labels["method"], labels["route"]])
        yield sample(f"{name}_count", labels, sum(buckets))


def family(
    name: str, kind: str, about: str, samples: Iterable[tuple[Labels, float]]
) -> Iterator[str]:
    """One metric with its samples."""
    yield from head(name, kind, about)
    yield from (sample(name, labels, value) for labels, value in samples)


def sample(name: str, labels: Labels, value: float) -> str:
    r"""One line.

    >>> sample("netwb_jobs", {"status": 'a"b'}, 3)
    'netwb_jobs{status="a\\"b"} 3'
    """
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    shown = repr(int(value)) if value == int(value) else repr(round(value, 6))
    return f"{name}{{{inside}}} {shown}" if inside else f"{name} {shown}"


def head(name: str, kind: str, about: str) -> Iterator[str]:
    """What a metric is, before its samples."""
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
