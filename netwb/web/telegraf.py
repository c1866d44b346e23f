"""REST of Telegraf: a shard's configuration, for one that runs elsewhere."""

from __future__ import annotations

from hashlib import sha256

from netwb.roles import Permission
from netwb.web.operations import TEXT, Answer, Call, NoQuery, Operation

TOML = "application/toml"  # what Telegraf itself asks for
_UTF8 = "; charset=utf-8"


def shard(call: Call[NoQuery, None]) -> Answer:
    """The whole configuration of one shard as one file, with the devices of your scope.

    It holds no secret: each is a variable that Telegraf does not start without, and that the
    environment of that machine sets. Its ETag stays the same as long as nothing has changed.
    """
    content = call.bench.telegraf_text(call.path["name"]).encode()
    tag = f"{sha256(content).hexdigest()[:32]}.{call.media.partition('/')[2]}"
    return Answer(content=content, media=call.media + _UTF8, etag=tag)


OPERATIONS = (
    Operation(
        method="GET",
        path="/telegraf/shards/{name}",
        do=shard,
        gives={TOML: None, TEXT: None},
        needs=Permission.TELEGRAF_FETCH,
    ),
)
