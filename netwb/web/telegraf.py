"""REST of Telegraf: a shard's configuration, for one that runs elsewhere."""

from __future__ import annotations

from netwb.roles import Permission
from netwb.web.operations import TEXT, Answer, Call, NoQuery, Operation

TOML = "application/toml"  # what Telegraf itself asks for
_UTF8 = "; charset=utf-8"


def shard(call: Call[NoQuery, None]) -> Answer:
    """The whole configuration of one shard as one file, with the devices of your scope.

    It holds no secret: each is a variable that Telegraf does not start without, and that the
    environment of that machine sets. Its ETag and Last-Modified stay the same as long as nothing
    has changed: `telegraf --config-url-watch-interval` begins anew by the latter.
    """
    shard = call.bench.telegraf_text(call.path["name"])
    return Answer(
        content=shard.text.encode(),
        media=call.media + _UTF8,
        etag=f"{shard.digest}.{call.media.partition('/')[2]}",
        changed_at=shard.changed_at,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/telegraf/shards/{name}",
        do=shard,
        gives={TOML: None, TEXT: None},
        needs=Permission.TELEGRAF_FETCH,
        kept="never",
        has_etag=True,
    ),
)
