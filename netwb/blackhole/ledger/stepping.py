"""Ask the guard, and write down what it answered, in one transaction: no cap is passed by two at once.

The intent is durable before a router is touched. A step names the version that it goes by; another's
step in between makes it None, and nothing is written. Nothing here reaches a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Unpack

from netwb.blackhole.ledger.sitting import Begun, Change, Decide, Sitting
from netwb.blackhole.records import Approval, Entry, OnRouter, Request, State, Verdict
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database

AT_ONCE = timedelta(0)  # of steps that ask no guard


class Stepping:
    """Steps of blackholes: many in one sitting, or one by itself."""

    _database: Database
    _clock: Callable[[], datetime]

    @contextmanager
    def sitting(self, within: timedelta = AT_ONCE) -> Iterator[Sitting]:
        """Several steps in one transaction, which is on the disk after it.

        within   how long what ended counts, for repeats
        """
        with self._database.writing_durably(ALL_TENANTS) as session:
            made = Sitting(session, now=self._clock(), within=within)
            yield made
            made.close()

    def begin(  # noqa: PLR0913 - each by its name
        self,
        request: Request,
        decide: Decide,
        *,
        within: timedelta,
        attack_id: str | None = None,
        cause_id: int | None = None,
        once_key: str | None = None,
    ) -> Begun:
        """`Sitting.begin` alone."""
        with self.sitting(within) as sitting:
            return sitting.begin(
                request, decide, attack_id=attack_id, cause_id=cause_id, once_key=once_key
            )

    def ask_again(
        self, entry: Entry, decide: Decide, *, within: timedelta
    ) -> tuple[Entry, Verdict] | None:
        """`Sitting.ask_again` alone."""
        with self.sitting(within) as sitting:
            return sitting.ask_again(entry, decide)

    def approve(self, entry: Entry, approval: Approval) -> Entry | None:
        """`Sitting.approve` alone."""
        with self.sitting() as sitting:
            return sitting.approve(entry, approval)

    def move(self, entry: Entry, to: State, **change: Unpack[Change]) -> Entry | None:
        """`Sitting.move` alone."""
        with self.sitting() as sitting:
            return sitting.move(entry, to, **change)

    def note_routers(self, blackhole_id: str, stood: Iterable[OnRouter]) -> None:
        """`Sitting.note_routers` alone."""
        with self.sitting() as sitting:
            sitting.note_routers(blackhole_id, stood)
