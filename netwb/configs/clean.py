"""The completeness gate: believe a text only when it is one whole configuration of this device.

Pure. A truncated, empty or foreign text never becomes a CleanConfig (DESIGN D3). The checks stand
in the order of facts-field "Backup", but for one thing: what a person may accept never hides what
nobody may, so that the first fault of the second kind decides.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain

from netwb.configs.authorship import last_change
from netwb.configs.canonical import Canonical, canonical, without_terminal
from netwb.configs.names import prompt_name
from netwb.configs.owner import is_own, is_safe_name, serial_fault, wrong_device
from netwb.configs.records import (
    CleanConfig,
    Identity,
    LastGood,
    RawConfig,
    Rejected,
    ShrinkLimit,
)
from netwb.configs.redact import comparable
from netwb.configs.wholeness import (
    Fault,
    incomplete,
    is_never_saved,
    own_name,
    printable,
    proof_in_text,
    restricted,
    startup_faults,
    text_faults,
)
from netwb.errors import ShrunkConfigError
from netwb.platforms.record import Platform


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
    serial: str | None = None,
) -> CleanConfig | Rejected:
    """Judge what one device sent for one command.

    key     the tenant's, for the digest that tells a second identical fetch
    serial  what the device said of itself in the same login; None: not asked, or not said
    """
    seen = canonical(raw, platform, trigger=identity.trigger)
    config = _config(raw, seen, platform)
    gone = raw.kind == "startup" and is_never_saved(seen.text, platform)
    mark = cache(lambda: digest(key, comparable(seen.text, platform)))
    fault = _deciding(
        chain(
            _faults(raw, seen, platform, identity),
            # a device that says that it has no such text has lost none of its lines
            _doubts(config, identity, None if gone else last_good, limit, serial, mark=mark),
        )
    )
    if fault is None:
        return config
    if last_good is not None and _is_settled(fault, config, mark(), last_good):
        return config
    return Rejected(
        kind=raw.kind,
        cause=fault.cause,
        text=seen.text,
        digest=mark(),
        clean=config if fault.acceptable else None,
    )


def _faults(
    raw: RawConfig, seen: Canonical, platform: Platform, identity: Identity
) -> Iterator[Fault]:
    name, prompt = identity.called, without_terminal(raw.prompt, platform)
    if raw.broken is not None:
        yield Fault(cause=raw.broken)
    if not prompt.strip():
        yield incomplete(name, "the text stopped before the prompt came back; back it up again")
    elif not _may_see_all(prompt, platform):
        name_shown = prompt_name(prompt)
        ours = is_own(None, name_shown, identity, platform)  # another one's name is not told
        safe = ours and is_safe_name(name_shown, seen, platform)
        shown = prompt if safe else prompt.strip()[-1:]
        yield restricted(name, f"its prompt is {printable(shown)}")
    if raw.kind == "startup":
        yield from startup_faults(seen, platform, name)
    else:
        yield from text_faults(seen, platform, name)
    own = own_name(seen, platform)
    if not is_own(own, prompt_name(prompt), identity, platform):
        yield wrong_device(own or prompt_name(prompt), seen, platform, identity)


def _doubts(  # noqa: PLR0913 - what it is held beside
    config: CleanConfig,
    identity: Identity,
    last_good: LastGood | None,
    limit: ShrinkLimit,
    serial: str | None,
    *,
    mark: Callable[[], str],
) -> Iterator[Fault]:
    """What looks wrong beside what was known before; a person may accept it."""
    exchanged = serial_fault(identity, serial)
    if exchanged is not None:
        yield exchanged
    if last_good is not None and _has_shrunk(config, last_good, limit):
        yield _shrunk(config, last_good, identity, mark())


def _deciding(faults: Iterable[Fault]) -> Fault | None:
    """The first fault that nobody may accept; else the first one, which tells all the others too.

    Who accepts a text must have read of everything that is wrong with it.
    """
    acceptable: list[Fault] = []
    for fault in faults:
        if not fault.acceptable:
            return fault
        acceptable.append(fault)
    if len(acceptable) < 2:
        return acceptable[0] if acceptable else None
    first = type(acceptable[0].cause)
    return Fault(cause=first("; ".join(str(fault.cause) for fault in acceptable)), acceptable=True)


def _may_see_all(prompt: bytes, platform: Platform) -> bool:
    privileged = platform.session.privileged
    return privileged is None or privileged.fullmatch(prompt.strip()) is not None


def _has_shrunk(config: CleanConfig, last_good: LastGood, limit: ShrinkLimit) -> bool:
    lost = last_good.lines - config.lines
    return lost >= limit.lines and lost * 100 > last_good.lines * limit.percent


def _is_settled(fault: Fault, config: CleanConfig, mark: str, last_good: LastGood) -> bool:
    """Whether a suspicious text may be believed all the same.

    It may when it is the last good one, which a person accepted then; and, after a great loss, when
    it is the held one again and proves its own end. Without such a proof a truncation that repeats
    itself would look the same.
    """
    if fault.acceptable and last_good.digest == mark:
        return True
    shrunk = isinstance(fault.cause, ShrunkConfigError)
    return shrunk and last_good.suspect == mark and config.proof != "prompt"


def _shrunk(config: CleanConfig, last_good: LastGood, identity: Identity, mark: str) -> Fault:
    name = identity.called
    held = " ".join((name, *(("--startup",) if config.kind == "startup" else ())))
    msg = (
        f"{name} sent {config.lines} lines where {last_good.lines} were stored; look at it with"
        f" `netwb quarantine show {held}` and accept or discard it"
    )
    if mark in last_good.discarded:
        msg += "; this very text was discarded before, so that it waits for a person each time"
    elif config.proof != "prompt":
        msg += "; the very same text fetched once more is believed, for it proves itself whole"
    return Fault(cause=ShrunkConfigError(msg), acceptable=True)


def _config(raw: RawConfig, seen: Canonical, platform: Platform) -> CleanConfig:
    changed_by, changed_at = last_change(seen.volatile, seen.text, platform)
    proof = proof_in_text(seen, platform)
    return CleanConfig(
        kind=raw.kind,
        text=seen.text,
        lines=seen.text.count(b"\n"),
        volatile=seen.volatile,
        proof="prompt" if proof == "nothing" else proof,
        changed_by=changed_by,
        changed_at=changed_at,
    )
