"""Why a device was not saved, in a few words for a list. Pure.

A cause's own sentence names where the device was looked for, so it is there only for who may see
addresses; these words stand for it.
"""

from __future__ import annotations

import re

from netwb.collect.causes import words_of
from netwb.cures import pathless_cause
from netwb.workbench.words import Unsaved

LONGEST = 160  # characters of a device's or an error's sentence in a list


def cause_words(item: Unsaved, hostname: str) -> str:
    """The sentence where it is known, without the name that stands above it; else the kind in words.

    Without a full stop.
    """
    if not item.cause_message:
        return words_of(item.cause_kind)
    text = cause_alone(item.cause_message, hostname)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def cause_alone(message: str, hostname: str) -> str:
    """What happened, without the device's name, which stands above it, and a command's cure."""
    text = pathless_cause(message).partition(";")[0].strip().rstrip(".")
    text = re.sub(rf"^(\S+/)?{re.escape(hostname)}:? ", "", text)
    text = re.sub(r"^\(([^)]*)\):", r"\1:", text)
    return text[:1].upper() + text[1:]
