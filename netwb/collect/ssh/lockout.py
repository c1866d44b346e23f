"""Stop trying a credential that is refused again and again: a wrong password locks accounts.

Not only are the devices after the last allowed refusal left alone. So that a hundred logins are not
already under way when the first refusal comes, a credential starts with as many attempts at once as
it may have refusals, and gains one for each accepted login, as TCP does for acknowledged packets.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from netwb.errors import LoginNotTriedError, LoginRefusedError, RestrictedLoginError


class _Record:
    """What one credential went through in this run."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.refusals = 0
        self.accepted = 0
        self.under_way = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    @property
    def given_up(self) -> bool:
        return self.refusals >= self.limit

    @property
    def free(self) -> int:
        """How many more attempts may be under way."""
        if self.given_up:
            return len(self.waiting)  # they may all go on, to be told so
        return self.limit - self.refusals + self.accepted - self.under_way

    def wake(self) -> None:
        """Let those go on that may."""
        free = self.free
        while self.waiting and free > 0:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1


class Attempt:
    """One login; it begins when the secret is about to be shown to the device."""

    def __init__(self, record: _Record, credential: str, place: object) -> None:
        self.begun = False
        self._record = record
        self._credential = credential
        self._place = place

    def check(self) -> None:
        """Raise LoginNotTriedError once the credential was refused too often."""
        if self._record.given_up and not self.begun:
            msg = (
                f"{self._place}: not tried, because {self._record.refusals} devices refused "
                f"{self._credential} in this run; set the right secret with "
                f"`{_setting(self._credential)}`, then back the failed devices up again"
            )
            raise LoginNotTriedError(msg)

    async def begin(self) -> None:
        """Wait for this attempt's turn; raises LoginNotTriedError."""
        self.check()
        while not self.begun and self._record.free <= 0:
            await self._turn()
            self.check()
        if not self.begun:
            self.begun = True
            self._record.under_way += 1

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._record.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._record.wake()  # its turn may have come already: hand it on
            raise


def _setting(attempted: str) -> str:
    """The command that sets what was attempted: `acme/lab`, or `enable of acme/lab`."""
    name = attempted.removeprefix("enable of ").partition(" ")[0]
    option = "--enable" if attempted.startswith("enable of ") else "--password"
    return f"netwb credential set {name} {option} prompt"


class LockoutBreaker:
    """One run's memory of refusals, by credential."""

    def __init__(self, refusals: int) -> None:
        self._limit = refusals
        self._records: dict[str, _Record] = {}

    @contextmanager
    def attempt(self, credential: str, place: object) -> Iterator[Attempt]:
        """Around one login; what it raises tells how it went.

        Raises LoginNotTriedError at once where the credential is given up already.
        """
        record = self._records.setdefault(credential, _Record(self._limit))
        attempt = Attempt(record, credential, place)
        attempt.check()
        try:
            yield attempt
        except (LoginRefusedError, RestrictedLoginError):
            record.refusals += 1
            record.accepted = 0
            raise
        else:
            record.accepted += attempt.begun
        finally:
            record.under_way -= attempt.begun
            record.wake()
