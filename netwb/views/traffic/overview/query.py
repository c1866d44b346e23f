"""Which ports are looked at, in which order, and what is drawn over them: the address as a record. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from netwb.inventory.ports.records import WherePort
from netwb.workbench.traffic_many_records import PortNumbers, PortTrend

Picture = Literal["busiest", "sum", "heat"]
PICTURES: Mapping[Picture, str] = {"busiest": "Busiest", "sum": "Sum", "heat": "Heat map"}
USUAL_SORT = "-p95"
Trends = Mapping[str, PortTrend]  # by port's id
Key = tuple[bool, float | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the address asks for.

    tenant, site   whom ports are for, a slug; where they are, `tenant/site`
    watched        only those whose being down degrades their device
    sort           a column's name, after a minus from its highest on
    """

    find: str = ""
    tenant: str = ""
    site: str = ""
    watched: bool = False
    sort: str = USUAL_SORT
    picture: Picture = "busiest"

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.find or self.tenant or self.site or self.watched)

    @property
    def where(self) -> WherePort:
        """Which ports that are."""
        return WherePort(
            find=self.find or None,
            tenant=self.tenant or None,
            site=self.site or None,
            watched=True if self.watched else None,
        )

    def everything(self) -> Query:
        """Without what narrows it."""
        return replace(self, find="", tenant="", site="", watched=False)

    def address(self) -> dict[str, str | None]:
        """Its keys in a page's address; what is usual is left out."""
        return {
            "q": self.find or None,
            "tenants": self.tenant or None,
            "site": self.site or None,
            "watched": "1" if self.watched else None,
            "sort": None if self.sort == USUAL_SORT else self.sort,
            "look": None if self.picture == "busiest" else self.picture,
        }


def query_of(address: Mapping[str, str]) -> Query:
    """The query of an address; an order or a picture that is not known is the usual one."""
    sort = address.get("sort", "")
    usual: Picture = "busiest"
    picture = next((one for one in PICTURES if one == address.get("look")), usual)
    return Query(
        find=address.get("q", "").strip(),
        tenant=address.get("tenants", ""),
        site=address.get("site", ""),
        watched=address.get("watched") == "1",
        sort=sort if sort.removeprefix("-") in _SORTS else USUAL_SORT,
        picture=picture,
    )


def in_order(ports: Iterable[PortNumbers], sort: str, trends: Trends) -> tuple[PortNumbers, ...]:
    """By that column; those without a value are last either way."""
    value = _SORTS[sort.removeprefix("-")]
    falling = sort.startswith("-")
    valued = [(value(one, trends), one) for one in ports]
    some = [pair for pair in valued if pair[0] is not None]
    none = [one for found, one in valued if found is None]
    return (*(one for _, one in sorted(some, key=_first, reverse=falling)), *none)


def _first(pair: tuple[float | str | None, PortNumbers]) -> Key:
    found = pair[0]
    return (isinstance(found, str), found if found is not None else 0.0)


def _when_full(one: PortNumbers, trends: Trends) -> float | None:
    trend = trends.get(one.port.id)
    if trend is None or trend.verdict not in {"full", "filling"}:
        return None
    return trend.days or 0.0


_Value = Callable[[PortNumbers, Trends], float | str | None]
_SORTS: Mapping[str, _Value] = {
    "port": lambda one, _: f"{one.port.hostname} {one.port.name}".casefold(),
    "place": lambda one, _: f"{one.port.tenant} {one.port.site} {one.port.hostname}".casefold(),
    "state": lambda one, _: one.state,
    "least": lambda one, _: one.busier("least"),
    "mean": lambda one, _: one.busier("mean"),
    "p95": lambda one, _: one.busier("p95"),
    "most": lambda one, _: one.busier("most"),
    "total": lambda one, _: one.busier("octets"),
    "percent": lambda one, _: one.percent,
    "full": _when_full,
    "newest": lambda one, _: one.newest.timestamp() if one.newest is not None else None,
}
