"""What is wrong with a command line, in netwb's voice: click knows what, and says it in its own. Pure.

What click says in words alone is turned by its words; what is not recognized stays as it was said,
and a test holds each of these sentences against the click that is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import click

_TURNED: Mapping[str, Callable[[re.Match[str]], str]] = {
    r"'(.*)' is not a valid (?:integer|float)(?: range)?": lambda m: f"{m[1]!r} is no number",
    r"(\S+) is not in the range (\S+)<=x<=(\S+)": lambda m: f"{m[1]} is not from {m[2]} to {m[3]}",
    r"(\S+) is not in the range x>=(\S+)": lambda m: f"{m[1]} is less than {m[2]}",
    r"'(.*)' is not one of (.*)": lambda m: f"{m[1]!r} is none of {m[2].replace(chr(39), '')}",
    r"Got unexpected extra arguments? \((.*)\)": lambda m: f"nothing takes {m[1]!r} here",
    r"Option '(\S+)' requires an argument": lambda m: f"{m[1]} wants a value behind it",
    r"Option '(\S+)' does not take a value": lambda m: f"{m[1]} takes no value",
}


def in_words(error: click.ClickException) -> str:
    """The sentence, without a full stop."""
    if isinstance(error, click.NoSuchOption):
        near = " or ".join(sorted(error.possibilities or ())[:2])
        mean = f"; did you mean {near}?" if near else ""
        return f"there is no option {error.option_name}{mean}"
    if isinstance(error, click.MissingParameter):
        return f"{_named(error.param)} is missing"
    said = _turned(error.message.rstrip("."))
    if isinstance(error, click.BadParameter):
        return f"{_named(error.param)}: {said}"
    return said


def _turned(message: str) -> str:
    for pattern, turn in _TURNED.items():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return turn(found)
    return message


def _named(param: click.Parameter | None) -> str:
    """`--days`, or DEVICE."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len) if len(param.opts) == 1 else param.opts[0]
    return param.make_metavar(click.Context(click.Command(""))).strip("[]") if param else "it"
