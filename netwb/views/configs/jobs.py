"""A backup that was started from the page, as one line with a bar. Pure."""

from __future__ import annotations

from netwb.views import words
from netwb.views.cures import in_page
from netwb.views.html import Shape, button, esc, shape
from netwb.views.states import progress
from netwb.workbench.words import Job

ENDED = ("done", "failed", "interrupted")
_OUTCOMES = (
    ("changed", "changed"),
    ("unchanged", "as before"),
    ("rejected", "kept back"),
    ("failed", "failed"),
)


def render_job(job: Job | None) -> str:
    """How far it is, or how it ended; nothing where there is none."""
    if job is None:
        return ""
    if job.status in ENDED:
        kind, said = ending(job)
        close = button("Close", "close-job", kind="quiet")
        return f'<div class="job" role="status">{shape(kind)}<span>{esc(said)}</span>{close}</div>'
    done, planned = (int(job.progress.get(name, 0)) for name in ("done", "planned"))
    said = "Backup waits for its turn" if job.status == "queued" else _under_way(done, planned)
    bar = progress("Backup", done=done, planned=planned)
    return f'<div class="job">{shape("running")}<span>{esc(said)}</span></div>{bar}'


def _under_way(done: int, planned: int) -> str:
    return (
        f"Backing up: {words.number(done)} of {words.count(planned, 'device')}"
        if planned
        else "Backup begins"
    )


def ending(job: Job) -> tuple[Shape, str]:
    """Shape and sentence of a job that ended."""
    if job.status == "interrupted":
        return "warn", "The backup was interrupted: its process ended. Start it again."
    if job.status == "failed":
        error = job.result.get("error") or {}
        return (
            "bad",
            f"Backup failed: {in_page(error.get('message', 'the log of the server says why'))}",
        )
    counts = [
        f"{words.number(int(job.progress[name]))} {said}"
        for name, said in _OUTCOMES
        if job.progress.get(name)
    ]
    bad = job.progress.get("rejected") or job.progress.get("failed")
    return "warn" if bad else "ok", f"Backup done: {', '.join(counts) or 'nothing to do'}."
