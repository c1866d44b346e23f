"""A person believes a text that the gate did not: store it as a revision of cause `accept`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from netwb.collect.batch import BatchParts
from netwb.collect.judging import Changed, TenantKeys, compare, crediting, make_entry
from netwb.inventory.records import ConfigKind, Device
from netwb.roles import Actor, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Accepts quarantined texts; the same archive and keys as a backup run's."""

    parts: BatchParts

    def accept(
        self,
        scope: Scope,
        device: Device,
        *,
        reason: str,
        actor: Actor,
        kind: ConfigKind = "running",
    ) -> str:
        """Store the held text and give its revision.

        Raises UnknownRevisionError where nothing is held, IncompleteConfigError where the held text
        is no whole configuration, which no person can make it.
        """
        item = self.parts.quarantine.get(scope, device, kind=kind)
        clean = self.parts.quarantine.clean(scope, item.id)
        baseline = self.parts.archive.baselines(scope, [device.id]).get((device.id, kind))
        verdict = compare(
            clean,
            self.parts.platforms[device.platform],
            keys=TenantKeys.of(self.parts.keyring, device.tenant_id),
            baseline=baseline,
            known=partial(
                self.parts.archive.known_secrets, device.tenant_id, device.id, [clean.text]
            ),
        )
        heard = [
            one for one in self.parts.bursts.of([device.id]).get(device.id, ()) if one.at <= item.at
        ]
        if isinstance(verdict, Changed):
            entry = make_entry(
                verdict,
                device,
                device_id=device.id,
                cause="accept",
                run_id=item.run_id,
                note=reason,
                now=self.parts.clock(),
            )
            entry = crediting(entry, heard)
            revision = self.parts.archive.write([entry])[0].revision
        else:
            revision = verdict.baseline.revision
        if heard:
            self.parts.bursts.answered([device.id], before=item.at)
        self.parts.quarantine.settle(scope, item.id, "accepted", actor)
        return revision
