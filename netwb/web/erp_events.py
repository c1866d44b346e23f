"""REST of what happened to a tenant, for its ERP: a feed that is followed by a cursor.

The cursor is bound to no login: where a token is replaced, the next one goes on.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from netwb.erp.event_records import KINDS, event_json
from netwb.erp.records import EventKind
from netwb.roles import Permission
from netwb.web.operations import JSON, Answer, Asked, Call, Operation, Shape, answer
from netwb.web.stamps import stamp

_CURSOR = "11ndm3zf95rtxmf6.42"


class EventsQuery(Asked):
    """Of a feed."""

    after: Annotated[
        str,
        Field(
            max_length=64,
            description="`next` of an earlier answer, as it was: what came after it. `latest`: what comes"
            " from now on. Left out: from the oldest that is kept.",
            examples=[_CURSOR],
        ),
    ] = ""
    kinds: Annotated[
        str,
        Field(
            max_length=400,
            description=f"Only these, by comma. Of: {', '.join(KINDS)}.",
            examples=["device.added,device.retired"],
        ),
    ] = ""
    limit: Annotated[
        int, Field(ge=1, le=1000, description="Most items of one answer.", examples=[500])
    ] = 50

    @field_validator("kinds")
    @classmethod
    def known(cls, value: str) -> str:
        """Those that there are."""
        if value and not set(value.split(",")) <= set(KINDS):
            msg = f"names a kind that there is not; there are {', '.join(KINDS)}"
            raise ValueError(msg)
        return value


class EventAnswer(Shape):
    """Something that happened, told once; a webhook sends the very same."""

    id: str = Field(
        description="Never another's. A webhook sends it as `webhook-id`: one that you have is a double.",
        examples=["evt_5yk7k1q2m9w0c3ta"],
    )
    sequence: int = Field(
        description="Rises in the order of telling, per tenant and without a gap.", examples=[42]
    )
    at: str = Field(
        description="When it happened; RFC 3339, UTC.", examples=["2026-11-29T18:04:05Z"]
    )
    kind: EventKind = Field(
        description="What happened. `port.retired`: it is another's from now on, or its device is"
        " retired; a port that becomes the tenant's is `port.added`.",
        examples=["device.changed"],
    )
    device_id: str | None = Field(
        description="Of which device; null of a blackhole, and where its tenant left for good.",
        examples=["5yk7k1q2m9w0c3ta"],
    )
    port_id: str | None = Field(
        description="Of which port; null where it is none's.", examples=["0b3j8x6t1z4n7r2p"]
    )
    subject: str = Field(
        description="The same for a reader: a hostname, `hostname ifName`, a prefix; empty where the"
        " device's tenant left for good.",
        examples=["edge1"],
    )
    detail: dict[str, Any] = Field(
        description="By kind. `device.changed`, `port.changed`: `changed`, names of fields; `old` and"
        " `new`, their values, without `address`, of which only the name is told. `device.added`:"
        " `status`. `configuration.changed`: `revision`, `configuration` (running, startup), `author`,"
        " `added` and `removed` in lines. `blackhole.*`: `id`, `state`, `reach`, and `expires_at` of"
        " one that is announced. More names may come.",
        examples=[
            {
                "changed": ["contract_ref"],
                "old": {"contract_ref": None},
                "new": {"contract_ref": "C-2026-0815"},
            }
        ],
    )


class EventsAnswer(Shape):
    """A page of the feed, oldest first."""

    items: list[EventAnswer] = Field(description="Oldest first; may be empty.", examples=[[]])
    next: str = Field(
        description="Where to go on: give it as `after`, also where nothing came yet. Opaque.",
        examples=[_CURSOR],
    )
    more: bool = Field(
        description="Whether there is more already: ask again at once.", examples=[False]
    )
    hidden: list[EventKind] = Field(
        description="Kinds that were asked for and that you may not see: of these nothing is told"
        " here, whatever happened.",
        examples=[["configuration.changed"]],
    )


def events(call: Call[EventsQuery, None]) -> Answer:
    """What happened to one tenant, oldest first: a feed to follow by its cursor.

    Ask with `after=<next>` of the answer before, once a minute or so; `next` is there always, and at
    the end the same call gives later what came since. Each event is told once, in an order that never
    changes, and none is missed, whoever writes meanwhile. A cursor outlives the token that it was read
    with. 410: what came after it is kept no more (`retention.events_days`), or the database was put
    back; read the inventory anew, then go on from `after=latest`.
    """
    query = call.query
    kinds: list[Any] = query.kinds.split(",") if query.kinds else []
    following = call.bench.erp_following(call.path["tenant_id"], kinds)
    stand = following.stand
    tag = stamp(call, stand.epoch, stand.events, ",".join(following.asked.hidden))
    if tag in call.seen:
        return Answer(content=b"", etag=tag)
    page = call.bench.erp_events(following, after=query.after, limit=query.limit)
    document = {
        "items": [event_json(one) for one in page.items],
        "next": page.next,
        "more": page.more,
        "hidden": list(page.hidden),
    }
    return answer(document) if page.more else answer(document, etag=tag)


OPERATIONS = (
    Operation(
        method="GET",
        path="/erp/events/{tenant_id}",
        do=events,
        query=EventsQuery,
        gives={JSON: EventsAnswer},
        needs=Permission.INVENTORY_VIEW,
        has_etag=True,
    ),
)
