"""Is this the prompt? Pure functions over what a device sent so far.

A prompt is looked for in the last line only, and the cost does not grow with the text: searching
the whole text at each packet is quadratic, and finds prompts inside banners of the configuration.
"""

from __future__ import annotations

import re

from netwb.platforms.record import BytesPattern

_LINES_ABOVE = 3  # a blank one, what is said, another blank one
LONGEST = 512  # bytes of one prompt with its escape codes; a hostname has at most 63 characters

# ECMA-48 control sequences, two-byte escapes, and the title that a terminal is given (xterm).
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\-~])")


def without_escapes(text: bytes) -> bytes:
    """The text without terminal control sequences."""
    return _ESCAPES.sub(b"", text) if b"\x1b" in text else text


def last_line(text: bytes | bytearray) -> bytes:
    """What stands after the last line end, without control sequences; empty if longer than LONGEST."""
    tail = bytes(text[-LONGEST:])
    start = tail.rfind(b"\n") + 1
    if start == 0 and len(text) > LONGEST:
        return b""
    line = without_escapes(tail[start:]).rstrip(b"\r\0")
    return line[line.rfind(b"\r") + 1 :].lstrip(b"\0")


def prompt_in(text: bytes | bytearray, pattern: BytesPattern) -> bytes | None:
    """The last line, where it is a prompt by the platform's pattern."""
    line = last_line(text)
    return line if line and pattern.fullmatch(line) else None


def prompts_at_end(
    text: bytes | bytearray, prompt: bytes, *, most: int, above: BytesPattern | None = None
) -> tuple[int, int]:
    """How many lines at the end are exactly this prompt (at most `most`), and where they begin.

    The lines before the last one are what empty input left: the prompt, then a line end.

    above   what the platform writes on a line of its own above each prompt
    """
    end, count = len(text), 0
    while count < most and last_line_is(text, end, prompt):
        count += 1
        begin = _line_begin(text, end)
        end = _over(text, _before_line_end(text, begin), above)
    return count, begin if count else len(text)


def last_line_is(text: bytes | bytearray, end: int, prompt: bytes) -> bool:
    """Whether the text up to `end` ends in a line that is exactly this prompt."""
    return last_line(text[max(0, end - LONGEST - 1) : end]) == prompt


def _over(text: bytes | bytearray, end: int, above: BytesPattern | None) -> int:
    """Where the text ends without what stands above a prompt, and blank lines around that."""
    for _ in range(_LINES_ABOVE if above is not None else 0):
        line = last_line(text[max(0, end - LONGEST - 1) : end])
        if line and above is not None and not above.fullmatch(line):
            break
        end = _before_line_end(text, _line_begin(text, end))
    return end


def _line_begin(text: bytes | bytearray, end: int) -> int:
    return text.rfind(b"\n", max(0, end - LONGEST - 1), end) + 1


def _before_line_end(text: bytes | bytearray, begin: int) -> int:
    """Where the line before ends: in front of LF and the CRs around it."""
    end = begin - 1
    while end > 0 and text[end - 1] in b"\r":
        end -= 1
    return max(end, 0)
