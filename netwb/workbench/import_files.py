"""Read what `device import` is given: a CSV, a NetBox export, a SimpleInventory, a router.db."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netwb.errors import ImportRefusedError
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.inventory.importers import router_db as _router_db
    from netwb.inventory.importers import rows as _rows
    from netwb.inventory.importers import table as _table
    from netwb.inventory.importers.rows import Heading
else:
    _router_db = lazy("netwb.inventory.importers.router_db")
    _rows = lazy("netwb.inventory.importers.rows")
    _table = lazy("netwb.inventory.importers.table")

_ROUTER_DB = ".db"  # router.db, or ROUTER.GROUP.db
_YAML = (".yaml", ".yml")
LONGEST_FILE = 64 * 1024 * 1024  # bytes; a hundred thousand devices are about ten million


def source_of(name: str, text: str) -> _rows.Source:
    """What somebody handed in, by a file's name or, where it has none, by its first character.

    A pasted text and a browser's file come without a folder, so that a SimpleInventory is its
    hosts alone.
    """
    suffix = Path(name).suffix.casefold()
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if suffix == ".json" or (not suffix and first in {"{", "["}):
        return _rows.Source(kind="netbox", texts={"netbox": text})
    if suffix in _YAML or (not suffix and text.lstrip().startswith("---")):
        return _rows.Source(kind="nornir", texts={"hosts": text})
    if suffix == _ROUTER_DB or (not suffix and _router_db.is_router_db(text)):
        return _rows.Source(kind="router_db", texts={"router_db": text})
    return _rows.Source(kind="table", texts={"table": text.removeprefix("\ufeff")})


def headings_of(source: _rows.Source) -> tuple[Heading, ...]:
    """The columns of a table; none where the source has names of its own."""
    if source.kind == "router_db":
        return _router_db.read_fields(source.texts["router_db"])
    return _table.read_header(source.texts["table"]) if source.kind == "table" else ()


def read_source(path: Path) -> _rows.Source:
    """A folder is a SimpleInventory, `.json` NetBox's, `.db` RANCID's, anything else a table."""
    if path.is_dir():
        names = ("hosts", "groups", "defaults")
        texts = {name: found for name in names if (found := _first_of(path, name)) is not None}
        if "hosts" not in texts:
            msg = f"folder {path} holds no hosts.yaml; give a SimpleInventory folder or a file"
            raise ImportRefusedError(msg)
        return _rows.Source(kind="nornir", texts=texts)
    if path.suffix.casefold() == ".json":
        return _rows.Source(kind="netbox", texts={"netbox": read_text(path)})
    if path.suffix.casefold() == _ROUTER_DB:
        return _rows.Source(kind="router_db", texts={"router_db": read_text(path)})
    return _rows.Source(kind="table", texts={"table": read_text(path)})


def _first_of(folder: Path, name: str) -> str | None:
    for suffix in _YAML:
        if (folder / f"{name}{suffix}").exists():
            return read_text(folder / f"{name}{suffix}")
    return None


def read_text(path: Path) -> str:
    """A file's text; ImportRefusedError where it cannot be read, or is too long."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as error:
        msg = f"file {path} cannot be read: {error.strerror}; check its path and owner"
        raise ImportRefusedError(msg) from error
    if len(content) > LONGEST_FILE:
        msg = f"file {path} is longer than {LONGEST_FILE} bytes; is it the right one?"
        raise ImportRefusedError(msg)
    return _table.decode(content)
