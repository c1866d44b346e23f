"""The id of a request, under which the server's log and the answer speak of the same thing."""

from __future__ import annotations

import re
import secrets

from tornado.httputil import HTTPServerRequest

HEADER = "X-Request-Id"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(request: HTTPServerRequest) -> str:
    """The caller's own where it is sane; else a new one, the same for as long as the request lives."""
    found: str | None = getattr(request, "netwb_id", None)
    if found is None:
        given = request.headers.get(HEADER, "")
        found = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)
        request.netwb_id = found  # type: ignore[attr-defined]  # it is kept there
    return found
