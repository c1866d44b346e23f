"""How REST answers: headers, tags, what the caller has already, problems. Knows no operation's work.

What is sent was made, and compressed, in a thread. Sources: RFC 9110, RFC 9111, RFC 9457.
"""

from __future__ import annotations

import json
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus

from tornado.web import RequestHandler

from netwb.web.encoding import tag_of
from netwb.web.headers import ALWAYS, NOTHING, keep_to_tls
from netwb.web.operations import Answer, Operation
from netwb.web.problems import MEDIA, Problem
from netwb.web.rates import Taken, policy, standing
from netwb.web.request_ids import request_id_of
from netwb.web.requests import tags

SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    **ALWAYS,
    "Cache-Control": "no-store",
    "Content-Security-Policy": NOTHING,
    "Vary": "Accept, Accept-Encoding, Authorization, Cookie",
}
_ASKED_AGAIN = "private, no-cache"


class AnsweringHandler(RequestHandler):
    """What is said on every answer of one request.

    taken      what is left to its token and tenant, once it was counted
    retiring   header lines of what it uses that is on its way out
    """

    taken: tuple[Taken, ...] = ()
    retiring: tuple[tuple[str, str], ...] = ()

    @property
    def request_id(self) -> str:
        """The caller's own where it is sane; else a new one."""
        return request_id_of(self.request)

    def set_default_headers(self) -> None:
        """Of every answer, errors too."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        keep_to_tls(self)
        self.clear_header("Server")
        self.set_header("X-Request-Id", self.request_id)

    def compute_etag(self) -> None:
        """Only operations know what never changes."""

    def answer(self, operation: Operation, answer: Answer) -> None:
        """Send it; where the caller has it already, say so alone."""
        self._say_rates()
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.media)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        self._say_retiring()
        if answer.encoding:
            self.set_header("Content-Encoding", answer.encoding)
        if answer.etag:
            has = self.request.headers.get("If-None-Match", "")
            self.set_header("Etag", f'"{tag_of(answer, has, self.takes)}"')
            if operation.kept == "asked again" and self.request.method in SAFE:
                self.set_header("Cache-Control", _ASKED_AGAIN)
        if answer.changed_at is not None:
            self.set_header("Last-Modified", format_datetime(answer.changed_at, usegmt=True))
        if self._has_it_already(answer):
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
        else:
            self.finish(answer.content or None)

    @property
    def takes(self) -> str:
        """Accept-Encoding."""
        return self.request.headers.get("Accept-Encoding", "")

    def _has_it_already(self, answer: Answer) -> bool:
        """By its tag; by its date where no tag is asked for (RFC 9110 section 13.1.3)."""
        asked = self.request.headers
        if self.request.method not in SAFE:
            return False
        if "If-None-Match" in asked or answer.changed_at is None:
            told = asked.get("If-None-Match", "")
            return bool(answer.etag) and (
                told.strip() == "*" or answer.etag in tags(told, self.takes)
            )
        try:
            return answer.changed_at <= parsedate_to_datetime(asked.get("If-Modified-Since", ""))
        except (ValueError, TypeError):  # no date, or one without a zone
            return False

    def _say_retiring(self) -> None:
        for name, value in self.retiring:
            self.add_header(name, value)  # a list's answer has a Link of its own

    def _say_rates(self) -> None:
        if self.taken:
            self.set_header("RateLimit-Policy", policy(self.taken))
            self.set_header("RateLimit", standing(self.taken))

    def tell(self, problem: Problem) -> None:
        """Send a problem document."""
        self._say_rates()
        self.set_status(problem.status)
        self.set_header("Content-Type", MEDIA)
        for name, value in problem.headers.items():
            self.set_header(name, value)
        self._say_retiring()
        told = problem.as_json(instance=self.request.path, request_id=self.request_id)
        self.finish(json.dumps(told).encode())
