r"""Local paths that a login may lead to. Pure.

Browsers drop tabs and line ends from an address and read a backslash as a slash, so that
`/\t/example.org` leads away: only plain printable paths pass.
"""

from __future__ import annotations

from urllib.parse import urlsplit

_PLAIN = frozenset(map(chr, range(0x21, 0x7F))) - set('\\"<>')
_LONGEST = 4096
_OWN = ("/login", "/logout")  # would lead in a circle


def local_path(text: str) -> str:
    """The path with its query where it is one of this server, else `/`.

    >>> local_path("/configs?site=fra1"), local_path("//example.org"), local_path("https://e.org")
    ('/configs?site=fra1', '/', '/')
    """
    if not text.startswith("/") or text.startswith("//") or not _PLAIN.issuperset(text):
        return "/"
    if len(text) > _LONGEST or urlsplit(text).path.startswith(_OWN):
        return "/"
    return text
