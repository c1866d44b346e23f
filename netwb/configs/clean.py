"""The completeness gate: believe a text only when it is one whole configuration of this device.

Pure. A truncated, empty or foreign text never becomes a CleanConfig (DESIGN D3). The checks stand
in the order of facts-field "Backup", but for one: another device's text is told before a shrunk
one, which a person might accept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator

from netwb.configs.authorship import last_change
from netwb.configs.canonical import Canonical, canonical, without_terminal
from netwb.configs.names import prompt_name, same_name
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
    own_name,
    proof_in_text,
    restricted,
    shown,
    text_faults,
)
from netwb.errors import ShrunkConfigError, WrongDeviceError
from netwb.inventory.records import HOSTNAME_PATTERN
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
) -> CleanConfig | Rejected:
    """Judge what one device sent for one command.

    key  the tenant's, for the digest that tells a second identical fetch
    """
    seen = canonical(raw, platform)
    config = _config(raw, seen, platform)
    fault = next(_faults(raw, seen, platform, identity), None)
    if fault is None and last_good is not None and _has_shrunk(config, last_good, limit):
        fault = _shrunk(config, last_good, identity)
    if fault is None:
        return config
    mark = digest(key, comparable(seen.text, platform))
    if last_good is not None and _is_settled(fault, config, mark, last_good):
        return config
    return Rejected(
        kind=raw.kind,
        cause=fault.cause,
        text=seen.text,
        digest=mark,
        clean=config if fault.acceptable else None,
    )


def _faults(
    raw: RawConfig, seen: Canonical, platform: Platform, identity: Identity
) -> Iterator[Fault]:
    name, prompt = identity.called, without_terminal(raw.prompt, platform)
    if not prompt.strip():
        yield incomplete(name, "the text stopped before the prompt came back; back it up again")
    elif not _may_see_all(prompt, platform):
        yield restricted(name, f"its prompt is {shown(prompt)}")
    yield from text_faults(seen, platform, name)
    own = own_name(seen, platform) or prompt_name(prompt)
    if not _is_own(own, identity, platform):
        yield _wrong_device(own, identity)


def _may_see_all(prompt: bytes, platform: Platform) -> bool:
    privileged = platform.session.privileged
    return privileged is None or privileged.fullmatch(prompt.strip()) is not None


def _is_own(own: str, identity: Identity, platform: Platform) -> bool:
    known = (identity.hostname, identity.sysname)
    cut = platform.whole.hostname_cut
    return any(same_name(own, name, cut) for name in known if name)


def _wrong_device(own: str, identity: Identity) -> Fault:
    """Name both, and a command only where the device's word for itself is safe to paste."""
    cure = "look at the device: that is no hostname"
    if re.fullmatch(HOSTNAME_PATTERN, own):
        cure = (
            f"if that is this device's own name, run"
            f" `netwb device set {identity.called} --sysname {own}`"
        )
    msg = f"the text calls itself {shown(own.encode())}, not '{identity.hostname}'; {cure}"
    return Fault(cause=WrongDeviceError(msg))


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


def _shrunk(config: CleanConfig, last_good: LastGood, identity: Identity) -> Fault:
    name = identity.called
    msg = (
        f"{name} sent {config.lines} lines where {last_good.lines} were stored; look at it with"
        f" `netwb quarantine show {name}` and accept or discard it"
    )
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
