"""An error's cures in the words of an edge that has no command line. Pure.

Below the edges an error is one sentence, the thing and then, after semicolons, its cures; what would
be typed stands there as a command in backticks, or as an option (`netwb.errors`). An edge has a table
of what it offers in the place of each, and says by it what it tells: pages in `views.cures`, REST in
`web.cures`. What its table does not know is left out; tests take the commands from the source, so
that none is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

RUNNER = "tell who runs netwb"  # where only the server's owner can help, all that is said
_COMMAND = re.compile(r"`netwb ([^`]+)`")
_OPTION = re.compile(r"(?<![^\s`(])--[a-z][a-z-]+")


def retold(sentence: object, cures: Mapping[str, str]) -> str:
    """An error, or its sentence as it was kept, with the cures of such a table."""
    thing, *clauses = str(sentence).split("; ")
    said = [_said(clause, cures) for clause in clauses]
    return "; ".join([thing, *(clause for clause in said if clause)])


def asked_for(text: str, known: Container[str]) -> Iterator[str]:
    """What is to be typed there, as a table names it, or would."""
    for command in _COMMAND.findall(text):
        words = command.split()
        options = [word for word in words if word.startswith("--")]
        names = [" ".join(words[:many]) for many in (3, 2, 1)]
        exact = [f"{name} {option}" for name in names for option in options]
        yield next((name for name in (*exact, *names) if name in known), " ".join(words[:2]))
    yield from _OPTION.findall(_COMMAND.sub("", text))


def _said(clause: str, cures: Mapping[str, str]) -> str:
    """A cure with its alternatives; where only the server's owner can help, that alone."""
    found = [_alternative(part, cures) for part in clause.split(", or ")]
    if RUNNER in found:
        return RUNNER
    return ", or ".join(dict.fromkeys(part for part in found if part))


def _alternative(part: str, cures: Mapping[str, str]) -> str:
    names = list(asked_for(part, cures))
    return next((cures[name] for name in names if name in cures), "") if names else part
