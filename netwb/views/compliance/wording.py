"""Sentences of compliance that more than one part of the page says. Pure."""

from __future__ import annotations

import re

from netwb.compliance.report import FindingStory
from netwb.views.html import esc, link

_URL = re.compile(r"https?://[^\s<>\"']+")


def why_not(role: str) -> str:
    """Why somebody cannot, beside the button that does not."""
    return f"needs compliance.edit; role {role} has not got it"


def reference_of(words: str) -> str:
    """What a rule refers to; an address in it is a link, which nothing follows by itself."""
    if not words:
        return ""
    found = _URL.search(words)
    if found is None:
        return f' <span class="t3">Reference: {esc(words)}.</span>'
    before, url, after = words[: found.start()], found.group(), words[found.end() :]
    shown = link(url, esc(url), rel="noreferrer", target="_blank", class_="ac")
    return f' <span class="t3">Reference: {esc(before)}{shown}{esc(after)}</span>'


def outside(story: FindingStory) -> str:
    """Why nothing was evaluated, where there is no finding at all."""
    if story.device.copy_at is None:
        return "No copy of this device is kept, so nothing was evaluated."
    return "Nothing was evaluated: the rule does not mean this device, or its text cannot be read."
