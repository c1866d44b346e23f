"""The morning digest: what changed, what is wrong and since when, what is stale. Pure.

It is bounded, however much a night brought: so many changes are shown with so many of their lines,
the rest is counted. Lines come from Git, where secrets are tokens already; here a token is a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from itertools import islice
from typing import Any

from netwb.configs.diff import ConfigDiff, Hunk
from netwb.configs.tokens import TOKEN
from netwb.notify.records import Message, Standing
from netwb.notify.wording import (
    for_chat,
    instant,
    moment,
    one_line,
    page,
    row,
    severity_color,
    table,
)

MOST_CHANGES = 100  # that are listed
MOST_DIFFS = 25  # that are shown with lines; a mail of more is not read
MOST_HUNKS = 4  # of one change
MOST_LINES = 12  # of one hunk
MOST_WRONG = 100
_LONGEST_LINE = 160  # characters
_BRIEF = 10  # lines of each list in a chat
_STALE = "device.stale"
_SIGNS = {"same": " ", "added": "+", "removed": "-"}
_PAINT = {"same": "", "added": "background:#2f9e5833", "removed": "background:#d1423c33"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of a difference."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHunk:
    """Some neighbouring lines, and how many of them are not shown."""

    section: str
    lines: tuple[ShownLine, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """One change; `hunks` of it are shown, and so many more are not.

    kind   which of the device's texts: running, startup
    """

    label: str
    kind: str
    author: str
    at: datetime
    revision: str
    added: int
    removed: int
    is_first: bool
    hunks: tuple[ShownHunk, ...] = ()
    more_hunks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """All of one morning for one target.

    changes   newest first, at most MOST_CHANGES of `changed`
    wrong     what is wrong now, longest first
    whose     `acme`, or "" for all tenants
    zone      in which people are told times
    """

    whose: str
    zone: tzinfo
    since: datetime
    until: datetime
    changes: tuple[ShownChange, ...]
    changed: int
    wrong: tuple[Standing, ...]

    @property
    def says_something(self) -> bool:
        """Whether anything happened, or is wrong."""
        return bool(self.changed or self.wrong)


def shown_hunks(diff: ConfigDiff) -> tuple[tuple[ShownHunk, ...], int]:
    """The first places of a difference, and how many more there are."""
    shown = tuple(_shown(hunk) for hunk in diff.hunks[:MOST_HUNKS])
    return shown, max(0, len(diff.hunks) - MOST_HUNKS)


def digest_message(digest: Digest) -> Message:
    """The digest as one message."""
    title = f"[netwb] {_count(digest)}" + (f", {digest.whose}" if digest.whose else "")
    return Message(
        title=title,
        text="\n".join(_text(digest)) + "\n",
        brief=for_chat("\n".join(_brief(digest))),
        html=page(title, "".join(_html(digest))),
        data=_data(digest),
    )


def _shown(hunk: Hunk) -> ShownHunk:
    lines = [ShownLine(kind=line.kind, text=_words(line.text)) for line in hunk.lines]
    return ShownHunk(
        section=_words(hunk.section),
        lines=tuple(lines[:MOST_LINES]),
        left_out=max(0, len(lines) - MOST_LINES),
    )


def _words(text: str) -> str:
    """A line of a device, its secrets' tokens short."""
    readable = TOKEN.sub(_short, text.encode("utf-8", "replace")).decode("utf-8", "replace")
    line = one_line(readable) if not readable.startswith(" ") else " " + one_line(readable)
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _short(match: Any) -> bytes:
    """Four digits tell two secrets apart."""
    digits: bytes = match.group().rpartition(b":")[2][:4]
    return b"<secret " + digits + b">"


def _count(digest: Digest) -> str:
    if not digest.says_something:
        return "nothing changed, nothing is wrong"
    stale, wrong = _split(digest.wrong)
    parts = (
        _of(digest.changed, "change"),
        f"{len(wrong)} wrong" if wrong else "",
        f"{len(stale)} stale" if stale else "",
    )
    return ", ".join(filter(None, parts))


def _of(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}" if count else ""


def _split(wrong: Iterable[Standing]) -> tuple[list[Standing], list[Standing]]:
    """What is stale, and what is wrong otherwise."""
    all_of_it = list(wrong)
    stale = [one for one in all_of_it if one.kind == _STALE]
    return stale, [one for one in all_of_it if one.kind != _STALE]


def _text(digest: Digest) -> Iterator[str]:
    yield f"What happened from {moment(digest.since, digest.zone)} to {moment(digest.until, digest.zone)}."
    stale, wrong = _split(digest.wrong)
    yield from _text_states("What is wrong", wrong, digest.zone)
    yield from _text_states("What is stale", stale, digest.zone)
    if digest.changed:
        yield from ("", f"What changed ({digest.changed})", *_dated_before(digest), "")
    for change in digest.changes:
        yield _headline(change, digest.zone)
        for hunk in change.hunks:
            if hunk.section:
                yield f"    {hunk.section}"
            yield from (f"    {_SIGNS[line.kind]} {line.text}" for line in hunk.lines)
            if hunk.left_out:
                yield f"      ... {_of(hunk.left_out, 'more line')}"
        if change.more_hunks:
            yield f"    ... {_of(change.more_hunks, 'more place')}"
    yield from _left(digest.changed - len(digest.changes), "more change")
    if not digest.says_something:
        yield from ("", "Nothing changed, and nothing is wrong.")


