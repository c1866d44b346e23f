"""Hide a target's URL in what its receiver says. Pure.

A receiver may quote what it was sent to: whole, decoded, in small letters, or cut off. So of the
text goes every part of the URL that may be a secret, in each of these forms, and every run of
letters that the two have in common.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

HIDDEN = "****"
SHORTEST_SECRET = 4  # characters; a shorter part hides words and no secret
_RUN = 7  # characters in common: shorter ones are words of any language
_PIECES = re.compile(r"[&;=]")


def hidden(text: str, parts: Iterable[str]) -> str:
    """The text without those parts of a URL, in whatever form they stand there."""
    for form in sorted(_all_forms(parts), key=len, reverse=True):
        text = re.sub(re.escape(form), HIDDEN, text, flags=re.IGNORECASE)
    return text


def hidden_webhook(text: str, url: str) -> str:
    """The text without anything of a webhook's path and query; its host is no secret."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query))
    pieces = [one for one in _PIECES.split(parts.query) if unquote_plus(one) not in named]
    found = (parts.path.strip("/"), parts.query, *parts.path.split("/"), *pieces, parts.fragment)
    return hidden(_without_runs(text, _all_forms(found)), found)


def _all_forms(parts: Iterable[str]) -> frozenset[str]:
    return frozenset(form for part in parts for form in _forms(part))


def _forms(part: str) -> Iterator[str]:
    """As it is written, decoded and encoded, and as JSON and HTML would quote these."""
    plain = {part, unquote(part), unquote_plus(part)}
    coded = {coder(one) for one in plain for coder in (quote, quote_plus, _fully_quoted)}
    for form in plain | coded:
        for quoted in (form, json.dumps(form)[1:-1], escape(form), " ".join(form.split())):
            if len(quoted) >= SHORTEST_SECRET:
                yield quoted


def _fully_quoted(text: str) -> str:
    return quote(text, safe="")


def _without_runs(text: str, forms: Iterable[str]) -> str:
    """Hide each run of letters, large or small, that stands in a form too."""
    folded = text.lower()
    if len(folded) != len(
        text
    ):  # a letter that is two when it is small: no place would be the same
        text = folded
    runs = {
        small[at : at + _RUN]
        for small in (form.lower() for form in forms)
        for at in range(len(small) - _RUN + 1)
    }
    is_secret = [False] * len(text)
    for at in range(len(text) - _RUN + 1):
        if folded[at : at + _RUN] in runs:
            is_secret[at : at + _RUN] = [True] * _RUN
    return _masked(text, is_secret)


def _masked(text: str, is_secret: list[bool]) -> str:
    found: list[str] = []
    for letter, secret in zip(text, is_secret, strict=True):
        if not secret:
            found.append(letter)
        elif not found or found[-1] != HIDDEN:
            found.append(HIDDEN)
    return "".join(found)
