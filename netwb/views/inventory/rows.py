"""Rows of the inventory's table: filtered, sorted, counted. Pure; no markup, no clock.

A row is a device and what is known of its copies. Every count beside a choice is the number of
rows that choosing it would leave, all other filters kept.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from netwb.inventory.records import Device
from netwb.workbench.words import DeviceCoverage, Night

NightMark = Literal["changed", "unchanged", "rejected", "failed", "none"]
Saved = Literal["saved", "kept back", "failed", "not tried", "never"]
SAVED: tuple[Saved, ...] = ("saved", "kept back", "failed", "not tried", "never")
FACETS = ("tenants", "site", "platform", "role", "status", "backup", "label")
NO_ROLE = "no role"
DEFAULT_SORT = "place"
_BEST: dict[str, int] = {"changed": 4, "unchanged": 3, "rejected": 2, "failed": 1, "none": 0}
_GOOD = ("changed", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One device of the table.

    nights   a mark a calendar day, oldest first: the best that the day gave
    bad_for  nights without a good copy, counted from the newest one backwards
    """

    device: Device
    coverage: DeviceCoverage | None = None
    nights: tuple[NightMark, ...] = ()
    saved: Saved = "never"
    bad_for: int = 0

    @property
    def place(self) -> str:
        """`acme/fra1`."""
        return f"{self.device.tenant}/{self.device.site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the page's address asks for: text, chosen values by facet, order."""

    text: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: str = DEFAULT_SORT

    def of(self, facet: str) -> frozenset[str]:
        """Values chosen of a facet; none means all."""
        return self.chosen.get(facet, frozenset())

    def toggled(self, facet: str, value: str) -> Query:
        """With that value chosen, or no longer."""
        values = self.of(facet) ^ {value}
        chosen = {name: kept for name, kept in self.chosen.items() if name != facet}
        return replace(self, chosen={**chosen, facet: values} if values else chosen)

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.text or self.chosen)


def query_of(address: Mapping[str, str]) -> Query:
    """The query of an address; what it does not know is left alone."""
    chosen = {facet: _split(address[facet]) for facet in FACETS if address.get(facet)}
    sort = address.get("sort", "")
    return Query(
        text=address.get("q", ""),
        chosen=chosen,
        sort=sort if sort.removeprefix("-") in _SORTS else DEFAULT_SORT,
    )


def address_of(query: Query) -> dict[str, str | None]:
    """The same as an address says it; None takes a key out of it."""
    return {
        "q": query.text or None,
        "sort": None if query.sort == DEFAULT_SORT else query.sort,
        **{facet: _joined(query.of(facet)) or None for facet in FACETS},
    }


def _split(text: str) -> frozenset[str]:
    parts = (part for part in text.split(",") if part)
    return frozenset(part.replace("%2C", ",").replace("%25", "%") for part in parts)


def _joined(values: Iterable[str]) -> str:
    return ",".join(value.replace("%", "%25").replace(",", "%2C") for value in sorted(values))


def rows_of(
    devices: Iterable[Device],
    coverage: Mapping[str, DeviceCoverage],
    *,
    days: Sequence[date],
    zone: ZoneInfo,
) -> tuple[Row, ...]:
    """A row a device; `days` are those of the strip, oldest first."""
    found = (_row(device, coverage.get(device.id), days, zone) for device in devices)
    strips: dict[tuple[NightMark, ...], tuple[NightMark, ...]] = {}  # few differ, of thousands
    return tuple(replace(row, nights=strips.setdefault(row.nights, row.nights)) for row in found)


def _row(
    device: Device, coverage: DeviceCoverage | None, days: Sequence[date], zone: ZoneInfo
) -> Row:
    if coverage is None:
        return Row(device=device, nights=marks((), days=days, zone=zone))
    return Row(
        device=device,
        coverage=coverage,
        nights=marks(coverage.nights, days=days, zone=zone),
        saved=_saved(coverage),
        bad_for=_bad_for(coverage.nights),
    )


def marks(
    nights: Sequence[Night], *, days: Sequence[date], zone: ZoneInfo
) -> tuple[NightMark, ...]:
    """The best that each calendar day gave; a night is dated by the start of its run."""
    best: dict[date, NightMark] = {}
    for night in nights:
        day = night.at.astimezone(zone).date()
        if _BEST[night.status] > _BEST[best.get(day, "none")]:
            best[day] = night.status
    return tuple(best.get(day, "none") for day in days)


def newest_night(coverage: Iterable[DeviceCoverage]) -> datetime | None:
    """When the newest run of all began."""
    return max((item.nights[-1].at for item in coverage if item.nights), default=None)


