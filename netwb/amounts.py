"""Rates, amounts and shares as people read them. Pure.

Powers of ten, as links are sold and as the MIB counts: `426 Mbit/s`, `2.71 TB`, `43 %`.
"""

from __future__ import annotations

from math import isfinite
from typing import Literal

Unit = Literal["bits", "percent", "packets"]

MINUS = "\N{MINUS SIGN}"
SUFFIX: dict[Unit, str] = {"bits": "bit/s", "percent": "%", "packets": "packets/s"}
NO_DATA = "no data"
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def amount(value: float | None, unit: Unit) -> str:
    """A rate with its unit, of three digits: `968 Mbit/s`, `1.2 kpackets/s`, `43 %`."""
    if value is None or not isfinite(value):
        return NO_DATA
    if unit == "percent":
        return f"{_signed(value, _percent_digits(value))} %"
    factor, prefix = prefix_of(abs(value))
    return f"{_signed(value / factor, _digits(abs(value) / factor))} {prefix}{SUFFIX[unit]}"


def octets(value: float | None) -> str:
    """Bytes that went through: `2.71 TB`."""
    if value is None or not isfinite(value):
        return NO_DATA
    factor, prefix = prefix_of(abs(value))
    return f"{_signed(value / factor, _digits(abs(value) / factor))} {prefix}B"


def speed(bps: int | None) -> str:
    """A port's speed: `10 Gbit/s`; empty where nobody knows it."""
    if not bps:
        return ""
    factor, prefix = prefix_of(float(bps))
    return f"{bps / factor:g} {prefix}bit/s"


def change(now: float | None, before: float | None) -> str:
    """How much more or less than before: `+11 %`."""
    if now is None or not before or not isfinite(now) or not isfinite(before):
        return NO_DATA
    share = 100 * (now / before - 1)
    if abs(share) < 0.5:
        return "0 %"
    return f"+{share:.0f} %" if share > 0 else f"{_signed(share, 0)} %"


def prefix_of(value: float) -> tuple[float, str]:
    """The prefix by which it has one to three digits before the point, once rounded."""
    return next(((f, p) for f, p in _PREFIXES if value >= f * 0.9995), (1.0, ""))


def _digits(value: float) -> int:
    return 0 if value >= 99.95 else 1 if value >= 9.995 else 2 if value else 0


def _percent_digits(value: float) -> int:
    return 0 if abs(value) >= 9.95 or value == 0 else 1


def _signed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", MINUS)
