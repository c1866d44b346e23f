"""Lines of a Junos configuration that Junos does not act on. Pure.

A `deactivate` line switches off what it names and all below; a group acts where `apply-groups` names
it. Texts of `display set` begin with `set`; of other texts no line is inactive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_DEACTIVATE = b"deactivate "
_GROUP = re.compile(rb"set groups (\S+)")
_APPLIED = re.compile(rb"set (?:.* )?apply-groups (?:\[ )?(.+?)(?: \])?")
_BY_MEMBER = b"${"  # apply-groups "${node}": the member's own group


def inactive_lines(lines: Sequence[bytes]) -> frozenset[int]:
    """Numbers, from 0, of `set` lines that are deactivated or in a group that nothing applies.

    >>> sorted(inactive_lines([b"set a b", b"set a c", b"deactivate a b"]))
    [0]
    """
    if not next(filter(None, lines), b"").startswith(b"set "):
        return frozenset()
    off = frozenset(
        b"set " + line.removeprefix(_DEACTIVATE) for line in lines if line.startswith(_DEACTIVATE)
    )
    gone = frozenset(n for n, line in enumerate(lines) if off and _is_below(line, off))
    acting = [line for number, line in enumerate(lines) if number not in gone]
    return gone | _unapplied(lines, _applied(acting))


def _is_below(line: bytes, paths: frozenset[bytes]) -> bool:
    """Whether the line, or what it begins with up to one of its blanks, is among the paths."""
    end = line.find(b" ")
    while end >= 0:
        if line[:end] in paths:
            return True
        end = line.find(b" ", end + 1)
    return line in paths


def _applied(lines: Iterable[bytes]) -> frozenset[bytes] | None:
    """Names of the groups that act; None: any may."""
    told = [line for line in lines if b"apply-groups" in line]
    found = [said[1] for line in told if (said := _APPLIED.fullmatch(line))]
    if any(_BY_MEMBER in names for names in found):
        return None
    return frozenset(name for names in found for name in names.split())


def _unapplied(lines: Sequence[bytes], applied: frozenset[bytes] | None) -> frozenset[int]:
    if applied is None:
        return frozenset()
    return frozenset(
        number
        for number, line in enumerate(lines)
        if (group := _GROUP.match(line)) and group[1] not in applied
    )