def _saved(coverage: DeviceCoverage) -> Saved:
    if coverage.nights:
        last = coverage.nights[-1].status
        if last in _GOOD:
            return "saved"
        return "kept back" if last == "rejected" else "failed"
    return "not tried" if coverage.copy else "never"


def _bad_for(nights: Sequence[Night]) -> int:
    count = 0
    for night in reversed(nights):
        if night.status in _GOOD:
            break
        count += 1
    return count


# -- filter


def chosen_rows(rows: Sequence[Row], query: Query) -> tuple[Row, ...]:
    """The rows that the query leaves, in its order."""
    kept = [row for row in rows if _matches(row, query)]
    name = query.sort.removeprefix("-")
    return tuple(sorted(kept, key=_SORTS[name], reverse=query.sort.startswith("-")))


def facet_counts(rows: Sequence[Row], query: Query) -> dict[str, Counter[str]]:
    """How many rows each value of each facet would leave, the other facets kept.

    Values that no row has are not there, except the chosen ones: they can be taken back.
    """
    texted = [row for row in rows if _has_text(row, _words(query.text))]
    counts = {}
    for facet in FACETS:
        others = replace(
            query, text="", chosen={n: v for n, v in query.chosen.items() if n != facet}
        )
        kept = (row for row in texted if _matches(row, others, but=facet))
        counts[facet] = Counter(value for row in kept for value in _VALUES[facet](row))
        for value in query.of(facet):
            counts[facet].setdefault(value, 0)
    return counts


def hidden_retired(rows: Sequence[Row], query: Query) -> int:
    """Retired devices that would be shown if their status were chosen."""
    if query.of("status"):
        return 0
    retired = replace(query, chosen={**query.chosen, "status": frozenset({"retired"})})
    return sum(_matches(row, retired) for row in rows)


def _matches(row: Row, query: Query, *, but: str = "") -> bool:
    """Every facet's choice holds; retired devices only where their status is chosen."""
    if row.device.status == "retired" and not query.of("status") and but != "status":
        return False
    for facet, values in query.chosen.items():
        if values and values.isdisjoint(_VALUES[facet](row)):
            return False
    return _has_text(row, _words(query.text))


def _words(text: str) -> list[str]:
    return text.casefold().split()


def _has_text(row: Row, words: Sequence[str]) -> bool:
    if not words:
        return True
    said = searched(row.device)
    return all(word in said for word in words)


def searched(device: Device) -> str:
    """Everything of a device that the filter looks at, folded."""
    texts = (
        device.hostname,
        device.sysname,
        device.address,
        device.tenant,
        device.site,
        device.platform,
        device.role,
        device.model,
        device.serial,
        device.os_version,
        device.contract_ref,
        *labels_of(device),
    )
    return "\n".join(text for text in texts if text).casefold()


def labels_of(device: Device) -> tuple[str, ...]:
    """`key=value` each, or the bare key where it has no value."""
    return tuple(f"{key}={value}" if value else key for key, value in device.labels.items())


_VALUES: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "tenants": lambda row: (row.device.tenant,),
    "site": lambda row: (row.place,),
    "platform": lambda row: (row.device.platform,),
    "role": lambda row: (row.device.role or NO_ROLE,),
    "status": lambda row: (row.device.status,),
    "backup": lambda row: (row.saved,),
    "label": lambda row: labels_of(row.device),
}


# -- order


def _name(row: Row) -> tuple[str, str]:
    return row.device.hostname.casefold(), row.device.tenant


def _address(row: Row) -> tuple[int, int, str]:
    """Addresses as numbers, then names."""
    try:
        parsed = ipaddress.ip_address(row.device.address)
    except ValueError:
        return 9, 0, row.device.address.casefold()
    return parsed.version, int(parsed), ""


def _copy_at(row: Row) -> float:
    """Never saved is oldest."""
    copy = row.coverage.copy if row.coverage else None
    return copy.at.timestamp() if copy else float("-inf")


_SORTS: dict[str, Callable[[Row], Any]] = {
    "place": lambda row: (row.place, *_name(row)),
    "hostname": _name,
    "address": lambda row: (_address(row), *_name(row)),
    "platform": lambda row: (row.device.platform, *_name(row)),
    "role": lambda row: (row.device.role or "", *_name(row)),
    "status": lambda row: (row.device.status, *_name(row)),
    "copy": lambda row: (_copy_at(row), *_name(row)),
    "contract": lambda row: (row.device.contract_ref or "", *_name(row)),
}
