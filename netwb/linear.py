"""Patterns whose time grows with the text alone: RE2's, over the lines of bytes. Pure.

None explodes, whoever wrote it. What RE2 lacks for that (back-references, looking around) is refused
in a sentence.
"""

from __future__ import annotations

from typing import Any

import re2

from netwb.errors import InputError

_SHOWN = 60  # characters of a pattern in a sentence


def line_form(form: bytes, source: str, *, memory: int) -> Any:
    """RE2's compiled `form`: a match stays within its line, `^` and `$` are a line's.

    source  the pattern as a person wrote it
    memory  bytes that RE2 may use for its automaton
    Raises InputError for what RE2 does not read.
    """
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, each one a character
    options.never_nl = True
    options.max_mem = memory
    try:
        re2.compile(form, options)  # alone: its own faults are told in its own words
        return re2.compile(b"(?m)" + form, options)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        msg = (
            f"pattern {shown(source)} is not usable: {reason}; write it as RE2 reads it,"
            " without back-references and looking around"
        )
        raise InputError(msg) from error


def shown(source: str) -> str:
    """A pattern within a sentence."""
    return repr(source if len(source) <= _SHOWN else source[:_SHOWN] + "...")
