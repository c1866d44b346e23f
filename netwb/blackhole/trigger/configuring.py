"""Type configuration lines: into configuration mode, the lines, and out again. Nothing is judged twice.

Where lines count at once, the ones around a refused one stand. Where a commit makes them count, one
refused line abandons all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from netwb.blackhole.commands import Answer, is_committed, judge
from netwb.collect.ssh import RawOutput, Session
from netwb.collect.ssh.faults import Place
from netwb.collect.ssh.prompts import without_escapes
from netwb.errors import CommandRejectedError
from netwb.platforms.blackhole import BlackholeWords
from netwb.platforms.record import BytesPattern

MOST_BYTES = 2048  # typed ahead at once: a terminal's line buffer holds 4096


async def configure(session: Session, words: BlackholeWords, lines: Sequence[str]) -> Answer:
    """Type the lines; gives what the router said to them. Raises DeviceError.

    A DeviceError says nothing of which lines count by now.
    """
    home = session.prompt
    if words.commit:
        return await _with_commit(session, words, lines, home)
    if words.typed_ahead == 1:
        return await _one_by_one(session, words, lines, home)
    answers = [
        await _ahead(session, words, part, home) for part in _parts(lines, words.typed_ahead)
    ]
    return joined(answers)


def joined(answers: Iterable[Answer]) -> Answer:
    """What several answers say together."""
    several = list(answers)
    return Answer(
        refused=tuple(line for one in several for line in one.refused),
        done=tuple(line for one in several for line in one.done),
        new=tuple(line for one in several for line in one.new),
    )


def text_of(output: RawOutput) -> bytes:
    """What was answered, without a terminal's control sequences."""
    return without_escapes(output.transcript)


async def _ahead(
    session: Session, words: BlackholeWords, lines: Sequence[str], home: bytes
) -> Answer:
    await _enter(session, words, home)
    typed = [*_together(lines, words), *words.leave]
    output = await session.burst(typed, prompts=1, prompt=home)
    return judge(text_of(output), typed, words)


def _together(lines: Sequence[str], words: BlackholeWords) -> Sequence[str]:
    if len(lines) == 1 or not words.many:
        return lines
    first, last = words.many
    return [first, *lines, last]


async def _one_by_one(
    session: Session, words: BlackholeWords, lines: Sequence[str], home: bytes
) -> Answer:
    await _enter(session, words, home)
    answer = await _type(session, words, lines)
    await _leave(session, words, words.leave, home)
    return answer


async def _with_commit(
    session: Session, words: BlackholeWords, lines: Sequence[str], home: bytes
) -> Answer:
    await _enter(session, words, home)
    answer = await _type(session, words, lines)
    if answer.refused:
        await _leave(session, words, words.abandon, home)
        return answer
    outputs = [
        await session.converse(line, _config_prompt(session, words)) for line in words.commit
    ]
    text = b"\n".join(text_of(output) for output in outputs)
    said = judge(text, words.commit, words)
    if said.refused or not is_committed(text, words):
        await _leave(session, words, words.abandon, home)
        refused = said.refused or said.new or ("the commit was answered by nothing that is known",)
        return joined((answer, Answer(refused=refused, new=said.new)))
    await _leave(session, words, words.leave, home)
    return answer


async def _type(session: Session, words: BlackholeWords, lines: Sequence[str]) -> Answer:
    until = _config_prompt(session, words)
    answers = []
    for line in lines:
        output = await session.converse(line, until)
        answers.append(judge(text_of(output), (line,), words))
    return joined(answers)


async def _enter(session: Session, words: BlackholeWords, home: bytes) -> None:
    """Into configuration mode; a router that stays where it is must not be typed at."""
    until = _config_prompt(session, words)
    for line in words.enter:
        output = await session.converse(line, until)
        there = words.prompt is None or words.prompt.fullmatch(output.prompt) is not None
        if not there or output.prompt.strip() == home.strip():
            said = judge(text_of(output), (line,), words)
            msg = (
                f"{Place.of(session.target)}: `{line}` does not lead into configuration mode"
                f"{f' ({said.words})' if said.words else ''}; let the login configure"
            )
            raise CommandRejectedError(msg)


async def _leave(
    session: Session, words: BlackholeWords, lines: Sequence[str], home: bytes
) -> None:
    """Back to the prompt that everything else begins at."""
    *before, last = lines
    for line in before:
        await session.converse(line, _config_prompt(session, words))
    await session.converse(last)
    if session.prompt.strip() != home.strip():
        msg = f"{Place.of(session.target)}: `{last}` does not lead out of configuration mode"
        raise CommandRejectedError(msg)


def _config_prompt(session: Session, words: BlackholeWords) -> BytesPattern | None:
    """What ends an answer in configuration mode; None: any prompt of the session's own form."""
    if words.prompt is None:
        return None
    return _either(words.prompt.pattern, session.platform.session.prompt.pattern)


@lru_cache(maxsize=64)
def _either(config: bytes, command: bytes) -> BytesPattern:
    return re.compile(rb"(?:\A|[\r\n])(?:" + config + rb"|" + command + rb")\Z")


def _parts(lines: Sequence[str], most: int) -> Iterator[list[str]]:
    part: list[str] = []
    for line in lines:
        if part and (len(part) == most or sum(map(len, part)) + len(line) > MOST_BYTES):
            yield part
            part = []
        part.append(line)
    if part:
        yield part
