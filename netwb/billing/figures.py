"""A group's bill as JSON that a table keeps, and back. Pure.

Figures are kept as they were reckoned: a later version of netwb shows them, and reckons nothing anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from netwb.errors import StoreError
from netwb.metrics.billing.records import (
    BilledPort,
    Exclusion,
    Forecast,
    GroupBill,
    Month,
    Percentile,
    Span,
    Terms,
)

_SPANS = ("missing", "partial", "excluded")


def to_json(bill: GroupBill) -> dict[str, Any]:
    """Instants as RFC 3339."""
    kept: dict[str, Any] = _plain(asdict(bill))
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def from_json(kept: Mapping[str, Any]) -> GroupBill:
    """Raises StoreError where it is none."""
    try:
        return _bill(dict(kept))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = "the figures of a frozen bill are damaged in the database; restore it from a backup"
        raise StoreError(msg) from error


def _bill(kept: dict[str, Any]) -> GroupBill:
    billed, forecast = kept["billed"], kept["forecast"]
    return GroupBill(
        **{
            **kept,
            **{name: tuple(_timed(Span, one) for one in kept[name]) for name in _SPANS},
            "terms": Terms(**kept["terms"]),
            "month": Month(**kept["month"]),
            "ports": tuple(_port(one) for one in kept["ports"]),
            "billed": _timed(Percentile, billed) if billed else None,
            "percentiles": tuple(_timed(Percentile, one) for one in kept["percentiles"]),
            "exclusions": tuple(_timed(Exclusion, one) for one in kept["exclusions"]),
            "forecast": Forecast(**forecast) if forecast else None,
        }
    )


def _port(kept: Mapping[str, Any]) -> BilledPort:
    away = tuple((_at(since), _at(until)) for since, until in kept.get("away", ()))
    port: BilledPort = _timed(BilledPort, {**kept, "away": away})
    return port


def _timed(kind: Any, kept: Mapping[str, Any]) -> Any:
    times = {name: _moment(kept[name]) for name in kept.keys() & _TIMES}
    return kind(**{**kept, **times})


def _moment(said: str | None) -> datetime | None:
    return None if said is None else _at(said)


def _at(said: str) -> datetime:
    return datetime.fromisoformat(said)


_TIMES = {"since", "until", "at"}
