"""What a REST operation is: one row of the route table, the call that it is given, its answer.

An operation is a plain function that blocks: it is called in a thread, with a Workbench that acts as
the caller. It knows no Tornado. The handler, OpenAPI and the tests read the same rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from netwb.roles import Permission
from netwb.web.tally import Tally
from netwb.workbench import Workbench

BASE = "/api/v1"
JSON = "application/json"
TEXT = "text/plain"
PATCH = "text/x-diff"
HTML = "text/html"
FORM = "application/x-www-form-urlencoded"
PROMETHEUS = "text/plain; version=0.0.4"
_BRACES = re.compile(r"\{(\w+)\}")
CURSOR = "bmV0d2I6MTcuMzIuZWRnZTE"  # of an example
Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]


class Shape(BaseModel):
    """A body, a query or an answer: what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(Shape):
    """A body or a query."""

    @field_validator("*")
    @classmethod
    def without_nul(cls, value: Any) -> Any:
        """No database takes it, and no name holds it."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            msg = "holds a NUL byte; remove it"
            raise ValueError(msg)
        return value


class NoQuery(Asked):
    """The route takes no parameter."""


class Paged(Asked):
    """Where a page begins and how long it is."""

    limit: Annotated[
        int, Field(ge=1, le=1000, description="Most items of one answer.", examples=[100])
    ] = 50
    cursor: Annotated[
        str | None,
        Field(
            max_length=4096,
            description="`next` of the page before; the rest of the query stays.",
            examples=[CURSOR],
        ),
    ] = None


Query = TypeVar("Query", bound=Shape)
Body = TypeVar("Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent.

    etag         the strong tag of the body, before it is compressed
    changed_at   when the body became what it is, in whole seconds; None: nobody knows
    encoding     how the content is compressed; operations leave that to the handler
    """

    content: bytes
    media: str = JSON
    status: int = 200
    etag: str = ""
    changed_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request as it came, for who proves by it who it is.

    address   from which, as far as trusted proxies say
    """

    headers: Mapping[str, str]
    body: bytes
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Query, Body]):
    """One request as an operation sees it.

    acting acts as the caller; None where the operation is for everybody
    path   the ids in the address
    media  the one of the operation's media types that the caller would have
    place  route and filter, by which a cursor is bound to this very list
    seen   tags of bodies that the caller has already
    tally  what this process counted
    posted the request itself, of an operation that is open to senders
    once_key  Idempotency-Key; "" none
    only   tags of If-Match: it is done only to a body of one of them; None: the caller asks for none
    """

    acting: Workbench | None
    path: Mapping[str, str]
    query: Query
    body: Body
    media: str
    place: str
    seen: frozenset[str]
    tally: Tally
    posted: Posted | None = None
    once_key: str = ""
    only: frozenset[str] | None = None

    @property
    def bench(self) -> Workbench:
        """The caller's; an operation for everybody has none."""
        assert self.acting is not None
        return self.acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Retiring:
    """That an operation, or an older name of a parameter, is on its way out.

    deprecated_at  since when nothing new should use it (RFC 9745)
    sunset_at      from when on it may be gone (RFC 8594); None: nobody has decided
    instead        what is to be used, as documentation says it; a parameter's name
    link           where that stands; empty: the operation's own place on the page of documentation
    """

    deprecated_at: datetime
    sunset_at: datetime | None = None
    instead: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one route.

    path     below /api/v1, ids in braces; with `root` below /
    gives    media type -> model of its JSON, or None for text
    takes    media type of its body: JSON, or a form
    needs    the permission, for the documentation: the facade is what asks for it
    needs_too  rights that it needs beside that one
    carries  headers of a request that change what is done -> what each says
    tells    headers of its answers that others have not -> what each says, and an example
    has_etag  its answers carry an ETag, and a GET may be asked with If-None-Match
    must_match  it is refused without If-Match, 428
    also     other good statuses with the same body -> when it is that one
    retiring  where the whole operation is on its way out
    older    older names of parameters -> what is said to who still uses one
    pace     quick: less than a millisecond of SQL alone
    kept     whether a caller's cache may keep an answer with an ETag, asking each time whether it
             still holds; texts of devices are never kept
    open_to  login: a token or a login; watchers: who holds `needs`, or loopback; all: everybody;
             senders: detectors, by what the request itself proves; the Workbench is the process's own
    """

    method: Method
    path: str
    do: Callable[[Call[Any, Any]], Answer]
    gives: Mapping[str, type[BaseModel] | None]
    query: type[Shape] = NoQuery
    body: type[Shape] | None = None
    takes: str = JSON
    carries: Mapping[str, str] = field(default_factory=dict)
    tells: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    has_etag: bool = False
    must_match: bool = False
    needs: Permission | None = None
    needs_too: tuple[Permission, ...] = ()
    open_to: Literal["login", "watchers", "senders", "all"] = "login"
    status: int = 200
    also: Mapping[int, str] = field(default_factory=dict)
    retiring: Retiring | None = None
    older: Mapping[str, Retiring] = field(default_factory=dict)
    pace: Literal["quick", "slow"] = "slow"
    kept: Literal["asked again", "never"] = "asked again"
    under: Literal["api", "root"] = "api"

    @property
    def route(self) -> str:
        """The whole path, ids in braces."""
        return self.path if self.under == "root" else BASE + self.path

    @property
    def summary(self) -> str:
        """First paragraph of what the function says of itself."""
        return " ".join((self.do.__doc__ or "").partition("\n\n")[0].split())

    @property
    def details(self) -> str:
        """The paragraphs after it."""
        return " ".join((self.do.__doc__ or "").partition("\n\n")[2].split())

    @property
    def area(self) -> str:
        """First word of its path: what it is about."""
        return self.path.split("/")[1]

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of what stands in braces."""
        return tuple(_BRACES.findall(self.path))

    @property
    def name(self) -> str:
        """Its operationId, and its place on the page of documentation."""
        words = self.path.replace("{", "").replace("}", "").replace(".", "_").strip("/")
        return f"{self.method.lower()}_{words.replace('/', '_')}"

    @property
    def pattern(self) -> str:
        """Regular expression of the whole path, a group an id; an id holds no slash of its own."""
        return _BRACES.sub(
            r"(?P<\1>[^/]+)", re.escape(self.route).replace("\\{", "{").replace("\\}", "}")
        )


def rfc3339(at: datetime | None) -> str | None:
    """UTC to the second, with Z."""
    if at is None:
        return None
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="seconds")[:19] + "Z"  # strftime takes twice as long


def in_json(document: Any) -> bytes:
    """Compact, and ASCII alone: what a device sent may be no text at all, or turn a terminal around."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def answer(document: Any, **how: Any) -> Answer:
    """A JSON document."""
    return Answer(content=in_json(document), **how)


def listed(items: Sequence[Mapping[str, Any]], cursor: str | None) -> Answer:
    """The list shape of the contract."""
    return answer({"items": items, "next": cursor})
