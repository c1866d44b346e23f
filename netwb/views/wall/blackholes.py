"""What a wall says of blackholes: which wait for a person, which stand, and for how long. Pure.

Countdowns run in the browser (`wall.js`).
Source: PAGES.md "wall".
"""

from __future__ import annotations

from datetime import datetime

from netwb.views import words
from netwb.views.html import Shape, age, esc, shape, tag
from netwb.workbench.wall_records import WallBlackhole, WallNews

SHAPES: dict[str, Shape] = {"held": "held", "stands": "hole", "withdrawing": "running"}


def render_blackholes(news: WallNews, *, now: datetime) -> str:
    """The strip; nothing where none waits or stands, as good is quiet."""
    found = news.blackholes
    if not found.first:
        return ""
    counts = [f"{words.number(found.standing)} active"] if found.standing else []
    if found.held:
        counts.append(f"{words.number(found.held)} {_wait(found.held)} for a person")
    lines = "".join(_line(one, now) for one in found.first)
    body = f"<h4>Blackholes: {', '.join(counts)}</h4>{lines}"
    fresh = {"data_fresh": int(news.as_of.timestamp()), "data_interval": news.interval_s}
    return tag("section", body, class_="bh", **fresh)


def _wait(many: int) -> str:
    return "waits" if many == 1 else "wait"


def _line(one: WallBlackhole, now: datetime) -> str:
    said, more = _state(one, now)
    tenant = [esc(one.tenant)] if one.tenant else []
    class_ = "held" if one.state == "held" else None
    return tag(
        "div",
        f"{shape(SHAPES[one.state], size=26)}<code>{esc(one.network)}</code><b>{said}</b>"
        f"<i>{', '.join([*tenant, *more])}</i>",
        class_=class_,
    )


def _state(one: WallBlackhole, now: datetime) -> tuple[str, list[str]]:
    """Safe markup: what it is, and what else there is to say."""
    if one.state == "held":
        lapses = [f"lapses in {_left(one.until, now)}"] if one.until else []
        return f"held {age(one.since, now)}", lapses
    routers = [f"{one.routers} of {one.of} routers"] if one.of else []
    if one.state == "withdrawing":
        return "is taken back", []
    ends = f"ends in {_left(one.until, now)}" if one.until else "begins"
    return ends, routers


def _left(until: datetime, now: datetime) -> str:
    left = words.left((until - now).total_seconds())
    return tag("span", left, data_until=int(until.timestamp()))
