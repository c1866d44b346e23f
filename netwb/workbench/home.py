"""The home folder: where it is, that it is ours alone, and what lies where in it.

Folders are 0700, files 0600; whoever can read the master key acts with all rights, so a home that
others may read is refused. Every way into netwb passes here first.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwb.errors import HomeError, SettingsError
from netwb.loading import lazy
from netwb.setting_layers import describe_settings

if TYPE_CHECKING:
    from netwb.health.exporting import loading as _destinations
    from netwb.store.database import Need
else:
    _destinations = lazy("netwb.health.exporting.loading")

_HEADING = re.compile(r"\[([^\[\]]+)\]\s*(#.*)?$")
DEFAULT_HOME = "~/.local/share/netwb"
FOLDERS = ("archive", "quarantine", "telegraf.d", "reports", "platforms.d", "rules")


@dataclass(frozen=True, slots=True)
class Home:
    """Paths in one home."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """`netwb.toml`."""
        return self.path / "netwb.toml"

    @property
    def database_file(self) -> Path:
        """SQLite database, used unless `store.url` says otherwise."""
        return self.path / "netwb.db"

    @property
    def master_file(self) -> Path:
        """Master key, used unless `keys.master_file` says otherwise."""
        return self.path / "master.key"

    def folder(self, name: str) -> Path:
        """One of FOLDERS."""
        return self.path / name


def find_home(given: str | Path | None, environment: Mapping[str, str]) -> Home:
    """The home that `--home`, then `NETWB_HOME`, then the default names."""
    chosen = given or environment.get("NETWB_HOME") or DEFAULT_HOME
    return Home(Path(chosen).expanduser().absolute())


def require_home(home: Home, need: Need = "writing") -> None:
    """Raise HomeError unless the home is set up, ours alone and, where that is needed, writable."""
    if not _is_set_up(home):
        require_no_import(home)
        msg = f"home {home.path} is not set up; run `netwb init` or name another one with --home"
        raise HomeError(msg)
    status = home.path.stat()
    if stat.S_IMODE(status.st_mode) & 0o077:
        msg = f"home {home.path} is open to others; run `chmod 700 {home.path}`"
        raise HomeError(msg)
    if need == "reading":
        return
    if os.statvfs(home.path).f_flag & os.ST_RDONLY:
        msg = (
            f"home {home.path} is not writable: its file system is read-only; mount it for writing"
        )
        raise HomeError(msg)
    if not os.access(home.path, os.W_OK | os.X_OK):
        msg = f"home {home.path} is not writable for this login; use its owner or another --home"
        raise HomeError(msg)


def _is_set_up(home: Home) -> bool:
    try:
        return home.settings_file.exists()
    except OSError as error:  # a folder above it is closed to this login
        msg = (
            f"home {home.path} cannot be looked into: {error.strerror}; use its owner or another"
            " --home"
        )
        raise HomeError(msg) from error


def require_no_import(home: Home) -> None:
    """Raise HomeError where an import was cut off: setting a home up there would mix two."""
    if (home.path / _destinations.ASIDE).is_dir() and not home.settings_file.exists():
        msg = f"home {home.path} holds half an import; do it again with `netwb import`"
        raise HomeError(msg)


def require_no_archive(home: Home, database: str) -> None:
    """Raise HomeError where repositories lie in a home whose database is lost or empty.

    A new database would know none of their devices, and the copy could not be put back any more.
    """
    if any(home.folder("archive").glob("*.git")):
        msg = (
            f"home {home.path} has repositories in archive/, but database {database} is lost or "
            "empty; put back a copy of it, or name another home with --home"
        )
        raise HomeError(msg)


def create_home(home: Home) -> None:
    """Make the folders and a commented `netwb.toml`; leave alone what is there."""
    try:
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            home.folder(name).mkdir(mode=0o700, exist_ok=True)
        if not home.settings_file.exists():
            write_private(home.settings_file, settings_template().encode())
    except OSError as error:
        msg = f"home {home.path} cannot be made: {error.strerror}; name another one with --home"
        raise HomeError(msg) from error


def write_private(path: Path, content: bytes) -> None:
    """Create a file that only its owner reads; an existing one is never overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def settings_template() -> str:
    """`netwb.toml` with every setting commented out at its default."""
    lines = ["# Settings of netwb. Each can also be NETWB_<SECTION>__<NAME> in the environment.\n"]
    section = ""
    for item in describe_settings():
        head, _, name = item.name.partition(".")
        if head != section:
            section = head
            lines.append(f"\n[{section}]\n")
        value = f'"{item.default}"' if isinstance(item.default, str) else item.default
        lines.append(f"# {item.help} ({item.unit})\n# {name} = {value}\n")
    return "".join(lines)


def read_settings_file(home: Home) -> dict[str, Any]:
    """The file's layer for `build_settings`; SettingsError where it is not TOML."""
    try:
        text = home.settings_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _no_toml(str(home.settings_file), error) from error
    except OSError as error:
        msg = f"settings file {home.settings_file} cannot be read: {error.strerror}"
        raise HomeError(msg) from error
    return parse_settings(text, str(home.settings_file))


def parse_settings(text: str, of: str) -> dict[str, Any]:
    """The same from its text; `of` is how messages call the file."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _heading_twice(text, of) or _no_toml(of, error) from error


def _heading_twice(text: str, of: str) -> SettingsError | None:
    """What is usual: a section pasted below the one that `netwb init` wrote."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        heading = _HEADING.match(line)
        if heading is None:
            continue
        name = heading[1].strip()
        if name in lines:
            return SettingsError(
                f"settings file {of} has [{name}] in line {lines[name]} and again in line {number};"
                f" write the settings of line {number} under the heading of line {lines[name]}"
            )
        lines[name] = number
    return None


def _no_toml(of: str, error: ValueError) -> SettingsError:
    return SettingsError(f"settings file {of} is not TOML: {error}; correct that line")
