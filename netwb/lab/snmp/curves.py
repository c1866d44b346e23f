"""What a simulated port has counted by a moment: day and night, from a seed. Pure.

    octets(draw of port, speed, at)  never falls, and two askers at one moment read the same

The rate is a mean, a wave of a day and a ripple of 40 minutes, never below zero; what was counted is
its integral in closed form, so that no state is kept and any moment can be asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from netwb.lab.draw import Draw

BEGAN_AT = 1_735_689_600  # 2025-01-01, epoch seconds: when every port began to count
_DAY_S = 86_400
_RIPPLE_S = 2_400
Direction = Literal["in", "out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One direction of one port; rates in octets a second.

    day       half the difference between the busiest and the quietest hour
    peak_s    when it is busiest, seconds after midnight UTC
    """

    mean: int
    day: float
    ripple: float
    peak_s: int
    phase_s: int

    def octets(self, at: float) -> int:
        """Counted from `BEGAN_AT` to then; 0 before."""
        passed = at - BEGAN_AT
        if passed <= 0:
            return 0
        steady = self.mean * int(passed * 1000) // 1000  # whole numbers: floats lose octets here
        return steady + int(self._swing(at) - self._swing(BEGAN_AT))

    def rate(self, at: float) -> float:
        """Octets a second at that moment."""
        return (
            self.mean
            + self.day * math.cos(math.tau * (at - self.peak_s) / _DAY_S)
            + self.ripple * math.cos(math.tau * (at - self.phase_s) / _RIPPLE_S)
        )

    def _swing(self, at: float) -> float:
        """The integral of both waves, but for a constant; above zero, so that int() cuts one way."""
        slow, quick = _DAY_S / math.tau, _RIPPLE_S / math.tau
        return self.day * slow * (1 + math.sin((at - self.peak_s) / slow)) + self.ripple * quick * (
            1 + math.sin((at - self.phase_s) / quick)
        )


def curve_of(seed: str, port: str, direction: Direction, speed_mbps: int) -> Curve:
    """The curve of a port: 2 to 45 % of its speed on average, busiest in the evening."""
    draw = Draw(seed, port, "traffic", direction)
    mean = speed_mbps * 125_000 * draw.number(20, 450) // 1000
    day = mean * draw.number(30, 70) / 100
    return Curve(
        mean=mean,
        day=day,
        ripple=(mean - day) * draw.number(10, 60) / 100,
        peak_s=(20 * 60 + draw.number(-120, 120)) * 60,
        phase_s=draw.number(0, _RIPPLE_S),
    )
