"""Values as Telegraf's configuration spells them: TOML 1.0, with every `$` doubled. Pure.

Telegraf puts variables in before it reads TOML values, also those without braces: `$HOME` in a tag
would become a folder's name. Doubled, a `$` stands for itself (facts-telegraf section 3).
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9._:/|\[\]@ -]*")
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f]')


def quoted(value: str) -> str:
    r"""A basic string that means exactly `value`.

    >>> print(quoted('a"b$c'))
    "a\"b$$c"
    """
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    return f'"{_ESCAPED.sub(_escape, value).replace("$", "$$")}"'


def variable(name: str) -> str:
    """A string that holds what the environment says; Telegraf refuses to start where it says nothing.

    >>> variable("METRICS_SECRET")
    '"${METRICS_SECRET:?METRICS_SECRET is not set}"'
    """
    return f'"${{{name}:?{name} is not set}}"'


def seconds(value: float) -> str:
    """A duration.

    >>> seconds(2.0), seconds(0.25)
    ('"2s"', '"250ms"')
    """
    return f'"{value:.0f}s"' if value == int(value) else f'"{round(value * 1000)}ms"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"
