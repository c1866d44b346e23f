"""What a wall says, as markup: state line, sites, heads of charts, last night's backup. Pure.

Ages, the clock and what is too old are kept true by the browser (`board.js`): each claim carries
when it was true (`data-fresh`), and turns grey and then to "no data" by itself.
Source: PAGES.md "wall" for sizes and order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from netwb.amounts import amount
from netwb.views import words
from netwb.views.html import Shape, age, esc, shape, tag
from netwb.workbench.traffic_records import PortTraffic
from netwb.workbench.wall_records import SiteStatus, WallNews, WallSite
from netwb.workbench.words import LastNight


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A status on the wall: its shape, its word, and its tone, a colour among the tokens."""

    shape: Shape
    word: str
    tone: str


LOOKS: dict[SiteStatus, Look] = {
    "down": Look(shape="bad", word="down", tone="bad"),
    "degraded": Look(shape="warn", word="degraded", tone="warn"),
    "unknown": Look(shape="stale", word="no data", tone="unk"),
    "maintenance": Look(shape="waived", word="maintenance", tone="unk"),
    "up": Look(shape="ok", word="up", tone="ok"),
}
LOUD: tuple[SiteStatus, ...] = ("down", "degraded", "unknown")  # the others are folded


def render_top(news: WallNews | None, *, now: datetime, zone: ZoneInfo) -> str:
    """Counts of sites, the age of what was counted, and the clock."""
    return tag(
        "header",
        _counts(news) + _heard(news) + _clock(now, zone),
        class_="tp",
        data_now=f"{now.timestamp():.3f}",
        data_zone=zone.key,
        data_every=news.interval_s if news else None,
    )


def _counts(news: WallNews | None) -> str:
    if news is None:
        return tag("div", '<span class="dim">reading</span>', class_="ov")
    if news.fault:
        return tag("div", _count("unknown", "nothing is known"), class_="ov")
    statuses = [one.status for one in news.sites]
    shown = [
        _count(status, f"{words.number(statuses.count(status))} {look.word}")
        for status, look in LOOKS.items()
        if status in statuses
    ]
    return tag("div", "".join(shown) or '<span class="dim">no sites</span>', class_="ov")


def _count(status: SiteStatus, said: str) -> str:
    look = LOOKS[status]
    return tag(
        "span",
        shape(look.shape, size=40) + esc(said),
        class_="x dim" if status == "up" else "x",
        style=None if status == "up" else f"color:var(--{look.tone})",
    )


def _heard(news: WallNews | None) -> str:
    if news is None or news.newest is None:
        return tag("div", "", class_="heard")
    said = f"counters {age(news.newest, news.as_of)} old"
    return tag("div", said, class_="heard", **_fresh(news.newest, news.interval_s))


def _clock(now: datetime, zone: ZoneInfo) -> str:
    """Hours, and beside them where that is, the day, and UTC."""
    local = now.astimezone(zone)
    day = f"{words.DAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]}"
    utc = "" if zone.key == "UTC" else f"<br><i>{words.clock(now, ZoneInfo('UTC'))}</i> UTC"
    beside = f"<b>{esc(words.zone_city(zone))}</b>, <em>{day}</em>{utc}"
    return tag(
        "div",
        f'<b class="hm">{words.clock(now, zone)}</b><span class="z">{beside}</span>',
        class_="ck",
        data_clock=zone.key,
    )


def render_sites(news: WallNews, zone: ZoneInfo) -> str:
    """Those that want somebody, a card each; the others in two columns under them."""
    if news.fault:
        said = tag("div", "Nobody can say how the network is", class_="nm")
        return f'<div class="si"><div class="s0">{said}<div class="why">{esc(news.fault)}</div></div></div>'
    if not news.sites:
        said = tag("div", "There is no device yet", class_="nm")
        more = '<div class="why">Sites are here once the inventory holds devices of them.</div>'
        return f'<div class="si"><div class="s0">{said}{more}</div></div>'
    several = has_several_tenants(news.sites)
    loud = [one for one in news.sites if one.status in LOUD]
    quiet = [one for one in news.sites if one.status not in LOUD]
    cards = "".join(_card(one, news, zone, several=several) for one in loud)
    folded = "".join(_folded(one, news, several=several) for one in quiet)
    return (
        f'<div class="si" data-turns><div class="roll">{cards}'
        f'<div class="ok2">{folded}</div></div></div><div class="turn" data-turn></div>'
    )


