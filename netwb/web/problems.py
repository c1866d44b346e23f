"""The table error class -> HTTP status, and problem documents (RFC 9457) made by it. Pure.

A foreign thing and one that never was read alike, so what is not found has one sentence a class,
which quotes nothing. What fails inside the server is said without its paths and names: the log has
them under the request's id. No stack trace leaves the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from netwb import errors
from netwb.errors import (
    AccessError,
    ArchiveBusyError,
    ArchiveError,
    ChangedSinceError,
    DeliveryError,
    DeviceError,
    DuplicateDeviceError,
    ExportError,
    GrafanaError,
    HomeError,
    ImportRefusedError,
    IncompleteConfigError,
    InputError,
    InventoryError,
    KeyReusedError,
    ListenError,
    LoginThrottledError,
    MetricsError,
    MetricsTooMuchError,
    NetboxError,
    NetwbError,
    NotAuthenticatedError,
    NotPermittedError,
    NumberGoneError,
    RuleError,
    RunUnderWayError,
    SecretMissingError,
    SettingsError,
    StalePlanError,
    StoreError,
    TelegrafError,
    TelegrafFailedError,
    UnknownDeviceError,
    UnknownNameError,
    UnknownRevisionError,
)
from netwb.web.cures import over_rest

MEDIA = "application/problem+json"
TYPE = "urn:netwb:problem:"  # and a slug
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INSIDE = (
    "something that netwb needs is not available; the server's log has it under this request_id"
)
_KEPT_INSIDE = "something that netwb needs was not available; the server's log has it of that time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How one class of errors is told.

    detail         the sentence; None: the error's own, which then names nothing of the server's
    retry_after_s  where trying again soon is the cure
    """

    status: HTTPStatus
    title: str
    detail: str | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a request. `where` is a parameter's name, or a JSON pointer into the body."""

    where: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """`{"pointer" | "parameter", "detail"}`."""
        name = "pointer" if self.where.startswith("#") else "parameter"
        return {name: self.where, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem, as it is answered."""

    status: HTTPStatus
    title: str
    detail: str
    slug: str = ""
    errors: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, *, instance: str, request_id: str) -> dict[str, Any]:
        """The document; `errors` is always there, often empty."""
        return {
            "type": f"{TYPE}{self.slug or slug_of_status(self.status)}",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "instance": instance,
            "request_id": request_id,
            "errors": [fault.as_json() for fault in self.errors],
        }


class RefusedError(Exception):
    """A request is refused by the edge itself, before the facade is asked; it carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


SAYINGS: dict[type[NetwbError], Saying] = {
    InputError: Saying(status=HTTPStatus.BAD_REQUEST, title="The request cannot be understood"),
    KeyReusedError: Saying(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, title="The Idempotency-Key was used before"
    ),
    NumberGoneError: Saying(status=HTTPStatus.GONE, title="The copy is too old to be carried on"),
    InventoryError: Saying(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, title="The inventory refuses this"
    ),
    UnknownDeviceError: Saying(
        status=HTTPStatus.NOT_FOUND,
        title="No such device",
        detail="no device of that id is in your scope; the inventory lists those that are",
    ),
    UnknownNameError: Saying(
        status=HTTPStatus.NOT_FOUND,
        title="No such name",
        detail="nothing of that name or id is in your scope",
    ),
    UnknownRevisionError: Saying(
        status=HTTPStatus.NOT_FOUND,
        title="No such revision",
        detail="the device has no such revision or held text, or a short id means several; its history"
        " and the quarantine list them",
    ),
    DuplicateDeviceError: Saying(status=HTTPStatus.CONFLICT, title="The hostname is taken"),
    ImportRefusedError: Saying(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, title="Rows of the import are refused"
    ),
    StalePlanError: Saying(status=HTTPStatus.CONFLICT, title="The plan is another one by now"),
    ChangedSinceError: Saying(
        status=HTTPStatus.PRECONDITION_FAILED, title="It is another one by now"
    ),
    NetboxError: Saying(
        status=HTTPStatus.BAD_GATEWAY, title="NetBox gave no good answer", detail=_INSIDE
    ),
    DeviceError: Saying(status=HTTPStatus.BAD_GATEWAY, title="The device gave no good answer"),
    IncompleteConfigError: Saying(
        status=HTTPStatus.CONFLICT, title="The text is no whole configuration"
    ),
    ArchiveError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The archive is not available", detail=_INSIDE
    ),
    ArchiveBusyError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The archive is busy",
        detail="another process is writing this tenant's archive; try again in some seconds",
        retry_after_s=5,
    ),
    SecretMissingError: Saying(
        status=HTTPStatus.CONFLICT,
        title="A secret is missing",
        detail="a secret of that revision is not in the vault, so that it cannot be restored whole",
    ),
    RunUnderWayError: Saying(status=HTTPStatus.CONFLICT, title="A run is under way"),
    StoreError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The database is not available",
        detail=_INSIDE,
        retry_after_s=10,
    ),
    RuleError: Saying(status=HTTPStatus.UNPROCESSABLE_ENTITY, title="The file of rules has faults"),
    MetricsError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="The metrics store is not available",
        detail=_INSIDE,
        retry_after_s=30,
    ),
    MetricsTooMuchError: Saying(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, title="That is too much at once"
    ),
    TelegrafError: Saying(
        status=HTTPStatus.UNPROCESSABLE_ENTITY, title="Telegraf's configuration cannot be made"
    ),
    TelegrafFailedError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="Telegraf did not do what it was asked",
        detail=_INSIDE,
        retry_after_s=30,
    ),
    GrafanaError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        title="Grafana is not available",
        detail=_INSIDE,
        retry_after_s=30,
    ),
    SettingsError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The server is not set up", detail=_INSIDE
    ),
    ListenError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The server cannot listen", detail=_INSIDE
    ),
    HomeError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The server is not set up", detail=_INSIDE
    ),
    DeliveryError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The notification failed", detail=_INSIDE
    ),
    ExportError: Saying(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="The export failed", detail=_INSIDE
    ),
    AccessError: Saying(status=HTTPStatus.FORBIDDEN, title="Not permitted"),
    NotPermittedError: Saying(status=HTTPStatus.FORBIDDEN, title="Not permitted"),
    NotAuthenticatedError: Saying(
        status=HTTPStatus.UNAUTHORIZED,
        title="Not authenticated",
        detail="send `Authorization: Bearer nwb_...` with a token that is in force, or log in",
    ),
    LoginThrottledError: Saying(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        title="Too many wrong tries",
        detail="wait, then try again",
    ),
}
_STATUSES: dict[int, str] = {
    400: "the request is not well-formed HTTP; correct how it is sent",
    404: "no such route; /api/v1/docs lists those that there are; a slash within a name is %2F",
    405: "this route does not take that method; the Allow header names those that it takes",
    406: "none of the media types in Accept can be given here; leave Accept out",
    413: "the body is longer than this server reads; send less",
    415: "send the body as application/json, in UTF-8",
    428: "say in If-Match which tag was read, so that nobody's change is overwritten unseen",
    500: "a fault of netwb's own; the server's log has it under this request_id",
}


