"""`Asking`: the form at the right. The guard answers what is typed, and nothing is sent by that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from netwb.blackhole.records import REACHES
from netwb.errors import InputError, NetwbError, NotAuthenticatedError, NotPermittedError
from netwb.views.cures import in_page
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.html import Shape
from netwb.views.security.form import Draft
from netwb.views.security.good import GoodTraffic, KeptTraffic
from netwb.views.sheet import Act, OnAct
from netwb.workbench.blackhole_records import BlackholeAnswer

FIELDS = ("prefix", "minutes", "scope", "reason", "break_glass")


class Asking:
    """What stands in the form, and what the guard says of it.

    redraw   the form alone
    reload   the page, after something was asked for
    """

    def __init__(
        self, frame: Frame, *, redraw: Callable[[], None], reload: Callable[[], Awaitable[None]]
    ) -> None:
        self.frame = frame
        self.draft = Draft()
        self._redraw = redraw
        self._reload = reload
        self._typed = 0  # questions to the guard
        self._good = KeptTraffic()
        self.acts: Mapping[str, OnAct] = {"guard": self._guard, "request": self._request}

    async def _guard(self, act: Act) -> None:
        """What the guard says of what stands in the form by now."""
        self._typed += 1
        typed, values = self._typed, _values(act)
        draft = Draft(values=values)
        if values["prefix"]:
            draft = await self._tried(draft)
        if typed == self._typed:
            self.draft = draft
            self._redraw()

    async def _tried(self, draft: Draft) -> Draft:
        try:
            answer = await self.frame.ask(self._asked_for, draft.values, dry_run=True)
        except NotAuthenticatedError:
            raise
        except NetwbError as error:
            return replace(draft, wrong=sentence(error))
        return replace(draft, answer=answer, good=await self._lost_with(answer))

    async def _lost_with(self, answer: BlackholeAnswer) -> GoodTraffic | None:
        if answer.answer == "deny" or answer.tenant is None:
            return None
        frame = self.frame
        return await frame.ask(self._good.of, frame.bench, answer.tenant, frame.now())

    def _asked_for(self, values: Mapping[str, str], *, dry_run: bool) -> BlackholeAnswer:
        scope = values["scope"]
        return self.frame.bench.blackhole(
            values["prefix"],
            minutes=minutes_of(values["minutes"]),
            reason=values["reason"] or ("not said yet" if dry_run else ""),
            reach=scope if scope in REACHES else None,
            break_glass=bool(values["break_glass"]),
            dry_run=dry_run,
            wait_s=0,
        )

    async def _request(self, act: Act) -> None:
        self._typed += 1
        values = _values(act)
        self.draft = Draft(values=values)
        try:
            answer = await self.frame.ask(self._asked_for, values, dry_run=False)
        except (NotAuthenticatedError, NotPermittedError):
            raise
        except NetwbError as error:
            self.draft = Draft(values=values, wrong=sentence(error))
            self._redraw()
            return
        done = _done_words(answer)
        denied = answer.answer == "deny"
        self.draft = Draft(
            values=values if denied else {}, answer=answer if denied else None, done=done
        )
        self.frame.tell(done[1])
        await self._reload()


def _values(act: Act) -> dict[str, str]:
    fields = act.get("fields", {})
    return {name: text_of(fields, name) for name in FIELDS}


def minutes_of(said: str) -> int | None:
    """A whole number of them, or none; InputError."""
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 7):
        msg = f"{said[:20]!r} is no number of minutes; give a whole one, as 20"
        raise InputError(msg)
    return int(said)


def sentence(error: NetwbError) -> str:
    """Its own words; a command's option is a field here."""
    said = in_page(error)
    return said[:1].upper() + said[1:]


def _done_words(answer: BlackholeAnswer) -> tuple[Shape, str]:
    """What became of a request."""
    why = "; ".join(answer.why)
    network = answer.prefix
    if answer.repeat:
        return "ok", f"{network} was asked for already, and is {answer.state}"
    if answer.answer == "deny":
        return "bad", f"{network} is denied"
    if answer.shadow:
        return "ghost", f"{network} is written down, and nothing is sent: its site is in shadow"
    if answer.answer == "hold":
        return "held", f"{network} is held: {why}"
    return "running", f"{network} is being announced"
