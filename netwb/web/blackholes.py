"""REST of blackholes: the list, one, a request, and what persons say to one that is held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field

from netwb.blackhole.records import Blackhole, Reach, Reason, State
from netwb.roles import Permission
from netwb.web.fields import At, Next, said
from netwb.web.operations import (
    BASE,
    JSON,
    Answer,
    Asked,
    Call,
    NoQuery,
    Operation,
    Paged,
    Shape,
    answer,
    in_json,
    rfc3339,
)
from netwb.web.paging import left_off, page
from netwb.workbench.blackhole_records import BlackholeAnswer

NEVER = 0  # versions begin at 1
_AS_SEEN = {"If-Match": "The ETag of what you saw: it is done only while it is that still."}
_ONCE = {"Idempotency-Key": "Of your own, 200 characters at most: a repeat asks nothing anew."}
_REASON = "Why; whoever is called at night reads it."
_BECAUSE = "flood of 40 Gbit/s, CHG123"


class BlackholesQuery(Paged):
    """Which blackholes."""

    state: Annotated[State | None, Field(description="Only those.", examples=["held"])] = None
    prefix: Annotated[
        str | None,
        Field(max_length=100, description="Of this host alone.", examples=["203.0.113.10/32"]),
    ] = None


class NewBlackhole(Asked):
    """A request."""

    prefix: Annotated[
        str, Field(max_length=100, description="The host.", examples=["203.0.113.10/32"])
    ]
    reason: Annotated[
        str, Field(min_length=1, max_length=500, description=_REASON, examples=[_BECAUSE])
    ]
    minutes: Annotated[
        int | None,
        Field(ge=1, le=10_080, description="How long; null: the policy's time.", examples=[30]),
    ] = None
    scope: Annotated[
        Reach | None,
        Field(description="Who drops it; null: the prefix's policy.", examples=["edge"]),
    ] = None
    break_glass: Annotated[
        bool,
        Field(description="At once, without a second person; it is audited.", examples=[False]),
    ] = False
    dry_run: Annotated[
        bool, Field(description="The answer alone; no router is touched.", examples=[False])
    ] = False


class Approving(Asked):
    """A person's yes."""

    minutes: Annotated[
        int | None, Field(ge=1, le=10_080, description="At most so long.", examples=[30])
    ] = None


class Ending(Asked):
    """A person's no, or an end."""

    reason: Annotated[
        str, Field(min_length=1, max_length=500, description=_REASON, examples=[_BECAUSE])
    ]


class ReasonAnswer(Shape):
    """What one guard said; `allow`: it did not object."""

    guard: Annotated[str, said("Which one.", "too-wide")]
    answer: Annotated[Literal["allow", "hold", "deny"], said("What it said.", "hold")]
    text: Annotated[str, said("In words.", "203.0.113.10/32: a person has to approve it")]


class RouterAnswer(Shape):
    """A blackhole on one router that the caller may see."""

    router: Annotated[str, said("TENANT/HOSTNAME.", "acme/edge1")]
    role: Annotated[Literal["trigger", "edge"], said("What it is for.", "trigger")]
    state: Annotated[
        Literal["waiting", "announced", "verified", "failed", "withdrawn"],
        said("How it stands there.", "verified"),
    ]
    said: Annotated[
        str | None,
        said(
            "What the router said last; null for who may not see addresses.",
            "Routing entry for 203.0.113.10/32",
        ),
    ]
    at: Annotated[str | None, said("When it was so, UTC.", "2026-11-20T02:00:00Z")]


class ApprovalAnswer(Shape):
    """A person's yes."""

    name: Annotated[str, said("Who.", "ben")]
    at: At


