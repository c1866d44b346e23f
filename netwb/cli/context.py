"""What every command takes: `--home`, `--as`, and the Workbench that is opened from them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import click

from netwb.cli.examples import examples_of
from netwb.cli.resembling import with_names
from netwb.errors import UnknownDeviceError, UnknownNameError
from netwb.workbench import Workbench

DEFAULT_HOME = "~/.local/share/netwb"
SUMMARY = 200  # characters of a command's first sentence


@dataclass(slots=True)
class CommandState:
    """Options that stand on every command; the last one given wins."""

    home: str | None = None
    acting_as: str | None = None


def bench(context: click.Context) -> Workbench:
    """Open the workbench of the home that the command line names, narrowed to `--as`'s user."""
    opened = Workbench.open(home=state(context).home, environment=os.environ)
    user = state(context).acting_as
    return opened if user is None else opened.acting_as(user)


def reading(context: click.Context) -> Workbench:
    """The same for a command that only reads: also where the home's disk takes no writes."""
    opened = Workbench.open(home=state(context).home, environment=os.environ, need="reading")
    user = state(context).acting_as
    return opened if user is None else opened.acting_as(user)


def state(context: click.Context) -> CommandState:
    """The one state of this command line."""
    root = context.find_root()
    if root.obj is None:
        root.obj = CommandState()
    found: CommandState = root.obj
    return found


def _remember_home(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    del parameter
    if value is not None:
        state(context).home = value


def _remember_user(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    del parameter
    if value is not None:
        state(context).acting_as = value


def own_options(default: str = DEFAULT_HOME) -> list[click.Option]:
    """The options of every command, which store themselves."""
    return [home_option(default), as_option()]


def as_option(*, hidden: bool = False) -> click.Option:
    """`--as USER`: no more than that user may, and audited under that name."""
    return click.Option(
        ["--as", "acting_as"],
        metavar="USER",
        expose_value=False,
        callback=_remember_user,
        is_eager=True,
        help="Act with the rights of this user only.",
        hidden=hidden,
    )


def home_option(default: str) -> click.Option:
    """`--home DIR`, which stores itself; `default` is where neither it nor the environment names one."""
    return click.Option(
        ["--home"],
        metavar="DIR",
        expose_value=False,
        callback=_remember_home,
        is_eager=True,
        help=f"Home folder; default $NETWB_HOME or {default}.",
    )


class NetwbCommand(click.Command):
    """A command that also takes `--home` and `--as`."""

    default_home = DEFAULT_HOME

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(own_options(self.default_home))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What a person types, below what the options are."""
        super().format_epilog(ctx, formatter)
        lines = examples_of(ctx.command_path)
        if lines:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line}\n" for line in lines))

    def invoke(self, ctx: click.Context) -> Any:
        """A name that is not known is told with those of the same home that resemble it."""
        try:
            return super().invoke(ctx)
        except (UnknownDeviceError, UnknownNameError) as error:
            raise with_names(error, lambda: reading(ctx)) from error


class HomeCommand(NetwbCommand):
    """One that concerns the home itself: `--as` is refused, and not offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params[-1] = as_option(hidden=True)

    def invoke(self, ctx: click.Context) -> Any:
        """Where no user of the home is meant."""
        if state(ctx).acting_as is not None:
            msg = f"`{ctx.command_path}` is done by the login itself; leave --as out"
            raise click.UsageError(msg, ctx)
        return super().invoke(ctx)


class NetwbGroup(click.Group):
    """A group whose commands take `--home` and `--as`, before or after their name."""

    command_class = NetwbCommand
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(own_options())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a person needs them."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A word that is no command is told with the commands that resemble it."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            near = get_close_matches(word, self.commands, n=2)
            mean = f"; did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
            msg = f"there is no command {word[:80]!r}{mean}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each with its whole first sentence, where click would cut it."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(limit=SUMMARY)) for name, one in found if one]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
