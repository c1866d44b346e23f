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

from netwb.errors import (
    ArchiveError,
    GrafanaError,
    HomeError,
    MetricsError,
    SettingsError,
    StoreError,
)

INSIDE = (  # their sentences name files, or what is weak
    ArchiveError,
    GrafanaError,
    HomeError,
    MetricsError,
    SettingsError,
    StoreError,
)
RUNNER = "tell who runs netwb"  # where only the server's owner can help, all that is said
# What is typed at the server and nowhere else; an edge's table has these first.
AT_THE_SERVER: Mapping[str, str] = dict.fromkeys(
    (
        *("audit verify", "blackout end", "blackout list", "blackout remove", "doctor", "import"),
        *("init", "netbox plan", "netbox set", "netbox sync", "push", "doctor --secrets"),
        *("remote accept", "remote check", "remote passphrase", "remote set", "remote show"),
        *("schedule list", "schedule set", "scheduler", "scheduler --list", "upgrade"),
        *("trigger add", "edge add", "prefix list", "prefix set", "telegraf check", "--test"),
        *("sender add", "sender list", "sender settle"),
        *("--filter", "--home", "--incomplete", "--networks", "--only", "--store"),
    ),
    RUNNER,
)
_COMMAND = re.compile(r"`netwb ([^`]+)`")
_PATH = r"/(?:[^\s/;:,'\"()]+/)+([^\s/;:,'\"()]*)"
_SERVER_PATH = re.compile(rf"(?<![\w/.:~'\"-]){_PATH}")  # what a person gave stands in quotes
_ANY_PATH = re.compile(rf"(?<![\w/.:~-]){_PATH}")
_OPTION = re.compile(r"(?<![^\s`(])--[a-z][a-z-]+")


def retold(sentence: object, cures: Mapping[str, str]) -> str:
    """An error, or its sentence as it was kept, with the cures of such a table, and pathless."""
    thing, *clauses = pathless(sentence).split("; ")
    said = [_said(clause, cures) for clause in clauses]
    return "; ".join([thing, *(clause for clause in said if clause)])


def pathless(sentence: object) -> str:
    """An error without the folders of the server: a file or repository by its own name alone.

    What the system or Git said of a file may stand in quotes, and is then of netwb's own inside.
    """
    inside = isinstance(sentence, INSIDE)
    return (_ANY_PATH if inside else _SERVER_PATH).sub(r"\1", str(sentence))


def pathless_cause(message: str) -> str:
    """The same for a cause as it was kept, whatever said it."""
    return _ANY_PATH.sub(r"\1", message)


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
