"""Options that change fields of the inventory: what was given, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from netwb.cli.show import print_json, print_table, say
from netwb.errors import InputError
from netwb.inventory.changes import FieldChange
from netwb.inventory.fields import parse_labels, quoted

Command = TypeVar("Command", bound=Callable[..., Any])


class Renamed(click.Option):
    """An option whose older names are taken too, and offered by none but the first."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """In help it has one name."""
        taken, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = taken


def inherited_options(command: Command) -> Command:
    """What tenant, site and device may each say: credentials and a jump host."""
    for option in (
        click.option(
            "--jump-host-key", metavar="LINE", help="OpenSSH public key of the jump host."
        ),
        click.option("--jump-credential", metavar="NAME", help="Opens the jump host."),
        click.option("--jump", metavar="USER@HOST[:PORT]", help="Host to log in to first."),
        click.option("--snmp-credential", metavar="NAME", help="For SNMP."),
        click.option("--credential", metavar="NAME", help="For logins."),
    ):
        command = option(command)
    return command


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that stand on the command line; an empty one clears its field."""
    return {name: value or None for name, value in options.items() if value is not None}


def labels_of(texts: Iterable[str]) -> dict[str, str]:
    """Labels of `--label K` and `--label K=V`; a blank would part one into two."""
    words = tuple(texts)
    for word in words:
        if word.split() != [word]:
            msg = f"label {quoted(word)} is not usable; write KEY or KEY=VALUE, without blanks"
            raise InputError(msg)
    return parse_labels(",".join(words))


def say_changed(thing: str, changed: Iterable[FieldChange]) -> None:
    """One line a changed field."""
    changed = tuple(changed)
    for item in changed:
        say(f"{thing}: {item.field} {item.old or '-'} -> {item.new or '-'}")
    if not changed:
        say(f"{thing}: nothing changed")


def print_record(record: Any, rows: Iterable[tuple[str, Any]], *, as_json: bool) -> None:
    """One record: its JSON, or a name and a value a line."""
    if as_json:
        print_json(record)
    else:
        print_table(("field", "value"), rows, empty="")
