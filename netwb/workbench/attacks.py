"""Own space, triggers, edges and senders on the facade: who may change what blackholes go by.

Prefixes are policy, and their tenants' admins may divide them. Triggers, edges and senders concern
every tenant, so who changes them sees all tenants.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Unpack

from netwb.blackhole.attack_records import AddedSender, Sender, SenderKind
from netwb.blackhole.records import (
    Mode,
    OwnPrefix,
    Reach,
    Router,
    RouterRole,
)
from netwb.errors import InputError
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.blackhole import commands as _commands
    from netwb.blackhole import space as _space
    from netwb.blackhole.routers import RouterChanges
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.inventory.records import SecretSource, Tenant
    from netwb.notify import signing as _signing
    from netwb.workbench.compose_attacks import AttackParts
else:
    _commands = lazy("netwb.blackhole.commands")
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _signing = lazy("netwb.notify.signing")
    _space = lazy("netwb.blackhole.space")

ROUTERS = "what announces and obeys blackholes"
SENDERS = "who reports attacks"


class AttacksFace(Face):
    """`prefixes`, `triggers`, `edges`, `senders`, and what adds, changes and retires each."""

    def prefixes(self) -> Records[OwnPrefix]:
        """Own prefixes in scope, by tenant and address."""
        self._require(Permission.BLACKHOLE_VIEW)
        return records_of(self._attacks.space.list(self._meant_scope), OwnPrefix)

    def add_prefix(  # noqa: PLR0913 - each by its name
        self,
        tenant: str,
        prefix: str,
        *,
        mode: Mode,
        reach: Reach = "edge",
        by_customer: bool = False,
        site: str | None = None,
        port: tuple[str, str] | None = None,
    ) -> OwnPrefix:
        """Register a tenant's network. `site`: of that tenant, where its addresses are.

        port   device and ifName that it is routed to; the guard denies while that is another tenant's
        Raises InputError for what nobody owns, InventoryError where it is registered.
        """
        self._require(Permission.SYSTEM_MANAGE)
        owner = self._parts.places.tenant(self._meant_scope, tenant)
        network = _space.parse_network(prefix)
        site_id = self._site_of(owner, site) if site else None
        port_id = self._parts.ports.get(self._meant_scope, *port).id if port else None
        with self._denials_audited("prefix.add", str(network)):
            added = self._attacks.space.add(
                self._scope,
                network,
                tenant_id=owner.id,
                mode=mode,
                reach=reach,
                by_customer=by_customer,
                site_id=site_id,
                port_id=port_id,
                by=self._actor.name,
            )
        self._audit_prefix("prefix.add", added)
        return added

    def set_prefix(  # noqa: PLR0913 - each by its name
        self,
        prefix: str,
        *,
        mode: Mode | None = None,
        reach: Reach | None = None,
        by_customer: bool | None = None,
        site: str | None = None,
        port: tuple[str, str] | Literal[""] | None = None,
    ) -> OwnPrefix:
        """Change one; what is not given stays. `site`, `port`: empty clears."""
        self._require(Permission.SYSTEM_MANAGE)
        network = _space.parse_network(prefix)
        there = self._attacks.space.get(self._meant_scope, network)
        changes: _space.PrefixChanges = {}
        if mode is not None:
            changes["mode"] = mode
        if reach is not None:
            changes["reach"] = reach
        if by_customer is not None:
            changes["by_customer"] = by_customer
        if site is not None:
            owner = self._parts.places.tenant(self._scope, there.tenant)
            changes["site_id"] = self._site_of(owner, site) if site else None
        if port is not None:
            found = self._parts.ports.get(self._meant_scope, *port).id if port else None
            changes["port_id"] = found
        changed = self._attacks.space.set(self._meant_scope, network, changes)
        self._audit_prefix("prefix.set", changed)
        return changed

    def retire_prefix(self, prefix: str) -> OwnPrefix:
        """Forget one: nothing in it is blackholed any more; what stands in it ends by its time."""
        self._require(Permission.SYSTEM_MANAGE)
        gone = self._attacks.space.retire(self._meant_scope, _space.parse_network(prefix))
        self._audit_prefix("prefix.retire", gone)
        return gone

    def triggers(self) -> Records[Router]:
        """Devices in scope that announce blackholes."""
        return self._routers("trigger")

    def add_trigger(self, device: str, **changes: Unpack[RouterChanges]) -> Router:
        """Let a device announce blackholes; nothing is changed on it by that."""
        return self._add_router("trigger", device, changes)

    def set_trigger(self, device: str, **changes: Unpack[RouterChanges]) -> Router:
        """Change one; what is not given stays."""
        self._require_router_editor()
        found = self._device(device)
        router = self._attacks.routers.set(self._scope, found.id, "trigger", changes)
        self._audit_router("trigger.set", router)
        return router

    def retire_trigger(self, device: str) -> Router:
        """Announce nothing on it any more; what stands there is not taken away by that."""
        return self._retire_router("trigger", device)

    def edges(self) -> Records[Router]:
        """Devices in scope on which it is looked whether blackholes are obeyed."""
        return self._routers("edge")

    def add_edge(self, device: str) -> Router:
        """Look on that device whether blackholes are obeyed."""
        return self._add_router("edge", device, {})

    def retire_edge(self, device: str) -> Router:
        """Look there no more."""
        return self._retire_router("edge", device)

    def senders(self) -> Records[Sender]:
        """Detectors that report attacks, by name."""
        self._require_sender_editor()
        return records_of(self._attacks.senders.list(), Sender)

    def add_sender(
        self,
        name: str,
        *,
        kind: SenderKind = "community",
        networks: Sequence[str] = (),
        callback: bool = False,
        key: SecretSource | None = None,
    ) -> AddedSender:
        """Add a detector; its signing key is in the answer, this once.

        networks   that it reports from; none: anywhere
        callback   also a secret path for one that cannot sign; only with networks
        key        that its script has already; None: a new one
        """
        self._require_sender_editor()
        added = self._attacks.senders.add(
            name,
            kind=kind,
            networks=networks,
            callback=callback,
            by=self._actor.name,
            key=None if key is None else self._given_key(key),
        )
        self._audit_sender("sender.add", added.sender)
        return added

    def set_sender(
        self,
        name: str,
        *,
        networks: Sequence[str] | None = None,
        callback: bool | None = None,
    ) -> AddedSender:
        """Change from where it reports, or give it another secret path, or none; the key stays."""
        self._require_sender_editor()
        senders = self._attacks.senders
        changed = AddedSender(sender=senders.get(name))
        if callback is False:
            changed = AddedSender(sender=senders.take_callback(name))
        if networks is not None:
            changed = AddedSender(sender=senders.set_networks(name, networks))
        if callback:
            changed = senders.give_callback(name)
        self._audit_sender("sender.set", changed.sender)
        return changed

    def rotate_sender(self, name: str) -> AddedSender:
        """Give it another key, shown this once; both are taken until `settle_sender`."""
        self._require_sender_editor()
        added = self._attacks.senders.rotate(name)
        self._audit_sender("sender.rotate", added.sender)
        return added

    def settle_sender(self, name: str) -> Sender:
        """End a rotation: the key before is taken no more."""
        self._require_sender_editor()
        settled = self._attacks.senders.settle(name)
        self._audit_sender("sender.settle", settled)
        return settled

    def retire_sender(self, name: str) -> Sender:
        """Believe it no more; what it said stays."""
        self._require_sender_editor()
        gone = self._attacks.senders.retire(name)
        self._audit_sender("sender.retire", gone)
        return gone

    def _given_key(self, source: SecretSource) -> bytes:
        if source.answer is None:
            self._require_local("files and variables")
        read = _secret_sources.Secrets(self._parts.environment).read("sender_key", source)
        return _signing.parse_key(read.strip())

    @property
    def _attacks(self) -> AttackParts:
        return self._parts.attacks

    def _site_of(self, owner: Tenant, site: str) -> str:
        reference = site if "/" in site else f"{owner.slug}/{site}"
        found = self._parts.places.site(self._scope, reference)
        if found.tenant != owner.slug:
            msg = f"site {found.tenant}/{found.slug} is not of {owner.slug}; give one of its own"
            raise InputError(msg)
        return found.id

    def _routers(self, role: RouterRole) -> Records[Router]:
        self._require(Permission.BLACKHOLE_VIEW)
        return records_of(self._attacks.routers.list(self._meant_scope, role), Router)

    def _add_router(self, role: RouterRole, device: str, changes: RouterChanges) -> Router:
        self._require_router_editor()
        found = self._device(device)
        label = f"{found.tenant}/{found.hostname}"
        _commands.words_for(self._parts.platforms, found.platform, label)
        router = self._attacks.routers.add(
            self._scope, found.id, role, changes, by=self._actor.name
        )
        self._audit_router(f"{role}.add", router)
        return router

    def _retire_router(self, role: RouterRole, device: str) -> Router:
        self._require_router_editor()
        gone = self._attacks.routers.retire(self._scope, self._device(device).id, role)
        self._audit_router(f"{role}.retire", gone)
        return gone

    def _require_router_editor(self) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(ROUTERS)

    def _require_sender_editor(self) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(SENDERS)

    def _audit_prefix(self, action: str, prefix: OwnPrefix) -> None:
        detail = {
            "mode": prefix.mode,
            "reach": prefix.reach,
            "by_customer": prefix.by_customer,
            "site": prefix.site,
            "port": prefix.port.label if prefix.port else None,
        }
        self._audit(action, str(prefix.network), tenant_id=prefix.tenant_id, detail=detail)

    def _audit_router(self, action: str, router: Router) -> None:
        detail: dict[str, object] = {}
        if router.role == "trigger":
            detail = {
                "community": router.community,
                "max_routes": router.max_routes,
                "saves": router.saves,
            }
        self._audit(action, router.label, tenant_id=router.tenant_id, detail=detail)

    def _audit_sender(self, action: str, sender: Sender) -> None:
        detail = {
            "kind": sender.kind,
            "networks": list(sender.networks),
            "callback": sender.callback,
        }
        self._audit(action, sender.name, detail=detail)
