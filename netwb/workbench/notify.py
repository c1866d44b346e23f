"""Notifications on the facade: targets, their routes, trials, and rounds of deliveries.

Who manages the system may: of all tenants the provider's own targets, which are told of everything and
may be anywhere; of some tenants those of these tenants, which are told of that tenant alone and may be
at public addresses only.
"""

from __future__ import annotations

from netwb.errors import DeliveryError, InputError
from netwb.inventory.records import SecretSource
from netwb.inventory.secret_sources import Secrets, check_reference, lasting
from netwb.notify.messages import Service
from netwb.notify.records import (
    AddedTarget,
    Delivered,
    Delivery,
    DeliveryState,
    DigestChoice,
    NewRoute,
    NewTarget,
    Route,
    Standing,
    Target,
    TargetKind,
    Trial,
)
from netwb.notify.routes import check_name, check_patterns
from netwb.notify.targets import GivenUrl
from netwb.notify.webhooks import Reach, check_webhook, require_public, shown_webhook, split_url
from netwb.notify.wording import trial_message
from netwb.roles import Permission
from netwb.store.ids import new_id
from netwb.workbench.compose_notify import NotifyParts
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

ALL_TARGETS = "the provider's notification targets"


class NotifyFace(Face):
    """Add, set, retire, try targets; route to them; see and repeat deliveries; deliver."""

    def notify_targets(self) -> Records[Target]:
        """Targets in scope, the provider's first, and how each fares."""
        self._require(Permission.SYSTEM_MANAGE)
        return records_of(self._notify.targets.list(self._meant_scope), Target)

    def notify_target(self, reference: str) -> Target:
        """One by `name`, `tenant/name` or id."""
        self._require(Permission.SYSTEM_MANAGE)
        return self._notify.targets.get(self._meant_scope, reference)

    def add_notify_target(self, new: NewTarget, route: NewRoute) -> AddedTarget:
        """Add a target with its first route. Its URL is read and judged now; nothing is sent.

        A webhook's key is in the answer, this once. Raises InputError for a URL that is none.
        """
        self._require(Permission.SYSTEM_MANAGE)
        check_name(new.name)
        check_patterns(route.kinds)
        tenant_id = self._owner_id(new.tenant)
        tenants = self._route_tenants(route, tenant_id)
        url = self._given_url(new.url, new.kind, "public" if tenant_id else "anywhere")
        added = self._notify.targets.add(new, url, tenant_id=tenant_id, by=self._actor.name)
        self._notify.targets.add_route(
            self._scope,
            added.target.id,
            kinds=check_patterns(route.kinds),
            severity=route.severity,
            tenants=tenants,
        )
        self._audit_target("notify.target.add", added.target, kind=new.kind, digest=new.digest)
        return added

    def set_notify_target(
        self, reference: str, *, url: SecretSource | None = None, digest: DigestChoice | None = None
    ) -> Target:
        """Change a target's URL, of the same kind, or whether it is sent the digest."""
        target = self._own_target(reference)
        reach: Reach = "public" if target.tenant_id else "anywhere"
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

    def settle_notify_key(self, reference: str) -> Target:
        """End a rotation: the key before signs no more."""
        target = self._own_target(reference)
        settled = self._notify.targets.settle(self._scope, target.id)
        self._audit_target("notify.target.settle", settled)
        return settled

    def retire_notify_target(self, reference: str) -> Target:
        """Retire a target; its secrets are deleted, and what waits for it is not sent."""
        target = self._own_target(reference)
        retired = self._notify.targets.retire(self._scope, target.id)
        self._audit_target("notify.target.retire", retired)
        return retired

    def notify_routes(self) -> Records[Route]:
        """What the targets in scope are told."""
        self._require(Permission.SYSTEM_MANAGE)
        return records_of(self._notify.targets.routes(self._meant_scope), Route)

    def add_notify_route(self, reference: str, route: NewRoute) -> Route:
        """Tell a target more."""
        target = self._own_target(reference)
        added = self._notify.targets.add_route(
            self._scope,
            target.id,
            kinds=check_patterns(route.kinds),
            severity=route.severity,
            tenants=self._route_tenants(route, target.tenant_id),
        )
        self._audit_target(
            "notify.route.add", target, kinds=list(added.kinds), severity=added.severity
        )
        return added

    def retire_notify_route(self, route_id: str) -> Route:
        """Tell a target less."""
        self._require(Permission.SYSTEM_MANAGE)
        gone = self._notify.targets.retire_route(self._meant_scope, route_id)
        target = self._notify.targets.get(self._scope, gone.target_id)
        self._audit_target("notify.route.retire", target, kinds=list(gone.kinds))
        return gone

    def test_notify(self, reference: str | None = None) -> Records[Trial]:
        """Send a test message to a target, or to each of them, at once; says what came of it."""
        self._require(Permission.SYSTEM_MANAGE)
        scope = self._meant_scope
        targets = self._notify.targets
        meant = [targets.get(scope, reference)] if reference else list(targets.list(scope))
        return records_of(map(self._tried, meant), Trial)

    def deliveries(
        self,
        *,
        target: str | None = None,
        state: DeliveryState | None = None,
        limit: int = 50,
    ) -> Records[Delivery]:
        """Messages to the targets in scope, newest first, with what came of each."""
        self._require(Permission.SYSTEM_MANAGE)
        found = self._notify.queue.list(self._meant_scope, target=target, state=state, limit=limit)
        return records_of(found, Delivery)

    def redeliver(self, delivery_id: int) -> Delivery:
        """Send a message again in the next round, under the id that it has."""
        self._require(Permission.SYSTEM_MANAGE)
        again = self._notify.queue.redeliver(self._meant_scope, delivery_id)
        self._audit(
            "notify.redeliver", f"{again.target} {again.message_id}", tenant_id=again.tenant_id
        )
        return again

    def standing(self) -> Records[Standing]:
        """What is wrong now, longest first."""
        self._require(Permission.HEALTH_VIEW)
        return records_of(self._parts.notices.standing(self._meant_scope), Standing)

    def deliver_notices(self) -> Delivered:
        """One round: what is new finds its targets, and what is due is sent. The daemon's, each minute."""
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("the delivery of notifications")
        return self._notify.deliverer.run()

    @property
    def _notify(self) -> NotifyParts:
        return self._parts.notify

    def _own_target(self, reference: str) -> Target:
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

    def _given_url(self, source: SecretSource, kind: TargetKind, reach: Reach) -> GivenUrl:
        """Read a URL and judge it; what it is kept as follows from where it came from."""
        if source.answer is None:
            self._require_local("files and variables")
        text = Secrets(self._parts.environment).read("url", source)
        if kind == "webhook":
            check_webhook(text, reach)
            hosts: tuple[str, ...] = (split_url(text).hostname or "",)
            shown = shown_webhook(text)
        else:
            hosts, shown = self._judged_service(text, reach)
        if reach == "public":
            for host in hosts:
                require_public(host)
        is_kept = source.keep == "reference" and source.answer is None
        reference = lasting(check_reference("url", source.origin)) if is_kept else None
        return GivenUrl(text=text, reference=reference, shown=shown)

    def _judged_service(self, text: str, reach: Reach) -> tuple[tuple[str, ...], str]:
        try:
            with Service(text, reach, self._parts.environment) as service:
                return service.hosts, service.shown
        except DeliveryError as error:
            raise InputError(str(error)) from error

    def _tried(self, target: Target) -> Trial:
        message, message_id = trial_message(target.label, self._parts.clock()), f"msg_{new_id()}"
        error = self._notify.deliverer.try_out(target, message, message_id)
        self._notify.queue.note_trial(target, message, message_id, error)
        self._audit_target("notify.test", target, arrived="no" if error else "yes")
        return Trial(target=target.label, shown=target.shown, error=error)

    def _audit_target(self, action: str, target: Target, **detail: object) -> None:
        self._audit(action, target.label, tenant_id=target.tenant_id, detail=detail)
