"""`netwb notebook`: JupyterLab on this machine, with the examples in a folder of one's own.

Nothing is asked of the internet: no news, no look for updates, no extensions to install, and what
charts would load from elsewhere is pointed at the Jupyter server itself (facts-tools, section 5).
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import click

from netwb.cli.context import HomeCommand, state
from netwb.cli.show import say
from netwb.errors import InputError, ListenError
from netwb.loading import share
from netwb.workbench import Workbench
from netwb.workbench.examples import CopiedExamples, copy_examples

FOLDER = "~/netwb-notebooks"
FIRST_PORT, PORTS = 8888, 50
LOOPBACK = "127.0.0.1"
SETTINGS = "jupyterlab"  # folder here: turns off what would ask the internet, or ask to ask it
OFFLINE = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
)


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(notebook)


@click.command(cls=HomeCommand)
@click.argument("folder", default=FOLDER, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="P",
    help=f"TCP port on {LOOPBACK}. Default: the first free one from {FIRST_PORT} on.",
)
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
@click.pass_context
def notebook(context: click.Context, *, folder: Path, port: int | None, no_browser: bool) -> None:
    """Start JupyterLab with netwb's example notebooks, on this machine alone.

    The examples are copied to FOLDER (default: ~/netwb-notebooks). What you changed there is never
    overwritten: where netwb brings a newer example, it is put beside yours as NAME.new.ipynb. Begin
    with 00-start.ipynb; each notebook says what it needs. They run on the simulated network, too:

    \b
      netwb demo                                            in one terminal, left running
      netwb notebook --home ~/.local/share/netwb-demo       in another one

    In a notebook of your own three lines are enough: `from netwb import Workbench`, `wb =
    Workbench.open()`, `wb.devices()`. Tab after `wb.` shows what else there is. The notebook acts as
    the login that runs it, and may do all that the command line may. Ctrl-C ends it.
    """  # noqa: D301 - click wants the character itself
    _require_jupyterlab()
    home = state(context).home or os.environ.get("NETWB_HOME")
    opened = Workbench.open(home, environment=os.environ, need="reading")
    place = opened.home
    opened.close()
    folder = folder.expanduser().absolute()
    _tell(folder, copy_examples(share() / "notebooks", folder))
    _become(folder, place, _free_port(port), browser=not no_browser)


def _require_jupyterlab() -> None:
    if find_spec("jupyterlab") is None:
        msg = "JupyterLab is not installed; `pip install 'netwb[notebook]'` brings it"
        raise InputError(msg)


def _tell(folder: Path, copied: CopiedExamples) -> None:
    counts = (
        (copied.new, "copied"),
        (copied.renewed, "brought up to date"),
        (copied.own, "left as you changed them"),
    )
    told = ", ".join(f"{len(names)} {words}" for names, words in counts if names)
    say(f"notebooks in {folder}{f': {told}' if told else ''}")
    for mine, beside in copied.beside.items():
        say(f"{mine} is as you changed it; netwb's newer one is put beside it as {beside}")


def _free_port(asked: int | None) -> int:
    """That port, or the first free one. Raises ListenError."""
    tried = range(FIRST_PORT, FIRST_PORT + PORTS) if asked is None else (asked,)
    for port in tried:
        with socket.socket() as door, contextlib.suppress(OSError):
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((LOOPBACK, port))
            return port
    msg = f"port {tried[0]} of {LOOPBACK} is taken; name another one with --port"
    raise ListenError(msg)


def _become(folder: Path, home: Path, port: int, *, browser: bool) -> NoReturn:
    """This very process is JupyterLab from now on: whatever ends it leaves nothing behind."""
    words = command_line(folder, port, browser=browser)
    os.chdir(folder)
    os.execve(words[0], words, environment(os.environ, home, port))  # noqa: S606 - our own words


def command_line(folder: Path, port: int, *, browser: bool) -> list[str]:
    """JupyterLab's, which serves that folder on loopback."""
    start = "00-start.ipynb"
    settings = files("netwb.cli") / SETTINGS
    return [
        *(sys.executable, "-m", "jupyterlab", *OFFLINE),
        *(f"--ServerApp.ip={LOOPBACK}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--ServerApp.answer_yes=True", f"--ServerApp.root_dir={folder}"),
        f"--LabServerApp.app_settings_dir={settings}",
        f"--LabApp.app_settings_dir={settings}",
        *(() if os.geteuid() else ("--allow-root",)),
        *((f"--LabApp.default_url=/lab/tree/{start}",) if (folder / start).exists() else ()),
        *(() if browser else ("--no-browser",)),
    ]


def environment(given: Mapping[str, str], home: Path, port: int) -> Mapping[str, str]:
    """What kernels find: the home, and nothing to load from elsewhere."""
    own = f"http://{LOOPBACK}:{port}/panel/"  # answers 404, and is no stranger
    return {**given, "NETWB_HOME": str(home), "PANEL_CDN_ROOT": given.get("PANEL_CDN_ROOT", own)}
