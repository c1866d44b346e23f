"""Says on stderr, from inside a server process, every route of its application."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from tornado.routing import PathMatches, RuleRouter
from tornado.web import Application


def begin() -> None:
    """Of each application that is made from now on."""
    made = Application.__init__

    def made_and_told(self: Application, *words: Any, **options: Any) -> None:
        made(self, *words, **options)
        told = list(_routes(self.default_router))
        sys.stderr.write(f"routes: {json.dumps(told)}\n")

    Application.__init__ = made_and_told  # type: ignore[method-assign]  # an observer from outside


def address_of(pattern: str) -> str:
    """An address that leads there, and names nothing that is."""
    plain = pattern.removesuffix("$").replace("(?:/.*)?", "/nothing").replace("/?", "")
    return re.sub(r"\((?:\?P<\w+>)?[^()]*\)", "none", plain) or "/"


def _routes(router: RuleRouter) -> Iterator[tuple[str, str]]:
    """Pattern and handler of each."""
    for rule in router.rules:
        if isinstance(rule.target, RuleRouter):
            yield from _routes(rule.target)
        else:
            matcher = rule.matcher
            pattern = matcher.regex.pattern if isinstance(matcher, PathMatches) else str(matcher)
            yield pattern, getattr(rule.target, "__name__", str(rule.target))
