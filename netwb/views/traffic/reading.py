"""What the page reads of one port, by the facade alone; each of it waits, so it runs in a thread."""

from __future__ import annotations

from datetime import timedelta

from netwb.errors import InventoryError, UnknownDeviceError
from netwb.roles import Permission
from netwb.views import words
from netwb.views.frame import Frame
from netwb.views.traffic.attacks import Attack, attack_of
from netwb.views.traffic.drawn import PINGS, Shown, kinds_of
from netwb.views.traffic.look import Look
from netwb.views.traffic.marks import Mark, diff_url
from netwb.workbench.traffic_many_records import PortTrend
from netwb.workbench.traffic_records import FILE_BUCKETS, FILE_KINDS, BusyPort, PortTraffic

BUSIEST = 20
MOST_MARKS = 50
MOST_ATTACKS = 50  # the newest
WEEK = timedelta(days=7)


def read_port(frame: Frame, port_id: str, look: Look) -> Shown:
    """The port in the time of that look. Raises UnknownNameError, MetricsError."""
    bench, over = frame.bench, set(look.over)
    traffic = bench.port_traffic(
        port_id,
        since=look.since,
        until=look.until,
        buckets=FILE_BUCKETS,
        kinds=kinds_of(look),
        earlier=WEEK if look.week else timedelta(),
    )
    pings = (
        bench.port_pings(port_id, since=traffic.since, until=traffic.until, step_s=traffic.step_s)
        if over & PINGS
        else None
    )
    marks = read_marks(frame, traffic) if look.flags else ()
    attacks = read_attacks(frame, traffic) if look.attacks else ()
    return Shown(look=look, traffic=traffic, marks=marks, attacks=attacks, pings=pings)


def read_numbers(frame: Frame, port_id: str, traffic: PortTraffic) -> PortTraffic:
    """All that its counters say in the same buckets, for a file."""
    return frame.bench.port_traffic(
        port_id,
        since=traffic.since,
        until=traffic.until,
        step_s=traffic.step_s,
        kinds=FILE_KINDS,
    )


def read_marks(frame: Frame, traffic: PortTraffic) -> tuple[Mark, ...]:
    """Changes of the device's configuration; of a device that is another tenant's there are none."""
    if not frame.may(Permission.CONFIG_VIEW):
        return ()
    bench = frame.bench
    try:
        changes = bench.changes(
            since=traffic.since,
            until=traffic.until,
            device=traffic.port.device_id,
            limit=MOST_MARKS,
        )
    except UnknownDeviceError:
        return ()
    touched = bench.touched(tuple(changes))
    return tuple(
        Mark(
            at=change.at,
            author=change.author,
            added=change.added or 0,
            removed=change.removed or 0,
            said=words.listed(touched.get(change.id, ())),
            url=diff_url(frame.address, change.device_id, change.id),
        )
        for change in changes
        if traffic.since <= change.at <= traffic.until  # by its device's clock it may be older
    )


def read_attacks(frame: Frame, traffic: PortTraffic) -> tuple[Attack, ...]:
    """What was blackholed of the port's tenant; where that is not in view there are none."""
    if not frame.may(Permission.BLACKHOLE_VIEW):
        return ()
    try:
        own = frame.bench.where(tenant=traffic.port.tenant)
    except InventoryError:
        return ()
    found = own.blackholes(since=traffic.since, until=traffic.until, limit=MOST_ATTACKS)
    return tuple(attack_of(one, frame.address, now=frame.now()) for one in found)


def read_busiest(frame: Frame, look: Look) -> tuple[BusyPort, ...]:
    """Which ports are the busiest in that time."""
    return tuple(frame.bench.busiest(since=look.since, until=look.until, most=BUSIEST))


def read_trends(frame: Frame, port_id: str) -> tuple[PortTrend, ...]:
    """When that one port is full; days begin as the person's clocks say."""
    bench = frame.bench
    return tuple(bench.port_trends(ports=[port_id], zone=frame.zone, on_ports=lambda *_: None))
