"""What recorded messages would start, line by line: for a person who sets a device's logging up. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netwb.health.syslog.changes import find_rule
from netwb.health.syslog.messages import parse_message
from netwb.platforms.messages import Means, MessageRule


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMessage:
    """One message of a file.

    line      1-based
    means     change: a backup, when no more come; complete: a backup at once; nothing: known, and no
              change; other: not known
    rule      the record's name for it; by: whom it names; both "" where there is none
    hostname  as the message bears it, which counts behind a relay; at: its own time, with a zone
    """

    line: int
    means: Means | Literal["other"]
    rule: str
    by: str
    hostname: str
    at: datetime | None


def judge_messages(data: bytes, rules: Sequence[MessageRule]) -> tuple[JudgedMessage, ...]:
    """Each line that is not empty, by the platform's rules."""
    return tuple(_judged(data, rules))


def _judged(data: bytes, rules: Sequence[MessageRule]) -> Iterator[JudgedMessage]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        message = parse_message(line)
        found = find_rule(message.text, rules)
        rule, by = found or (None, "")
        yield JudgedMessage(
            line=number,
            means=rule.means if rule else "other",
            rule=rule.name if rule else "",
            by=by,
            hostname=message.hostname,
            at=message.at,
        )
