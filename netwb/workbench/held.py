"""Held texts on the facade, masked: what a person sees before accepting or discarding one.

Secrets are taken out by the platform's rules under the tenant's key, as a stored text's are; so a
token says whether a secret changed. The text is not known to be whole, nor to be this device's; what
the rules do not know in it stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwb.errors import InputError, UnknownPlatformError
from netwb.inventory.records import ConfigKind, Device
from netwb.loading import lazy
from netwb.platforms.record import Platform
from netwb.roles import Permission
from netwb.workbench.reading import ReadingFace, Side

if TYPE_CHECKING:
    from netwb.archive.records import QuarantineItem, Revision
    from netwb.collect import judging as _judging
    from netwb.configs import redact as _redact
    from netwb.configs import sections as _sections
    from netwb.configs.diff import ConfigDiff
else:
    _redact = lazy("netwb.configs.redact")
    _sections = lazy("netwb.configs.sections")
    _judging = lazy("netwb.collect.judging")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedText:
    """A held text without its secrets.

    good   the newest revision, which stays in force until a person decides; None: there is none
    diff   what accepting would change of it
    """

    item: QuarantineItem
    device: Device
    lines: tuple[str, ...]
    good: Revision | None
    diff: ConfigDiff | None


class HeldFace(ReadingFace):
    """`masked_text`, `reveal_held`."""

    def masked_text(self, reference: str, *, kind: ConfigKind = "running") -> MaskedText:
        """The held text of one device without its secrets, beside the good one.

        Raises NotPermittedError where it names another device, which may be another tenant's, and the
        actor's scope is not all tenants.
        """
        self._require(Permission.CONFIG_VIEW)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._require_own_text(item)
        text = self._masked(device, item)
        good = self._parts.history.revisions(self._scope, device, kind=kind, limit=1)
        return MaskedText(
            item=item,
            device=device,
            lines=tuple(map(_sections.readable, text.removesuffix(b"\n").split(b"\n"))),
            good=good[0] if good else None,
            diff=self._beside((device, good[0]), item, text) if good else None,
        )

    def reveal_held(self, reference: str, *, reason: str, kind: ConfigKind = "running") -> bytes:
        """The held text as it came, with its secrets, audited with the reason."""
        self._require(Permission.CONFIG_REVEAL)
        if not reason.strip():
            msg = "the reason is empty; say why in a few words, for it stands in the audit"
            raise InputError(msg)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._require_own_text(item)
        self._audit_quarantine("quarantine.reveal", device, kind, reason)
        self._tell_revealed(device, reason)
        return self._parts.quarantine.text(self._scope, item.id)

    def _masked(self, device: Device, item: QuarantineItem) -> bytes:
        quarantine = self._parts.quarantine
        if item.acceptable:
            held = quarantine.clean(self._scope, item.id).text
        else:
            held = quarantine.text(self._scope, item.id).replace(b"\r", b"")
        keys = _judging.TenantKeys.of(self._parts.keyring, device.tenant_id)
        known = self._parts.archive.known_secrets(device.tenant_id, device.id, [held])
        platform = self._platform(device)
        return _redact.redact(held, (), platform, key=keys.redact, known=tuple(known)).text

    def _beside(self, good: Side, item: QuarantineItem, text: bytes) -> ConfigDiff:
        platform = self._platform(good[0])
        return self._parts.history.compare(
            self._scope,
            old=good,
            text=text,
            label=f"{item.tenant}/{item.hostname}, held",
            style=platform.sections,
            blocks=platform.blocks,
        )

    def _platform(self, device: Device) -> Platform:
        platform = self._parts.platforms.get(device.platform)
        if platform is None:
            msg = f"platform {device.platform} of {device.hostname} has no record; add it again"
            raise UnknownPlatformError(msg)
        return platform
