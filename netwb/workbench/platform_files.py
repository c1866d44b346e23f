"""The platform records: those in the package, and a home's own in `platforms.d`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from netwb.errors import SettingsError
from netwb.platforms.messages import MessageRule
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform

_ENDING = ".toml"


class Platforms(Mapping[str, Platform]):
    """Records by name, of which one of ours is parsed when somebody asks for it.

    Each has hundreds of patterns, and most processes need those of no platform at all. A home's own
    are parsed at once, as people write them.

    startup   names of those whose startup configuration backups take as well, by a setting
    """

    def __init__(self, own: Mapping[str, Platform], startup: frozenset[str] = frozenset()) -> None:
        folder = files("netwb.platforms").iterdir()
        ours = {
            item.name.removesuffix(_ENDING): item for item in folder if item.name.endswith(_ENDING)
        }
        self._ours = {name: ours[name] for name in sorted(ours)}
        self._own = own
        self._startup = startup
        self._parsed: dict[str, Platform] = {}

    def __getitem__(self, name: str) -> Platform:
        record = self._record(name)
        return _with_startup(record) if name in self._startup else record

    def _record(self, name: str) -> Platform:
        if name in self._own:
            return self._own[name]
        if name not in self._parsed:
            item = self._ours[name]
            self._parsed[name] = parse_platform(item.read_text(encoding="utf-8"), origin=item.name)
        return self._parsed[name]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._ours

    def __iter__(self) -> Iterator[str]:
        return iter({**self._ours, **self._own})

    def __len__(self) -> int:
        return len({*self._ours, *self._own})


def load_platforms(folder: Path, *, startup: str = "") -> Platforms:
    """Built-in records, then those of `platforms.d`; a name given there replaces ours.

    startup   the setting `collect.startup`; raises SettingsError where it names what cannot be
    """
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    records = [parse_platform(item.read_text(encoding="utf-8"), origin=item.name) for item in own]
    known = {record.name: record for record in records}
    named = frozenset(filter(None, map(str.strip, startup.split(","))))
    _check_startup(Platforms(known), named)
    return Platforms(known, named)


def _check_startup(platforms: Platforms, named: frozenset[str]) -> None:
    for name in sorted(named):
        if name in platforms and platforms[name].startup is not None:
            continue
        able = ", ".join(one for one in platforms if platforms[one].startup is not None)
        fault = (
            "whose startup configuration cannot be asked for" if name in platforms else "unknown"
        )
        msg = f"setting collect.startup names {name!r}, {fault}; take it out, or name one of {able}"
        raise SettingsError(msg)


@lru_cache(maxsize=64)  # what is made from a record is kept by its identity
def _with_startup(record: Platform) -> Platform:
    return replace(record, startup_unasked=True)


def load_messages(platforms: Mapping[str, Platform]) -> dict[str, tuple[MessageRule, ...]]:
    """What each platform's syslog says of changes, where its record knows that."""
    return {name: record.messages for name, record in platforms.items() if record.messages}
