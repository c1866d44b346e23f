"""Polls on the facade: devices are asked for their counters, once or at every beat."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from netwb.errors import MetricsError, MetricsRefusedError, NetwbError, StoreError
from netwb.inventory.records import Device
from netwb.loading import lazy
from netwb.metrics.poller.records import PollOutcome, PollReport, PollRules
from netwb.roles import Permission
from netwb.telegraf.records import MAIN
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.inventory import snmp as _snmp
    from netwb.inventory.ports.records import SnmpTarget
    from netwb.metrics.poller import beats as _beats
    from netwb.metrics.poller import flow as _flow
    from netwb.store.claims import Claims
    from netwb.workbench import progress as bars
else:
    _snmp = lazy("netwb.inventory.snmp")
    _beats = lazy("netwb.metrics.poller.beats")
    _flow = lazy("netwb.metrics.poller.flow")
    bars = lazy("netwb.workbench.progress")

logger = logging.getLogger(__name__)

LEARNING_S = 600.0  # longer than it takes to ask some thousands of devices for their ports
CLAIMED_INTERVALS = 1.5  # until another polls what nobody prolongs: past a beat that comes late
POLLED = frozenset({"active", "maintenance"})  # a planned device is not there yet


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsLearnt:
    """Devices that were asked for their ports and that answered; ports that are new, or renamed.

    unclear   devices with more than one interface of one name
    """

    asked: int = 0
    answered: int = 0
    new: int = 0
    renamed: int = 0
    unclear: int = 0


class PollingFace(Face):
    """`poll`, `keep_polling`, `learn_ports`."""

    def poll(
        self, *references: str, on_device: Callable[[PollOutcome], None] | None = None
    ) -> PollReport:
        """Ask devices for their counters now, and keep what they say; a bar where somebody looks.

        references  hostnames, `tenant/hostname` or ids; none: all active ones that are meant
        on_device   instead of the bar: called as each device ends
        Raises MetricsRefusedError where others fill the database, before a device is asked, and
        MetricsError where what they said cannot be written.
        """
        self._require(Permission.BACKUP_RUN)
        self._refuse_foreign()
        flow, devices = self._new_flow(), self._polled(references)
        if on_device is not None:
            return self._poll(flow, devices, on_device, Event().is_set)
        with bars.DeviceProgress("poll", len(devices)) as progress:
            return self._poll(flow, devices, progress.note, Event().is_set)

    def keep_polling(
        self,
        *references: str,
        stopped: Event,
        on_report: Callable[[PollReport, int], None] = lambda _report, _missed: None,
        on_error: Callable[[NetwbError], None] = lambda _: None,
    ) -> None:
        """Poll at every whole `metrics.interval_s` until it is stopped; what was read is kept.

        Of several that do so on one database each device is polled by one. Where that one ends, or
        is not heard of, another goes on with its devices.

        on_report   after each poll, with the number of beats that were missed before it
        on_error    where a poll could not be written; the next beat tries again
        """
        self._require(Permission.BACKUP_RUN)
        self._refuse_foreign()
        flow, interval_s = self._new_flow(), self._parts.settings.metrics.interval_s
        last: int | None = None
        with self._claiming(CLAIMED_INTERVALS * interval_s) as claims:
            while True:
                now = self._parts.clock().timestamp()
                beat = _beats.next_beat(now, interval_s, after=last)
                if stopped.wait(max(0.0, beat.at - now)):
                    return
                last = beat.at
                try:
                    report = self._poll_claimed(flow, claims, references, stopped)
                except (MetricsError, StoreError) as error:
                    on_error(error)
                else:
                    on_report(report, beat.missed)

    def learn_ports(self) -> PortsLearnt:
        """Ask the devices that no poller has for their ports, where Telegraf or others count them.

        Telegraf tells nobody which ports there are; what they count is its own to read. Two interfaces
        of one name, which it counts as one, are logged, and no port is made of them.
        """
        self._require(Permission.BACKUP_RUN)
        if not self._is_counted_elsewhere():
            return PortsLearnt()
        rules = replace(self._poll_rules(), asks="ports", pings=0)
        with self._claiming(LEARNING_S) as claims:
            meant = self._polled(())
            own = claims.take([device.id for device in meant])
            devices = [device for device in meant if device.id in own]
            report = self._new_flow().run(self._snmp_of(devices), rules)
        unclear = [outcome for outcome in report.outcomes if outcome.notes]
        for outcome in unclear:
            logger.warning("%s/%s: %s", outcome.tenant, outcome.hostname, "; ".join(outcome.notes))
        return PortsLearnt(
            asked=len(devices),
            answered=report.count("answered"),
            new=report.new_ports,
            renamed=len(report.renamed),
            unclear=len(unclear),
        )

    def _refuse_foreign(self) -> None:
        if self._parts.settings.metrics.names_file:
            msg = (
                "others fill the metrics database, by metrics.names_file, and netwb writes nothing into it:"
                " no device was asked; leave polls to them, or take metrics.names_file away and give"
                " netwb a database of its own"
            )
            raise MetricsRefusedError(msg)

    def _is_counted_elsewhere(self) -> bool:
        parts = self._parts
        by_others = bool(parts.settings.metrics.names_file)
        return by_others or parts.shards.are_defined() or parts.telegraf.is_begun(MAIN)

    @contextmanager
    def _claiming(self, ttl_s: float) -> Iterator[Claims]:
        """Claims on devices, given back at the end."""
        claims = self._parts.new_claims("poll", ttl_s)
        try:
            yield claims
        finally:
            with suppress(StoreError):  # they end by themselves
                claims.give_back()

    def _poll_claimed(
        self, flow: _flow.PollFlow, claims: Claims, references: Sequence[str], stopped: Event
    ) -> PollReport:
        meant = self._polled(references)
        own = claims.take([device.id for device in meant])

        def is_over() -> bool:  # asked several times a second while devices answer
            with suppress(StoreError):  # at the next beat it is said
                claims.keep()
            return stopped.is_set()

        devices = [device for device in meant if device.id in own]
        report = self._poll(flow, devices, lambda _: None, is_over)
        return replace(report, elsewhere=len(meant) - len(devices))

    def _poll(
        self,
        flow: _flow.PollFlow,
        devices: Sequence[Device],
        on_device: Callable[[PollOutcome], None],
        is_over: Callable[[], bool],
    ) -> PollReport:
        return flow.run(
            self._snmp_of(devices), self._poll_rules(), on_device=on_device, stopped=is_over
        )

    def _snmp_of(self, devices: Sequence[Device]) -> Sequence[SnmpTarget]:
        parts = self._parts
        targets = _snmp.SnmpTargets(parts.database, parts.keyring, parts.environment)
        return targets.of(self._scope, devices)

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
