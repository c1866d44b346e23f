"""Strong tags that are known before anything is read: of what an answer depends on, and nothing else.

A stamp covers route, ids and query, the media type, what the caller may see, and the version of
netwb; and whatever counts up when the data change. The handler adds how the body is encoded.
Source: RFC 9110 section 8.8.3.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from netwb._version import __version__
from netwb.web.operations import Call

_LENGTH = 32  # hex digits


def stamp(call: Call[Any, Any], *versions: object) -> str:
    """The tag of the answer to this call, while these are as they are."""
    asked = call.query.model_dump(mode="json")
    parts = [__version__, call.place, asked, call.media, [str(one) for one in versions]]
    content = json.dumps(parts, separators=(",", ":"), sort_keys=True)
    return sha256(content.encode()).hexdigest()[:_LENGTH]
