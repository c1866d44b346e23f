"""Judge and redact a text from anywhere: a file, a mail, another tool's backup. Pure.

Such a text has no transport that ended well, and often neither echo nor prompt; a session log has
both, and they are taken off. What can be proved from the text alone is (`netwb text judge`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from netwb.configs.canonical import canonical
from netwb.configs.records import RawConfig
from netwb.configs.redact import redact
from netwb.configs.wholeness import ProofInText, own_name, proof_in_text, text_faults
from netwb.platforms.record import BytesPattern, Platform

_UNNAMED = "the device"
_MOST_FAULTS = 100  # a text with pagers left in has one a screen
_SESSION_LINES = 40  # lines of a session log in which the command is looked for: banner and login


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a text says about itself.

    verdict   "whole" when nothing speaks against it
    reasons   what speaks against it, a sentence each, the first one decides
    notes     what cannot be known from the text
    hostname  the name that it sets; None: none
    lines     of its canonical form
    """

    verdict: Literal["whole", "not whole"]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    proof: ProofInText
    hostname: str | None
    lines: int


def judge_text(text: bytes, platform: Platform) -> Judgement:
    """Whether `text` is one whole configuration of that platform, and why not."""
    seen = canonical(_from_anywhere(text, platform), platform)
    hostname = own_name(seen, platform)
    faults = text_faults(seen, platform, hostname or _UNNAMED)
    reasons = tuple(dict.fromkeys(str(fault.cause) for fault in islice(faults, _MOST_FAULTS)))
    proof = proof_in_text(seen, platform)
    notes = (
        (f"nothing at its end proves it whole: {platform.title} prints no end mark",)
        if proof == "nothing" and platform.whole.end_mark is None
        else ()
    )
    return Judgement(
        verdict="not whole" if reasons else "whole",
        reasons=reasons,
        notes=notes,
        proof=proof,
        hostname=hostname,
        lines=seen.text.count(b"\n"),
    )


def redact_text(text: bytes, platform: Platform, *, key: bytes) -> bytes:
    """The text without its secrets and without CR; nothing of it is kept.

    key  random where the tokens need mean nothing elsewhere
    """
    return redact(text.replace(b"\r", b""), (), platform, key=key).text


def _from_anywhere(text: bytes, platform: Platform) -> RawConfig:
    """Take off what a session log has around the configuration."""
    lines = text.replace(b"\r", b"").rstrip().split(b"\n")
    prompt = platform.session.prompt
    last = lines[-1].strip()
    if prompt.fullmatch(last):
        lines.pop()
    asked = _asked(platform)
    begin = next(
        (
            number + 1
            for number, line in enumerate(lines[:_SESSION_LINES])
            if asked.match(line.strip())
        ),
        0,
    )
    return RawConfig(kind="running", command="", transcript=b"\n".join(lines[begin:]), prompt=b"")


@lru_cache(maxsize=64)
def _asked(platform: Platform) -> BytesPattern:
    """The command as a person types it, after a prompt or alone."""
    return re.compile(
        rb"(?:" + platform.session.prompt.pattern + rb")?[ \t]*sh\w* +(?:run|start|conf)"
    )
