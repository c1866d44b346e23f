"""Whether a text by itself is one whole configuration: nothing foreign in it, nothing missing. Pure.

The order is that of facts-field "Backup", but for one thing: what is missing at the end is told
before what is missing inside, because it is the cause. What a device's own banner, certificate or
script says is never taken for an error, for an end or for a name: no good text may be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from netwb.configs.blocks import inside
from netwb.configs.canonical import Canonical, any_line
from netwb.configs.spans import rule_spans, rules_of
from netwb.errors import (
    CommandRejectedError,
    DeviceError,
    IncompleteConfigError,
    RestrictedLoginError,
)
from netwb.platforms.record import BytesPattern, Platform

ProofInText = Literal["end mark", "byte count", "end mark and byte count", "nothing"]

_FIRST_LINES = 12  # lines in which the beginning must show; EOS prints up to 6 comments before
_SHOWN = 80  # characters of a device's line in a message
_SHORT = 200  # bytes; what says that there is no configuration is one line
_CR_SLACK = 2  # bytes; emulators count the last line with or without its end
_CONTROL = re.compile(rb"[\x08\x1b]")
_QUOTED = re.compile(rb"[\"`]|(?<!\w)'")  # from here on an error repeats what it was given
_WORD = re.compile(rb"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a text is not believed. `acceptable`: a person who looked may accept it as it is."""

    cause: DeviceError
    acceptable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A platform's patterns, each made ready to search a text that begins with LF."""

    bad: BytesPattern
    restricted: BytesPattern | None
    errors: BytesPattern | None
    begins: BytesPattern | None
    hostname: BytesPattern | None
    must_contain: tuple[tuple[str, BytesPattern], ...]


@lru_cache(maxsize=64)
def _words(platform: Platform) -> _Words:
    whole, session = platform.whole, platform.session
    pager = re.compile(rb"[ \t]*(?:" + session.pager.pattern + rb")")
    bad = any_line((*whole.restricted, *session.errors, pager))
    assert bad is not None
    return _Words(
        bad=bad,
        restricted=any_line(whole.restricted),
        errors=any_line(session.errors),
        begins=any_line(whole.begins),
        hostname=whole.hostname and re.compile(rb"\n" + whole.hostname.pattern),
        must_contain=tuple(
            (in_words(item), re.compile(rb"\n(?:" + item.pattern + rb")"))
            for item in whole.must_contain
        ),
    )


def text_faults(seen: Canonical, platform: Platform, name: str) -> Iterator[Fault]:
    """What is wrong with a text, whoever sent it; the first fault decides. `name` is told."""
    if b"\0" in seen.whole:
        yield incomplete(name, "the text holds NUL bytes; back it up again")
    if not seen.text.strip():
        yield incomplete(name, "the answer is empty; check what the login may see")
        return
    yield from _bad_lines(seen, platform, name)
    if _has_control(seen):
        yield incomplete(name, "terminal control is left in the text; set the terminal to dumb")
    if not _begins(seen, platform):
        yield incomplete(name, "it begins with another command's output; back it up again")
    yield from _end_faults(seen, platform, name)
    yield from _missing(seen, platform, name)


def startup_faults(seen: Canonical, platform: Platform, name: str) -> Iterator[Fault]:
    """The same of what the device would boot, which may be nothing at all, and says so then."""
    if is_never_saved(seen.text, platform):
        return
    answer = seen.text.strip()
    if any(pattern.fullmatch(answer) for pattern in platform.whole.busy):
        reason = f"it cannot read it now, and says {shown(answer, platform)}; back it up again"
        yield incomplete(name, reason)
    yield from text_faults(seen, platform, name)


def is_never_saved(text: bytes, platform: Platform) -> bool:
    """Whether all that was answered is that there is no startup configuration."""
    answer = text.strip() if len(text) < _SHORT else b""
    return any(pattern.fullmatch(answer) for pattern in platform.whole.never_saved)


def _bad_lines(seen: Canonical, platform: Platform, name: str) -> Iterator[Fault]:
    """Lines that say the login may not, that the command was refused, or that a pager waits."""
    words = _words(platform)
    for match in words.bad.finditer(seen.whole):
        at = match.start()
        if inside(seen.blocks, at + 1):
            continue
        line = _line(seen.whole, at + 1)
        if words.restricted and words.restricted.match(seen.whole, at):
            yield restricted(name, f"it answered {shown(line, platform)}")
        elif words.errors and words.errors.match(seen.whole, at):
            yield _refused(name, line, platform)
        else:
            yield incomplete(name, "a pager is left in the text; switch paging off for the login")
    if seen.text.startswith(b"%"):
        yield _refused(
            name, _line(seen.text, 0), platform
        )  # in words that no platform file knows yet


def _refused(name: str, line: bytes, platform: Platform) -> Fault:
    msg = f"{name} answered {shown(line, platform)}; check the login's rights and the platform"
    return Fault(cause=CommandRejectedError(msg))


def _has_control(seen: Canonical) -> bool:
    """Whether ESC or backspace stands outside a banner; in one it is the device's own text."""
    if b"\x1b" not in seen.whole and b"\x08" not in seen.whole:
        return False  # 1 us for a text where the search by a class of characters takes 100
    return any(not inside(seen.blocks, match.start()) for match in _CONTROL.finditer(seen.whole))


