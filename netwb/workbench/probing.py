"""Look before a backup: what a device is, and whether a credential opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from netwb.inventory.records import Device, Target
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect import probe as _probe
else:
    _probe = lazy("netwb.collect.probe")


class ProbingFace(Face):
    """`platforms`, `probe`, `apply_probe`, `try_credential`."""

    def platforms(self) -> tuple[str, ...]:
        """Names of the platforms that there is a record of: what a device may be."""
        return tuple(sorted(self._parts.platforms))

    def probe(
        self, *references: str, on_row: Callable[[_probe.ProbeRow], None] = lambda _: None
    ) -> Records[_probe.ProbeRow]:
        """Log in to devices and say what they are; nothing is stored.

        references  hostnames, `tenant/hostname` or ids; none: all that this Workbench is narrowed to
        on_row      called as each device ends, from another thread
        """
        self._require(Permission.BACKUP_RUN)
        prober = self._prober(lambda _target, _key: None)
        return records_of(prober.probe(self._targets(references), on_row), _probe.ProbeRow)

    def apply_probe(self, rows: Sequence[_probe.ProbeRow]) -> int:
        """Store platform, facts and first host keys of probed devices; how many were reached."""
        self._require(Permission.INVENTORY_EDIT)
        devices, known = self._parts.devices, [row for row in rows if row.platform is not None]
        probed = [self._device(row.device_id) for row in known]
        keys = {row.device_id: row.host_key for row in known if row.host_key is not None}
        devices.first_keys(self._scope, keys, actor=self._actor)
        for row in known:
            assert row.platform is not None
            devices.set(self._scope, row.device_id, {"platform": row.platform}, actor=self._actor)
        devices.record_facts(
            self._scope, {row.device_id: row.facts for row in known}, actor=self._actor
        )
        for row, device in zip(known, probed, strict=True):
            self._audit(
                "device.probe",
                f"{device.tenant}/{device.hostname}",
                tenant_id=device.tenant_id,
                detail={"platform": row.platform},
            )
        return len(known)

    def try_credential(self, name: str, *references: str) -> Records[_probe.LoginRow]:
        """Log in, and out again, where the credential is in use; some refusals end the trying.

        name        the credential, as `name` or `tenant/name`
        references  only these devices
        """
        self._require(Permission.BACKUP_RUN)
        credential = self._parts.credentials.get(self._scope, name)
        full = f"{credential.tenant}/{credential.name}"
        targets = [
            target
            for target in self._targets(references)
            if any(login.credential == full for login in target.logins)
        ]
        rows = self._prober(lambda _target, _key: None).test_logins(targets)
        self._audit("credential.test", full, tenant_id=credential.tenant_id)
        return records_of(rows, _probe.LoginRow)

    def _targets(self, references: Sequence[str]) -> Sequence[Target]:
        devices: Sequence[Device]
        if references:
            devices = [self._device(name) for name in references]
        else:
            devices = self._parts.devices.list(self._scope, self._where)
        living = [device for device in devices if device.status != "retired"]
        return self._parts.credentials.targets(self._scope, living)

    def _prober(self, on_new_host_key: Callable[[Target, str], None]) -> _probe.Prober:
        return _probe.Prober(
            settings=self._parts.settings.collect,
            platforms=self._parts.platforms,
            on_new_host_key=on_new_host_key,
            agent_path=self._agent_path,
        )
