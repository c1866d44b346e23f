"""What runs against what the device would boot. Pure.

Lines that change by themselves are not in kept texts, and comments are nobody's commands: EOS names in
one which of the two was asked for. `version` of IOS and NX-OS is that of the software which wrote the
text, and differs after an upgrade. IOS keeps a certificate in a file of its own and names that in the
startup configuration, where the running one spells it out: such a one counts by its name. All else
counts, its order as well. Source: `show startup-config` in Cisco's command reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from netwb.compliance.checks.held import Held
from netwb.compliance.text import ConfigText, Lines

_COMMENT = b"!"
_WRITTEN_BY = b"version "
_IN_A_FILE = re.compile(rb"([ \t]*certificate .+) nvram:\S+")
_SPELLED_OUT = re.compile(rb"[ \t]*(?:[0-9A-F]+(?: [0-9A-F]+)*|quit)")
_Written = dict[int, bytes]  # lines by their numbers from 0


def running_is_startup(running: ConfigText, startup: ConfigText) -> Held:
    """Both hold the same lines in the same order."""
    need = "the two must be the same; save what runs, or go back to what was saved"
    if startup.is_never_saved:
        return Held(holds=False, found="The configuration was never saved", need=need)
    ours, theirs = _alike(_written(running), _written(startup))
    if list(ours.values()) == list(theirs.values()):
        return Held(holds=True, found="The startup configuration is what runs")
    only_here = _only_in(ours, theirs)
    only_there = _only_in(theirs, ours)
    if only_here or only_there:
        said = (
            f"{_lines(len(only_here))} of what runs would be lost by a restart,"
            f" and {_lines(len(only_there))} would come back"
        )
        return Held(holds=False, found=said, need=need, at_fault=only_here)
    pairs = zip(ours.items(), theirs.values(), strict=True)
    moved = tuple(number for (number, line), other in pairs if line != other)
    said = f"The startup configuration has the lines in another order from line {moved[0] + 1} on"
    return Held(holds=False, found=said, need=need, at_fault=moved)


def _written(text: ConfigText) -> _Written:
    """Lines with their indentation, without empty ones, comments and what software wrote them."""
    raw = text.data.split(b"\n")
    return {
        number: line.rstrip()
        for number, line in enumerate(raw)
        if not line.lstrip().startswith(_COMMENT)
        and not line.startswith(_WRITTEN_BY)
        and line.strip()
    }


def _alike(running: _Written, startup: _Written) -> tuple[_Written, _Written]:
    """Both without what a certificate is, where the startup text only names its file."""
    in_files = {
        number: found[1]
        for number, line in startup.items()
        if (found := _IN_A_FILE.fullmatch(line))
    }
    if not in_files:
        return running, startup
    return dict(_named_only(running, frozenset(in_files.values()))), {**startup, **in_files}


def _named_only(lines: _Written, names: Collection[bytes]) -> Iterator[tuple[int, bytes]]:
    """Without the lines that spell out a certificate of such a name."""
    within = False
    for number, line in lines.items():
        within = line in names or (within and _SPELLED_OUT.fullmatch(line) is not None)
        if line in names or not within:
            yield number, line


def _only_in(these: _Written, those: _Written) -> Lines:
    """Lines that stand here more often than there."""
    left = Counter(those.values())
    only = []
    for number, line in these.items():
        if left[line]:
            left[line] -= 1
        else:
            only.append(number)
    return tuple(only)


def _lines(number: int) -> str:
    return f"{number} line" + ("" if number == 1 else "s")
