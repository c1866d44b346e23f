"""What a page holds of a time: one copy of it for all pages that show the same. Pages call it in a thread.

Fifty people look at the same night. Each page asks for it, by its own person's rights; what came is
then held once where records are equal, so that a page costs what it alone shows. Records are
frozen, so that nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from threading import Lock
from typing import TypeVar
from weakref import WeakValueDictionary

from netwb.inventory.records import NamedDevice
from netwb.views.configs.filters import UNKNOWN, Filters, Names
from netwb.workbench.overview import Overview
from netwb.workbench.words import Change, Unsaved

LIKE = 3  # other times looked at for equal records, the newest first: each costs some milliseconds
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Neighbouring rows of one site: `start` is the first one's place, `count` how many they are."""

    start: int
    count: int
    tenant: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What the filters leave of a time.

    changes   by tenant and site, the newest first within each      groups   the same in sites
    devices   ids of the changed ones, each once
    """

    changes: tuple[Change, ...] = ()
    unsaved: tuple[Unsaved, ...] = ()
    groups: tuple[Group, ...] = ()
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True, eq=False)
class Held:
    """A time, and what its filters offer.

    people    who changed something, by name, the unknown one last    sites   "tenant/site"
    every     what no filter leaves out                               changed   devices
    """

    overview: Overview
    people: tuple[str, ...]
    platforms: tuple[str, ...]
    sites: tuple[str, ...]
    every: Sifted

    @property
    def changed(self) -> int:
        """How many devices changed."""
        return len(self.every.devices)

    def sift(self, filters: Filters, names: Names) -> Sifted:
        """What the filters leave; `names` are the sections found so far, for the text."""
        if not filters.any:
            return self.every
        overview = self.overview
        kept = tuple(c for c in self.every.changes if _matches(c, overview, filters, names))
        return _sifted(kept, kept_unsaved(overview, filters))


_held: WeakValueDictionary[int, Held] = WeakValueDictionary()  # in the order in which they came
_number = count()
_holding = Lock()


def hold(overview: Overview) -> Held:
    """That time, with the records that other pages hold already in the place of equal ones."""
    with _holding:
        others = tuple(_held.values())[::-1]
        for other in others:
            if other.overview == overview:
                return other
        for other in others[:LIKE]:
            overview = _shared(overview, other.overview)
        made = _made(overview)
        _held[next(_number)] = made
        return made


def _shared(new: Overview, old: Overview) -> Overview:
    devices = {
        name: old.devices[name] if old.devices.get(name) == device else device
        for name, device in new.devices.items()
    }
    return replace(
        new,
        changes=_known(new.changes, old.changes),
        unsaved=_known(new.unsaved, old.unsaved),
        devices=devices,
    )


def _known(new: Iterable[T], old: Iterable[T]) -> tuple[T, ...]:
    known = {one: one for one in old}
    return tuple(known.get(one, one) for one in new)


def _made(overview: Overview) -> Held:
    found = sorted(overview.changes, key=lambda change: (change.hostname, change.kind))
    found.sort(key=lambda change: change.at, reverse=True)
    found.sort(key=lambda change: (change.tenant, change.site))
    people = {change.author for change in found}
    devices = overview.devices.values()
    return Held(
        overview=overview,
        people=(*sorted(people - {UNKNOWN}), *({UNKNOWN} & people)),
        platforms=tuple(sorted({device.platform for device in devices})),
        sites=tuple(sorted({f"{device.tenant}/{device.site}" for device in devices})),
        every=_sifted(tuple(found), overview.unsaved),
    )


def _sifted(changes: tuple[Change, ...], unsaved: tuple[Unsaved, ...]) -> Sifted:
    return Sifted(
        changes=changes,
        unsaved=unsaved,
        groups=tuple(_groups(changes)),
        devices=tuple(dict.fromkeys(change.device_id for change in changes)),
    )


def _groups(changes: Sequence[Change]) -> Iterable[Group]:
    start = 0
    for (tenant, site), rows in groupby(changes, key=lambda change: (change.tenant, change.site)):
        many = sum(1 for _ in rows)
        yield Group(start=start, count=many, tenant=tenant, site=site)
        start += many


def kept_unsaved(overview: Overview, filters: Filters) -> tuple[Unsaved, ...]:
    """Those not saved that the filters leave; nobody made them, so a person leaves none."""
    if filters.by:
        return ()
    devices: Mapping[str, NamedDevice] = overview.devices
    return tuple(
        item
        for item in overview.unsaved
        if _fits(devices[item.device_id], filters)
        and _holds(filters.text, (devices[item.device_id].hostname, item.cause_message))
    )


def _matches(change: Change, overview: Overview, filters: Filters, names: Names) -> bool:
    device = overview.devices.get(change.device_id)
    return (
        (not filters.by or change.author == filters.by)
        and (device is None or _fits(device, filters))
        and _holds(
            filters.text,
            (change.hostname, change.author, change.message, *names.get(change.id, ())),
        )
    )


def _fits(device: NamedDevice, filters: Filters) -> bool:
    return (not filters.platform or device.platform == filters.platform) and (
        not filters.site or f"{device.tenant}/{device.site}" == filters.site
    )


def _holds(text: str, places: Iterable[str]) -> bool:
    wanted = text.casefold()
    return not wanted or any(wanted in place.casefold() for place in places)
