"""What a test made outside of itself goes with that test, or with the wider fixture that made it.

`tests/conftest.py` tells who is being set up (pytest tells it of no fixture of the whole session, so
that those keep what they make). What nobody owns, as in a benchmark, stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

Leave = Callable[[], None]
_setting_up: list[pytest.FixtureRequest] = []
_of_test: list[Leave] = []


def at_end(leave: Leave) -> None:
    """Call it when whoever asks now is over: after the fixtures that may still use what it leaves."""
    if _setting_up and _setting_up[-1].scope != "function":
        _setting_up[-1].addfinalizer(leave)
    else:
        _of_test.append(leave)


@contextmanager
def setting_up(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is made in it belongs to that fixture."""
    _setting_up.append(request)
    try:
        yield
    finally:
        _setting_up.pop()


@contextmanager
def running_a_test() -> Iterator[None]:
    """A test from the setup of its own fixtures to their end."""
    try:
        yield
    finally:
        while _of_test:
            _of_test.pop()()
