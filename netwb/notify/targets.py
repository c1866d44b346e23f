"""Targets and their routes in SQL. A URL is sealed under a key of its tenant, or kept as a reference.

Only `open` opens anything, for a round of sending; what it gives lives in memory for that round.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.erp.records import Stand
from netwb.errors import InventoryError, UnknownNameError
from netwb.notify.records import (
    SIGNED,
    AddedTarget,
    DigestChoice,
    NewTarget,
    Route,
    Severity,
    Target,
)
from netwb.notify.rows import find_target, load_routes, load_targets, seen_by
from netwb.notify.signing import KEY_BYTES, key_text, parse_key
from netwb.notify.webhooks import Reach
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import DeliveryRow, ErpFeedRow, NotifyRouteRow, NotifyTargetRow

PURPOSE = "notify"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTarget:
    """A target with its secrets."""

    target: Target
    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)

    @property
    def reach(self) -> Reach:
        """How far it may go."""
        return "public" if self.target.tenant_id and not self.target.inside else "anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUrl:
    """A URL that was read and judged.

    reference   kept instead of the URL, where it is read at each use
    shown       without its secrets
    """

    text: str = field(repr=False)
    reference: str | None
    shown: str


class Targets:
    """The targets of one database.

    resolve    reads what a reference names now
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Callable[[], datetime],
        resolve: Callable[[str], str],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._resolve = resolve

    def list(self, scope: Scope) -> tuple[Target, ...]:
        """Active targets in scope, the provider's first, then by tenant and name."""
        query = (
            select(NotifyTargetRow)
            .where(seen_by(scope, NotifyTargetRow.tenant_id), NotifyTargetRow.status == "active")
            .order_by(NotifyTargetRow.tenant_id, NotifyTargetRow.name)
        )
        with self._database.reading(ALL_TENANTS) as session:
            found = load_targets(session, session.scalars(query))
        return tuple(sorted(found, key=lambda one: (one.tenant, one.name)))

    def get(self, scope: Scope, reference: str) -> Target:
        """One by `name`, `tenant/name` or id."""
        with self._database.reading(ALL_TENANTS) as session:
            return load_targets(session, [find_target(session, scope, reference)])[0]

    def add(
        self, new: NewTarget, url: GivenUrl, *, tenant_id: str, by: str, told: Stand | None = None
    ) -> AddedTarget:
        """A new target; a webhook gets a key of its own, which is shown this once.

        told   of a feed, which has it always: how far its tenant's events are, those it is not told
        """
        self._keyring.key(PURPOSE, tenant_id)
        key = secrets.token_bytes(KEY_BYTES) if new.kind in SIGNED else None
        row = NotifyTargetRow(
            id=new_id(),
            tenant_id=tenant_id,
            name=new.name,
            kind=new.kind,
            rotating=False,
            digest=new.digest,
            digested_on="",
            status="active",
            created_at=self._clock(),
            created_by=by,
            tries=0,
            last_error="",
        )
        self._put_url(row, url)
        row.keys_sealed = self._sealed_keys(row, [key]) if key else None
        with self._database.writing(ALL_TENANTS) as session:
            _insert(session, row)
            if told is not None:
                session.add(_feed(row, new, told))
                session.flush()
            target = load_targets(session, [row])[0]
        return AddedTarget(target=target, key=key_text(key) if key else "")

    def set(
        self,
        scope: Scope,
        reference: str,
        *,
        url: GivenUrl | None = None,
        digest: DigestChoice | None = None,
    ) -> Target:
        """Change a target; another URL is tried at once."""
        with self._database.writing(ALL_TENANTS) as session:
            row = find_target(session, scope, reference)
            if url is not None:
                self._put_url(row, url)
                row.retry_at = None
            row.digest = digest or row.digest
            session.flush()
            return load_targets(session, [row])[0]

    def rotate(self, scope: Scope, reference: str) -> AddedTarget:
        """Give a webhook another key; both sign until the rotation is settled.

        One rotation at a time: another key would drop the one that the receiver still has.
        """
        key = secrets.token_bytes(KEY_BYTES)
        with self._database.writing(ALL_TENANTS) as session:
            row = _webhook(session, scope, reference)
            if row.rotating:
                msg = (
                    f"the key of {row.name} is changed already, and both sign; when the receiver has"
                    f" the new one, `netwb notify target set {row.name} --settle-key`, then again"
                )
                raise InventoryError(msg)
            row.keys_sealed = self._sealed_keys(row, [key, *self._keys(row)[:1]])
            row.rotating = True
            session.flush()
            return AddedTarget(target=load_targets(session, [row])[0], key=key_text(key))

    def settle(self, scope: Scope, reference: str) -> Target:
        """End a rotation: the key before is forgotten."""
        with self._database.writing(ALL_TENANTS) as session:
            row = _webhook(session, scope, reference)
            if not row.rotating:
                msg = f"{row.name} has one key that signs; --rotate-key gives it another"
                raise InventoryError(msg)
            row.keys_sealed = self._sealed_keys(row, self._keys(row)[:1])
            row.rotating = False
            session.flush()
            return load_targets(session, [row])[0]

    def retire(self, scope: Scope, reference: str) -> Target:
        """Retire a target: its secrets and routes go, and what waits for it is never sent."""
        with self._database.writing(ALL_TENANTS) as session:
            row = find_target(session, scope, reference)
            row.status = "retired"
            row.url_sealed = row.url_reference = row.keys_sealed = None
            session.execute(delete(NotifyRouteRow).where(NotifyRouteRow.target_id == row.id))
            session.execute(delete(ErpFeedRow).where(ErpFeedRow.target_id == row.id))
            waiting = (DeliveryRow.target_id == row.id) & (DeliveryRow.state == "queued")
            session.execute(
                update(DeliveryRow)
                .where(waiting)
                .values(state="failed", last_error="its target was retired")
            )
            session.flush()
            return load_targets(session, [row])[0]

    def want_digest(self, today: str) -> tuple[tuple[Target, datetime | None], ...]:
        """Targets that want a digest and had none of that day, and when they had their last one."""
        query = (
            select(NotifyTargetRow)
            .where(
                NotifyTargetRow.status == "active",
                NotifyTargetRow.digest != "off",
                NotifyTargetRow.digested_on != today,
            )
            .order_by(NotifyTargetRow.id)
        )
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.scalars(query).all()
            times = [row.digested_at for row in rows]
            return tuple(zip(load_targets(session, rows), times, strict=True))

    def open(self, target: Target) -> OpenTarget:
        """The target with its URL and keys; raises where its reference names nothing now."""
        with self._database.reading(ALL_TENANTS) as session:
            row = find_target(session, ALL_TENANTS, target.id)
            keys = self._keys(row)
            sealed, reference = row.url_sealed, row.url_reference
        url = self._resolve(reference) if reference else self._unsealed(target, sealed or b"")
        return OpenTarget(target=target, url=url, keys=keys)

    def routes(self, scope: Scope) -> tuple[Route, ...]:
        """Routes of the targets in scope."""
        query = (
            select(NotifyRouteRow, NotifyTargetRow.name)
            .join(NotifyTargetRow, NotifyTargetRow.id == NotifyRouteRow.target_id)
            .where(seen_by(scope, NotifyTargetRow.tenant_id), NotifyTargetRow.status == "active")
            .order_by(NotifyTargetRow.tenant_id, NotifyTargetRow.name, NotifyRouteRow.id)
        )
        with self._database.reading(ALL_TENANTS) as session:
            rows = [(row, name) for row, name in session.execute(query)]
            return load_routes(session, rows)

    def add_route(
        self,
        scope: Scope,
        reference: str,
        *,
        kinds: Sequence[str],
        severity: Severity,
        tenants: Sequence[str] | None,
    ) -> Route:
        """One more route of a target; `tenants` are ids, None: all that it may hear of."""
        with self._database.writing(ALL_TENANTS) as session:
            target = find_target(session, scope, reference)
            row = NotifyRouteRow(
                id=new_id(),
                target_id=target.id,
                kinds=list(kinds),
                severity=severity,
                tenants=None if tenants is None else sorted(tenants),
            )
            session.add(row)
            session.flush()
            return load_routes(session, [(row, target.name)])[0]

    def retire_route(self, scope: Scope, route_id: str) -> Route:
        """Take a route away."""
        found = next((one for one in self.routes(scope) if one.id == route_id), None)
        if found is None:
            msg = f"no route {route_id[:60]!r}; `netwb notify route list` names them"
            raise UnknownNameError(msg)
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(delete(NotifyRouteRow).where(NotifyRouteRow.id == route_id))
        return found

    def _put_url(self, row: NotifyTargetRow, url: GivenUrl) -> None:
        row.shown, row.url_reference = url.shown, url.reference
        row.url_sealed = None if url.reference else self._sealed(row, "url", url.text.encode())

    def _sealed(self, row: NotifyTargetRow, what: str, plain: bytes) -> bytes:
        return self._keyring.seal(PURPOSE, row.tenant_id, f"{row.id}/{what}", plain)

    def _unsealed(self, target: Target, sealed: bytes) -> str:
        return self._keyring.open(PURPOSE, target.tenant_id, f"{target.id}/url", sealed).decode()

    def _sealed_keys(self, row: NotifyTargetRow, keys: Sequence[bytes]) -> bytes:
        return self._sealed(row, "keys", json.dumps([key_text(key) for key in keys]).encode())

    def _keys(self, row: NotifyTargetRow) -> tuple[bytes, ...]:
        """Newest first; none of a service, which has its own login."""
        if row.keys_sealed is None:
            return ()
        plain = self._keyring.open(PURPOSE, row.tenant_id, f"{row.id}/keys", row.keys_sealed)
        return tuple(parse_key(text) for text in json.loads(plain))


def _webhook(session: Session, scope: Scope, reference: str) -> NotifyTargetRow:
    row = find_target(session, scope, reference)
    if row.kind not in SIGNED:
        msg = f"target {row.name} is no webhook and signs nothing; change its URL where it is one"
        raise InventoryError(msg)
    return row


def _feed(row: NotifyTargetRow, new: NewTarget, told: Stand) -> ErpFeedRow:
    return ErpFeedRow(
        target_id=row.id,
        tenant_id=row.tenant_id,
        kinds=list(new.events),
        inside=new.inside,
        epoch=told.epoch,
        number=told.events,
    )


def _insert(session: Session, row: NotifyTargetRow) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        msg = (
            f"target {row.name} exists already; take another name, "
            f"or change it with `netwb notify target set {row.name}`"
        )
        raise InventoryError(msg) from error
