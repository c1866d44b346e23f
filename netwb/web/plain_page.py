"""A page without a document behind it, as HTML: of the login, and of what went wrong. Pure.

`content` is markup in which every value from outside is escaped already.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

from netwb._version import __version__

THEMED = '<script src="/netwb-static/frame.js"></script>'  # sets the theme that a person chose


def render_plain(title: str, content: str, *, host: str, now: datetime, head: str = "") -> str:
    """The whole page.

    host   how the browser reached the server
    head   more of the head; without THEMED the theme is the browser's
    """
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · netwb</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="dark light">'
        '<meta name="robots" content="noindex">'
        f'{head}<link rel="icon" href="/favicon.ico">'
        '<link rel="stylesheet" href="/netwb-static/tokens.css">'
        '<link rel="stylesheet" href="/netwb-static/login/login.css"></head><body>'
        f'<main><h1>netwb</h1><p class="host">{escape(host)}</p>{content}</main>'
        f"<footer><span>netwb {__version__}</span>"
        "<span>Sign-ins and refusals are kept in the audit trail</span>"
        f'<time datetime="{now:%Y-%m-%dT%H:%MZ}">{now:%H:%M} UTC</time></footer>'
        "</body></html>\n"
    )
