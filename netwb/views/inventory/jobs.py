"""Backups from a page of devices: filed as a job, followed until it ends. A job's line is markup."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from netwb.views.cures import in_page
from netwb.views.desk import Desk
from netwb.views.html import Shape, button, esc, shape, tag
from netwb.views.sheet import Act
from netwb.views.words import count, number
from netwb.workbench.words import Job

LOOK_S = 1.0  # how often a job is asked after
ENDED = ("done", "failed", "interrupted")


def job_line(job: Job | None) -> str:
    """One line beside the title: how far it is, or how it ended."""
    if job is None:
        return ""
    counts = {name: int(job.progress.get(name, 0)) for name in ("planned", "done")}
    if job.status == "queued":
        return _line("running", "Backup waits for its turn", "")
    if job.status == "running":
        share = 100 * counts["done"] // counts["planned"] if counts["planned"] else 0
        bar = f'<span class="meter"><span style="width:{share}%"></span></span>'
        return _line("running", f"Backup {counts['done']} of {counts['planned']}", bar)
    return _line(*_ending(job), button("Close", "close-job", kind="quiet"))


def _line(kind: Shape, words: str, more: str) -> str:
    drawn = shape(kind)
    said = tag("span", f"{drawn}<span>{esc(words)}</span>", class_=f"st st-{kind}", role="status")
    return f'<span class="job-line">{said}{more}</span>'


def _ending(job: Job) -> tuple[Shape, str]:
    if job.status == "interrupted":
        return "warn", "The backup was interrupted: its process ended. Start it again"
    if job.status == "failed":
        error = job.result.get("error") or {}
        return "bad", f"Backup failed: {in_page(error.get('message', 'see the log'))}"
    said = [
        f"{number(int(job.progress.get(name, 0)))} {word}"
        for name, word in (
            ("changed", "changed"),
            ("unchanged", "unchanged"),
            ("rejected", "kept back"),
            ("failed", "failed"),
        )
        if job.progress.get(name)
    ]
    bad = job.progress.get("rejected") or job.progress.get("failed")
    return "warn" if bad else "ok", f"Backup done: {', '.join(said) or 'nothing to do'}"


class Backups:
    """Files backups and follows one of them; the address holds which."""

    def __init__(
        self,
        desk: Desk,
        *,
        redraw: Callable[[], Awaitable[None]],
        ended: Callable[[], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._redraw = redraw
        self._ended = ended
        self._followed = ""
        self.job: Job | None = None
        self.acts = {"close-job": self._close}

    async def start(self, devices: Sequence[str]) -> None:
        """Back these devices up, by id."""
        frame = self._desk.frame
        job = await frame.ask(frame.bench.start_backup, *devices)
        frame.address.set(history="replace", job=job.id)
        frame.tell(f"Backup of {count(len(devices), 'device')} filed")
        await self.follow()

    async def follow(self) -> None:
        """Follow the job that the address names, if it is not followed already."""
        job_id = self._desk.frame.address.get("job", "")
        if job_id == self._followed:
            return
        self._followed, self.job = job_id, None
        if job_id:
            self._desk.start(partial(self._watch, job_id))

    async def _watch(self, job_id: str) -> None:
        frame = self._desk.frame
        while self._followed == job_id:
            self.job = await frame.ask(frame.bench.job, job_id)
            await self._redraw()
            if self.job.status in ENDED:
                frame.tell(_ending(self.job)[1])
                await self._ended()
                return
            await asyncio.sleep(LOOK_S)

    def leave(self) -> None:
        """Another view takes the page: nothing is followed behind it."""
        self._followed, self.job = "", None

    async def _close(self, _act: Act) -> None:
        self.leave()
        self._desk.frame.address.set(history="replace", job=None)
        await self._redraw()
