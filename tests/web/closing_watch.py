"""Counts from inside a server process what lives of its pages, and says so on stderr at SIGUSR1.

Whenever something falls, that is said as well.

The collector is off: what is gone by then was freed by itself. Bokeh reads the environment when it is
imported, so that this waits until the server did.
"""

from __future__ import annotations

import gc
import signal
import sys
import weakref
from collections import Counter
from importlib import import_module
from typing import Any

from tornado.ioloop import IOLoop

KINDS = (
    ("bokeh.document", "Document"),
    ("netwb.views.frame", "Frame"),
    ("netwb.views.sheet", "Sheet"),
)
_seen: list[weakref.ref[Any]] = []


def begin() -> None:
    """From now on; what it looks at is loaded once the server is made."""
    signal.signal(signal.SIGUSR1, _tell)
    IOLoop.current().add_callback(_watch_all)


def _watch_all() -> None:
    for module, name in KINDS:
        _watch(getattr(import_module(module), name))
    gc.disable()
    sys.stderr.write("pages are watched\n")


def _watch(kind: Any) -> None:
    made = kind.__init__

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        _seen.append(weakref.ref(self, _tell_fall))
        made(self, *args, **kwargs)

    kind.__init__ = make


def _tell_fall(_: object) -> None:
    sys.stderr.write("one fell\n")


def _tell(*_: object) -> None:
    living = Counter(type(one).__name__ for one in (ref() for ref in _seen) if one is not None)
    counts = " ".join(f"{name} {living[name]}" for _, name in KINDS)
    sys.stderr.write(f"of {len(_seen)} seen there live: {counts}.\n")
    sys.stderr.flush()
