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
@pytest.mark.parametrize("path", EXAMPLES)
def test_each_example_is_one_of_its_command_and_the_parser_takes_it(path: str) -> None:
    for line in EXAMPLES[path]:
        context = parsed(line)
        context.close()  # files that it opened
        assert context.command_path == f"netwb {path}", line


@pytest.mark.parametrize("path", EXAMPLES)
def test_help_shows_each_example_on_a_line_of_its_own(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path.split(), "--help"]) == 0

    shown = capsys.readouterr().out
    assert shown.count("\nExamples:\n") == 1
    assert all(f"\n  {line}\n" in shown for line in EXAMPLES[path])
