"""Let Python's cycle collector rest while people wait: a server holds hundreds of thousands of objects
that live as long as it does, and the collector looks at all of them, on the event loop.

Measured with Panel loaded: 140 ms of CPU for a look at all, at each page that is closed, for Bokeh
asks for one then; a few ms once what stays is set apart.
"""

from __future__ import annotations

import gc

RARELY = (10_000, 20, 20)  # objects made since, and looks at the young for one at the older ones


_told = {"built": False}  # whether a page was built already


def set_apart() -> None:
    """What is there now stays: it is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


def first_page_built() -> None:
    """The first page of the process loaded what all later ones use; those are let go like any."""
    if not _told["built"]:
        _told["built"] = True
        set_apart()
