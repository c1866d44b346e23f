"""Poll one device: its clock, its table of interfaces, its echo. Every device gives a DevicePoll.

What was read before a device fell silent is kept where it is whole: a column, and the octets only
in both directions. All of it bears the moment at which the octets were read, as a rate is wrong by
whatever its time is wrong by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from netwb.errors import DeadlineError, DeviceError, LoginNotTriedError, PollError, UnreachableError
from netwb.inventory.ports.records import SnmpTarget
from netwb.metrics.poller.columns import COLUMNS, NAME, OCTETS, OF_PORTS
from netwb.metrics.poller.ping import Echo, Pinger
from netwb.metrics.poller.records import DevicePoll, PollRules
from netwb.metrics.poller.session import Session, address_of
from netwb.metrics.poller.table import Value, names_twice, ports_of, table_of
from netwb.metrics.records import Measurement, Point, SeriesKey


@dataclass(slots=True)
class _Read:
    """What has come so far."""

    asked_at: float = 0.0
    scalars: dict[str, int] = field(default_factory=dict)
    columns: dict[str, dict[int, Value]] = field(default_factory=dict)
    octets_at: float = 0.0  # between the two columns of octets
    cause: DeviceError | None = None


Clock = Callable[[], float]  # epoch seconds


async def poll_device(
    target: SnmpTarget, rules: PollRules, pinger: Pinger, clock: Clock
) -> DevicePoll:
    """All of one device; one that does not answer SNMP may still answer pings."""
    began = monotonic()
    try:
        address = await address_of(target)
    except UnreachableError as error:
        took_s = monotonic() - began
        return DevicePoll(target=target, status="failed", cause=_apart(error), took_s=took_s)
    echo = asyncio.create_task(pinger.ping(address, rules.pings))
    try:
        read = await _read(target, address, rules, clock)
        judge = _poll if rules.asks == "counters" else _learnt
        return judge(target, read, await echo, monotonic() - began)
    finally:
        echo.cancel()


async def _read(target: SnmpTarget, address: str, rules: PollRules, clock: Clock) -> _Read:
    """As much as comes before an error or the deadline."""
    read = _Read()
    if target.login is None:
        read.cause = LoginNotTriedError(target.no_login)
        return read
    try:
        async with asyncio.timeout(rules.deadline_s):
            session = Session(target, address, rules)
            await session.open()
            read.scalars, read.asked_at = await session.scalars(), clock()
            if rules.asks == "ports":
                await _fill_ports(read, session)
            else:
                await _fill(read, session, clock)
    except TimeoutError:
        done, wanted = len(read.columns), len(OF_PORTS if rules.asks == "ports" else COLUMNS)
        read.cause = DeadlineError(
            f"answered {done} of {wanted} columns within {rules.deadline_s:g} s; raise "
            "metrics.poll_deadline_s, or look at what keeps it busy"
        )
    except DeviceError as error:
        read.cause = _apart(error)
    return read


def _apart(error: DeviceError) -> DeviceError:
    """The same without its traceback, whose frames would hold the device's socket open."""
    return type(error)(str(error))


async def _fill(read: _Read, session: Session, clock: Clock) -> None:
    last = 0
    for name in COLUMNS:
        if name == OCTETS[0]:
            await _fill_octets(read, session, last, clock)
        elif name not in OCTETS:
            read.columns[name] = await session.column(name, last)
            last = max(read.columns[NAME], default=0)


async def _fill_ports(read: _Read, session: Session) -> None:
    found = {name: await session.column(name) for name in OF_PORTS}
    read.columns |= found  # all or none: what is there is not there without its alias


async def _fill_octets(read: _Read, session: Session, last: int, clock: Clock) -> None:
    """Both directions at one moment: where a lost packet parted them, they are read once more."""
    for _ in range(2):
        before = session.lost
        into = await session.column(OCTETS[0], last)
        at = clock()
        out = await session.column(OCTETS[1], last)
        if session.lost == before:
            break
    read.columns |= dict(zip(OCTETS, (into, out), strict=True))
    read.octets_at = at


def _poll(target: SnmpTarget, read: _Read, echo: Echo | None, took_s: float) -> DevicePoll:
    points = [*_own_points(target, read, echo)]
    if not {NAME, *OCTETS} <= read.columns.keys():  # the table broke off before it can be kept
        assert read.cause is not None
        return DevicePoll(
            target=target, status="failed", points=tuple(points), cause=read.cause, took_s=took_s
        )
    if not read.scalars and not read.columns[NAME]:
        return DevicePoll(
            target=target, status="failed", points=tuple(points), cause=_nothing(), took_s=took_s
        )
    read_at = round(read.octets_at)
    table = table_of(target, read.columns, read_at)
    whole = read.cause is None and not table.missing and bool(read.scalars)
    return DevicePoll(
        target=target,
        status="answered" if whole else "partial",
        points=(*points, *table.points),
        ports=table.ports,
        read_at=read_at,
        missing=(*table.missing, *_clockless(read)),
        notes=table.notes,
        cause=read.cause,
        took_s=took_s,
    )


def _learnt(target: SnmpTarget, read: _Read, echo: Echo | None, took_s: float) -> DevicePoll:
    """Its ports alone; nothing of it is stored."""
    del echo
    if read.cause is not None:
        return DevicePoll(target=target, status="failed", cause=read.cause, took_s=took_s)
    return DevicePoll(
        target=target,
        status="answered",
        ports=ports_of(read.columns),
        notes=names_twice(read.columns),
        read_at=round(read.asked_at),
        took_s=took_s,
    )


def _nothing() -> PollError:
    return PollError(
        "it answers, but neither sysUpTime nor ifName: let the view of its credential hold them, or "
        "see why it answers with errors such as tooBig"
    )


def _clockless(read: _Read) -> Iterator[str]:
    if not read.scalars:
        yield "sysUpTime did not come; let the view of its credential hold it"


def _own_points(target: SnmpTarget, read: _Read, echo: Echo | None) -> Iterator[Point]:
    if read.scalars:
        yield _point(target, "device", round(read.asked_at), read.scalars)
    if echo is not None:
        yield _point(target, "ping", round(echo.at), echo.values())


def _point(
    target: SnmpTarget, measurement: Measurement, at: int, values: dict[str, int] | dict[str, float]
) -> Point:
    return Point(
        measurement=measurement,
        key=SeriesKey(tenant=target.tenant, device_id=target.device_id),
        site=target.site,
        device=target.hostname,
        at=at,
        values=dict(values),
    )
