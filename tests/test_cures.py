"""Each command and each setting that a sentence of netwb's names is there, with its options."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache

import click

from netwb.cli.main import cli
from netwb.roles import Permission
from netwb.settings import Settings
from tests.sentences import ROOT, sentences

SECTIONS = "|".join(section.name for section in fields(Settings))
VERBS = "by|clear|correct|give|lower|name|needs|or|raise|see|set|setting|write"  # what is put into a sentence reads `x`
TUNED = re.compile(rf"\b(?:{VERBS}) ((?:{SECTIONS})\.(?!x\b)[a-z]\w*)(?!\.?\w)")
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


@cache
def tuned() -> tuple[tuple[str, str], ...]:
    """Module and setting, of each that a sentence tells to be raised, corrected, written or named."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), name)
        for path in sorted((ROOT / "netwb").rglob("*.py"))
        for text in sentences(path)
        for name in TUNED.findall(text)
    )


def settings() -> set[str]:
    return {
        f"{section.name}.{one.name}"
        for section in fields(Settings)
        for one in fields(getattr(Settings(), section.name))
    }


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


def left_out_of(line: str) -> tuple[str, ...]:
    """Options that a command needs; a line that shows none of its own only names the command."""
    if "--" not in line:
        return ()
    command: click.Command = cli
    words = line.split()
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    given = {word.split("=")[0] for word in words}
    needed = (one for one in command.params if isinstance(one, click.Option) and one.required)
    return tuple(one.opts[0] for one in needed if given.isdisjoint(one.opts))


def test_each_command_that_a_sentence_shows_with_options_has_those_that_it_needs() -> None:
    assert [(module, line) for module, line in typed() if left_out_of(line)] == []
    assert left_out_of("billing reopen acme --month 2026-10") == ("--reason",)


def test_each_command_that_a_sentence_names_is_there() -> None:
    assert [(module, line) for module, line in typed() if unknown_in(line)] == []


def test_each_setting_that_a_sentence_names_is_there() -> None:
    rights = {str(one) for one in Permission}  # `needs compliance.edit` names one
    assert [(m, name) for m, name in tuned() if name not in settings() | rights] == []
    assert len({name for _, name in tuned()}) > 20


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert unknown_in("schedule reset") == "reset"
    assert unknown_in("doctor --no-such-option") == "--no-such-option"
    assert unknown_in("schedule set nightly default --tenant acme") == ""
    assert len({line for _, line in typed()}) > 60