def saying(kind: type[NetwbError]) -> Saying:
    """That of the nearest class in the table; a test proves that each class has one."""
    return next(SAYINGS[parent] for parent in kind.__mro__ if parent in SAYINGS)


def slug_of(kind: type[NetwbError]) -> str:
    """What a class of errors is called in `type`."""
    return _slug(kind.__name__.removesuffix("Error"))


def slug_of_status(status: int) -> str:
    """What is refused by its HTTP alone."""
    return _slug(HTTPStatus(status).phrase)


def problem_of(error: NetwbError) -> Problem:
    """The problem that an error of the facade is told as."""
    said = saying(type(error))
    headers = {}
    retry_after_s = getattr(error, "retry_after_s", said.retry_after_s)
    if retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(retry_after_s)))
    if said.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="netwb"'
    return Problem(
        status=said.status,
        title=said.title,
        detail=over_rest(error) if said.detail is None else said.detail,
        slug=slug_of(type(error)),
        errors=tuple(_faults(error)) if said.detail is None else (),
        headers=headers,
    )


def _faults(error: NetwbError) -> Iterator[Fault]:
    """Each row of an import, or each field that is at fault."""
    for sentence in getattr(error, "problems", ()):
        yield Fault(where="#", detail=over_rest(sentence))
    for name, sentence in error.faults.items():
        yield Fault(where=f"#/{name}", detail=over_rest(sentence))


def cause_of(kind: str, message: str) -> dict[str, str]:
    """Why work came to nothing, as the record of it kept it: `{"kind", "message"}`.

    kind  the class's name
    """
    found = getattr(errors, kind, NetwbError)
    inside = found is not NetwbError and saying(found).detail == _INSIDE
    return {"kind": kind, "message": _KEPT_INSIDE if inside else over_rest(message)}


def problem_of_status(status: int, **headers: str) -> Problem:
    """What is refused by its HTTP alone."""
    known = status if status in _STATUSES else 400 if status < 500 else 500
    return Problem(
        status=HTTPStatus(status),
        title=HTTPStatus(status).phrase,
        detail=_STATUSES[known],
        headers=headers,
    )


def bad_parameters(faults: Sequence[Fault]) -> Problem:
    """400: something in the address or its query is not what the route takes."""
    return Problem(
        status=HTTPStatus.BAD_REQUEST,
        title="The query is wrong",
        detail=_told(faults),
        slug="bad-parameters",
        errors=tuple(faults),
    )


def bad_body(faults: Sequence[Fault]) -> Problem:
    """422: the body is JSON, but not what the route takes."""
    return Problem(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        title="The body is wrong",
        detail=_told(faults),
        slug="bad-body",
        errors=tuple(faults),
    )


def broken_body(reason: str) -> Problem:
    """400: the body is no JSON at all."""
    return Problem(
        status=HTTPStatus.BAD_REQUEST,
        title="The body cannot be read",
        detail=f"the body is no JSON document: {reason}",
        slug="broken-body",
    )


def too_often(whose: str, quota: int, waits_s: int) -> Problem:
    """429: one request more than that token, login or tenant has in a minute."""
    return Problem(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        title="Too many requests",
        detail=f"this {whose} has {quota} requests a minute here; the next one in {waits_s} s",
        slug="too-many-requests",
        headers={"Retry-After": str(waits_s)},
    )


def _told(faults: Sequence[Fault]) -> str:
    where = "the body" if faults[0].where == "#" else f"{faults[0].where}:"
    first = f"{where} {faults[0].detail}"
    return first if len(faults) == 1 else f"{first}; and {len(faults) - 1} more, in errors"


def _slug(words: str) -> str:
    return _WORDS.sub("-", words).replace(" ", "-").lower()
