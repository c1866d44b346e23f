"""REST of what happened to a tenant, for its ERP: a feed that is followed by a cursor.

The cursor is bound to no login: where a token is replaced, the next one goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from netwb.erp.event_records import KINDS, ItemKind, event_json, kinds_of
from netwb.erp.records import EventKind
from netwb.errors import InputError
from netwb.roles import Permission
from netwb.web.operations import JSON, Answer, Asked, Call, Operation, Shape, answer
from netwb.web.stamps import stamp

_EPOCH = "11ndm3zf95rtxmf6"
_CURSOR = f"{_EPOCH}.42"
DETAILS: Mapping[ItemKind, Mapping[str, Any]] = {  # an example of each, in the order of reading
    "device.changed": {
        "changed": ["contract_ref"],
        "old": {"contract_ref": None},
        "new": {"contract_ref": "C-2026-0815"},
    },
    "device.added": {"status": "active"},
    "device.retired": {},
    "port.changed": {
        "changed": ["device"],
        "old": {"device": "acme/edge1"},
        "new": {"device": "acme/edge7"},
    },
    "port.added": {},
    "port.retired": {},
    "status.changed": {
        "changed": ["status"],
        "old": {"status": "up"},
        "new": {"status": "degraded"},
        "observed_at": "2026-11-29T18:04:05Z",
    },
    "configuration.changed": {
        "revision": "8d0f0b6d2c1e4f0a9b7c6d5e4f3a2b1c0d9e8f7a",
        "configuration": "running",
        "author": "ana",
        "added": 3,
        "removed": 1,
    },
    "blackhole.announced": {
        "id": "0b3j8x6t1z4n7r2p",
        "state": "announced",
        "reach": "upstream",
        "expires_at": "2026-11-29T19:04:05Z",
    },
    "blackhole.ended": {"id": "0b3j8x6t1z4n7r2p", "state": "expired", "reach": "upstream"},
    "feed.reset": {"reason": "the database was put back", "cure": "read the inventory anew"},
    "feed.test": {},
}
_EXAMPLES = "; ".join(f"`{kind}`: `{json.dumps(told)}`" for kind, told in DETAILS.items() if told)


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
            description="Only these, by comma, or patterns of them, as `device.*`; the same as of a"
            f" webhook. Of: {', '.join(KINDS)}.",
            examples=["device.*,port.retired"],
        ),
    ] = ""
    limit: Annotated[
        int, Field(ge=1, le=1000, description="Most items of one answer.", examples=[500])
    ] = 50

    @field_validator("kinds")
    @classmethod
    def known(cls, value: str) -> str:
        """Those that there are."""
        try:
            kinds_of(_listed(value))
        except InputError as error:
            msg = f"names a kind that there is not; there are {', '.join(KINDS)}, or `device.*`"
            raise ValueError(msg) from error
        return value


def _listed(kinds: str) -> list[str]:
    return [one.strip() for one in kinds.split(",")] if kinds else []


class EventAnswer(Shape):
    """Something that happened, told once; a webhook sends the very same."""

    id: str = Field(
        description="Never another's. A webhook sends it as `webhook-id`: one that you have is a double.",
        examples=["evt_5yk7k1q2m9w0c3ta"],
    )
    epoch: str = Field(
        description="In which life of the database it has its `sequence`. Another one than before means"
        " that the database was put back: read the inventory anew. Empty of `feed.test`.",
        examples=[_EPOCH],
    )
    sequence: int = Field(
        description="Rises in the order of telling, per tenant and epoch. Those of kinds that you did not"
        " ask for or may not see are left out, so that a gap is no loss. Of `feed.reset` the one that"
        " it goes on after; 0 of `feed.test`.",
        examples=[42],
    )
    at: str = Field(
        description="When it happened; of `feed.reset` and `feed.test` when it was sent. RFC 3339, UTC.",
        examples=["2026-11-29T18:04:05Z"],
    )
    kind: ItemKind = Field(
        description="What happened. Ports on the tenant's own devices go and come with these: that is"
        " `device.retired` and `device.added` alone. A port on another's device is told as the inventory"
        " shows it: `port.added` where it becomes the tenant's or its device goes into operation (active"
        " or maintenance), `port.retired` where it is another's from now on, or its device is planned or"
        " retired. By webhooks alone: `feed.reset`, the first of a new epoch, whatever kinds are asked"
        " for: the database was put back, read the inventory anew; and `feed.test`.",
        examples=["device.changed"],
    )
    device_id: str | None = Field(
        description="Of which device; null of a blackhole and of a feed, and where its tenant left for"
        " good.",
        examples=["5yk7k1q2m9w0c3ta"],
    )
    port_id: str | None = Field(
        description="Of which port; null where it is none's.", examples=["0b3j8x6t1z4n7r2p"]
    )
    subject: str = Field(
        description="The same for a reader: a hostname, `hostname ifName`, on another's device"
        " `tenant/hostname ifName`, a prefix, the name of a webhook; empty where the device's tenant"
        " left for good.",
        examples=["edge1"],
    )
    detail: dict[str, Any] = Field(
        description="By kind. `device.changed`, `port.changed`: `changed`, names of fields; `old` and"
        " `new`, their values, without `address`, of which only the name is told; `device` is told of"
        " ports on another's device, as `tenant/hostname`. `status.changed`: the same of `status`, and"
        " `observed_at`, when it was seen, null where nothing was. `device.added`: `status`."
        " `configuration.changed`: `revision`, `configuration` (running, startup), `author`, `added` and"
        " `removed` in lines. `blackhole.*`: `id`, `state`, `reach`, and `expires_at` of one that is"
        " announced. `feed.reset`: `reason` and `cure`, in words. Others: nothing. More names may come."
        f" Examples: {_EXAMPLES}.",
        examples=list(DETAILS.values()),
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
    back: take a cursor by `after=latest`, then read the inventory anew, then go on from that cursor;
    in another order something is lost. An answer with `more` has no ETag and is not to be kept
    (`no-store`): go on at once. One without it has one, and costs a 304 while nothing comes.
    """
    query = call.query
    kinds = kinds_of(_listed(query.kinds))
    following = call.bench.erp_following(call.path["tenant_id"], kinds)
    stand = following.stand
    tag = stamp(call, stand.epoch, stand.events, ",".join(following.asked.hidden))
    if tag in call.seen:
        return Answer(content=b"", etag=tag)
    page = call.bench.erp_events(following, after=query.after, limit=query.limit)
    document = {
        "items": [event_json(one, page.epoch) for one in page.items],
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
