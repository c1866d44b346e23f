"""Taking a text out of the archive with its secrets: the reason is asked for first, and audited.

Reveal gives it to the page for a minute, restore to the person as a file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, TypedDict

from netwb.errors import InputError, UnknownRevisionError
from netwb.inventory.records import ConfigKind
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.history import head
from netwb.views.history.lines import SHORT, as_lines
from netwb.views.sheet import Act, OnAct

PLAIN = "text/plain; charset=utf-8"
Secrets = Literal["put back", "left out"]


class _Asked(TypedDict):
    """What both methods of the facade take."""

    reason: str
    kind: ConfigKind


class Taking:
    """The two dialogs of a history and what they do. `show` draws lines with their secrets."""

    def __init__(
        self,
        desk: Desk,
        opened: Callable[[], head.Shown],
        show: Callable[[tuple[str, ...]], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._opened = opened
        self._show = show

    def acts(self) -> dict[str, OnAct]:
        """By the names that head and dialogs have for them."""
        return {
            "ask-reveal": self._ask_reveal,
            "ask-restore": self._ask_restore,
            "reveal": self._reveal,
            "restore": self._restore,
        }

    async def _ask_reveal(self, _act: Act) -> None:
        self._desk.ask(head.ask_reveal(self._opened()))

    async def _ask_restore(self, _act: Act) -> None:
        self._desk.ask(head.ask_restore(self._opened()))

    async def _reveal(self, act: Act) -> None:
        frame, said = self._desk.frame, self._asked_for(act)
        try:
            content = await frame.ask(frame.bench.reveal, self._reference(), **said)
        except InputError as error:
            self._desk.ask(head.ask_reveal(self._opened(), error))
            return
        self._desk.close()
        await self._show(as_lines(content))

    async def _restore(self, act: Act) -> None:
        secrets: Secrets = (
            "left out" if text_of(act["fields"], "secrets") == "left out" else "put back"
        )
        frame, said = self._desk.frame, self._asked_for(act)
        try:
            content = await frame.ask(
                frame.bench.restore, self._reference(), secrets=secrets, **said
            )
        except InputError as error:
            self._desk.ask(head.ask_restore(self._opened(), error))
            return
        self._desk.close()
        opened = self._opened()
        assert opened.revision is not None
        name = f"{opened.device.hostname}-{opened.revision.id[:SHORT]}.cfg"
        frame.save(name, content, PLAIN)

    def _reference(self) -> str:
        opened = self._opened()
        if opened.revision is None:
            msg = "there is no copy to restore; back the device up first"
            raise UnknownRevisionError(msg)
        return f"{opened.device.id}@{opened.revision.id}"

    def _asked_for(self, act: Act) -> _Asked:
        return {"reason": text_of(act["fields"], "reason"), "kind": self._opened().kind}
