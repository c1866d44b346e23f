"""Notifications on the facade: targets, their routes, trials, and rounds of deliveries.

Who manages the system may: of all tenants the provider's own targets, which are told of everything and
may be anywhere; of some tenants those of these tenants, which are told of that tenant alone and may be
at public addresses only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwb.errors import DeliveryError, InputError
from netwb.inventory.records import SecretSource
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.erp import numbers as _numbers
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.notify import messages as _messages
    from netwb.notify import records as _records
    from netwb.notify import routes as _routes
    from netwb.notify import targets as _targets
    from netwb.notify import webhooks as _webhooks
    from netwb.notify import wording as _wording
    from netwb.notify.records import (
        AddedTarget,
        Delivered,
        DeliveryState,
        DigestChoice,
        NewRoute,
        NewTarget,
        TargetKind,
    )
    from netwb.notify.webhooks import Reach
    from netwb.store import ids as _ids
    from netwb.workbench.compose_notify import NotifyParts
else:
    _numbers = lazy("netwb.erp.numbers")
    _records = lazy("netwb.notify.records")
    _routes = lazy("netwb.notify.routes")
    _wording = lazy("netwb.notify.wording")
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _messages = lazy("netwb.notify.messages")
    _targets = lazy("netwb.notify.targets")
    _webhooks = lazy("netwb.notify.webhooks")
    _ids = lazy("netwb.store.ids")

ALL_TARGETS = "the provider's notification targets"


class NotifyFace(Face):
    """Add, set, retire, try targets; route to them; see and repeat deliveries; deliver."""

    def notify_targets(self) -> Records[_records.Target]:
        """Targets in scope, the provider's first, and how each fares."""
        self._require(Permission.SYSTEM_MANAGE)
        return records_of(self._notify.targets.list(self._meant_scope), _records.Target)

    def notify_target(self, reference: str) -> _records.Target:
        """One by `name`, `tenant/name` or id."""
        self._require(Permission.SYSTEM_MANAGE)
        return self._notify.targets.get(self._meant_scope, reference)

    def add_notify_target(self, new: NewTarget, route: NewRoute) -> AddedTarget:
        """Add a target with its first route. Its URL is read and judged now; nothing is sent.

        It is told of what happens from now on, and first of what is wrong still.
        A webhook's key is in the answer, this once. Raises InputError for a URL that is none.
        """
        self._require(Permission.SYSTEM_MANAGE)
        _routes.check_name(new.name)
        _routes.check_patterns(route.kinds)
        tenant_id = self._owner_id(new.tenant)
        tenants = self._route_tenants(route, tenant_id)
        url = self._given_url(new.url, new.kind, "public" if tenant_id else "anywhere")
        added = self._notify.targets.add(new, url, tenant_id=tenant_id, by=self._actor.name)
        first = self._notify.targets.add_route(
            self._scope,
            added.target.id,
            kinds=_routes.check_patterns(route.kinds),
            severity=route.severity,
            tenants=tenants,
        )
        self._notify.queue.greet(added.target, [first], self._parts.notices.standing(ALL_TENANTS))
        self._audit_target("notify.target.add", added.target, kind=new.kind, digest=new.digest)
        return added

    def add_event_feed(self, new: NewTarget) -> AddedTarget:
        """Add a webhook that is told a tenant's events, from now on: each once, and in their order.

        It is a tenant's own alone. One in the provider's own network needs a scope of all tenants.
        The key that signs is in the answer, this once.
        """
        self._require(Permission.SYSTEM_MANAGE)
        _routes.check_name(new.name)
        new = replace(new, events=_routes.check_events(new.events))
        tenant_id = self._owner_id(new.tenant) if new.tenant or self._where.tenant else ""
        if not tenant_id:
            msg = "events are told to a tenant's own target alone; say whose by --tenant"
            raise InputError(msg)
        if new.inside:
            self._require_everywhere("a target in the provider's own network")
        url = self._given_url(new.url, "feed", "anywhere" if new.inside else "public")
        told = _numbers.stand_of(self._parts.database, tenant_id)
        by = self._actor.name
        added = self._notify.targets.add(new, url, tenant_id=tenant_id, by=by, told=told)
        self._audit_target(
            "notify.target.add",
            added.target,
            kind="feed",
            events=list(new.events) or "all",
            inside="yes" if new.inside else "no",
        )
        return added

    def set_notify_target(
        self, reference: str, *, url: SecretSource | None = None, digest: DigestChoice | None = None
    ) -> _records.Target:
        """Change a target's URL, of the same kind, or whether it is sent the digest."""
        target = self._own_target(reference)
        if target.kind == "feed" and digest not in (None, "off"):
            msg = f"{target.label} is told events alone; have the digest sent to another target"
            raise InputError(msg)
        if target.inside and url is not None:
            self._require_everywhere("a target in the provider's own network")
        reach: Reach = "public" if target.tenant_id and not target.inside else "anywhere"
        given = self._given_url(url, target.kind, reach) if url is not None else None
        changed = self._notify.targets.set(self._scope, target.id, url=given, digest=digest)
        self._audit_target(
            "notify.target.set", changed, url="changed" if url else "kept", digest=changed.digest
        )
        return changed

    def rotate_notify_key(self, reference: str) -> AddedTarget:
        """Give a webhook another key, shown this once; both sign until `settle_notify_key`."""
        target = self._own_target(reference)
        added = self._notify.targets.rotate(self._scope, target.id)
        self._audit_target("notify.target.rotate", added.target)
        return added

    def settle_notify_key(self, reference: str) -> _records.Target:
        """End a rotation: the key before signs no more."""
        target = self._own_target(reference)
        settled = self._notify.targets.settle(self._scope, target.id)
        self._audit_target("notify.target.settle", settled)
        return settled

    def retire_notify_target(self, reference: str) -> _records.Target:
        """Retire a target; its secrets are deleted, and what waits for it is not sent."""
        target = self._own_target(reference)
        retired = self._notify.targets.retire(self._scope, target.id)
        self._audit_target("notify.target.retire", retired)
        return retired

    def notify_routes(self) -> Records[_records.Route]:
        """What the targets in scope are told."""
        self._require(Permission.SYSTEM_MANAGE)
        return records_of(self._notify.targets.routes(self._meant_scope), _records.Route)

    def add_notify_route(self, reference: str, route: NewRoute) -> _records.Route:
        """Tell a target more."""
        target = self._own_target(reference)
        if target.kind == "feed":
            msg = f"{target.label} is told events alone; add another target for notices"
            raise InputError(msg)
        added = self._notify.targets.add_route(
            self._scope,
            target.id,
            kinds=_routes.check_patterns(route.kinds),
            severity=route.severity,
            tenants=self._route_tenants(route, target.tenant_id),
        )
        self._audit_target(
            "notify.route.add", target, kinds=list(added.kinds), severity=added.severity
        )
        return added

    def retire_notify_route(self, route_id: str) -> _records.Route:
        """Tell a target less."""
        self._require(Permission.SYSTEM_MANAGE)
        gone = self._notify.targets.retire_route(self._meant_scope, route_id)
        target = self._notify.targets.get(self._scope, gone.target_id)
        self._audit_target("notify.route.retire", target, kinds=list(gone.kinds))
        return gone

    def test_notify(self, reference: str | None = None) -> Records[_records.Trial]:
        """Send a test message to a target, or to each of them, at once; says what came of it."""
        self._require(Permission.SYSTEM_MANAGE)
        scope = self._meant_scope
        targets = self._notify.targets
        meant = [targets.get(scope, reference)] if reference else list(targets.list(scope))
        return records_of(map(self._tried, meant), _records.Trial)

    def deliveries(
        self,
        *,
        target: str | None = None,
        state: DeliveryState | None = None,
        limit: int = 50,
    ) -> Records[_records.Delivery]:
        """Messages to the targets in scope, newest first, with what came of each."""
        self._require(Permission.SYSTEM_MANAGE)
        found = self._notify.queue.list(self._meant_scope, target=target, state=state, limit=limit)
        return records_of(found, _records.Delivery)

    def redeliver(self, delivery_id: int) -> _records.Delivery:
        """Send a message again in the next round, under the id that it has."""
        self._require(Permission.SYSTEM_MANAGE)
        again = self._notify.queue.redeliver(self._meant_scope, delivery_id)
        self._audit(
            "notify.redeliver", f"{again.target} {again.message_id}", tenant_id=again.tenant_id
        )
        return again

    def standing(self) -> Records[_records.Standing]:
        """What is wrong now, longest first."""
        self._require(Permission.HEALTH_VIEW)
        return records_of(self._parts.notices.standing(self._meant_scope), _records.Standing)

    def deliver_notices(self) -> Delivered:
        """One round: what is new finds its targets, and what is due is sent. The daemon's, each minute."""
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("the delivery of notifications")
        return self._notify.deliverer.run()

    @property
    def _notify(self) -> NotifyParts:
        return self._parts.notify

    def _own_target(self, reference: str) -> _records.Target:
        """A target that the actor may change; the provider's are seen by its own people only."""
        self._require(Permission.SYSTEM_MANAGE)
        return self._notify.targets.get(self._meant_scope, reference)

    def _owner_id(self, tenant: str) -> str:
        """Whose a new target is: a tenant's id, or "" of the provider."""
        slug = tenant or self._where.tenant or ""
        if slug:
            return self._parts.places.tenant(self._scope, slug).id
        self._require_everywhere(ALL_TARGETS)
        return ""

    def _route_tenants(self, route: NewRoute, owner_id: str) -> list[str] | None:
        if not route.tenants:
            return None
        if owner_id:
            msg = "a tenant's target is told of its own tenant alone; leave --only out"
            raise InputError(msg)
        return [self._parts.places.tenant(self._scope, slug).id for slug in route.tenants]

    def _given_url(self, source: SecretSource, kind: TargetKind, reach: Reach) -> _targets.GivenUrl:
        """Read a URL and judge it; what it is kept as follows from where it came from."""
        if source.answer is None:
            self._require_local("files and variables")
        text = _secret_sources.Secrets(self._parts.environment).read("url", source)
        if kind in _records.SIGNED:
            _webhooks.check_webhook(text, reach)
            hosts: tuple[str, ...] = (_webhooks.split_url(text).hostname or "",)
            shown = _webhooks.shown_webhook(text)
        else:
            hosts, shown = self._judged_service(text, reach)
        if reach == "public":
            for host in hosts:
                _webhooks.require_public(host)
        is_kept = source.keep == "reference" and source.answer is None
        reference = (
            _secret_sources.lasting(_secret_sources.check_reference("url", source.origin))
            if is_kept
            else None
        )
        return _targets.GivenUrl(text=text, reference=reference, shown=shown)

    def _judged_service(self, text: str, reach: Reach) -> tuple[tuple[str, ...], str]:
        try:
            with _messages.Service(text, reach, self._parts.environment) as service:
                return service.hosts, service.shown
        except DeliveryError as error:
            raise InputError(str(error)) from error

    def _tried(self, target: _records.Target) -> _records.Trial:
        message_id, now = f"msg_{_ids.new_id()}", self._parts.clock()
        if target.kind == "feed":
            message = _wording.trial_event(target.label, message_id, now)
        else:
            message = _wording.trial_message(target.label, now)
        error = self._notify.deliverer.try_out(target, message, message_id)
        self._notify.queue.note_trial(target, message, message_id, error)
        self._audit_target("notify.test", target, arrived="no" if error else "yes")
        return _records.Trial(target=target.label, shown=target.shown, error=error)

    def _audit_target(self, action: str, target: _records.Target, **detail: object) -> None:
        self._audit(action, target.label, tenant_id=target.tenant_id, detail=detail)
