"""The platform records: those in the package, and a home's own in `platforms.d`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from netwb.platforms.messages import MessageRule
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform

_ENDING = ".toml"


class Platforms(Mapping[str, Platform]):
    """Records by name, of which one of ours is parsed when somebody asks for it.

    Each has hundreds of patterns, and most processes need those of no platform at all. A home's own
    are parsed at once, as people write them.
    """

    def __init__(self, own: Mapping[str, Platform]) -> None:
        folder = files("netwb.platforms").iterdir()
        ours = {
            item.name.removesuffix(_ENDING): item for item in folder if item.name.endswith(_ENDING)
        }
        self._ours = {name: ours[name] for name in sorted(ours)}
        self._own = own
        self._parsed: dict[str, Platform] = {}

    def __getitem__(self, name: str) -> Platform:
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


def load_platforms(folder: Path) -> Platforms:
    """Built-in records, then those of `platforms.d`; a name given there replaces ours."""
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    records = [parse_platform(item.read_text(encoding="utf-8"), origin=item.name) for item in own]
    return Platforms({record.name: record for record in records})


def load_messages(platforms: Mapping[str, Platform]) -> dict[str, tuple[MessageRule, ...]]:
    """What each platform's syslog says of changes, where its record knows that."""
    return {name: record.messages for name, record in platforms.items() if record.messages}
