"""Take one tenant out of every table; all others stay as they are.

Tables are found by what they are: a row with the tenant's id is its own, and a row that refers to
one that goes, goes with it. What else is only its: people of no other tenant, tokens that were for
it alone, runs over its devices alone. Rows of all tenants that merely mention it (a job's list, a
digest) lose those words, or go. A test fails for a table that nobody thought of.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from netwb.store.chain import Link
from netwb.store.dump import kind_of
from netwb.store.models import Base

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_AT_ONCE = 500

# Rows that are no tenant's own and may yet mention one: they go, or lose their words (columns).
_MENTIONING: Mapping[str, Literal["go"] | tuple[str, ...]] = {
    "job": "go",
    "notice": "go",
    "standing": "go",
    "delivery": "go",
    "denial": "go",
    "firing": ("said", "result"),  # the row itself is what keeps its job from being done twice
    "backup_run": ("note",),
    "blackhole_head": ("paused_by", "paused_why"),
    "wall": ("name", "created_by"),  # a screen of several tenants goes on, without these words
}
_LISTING = {"notify_route": "tenants"}  # lists of tenants' ids: it is taken out of them
KEPT: Mapping[str, str] = {  # tables that hold nothing of a tenant, or keep what they hold
    "audit": "its links are erased one by one (store.audit), the chain stays",
    "audit_head": "a number and a code",
    "lease": "names of runs and jobs by their random ids",
    "login_throttle": "digests",
    "login_flow": "sealed, for some minutes",
    "daemon": "processes",
    "rule_good": "the provider's own rules, which hold for all tenants",
    "attack_sender": "the operator's detectors: names, networks, keys",
    "blackhole_head": "whether blackholes are paused; who said so and why is taken out",
    "blackhole_expirer": "a process",
    "syslog_count": "how many messages there were",
    "tally": "counts, by random ids",
    "wall": "its name and maker are taken out; a zone, a place and digests say nothing of a tenant",
    "telegraf_served": "digests of what Telegrafs fetched",
    "telegraf_shard": "the operator's Telegrafs: names, weights and commands; their sites go",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a tenant is told in texts: id, slug, ids of its devices and sites, names that only it has."""

    tenant_id: str
    slug: str
    all: frozenset[str]

    def are_in(self, text: str) -> bool:
        """Whether one of them stands there as a word."""
        return any(word.rstrip("._-") in self.all for word in _WORD.findall(text))

    def tell(self, link: Link) -> bool:
        """Whether an audit link is the tenant's, or tells of it among all."""
        if link.tenant_id:
            return link.tenant_id == self.tenant_id
        return self.are_in(f"{link.actor} {link.target} {link.detail}")


