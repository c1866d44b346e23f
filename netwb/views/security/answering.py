"""`Answering`: what a person does about blackholes that are there: approve, deny, withdraw, pause.

What writes to routers goes on beside the act; a refusal is said where the person asked. An act is about
what was drawn: where that has changed since, nothing is done, and the page shows what there is now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

from netwb.blackhole.records import Blackhole
from netwb.errors import ChangedSinceError, NetwbError, NotAuthenticatedError
from netwb.views.cures import in_page
from netwb.views.desk import Desk
from netwb.views.fields import refused, text_of
from netwb.views.frame import Frame
from netwb.views.html import Shape
from netwb.views.security import dialogs
from netwb.views.security.asking import minutes_of, sentence
from netwb.views.security.reading import Shown
from netwb.views.sheet import Act, OnAct
from netwb.views.words import count

T = TypeVar("T")
QUICK_S = 0.7  # a refusal comes within it, and is said in the dialog; what takes longer goes on


class Answering:
    """shown    what the page shows now; reload   reads it again; note   says what became of it."""

    def __init__(
        self,
        frame: Frame,
        desk: Desk,
        *,
        shown: Callable[[], Shown | None],
        reload: Callable[[], Awaitable[None]],
        note: Callable[[Shape, str], None],
    ) -> None:
        self.frame = frame
        self.desk = desk
        self._shown = shown
        self._reload = reload
        self._note = note
        self.acts: Mapping[str, OnAct] = {
            "approve": partial(self._as_drawn, self._approve),
            "ask-deny": partial(self._as_drawn, self._ask_deny),
            "deny": partial(self._as_drawn, self._deny),
            "ask-withdraw": partial(self._as_drawn, self._ask_withdraw),
            "withdraw": partial(self._as_drawn, self._withdraw),
            "ask-withdraw-all": self._ask_withdraw_all,
            "withdraw-all": self._withdraw_all,
            "ask-pause": self._ask_pause,
            "pause": self._pause,
            "resume": self._resume,
        }

    async def _as_drawn(self, do: OnAct, act: Act) -> None:
        try:
            await do(act)
        except ChangedSinceError as error:
            self.desk.close()
            await self._done("warn", f"Nothing was done: {in_page(error)}")

    async def _approve(self, act: Act) -> None:
        bench, given = self.frame.bench, act.get("minutes")
        minutes, seen = minutes_of(str(given)) if given else None, seen_of(act)
        reference = str(act.get("id", ""))[:64]
        answer = await self.frame.ask(
            partial(bench.approve, reference, minutes=minutes, seen=seen, wait_s=0)
        )
        if answer.state == "held":
            why = "; ".join(answer.why)
            await self._done("held", f"{answer.prefix} is approved, and held still: {why}")
        else:
            await self._done("ok", f"{answer.prefix} is approved")

    async def _ask_deny(self, act: Act) -> None:
        self.desk.ask(dialogs.ask_deny(await meant(self.frame, act)))

    async def _deny(self, act: Act) -> None:
        one, reason = await meant(self.frame, act), text_of(act["fields"], "reason")
        await self._sent(
            partial(self.frame.bench.deny, one.id, reason=reason, seen=seen_of(act)),
            lambda wrong: dialogs.ask_deny(one, wrong, reason),
            f"{one.prefix} is denied",
        )

    async def _ask_withdraw(self, act: Act) -> None:
        self.desk.ask(dialogs.ask_withdraw(await meant(self.frame, act)))

    async def _withdraw(self, act: Act) -> None:
        one, reason = await meant(self.frame, act), text_of(act["fields"], "reason")
        await self._sent(
            partial(self.frame.bench.withdraw, one.id, reason=reason, seen=seen_of(act)),
            lambda wrong: dialogs.ask_withdraw(one, wrong, reason),
            f"{one.prefix} is withdrawn",
        )

    def _whose(self) -> str:
        person, tenant = self.frame.person, self.frame.address.get("tenant")
        if tenant or person.wide:
            return tenant or "all tenants"
        return ", ".join(slug for slug, _ in person.tenants) or "no tenant"

    async def _ask_withdraw_all(self, _act: Act) -> None:
        if self._shown() is not None:
            self.desk.ask(self._all_dialog())

    def _all_dialog(self, wrong: str = "", reason: str = "") -> str:
        shown = self._shown()
        number = len(shown.standing) + len(shown.held) if shown else 0
        return dialogs.ask_withdraw_all(number, self._whose(), wrong, reason)

    async def _withdraw_all(self, act: Act) -> None:
        reason = text_of(act["fields"], "reason")
        await self._sent(
            partial(self.frame.bench.withdraw_all, reason=reason),
            lambda wrong: self._all_dialog(wrong, reason),
            "All are withdrawn",
        )

    async def _ask_pause(self, _act: Act) -> None:
        self.desk.ask(dialogs.ask_pause())

    async def _pause(self, act: Act) -> None:
        reason = text_of(act["fields"], "reason")
        await self._sent(
            partial(self.frame.bench.pause_blackholes, reason=reason),
            lambda wrong: dialogs.ask_pause(wrong, reason),
            "Blackholes are paused",
        )

    async def _resume(self, _act: Act) -> None:
        await self.frame.ask(self.frame.bench.resume_blackholes)
        await self._done("ok", "Blackholes are announced again")

    async def _sent(self, do: Callable[[], T], redraw: Callable[[str], str], said: str) -> None:
        """Begin it; a refusal is said in the dialog, and what waits for routers goes on without it."""
        work = asyncio.ensure_future(self.frame.ask(do))
        await asyncio.wait({work}, timeout=QUICK_S)
        if not work.done():
            self.desk.close()
            self.desk.start(partial(self._landed, work, said))
            await self._reload()
            return
        try:
            found = work.result()
        except (NotAuthenticatedError, ChangedSinceError):
            raise
        except NetwbError as error:
            faults = {field: in_page(fault) for field, fault in error.faults.items()}
            self.desk.ask(refused(redraw, sentence(error), faults))
            return
        self.desk.close()
        await self._done(*_landed_words(found, said))

    async def _landed(self, work: asyncio.Future[T], said: str) -> None:
        await self._done(*_landed_words(await work, said))

    async def _done(self, kind: Shape, said: str) -> None:
        self._note(kind, said)
        self.frame.tell(said)
        await self._reload()


async def meant(frame: Frame, act: Act) -> Blackhole:
    """The one that an act is about, as it was drawn; another's is unknown."""
    reference = str(act.get("id", ""))[:64]
    return await frame.ask(partial(frame.bench.blackhole_of, reference, seen=seen_of(act)))


def seen_of(act: Act) -> int | None:
    """The version that was drawn, where the act says it; what is no number is none there ever was."""
    said = str(act.get("seen", ""))[:20]
    if not said:
        return None
    return int(said) if said.isascii() and said.isdigit() else 0


def _landed_words(found: object, said: str) -> tuple[Shape, str]:
    """Some routers may still have it: they are tried again until they let go."""
    ones = (
        [found]
        if isinstance(found, Blackhole)
        else found
        if isinstance(found, tuple | list)
        else []
    )
    late = [one for one in ones if isinstance(one, Blackhole) and one.state == "withdrawing"]
    if late:
        return "warn", (
            f"{count(len(late), 'blackhole')} still {'stands' if len(late) == 1 else 'stand'} on some"
            " router; it is tried again until it lets go"
        )
    return "ok", said