class BlackholeBody(Shape):
    """One blackhole; of a dry run `id` is null, and `state` is allowed, held or denied."""

    id: Annotated[
        str | None, said("Stable, and never used again; null of a dry run.", "4k7rqb0v1n2w3x5y")
    ]
    prefix: Annotated[str, said("The host.", "203.0.113.10/32")]
    tenant: Annotated[str | None, said("Slug of whose address it is; null: nobody's.", "acme")]
    state: Annotated[str, said("How it stands.", "announced")]
    scope: Annotated[str, said("Who drops it.", "edge")]
    answer: Annotated[Literal["allow", "hold", "deny"], said("The guard's.", "allow")]
    alarm: Annotated[bool, said("Whether a detector asked for it.", False)]
    requested_by: Annotated[str | None, said("Who asked for it.", "ana")]
    reason: Annotated[str | None, said("Why.", "flood of 40 Gbit/s, CHG123")]
    requested_at: Annotated[str | None, said("When it was asked for, UTC.", "2026-11-20T02:00:00Z")]
    announced_at: Annotated[
        str | None, said("When it was announced first, UTC.", "2026-11-20T02:00:00Z")
    ]
    expires_at: Annotated[
        str | None,
        said(
            "When it ends by itself, UTC; null of one that is held: its time begins once it is let"
            " through. Of a dry run when it would end, were it let through now.",
            "2026-11-20T02:30:00Z",
        ),
    ]
    ended_at: Annotated[str | None, said("When it ended, UTC.", None)]
    ended_by: Annotated[str | None, said("Who ended it.", None)]
    end_reason: Annotated[str | None, said("Why it ended.", None)]
    reasons: Annotated[list[ReasonAnswer], said("What each guard said.")]
    approvals: Annotated[list[ApprovalAnswer], said("Persons who said yes.")]
    routers: Annotated[list[RouterAnswer], said("Those that the caller may see.")]
    commands: Annotated[
        dict[str, list[str]],
        said(
            "Of its announcement, by router.",
            {"acme/edge1": ["ip route 203.0.113.10 255.255.255.255 Null0 tag 666"]},
        ),
    ]


class BlackholesAnswer(Shape):
    """A page of them, newest first."""

    items: Annotated[list[BlackholeBody], said("Newest first.")]
    next: Next


def listing(call: Call[BlackholesQuery, None]) -> Answer:
    """Blackholes of your scope, newest first: what stands, waits, has ended, was denied."""
    query, last = call.query, left_off(call)
    after = None if last is None else (datetime.fromisoformat(last[0]), last[1])
    found = call.bench.blackholes(
        states=[query.state] if query.state else (),
        prefix=query.prefix,
        limit=query.limit + 1,
        after=after,
    )
    return page(
        call, found, shape=blackhole_json, key=lambda one: [one.requested_at.isoformat(), one.id]
    )


def show(call: Call[NoQuery, None]) -> Answer:
    """One blackhole, with what each guard said and how it stands on each router."""
    return _tagged(blackhole_json(call.bench.blackhole_of(call.path["blackhole_id"])))


def add(call: Call[NoQuery, NewBlackhole]) -> Answer:
    """Ask that traffic to a host be dropped; the guard answers, and a denial is an answer too.

    201 where it stands, waits or was denied, and 200 for a dry run, or where the same host's is
    open. An `Idempotency-Key` makes a repeat give what the first one gave; with another body it is
    refused, 422.
    """
    body = call.body
    given = call.bench.blackhole(
        body.prefix,
        minutes=body.minutes,
        reason=body.reason,
        reach=body.scope,
        break_glass=body.break_glass,
        dry_run=body.dry_run,
        once_key=call.once_key or None,
    )
    if given.blackhole is None or given.repeat:
        return answer(_answer_json(given))
    where = {"Location": f"{BASE}/blackholes/{given.id}"}
    tag = _tag(in_json(blackhole_json(given.blackhole)))
    return answer(_answer_json(given), status=HTTPStatus.CREATED, headers=where, etag=tag)


def approve(call: Call[NoQuery, Approving]) -> Answer:
    """Approve one that is held, as another person than who asked for it.

    With `If-Match` only as it was seen, by the ETag of `GET`; 412 where it is another one by now.
    """
    given = call.bench.approve(
        call.path["blackhole_id"], minutes=call.body.minutes, seen=_seen(call)
    )
    return answer(_answer_json(given))


def deny(call: Call[NoQuery, Ending]) -> Answer:
    """Deny one that is held, or take your own request back.

    `If-Match` as of approve.
    """
    one = call.bench.deny(call.path["blackhole_id"], reason=call.body.reason, seen=_seen(call))
    return _tagged(blackhole_json(one))


