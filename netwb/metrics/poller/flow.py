"""One poll from end to end: devices asked, points into the store, ports into the inventory.

Points are written some thousands at a time, so that neither many devices nor many ports fill the
memory. A device's ports are compared with the database's only when it shows others than at the poll
before, and once an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netwb.inventory.ports.joining import SEEN_EVERY
from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import SeenPort, SnmpTarget
from netwb.metrics.poller.records import DevicePoll, PollOutcome, PollReport, PollRules
from netwb.metrics.poller.run import Poll
from netwb.metrics.records import Point

if TYPE_CHECKING:
    from netwb.metrics.store import MetricsStore

WRITTEN_AT_ONCE = 5_000  # points: a hundred devices of 48 ports


@dataclass(slots=True)
class _Taken:
    """What was read and is not written yet, and what is to be told."""

    points: list[Point] = field(default_factory=list)
    ports: dict[str, tuple[SeenPort, ...]] = field(default_factory=dict)
    read_at: dict[str, datetime] = field(default_factory=dict)  # by device
    outcomes: list[PollOutcome] = field(default_factory=list)
    new_ports: int = 0
    renamed: list[tuple[str, str, str]] = field(default_factory=list)


class PollFlow:
    """Runs polls, one after the other; keeps between them only which ports it wrote down."""

    def __init__(self, *, store: MetricsStore, ports: Ports, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._ports = ports
        self._clock = clock
        self._written: dict[str, tuple[int, datetime]] = {}  # hash of a device's ports, and when

    def run(
        self,
        targets: Sequence[SnmpTarget],
        rules: PollRules,
        *,
        on_device: Callable[[PollOutcome], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> PollReport:
        """Poll; what was read until it is stopped is written. MetricsError where it cannot be."""
        taken, started_at = _Taken(), self._clock()
        poll = Poll(targets, rules, stopped, lambda: self._clock().timestamp())
        with closing(iter(poll)) as results:
            for result in results:
                self._take(taken, result)
                on_device(taken.outcomes[-1])
                if len(taken.points) >= WRITTEN_AT_ONCE:
                    self._write(taken)
        self._write(taken)
        names = {target.device_id: f"{target.tenant}/{target.hostname}" for target in targets}
        return PollReport(
            started_at=started_at,
            ended_at=self._clock(),
            outcomes=tuple(sorted(taken.outcomes, key=lambda one: (one.tenant, one.hostname))),
            new_ports=taken.new_ports,
            renamed=tuple((names[device], old, new) for device, old, new in taken.renamed),
            no_pings=poll.refusal,
        )

    def _take(self, taken: _Taken, result: DevicePoll) -> None:
        taken.outcomes.append(_outcome(result))
        taken.points += result.points
        device_id, ports = result.target.device_id, result.ports
        if ports is None:
            return
        last = self._written.get(device_id)
        now = self._clock()
        if last is None or last[0] != hash(ports) or now - last[1] >= SEEN_EVERY:
            taken.ports[device_id] = ports
            taken.read_at[device_id] = datetime.fromtimestamp(result.read_at, UTC)

    def _write(self, taken: _Taken) -> None:
        """Ports first: points of a port that the inventory has not are nobody's."""
        if taken.ports:
            sighted = self._ports.sighted(taken.ports, taken.read_at)
            now = self._clock()
            self._written |= {device: (hash(ports), now) for device, ports in taken.ports.items()}
            taken.new_ports += sighted.new
            taken.renamed += sighted.renamed
            taken.ports.clear()
            taken.read_at.clear()
        if taken.points:
            self._store.write(taken.points)
            taken.points.clear()


def _outcome(result: DevicePoll) -> PollOutcome:
    return PollOutcome(
        device_id=result.target.device_id,
        tenant=result.target.tenant,
        hostname=result.target.hostname,
        status=result.status,
        points=len(result.points),
        ports=None if result.ports is None else len(result.ports),
        missing=result.missing,
        notes=result.notes,
        cause=result.cause,
        took_s=round(result.took_s, 3),
    )