def _begins(seen: Canonical, platform: Platform) -> bool:
    """Whether it begins as a configuration does: with a comment, or with one of the known lines.

    Another command's output before it does neither.
    """
    if seen.whole.startswith(platform.comment.encode(), seen.body):
        return True
    begins, end = _words(platform).begins, 0
    for _ in range(_FIRST_LINES):
        end = seen.whole.find(b"\n", end + 1)
        if end < 0:
            end = len(seen.whole)
            break
    return begins is None or begins.search(seen.whole, 0, end) is not None


def _end_faults(seen: Canonical, platform: Platform, name: str) -> Iterator[Fault]:
    mark = platform.whole.end_mark
    open_block = next((block.rule for block in seen.blocks if not block.closed), None)
    if mark is not None and not _ends(seen, mark):
        yield incomplete(name, f"the end mark `{in_words(mark)}` is missing; it was cut")
    elif open_block is not None:
        yield incomplete(name, f"a {open_block} never ends; it was cut")
    elif not _count_fits(seen, platform):
        reason = f"the device announced {seen.promised} bytes and sent {_counted(seen)}"
        yield Fault(cause=incomplete(name, reason).cause, acceptable=True)


def _ends(seen: Canonical, mark: BytesPattern) -> bool:
    """Whether the last line is the end mark, and not a line of a banner that was cut there."""
    start = seen.whole.rfind(b"\n", 0, -1) + 1
    ended = mark.fullmatch(seen.whole, start, len(seen.whole) - 1)
    return ended is not None and not inside(seen.blocks, start)


def _counted(seen: Canonical) -> int:
    """Bytes as IOS counts them: each line with one LF, from the line after the count, and one more.

    Worked out from four recorded outputs of IOS 15.2 and IOS-XE (98, 117, 964 and 1,297 bytes): all
    exact. The `^C` of a banner counts two bytes, as it is shown.
    """
    return len(seen.whole) - seen.promise_at + 1


def _count_fits(seen: Canonical, platform: Platform) -> bool:
    """Whether the announced size is met.

    A size that counts each CR too is taken only when it is exact: the slack of the platform on both
    readings would let a hole of some lines pass.
    """
    if seen.promised is None:
        return True
    short = seen.promised - _counted(seen)
    lines = seen.whole.count(b"\n", seen.promise_at)
    return abs(short) <= platform.whole.byte_tolerance or abs(short - lines) <= _CR_SLACK


def _missing(seen: Canonical, platform: Platform, name: str) -> Iterator[Fault]:
    """Sections that must occur. A text that is whole but lacks them was cut by the login's rights.

    IOS below privilege 15 answers a short text with a right byte count and `end`.
    """
    limited = platform.session.privileged is not None and proof_in_text(seen, platform) != "nothing"
    for words, pattern in _words(platform).must_contain:
        if any(not inside(seen.blocks, m.start() + 1) for m in pattern.finditer(seen.whole)):
            continue
        if limited:
            yield restricted(name, f"its text is whole but has no `{words}`")
        else:
            yield incomplete(name, f"no line `{words}` occurs; back it up again")


def proof_in_text(seen: Canonical, platform: Platform) -> ProofInText:
    """What in the text itself proves that its end is there."""
    mark = platform.whole.end_mark
    ended = mark is not None and _ends(seen, mark)
    counted = seen.promised is not None and _count_fits(seen, platform)
    if ended and counted:
        return "end mark and byte count"
    return "end mark" if ended else "byte count" if counted else "nothing"


def own_name(seen: Canonical, platform: Platform) -> str | None:
    """The hostname that the text itself sets; None when it sets none."""
    pattern = _words(platform).hostname
    for match in pattern.finditer(seen.whole) if pattern else ():
        if not inside(seen.blocks, match.start() + 1):
            return match.group(1).decode("utf-8", "replace").strip('"')
    return None


def incomplete(name: str, reason: str) -> Fault:
    """The text is not whole."""
    return Fault(cause=IncompleteConfigError(f"{name} sent no whole configuration: {reason}"))


def restricted(name: str, reason: str) -> Fault:
    """The login may not see everything."""
    msg = (
        f"the login may not see all of {name}: {reason}; give the credential full rights or an"
        f" enable secret"
    )
    return Fault(cause=RestrictedLoginError(msg))


def in_words(pattern: BytesPattern) -> str:
    r"""What a simple pattern stands for, for a message: the first choice, up to the first class.

    >>> in_words(re.compile(rb"line (?:vty|con) \d"))
    'line vty'
    """
    first = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", pattern.pattern.decode())
    return first.partition("\\")[0].strip()


def shown(line: bytes, platform: Platform) -> str:
    """One line of the device's for a message: its own words, short and without control characters.

    An error may repeat the line of the configuration that it is about. What it quotes is left out,
    and so is all from the first secret on: a message goes to logs, mails and reports.
    """
    text = line.strip()[:_SHOWN]
    quoted = _QUOTED.search(text)
    return printable(
        text[: min(quoted.start() if quoted else _SHOWN, _first_secret(text, platform))]
    )


def printable(text: bytes) -> str:
    """A text in quotation marks, without control characters."""
    signs = text.strip().decode("utf-8", "replace")
    return "'" + "".join(sign if sign.isprintable() else "?" for sign in signs) + "'"


def _first_secret(line: bytes, platform: Platform) -> int:
    """Where the first secret begins, wherever in the line a command of the platform begins."""
    rules = rules_of(platform)
    return min(
        (
            word.start() + span.start
            for word in _WORD.finditer(line)
            for span in rule_spans(line[word.start() :], rules)
        ),
        default=len(line),
    )


def _line(text: bytes, start: int) -> bytes:
    return text[start : text.index(b"\n", start)]