def withdraw(call: Call[NoQuery, Ending]) -> Answer:
    """Take one off every router now. `withdrawing`: a router still has it, and is tried again.

    `If-Match` as of approve.
    """
    one = call.bench.withdraw(call.path["blackhole_id"], reason=call.body.reason, seen=_seen(call))
    return _tagged(blackhole_json(one))


def blackhole_json(one: Blackhole) -> dict[str, Any]:
    """As it stands."""
    return {
        "id": one.id,
        "prefix": one.prefix,
        "tenant": one.tenant,
        "state": one.state,
        "scope": one.reach,
        "answer": one.answer,
        "alarm": one.alarm,
        "requested_by": one.requested_by,
        "reason": one.reason,
        "requested_at": rfc3339(one.requested_at),
        "announced_at": rfc3339(one.announced_at),
        "expires_at": rfc3339(one.expires_at),
        "ended_at": rfc3339(one.ended_at),
        "ended_by": one.ended_by,
        "end_reason": one.end_reason,
        "reasons": _reasons(one.reasons),
        "approvals": [{"name": given.name, "at": rfc3339(given.at)} for given in one.approvals],
        "routers": [
            {
                "router": on.router.label,
                "role": on.router.role,
                "state": on.state,
                "said": on.said,
                "at": rfc3339(on.at),
            }
            for on in one.routers
        ],
        "commands": _commands(one.commands),
    }


def _answer_json(given: BlackholeAnswer) -> dict[str, Any]:
    if given.blackhole is not None:
        told = blackhole_json(given.blackhole)
        return {
            **told,
            "answer": given.answer,
            "reasons": _reasons(given.reasons),
            "commands": _commands(given.commands),
        }
    none = dict.fromkeys(BlackholeBody.model_fields)
    return {
        **none,
        "prefix": given.prefix,
        "tenant": given.tenant,
        "state": given.state,
        "scope": given.reach,
        "answer": given.answer,
        "alarm": False,
        "expires_at": rfc3339(given.expires_at),
        "reasons": _reasons(given.reasons),
        "approvals": [],
        "routers": [],
        "commands": _commands(given.commands),
    }


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"guard": one.guard, "answer": one.answer, "text": one.text} for one in reasons]


def _commands(commands: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {label: list(lines) for label, lines in commands.items()}


def _tagged(document: Mapping[str, Any]) -> Answer:
    content = in_json(document)
    return Answer(content=content, etag=_tag(content))


def _tag(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _seen(call: Call[Any, Any]) -> int | None:
    """The version whose body the caller saw, its end with it; None: it does not say what it saw."""
    if call.only is None:
        return None
    one = call.bench.blackhole_of(call.path["blackhole_id"])
    return one.version if _tag(in_json(blackhole_json(one))) in call.only else NEVER


_BY_ID = "/blackholes/{blackhole_id}"


def _answering(
    verb: str, do: Callable[[Call[Any, Any]], Answer], *, body: type[Shape], needs: Permission
) -> Operation:
    """What a person says to one, as it was seen."""
    return Operation(
        method="POST",
        path=f"{_BY_ID}/{verb}",
        do=do,
        body=body,
        carries=_AS_SEEN,
        has_etag=True,
        gives={JSON: BlackholeBody},
        needs=needs,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/blackholes",
        do=listing,
        query=BlackholesQuery,
        gives={JSON: BlackholesAnswer},
        needs=Permission.BLACKHOLE_VIEW,
    ),
    Operation(
        method="POST",
        path="/blackholes",
        do=add,
        body=NewBlackhole,
        carries=_ONCE,
        gives={JSON: BlackholeBody},
        needs=Permission.BLACKHOLE_REQUEST,
        status=201,
        has_etag=True,
        also={200: "A dry run, or the same host's that is open: nothing new was begun."},
    ),
    Operation(
        method="GET",
        path=_BY_ID,
        do=show,
        gives={JSON: BlackholeBody},
        has_etag=True,
        needs=Permission.BLACKHOLE_VIEW,
    ),
    _answering("approve", approve, body=Approving, needs=Permission.BLACKHOLE_APPROVE),
    _answering("deny", deny, body=Ending, needs=Permission.BLACKHOLE_REQUEST),
    _answering("withdraw", withdraw, body=Ending, needs=Permission.BLACKHOLE_REQUEST),
)
