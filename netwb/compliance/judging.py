"""What judges texts by a set of rules: in this process, and what is written in Python in one of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import thread_time
from typing import TYPE_CHECKING

from netwb.compliance.evaluate import judge_all, judge_states
from netwb.compliance.following import Found
from netwb.compliance.records import Finding, Rule
from netwb.compliance.text import ConfigText

if TYPE_CHECKING:
    from netwb.compliance.python_rules import PythonRules
    from netwb.compliance.sources import Loaded
    from netwb.platforms.record import Platform

Judging = Callable[..., tuple[Finding, ...]]  # `evaluate.judge_all`, or that of PythonRules
Stating = Callable[..., Found]  # `evaluate.judge_states`, or that of PythonRules
_TEXT_S = 20.0  # of work for all rules of one text; 300 lines take milliseconds, 10 MB seconds


@contextmanager
def judging(loaded: Loaded, python: Callable[[], PythonRules]) -> Iterator[Judging]:
    """What judges by those rules: also by such as are written in Python, where there are any."""
    if not loaded.code:
        yield judge_all
        return
    with python() as process:
        yield process.judge_all


@contextmanager
def stating(loaded: Loaded, python: Callable[[], PythonRules]) -> Iterator[Stating]:
    """The same, for the states alone."""
    if not loaded.code:
        yield judge_states
        return
    with python() as process:
        yield process.judge_states


def text_found(  # noqa: PLR0913, PLR0917 - by what, and of what
    platforms: Mapping[str, Platform],
    judge: Stating,
    rules: Sequence[Rule],
    platform: str,
    running: bytes | None,
    startup: bytes | None,
) -> Found:
    """What each rule finds in a text; without one nothing is evaluated."""
    if running is None:
        return {rule.id: "not_evaluated" for rule in rules}
    return judge(
        rules,
        text_of(platforms, running, platform),
        platform=platform,
        startup=None if startup is None else text_of(platforms, startup, platform),
        late=_time_limit(_TEXT_S),
    )


def _time_limit(seconds: float) -> Callable[[], bool]:
    """Whether this thread has worked longer than that since; a busy machine costs nobody a finding."""
    end = thread_time() + seconds
    return lambda: thread_time() > end


def text_of(platforms: Mapping[str, Platform], data: bytes, platform: str) -> ConfigText:
    """As that platform nests it; one that has no record any more, by its indentation."""
    record = platforms.get(platform)
    return ConfigText.of(data, "indent") if record is None else ConfigText.by(record, data)
