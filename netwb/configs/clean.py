"""The completeness gate: believe a text only when it is one whole configuration of this device.

Pure. A truncated, empty or foreign text never becomes a CleanConfig (DESIGN D3). The checks stand
in the order of facts-field "Backup"; two differ, so that the cause named is the true one: what is
missing at the end before what is missing inside, and another device's text before a shrunk one.
What a device's own banner, certificate or script says is never taken for an error.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from netwb.configs.authorship import last_change
from netwb.configs.blocks import inside
from netwb.configs.canonical import Canonical, any_line, canonical
from netwb.configs.names import prompt_name, same_name
from netwb.configs.records import (
    CleanConfig,
    Identity,
    LastGood,
    Proof,
    RawConfig,
    Rejected,
    ShrinkLimit,
)
from netwb.errors import (
    CommandRejectedError,
    DeviceError,
    IncompleteConfigError,
    RestrictedLoginError,
    ShrunkConfigError,
    WrongDeviceError,
)
from netwb.platforms.record import BytesPattern, Platform

ProofInText = Literal["end mark", "byte count", "end mark and byte count", "nothing"]

_FIRST_LINES = 12  # lines in which the beginning must show; EOS prints up to 6 comments before
_SHOWN = 80  # characters of a device's line in a message


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
    hostname = whole.hostname and re.compile(rb"\n" + whole.hostname.pattern)
    return _Words(
        bad=bad,
        restricted=any_line(whole.restricted),
        errors=any_line(session.errors),
        begins=any_line(whole.begins),
        hostname=hostname,
        must_contain=tuple(
            (item.pattern.decode(), re.compile(rb"\n" + item.pattern))
            for item in whole.must_contain
        ),
    )


def digest(key: bytes, text: bytes) -> str:
    """What tells one canonical text from another without showing it: HMAC-SHA256 in hex."""
    return hmac.digest(key, text, "sha256").hex()


def clean(  # noqa: PLR0913 - one arrow of the data flow; all but the text go by keyword
    raw: RawConfig,
    platform: Platform,
    *,
    identity: Identity,
    last_good: LastGood | None,
    limit: ShrinkLimit,
    key: bytes,
) -> CleanConfig | Rejected:
    """Judge what one device sent for one command.

    key  the tenant's, for the digest that tells a second identical fetch
    """
    seen = canonical(raw, platform)
    found = next(_faults(raw, seen, platform, identity), None)
    config = _config(raw, seen, platform)
    mark = digest(key, seen.text)
    if found is None:
        found = _shrink_fault(config, mark, last_good, limit, identity)
    if found is None:
        return config
    return Rejected(
        kind=raw.kind,
        cause=found.cause,
        text=seen.text,
        digest=mark,
        clean=config if found.acceptable else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """Why a text is not believed. `acceptable`: a person who looked may accept it as it is."""

    cause: DeviceError
    acceptable: bool = False


def _faults(
    raw: RawConfig, seen: Canonical, platform: Platform, identity: Identity
) -> Iterator[_Fault]:
    name = identity.hostname
    if not raw.prompt.strip():
        yield _incomplete(name, "the text stopped before the prompt came back; back it up again")
    elif not _may_see_all(raw.prompt, platform):
        yield _Fault(cause=_restricted(name, f"its prompt is {_shown(raw.prompt)}"))
    yield from text_faults(seen, platform, name)
    own = own_name(seen, platform) or prompt_name(raw.prompt)
    if not _is_own(own, identity, platform):
        yield _Fault(cause=_wrong_device(own, identity))


def text_faults(seen: Canonical, platform: Platform, name: str) -> Iterator[_Fault]:
    """What is wrong with a text by itself, whoever sent it; `name` is for the messages."""
    if b"\0" in seen.whole:
        yield _incomplete(name, "the text holds NUL bytes; back it up again")
    if not seen.text.strip():
        yield _incomplete(name, "the answer is empty; check what the login may see")
        return
    yield from _bad_lines(seen, platform, name)
    if _has_control(seen):
        yield _incomplete(name, "terminal control is left in the text; set the terminal to dumb")
    if not _begins(seen, platform):
        yield _incomplete(name, "it begins with another command's output; back it up again")
    open_block = next((block.rule for block in seen.blocks if not block.closed), None)
    mark = platform.whole.end_mark
    if mark is not None and not _ends(seen, platform):
        yield _incomplete(name, f"the end mark `{mark.pattern.decode()}` is missing; it was cut")
    elif open_block is not None:
        yield _incomplete(name, f"a {open_block} never ends; it was cut")
    elif not _count_fits(seen, platform):
        reason = f"the device announced {seen.promised} bytes and sent {_counted(seen)}"
        yield _Fault(cause=_incomplete(name, reason).cause, acceptable=True)
    yield from _missing(seen, platform, name)


def _may_see_all(prompt: bytes, platform: Platform) -> bool:
    privileged = platform.session.privileged
    return privileged is None or privileged.fullmatch(prompt.strip()) is not None


def _bad_lines(seen: Canonical, platform: Platform, name: str) -> Iterator[_Fault]:
    words = _words(platform)
    for match in words.bad.finditer(seen.whole):
        at = match.start()
        if inside(seen.blocks, at + 1):
            continue
        line = _shown(seen.whole[at + 1 : seen.whole.index(b"\n", at + 1)])
        if words.restricted and words.restricted.match(seen.whole, at):
            yield _Fault(cause=_restricted(name, f"it answered {line}"))
        elif words.errors and words.errors.match(seen.whole, at):
            msg = f"{name} answered {line}; check the login's rights and the platform"
            yield _Fault(cause=CommandRejectedError(msg))
        else:
            yield _incomplete(name, "a pager is left in the text; switch paging off for the login")


def _has_control(seen: Canonical) -> bool:
    """Whether ESC or backspace stands outside a banner; in one it is the device's own text."""
    for byte in (b"\x1b", b"\x08"):
        at = seen.whole.find(byte)
        while at >= 0:
            if not inside(seen.blocks, at):
                return True
            at = seen.whole.find(byte, at + 1)
    return False


