"""What a detector said becomes a request, an end, or a note: in the order in which it came.

A ban asks; an unban ends what an alarm began, and nothing that a person did. One that was sent before
its ban and arrives after it, or the other way round, leaves the same behind: nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from netwb.blackhole.attack_records import ReceivedEvent
from netwb.blackhole.engine.asking import Asking
from netwb.blackhole.engine.parts import ENGINE, EngineParts
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.guard.direction import why_no_request
from netwb.blackhole.ledger.sitting import Decide, Sitting
from netwb.blackhole.records import IPAddress, IPNetwork, Request, State
from netwb.errors import NetwbError

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=1)  # an unban that came so long before its ban still ends it
OVER = "the detector says that the attack is over"
BROKE = "netwb failed at it, and its log says how"

Came = tuple[str, str | None]  # what came of an event, and the blackhole's id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """What some events are judged by.

    ends   when each sender last saw an attack on each end
    """

    sitting: Sitting
    guard: Decide
    ends: Mapping[tuple[str, IPAddress], datetime]


class Intake:
    """Settles events; each is one process's at a time, also where two think that they lead."""

    def __init__(self, parts: EngineParts, asking: Asking, telling: Telling) -> None:
        self._parts = parts
        self._asking = asking
        self._telling = telling

    def settle(self) -> int:
        """Settle some of what waits, oldest first; how many there were.

        They are settled together, all or none of them; where one cannot be, each by itself.
        """
        taken = self._parts.events.take()
        if not taken:
            return 0
        try:
            self._settle(taken)
        except NetwbError:
            raise
        except Exception:  # the door of one event: the others are settled all the same
            logger.exception("%d events cannot be settled together; now one by one", len(taken))
            for one in taken:
                self._settle_alone(one)
        return len(taken)

    def _settle_alone(self, one: ReceivedEvent) -> None:
        try:
            self._settle([one])
        except NetwbError:
            raise
        except Exception as error:
            logger.exception("event %s of %s cannot be settled", one.id, one.sender)
            said = f"{BROKE} ({type(error).__name__}); ask for the blackhole by hand"
            with self._telling.sitting() as sitting:
                sitting.settle(one.id, said, blackhole_id=None)

    def _settle(self, taken: Sequence[ReceivedEvent]) -> None:
        guard = self._parts.asking()
        with self._telling.sitting() as sitting:
            ends = self._read_ahead(sitting, taken)
            judging = _Judging(sitting=sitting, guard=guard, ends=ends)
            for one in taken:
                said, blackhole_id = self._settled(one, judging)
                sitting.settle(one.id, said, blackhole_id=blackhole_id)

    def _read_ahead(
        self, sitting: Sitting, taken: Sequence[ReceivedEvent]
    ) -> Mapping[tuple[str, IPAddress], datetime]:
        hosts = {one.id: one.event.address for one in taken if one.event.address is not None}
        sitting.read_ahead(
            networks=set(map(ip_network, hosts.values())),
            attacks=[
                (ip_network(hosts[one.id]), one.event.attack_id)
                for one in taken
                if one.event.attack_id is not None and one.id in hosts
            ],
            cause_ids=hosts,
        )
        return sitting.latest_ends(set(hosts.values()), self._parts.clock() - REMEMBERED)

    def _settled(self, one: ReceivedEvent, judging: _Judging) -> Came:
        address = one.event.address
        if address is None:
            return why_no_request(one.event) or "it names no address", None
        network = ip_network(address)
        match one.event.action:
            case "ban":
                return self._ban(one, network, judging)
            case "ongoing":
                return self._ongoing(one, network, judging)
            case "unban":
                return self._unban(network, judging.sitting)
        return "it is kept to be read; nothing follows from it", None

    def _ban(self, one: ReceivedEvent, network: IPNetwork, judging: _Judging) -> Came:
        if _has_ended(one, judging.ends):
            return "its end came before it: the attack is over, and nothing is announced", None
        begun = self._asking.ask_in(
            judging.sitting,
            _request(one, network),
            judging.guard,
            attack_id=one.event.attack_id,
            cause_id=one.id,
        )
        blackhole = begun.entry.blackhole
        if begun.how == "repeat":
            return f"{network} is {blackhole.state} already", blackhole.id
        reasons = "; ".join(
            reason.text for reason in blackhole.reasons if reason.answer == blackhole.answer
        )
        return f"{blackhole.state}: {reasons}"[:2000], blackhole.id

    def _ongoing(self, one: ReceivedEvent, network: IPNetwork, judging: _Judging) -> Came:
        """A detector that repeats itself keeps alive what stands, and begins nothing."""
        entry = judging.sitting.open_for(network)
        if entry is None:
            return "nothing stands for it, and a repeat begins nothing", None
        self._asking.ask_in(
            judging.sitting,
            _request(one, network),
            judging.guard,
            attack_id=one.event.attack_id,
        )
        return f"{network} is {entry.blackhole.state} already", entry.blackhole.id

    def _unban(self, network: IPNetwork, sitting: Sitting) -> Came:
        entry = sitting.open_for(network)
        if entry is None:
            return "nothing stands for it", None
        one = entry.blackhole
        if not one.alarm:
            said = f"{one.requested_by} asked for it, so the alarm's end does not end it"
            return said, one.id
        if one.state == "withdrawing":
            return "it is being withdrawn already", one.id
        to: State = "withdrawn" if one.state == "held" else "withdrawing"
        moved = sitting.move(entry, to, by=ENGINE, why=OVER)
        if moved is not None and to == "withdrawn":
            self._telling.ended(moved.blackhole)
        return f"{network} is {to}", one.id


def _has_ended(ban: ReceivedEvent, ends: Mapping[tuple[str, IPAddress], datetime]) -> bool:
    """Whether its sender saw the end after it, and that is here already."""
    assert ban.event.address is not None
    ended, observed = ends.get((ban.sender_id, ban.event.address)), ban.event.observed_at
    return ended is not None and observed is not None and ended > observed


def _request(one: ReceivedEvent, network: IPNetwork) -> Request:
    event = one.event
    kind = event.attack_type or "attack"
    size = f", {event.pps} packets/s when it was noticed" if event.pps else ""
    return Request(
        network=network,
        alarm=True,
        by=f"sender:{one.sender}",
        person=None,
        tenants=None,
        reason=f"{one.sender} reports {kind}{size}",
        machine=True,
        direction=event.direction,
        manual=event.manual,
        observed_at=event.observed_at,
    )
