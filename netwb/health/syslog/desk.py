"""The listener's life: hear, keep what was heard in SQL, file what is due, and tell what was lost.

The sockets are read in the event loop, and nothing else is done there; SQL has a thread of its own,
so that a slow database makes nobody deaf. Whatever it cannot write now it writes at the next turn.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from time import monotonic

from netwb.errors import NetwbError
from netwb.health.syslog.bursts import Bursts
from netwb.health.syslog.contested import tell_contested
from netwb.health.syslog.intake import Contested, Fate, Intake, Rules
from netwb.health.syslog.listener import Listener, bind
from netwb.health.syslog.records import Burst
from netwb.health.syslog.sources import Sources, parse_relays
from netwb.inventory.records import Sender
from netwb.inventory.senders import list_senders
from netwb.roles import ALL_TENANTS
from netwb.schedules.blackouts import held_until
from netwb.schedules.records import EVERYTHING, Place
from netwb.settings import SyslogSettings
from netwb.store.blackouts import Blackouts
from netwb.store.bursts import Filed, KeptBursts
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.notices import Notices

logger = logging.getLogger(__name__)

TURN_S = 0.25  # how soon what is due is filed; what was heard is kept at once ...
REST_S = 0.05  # ... but no more often than so
LOOK_S = 5.0  # how soon a change of the inventory is known
HELD_S = 1.0  # how soon what was held back is looked at again
CALM_S = 300.0  # nothing was lost for so long: it is over
LOST: tuple[Fate, ...] = ("lost", "cut", "full")
_KINDS = (("UDP", socket.SOCK_DGRAM), ("TCP", socket.SOCK_STREAM))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskParts:
    """What a listener is made of.

    blackouts, zone   when devices are left alone: what is due then is filed afterwards
    actor    whose name its jobs bear
    on_filed called for each job that was filed, in the thread that filed it
    """

    database: Database
    bursts: KeptBursts
    notices: Notices
    rules: Rules
    clock: Callable[[], datetime]
    settings: SyslogSettings
    blackouts: Blackouts
    zone: Callable[[str], tzinfo]
    actor: str
    on_filed: Callable[[Filed], None]


class Desk:
    """One listener, from its start to its stop."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        settings = parts.settings
        self._relays = parse_relays(settings.relays)
        bursts = Bursts(wait_s=settings.wait_s, most_s=settings.most_s, new_id=new_id)
        self._intake = Intake(bursts, parts.rules)
        self._closed: dict[str, str] = {}  # which sockets cannot be opened, and why
        self._lost_at: float | None = None
        self._looked_at = float("-inf")
        self._places: dict[str, Place] = {}  # of the devices
        self._held: set[str] = set()  # bursts that are held back, found out anew since ...
        self._held_at = monotonic()
        self._troubled = False

    def listen(self, stop: threading.Event) -> None:
        """Until `stop` is set; what was heard is kept by then."""
        asyncio.run(self._listen(stop))

    async def _listen(self, stop: threading.Event) -> None:
        heard = asyncio.Event()
        listener = Listener(
            self._intake,
            self._parts.clock,
            heard.set,
            connections=self._parts.settings.connections,
        )
        wanted = self._wanted()
        restored = False
        try:
            while not stop.is_set():
                restored = restored or await self._go_on()
                if restored:
                    await self._open(listener, wanted)
                    await self._turn()
                await asyncio.sleep(REST_S)
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), TURN_S)
                heard.clear()
        finally:
            await listener.close()
            self._write_last()

    async def _go_on(self) -> bool:
        """What the listener before this one heard; False while the database is not there."""
        try:
            await self._look()
            waiting = await asyncio.to_thread(self._parts.bursts.waiting)
        except NetwbError as error:
            self._tell_trouble(error)
            return False
        self._intake.bursts.restore(waiting)
        return True

    def _wanted(self) -> dict[str, tuple[socket.SocketKind, int]]:
        settings = self._parts.settings
        ports = {"UDP": settings.udp_port, "TCP": settings.tcp_port}
        return {name: (kind, ports[name]) for name, kind in _KINDS if ports[name]}

    async def _open(
        self, listener: Listener, wanted: dict[str, tuple[socket.SocketKind, int]]
    ) -> None:
        """Open what is not open yet; what cannot be is tried again at each turn, and told once."""
        for name, (kind, port) in list(wanted.items()):
            where = f"{name} port {port} of {self._parts.settings.address}"
            try:
                await _hear(listener, kind, bind(kind, self._parts.settings.address, port))
            except OSError as error:
                if name not in self._closed:
                    logger.warning("syslog cannot listen on %s: %s", where, error.strerror)
                self._closed[name] = f"{where} cannot be opened ({error.strerror})"
                continue
            self._closed.pop(name, None)
            del wanted[name]
            logger.info("syslog listens on %s", where)

    async def _turn(self) -> None:
        """Keep what was heard, file what is due; now and then look at the inventory again."""
        bursts = self._intake.bursts
        if monotonic() - self._held_at >= HELD_S:
            self._held, self._held_at = set(), monotonic()
        unkept = bursts.unkept()
        due = [one for one in bursts.due(self._parts.clock()) if one.id not in self._held]
        try:
            if unkept or due:
                bursts.done(await asyncio.to_thread(self._write, unkept, due))
            if monotonic() - self._looked_at >= LOOK_S:
                await self._look()
        except NetwbError as error:
            bursts.keep_again(unkept)
            self._tell_trouble(error)
        else:
            self._troubled = False

    def _write(self, unkept: Sequence[Burst], due: Sequence[Burst]) -> list[Burst]:
        """Gives those that are filed now.

        A device whose job waits or runs is held back: one backup of a device at a time is enough,
        however often it says that it was changed.
        """
        self._parts.bursts.keep(unkept)
        if not due:
            return []
        is_held, under_way = self._holding(), self._parts.bursts.under_way()
        held = {one.id for one in due if one.device_id in under_way or is_held(one.device_id)}
        self._held |= held
        free = [one for one in due if one.id not in held]
        if free:
            ids = [one.id for one in free]
            self._tell_filed(self._parts.bursts.file(ids, actor=self._parts.actor))
        return free

    def _holding(self) -> Callable[[str], bool]:
        """Whether a black-out holds for the device of that id now."""
        parts, now = self._parts, self._parts.clock()
        known = parts.blackouts.list(ALL_TENANTS)

        def is_held(device_id: str) -> bool:
            place = self._places.get(device_id, EVERYTHING)
            around = [one for one in known if one.place.holds(place)]
            return bool(around) and held_until(around, parts.zone, now) is not None

        return is_held

    def _write_last(self) -> None:
        """What was heard last; it is filed by whoever listens next, as it may lead already."""
        try:
            self._parts.bursts.keep(self._intake.bursts.unkept())
            if self._intake.counts:
                self._parts.bursts.count(self._intake.counts)
        except NetwbError as error:
            self._tell_trouble(error)

    async def _look(self) -> None:
        """The inventory as it is now; what was counted; what has to be filed again."""
        counts, self._intake.counts = self._intake.counts, Counter()
        strangers, self._intake.strangers = self._intake.strangers, set()
        contested, self._intake.contested = self._intake.contested, {}
        try:
            senders, sources = await asyncio.to_thread(self._keep_house, counts, contested)
        except NetwbError:
            self._intake.counts.update(counts)
            self._intake.contested = contested | self._intake.contested
            raise
        self._looked_at = monotonic()
        self._places = {
            one.device_id: Place(tenant_id=one.tenant_id, site_id=one.site_id) for one in senders
        }
        self._intake.sources = sources
        if strangers:
            known = ", ".join(sorted(strangers))
            logger.info("syslog: messages of no known device, or of several, from %s", known)

    def _keep_house(
        self, counts: Counter[Fate], contested: Mapping[str, Contested]
    ) -> tuple[tuple[Sender, ...], Sources]:
        parts = self._parts
        senders = list_senders(parts.database)
        sources = Sources(senders, self._relays)
        if parts.bursts.has_filed():
            again = parts.bursts.file_again(actor=parts.actor, is_held=self._holding())
            self._tell_filed(again)
        self._tell_lost(counts)
        if counts:
            parts.bursts.count(counts)
        tell_contested(parts.notices, contested.values(), sources)
        return senders, sources

    def _tell_lost(self, counts: Counter[Fate]) -> None:
        """A state: told when it begins and when it is over."""
        lost = {str(fate): counts[fate] for fate in LOST if counts[fate]}
        if lost:
            self._lost_at = monotonic()
        is_wrong = self._lost_at is not None and monotonic() - self._lost_at < CALM_S
        words = [*self._closed.values()]
        if is_wrong:
            words.append("messages were lost: more came than can be read, or they were too long")
        with suppress(NetwbError):  # that it cannot be told keeps nobody from listening
            self._parts.notices.stands(
                "syslog.dropped",
                subject="syslog",
                label="syslog listener",
                is_wrong=bool(words),
                message="; ".join(words),
                detail=lost,
            )

    def _tell_filed(self, filed: Sequence[Filed]) -> None:
        for one in filed:
            logger.info("syslog: job %s backs %d devices up", one.job.id, len(one.devices))
            self._parts.on_filed(one)

    def _tell_trouble(self, error: NetwbError) -> None:
        if not self._troubled:
            logger.warning("syslog: what was heard is kept until the database is back: %s", error)
        self._troubled = True


async def _hear(listener: Listener, kind: socket.SocketKind, bound: socket.socket) -> None:
    """From this socket too; it is closed where that cannot be."""
    try:
        if kind == socket.SOCK_DGRAM:
            listener.hear_datagrams(bound)
        else:
            await listener.hear_streams(bound)
    except OSError:
        bound.close()
        raise
