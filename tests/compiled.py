"""Statements compiled once a process, whatever number of databases its tests open.

Each rig has a database of its own, and SQLAlchemy keeps what it compiled by engine and dialect. Here
all engines share one cache, and dialects that would compile alike are one key of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_STATEMENTS: LRUCache[Any, Any] = LRUCache(5000)
_PLAIN = (str, int, bool, tuple, frozenset, type(None))
_made = Engine.__init__


def share_statements() -> None:
    """For this process, from now on."""
    Engine.__init__ = _make  # type: ignore[method-assign, assignment]
    DefaultDialect.__eq__ = _alike  # type: ignore[method-assign, assignment]
    DefaultDialect.__hash__ = _by_class  # type: ignore[method-assign, assignment]


def _make(engine: Engine, *arguments: Any, **named: Any) -> None:
    _made(engine, *arguments, **named)
    engine._compiled_cache = _STATEMENTS


def _alike(one: DefaultDialect, other: object) -> bool:
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    theirs = vars(other)
    return all(
        value == theirs[name]
        for name, value in vars(one).items()
        if isinstance(value, _PLAIN) and name in theirs  # some are reckoned at their first use
    )


def _by_class(one: DefaultDialect) -> int:
    return hash(type(one))
