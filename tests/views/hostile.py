"""Texts as an attacker, or an unlucky device, would write them; and what is never made of them."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = (
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    "' onmouseover='window.hit=1",
    '" autofocus onfocus="window.hit=1" x="',
    "javascript:window.hit=1",
    "edge\u202e1gfc.\u2066x\u2069",
    "bell\x07 escape\x1b[31m nul\x00 del\x7f c1\x9b",
    "lone \ud800 surrogate",
    "zero\u200bwidth \ufefftag\U000e0041",
    "&lt;b&gt; &amp;#60;",
)
NEVER_SHOWN = "\u202e\u2066\u2069\x07\x1b\x00\x7f\x9b\ud800\u200b\ufeff\U000e0041"


class Tags(HTMLParser):
    """Every element and attribute of some markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")


def assert_inert(markup: str) -> None:
    """Nothing of the hostile texts became an element, a handler or a character that acts."""
    tags = Tags(markup)
    assert not tags.names & {"img", "script", "iframe", "object", "b x"}, markup
    assert not [name for name in tags.attributes if name.startswith("on")], markup
    links = tags.attributes.get("href", []) + tags.attributes.get("action", [])
    assert not [url for url in links if url.lower().startswith(("javascript:", "data:"))], markup
    assert not [char for char in NEVER_SHOWN if char in markup], markup
    assert markup.encode()  # a lone surrogate would end the websocket's message
