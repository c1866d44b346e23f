"""Notices in words: one message each, and one for many that waited. Pure.

What devices and people wrote is hostile here: it is escaped in HTML, kept on one line, and in a chat
it can call nobody (`@everyone`, `<!channel>`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from html import escape
from typing import Any

from netwb.erp.event_records import Event, event_json
from netwb.notify.records import KINDS, Message, Notice

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_CALLS = re.compile(r"@(?=\w)")
_SHOWN = 20  # lines of a summary
_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
# Colors that stand on white and on black: mail programs darken a page or leave it.
_GREY, _RED, _AMBER, _GREEN, _BLUE = "#8a8f98", "#d1423c", "#b7791f", "#2f9e58", "#3b7dd8"
_COLORS = {"critical": _RED, "warning": _AMBER, "info": _BLUE}


def one_line(text: str) -> str:
    """Without line breaks, control characters and marks that turn the reading direction."""
    return _BREAKS.sub(" ", text).strip()


def for_chat(text: str) -> str:
    """Words that mention nobody and make no link of their own."""
    safe = text.replace("<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}")
    safe = safe.replace(">", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
    return _CALLS.sub(f"@{_ZERO_WIDTH}", safe)


def moment(at: datetime, zone: tzinfo) -> str:
    """`2026-03-01 13:00 CET`: as the clock shows it where the reader is."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, as JSON carries it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def message_of(notice: Notice, zone: tzinfo) -> Message:
    """One notice as a message of its own; people are told its times in that zone."""
    headline = f"[netwb] {_state_word(notice)}: {one_line(notice.label)}"
    said = one_line(notice.message) or KINDS[notice.kind]
    facts = _facts(notice, zone)
    lines = [said, *facts]
    return Message(
        title=headline,
        text="\n".join(lines) + "\n",
        brief=for_chat("\n".join(lines)),
        html=page(headline, _card(notice, said, facts)),
        data=notice_data(notice),
    )


def notice_data(notice: Notice) -> dict[str, Any]:
    """What a program is sent."""
    fields = asdict(notice)
    return {
        "type": notice.kind,
        "timestamp": instant(notice.at),
        "data": {
            **{name: fields[name] for name in ("severity", "state", "subject", "label")},
            "tenant_id": notice.tenant_id or None,
            "message": notice.message,
            "since": instant(notice.since) if notice.since else None,
            "detail": dict(notice.detail),
        },
    }


def summary_of(waited: Sequence[Message]) -> Message:
    """Messages that waited, oldest first, as one: how many of which kind, and the newest of them.

    A summary among them counts as what it summed up.
    """
    counts: Counter[str] = Counter()
    lines: list[str] = []
    for one in waited:
        inner = one.data.get("data", {}) if one.data.get("type") == "summary" else None
        counts.update(inner["counts"] if inner else {str(one.data.get("type", "")): 1})
        lines.extend(inner["newest"] if inner else [one_line(one.text.partition("\n")[0])])
    total, newest = counts.total(), lines[-_SHOWN:]
    title = f"[netwb] {total} notices"
    heads = [f"{count} x {kind}" for kind, count in counts.most_common()]
    left = f"the newest {len(newest)} of {total}:"
    text = "\n".join([", ".join(heads), "", left, *newest]) + "\n"
    rows = "".join(_row("", escape(line)) for line in newest)
    return Message(
        title=title,
        text=text,
        brief=for_chat(text.strip()),
        html=page(title, f"<p>{escape(', '.join(heads))}</p><p>{left}</p>{table(rows)}"),
        data={"type": "summary", "data": {"counts": dict(counts), "newest": newest}},
    )


def trial_message(target: str, now: datetime) -> Message:
    """What `notify test` sends."""
    said = f"netwb can reach {one_line(target)}. Nothing happened; somebody tried this target."
    return Message(
        title="[netwb] test",
        text=said + "\n",
        brief=for_chat(said),
        html=page("[netwb] test", f"<p>{escape(said)}</p>"),
        data={"type": "notify.test", "timestamp": instant(now), "data": {"target": target}},
    )


def trial_event(target: str, message_id: str, now: datetime) -> Message:
    """The same for a feed: an item as any, of a kind that no event has."""
    trial = Event(
        id=message_id,
        number=0,
        at=now,
        kind="feed.test",
        device_id=None,
        port_id=None,
        subject=target,
        detail={},
    )
    return Message(title="[netwb] test", text="", brief="", data=event_json(trial, ""))


def page(title: str, body: str) -> str:
    """A whole mail: no image, no style or script from elsewhere, at home on light and on dark.

    body    HTML, escaped already
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title></head>"
        '<body style="margin:0;padding:16px;font:14px/1.45 system-ui,sans-serif">'
        f'<h1 style="font-size:18px;margin:0 0 12px">{escape(title)}</h1>{body}'
        f'<p style="color:{_GREY};font-size:12px;margin-top:24px">Sent by netwb.</p></body></html>'
    )


def table(rows: str) -> str:
    """Rows of HTML in a plain table."""
    style = "border-collapse:collapse;width:100%;max-width:960px"
    return f'<table role="presentation" style="{style}">{rows}</table>'


def _row(head: str, cell: str) -> str:
    line = f"border-top:1px solid {_GREY}55;padding:6px 12px 6px 0;vertical-align:top"
    first = f'<td style="{line};white-space:nowrap">{head}</td>' if head else ""
    return f'<tr>{first}<td style="{line}">{cell}</td></tr>'


def row(head: str, cell: str, *, color: str = "") -> str:
    """One row; both are HTML."""
    return _row(f'<span style="color:{color}">{head}</span>' if color else head, cell)


def severity_color(severity: str, state: str = "") -> str:
    """Of a word that says how grave something is."""
    return _GREEN if state == "recovered" else _COLORS[severity]


def _state_word(notice: Notice) -> str:
    if notice.state == "recovered":
        return f"recovered, {notice.kind}"
    return f"{notice.severity}, {notice.kind}" if notice.severity != "info" else notice.kind


def _facts(notice: Notice, zone: tzinfo) -> list[str]:
    """What a reader wants to know besides the sentence."""
    facts = [f"at {moment(notice.at, zone)}"]
    if notice.state == "recovered" and notice.since:
        facts = [f"{facts[0]}; it was so since {moment(notice.since, zone)}"]
    cause = notice.detail.get("cause")
    if isinstance(cause, Mapping) and cause.get("message"):
        facts.append(one_line(str(cause["message"])))
    return facts


def _card(notice: Notice, said: str, facts: Sequence[str]) -> str:
    color = severity_color(notice.severity, notice.state)
    shown = "".join(f"<div>{escape(fact)}</div>" for fact in facts)
    return (
        f'<div style="border-left:4px solid {color};padding:2px 0 2px 12px">'
        f'<div style="font-size:15px;margin-bottom:6px">{escape(said)}</div>'
        f'<div style="color:{_GREY}">{shown}</div></div>'
    )
