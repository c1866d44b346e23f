"""Compress what is answered, where the caller takes it so. Pure; called in the thread that answers.

A compressed body is another one to a cache, so that its strong ETag is another one too: the tag of
the body as it is, with a suffix. What callers send back is read without it (RFC 9110 sections 8.8.3.3
and 12.5.3).
"""

from __future__ import annotations

import gzip
from dataclasses import replace

from netwb.web.operations import Answer

GZIP = "gzip"
SUFFIX = "-gzip"
LEAST_BYTES = 1024  # what is shorter goes in one packet anyway
LEVEL = 5  # 1.2 MB of devices: 7 ms, 98 kB; level 1 4.5 ms, 117 kB; level 9 47 ms, 95 kB
_SMALLER = ("application/json", "application/toml", "text/")  # a PDF is compressed already


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the caller says so; nothing said is no.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0, *"), takes_gzip("")
    (True, False, False)
    """
    liked = {}
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.partition(";")
        quality = weight.strip().removeprefix("q=").strip() if weight else "1"
        liked[name.strip()] = quality.strip("0.") != "" and quality[:1] in {"0", "1"}
    return liked.get(GZIP, liked.get("x-gzip", liked.get("*", False)))


def encoded(answer: Answer, accept_encoding: str) -> Answer:
    """The answer compressed, where that is worth it and taken."""
    if (
        len(answer.content) < LEAST_BYTES
        or not answer.media.startswith(_SMALLER)
        or not takes_gzip(accept_encoding)
    ):
        return answer
    return replace(answer, content=gzip.compress(answer.content, LEVEL, mtime=0), encoding=GZIP)


def tag_of(answer: Answer, if_none_match: str, accept_encoding: str) -> str:
    """What the ETag says: of the very body that is sent, or of the one that the caller has."""
    suffixed = answer.etag + SUFFIX
    has_it = f'"{suffixed}"' in if_none_match and takes_gzip(accept_encoding)
    if has_it or (answer.encoding and f'"{answer.etag}"' not in if_none_match):
        return suffixed
    return answer.etag
