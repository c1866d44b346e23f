r"""Lines of the log that others' words cannot break: one record is one line, and a trace is indented.

What a device, a person or a header says stands in log lines. A new line in it would be a line of
its own, which nobody wrote; an escape would paint the terminal of who reads it. So each record of a
process of netwb's writes such characters out, whoever logs it and whichever handler shows it. An error of
netwb's own tree is a sentence that names thing and cure: it stands behind the message, without the
trace, which would be one more page a request for as long as a database is away. What is logged while a
request is served carries the request's id, from however deep below: the id goes with the context,
and into each thread that works for it. Opens nothing; importing it changes nothing.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from netwb.errors import NetwbError

MESSAGE_CHARACTERS = 4000  # of one line; a whole configuration is none
TRACE_LINES = 80  # the last ones: they say what broke, and where
TRACE_CHARACTERS = 1000
P = ParamSpec("P")
T = TypeVar("T")
_served: ContextVar[str] = ContextVar("netwb_request", default="")


class LineRecord(logging.LogRecord):
    """A record of one line. `request_id` is empty where no request is served."""

    _sentence = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id = _served.get()
        error = self.exc_info[1] if self.exc_info else None
        if isinstance(error, NetwbError):
            self._sentence, self.exc_info = f": {error}", None
        elif error is not None:
            self.exc_text = trace_of(error, lines=TRACE_LINES, characters=TRACE_CHARACTERS)

    def getMessage(self) -> str:  # noqa: N802 - logging's own name
        """As logging's, written out, with the request's id where it does not say it itself."""
        said = one_line(super().getMessage() + self._sentence, MESSAGE_CHARACTERS)
        return said if self.request_id in said else f"{said} [request {self.request_id}]"


def install() -> None:
    """For every record of this process from now on."""
    logging.setLogRecordFactory(LineRecord)


@contextmanager
def of_request(request_id: str) -> Iterator[None]:
    """What is logged in it, in this thread or task, is of that request."""
    before = _served.set(request_id)
    try:
        yield
    finally:
        _served.reset(before)


def begin_request(request_id: str) -> None:
    """As `of_request`, until the task of this request ends, which has a context of its own."""
    _served.set(request_id)


def carrying(call: Callable[P, T]) -> Callable[P, T]:
    """The call for another thread, where what it logs is of the request that is served here."""
    request_id = _served.get()
    if not request_id:
        return call

    @wraps(call)
    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        with of_request(request_id):
            return call(*args, **kwargs)

    return carried


def one_line(text: str, most: int) -> str:
    r"""Its beginning, with what would begin a new line or paint a terminal written out.

    >>> one_line("a\nroot logged in\x1b[2J", 40)
    'a\\nroot logged in\\x1b[2J'
    """
    shown = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[:most]
    )
    return f"{shown}..." if len(text) > most else shown


def trace_of(error: BaseException, *, lines: int, characters: int) -> str:
    """The end of its trace, indented: no line of an error's own words looks like one of the log."""
    whole = "".join(traceback.format_exception(error)).splitlines()[-lines:]
    return "\n".join(f"  {one_line(line, characters)}" for line in whole)
