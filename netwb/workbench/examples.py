"""netwb's example notebooks in a person's own folder: copied, kept up to date, never overwritten.

What was copied is remembered by its digest in a file of that folder. A notebook that is as it was
copied is replaced by a newer one; one that a person changed, or only ran, stays, and a newer one is
put beside it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from netwb.errors import InputError

KNOWN = ".netwb-examples.json"
SUFFIXES = (".ipynb", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedExamples:
    """What came of each: names of files; `beside`: a person's own and where the newer one is."""

    new: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    beside: Mapping[str, str]


def copy_examples(source: Path, folder: Path) -> CopiedExamples:
    """Bring the examples to that folder. Raises InputError where it cannot be written."""
    try:
        return _copied(source, folder)
    except OSError as error:
        msg = f"{folder} cannot hold the notebooks: {error.strerror}; name another folder"
        raise InputError(msg) from error


def _copied(source: Path, folder: Path) -> CopiedExamples:
    folder.mkdir(parents=True, exist_ok=True)
    known = _read_known(folder / KNOWN)
    found: dict[str, list[str]] = {"new": [], "renewed": [], "own": []}
    beside: dict[str, str] = {}
    for example in _examples(source):
        data, there = example.read_bytes(), folder / example.name
        digest = _digest(data)
        if not there.exists():
            _write(there, data)
            found["new"].append(example.name)
        elif (own := _digest(there.read_bytes())) == digest:
            pass
        elif own == known.get(example.name):
            _write(there, data)
            found["renewed"].append(example.name)
        elif digest == known.get(example.name):
            found["own"].append(example.name)
            continue
        else:
            beside[example.name] = newer = _free_name(example, folder, known)
            _write(folder / newer, data)
            known[newer] = digest
        known[example.name] = digest
    _write(folder / KNOWN, json.dumps(known, indent=1).encode())
    return CopiedExamples(
        new=tuple(found["new"]),
        renewed=tuple(found["renewed"]),
        own=tuple(found["own"]),
        beside=beside,
    )


def _examples(source: Path) -> Iterator[Path]:
    yield from sorted(one for one in source.iterdir() if one.suffix in SUFFIXES and one.is_file())


def _free_name(example: Path, folder: Path, known: Mapping[str, str]) -> str:
    """`00-start.new.ipynb`, or `.new2` where a person works in that one already."""
    for number in count(1):
        name = f"{example.stem}.new{'' if number == 1 else number}{example.suffix}"
        there = folder / name
        if not there.exists() or _digest(there.read_bytes()) == known.get(name):
            break
    return name


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _read_known(path: Path) -> dict[str, str]:
    """Nothing where it is not there, or a person spoiled it: then all that is there is theirs."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _write(path: Path, data: bytes) -> None:
    """At once or not at all."""
    staged = path.with_name(f".{path.name}.part")
    staged.write_bytes(data)
    os.replace(staged, path)  # noqa: PTH105 - atomic, and said so
