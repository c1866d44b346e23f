"""The ticks of a mirrored axis: round numbers on both sides of zero, with their words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from netwb.amounts import SUFFIX, Unit, prefix_of

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROUGHLY = 8  # ticks that an axis has
_NOTHING = 1e-6  # less than that is not drawn


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
    step = rounded_up((top + down) / _ROUGHLY)
    above, below = ceil(top / step), ceil(down / step)
    places = [step * number for number in range(-below, above + 1)]
    named = {place: "0" if place == 0 else _label(abs(place), unit) for place in places}
    return Axis(low=-step * below, high=step * above, labels=named)


def rounded_up(least: float) -> float:
    """The next round number that is not smaller; of nothing one."""
    if least < _NOTHING:
        return 1.0
    decade = 10.0 ** floor(log10(least))
    return next(decade * step for step in _STEPS if decade * step >= least * (1 - 1e-9))


def _label(value: float, unit: Unit) -> str:
    if unit == "percent":
        return f"{value:g} %"
    factor, prefix = prefix_of(value)
    return f"{value / factor:g} {prefix}{SUFFIX[unit]}"