def _begins(seen: Canonical, platform: Platform) -> bool:
    """Whether one of the first lines, header included, is one that a configuration begins with."""
    begins, end = _words(platform).begins, 0
    for _ in range(_FIRST_LINES):
        end = seen.whole.find(b"\n", end + 1)
        if end < 0:
            end = len(seen.whole)
            break
    return begins is None or begins.search(seen.whole, 0, end) is not None


def _ends(seen: Canonical, platform: Platform) -> bool:
    mark = platform.whole.end_mark
    start = seen.whole.rfind(b"\n", 0, -1) + 1
    return mark is None or (
        mark.fullmatch(seen.whole, start, len(seen.whole) - 1) is not None
        and not inside(seen.blocks, start)
    )


def _counted(seen: Canonical) -> int:
    """Bytes as IOS counts them: each line with one LF, from the line after the count, and one more.

    Measured on four recorded outputs of IOS 15.2 and IOS-XE (98, 117, 964 and 1,297 bytes): exact
    on all; `^C` of a banner counts two bytes, as it is shown.
    """
    return len(seen.whole) - seen.promise_at + 1


def _count_fits(seen: Canonical, platform: Platform) -> bool:
    """Whether the announced size is met, counting lines by LF, or by CR and LF as some emulators."""
    if seen.promised is None:
        return True
    missing = seen.promised - _counted(seen)
    lines = seen.whole.count(b"\n", seen.promise_at)
    return min(abs(missing), abs(missing - lines)) <= platform.whole.byte_tolerance


