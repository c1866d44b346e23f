"""`netwb restore --from-remote`: a tenant back from its remote, on a machine that has nothing of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from netwb.cli.asking import SOURCE, answered, ask
from netwb.cli.context import state
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import print_json, say
from netwb.inventory.records import SecretSource
from netwb.loading import lazy
from netwb.workbench import Workbench

if TYPE_CHECKING:
    from netwb.workbench import words as _words
    from netwb.workbench.words import Restored
else:
    _words = lazy("netwb.workbench.words")

SHORT = 12  # digits of a commit
Command = TypeVar("Command", bound=Callable[..., Any])


def remote_options(command: Command) -> Command:
    """What `--from-remote` takes besides."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="With --from-remote: JSON on stdout."),
        click.option(
            "--incomplete", is_flag=True, help="With --from-remote: leave out what lacks a secret."
        ),
        click.option("--key", metavar="SOURCE", help="Opens an ssh remote: file:PATH or env:NAME."),
        click.option("--password", metavar="SOURCE", help=f"Opens an https remote: {SOURCE}."),
        click.option("--username", default="", metavar="USER", help="With --password."),
        click.option(
            "--passphrase",
            metavar=SOURCE,
            help="Of the remote's keys; without this option it is asked for.",
        ),
        click.option(
            "--from-remote",
            metavar="URL",
            help="Restore a whole tenant from its remote, into --home or a new folder -o.",
        ),
    ):
        command = option(command)
    return command


def restore_all(
    context: click.Context, url: str, folder: Path | None, options: dict[str, Any]
) -> int:
    """Restore the tenant whose archive lies at `url`; gives the exit status."""
    source = _words.RemoteSource(
        url=url,
        passphrase=known_source(options["passphrase"], "passphrase of the remote"),
        username=options["username"],
        password=_source(options["password"], "password"),
        key=_source(options["key"], "private key"),
        lacking="left out" if options["incomplete"] else "refused",
    )
    found = Workbench.restore_from_remote(
        source, home=state(context).home, folder=folder, environment=os.environ
    )
    if options["as_json"]:
        print_json(found)
        return status_of(found)
    say(restored_line(found))
    say_missing(found, "newer revisions than these may be in another copy, or in an export")
    say_foreign(found)
    if folder is None:
        say(
            "credentials of devices do not lie at a remote: add them anew; then"
            f" `netwb remote set {found.tenant} URL` pushes there again"
        )
    return status_of(found)


def status_of(found: Restored) -> int:
    """Whether the remote gave back all that netwb pushed, and has nothing else."""
    good = not found.missing and found.foreign is None and found.seal == "good"
    return DONE if good else SOME_FAILED


def say_missing(found: Restored, cure: str) -> None:
    """That the remote had more, where it had."""
    if found.missing:
        lost = "1 commit" if found.missing == 1 else f"{found.missing} commits"
        say(
            f"the remote of {found.tenant} has lost {lost} that netwb had pushed there: somebody took"
            f" them off, or an older copy of it was put back; {cure}"
        )


def say_foreign(found: Restored) -> None:
    """What somebody else put there, where there is such; it is left off."""
    if found.seal == "none":
        say(
            f"nothing at the remote of {found.tenant} bears netwb's seal: an older netwb pushed it, or"
            " somebody changed it; read what was restored before it is relied on"
        )
    if found.foreign is None:
        return
    many = found.foreign.commits
    commits, are = ("1 commit", "is") if many == 1 else (f"{many} commits", "are")
    say(
        f"the remote of {found.tenant} has {commits} that netwb did not push there, which {are} left"
        f" off: from {found.foreign.first[:SHORT]} on, committed as {found.foreign.author}, in"
        f" {', '.join(found.foreign.files) or 'no file'}; see who may write there, and let main there"
        f" end at {found.foreign.last_good[:SHORT]}"
    )


def restored_line(found: Restored) -> str:
    """What was restored, in one line."""
    lacks = f", {found.lacking} of them without their secrets" if found.lacking else ""
    place = f" in {found.place}" if found.place else ""
    return f"{found.tenant}: {found.revisions} revisions of {found.devices} devices{lacks}{place}"


def known_source(text: str | None, what: str) -> SecretSource:
    """Where a secret that exists is told; it is asked for once."""
    if text in {None, "prompt"}:
        return answered(ask(what))
    return SecretSource(origin=str(text))


def _source(text: str | None, what: str) -> SecretSource | None:
    return None if text is None else known_source(text, what)
