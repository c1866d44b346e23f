"""Look at the edges whether they drop what is announced, and let go what is withdrawn. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from netwb.blackhole.engine.flights import Flights
from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.engine.standing import seen_at_edge
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.records import Entry, IPNetwork, Router, RouteThere
from netwb.errors import NetwbError
from netwb.roles import ALL_TENANTS

Found = Mapping[IPNetwork, RouteThere]


class Looking:
    """Edges, each on its own."""

    def __init__(self, parts: EngineParts, telling: Telling, flights: Flights) -> None:
        self._parts = parts
        self._telling = telling
        self._flights = flights
        self._waiting: dict[str, dict[IPNetwork, str]] = {}

    def look(self, entries: Iterable[Entry]) -> None:
        """Ask each edge for these; what only the upstream hears says nothing there."""
        asked = {
            one.blackhole.network: one.blackhole.id
            for one in entries
            if one.blackhole.reach != "upstream"
            and one.blackhole.state in {"announced", "withdrawn", "expired"}
        }
        if not asked:
            return
        for edge in self._parts.routers.list(ALL_TENANTS, "edge"):
            self._waiting.setdefault(edge.device_id, {}).update(asked)
            self._begin(edge)

    def _begin(self, edge: Router) -> None:
        key = f"edge {edge.device_id}"
        if key in self._flights:
            return
        asked = self._waiting.pop(edge.device_id, {})
        if not asked:
            return
        standing = self._parts.ledger.ids_in(["announced"], asked.values())
        wait_s = self._parts.settings.verify_s if len(standing) == len(asked) else 0.0
        work = self._parts.triggers.start_verify(edge, tuple(asked), within_s=wait_s)
        self._flights.begin(key, [work], lambda: self._landed(edge, asked, work))

    def _landed(self, edge: Router, asked: Mapping[IPNetwork, str], work: Future[Found]) -> None:
        try:
            found = work.result()
        except NetwbError as error:
            self._telling.router(edge, str(error))
            self._parts.ledger.note_read(edge, fault=str(error))
            return
        self._telling.router(edge, "")
        self._parts.ledger.note_read(edge)
        with self._telling.sitting() as sitting:
            sitting.read_ahead(ids=asked.values())
            for network, blackhole_id in asked.items():
                one = sitting.entry(blackhole_id).blackhole
                stood = seen_at_edge(one, edge, found[network])
                if stood is not None:
                    sitting.note_routers(one.id, [stood])
                    self._telling.on_router(one, stood)
        self._begin(edge)