def _missing(seen: Canonical, platform: Platform, name: str) -> Iterator[_Fault]:
    """Sections that must occur. A text that is whole but lacks them was cut by the login's rights.

    IOS below privilege 15 answers a short text with a right byte count and `end`.
    """
    for words, pattern in _words(platform).must_contain:
        if any(not inside(seen.blocks, m.start() + 1) for m in pattern.finditer(seen.whole)):
            continue
        if proof_in_text(seen, platform) != "nothing" and platform.session.privileged is not None:
            yield _Fault(cause=_restricted(name, f"its text is whole but has no `{words}`"))
        else:
            yield _incomplete(name, f"no line `{words}` occurs; back it up again")


def own_name(seen: Canonical, platform: Platform) -> str | None:
    """The hostname that the text itself sets; None when it sets none."""
    pattern = _words(platform).hostname
    for match in pattern.finditer(seen.whole) if pattern else ():
        if not inside(seen.blocks, match.start() + 1):
            return match.group(1).decode("utf-8", "replace").strip('"')
    return None


def _is_own(own: str, identity: Identity, platform: Platform) -> bool:
    known = (identity.hostname, identity.sysname)
    cut = platform.whole.hostname_cut
    return not own or any(same_name(own, name, cut) for name in known if name)


def _shrink_fault(
    config: CleanConfig,
    mark: str,
    last_good: LastGood | None,
    limit: ShrinkLimit,
    identity: Identity,
) -> _Fault | None:
    """A great loss of lines; a second identical fetch settles it where the text proves itself.

    Without such a proof a truncation that repeats itself would look the same.
    """
    if last_good is None:
        return None
    lost = last_good.lines - config.lines
    if lost <= limit.lines or lost * 100 <= last_good.lines * limit.percent:
        return None
    if last_good.suspect == mark and config.proof != "prompt":
        return None
    msg = (
        f"{identity.hostname} sent {config.lines} lines where {last_good.lines} were stored; look"
        f" at it with `netwb quarantine show {identity.hostname}` and accept or discard it"
    )
    return _Fault(cause=ShrunkConfigError(msg), acceptable=True)


def _config(raw: RawConfig, seen: Canonical, platform: Platform) -> CleanConfig:
    changed_by, changed_at = last_change(seen.volatile, seen.text, platform)
    return CleanConfig(
        kind=raw.kind,
        text=seen.text,
        lines=seen.text.count(b"\n"),
        volatile=seen.volatile,
        proof=_proof(seen, platform),
        changed_by=changed_by,
        changed_at=changed_at,
    )


def proof_in_text(seen: Canonical, platform: Platform) -> ProofInText:
    """What in the text itself proves that its end is there."""
    ended = platform.whole.end_mark is not None and _ends(seen, platform)
    counted = seen.promised is not None and _count_fits(seen, platform)
    if ended and counted:
        return "end mark and byte count"
    return "end mark" if ended else "byte count" if counted else "nothing"


def _proof(seen: Canonical, platform: Platform) -> Proof:
    found = proof_in_text(seen, platform)
    return "prompt" if found == "nothing" else found


def _incomplete(name: str, reason: str) -> _Fault:
    return _Fault(cause=IncompleteConfigError(f"{name} sent no whole configuration: {reason}"))


def _restricted(name: str, reason: str) -> RestrictedLoginError:
    msg = (
        f"the login may not see all of {name}: {reason}; give the credential full rights or an"
        f" enable secret"
    )
    return RestrictedLoginError(msg)


def _wrong_device(own: str, identity: Identity) -> WrongDeviceError:
    known = identity.hostname
    msg = (
        f"the text calls itself {own!r}, not {known!r}; if that is this device's own name, run"
        f" `netwb device set {known} --sysname {own}`"
    )
    return WrongDeviceError(msg)


def _shown(line: bytes) -> str:
    """One line of the device's for a message, short and without control characters."""
    text = line.strip()[:_SHOWN].decode("utf-8", "replace")
    return "'" + "".join(sign if sign.isprintable() else "?" for sign in text) + "'"
