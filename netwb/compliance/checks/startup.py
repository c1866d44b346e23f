"""What runs against what the device would boot. Pure.

Lines that change by themselves are not in kept texts, and comments are nobody's commands: EOS names in
one which of the two was asked for. All else counts, its order as well.
"""

from __future__ import annotations

from collections import Counter

from netwb.compliance.checks.held import Held
from netwb.compliance.text import ConfigText, Lines

_COMMENT = b"!"


def running_is_startup(running: ConfigText, startup: ConfigText) -> Held:
    """Both hold the same lines in the same order."""
    ours, theirs = _written(running), _written(startup)
    if list(ours.values()) == list(theirs.values()):
        return Held(holds=True, found="The startup configuration is what runs")
    only_here = _only_in(ours, theirs)
    only_there = _only_in(theirs, ours)
    need = "the two must be the same; save what runs, or go back to what was saved"
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


def _written(text: ConfigText) -> dict[int, bytes]:
    """Lines with their indentation, without empty ones and comments."""
    raw = text.data.split(b"\n")
    return {
        number: line.rstrip()
        for number, line in enumerate(raw)
        if not line.lstrip().startswith(_COMMENT) and line.strip()
    }


def _only_in(these: dict[int, bytes], those: dict[int, bytes]) -> Lines:
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
