"""Ages, times, counts and sizes as people read them. Pure: `now` and the zone are arguments.

The words are those of the pages: ages `40 s`, `4 min`, `8 h`, `3 d`; times `01:38` today,
`Mon 01:38` this week, `18 Nov`, with the year only where it is another one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from netwb import ages

span, age = ages.span, ages.age
MINUS = "\N{MINUS SIGN}"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime's would follow the locale
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def until(at: datetime, now: datetime) -> str:
    """How long it is until then; an instant that passed is 0 s away."""
    return span((at - now).total_seconds())


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes in that zone: `01:38`."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The calendar day there: `18 Nov`, with the year where it is not this one."""
    local = at.astimezone(zone)
    words = f"{local.day} {MONTHS[local.month - 1]}"
    return words if local.year == now.astimezone(zone).year else f"{words} {local.year}"


def exact_day(at: datetime) -> str:
    """The calendar day with its year, in UTC, in which ends are counted: `26 Feb 2027`."""
    local = at.astimezone(UTC)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant as short as it is clear: `01:38`, `Mon 01:38`, `18 Nov`, `18 Nov 2025`."""
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return clock(at, zone)
    if timedelta() < today - local < timedelta(days=7):
        return f"{DAYS[local.weekday()]} {clock(at, zone)}"
    return day(at, now, zone)


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant with day and time, for heads and details: `Sun 22 Nov 14:20`."""
    local = at.astimezone(zone)
    return f"{DAYS[local.weekday()]} {day(at, now, zone)} {clock(at, zone)}"


def exact(at: datetime, zone: ZoneInfo) -> str:
    """Everything there is to say: `Sun 22 Nov 2026 14:20:05 CET`, for titles and exports."""
    local = at.astimezone(zone)
    named = f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{named} {local:%H:%M:%S} {local.tzname()}"


def zone_city(zone: ZoneInfo) -> str:
    """The last word of a zone's name: `Berlin`, `New York`, `UTC`."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def number(value: int) -> str:
    """A whole number with thousands apart and a true minus: `18,204`."""
    return f"{value:,}".replace("-", MINUS)


def count(value: int, noun: str, plural: str = "") -> str:
    """`1 device`, `18,204 devices`, `1 entry`, `2 entries`."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def size(octets: int) -> str:
    """Bytes of a file: `812 B`, `14.2 kB`, `3.1 MB` (powers of ten)."""
    for factor, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if octets >= factor:
            return f"{octets / factor:.1f} {unit}"
    return f"{octets} B"


def commit(revision: str) -> str:
    """A revision as people read it: the first digits of its commit, as Git shows them."""
    return revision[:7]


def listed(names: tuple[str, ...], *, at_most: int = 3) -> str:
    """`acme`, `acme and borealis`, `acme, borealis, cumulus and 4 more`."""
    shown, more = names[:at_most], len(names) - at_most
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", ""), ("Chrome", ""), ("Safari", ""))
_SYSTEMS = (("Windows", ""), ("Android", ""), ("iPhone", ""), ("iPad", ""), ("Mac OS", "macOS"))
_LONGEST_AGENT = 24


def browser(agent: str) -> str:
    """What people call it: `Firefox on Windows`; what is no browser is the begin of its own words."""
    if "Mozilla/" not in agent:
        return agent[:_LONGEST_AGENT]
    name, system = _first(_BROWSERS, agent), _first((*_SYSTEMS, ("Linux", "")), agent)
    return f"{name or 'Browser'} on {system}" if system else name or agent[:_LONGEST_AGENT]


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((said or mark for mark, said in known if mark in agent), "")


def left(seconds: float) -> str:
    """`06:12`, `1:02:03`, never less than nothing; sheet.js and wall.js say the same from then on."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
