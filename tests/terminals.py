"""Processes that are started as somebody in a terminal starts them."""

from __future__ import annotations

import signal


def as_in_a_terminal() -> None:
    """For `preexec_fn`: a test run in the background ignores SIGINT, and its children would too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
