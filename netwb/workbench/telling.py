"""What a person's acts tell others: a held text that was accepted, secrets that were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwb.inventory.records import Device
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.archive.records import Revision
    from netwb.collect import telling as _telling
    from netwb.store.notices import Notices
else:
    _telling = lazy("netwb.collect.telling")


def tell_believed(notices: Notices, device: Device) -> None:
    """Nothing of the device is held any more: it stands well again."""
    label = f"{device.tenant}/{device.hostname}"
    notices.stands(
        "backup.rejected",
        tenant_id=device.tenant_id,
        subject=device.id,
        label=label,
        is_wrong=False,
        message=f"the held configuration of {label} was accepted",
    )


def tell_accepted(notices: Notices, device: Device, revision: Revision) -> None:
    """The device's configuration changed, where the text was not stored before."""
    label = f"{device.tenant}/{device.hostname}"
    if revision.cause == "accept" and revision.number > 1:
        change = _telling.ChangedText(
            device_id=device.id,
            tenant_id=device.tenant_id,
            label=label,
            kind=revision.kind,
            revision=revision.id,
            number=revision.number,
            author=revision.author,
            added=revision.added,
            removed=revision.removed,
            run_id=revision.run_id,
        )
        notices.happened_many("config.changed", [_telling.change_told(change)])


def tell_revealed(notices: Notices, device: Device, *, who: str, reason: str) -> None:
    """Somebody was given the device's secrets; both are named, as in the audit."""
    label = f"{device.tenant}/{device.hostname}"
    notices.happened(
        "config.reveal",
        tenant_id=device.tenant_id,
        subject=device.id,
        label=label,
        severity="warning",
        message=f"{who} was given the configuration of {label} with its secrets: {reason}",
        detail={"who": who, "reason": reason},
    )
