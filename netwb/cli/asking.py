"""Where a command's secrets come from: `env:NAME`, `file:PATH`, or a person asked unseen."""

from __future__ import annotations

import os
import sys

import click

from netwb.errors import InputError
from netwb.inventory.records import SecretSource

SOURCE = "env:NAME, file:PATH or prompt"


def given_source(text: str, what: str) -> SecretSource:
    """The source that an option names; `prompt` asks at once, twice, as nobody sees the answer."""
    if text != "prompt":
        return SecretSource(origin=text)
    answer = ask(what)
    if answer != ask(f"{what} again"):
        msg = f"the two answers for the {what} differ; begin again"
        raise InputError(msg)
    return answered(answer)


def answered(answer: str) -> SecretSource:
    """What a person answered."""
    return SecretSource(origin="prompt", answer=answer)


def ask(what: str) -> str:
    """Ask unseen on the terminal; InputError where there is none."""
    if not has_terminal():
        msg = f"{what}: no terminal to ask on; give env:NAME or file:PATH"
        raise InputError(msg)
    answer: str = click.prompt(what, hide_input=True, default="", show_default=False, err=True)
    return answer


def has_terminal() -> bool:
    """Whether a person can answer unseen; where stdin is a pipe, the terminal behind it is asked."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True
