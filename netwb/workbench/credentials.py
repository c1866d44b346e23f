"""Credentials on the facade, never their secrets."""

from __future__ import annotations

from collections.abc import Iterable

from netwb.inventory.records import (
    Credential,
    CredentialChanges,
    CredentialUse,
    NewCredential,
    SecretSource,
)
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of


class CredentialsFace(Face):
    """Add, set, rotate, retire credentials; see who uses them."""

    def credentials(self) -> Records[Credential]:
        """Credentials in scope, also retired ones, by tenant and name."""
        self._require(Permission.INVENTORY_EDIT)
        found = self._parts.credentials.list(self._scope)
        wanted = self._where.tenant
        return records_of((item for item in found if wanted in {None, item.tenant}), Credential)

    def credential(self, reference: str) -> Credential:
        """One credential by tenant/name, or its name where only one tenant has it."""
        self._require(Permission.INVENTORY_EDIT)
        return self._parts.credentials.get(self._scope, reference)

    def add_credential(self, new: NewCredential) -> Credential:
        """Add a credential; its secrets are read now and stored sealed, or kept as references."""
        self._require(Permission.INVENTORY_EDIT)
        self._require_own(new.secrets.values())
        added = self._parts.credentials.add(self._scope, new)
        self._audit_credential("credential.add", added, kinds=sorted(added.secrets))
        return added

    def set_credential(self, reference: str, changes: CredentialChanges) -> Credential:
        """Change a credential, or begin a rotation."""
        self._require(Permission.INVENTORY_EDIT)
        self._require_own(changes.secrets.values())
        changed = self._parts.credentials.set(self._scope, reference, changes)
        self._audit_credential(
            "credential.set",
            changed,
            kinds=sorted(changes.secrets),
            without=sorted(changes.without),
            previous=changes.previous,
        )
        return changed

    def settle_credential(self, reference: str) -> Credential:
        """End a rotation: the credential before is forgotten."""
        self._require(Permission.INVENTORY_EDIT)
        settled = self._parts.credentials.settle(self._scope, reference)
        self._audit_credential("credential.settle", settled)
        return settled

    def retire_credential(self, reference: str) -> Credential:
        """Retire a credential that nothing names; its secrets are deleted."""
        self._require(Permission.INVENTORY_EDIT)
        retired = self._parts.credentials.retire(self._scope, reference)
        self._audit_credential("credential.retire", retired)
        return retired

    def credential_users(self, reference: str) -> Records[CredentialUse]:
        """What names a credential, then the devices that inherit it."""
        self._require(Permission.INVENTORY_EDIT)
        return records_of(self._parts.credentials.used_by(self._scope, reference), CredentialUse)

    def _require_own(self, sources: Iterable[SecretSource]) -> None:
        """`env:` and `file:` name what belongs to the process; a prompt's answer is the actor's own."""
        if any(source.answer is None for source in sources):
            self._require_local("files and variables")

    def _audit_credential(self, action: str, credential: Credential, **detail: object) -> None:
        target = f"{credential.tenant}/{credential.name}"
        self._audit(action, target, tenant_id=credential.tenant_id, detail=detail)
