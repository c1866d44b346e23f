"""Each command that a sentence of netwb's would have typed is there, with the options it names."""

from __future__ import annotations

import re
from functools import cache

import click

from netwb.cli.main import cli
from tests.sentences import ROOT, sentences

TYPED = re.compile(r"`netwb (?!x )([a-z-][^`]*)`")


@cache
def typed() -> tuple[tuple[str, str], ...]:
    """Module and command line, of the whole source read once; what is put into one reads `x`."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), line)
        for path in sorted((ROOT / "netwb").rglob("*.py"))
        for text in sentences(path)
        for line in TYPED.findall(text)
    )


def unknown_in(line: str) -> str:
    """The first word that no command takes; "" where each is taken."""
    command: click.Command = cli
    words = line.split()
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        if found is None:
            return words[0]
        command = found
        words.pop(0)
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    options.add("--help")
    return next((w for w in words if w.startswith("--") and w.split("=")[0] not in options), "")


def test_each_command_that_a_sentence_names_is_there() -> None:
    assert [(module, line) for module, line in typed() if unknown_in(line)] == []


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert unknown_in("schedule reset") == "reset"
    assert unknown_in("doctor --no-such-option") == "--no-such-option"
    assert unknown_in("schedule set nightly default --tenant acme") == ""
    assert len({line for _, line in typed()}) > 60