def _text_states(title: str, states: Sequence[Standing], zone: tzinfo) -> Iterator[str]:
    if not states:
        return
    yield from ("", f"{title} ({len(states)})", "")
    for one in states[:MOST_WRONG]:
        yield f"  {one.severity:8} since {moment(one.since, zone)}: {_said(one)}"
    yield from _left(len(states) - MOST_WRONG, "more")


def _left(count: int, thing: str) -> Iterator[str]:
    if count > 0:
        yield f"  ... {count} {thing}{'s' if thing.endswith('change') and count > 1 else ''}"


def _dated_before(digest: Digest) -> Iterator[str]:
    """Why a change of before stands there: what netwb stored since is told, whenever it was made."""
    count = sum(one.at < digest.since and not one.is_first for one in digest.changes)
    if count:
        made = "One was" if count == 1 else f"{count} were"
        yield f"{made} made before, as the device's own clock says, and stored by netwb since."


def _headline(change: ShownChange, zone: tzinfo) -> str:
    which = change.label if change.kind == "running" else f"{change.label} {change.kind}"
    if change.is_first:
        return f"  {which}: first copy, {change.added} lines"
    return (
        f"  {which} by {one_line(change.author)} at {moment(change.at, zone)}:"
        f" +{change.added} -{change.removed}"
    )


def _said(one: Standing) -> str:
    """The sentence, which names the thing as a rule; and the cause, where the reader may see it."""
    said = one_line(one.message) or one.kind
    named = said if one.label in said else f"{one_line(one.label)}: {said}"
    cause = one.detail.get("cause")
    message = cause.get("message") if isinstance(cause, dict) else None
    return f"{named} ({one_line(str(message))})" if message else named


def _brief(digest: Digest) -> Iterator[str]:
    yield _count(digest)
    for one in digest.wrong[:_BRIEF]:
        yield f"- {_said(one)}, since {moment(one.since, digest.zone)}"
    yield from _left(len(digest.wrong) - _BRIEF, "more")
    for change in digest.changes[:_BRIEF]:
        yield f"-{_headline(change, digest.zone)[1:]}"
    yield from _left(digest.changed - _BRIEF, "more change")


def _html(digest: Digest) -> Iterator[str]:
    yield f"<p>From {moment(digest.since, digest.zone)} to {moment(digest.until, digest.zone)}.</p>"
    stale, wrong = _split(digest.wrong)
    yield from _html_states("What is wrong", wrong, digest.zone)
    yield from _html_states("What is stale", stale, digest.zone)
    if digest.changed:
        yield _heading(f"What changed ({digest.changed})")
        yield from map(_paragraph, _dated_before(digest))
        yield table("".join(_html_change(change, digest.zone) for change in digest.changes))
        yield from map(_paragraph, _left(digest.changed - len(digest.changes), "more change"))
    if not digest.says_something:
        yield "<p>Nothing changed, and nothing is wrong.</p>"


def _html_states(title: str, states: Sequence[Standing], zone: tzinfo) -> Iterator[str]:
    if not states:
        return
    yield _heading(f"{title} ({len(states)})")
    yield table(
        "".join(
            row(
                escape(one.severity),
                f"{escape(_said(one))}<br><small>since {moment(one.since, zone)}</small>",
                color=severity_color(one.severity),
            )
            for one in islice(states, MOST_WRONG)
        )
    )
    yield from map(_paragraph, _left(len(states) - MOST_WRONG, "more"))


def _html_change(change: ShownChange, zone: tzinfo) -> str:
    more = [_paragraph(f"... {_of(change.more_hunks, 'more place')}")] if change.more_hunks else []
    body = "".join([*map(_html_hunk, change.hunks), *more])
    return row("", f"<b>{escape(_headline(change, zone).strip())}</b>{body}")


def _html_hunk(hunk: ShownHunk) -> str:
    lines = "".join(
        f'<div style="{_PAINT[line.kind]};white-space:pre-wrap;overflow-wrap:anywhere">'
        f"{_SIGNS[line.kind]} {escape(line.text)}</div>"
        for line in hunk.lines
    )
    section = f"<small>{escape(hunk.section)}</small>" if hunk.section else ""
    left = _paragraph(f"... {_of(hunk.left_out, 'more line')}") if hunk.left_out else ""
    return (
        f'<div style="margin:6px 0">{section}'
        f'<div style="font:12px/1.4 ui-monospace,monospace">{lines}</div>{left}</div>'
    )


def _heading(text: str) -> str:
    return f'<h2 style="font-size:15px;margin:20px 0 6px">{escape(text)}</h2>'


def _paragraph(text: str) -> str:
    return f"<p><small>{escape(text.strip())}</small></p>"


def _data(digest: Digest) -> dict[str, Any]:
    return {
        "type": "digest",
        "timestamp": instant(digest.until),
        "data": {
            "since": instant(digest.since),
            "until": instant(digest.until),
            "changed": digest.changed,
            "changes": [
                {
                    "label": change.label,
                    "kind": change.kind,
                    "author": change.author,
                    "at": instant(change.at),
                    "revision": change.revision,
                    "added": change.added,
                    "removed": change.removed,
                }
                for change in digest.changes
            ],
            "wrong": [
                {
                    "kind": one.kind,
                    "label": one.label,
                    "severity": one.severity,
                    "message": one.message,
                    "since": instant(one.since),
                }
                for one in digest.wrong[:MOST_WRONG]
            ],
        },
    }
