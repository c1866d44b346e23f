"""Tell whether a configuration's own hostname is the inventory's. Pure.

Compared case-folded, without the domain and without the routing engine (`re0-`, `-re0`); where the
prompt cuts long names (IOS: 20 characters), a name that was learned from a prompt may be cut.
"""

from __future__ import annotations

import re

_ENGINE = re.compile(r"^re\d-|-re\d(?=\.|$)")
_PROMPT_TAIL = re.compile(rb"(?:\([^()]*\))?[>#$%][ \t]*$")


def same_name(own: str, known: str, cut: int | None) -> bool:
    """Whether the device's `own` name is the `known` one.

    A domain is left out only where the other name has none: `sw.fra1` is not `sw.ber1`.
    """
    one, other = _folded(own), _folded(known)
    if ("." in one) != ("." in other):
        one, other = one.partition(".")[0], other.partition(".")[0]
    one, other = _ENGINE.sub("", one), _ENGINE.sub("", other)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return cut is not None and len(short) == cut and long.startswith(short)


def prompt_name(prompt: bytes) -> str:
    """The hostname that a prompt shows.

    >>> prompt_name(b"edge1(config)# ")
    'edge1'
    """
    return _PROMPT_TAIL.sub(b"", prompt.strip()).decode("utf-8", "replace").strip()


def _folded(name: str) -> str:
    return name.strip().strip('"').casefold()
