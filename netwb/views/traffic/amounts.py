"""Rates, amounts and shares as people read them, and the ticks of an axis of them. Pure.

Powers of ten, as links are sold and as the MIB counts: `426 Mbit/s`, `2.71 TB`, `43 %`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Literal

from netwb.views.words import MINUS

Unit = Literal["bits", "percent", "packets"]

SUFFIX: dict[Unit, str] = {"bits": "bit/s", "percent": "%", "packets": "packets/s"}
NO_DATA = "no data"
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROUGHLY = 8  # ticks that an axis has
_NOTHING = 1e-6  # less than that is not drawn


def amount(value: float | None, unit: Unit) -> str:
    """A rate with its unit, of three digits: `968 Mbit/s`, `1.2 kpackets/s`, `43 %`."""
    if value is None or not isfinite(value):
        return NO_DATA
    if unit == "percent":
        return f"{_signed(value, _percent_digits(value))} %"
    factor, prefix = _prefix(abs(value))
    return f"{_signed(value / factor, _digits(abs(value) / factor))} {prefix}{SUFFIX[unit]}"


def octets(value: float | None) -> str:
    """Bytes that went through: `2.71 TB`."""
    if value is None or not isfinite(value):
        return NO_DATA
    factor, prefix = _prefix(abs(value))
    return f"{_signed(value / factor, _digits(abs(value) / factor))} {prefix}B"


def speed(bps: int | None) -> str:
    """A port's speed: `10 Gbit/s`; empty where nobody knows it."""
    if not bps:
        return ""
    factor, prefix = _prefix(float(bps))
    return f"{bps / factor:g} {prefix}bit/s"


def change(now: float | None, before: float | None) -> str:
    """How much more or less than before: `+11 %`."""
    if now is None or not before or not isfinite(now) or not isfinite(before):
        return NO_DATA
    share = 100 * (now / before - 1)
    return f"+{share:.0f} %" if share >= 0.5 else f"{_signed(share, 0)} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A mirrored axis: what goes in above zero, what goes out below.

    low      at most zero; high: at least zero, both on a tick
    labels   words by tick
    """

    low: float
    high: float
    labels: dict[float, str]

    @property
    def ticks(self) -> list[float]:
        """Where the lines are, from below."""
        return sorted(self.labels)


def mirrored(inward: float, outward: float, unit: Unit) -> Axis:
    """An axis for so much in and so much out; of nothing at all it reaches one."""
    top, down = max(inward, 0.0), max(outward, 0.0)
    if top + down < _NOTHING:
        top = down = 1.0
    step = _step((top + down) / _ROUGHLY)
    above, below = ceil(top / step), ceil(down / step)
    places = [step * number for number in range(-below, above + 1)]
    named = {place: "0" if place == 0 else _label(abs(place), unit) for place in places}
    return Axis(low=-step * below, high=step * above, labels=named)


def _step(least: float) -> float:
    """The round step that is not smaller."""
    decade = 10.0 ** floor(log10(least))
    return next(decade * step for step in _STEPS if decade * step >= least * (1 - 1e-9))


def _label(value: float, unit: Unit) -> str:
    if unit == "percent":
        return f"{value:g} %"
    factor, prefix = _prefix(value)
    return f"{value / factor:g} {prefix}{SUFFIX[unit]}"


def _prefix(value: float) -> tuple[float, str]:
    """The prefix by which it has one to three digits before the point, once rounded."""
    return next(((f, p) for f, p in _PREFIXES if value >= f * 0.9995), (1.0, ""))


def _digits(value: float) -> int:
    return 0 if value >= 99.95 else 1 if value >= 9.995 else 2 if value else 0


def _percent_digits(value: float) -> int:
    return 0 if abs(value) >= 9.95 or value == 0 else 1


def _signed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", MINUS)
