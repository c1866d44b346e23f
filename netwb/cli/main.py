"""`netwb`: parse, call one Workbench method, print. Errors are one sentence and an exit status."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from netwb import log_lines
from netwb._version import __version__
from netwb.cli import (
    audit,
    backup,
    billing,
    blackhole,
    blackout,
    check,
    credential,
    device,
    doctor,
    export,
    history,
    home,
    monitoring,
    netbox,
    notebook,
    notify,
    poll,
    port,
    port_group,
    prefix,
    quarantine,
    remote,
    report,
    rule,
    schedule,
    scheduler,
    sender,
    serve,
    shard,
    site,
    snapshot,
    status,
    syslog,
    telegraf,
    tenant,
    text,
    token,
    traffic,
    trigger,
    user,
    waiver,
    wall,
)
from netwb.cli.context import NetwbGroup
from netwb.cli.demo import command as demo
from netwb.cli.exits import BAD_INPUT, exit_status
from netwb.cli.problems import grouped
from netwb.cli.show import shown
from netwb.cli.wording import in_words
from netwb.errors import ImportRefusedError, NetwbError, RuleError


class TerminatedError(BaseException):
    """SIGTERM came; what stands open is closed on the way out."""


@click.group(cls=NetwbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="netwb %(version)s")
def cli() -> None:
    """The network engineer's workbench: configurations of every device, whole, in Git."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit status."""
    os.umask(0o077)  # whatever a command writes is its owner's alone
    try:
        result = cli.main(arguments, prog_name="netwb", standalone_mode=False)
    except NetwbError as error:
        return _refuse(error)
    except click.ClickException as error:
        click.echo(f"netwb: {_usage(error)}", err=True)
        return BAD_INPUT
    except TerminatedError:
        click.echo("netwb: ended by SIGTERM; what was written is whole", err=True)
        return 128 + signal.SIGTERM  # what shells give for it
    except (click.Abort, KeyboardInterrupt):
        click.echo("netwb: stopped by the keyboard", err=True)
        return 128 + signal.SIGINT
    except SystemExit:
        return _pipe_closed()  # the one thing that click ends so: nobody reads stdout any more
    return result if isinstance(result, int) else 0


def _terminated(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise TerminatedError


def _usage(error: click.ClickException) -> str:
    """What is wrong with the command line, and where its words are told."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "netwb"
    return f"{in_words(error)}; see `{command} --help`"


def _refuse(error: NetwbError) -> int:
    for problem in grouped(_listed(error)):
        click.echo(shown(problem), err=True)
    click.echo(f"netwb: {shown(error)}", err=True)
    return exit_status(type(error))


def _listed(error: NetwbError) -> tuple[str, ...]:
    """What stands above the sentence, where that alone does not say all."""
    if isinstance(error, RuleError):
        return error.problems if len(error.problems) > 1 else ()
    return error.problems if isinstance(error, ImportRefusedError) else ()


def _pipe_closed() -> int:
    """`netwb history | head`: the reader has had enough; Python must not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def run() -> None:
    """Entry point of the installed command."""
    signal.signal(signal.SIGTERM, _terminated)
    log_lines.install()
    gc.freeze()  # some 90,000 imported objects that live to the end need no looking at in a run
    sys.exit(main())


for _group in (
    demo,
    home,
    tenant,
    site,
    credential,
    device,
    port,
    port_group,
    backup,
    history,
    quarantine,
    snapshot,
    check,
    rule,
    waiver,
    remote,
    netbox,
    notify,
    text,
    syslog,
    audit,
    poll,
    traffic,
    billing,
    report,
    monitoring,
    telegraf,
    shard,
    prefix,
    trigger,
    sender,
    blackhole,
    status,
    doctor,
    user,
    token,
    wall,
    serve,
    scheduler,
    schedule,
    blackout,
    export,
    notebook,
):
    _group.register(cli)

if __name__ == "__main__":
    run()
