"""Since when the text of a shard is as it is: what a Telegraf that fetches it looks for.

Telegraf compares the moment of the last change with that of its own copy, and begins anew where it is
later (facts-telegraf section 6). So it has to be the same from every process that serves, and after
each of them was started again; it rises whenever the text is another one, and never else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from netwb.roles import NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.models import TelegrafServedRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_HTTP_S = timedelta(seconds=1)  # a date of HTTP tells no less apart (RFC 9110 section 5.6.7)


class Served:
    """Texts of shards as they were served last, by who may see what of them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def changed_at(self, shard: str, scope: Scope, digest: str) -> datetime:
        """Whole seconds; now where it was served otherwise, or never."""
        key = (shard, _named(scope))
        with self._database.reading(NO_TENANT) as session:
            row = session.get(TelegrafServedRow, key)
            if row is not None and row.digest == digest:
                return row.changed_at
        now = self._clock().replace(microsecond=0)
        with self._database.writing(NO_TENANT) as session:
            new = TelegrafServedRow(shard=key[0], scope=key[1], digest="", changed_at=_NEVER)
            insert_absent(session, new)
            row = session.get_one(TelegrafServedRow, key, with_for_update=True)
            if row.digest != digest:
                row.digest, row.changed_at = digest, max(now, row.changed_at + _HTTP_S)
            return row.changed_at


def _named(scope: Scope) -> str:
    if scope.tenants is None:
        return "all"
    return sha256("\n".join(sorted(scope.tenants)).encode()).hexdigest()[:32]