def _card(one: WallSite, news: WallNews, zone: ZoneInfo, *, several: bool) -> str:
    look = LOOKS[one.status]
    # Who is silent is known as long as somebody listens; what was heard is as old as it is.
    true_at = one.observed_at if one.status == "degraded" else news.as_of
    name = f"{esc(_name(one, several=several))} <span data-word>{esc(look.word)}</span>"
    body = (
        f"<div>{shape(look.shape, size=44)}</div>"
        f'<div class="said"><div class="nm">{name}</div>'
        f'<div class="why" data-why>{esc(one.reason)}</div></div>'
        f'<div class="sn">{_how_long(one, news.as_of, zone)}</div>'
    )
    fresh = _fresh(true_at, news.interval_s)
    return tag("div", body, class_="s1", style=f"--c:var(--{look.tone})", data_item=True, **fresh)


def _how_long(one: WallSite, now: datetime, zone: ZoneInfo) -> str:
    if one.since is None:
        return "<i>since when is not known</i>"
    said = f"since {words.when(one.since, now, zone)}"
    if one.since_before:
        return f"over {age(one.since, now)}<i>{esc(said)} or before</i>"
    return f"{age(one.since, now)}<i>{esc(said)}</i>"


def _folded(one: WallSite, news: WallNews, *, several: bool) -> str:
    look = LOOKS[one.status]
    name = f"{esc(one.tenant)} <em>{esc(one.site)}</em>" if several else f"<em>{esc(one.site)}</em>"
    said = look.word if one.status == "maintenance" else f"{one.up} of {one.devices}"
    body = f'{shape(look.shape, size=22)}<span class="n">{name}</span><i data-word>{esc(said)}</i>'
    return tag("div", body, data_item=True, **_fresh(one.observed_at, news.interval_s))


def _name(one: WallSite, *, several: bool) -> str:
    return f"{one.tenant} {one.site}" if several else one.site


def render_chart_head(traffic: PortTraffic, *, several: bool) -> str:
    """Whose port it is, and what goes through it by the newest measure."""
    port = traffic.port
    whose = port.tenant if several else port.site
    label = f"<b>{esc(whose)}</b><i>{esc(port.hostname)} {esc(port.name)}</i>"
    now_in, now_out = (_newest(traffic, side) for side in ("in", "out"))
    flow = f"<b>{esc(now_in)}</b> <i>in</i> <b>{esc(now_out)}</b> <i>out</i>"
    fresh = _fresh(traffic.newest, traffic.interval_s)
    return tag("div", f'<div class="a">{label}</div><div class="v" data-why>{flow}</div>', class_="ch", **fresh)  # fmt: skip


def _newest(traffic: PortTraffic, side: str) -> str:
    means = traffic.flows["bits", "in" if side == "in" else "out"].mean
    known = [value for value in means[-3:].tolist() if isfinite(value)]  # the last bucket is young
    return amount(known[-1] if known else None, "bits")


def render_foot(night: LastNight | None, *, now: datetime, zone: ZoneInfo) -> str:
    """Last night's backup as one sentence."""
    if night is None:
        return _foot("Backup", "unknown", "none yet", "")
    begun = words.when(night.started_at, now, zone)
    head = f"Backup, {begun}"
    if night.ended_at is None:
        return _foot(f"{head}, still running", "running", _saved(night), _besides(night))
    kind: Shape = "warn" if night.not_saved else "ok"
    return _foot(
        f"{head} to {words.clock(night.ended_at, zone)}", kind, _saved(night), _besides(night)
    )


def _saved(night: LastNight) -> str:
    return f"{words.number(night.good)} of {words.number(night.planned)} saved"


def _besides(night: LastNight) -> str:
    missing = f"{words.number(night.not_saved)} not saved" if night.not_saved else "nothing missing"
    return f"{missing} · {words.count(night.changed, 'device')} changed"


def _foot(head: str, kind: Shape, said: str, more: str) -> str:
    return (
        f'<footer class="ft"><h4>{esc(head)}</h4><div class="bk">{shape(kind, size=46)}'
        f"<b>{esc(said)}</b><span>{esc(more)}</span></div></footer>"
    )


def _fresh(at: datetime | None, interval_s: int) -> dict[str, object]:
    """What the browser needs to say that it is too old."""
    if at is None:
        return {}
    return {"data_fresh": int(at.timestamp()), "data_interval": interval_s}


def has_several_tenants(sites: Iterable[WallSite]) -> bool:
    """Whether a name needs its tenant."""
    return len({one.tenant for one in sites}) > 1
