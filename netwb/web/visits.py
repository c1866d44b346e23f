"""Who makes a request: the login session behind its cookie, and the Workbench that acts for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from netwb.access.records import Admission, Origin, Person
from netwb.errors import NotAuthenticatedError
from netwb.web import origin, process
from netwb.workbench import Workbench

COOKIE = "netwb_session"
DEVICE_COOKIE = "netwb_device"  # outlives a login and opens nothing
_DEVICE_KEPT_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of one person. `session` is the public id of the login session."""

    session: str
    person: Person
    bench: Workbench = field(repr=False)


async def visit(handler: RequestHandler) -> Visit | None:
    """The visit that the request's cookie stands for; None where no login session lives there."""
    secret = handler.get_cookie(COOKIE)
    if not secret:
        return None
    try:
        return await process.run(_visit, secret, handler.request)
    except NotAuthenticatedError:
        return None


def _visit(secret: str, request: HTTPServerRequest) -> Visit:
    bench = process.workbench().at_session(secret, origin=origin_of(request))
    person = bench.me()
    return Visit(session=person.session, person=person, bench=bench)


def origin_of(request: HTTPServerRequest) -> Origin:
    """Where the request comes from, as far as the socket and trusted proxies say.

    Blocks where the Workbench is not open yet: call it in a thread, or after one was asked.
    """
    return origin.origin_of(request, process.trusted())


def begin_session(handler: RequestHandler, admission: Admission) -> None:
    """Give the browser the cookies of a login that succeeded."""
    secure = origin.is_secure(handler.request, process.trusted())
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


def forget_session(handler: RequestHandler) -> None:
    """Take the cookie back."""
    handler.clear_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
