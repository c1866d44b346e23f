"""Take a closed page apart, so that its memory comes back at once and without a look at all objects.

A page is a tangle: models, components and views that all know each other. Left as it is, only the
cycle collector finds it, and Panel asks for that after pages closed: a look at every object of every
open page, on the event loop (measured with fifty of them: 136 ms; 295 ms when they had closed). What
is emptied here falls apart by itself. A page that was closed says nothing to anybody any more; what
still works for it ends in a moment, so that it is emptied after that.
Source: panel.io.application and panel.io.document (1.9.4).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bokeh.document import Document
from panel.io import application, document
from panel.viewable import Viewable
from tornado.ioloop import IOLoop

AFTER_S = 2.0
MOST_AT_ONCE = 40  # objects emptied in one go: some ms with all that falls with them
_DESTROYS, _COLLECTS = "_destroy_document", "_garbage_collect"
_WORKS = "works"  # of a frame: the tasks that would show something there
_panels_own: Callable[[Document, Any], None] = getattr(application, _DESTROYS)


def install() -> None:
    """Panel calls these by name; there is no other seam."""
    setattr(application, _DESTROYS, destroy)
    setattr(document, _COLLECTS, collect)


def destroy(page: Document, session: Any) -> None:
    """As Panel's; what still works for the page ends, and what is left is emptied a little later."""
    parts = [*page.models, *_components(page)]
    end_works(parts)
    _panels_own(page, session)
    IOLoop.current().call_later(AFTER_S, empty, parts)


def collect() -> None:
    """The young objects alone: pages need no collector, and what lives long costs long looks."""
    gc.collect(1)


def end_works(parts: list[Any]) -> None:
    """What is read for a page would be shown in what is empty by then."""
    for part in parts:
        for work in tuple(vars(part).get(_WORKS, ())):
            work.cancel()


def empty(parts: list[Any]) -> None:
    """Some of them now and the others next, so that the loop serves others in between."""
    for part in parts[:MOST_AT_ONCE]:
        vars(part).clear()
    if rest := parts[MOST_AT_ONCE:]:
        IOLoop.current().add_callback(empty, rest)


def _components(page: Document) -> Iterator[object]:
    """Components of a page, drawn or not, and the views and frames that they lead to."""
    found = [owner for call in page.session_destroyed_callbacks for owner in _led_to(call)]
    seen: set[int] = set()
    while found:
        part = found.pop()
        if id(part) in seen or not _is_of_a_page(part):
            continue
        seen.add(id(part))
        yield part
        found += part.select() if isinstance(part, Viewable) else ()
        found += (owner for value in tuple(vars(part).values()) for owner in _led_to(value))


def _led_to(value: object) -> Iterator[object]:
    """It, or whose method it is."""
    if isinstance(value, partial):
        yield from _led_to(value.func)
    else:
        yield getattr(value, "__self__", value)


def _is_of_a_page(part: object) -> bool:
    """Records have slots, and may be held by several pages."""
    ours = type(part).__module__.startswith("netwb.views.") and hasattr(part, "__dict__")
    return ours or isinstance(part, Viewable)
