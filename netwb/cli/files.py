"""Write what was asked for into a new file, or to stdout for `-`."""

from __future__ import annotations

from pathlib import Path

from netwb.cli.show import print_text
from netwb.errors import InputError


def named(path: Path) -> str:
    """What a person calls it."""
    return "stdout" if str(path) == "-" else str(path)


def write_new(content: bytes, path: Path) -> None:
    """Nothing is written over. InputError where it cannot be written."""
    if str(path) == "-":
        print_text(content)
        return
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        msg = f"{path} is there already; name a new file"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); name another file"
        raise InputError(msg) from error
