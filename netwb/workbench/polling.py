"""Polls on the facade: devices are asked for their counters, once or at every beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING

from netwb.errors import MetricsError, NetwbError, StoreError
from netwb.inventory.records import Device
from netwb.loading import lazy
from netwb.metrics.poller.records import PollOutcome, PollReport, PollRules
from netwb.roles import Permission
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.inventory import snmp as _snmp
    from netwb.metrics.poller import beats as _beats
    from netwb.metrics.poller import flow as _flow
    from netwb.workbench import progress as bars
else:
    _snmp = lazy("netwb.inventory.snmp")
    _beats = lazy("netwb.metrics.poller.beats")
    _flow = lazy("netwb.metrics.poller.flow")
    bars = lazy("netwb.workbench.progress")

POLLED = frozenset({"active", "maintenance"})  # a planned device is not there yet


class PollingFace(Face):
    """`poll`, `keep_polling`."""

    def poll(
        self, *references: str, on_device: Callable[[PollOutcome], None] | None = None
    ) -> PollReport:
        """Ask devices for their counters now, and keep what they say; a bar where somebody looks.

        references  hostnames, `tenant/hostname` or ids; none: all active ones that are meant
        on_device   instead of the bar: called as each device ends
        Raises MetricsError where what they said cannot be written.
        """
        self._require(Permission.BACKUP_RUN)
        flow, devices = self._new_flow(), self._polled(references)
        if on_device is not None:
            return self._poll(flow, devices, on_device, Event())
        with bars.DeviceProgress("poll", len(devices)) as progress:
            return self._poll(flow, devices, progress.note, Event())

    def keep_polling(
        self,
        *references: str,
        stopped: Event,
        on_report: Callable[[PollReport, int], None] = lambda _report, _missed: None,
        on_error: Callable[[NetwbError], None] = lambda _: None,
    ) -> None:
        """Poll at every whole `metrics.interval_s` until it is stopped; what was read is kept.

        on_report   after each poll, with the number of beats that were missed before it
        on_error    where a poll could not be written; the next beat tries again
        """
        self._require(Permission.BACKUP_RUN)
        flow, interval_s = self._new_flow(), self._parts.settings.metrics.interval_s
        last: int | None = None
        while True:
            now = self._parts.clock().timestamp()
            beat = _beats.next_beat(now, interval_s, after=last)
            if stopped.wait(max(0.0, beat.at - now)):
                return
            last = beat.at
            try:
                devices = self._polled(references)
                on_report(self._poll(flow, devices, lambda _: None, stopped), beat.missed)
            except (MetricsError, StoreError) as error:
                on_error(error)

    def _poll(
        self,
        flow: _flow.PollFlow,
        devices: Sequence[Device],
        on_device: Callable[[PollOutcome], None],
        stopped: Event,
    ) -> PollReport:
        parts = self._parts
        targets = _snmp.SnmpTargets(parts.database, parts.keyring, parts.environment)
        return flow.run(
            targets.of(self._scope, devices),
            self._poll_rules(),
            on_device=on_device,
            stopped=stopped.is_set,
        )

    def _polled(self, references: Sequence[str]) -> Sequence[Device]:
        if references:
            devices = [self._device(name) for name in references]
            return [device for device in devices if device.status != "retired"]
        found = self._parts.devices.list(self._scope, self._where)
        return [device for device in found if device.status in POLLED]

    def _poll_rules(self) -> PollRules:
        metrics = self._parts.settings.metrics
        return PollRules(
            timeout_s=metrics.snmp_timeout_s,
            retries=metrics.snmp_retries,
            deadline_s=metrics.poll_deadline_s,
            at_once=metrics.poll_devices,
            pings=metrics.pings,
        )

    def _new_flow(self) -> _flow.PollFlow:
        return _flow.PollFlow(
            store=self._parts.metrics, ports=self._parts.ports, clock=self._parts.clock
        )
