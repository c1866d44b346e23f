"""Tell whether a configuration's own hostname is the inventory's. Pure.

Compared case-folded, without the domain and without the routing engine (`re0-`, `-re0`). Where the
prompt cuts long names (IOS: 20 characters), only a name that was read from a prompt may be cut: the
line `hostname` of a text never is.
"""

from __future__ import annotations

import re

_ENGINE = re.compile(r"^re\d-|-re\d(?=\.|$)")
_NODE = re.compile(r"^RP/\d+/[A-Z]*\d+/CPU\d+:")  # IOS XR: the processor that is logged in to
_PROMPT_TAIL = re.compile(rb"(?:\([^()]*\))?[>#$%][ \t]*$")


def same_name(own: str, known: str) -> bool:
    """Whether the device's `own` name is the `known` one.

    A domain is left out only where the other name has none: `sw.fra1` is not `sw.ber1`.
    """
    one, other = _folded(own), _folded(known)
    if ("." in one) != ("." in other):
        one, other = one.partition(".")[0], other.partition(".")[0]
    return _ENGINE.sub("", one) == _ENGINE.sub("", other)


def readings(own: str) -> frozenset[str]:
    """Names, case-folded, that an inventory may have for what calls itself so."""
    whole = _folded(own)
    short = whole.partition(".")[0]
    return frozenset({whole, short, _ENGINE.sub("", whole), _ENGINE.sub("", short)})


def is_cut_name(shown: str, whole: str, cut: int | None) -> bool:
    """Whether a prompt that cuts names after `cut` characters shows `whole` as `shown`.

    >>> is_cut_name("core-router-frankfur", "core-router-frankfurt2", 20)
    True
    """
    short = _folded(shown)
    return cut is not None and len(short) == cut and _folded(whole).startswith(short)


def prompt_name(prompt: bytes) -> str:
    """The hostname that a prompt shows.

    >>> prompt_name(b"edge1(config)# "), prompt_name(b"ana@edge1> ")
    ('edge1', 'edge1')
    >>> prompt_name(b"RP/0/RP0/CPU0:edge1#")
    'edge1'
    """
    shown = _PROMPT_TAIL.sub(b"", prompt.strip()).decode("utf-8", "replace")
    whole = _NODE.sub("", shown)
    return whole.rpartition("@")[2].strip()  # Junos names who is logged in, too


def _folded(name: str) -> str:
    return name.strip().strip('"').casefold()