class Purge:
    """What goes with one tenant; nothing is deleted until `carry_out`."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        tables = Base.metadata.tables
        self._order: Sequence[Table] = Base.metadata.sorted_tables
        self._roots: dict[str, list[Any]] = {
            "tenant": [tenant_id],
            "user": self._only_of("user", tables["user_tenant"].c.user_id, ~tables["user"].c.wide),
            "token": self._only_of(
                "token", tables["token_tenant"].c.token_id, tables["token"].c.narrowed
            ),
            "wall": self._only_of("wall", tables["wall_tenant"].c.wall_id, ~tables["wall"].c.wide),
            "backup_run": self._only_of("backup_run", tables["backup_outcome"].c.run_id),
        }
        self.words = self._told_by()

    def counts(self) -> dict[str, int]:
        """Rows that go, by table; those that only lose words are not counted."""
        found = Counter({table.name: self._count(table) for table in self._order})
        found.update({n: len(keys) for n, keys in self._mentions() if _MENTIONING[n] == "go"})
        return {name: rows for name, rows in sorted(found.items()) if rows}

    def carry_out(self) -> dict[str, int]:
        """Delete; gives what went, as `counts`."""
        found: Counter[str] = Counter()
        for name, keys in list(self._mentions()):
            found[name] += self._settle_mention(name, keys)
        self._take_out_of_lists()
        self._cut_circles()
        for table in reversed(self._order):
            for condition in self._conditions(table):
                done = self._session.execute(delete(table).where(condition))
                found[table.name] += int(done.rowcount)  # type: ignore[attr-defined]
        return {name: rows for name, rows in sorted(found.items()) if rows}

    def _only_of(
        self, name: str, member: Any, also: ColumnElement[bool] | None = None
    ) -> list[Any]:
        """Ids of the rows that are of this tenant and of no other."""
        owner, key = member.table, Base.metadata.tables[name].c.id
        mine = exists().where(member == key, owner.c.tenant_id == self._tenant_id)
        others = exists().where(member == key, owner.c.tenant_id != self._tenant_id)
        query = select(key).where(mine, ~others)
        return list(self._session.scalars(query if also is None else query.where(also)))

    def _told_by(self) -> Words:
        tables = Base.metadata.tables
        tenant, device, site = tables["tenant"], tables["device"], tables["site"]
        slug = self._session.scalar(select(tenant.c.slug).where(tenant.c.id == self._tenant_id))
        found = {self._tenant_id, str(slug)}
        for table in (device, site):
            owned = select(table.c.id).where(table.c.tenant_id == self._tenant_id)
            found |= set(self._session.scalars(owned))
        mine, others = (
            set(self._session.scalars(select(device.c.hostname).where(whose)))
            for whose in (
                device.c.tenant_id == self._tenant_id,
                device.c.tenant_id != self._tenant_id,
            )
        )
        users = tables["user"]
        for ids in _pieces(self._roots["user"]):
            found |= set(self._session.scalars(select(users.c.name).where(users.c.id.in_(ids))))
        return Words(
            tenant_id=self._tenant_id, slug=str(slug), all=frozenset(found | (mine - others))
        )

    def _conditions(self, table: Table) -> Iterator[ColumnElement[bool]]:
        """Which rows of the table go; several, as a statement takes so many values."""
        if table.name in KEPT:
            return
        for ids in _pieces(self._roots.get(table.name, ())):
            yield table.c.id.in_(ids)
        if "tenant_id" in table.c:
            yield table.c.tenant_id == self._tenant_id
        for key in table.foreign_keys:
            parent = key.column.table
            if parent.name in self._roots and parent.name != "tenant":
                for ids in _pieces(self._roots[parent.name]):
                    yield key.parent.in_(ids)
            elif "tenant_id" in parent.c and self._hangs_on(table, key):
                for goes in self._conditions(parent):
                    yield key.parent.in_(select(key.column).where(goes))

    def _hangs_on(self, table: Table, key: ForeignKey) -> bool:
        """Whether a row goes with its parent: also another tenant's, as of a port that was its own once."""
        of_others = "tenant_id" in table.c
        return key.column.table is not table and not (of_others and key.parent.nullable)

    def _count(self, table: Table) -> int:
        conditions = list(self._conditions(table)) or [false()]
        query = select(func.count()).select_from(table).where(or_(*conditions))
        return int(self._session.scalar(query) or 0)

    def _mentions(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Keys of the rows that are not its own, and tell of it."""
        for name in _MENTIONING:
            table = Base.metadata.tables[name]
            if "tenant_id" in table.c:
                wide = table.c.tenant_id != self._tenant_id
                rows = self._session.execute(select(table).where(wide)).mappings()
            else:
                rows = self._session.execute(select(table)).mappings()
            keys = [column.name for column in table.primary_key.columns]
            yield (
                name,
                [
                    {f"of_{key}": row[key] for key in keys}
                    for row in rows
                    if self.words.are_in(" ".join(map(_text, row.values())))
                ],
            )

    def _settle_mention(self, name: str, keys: list[dict[str, Any]]) -> int:
        table, how = Base.metadata.tables[name], _MENTIONING[name]
        if not keys:
            return 0
        which = and_(*(table.c[key[3:]] == bindparam(key) for key in keys[0]))
        if how == "go":
            self._session.execute(delete(table).where(which), keys)
            return len(keys)
        blank: dict[str, Any] = {
            column: {} if kind_of(table.c[column]) == "json" else "" for column in how
        }
        self._session.execute(update(table).where(which).values(**blank), keys)
        return 0

    def _take_out_of_lists(self) -> None:
        for name, column in _LISTING.items():
            table = Base.metadata.tables[name]
            for key, listed in self._session.execute(select(table.c.id, table.c[column])).all():
                if listed and self._tenant_id in listed:
                    left = [one for one in listed if one != self._tenant_id]
                    change = update(table).where(table.c.id == key).values({column: left})
                    self._session.execute(change)

    def _cut_circles(self) -> None:
        """Rows that refer to each other: no order of deleting would do."""
        for table in self._order:
            circular = [key.parent.name for key in table.foreign_keys if key.use_alter]
            for condition in self._conditions(table) if circular else ():
                change = update(table).where(condition).values(dict.fromkeys(circular, null()))
                self._session.execute(change)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _pieces(ids: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(ids)
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
