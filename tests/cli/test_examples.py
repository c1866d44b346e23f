"""`--help` of each command shows what a person types, and the parser takes each line of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from netwb.cli.examples import EXAMPLES
from netwb.cli.main import cli, main


def commands(group: click.Group, path: str = "") -> Iterator[str]:
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, f"{path}{name} ")
        else:
            yield path + name


def parsed(line: str) -> click.Context:
    """As far as the parser goes: no command is run."""
    words = shlex.split(line, comments=True)
    words = words[: next((place for place, word in enumerate(words) if word in {"|", ">"}), None)]
    context = cli.make_context("netwb", words[1:])
    while isinstance(context.command, click.Group):
        given = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, given)
        assert command is not None
        context = command.make_context(name, list(rest), parent=context)
    return context


def test_each_command_has_an_example_and_no_other_has() -> None:
    assert sorted(EXAMPLES) == sorted(commands(cli))


@pytest.fixture
def _named_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What examples read, where the parser asks whether it is there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    for name in ("edge1.cfg", "messages.log", "devices.csv", "export.csv", "ports.csv", "own.yaml"):
        (tmp_path / name).touch()


@pytest.mark.usefixtures("_named_files")
def test_each_example_is_one_of_its_command_and_the_parser_takes_it() -> None:
    every = [(path, line) for path, lines in EXAMPLES.items() for line in lines]

    assert {line: fault for path, line in every if (fault := fault_of(path, line))} == {}


def fault_of(path: str, line: str) -> str:
    """Why it is no example of that command."""
    try:
        context = parsed(line)
    except click.ClickException as error:
        return error.format_message()
    context.close()  # files that it opened
    return "" if context.command_path == f"netwb {path}" else f"calls {context.command_path}"


def test_help_shows_each_example_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {path: help_of(path, capsys) for path in EXAMPLES}

    assert [path for path in EXAMPLES if shown[path].count("\nExamples:\n") != 1] == []
    every = [(path, line) for path, lines in EXAMPLES.items() for line in lines]
    assert [line for path, line in every if f"\n  {line}\n" not in shown[path]] == []


def help_of(path: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*path.split(), "--help"]) == 0, path
    return capsys.readouterr().out
