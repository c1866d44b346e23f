"""What a commit of the archive says: subject, author, and trailers that let SQL be rebuilt from it.

Pure. People's words (note, author) lose control characters and `<>`, which Git's own format cannot
hold; a device's words (volatile lines) are percent-encoded, because they must come back byte for
byte. A commit without our trailers was made by a person; it reads as None.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import cast
from urllib.parse import quote_from_bytes, unquote_to_bytes

from netwb.archive.records import UNKNOWN, Cause
from netwb.inventory.records import ConfigKind

NAME_LIMIT = 100  # characters of an author's name; longer ones are no login
NOTE_LIMIT = 500  # characters of a note
SUBJECT_LIMIT = 100  # characters of it that the first line of a commit shows
NAMES = ", "  # between the people of one change
_READABLE = " !\"#$&'()*+,-./:;=?@[\\]^_`{|}~"  # of ASCII, all but `%<>`
_WORDS = {  # what a commit did, when nobody left a note
    "backup": "changed",
    "accept": "accepted from quarantine",
    "rules": "rewritten under newer redaction rules",
    "rename": "moved",
    "retire": "retired",
    "foreign": "changed by hand",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """The trailers of one commit.

    placed     byte offsets of the tokens in the stored text, rising
    volatile   (0-based line, redacted text) of the lines that were taken out
    said       when the device says it was changed, where that is not believed; whole seconds
    heard      whom its messages named, the last one last; "" nobody
    named_by   "syslog" where the author is of its messages, as the text names nobody
    """

    device_id: str
    kind: ConfigKind
    cause: Cause
    run_id: str
    rule_set: str
    note: str
    audit_head: str
    digest: str
    placed: tuple[int, ...] = ()
    volatile: tuple[tuple[int, bytes], ...] = ()
    said: datetime | None = None
    heard: str = ""
    named_by: str = ""


def plain(text: str, limit: int) -> str:
    """The text in one line, without `<>`, control, format and surrogate characters."""
    kept = (
        " " if char.isspace() else char
        for char in text
        if char not in "<>" and (char.isspace() or unicodedata.category(char)[0] != "C")
    )
    return " ".join("".join(kept).split())[:limit].strip()


def author_name(author: str | None) -> str:
    """A name that Git can hold; `unknown` where nobody is named."""
    return plain(author or "", NAME_LIMIT) or UNKNOWN


def subject(hostname: str, facts: CommitFacts, *, first: bool) -> str:
    """`edge1: changed`, `edge1 startup: CHG123`, `edge1: first backup`."""
    note = facts.note
    if len(note) > SUBJECT_LIMIT:
        note = note[: SUBJECT_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
    what = note or ("first backup" if first else _done(facts))
    kind = "" if facts.kind == "running" else f" {facts.kind}"
    return f"{hostname}{kind}: {what}"


def _done(facts: CommitFacts) -> str:
    """What a backup found, with all who did it where they are several."""
    several = facts.cause == "backup" and NAMES in facts.heard
    return _WORDS[facts.cause] + (f" by {facts.heard}" if several else "")


def compose(first_line: str, facts: CommitFacts) -> bytes:
    """The whole commit message."""
    lines = [first_line, "", *_trailers(facts), ""]
    return "\n".join(lines).encode()


def parse_facts(message: str) -> CommitFacts | None:
    """The trailers of a commit message; None when they are not ours, or a person spoilt them."""
    pairs = [line.partition(": ")[::2] for line in message.rstrip("\n").split("\n")[2:]]
    one = dict(pairs)
    if not {"Device", "Kind", "Cause"} <= one.keys():
        return None
    try:
        return _facts(one, [value for key, value in pairs if key == "Volatile"])
    except (ValueError, OverflowError):
        return None


def _facts(one: Mapping[str, str], volatile: Iterable[str]) -> CommitFacts:
    return CommitFacts(
        device_id=one["Device"],
        kind=cast(ConfigKind, one["Kind"]),
        cause=cast(Cause, one["Cause"]),
        run_id=one.get("Run", ""),
        rule_set=one.get("Rules", ""),
        note=one.get("Note", ""),
        audit_head=one.get("Audit", ""),
        digest=one.get("Digest", ""),
        placed=_offsets(one.get("Placed", "")),
        volatile=tuple(_volatile(value) for value in volatile),
        heard=one.get("Heard", ""),
        named_by=one.get("Named-By", ""),
        said=datetime.fromisoformat(one["Said"]).astimezone(UTC) if "Said" in one else None,
    )


def _trailers(facts: CommitFacts) -> Iterable[str]:
    yield f"Device: {facts.device_id}"
    yield f"Kind: {facts.kind}"
    yield f"Cause: {facts.cause}"
    named = {
        "Run": facts.run_id,
        "Rules": plain(facts.rule_set, NAME_LIMIT),
        "Note": facts.note,
        "Audit": facts.audit_head,
        "Digest": facts.digest,
        "Placed": _steps(facts.placed),
        "Heard": facts.heard,
        "Named-By": facts.named_by,
        "Said": facts.said.isoformat(timespec="seconds") if facts.said else "",
    }
    yield from (f"{key}: {value}" for key, value in named.items() if value)
    for line, text in facts.volatile:
        yield f"Volatile: {line} {quote_from_bytes(text, safe=_READABLE)}"


def _steps(offsets: Sequence[int]) -> str:
    """Distances, as they are shorter: a text of 20,000 lines can hold hundreds of secrets."""
    return " ".join(str(new - old) for old, new in pairwise((0, *offsets)))


def _offsets(steps: str) -> tuple[int, ...]:
    return tuple(accumulate(int(step) for step in steps.split()))


def _volatile(value: str) -> tuple[int, bytes]:
    line, _, text = value.partition(" ")
    return int(line), unquote_to_bytes(text)
