"""The types on the arrows: RawConfig -> CleanConfig | Rejected -> Redacted -> (archive) Revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from netwb.errors import DeviceError
from netwb.inventory.records import ConfigKind

Proof = Literal["end mark", "byte count", "end mark and byte count", "prompt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawConfig:
    """What one device sent for one command, byte for byte as recorded on the wire.

    transcript  from the command's echo up to, not including, the final prompt
    prompt      the prompt that came after it, as sent; empty when none was seen
    broken      what ended the login before the text was there; the gate refuses it by that cause
    """

    kind: ConfigKind
    command: str
    transcript: bytes = field(repr=False)
    prompt: bytes
    broken: DeviceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the text must belong to.

    reference   what names the device in a command, as tenant/hostname; None: its hostname
    trigger     netwb announces blackholes there, so that its own routes are no change of it
    """

    hostname: str
    sysname: str | None = None
    serial: str | None = None
    reference: str | None = None
    trigger: bool = False

    @property
    def called(self) -> str:
        """The device in messages, so that the command in them can be typed as it stands."""
        return self.reference or self.hostname


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    """What the newest stored revision looks like, and what was quarantined after it.

    lines      number of lines of the last good canonical text
    suspect    digest (`digest()` of `configs.clean`) of the newest text that is held for its loss of
               lines alone; one that was held for anything else is never believed by itself
    digest     that of the last good text itself: what a person accepted once is not refused again
    discarded  digests of texts that a person discarded: none of them is believed by itself
    """

    lines: int
    suspect: str | None = None
    digest: str | None = None
    discarded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkLimit:
    """A loss over both is suspicious."""

    percent: float
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatileLine:
    """A volatile line, taken out; `line` is its 0-based place in the text before it was."""

    line: int
    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanConfig:
    """A whole configuration in canonical form: no echo, prompt, CR or volatile line; ends with LF.

    proof       what proves it whole: an end mark, a byte count, both, or only the prompt after it
    changed_by  who the device says changed it last, and when (aware UTC); None: not said
    """

    kind: ConfigKind
    text: bytes = field(repr=False)
    lines: int
    volatile: tuple[VolatileLine, ...] = field(repr=False)
    proof: Proof
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A text that is not believed. `text` is as canonical as it could be made, for a person to see.

    acceptable  a person may accept it (`netwb quarantine accept`): it cleaned up, but is suspicious
    """

    kind: ConfigKind
    cause: DeviceError
    text: bytes = field(repr=False)
    digest: str
    clean: CleanConfig | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One token's place: byte offset in the redacted text."""

    offset: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret taken out. `value` are its exact bytes; `fingerprint` is of the decoded value.

    full    the whole HMAC in hex; the token shows its first digits
    """

    token: str
    full: str
    value: bytes = field(repr=False)
    fingerprint: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A canonical text without its secrets, and what is needed to put them back."""

    text: bytes = field(repr=False)
    placed: tuple[Placed, ...]
    secrets: Mapping[str, Secret] = field(repr=False)  # by token
    volatile: tuple[VolatileLine, ...] = field(repr=False)  # redacted too
    rule_set: str
