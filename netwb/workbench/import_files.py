"""Read what `device import` is given: a CSV, a NetBox export, a SimpleInventory folder."""

from __future__ import annotations

from pathlib import Path

from netwb.errors import ImportRefusedError
from netwb.inventory.importers.rows import Source
from netwb.inventory.importers.table import decode

LONGEST_FILE = 64 * 1024 * 1024  # bytes; a hundred thousand devices are about ten million


def read_source(path: Path) -> Source:
    """A folder is a SimpleInventory, `.json` a NetBox export, anything else a table."""
    if path.is_dir():
        names = ("hosts", "groups", "defaults")
        texts = {name: found for name in names if (found := _first_of(path, name)) is not None}
        if "hosts" not in texts:
            msg = f"folder {path} holds no hosts.yaml; give a SimpleInventory folder or a file"
            raise ImportRefusedError(msg)
        return Source(kind="nornir", texts=texts)
    if path.suffix.casefold() == ".json":
        return Source(kind="netbox", texts={"netbox": _text(path)})
    return Source(kind="table", texts={"table": _text(path)})


def _first_of(folder: Path, name: str) -> str | None:
    for suffix in (".yaml", ".yml"):
        if (folder / f"{name}{suffix}").exists():
            return _text(folder / f"{name}{suffix}")
    return None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as error:
        msg = f"file {path} cannot be read: {error.strerror}; check its path and owner"
        raise ImportRefusedError(msg) from error
    if len(content) > LONGEST_FILE:
        msg = f"file {path} is longer than {LONGEST_FILE} bytes; is it the right one?"
        raise ImportRefusedError(msg)
    return decode(content)
