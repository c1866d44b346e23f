"""Every setting, command, error and public name is documented, and as it is.

The reference's tables are drawn here from the code, so that a failing test prints the table to paste.
"""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

import netwb
from netwb import Workbench, errors
from netwb.cli.exits import exit_status
from netwb.cli.main import cli
from netwb.errors import NetwbError
from netwb.setting_layers import describe_settings

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = "netwb/README.md"
GUIDES = (
    REFERENCE,
    "scheduler/README.md",
    "telegraf/README.md",
    "dashboards/README.md",
    "notebooks/README.md",
)
README = (ROOT / "README.md").read_text()
TEXTS = {name: (ROOT / name).read_text() for name in ("README.md", *GUIDES)}
LONGEST = 200  # lines of README: what is more belongs into a guide


def settings_table() -> Iterator[str]:
    yield "| setting | default | unit | what it is |"
    yield "|---|---|---|---|"
    for setting in describe_settings():
        default = f"`{setting.default}`" if setting.default != "" else ""
        yield f"| `{setting.name}` | {default} | {setting.unit} | {setting.help} |"


def commands_table() -> Iterator[str]:
    yield "| command | what it does |"
    yield "|---|---|"
    for path, command in commands(cli, "netwb"):
        yield f"| `{path}` | {summary(command)} |"


def errors_table() -> Iterator[str]:
    yield "| error | exit status | when |"
    yield "|---|---|---|"
    for kind in error_classes():
        if kind is NetwbError:  # the root is never raised
            continue
        yield f"| `{kind.__name__}` | {exit_status(kind)} | {first_sentence(kind.__doc__)} |"


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below the group with the words that call it, without the groups themselves."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def anchor(heading: str) -> str:
    """What a link to that heading says."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def summary(command: click.Command) -> str:
    return first_sentence(command.help)


def first_sentence(text: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join((text or "").partition("\n\n")[0].split())


def typed_lines() -> list[str]:
    """The commands that the blocks of README and guides show."""
    blocks = "".join(piece for text in TEXTS.values() for piece in text.split("```")[1::2])
    return re.findall(r"^(?:\$ )?(netwb .*)$", blocks, flags=re.MULTILINE)


def error_classes(kind: type[NetwbError] = NetwbError) -> Iterator[type[NetwbError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from error_classes(child)


def public_members(kind: type) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


@pytest.mark.parametrize(
    "table",
    [settings_table, commands_table, errors_table],
    ids=["settings", "commands", "errors"],
)
def test_the_reference_has_the_table(table: Callable[[], Iterator[str]]) -> None:
    wanted = "\n".join(table())

    assert wanted in TEXTS[REFERENCE], f"{REFERENCE} wants this table:\n\n{wanted}\n"


def test_the_readme_is_short_and_leads_to_every_guide() -> None:
    assert len(README.splitlines()) <= LONGEST
    assert [guide for guide in GUIDES if f"]({guide})" not in README] == []


@pytest.mark.parametrize("name", TEXTS)
def test_each_link_within_the_checkout_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", TEXTS[name])

    for path, part in links:
        there = (ROOT / name).parent / path if path else ROOT / name
        assert there.exists(), f"{name} leads to {path}"
        headings = re.findall(r"^#+ (.*)$", there.read_text(), flags=re.MULTILINE) if part else []
        assert not part or part in [anchor(one) for one in headings], f"{name} leads to #{part}"


def test_each_command_says_what_it_does() -> None:
    every = list(commands(cli, "netwb"))
    unsaid = {
        path: options
        for path, command in every
        if (
            options := [
                p.name for p in command.params if isinstance(p, click.Option) and not p.help
            ]
        )
    }

    assert len(every) > 100
    assert [path for path, command in every if len(summary(command).split()) <= 1] == []
    assert unsaid == {}, "options without help"


def test_each_command_line_of_a_guide_is_taken() -> None:
    lines = typed_lines()

    assert len(lines) > 100
    assert {line: fault for line in lines if (fault := fault_of(line))} == {}


def fault_of(line: str) -> str:
    """What the parser has against it, or words that it left over."""
    command: click.Command = cli
    words = shlex.split(line, comments=True)[1:]
    while isinstance(command, click.Group):
        if words[0] not in command.commands:
            return f"no command {words[0]}"
        command = command.commands[words.pop(0)]
    try:
        return " ".join(command.make_context(line, words).args)
    except click.ClickException as error:
        return error.format_message()


def test_each_error_is_drawn_in_the_tree_and_says_when() -> None:
    kinds = list(error_classes())
    assert errors.__doc__
    drawn = errors.__doc__.split()

    assert len(kinds) > 20
    assert [kind.__name__ for kind in kinds if kind.__name__ not in drawn] == []
    assert [kind.__name__ for kind in kinds if len(vars(kind)["__doc__"] or "") <= 10] == []


def test_each_method_of_the_workbench_says_something() -> None:
    names = public_members(Workbench)

    assert len(names) > 100
    assert [n for n in names if len(inspect.getdoc(getattr(Workbench, n)) or "") <= 10] == []


@pytest.mark.parametrize("name", netwb.__all__)
def test_public_name_stands_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README
