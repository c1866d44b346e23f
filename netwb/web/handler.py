"""The one handler of REST: reads the request, names the caller, calls one operation, answers.

Nothing here waits on the event loop: who calls and what is answered is worked out in one thread. The
body is counted as it arrives. A token counts in the Authorization header alone, never in the query,
and the log shows no query at all. Sources: RFC 9110, RFC 9457, RFC 6750.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, stream_request_body

from netwb import log_lines
from netwb.access.records import Origin
from netwb.errors import NetwbError, NotAuthenticatedError
from netwb.web import retiring
from netwb.web.answering import SAFE, AnsweringHandler
from netwb.web.encoding import encoded
from netwb.web.lane import Lane, Run
from netwb.web.operations import Answer, Call, Operation, Posted, Shape, rfc3339
from netwb.web.origin import peer
from netwb.web.problems import (
    Problem,
    RefusedError,
    problem_of,
    problem_of_status,
    too_often,
)
from netwb.web.rates import Rates
from netwb.web.requests import chosen, once_key, only_tags, parse_body, parse_query, place, tags
from netwb.web.tally import Tally
from netwb.workbench import Workbench

logger = logging.getLogger(__name__)
access_log = logging.getLogger("netwb.web.access")

SESSION_COOKIE = "netwb_session"
ENDS_HEADER = "netwb-token-expires"  # RFC 3339; only in the last two weeks of a token
# `Token` is how a Telegraf that fetches its configuration gives what INFLUX_TOKEN holds.
_BEARER = re.compile(r"(?i:bearer|token) +([A-Za-z0-9._~+/=-]{1,512})")
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
# Whoever is closed on while they send sees the connection reset, and no answer. So what is too long is
# read and dropped first, up to here; what is longer still is closed on.
_DROPPED_BYTES = 64 * 1024 * 1024
_MORE_BYTES = 1024 * 1024  # beyond that, where Tornado itself would end it without a word
_SECRET_IDS = frozenset({"secret"})  # parts of an address that are a credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the handlers are given by the process that they run in.

    workbench        the process's own; called in a thread, as the first call opens it
    origin           where a request comes from, as far as trusted proxies say
    named            whom a trusted proxy says to be asking, "" for nobody
    most_body_bytes  of the settings; called in a thread for the same reason
    rates            of the settings too
    """

    workbench: Callable[[], Workbench]
    run: Run
    origin: Callable[[HTTPServerRequest], Origin]
    named: Callable[[HTTPServerRequest], str]
    most_body_bytes: Callable[[], int]
    tally: Tally
    rates: Callable[[], Rates]


