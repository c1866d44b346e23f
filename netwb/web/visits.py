"""Who makes a request: the login session behind its cookie, and the Workbench that acts for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from netwb.access.records import Admission, Origin, Person
from netwb.errors import NotAuthenticatedError
from netwb.web import origin, process
from netwb.workbench import Workbench

COOKIE = "netwb_session"
WALL = "/wall"
WALL_COOKIE = "netwb_wall"  # goes with requests below that page alone
_WALL_KEPT_DAYS = 3_650  # until it is revoked: nobody logs a screen in again
_OF_WALL = frozenset({WALL, f"{WALL}/", f"{WALL}/ws", f"{WALL}/alive"})
DEVICE_COOKIE = "netwb_device"  # outlives a login and opens nothing
_DEVICE_KEPT_DAYS = 365
_NOBODYS_NAMES = frozenset({"", "(null)", "-"})  # what proxies write where nobody logged in there


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of one person. `session` is the public id of the login session."""

    session: str
    person: Person
    bench: Workbench = field(repr=False)


async def visit(handler: RequestHandler) -> Visit | None:
    """The visit that the request's cookie stands for; None where no login session lives there.

    Where a trusted proxy says who it is, its word counts: another one's cookie does not.
    """
    await process.opened()
    named = _named_by_proxy(handler.request)
    wall = handler.get_cookie(WALL_COOKIE)
    if wall and not named and handler.request.path in _OF_WALL:
        shown = await wall_visit(wall, handler.request)
        if shown is not None:  # it is the screen's, whoever was logged in there besides
            return shown
    secret = handler.get_cookie(COOKIE)
    found = await _by_cookie(secret, handler.request) if secret else None
    if not named or (found is not None and found.person.name.casefold() == named.name.casefold()):
        return found
    if isinstance(handler, WebSocketHandler):
        return None  # its page was not opened by this person
    return await _by_proxy(named, handler)


async def wall_visit(secret: str, request: HTTPServerRequest) -> Visit | None:
    """The wall that this cookie stands for, as a visitor; None where it is none any more."""
    try:
        return await process.run(_wall_visit, secret, request)
    except NotAuthenticatedError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Whom a trusted proxy logged in."""

    name: str
    groups: tuple[str, ...]


def _named_by_proxy(request: HTTPServerRequest) -> _Named | None:
    access = process.workbench().settings.access
    if not access.proxy_user_header:
        return None
    if not origin.is_trusted(origin.peer(request), process.trusted()):
        return None
    names = request.headers.get_list(access.proxy_user_header)
    told = request.headers.get_list(access.proxy_groups_header or "-")
    if len(names) != 1 or len(told) > 1:  # a second line is the client's own
        return None
    name = names[0].strip()
    groups = (group.strip() for group in ",".join(told).split(","))
    if name in _NOBODYS_NAMES:
        return None
    return _Named(name=name, groups=tuple(group for group in groups if group))


async def _by_cookie(secret: str, request: HTTPServerRequest) -> Visit | None:
    try:
        return await process.run(_visit, secret, request)
    except NotAuthenticatedError:
        return None


async def _by_proxy(named: _Named, handler: RequestHandler) -> Visit | None:
    came_from = origin_of(handler.request)
    bench = process.workbench()
    try:
        admission = await process.run(bench.admit_proxy, named.name, named.groups, origin=came_from)
    except NotAuthenticatedError:
        return None
    begin_session(handler, admission)
    return await _by_cookie(admission.secret, handler.request)


def _visit(secret: str, request: HTTPServerRequest) -> Visit:
    bench = process.workbench().at_session(secret, origin=origin_of(request))
    person = bench.me()
    return Visit(session=person.session, person=person, bench=bench)


def _wall_visit(secret: str, request: HTTPServerRequest) -> Visit:
    bench = process.workbench().at_wall(secret, origin=origin_of(request))
    person = bench.me()
    return Visit(session=person.session, person=person, bench=bench)


def origin_of(request: HTTPServerRequest) -> Origin:
    """Where the request comes from, as far as the socket and trusted proxies say.

    Blocks where the Workbench is not open yet: call it in a thread, or after one was asked.
    """
    return origin.origin_of(request, process.trusted())


def is_secure(request: HTTPServerRequest) -> bool:
    """Whether the browser speaks TLS, so that its cookies are to go by nothing else."""
    return origin.is_secure(request, process.trusted(), process.public_url())


def named_by_proxy(request: HTTPServerRequest) -> str:
    """Whom a trusted proxy says to be asking; "" where none does. Blocks as `origin_of`."""
    named = _named_by_proxy(request)
    return named.name if named else ""


def begin_session(handler: RequestHandler, admission: Admission) -> None:
    """Give the browser the cookies of a login that succeeded."""
    secure = is_secure(handler.request)
    handler.set_cookie(
        COOKIE,
        admission.secret,
        expires=admission.session.expires_at,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
    if admission.device:
        handler.set_cookie(
            DEVICE_COOKIE,
            admission.device,
            expires_days=_DEVICE_KEPT_DAYS,
            path="/login",
            httponly=True,
            samesite="Lax",
            secure=secure,
        )


def begin_wall(handler: RequestHandler, secret: str) -> None:
    """Give the browser of a screen its cookie."""
    handler.set_cookie(
        WALL_COOKIE,
        secret,
        expires_days=_WALL_KEPT_DAYS,
        path=WALL,
        httponly=True,
        samesite="Strict",
        secure=is_secure(handler.request),
    )


def forget_session(handler: RequestHandler) -> None:
    """Take the cookie back."""
    handler.clear_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
