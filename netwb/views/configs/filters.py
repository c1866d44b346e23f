"""What a person narrows the list of changes to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN = "unknown"  # author of a change whose device does not say who made it

Names = Mapping[str, tuple[str, ...]]  # revision id -> sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the person narrows the list to; "" narrows nothing."""

    by: str = ""
    platform: str = ""
    site: str = ""  # tenant/site
    text: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed at all."""
        return bool(self.by or self.platform or self.site or self.text)

    def said(self) -> str:
        """In words, for the sentence of an empty list."""
        parts = (
            self.by and f"person {author_words(self.by)}",
            self.platform and f"platform {self.platform}",
            self.site and f"site {self.site}",
            self.text and f"text “{self.text}”",
        )
        return ", ".join(filter(None, parts))


def author_words(author: str) -> str:
    """Unknown is the word."""
    return "author not recorded" if author == UNKNOWN else author