@stream_request_body
class ApiHandler(AnsweringHandler):
    """Serves every method of one route; `operations` is empty where there is no such route."""

    def initialize(self, *, operations: Mapping[str, Operation], doors: Doors, lane: Lane) -> None:
        """Called by Tornado with what stands in the route table."""
        self._lane = lane
        self._operations = operations
        self._doors = doors
        self._body = bytearray()
        self._arrived = 0  # bytes of the body
        self._most = 0
        self._caller, self._address = "-", ""
        self._counted = ""  # by what its requests are counted; nobody else's are

    def check_xsrf_cookie(self) -> None:
        """Not for every write, as Tornado would: only a cookie can be sent by another site's page."""

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """An id that is no text is one that is not there, as any other unknown id."""
        del name
        return value.decode("utf-8", "replace").replace("\0", "\ufffd")

    def prepare(self) -> Awaitable[None] | None:
        """Refuse what needs no body to be refused. Awaitable where one comes."""
        log_lines.begin_request(self.request_id)
        if not self._operations:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        method = self.request.method or ""
        if method != "OPTIONS" and _plain(method) not in self._operations:
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED)
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length == "0" and "Transfer-Encoding" not in self.request.headers:
            return None
        return self._measure(int(length))

    async def _measure(self, length: int) -> None:
        try:
            self._most = await self._doors.run(self._doors.most_body_bytes)
        except NetwbError as error:  # the home cannot be opened
            self.tell(problem_of(error))
            return
        if length > self._read_most() or (length > self._most and self._waits()):
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if isinstance(self.request.connection, HTTP1Connection):
            # The server's own bound is for what is held whole; here it is counted as it comes.
            self.request.connection.set_max_body_size(self._read_most() + _MORE_BYTES)

    def _read_most(self) -> int:
        """Bytes of a body that are read, if only to be dropped."""
        return max(self._most, _DROPPED_BYTES)

    def _waits(self) -> bool:
        """Whether whoever sends it asked first, and has sent nothing of it yet (RFC 9110, 10.1.1)."""
        return self.request.headers.get("Expect", "").lower() == "100-continue"

    def data_received(self, chunk: bytes) -> None:
        """Count what arrives; what is too long is dropped, and refused when its end has come."""
        if self._finished:
            return
        self._arrived += len(chunk)
        if self._arrived > self._read_most():
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self._arrived > self._most:
            self._body.clear()
        else:
            self._body += chunk

    def options(self, **_ids: str) -> None:
        """The methods that the route takes."""
        self.set_status(HTTPStatus.NO_CONTENT)
        self.set_header("Allow", self._allowed())

    async def get(self, **ids: str) -> None:
        """As every other method: what differs stands in the operation."""
        await self._serve(ids)

    head = post = put = patch = delete = get

    async def _serve(self, ids: Mapping[str, str]) -> None:
        if self._finished:
            return  # the body was longer than what is read
        if self._arrived > self._most:
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        operation = self._operations[_plain(self.request.method or "")]
        self.retiring = tuple(retiring.told(operation, self.request.query_arguments))
        try:
            answer = await self._worked_out(operation, ids)
        except RefusedError as refused:
            self.tell(refused.problem)
        except NetwbError as error:
            problem = problem_of(error)
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                logger.exception("request %s failed", self.request_id)
            self.tell(problem)
        except Exception:  # the HTTP handler's door: a fault of ours is told without its trace
            logger.exception("request %s broke", self.request_id)
            self.tell(problem_of_status(HTTPStatus.INTERNAL_SERVER_ERROR))
        else:
            self.answer(operation, answer)

    async def _worked_out(self, operation: Operation, ids: Mapping[str, str]) -> Answer:
        """What is for everybody is answered also where the Workbench cannot be opened."""
        if operation.open_to == "all":
            return await asyncio.to_thread(self._answered, operation, ids)
        run = self._lane.run if operation.pace == "quick" else self._doors.run
        return await run(self._answered, operation, ids)

    def _answered(self, operation: Operation, ids: Mapping[str, str]) -> Answer:
        """In a thread: who calls, what is asked, and the answer."""
        with log_lines.of_request(self.request_id):
            return encoded(self._done(operation, ids), self.takes)

    def _done(self, operation: Operation, ids: Mapping[str, str]) -> Answer:
        acting = None if operation.open_to == "all" else self._acting(operation)
        if acting is not None and self._counted:
            self._count(acting, ids)
        query = parse_query(operation.query, self.request.query_arguments)
        call = Call(
            acting=acting,
            path=ids,
            query=query,
            body=self._read(operation),
            media=chosen(self.request.headers.get("Accept", ""), tuple(operation.gives)),
            place=place(operation, ids, query),
            seen=tags(self.request.headers.get("If-None-Match", ""), self.takes),
            tally=self._doors.tally,
            posted=self._posted() if operation.open_to == "senders" else None,
            once_key=once_key(self.request.headers.get("Idempotency-Key", "")),
            only=only_tags(self.request.headers.get("If-Match", "")),
        )
        if operation.must_match and "If-Match" not in self.request.headers:
            raise RefusedError(problem_of_status(HTTPStatus.PRECONDITION_REQUIRED))
        return operation.do(call)

    def _count(self, acting: Workbench, ids: Mapping[str, str]) -> None:
        """Count this request for its token, and for the tenant that it may see. Raises RefusedError."""
        rates = self._doors.rates()
        self.taken = rates.take("token", self._counted)
        late = next((one for one in self.taken if one.waits_s), None)
        if late is None and "tenant_id" in ids:
            tenant = acting.known_tenant(ids["tenant_id"])
            self.taken += rates.take("tenant", tenant) if tenant else ()
            late = next((one for one in self.taken if one.waits_s), None)
            if late is not None:
                rates.give_back("token", self._counted)
        if late is not None:
            whose = "login" if late.of == "token" and self._caller == "login" else late.of
            raise RefusedError(too_often(whose, late.quota, late.waits_s))

    def _posted(self) -> Posted:
        self._address = self._doors.origin(self.request).address
        headers = dict(self.request.headers.get_all())
        return Posted(headers=headers, body=bytes(self._body), address=self._address)

    def _read(self, operation: Operation) -> Shape | None:
        if operation.body is None:
            return None
        if self.request.headers.get("Content-Encoding", "identity").lower() != "identity":
            problem = problem_of_status(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            raise RefusedError(replace(problem, detail="send the body as it is, not compressed"))
        content_type = self.request.headers.get("Content-Type", "")
        return parse_body(operation.body, content_type, bytes(self._body), takes=operation.takes)

    def _acting(self, operation: Operation) -> Workbench:
        """A Workbench that acts as the caller. Raises NotAuthenticatedError."""
        own = self._doors.workbench()
        if operation.open_to == "senders":
            return own
        if operation.open_to == "watchers" and is_local(self.request) and not self._bears():
            return own
        return self._admitted(own)

    def _bears(self) -> bool:
        """Whether the caller says who it is: then it sees what that one may, from anywhere."""
        return "Authorization" in self.request.headers or bool(self.get_cookie(SESSION_COOKIE))

    def _admitted(self, own: Workbench) -> Workbench:
        origin = self._doors.origin(self.request)
        self._address = origin.address
        header = self.request.headers.get("Authorization")
        if header is not None:
            token = _BEARER.fullmatch(header.strip())
            if token is None:
                msg = "the Authorization header holds no bearer token"
                raise NotAuthenticatedError(msg)
            bench = own.request_by_token(token[1], origin=origin)
            self._caller = self._counted = token[1].partition(".")[0]  # its public id
            ends_at = bench.token_ends_at()
            if ends_at is not None:  # said with each answer, refusals too
                self.set_header(ENDS_HEADER, str(rfc3339(ends_at)))
            return bench
        secret = self.get_cookie(SESSION_COOKIE)
        if not secret:
            msg = "neither a token nor a login"
            raise NotAuthenticatedError(msg)
        bench = own.request_by_session(secret, origin=origin)
        named = self._doors.named(self.request)
        if named and named.casefold() != bench.me().name.casefold():
            msg = "the login is another person's than the one whom the proxy names"
            raise NotAuthenticatedError(msg)
        self._caller, self._counted = "login", sha256(secret.encode()).hexdigest()
        if self.request.method not in SAFE:
            self._require_xsrf()
        return bench

    def _require_xsrf(self) -> None:
        try:
            super().check_xsrf_cookie()
        except HTTPError:
            raise RefusedError(
                Problem(
                    status=HTTPStatus.FORBIDDEN,
                    title="The request does not come from our own page",
                    detail="a login cookie needs the X-XSRFToken header with it; a token does not",
                    slug="xsrf",
                )
            ) from None

    def write_error(self, status_code: int, **_info: Any) -> None:
        """What Tornado refuses, and `prepare`."""
        headers = {}
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = self._allowed()
        if status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            headers["Connection"] = "close"  # else the rest of the body would be awaited
        self.tell(problem_of_status(status_code, **headers))

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """As Tornado's, but without the query."""
        if not isinstance(error, HTTPError):
            logger.error("request %s broke", self.request_id, exc_info=(kind, error, trace))

    def _log(self) -> None:
        """One line a request, for the log and for /metrics."""
        status, took_s = self.get_status(), self.request.request_time()
        operation = self._operations.get(_plain(self.request.method or ""))
        route = operation.route if operation else "none"
        self._doors.tally.note(self.request.method or "", route, status, took_s)
        access_log.info(
            "%s %s %d %.1f ms %s %s %s",
            self.request.method,
            _loggable(operation, self.request.path),
            status,
            took_s * 1000,
            self._address or peer(self.request),
            self._caller,
            self.request_id,
        )

    def _allowed(self) -> str:
        methods = {*self._operations, "OPTIONS"} | (
            {"HEAD"} if "GET" in self._operations else set()
        )
        return ", ".join(sorted(methods))


def is_local(request: HTTPServerRequest) -> bool:
    """Whether a program on this machine asks, with no proxy and no foreign page behind it.

    A page that resolves its own name to 127.0.0.1 still sends that name in Host.
    """
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(peer(request)) and _is_loopback(request.host_name)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _plain(method: str) -> str:
    return "GET" if method == "HEAD" else method


def _loggable(operation: Operation | None, path: str) -> str:
    """The path without what is a secret in it, and without what would break the line."""
    if operation is not None and any(f"{{{name}}}" in operation.path for name in _SECRET_IDS):
        return operation.route
    return path[:200]
