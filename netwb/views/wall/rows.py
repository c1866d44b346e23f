"""What a wall says, as markup: state line, sites, heads of charts, alarms, last night's backup. Pure.

Ages, the clock and what is too old are kept true by the browser (`board.js`): each claim carries
when it was true (`data-fresh`), and turns grey and then to "no data" by itself.
Source: PAGES.md "wall" for sizes and order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from netwb.amounts import NO_DATA, amount
from netwb.notify.records import KINDS
from netwb.views import words
from netwb.views.html import Shape, age, esc, shape, tag
from netwb.views.wall.blackholes import render_blackholes
from netwb.workbench.traffic_records import PortTraffic
from netwb.workbench.wall_records import SiteStatus, WallAlarm, WallNews, WallSite
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
MOST_ALARMS, BESIDE_BLACKHOLES = 3, 1  # lines that there is room for
OF_DEVICES = {
    "device.stale": "without a fresh good backup",
    "backup.failed": "gave no configuration",
    "backup.rejected": "gave one that was not believed",
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


def render_sentence(said: str) -> str:
    """In the place of the sites."""
    return f'<div class="si"><div class="s0"><div class="nm">{esc(said)}</div></div></div>'


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


def render_no_chart(news: WallNews, *, now: datetime) -> str:
    """In the place of charts where there is none: when the first one is there."""
    if news.ports or news.fault or not (news.may_chart and news.sites):
        return ""
    if news.first_at is None:
        return '<div class="no">No sample of traffic yet</div>'
    left = (news.first_at - now).total_seconds()
    until = tag("span", words.left(left), data_until=int(news.first_at.timestamp()))
    return f'<div class="no">No sample of traffic yet, first in {until}</div>'


def render_chart_head(traffic: PortTraffic, attacks: str = "", *, several: bool) -> str:
    """Whose port it is, and what goes through it by the newest measure.

    attacks   safe markup beside its name
    """
    port = traffic.port
    whose = port.tenant if several else port.site
    label = f"<b>{esc(whose)}</b><i>{esc(port.hostname)} {esc(port.name)}</i>{attacks}"
    now_in, now_out = (_newest(traffic, side) for side in ("in", "out"))
    number, _, unit = now_out.partition(" ")
    second = number if unit == now_in.partition(" ")[2] else now_out  # one unit is said once
    flow = f"<b>{esc(now_in)}</b> <i>in</i> <b>{esc(second)}</b> <i>out</i>"
    if traffic.newest is None or NO_DATA in (now_in, now_out):
        flow = NO_DATA
    fresh = _fresh(traffic.newest, traffic.interval_s)
    body = f'<div class="a">{label}</div><div class="v" data-why>{flow}</div>'
    return tag("div", body, class_="ch" if traffic.newest else "ch old gone", **fresh)


def _newest(traffic: PortTraffic, side: str) -> str:
    means = traffic.flows["bits", "in" if side == "in" else "out"].mean
    known = [value for value in means[-3:].tolist() if isfinite(value)]  # the last bucket is young
    return amount(known[-1] if known else None, "bits")


def render_foot(news: WallNews, *, now: datetime, zone: ZoneInfo) -> str:
    """Blackholes, what stands wrong, and last night's backup as one sentence."""
    blackholes = render_blackholes(news, now=now)
    most = BESIDE_BLACKHOLES if blackholes else MOST_ALARMS
    quiet = blackholes and not news.alarms
    alarms = "" if quiet else _alarms(news.alarms, now, zone, most=most)
    backup = _backup(news.night, now, zone)
    return f'<footer class="ft"><div>{blackholes}{alarms}</div>{backup}</footer>'


def _alarms(alarms: Sequence[WallAlarm], now: datetime, zone: ZoneInfo, *, most: int) -> str:
    if not alarms:
        return _part("Alarms", f'{shape("ok", size=26)}<span class="q">none stands</span>', "al")
    lines = "".join(_alarm(one, now, zone) for one in alarms[:most])
    left = sum(one.many for one in alarms[most:])
    more = f", {words.number(left)} of them not shown" if left else ""
    total = words.number(sum(one.many for one in alarms))
    return _part(f"Alarms: {total} stand{more}", lines, "al")


def _alarm(one: WallAlarm, now: datetime, zone: ZoneInfo) -> str:
    kind: Shape = "bad" if one.severity == "critical" else "warn"
    since = f"since {words.when(one.since, now, zone)}"
    return tag("div", f"{shape(kind, size=26)}<b>{esc(alarm_words(one))}</b><i>{esc(since)}</i>")


def alarm_words(one: WallAlarm) -> str:
    """Of how many things it is.

    >>> from datetime import UTC, datetime
    >>> alarm_words(WallAlarm(kind="device.stale", severity="warning", many=2, since=datetime.now(UTC)))
    '2 devices without a fresh good backup'
    """
    if one.kind in OF_DEVICES:
        return f"{words.count(one.many, 'device')} {OF_DEVICES[one.kind]}"
    said = KINDS.get(one.kind, one.kind)
    return said if one.many == 1 else f"{said} ({words.number(one.many)})"


def _backup(night: LastNight | None, now: datetime, zone: ZoneInfo) -> str:
    if night is None:
        return _sum("Backup", "unknown", "none yet", "")
    head = f"Backup, {words.when(night.started_at, now, zone)}"
    if night.ended_at is None:
        return _sum(f"{head}, still running", "running", _saved(night), _besides(night))
    kind: Shape = "warn" if night.not_saved else "ok"
    until = words.clock(night.ended_at, zone)
    return _sum(f"{head} to {until}", kind, _saved(night), _besides(night))


def _saved(night: LastNight) -> str:
    return f"{words.number(night.good)} of {words.number(night.planned)} saved"


def _besides(night: LastNight) -> str:
    missing = f"{words.number(night.not_saved)} not saved" if night.not_saved else "nothing missing"
    return f"{missing} · {words.count(night.changed, 'device')} changed"


def _sum(head: str, kind: Shape, said: str, more: str) -> str:
    return _part(
        head, f"<div>{shape(kind, size=46)}<b>{esc(said)}</b></div><p>{esc(more)}</p>", "bk"
    )


def _part(head: str, content: str, class_: str) -> str:
    return f'<section class="{class_}"><h4>{esc(head)}</h4>{content}</section>'


def _fresh(at: datetime | None, interval_s: int) -> dict[str, object]:
    """What the browser needs to say that it is too old."""
    if at is None:
        return {}
    return {"data_fresh": int(at.timestamp()), "data_interval": interval_s}


def has_several_tenants(sites: Iterable[WallSite]) -> bool:
    """Whether a name needs its tenant."""
    return len({one.tenant for one in sites}) > 1
