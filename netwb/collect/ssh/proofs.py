"""What a login shows to one device, each at most once.

A password that is tried as `password` and again as `keyboard-interactive` counts as two failures on
an AAA server, and halves the tries that an account has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from netwb.collect.ssh.keys import Key
from netwb.errors import DeviceError
from netwb.inventory.records import Login


class Proofs:
    """The keys and the password of one login during one connection."""

    def __init__(
        self, login: Login, keys: Sequence[Key], before: Callable[[], Awaitable[None]]
    ) -> None:
        """Hold what there is to show.

        before   awaited before each; where it raises a DeviceError nothing is shown
        """
        self.withheld: DeviceError | None = None  # why nothing was shown
        self._keys = list(keys)
        self._password = login.password
        self._questions_left = True
        self._before = before

    def tries_questions(self) -> bool:
        """Whether to try keyboard-interactive: once, with a password that was not shown yet.

        OpenSSH without PAM offers that method and refuses it unasked; asyncssh would try it until
        the server has had enough, and never come to the password.
        """
        first, self._questions_left = self._questions_left, False
        return first and self._password is not None

    async def password(self) -> str | None:
        """The password, once; None where there is none, or where it must not be shown."""
        if self._password is None or not await self._may_go_on():
            return None
        password, self._password = self._password, None
        return password

    async def next_key(self) -> Key | None:
        """The next key; None where there is none left, or where it must not be shown."""
        return self._keys.pop(0) if self._keys and await self._may_go_on() else None

    async def _may_go_on(self) -> bool:
        try:
            await self._before()
        except DeviceError as error:
            self.withheld = error
            return False
        return True
