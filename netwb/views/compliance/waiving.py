"""Waivers on the page: the list of them, giving one to the chosen cell, ending one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from netwb.compliance.report import ComplianceReport, FindingStory, Waiver
from netwb.errors import UnknownNameError
from netwb.views.compliance.dialogs import ask_end, ask_waive
from netwb.views.compliance.eye import Eye
from netwb.views.compliance.lists import render_waivers
from netwb.views.desk import Desk
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.sheet import Act, OnAct

Done = Callable[[str], Awaitable[None]]


class Waiving:
    """`story` gives the chosen cell's; `done` reads the page anew and says what was done."""

    def __init__(
        self, frame: Frame, desk: Desk, *, story: Callable[[], FindingStory | None], done: Done
    ) -> None:
        self._frame = frame
        self._desk = desk
        self._story = story
        self._done = done
        self.acts: dict[str, OnAct] = {
            "ask-waive": self._ask,
            "waive": self._waive,
            "ask-end": self._ask_end,
            "end-waiver": self._end,
        }

    async def listed(self, report: ComplianceReport, eye: Eye) -> str:
        """The table of them."""
        del report
        frame = self._frame
        waivers = await frame.ask(frame.bench.waivers, "all")
        return await frame.ask(render_waivers, waivers, eye)

    async def _ask(self, _act: Act) -> None:
        story = self._story()
        if story is not None:
            self._desk.ask(ask_waive(story))

    async def _waive(self, act: Act) -> None:
        story, bench = self._story(), self._frame.bench
        if story is None:
            return
        reason, until = (text_of(act["fields"], name) for name in ("reason", "until"))
        device, rule = story.device.device_id, story.rule.id
        done = await self._desk.tried(
            partial(bench.waive, device, rule, reason=reason, until=until),
            lambda wrong: ask_waive(story, wrong, reason=reason, until=until),
        )
        if done:
            await self._done(f"{rule} is waived on {story.device.hostname}")

    async def _ask_end(self, act: Act) -> None:
        self._desk.ask(ask_end(await self._meant(act)))

    async def _end(self, act: Act) -> None:
        waiver, bench = await self._meant(act), self._frame.bench
        if await self._desk.tried(partial(bench.end_waiver, waiver.id), partial(ask_end, waiver)):
            await self._done(f"The waiver of {waiver.rule_id} on {waiver.hostname} is ended")

    async def _meant(self, act: Act) -> Waiver:
        """One that the person may see. Raises UnknownNameError alike of a foreign and a missing one."""
        story, wanted = self._story(), act.get("waiver")
        if story is not None and story.waiver is not None and story.waiver.id == wanted:
            return story.waiver
        waivers = await self._frame.ask(self._frame.bench.waivers)
        found = next((one for one in waivers if one.id == wanted), None)
        if found is None:
            msg = "that waiver is not known, or over"
            raise UnknownNameError(msg, thing="waiver", wanted=str(wanted))
        return found
