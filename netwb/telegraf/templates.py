"""Texts with words to be filled in, cut apart once: thousands of devices share one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from netwb.errors import TelegrafError

_WORD = re.compile(r"<<(\w+)>>")
_OF_TEMPLATES = 64  # more than there are


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with its words, each of which is text of TOML already; a line end at its end.

    Raises TelegrafError for a word that it asks for and that is not there.
    """
    parts = _cut(template)
    try:
        filled = [words[part] if index % 2 else part for index, part in enumerate(parts)]
    except KeyError as error:
        word = f"<<{error.args[0]}>>"
        msg = f"a template of Telegraf's asks for {word}, which is not known there; take it out"
        raise TelegrafError(msg) from error
    return "".join(filled).rstrip("\n") + "\n"


@lru_cache(_OF_TEMPLATES)
def _cut(template: str) -> tuple[str, ...]:
    """Texts and words in turn, texts first."""
    return tuple(_WORD.split(template))
