"""What differs between a shard's files and those that it is to have. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from hashlib import sha256
from typing import Literal

from netwb.telegraf.records import Change, FileChange, SecretChange

Fingerprint = Callable[[str], str]
_LONGEST = 2_000_000  # characters of a file that is compared line by line


def file_changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, Change]:
    """Path -> how it differs, sorted; what is the same is left out."""
    found: dict[str, Change] = {}
    for path in sorted({*old, *new}):
        if path not in old:
            found[path] = "added"
        elif path not in new:
            found[path] = "removed"
        elif old[path] != new[path]:
            found[path] = "changed"
    return found


def shown_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[FileChange]:
    """The same with the lines of changed files."""
    for path, change in file_changes(old, new).items():
        lines: tuple[str, ...] = ()
        if change == "changed" and len(new[path]) < _LONGEST:
            lines = tuple(
                unified_diff(
                    old[path].splitlines(), new[path].splitlines(), path, path, lineterm=""
                )
            )
        yield FileChange(path=path, change=change, lines=lines)


def secret_changes(
    old: Mapping[str, str], new: Mapping[str, str], fingerprint: Fingerprint
) -> Iterator[SecretChange]:
    """Variables whose secret differs; the secrets themselves go nowhere."""
    for variable in sorted({*old, *new}):
        if old.get(variable) != new.get(variable):
            yield SecretChange(
                variable=variable,
                old=fingerprint(old[variable]) if variable in old else "",
                new=fingerprint(new[variable]) if variable in new else "",
            )


def needed(
    files: Mapping[str, Change], old: Mapping[str, str], new: Mapping[str, str]
) -> Literal["nothing", "reload", "restart"]:
    """A process keeps the environment that it began with: what it lacks, or has another of, needs one."""
    if any(old.get(variable) != secret for variable, secret in new.items()):
        return "restart"
    return "reload" if files else "nothing"


def fingerprint(key: bytes, secret: str) -> str:
    """Eight hexadecimal digits, the same for the same secret; without the key they tell nothing."""
    return hmac.new(key, secret.encode(), sha256).hexdigest()[:8]
