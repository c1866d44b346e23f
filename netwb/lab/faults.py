"""What can go wrong with a simulated device, and what each fault does to its text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Fault = Literal[
    "port_closed",
    "no_banner",
    "login_refused",
    "hangs_after_login",
    "hangs_in_the_middle",
    "dropped_in_the_middle",
    "slow_trickle",
    "cut_without_end",
    "empty",
    "authorization_failed",
    "another_device",
    "pager_left_on",
    "escape_codes",
    "nul_bytes",
    "high_bytes",
    "prompt_in_the_text",
    "half_the_size",
    "restricted",
    "restricted_quietly",
    "host_key_changed",
    "old_algorithms_only",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

Effect = Literal["unreachable", "refused", "silent", "lost", "spoiled", "harmless"]
EFFECTS: Mapping[Fault, Effect] = MappingProxyType(
    {
        "port_closed": "unreachable",
        "no_banner": "unreachable",
        "login_refused": "refused",
        "hangs_after_login": "silent",
        "hangs_in_the_middle": "silent",
        "dropped_in_the_middle": "lost",
        "slow_trickle": "silent",  # never idle for long: only a total deadline ends it
        "cut_without_end": "spoiled",
        "empty": "spoiled",
        "authorization_failed": "spoiled",
        "another_device": "spoiled",
        "pager_left_on": "spoiled",  # a client that answers the pager gets the whole text
        "escape_codes": "spoiled",
        "nul_bytes": "spoiled",
        "high_bytes": "harmless",  # a description in Latin-1: a good text
        "prompt_in_the_text": "harmless",  # a banner that repeats the prompt, and a pause after it
        "half_the_size": "spoiled",  # well-formed; only a comparison with the last one tells
        "restricted": "spoiled",
        "restricted_quietly": "spoiled",
        "host_key_changed": "refused",
        "old_algorithms_only": "harmless",  # for a client that still offers them
    }
)
"""What a collector can see of each fault; "spoiled" ends well and must not be believed."""

_NEEDED = re.compile(r"^(?:version|hostname|switchname|frr|line|! device|end)\b", re.MULTILINE)
_BANNER = re.compile(rb"(?<=\n)Authorized use only\.\r\nSessions are recorded\.")
_COUNT = re.compile(r"(Current configuration : )\d+ bytes\n")


def spoil(fault: Fault | None, printed: bytes) -> bytes:
    """Give what a device with this fault prints in place of `printed`, LF line ends.

    Faults of the connection leave the text as it is.
    """
    match fault:
        case "cut_without_end":
            return _cut(printed)
        case "empty":
            return b"\n"
        case "escape_codes":
            return printed.replace(b"\ninterface ", b"\n\x1b[2K\x1b[1Ginterface ")
        case "nul_bytes":
            return printed.replace(b"description ", b"description \x00", 1)
        case "high_bytes":
            return _high(printed)
        case _:
            return printed


def tear_at_prompt(sent: bytes, prompt: bytes) -> tuple[bytes, bytes]:
    """Put the prompt as a line of its own into the banner, and tear the text right after it.

    The text keeps its length. FRR has no banner of several lines: it is torn in the middle.
    """
    found = _BANNER.search(sent)
    if found is None:
        return sent[: len(sent) // 2], sent[len(sent) // 2 :]
    rest = b"." * (len(found.group()) - len(prompt) - 2)
    return sent[: found.start()] + prompt, b"\r\n" + rest + sent[found.end() :]


def halve(printed: str) -> str:
    """Leave out the longest sections until half the lines are there, and count the bytes anew.

    What is left begins and ends as it must: only a comparison with the last good text tells.
    """
    between = "\n!\n" if "\n!\n" in printed else "\n\n"
    blocks = printed.split(between)
    lengths = [block.count("\n") + 2 for block in blocks]
    wanted = sum(lengths) // 2
    for place in sorted(range(1, len(blocks) - 1), key=lambda at: -lengths[at]):
        if sum(lengths) <= wanted:
            break
        if not _NEEDED.search(blocks[place]):
            lengths[place] = 0
    kept = between.join(block for block, length in zip(blocks, lengths, strict=True) if length)
    head, counted, body = _COUNT.split(kept, maxsplit=1) if _COUNT.search(kept) else ("", "", kept)
    if not counted:
        return kept
    size = len(body.removesuffix("\n"))
    return f"{head}Current configuration : {size} bytes\n{body}"


def _cut(printed: bytes) -> bytes:
    """Stop after a whole line at about 60 %, as a device does that ran out of memory."""
    place = printed.rfind(b"\n", 0, len(printed) * 6 // 10)
    return printed[: place + 1]


def _high(printed: bytes) -> bytes:
    """Put two Latin-1 letters into the first description: still the same number of bytes."""
    return re.sub(rb"(description )..", b"\\1\xc4\xe9", printed, count=1)
