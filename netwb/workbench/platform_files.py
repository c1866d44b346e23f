"""Read the platform records: those in the package, and a home's own in `platforms.d`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from netwb.platforms.messages import MessageRule
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform


def load_platforms(folder: Path) -> dict[str, Platform]:
    """Built-in records, then those of `platforms.d`; a name given there replaces ours."""
    built_in = [item for item in files("netwb.platforms").iterdir() if item.name.endswith(".toml")]
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    records = [
        parse_platform(item.read_text(encoding="utf-8"), origin=item.name)
        for item in [*sorted(built_in, key=lambda item: item.name), *own]
    ]
    return {record.name: record for record in records}


def load_messages(platforms: Mapping[str, Platform]) -> dict[str, tuple[MessageRule, ...]]:
    """What each platform's syslog says of changes, where its record knows that."""
    return {name: record.messages for name, record in platforms.items() if record.messages}
