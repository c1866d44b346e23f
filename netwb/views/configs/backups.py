"""Back up now, from the page: what is offered, the question before it, and the job that is followed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from netwb.roles import Permission
from netwb.views.configs import head
from netwb.views.configs.jobs import ENDED, ending
from netwb.views.fields import text_of
from netwb.views.frame import Frame
from netwb.views.sheet import Act
from netwb.workbench.words import Job

LOOK_S = 1.0  # how often a running backup is asked after
NOTE_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person may back up: the word of its act, its name, and how many devices that is.

    devices   ids; none means every device of the Workbench
    """

    which: str
    said: str
    count: int
    devices: tuple[str, ...] = ()


class Backups:
    """Files backups and follows one of them; the address holds which.

    choices   what is offered at the moment; `start` runs something beside what the person does
    """

    def __init__(
        self,
        frame: Frame,
        *,
        choices: Callable[[], tuple[Choice, ...]],
        start: Callable[[Callable[[], Awaitable[None]]], None],
        redraw: Callable[[], None],
        ended: Callable[[], Awaitable[None]],
    ) -> None:
        self._frame = frame
        self._choices = choices
        self._start = start
        self._redraw = redraw
        self._ended = ended
        self._followed = ""
        self.job: Job | None = None

    def offered(self) -> list[tuple[str, str]]:
        """(act's word, name) of each choice; none without the right."""
        if not self._frame.may(Permission.BACKUP_RUN):
            return []
        return [(choice.which, choice.said) for choice in self._choices()]

    def question(self, act: Act) -> str:
        """The dialog before a backup."""
        choice = self._chosen(act)
        return head.backup_dialog(choice.which, choice.said, count=choice.count) if choice else ""

    async def file(self, act: Act) -> None:
        """Do what the dialog asked."""
        choice = self._chosen(act)
        if choice is None:
            return
        note = text_of(act["fields"], "note")[:NOTE_LONGEST]
        frame = self._frame
        job = await frame.ask(frame.bench.start_backup, *choice.devices, note=note)
        frame.address.set(history="replace", job=job.id)
        frame.tell(f"Backup of {choice.said} begins")
        self.follow()

    def follow(self) -> None:
        """Follow the job that the address names, if that is not done already."""
        job_id = self._frame.address.get("job", "")
        if job_id == self._followed:
            return
        self._followed, self.job = job_id, None
        if job_id and self._frame.may(Permission.BACKUP_RUN):
            self._start(self._watch)

    def leave(self) -> None:
        """Follow nothing any longer."""
        self._followed, self.job = "", None

    def close(self) -> None:
        """The person has read how it ended."""
        self.leave()
        self._frame.address.set(history="replace", job=None)
        self._redraw()

    async def _watch(self) -> None:
        job_id, frame = self._followed, self._frame
        while self._followed == job_id:
            self.job = await frame.ask(frame.bench.job, job_id)
            self._redraw()
            if self.job.status in ENDED:
                frame.tell(ending(self.job)[1])
                await self._ended()
                return
            await asyncio.sleep(LOOK_S)

    def _chosen(self, act: Act) -> Choice | None:
        return next((c for c in self._choices() if c.which == act.get("which")), None)
