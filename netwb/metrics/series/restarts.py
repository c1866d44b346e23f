"""When a device began anew, by what it says of itself. Pure.

A start is counted by snmpEngineBoots (RFC 3411), and lets sysUpTime fall (RFC 3418: hundredths of a
second in 32 bits, so that it also falls by itself after 497 days). An agent that alone was started
anew counts a start as well, and the ports' counters go on: a start explains a counter that fell, and
says nothing of one that rose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING, Samples, Times, Whole

_UPTIME_WRAPS = 2**32  # hundredths of a second
_LOOSE_CS = (
    6_000  # both clocks together may be so far off, and half of the time between two samples
)

_Began = Callable[[Whole, Times], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Restarts:
    """Between which moments the device began anew, each pair rising; epoch seconds."""

    after: Times
    until: Times


def restarts(device: Samples) -> Restarts:
    """All starts that samples of measurement `device` tell of; fields that are absent tell none."""
    found = [
        _told(device, field, began)
        for field, began in (("snmpEngineBoots", _other), ("sysUpTime", _fell))
        if field in device.values
    ]
    pairs = np.concatenate([np.empty((0, 2), np.int64), *found])
    pairs = np.unique(pairs, axis=0)
    return Restarts(after=pairs[:, 0], until=pairs[:, 1])


def _told(device: Samples, field: str, began: _Began) -> NDArray[np.int64]:
    """Pairs of moments, shape (starts, 2), between which a field says so."""
    known = np.flatnonzero(device.values[field] != MISSING)
    at = device.at[known]
    places = np.flatnonzero(began(device.values[field][known], at))
    return np.stack((at[places], at[places + 1]), axis=1)


def _other(boots: Whole, at: Times) -> NDArray[np.bool_]:
    del at
    changed: NDArray[np.bool_] = boots[1:] != boots[:-1]
    return changed


def _fell(uptime: Whole, at: Times) -> NDArray[np.bool_]:
    """Lower than before, and not where 497 days would have brought it."""
    ran = 100 * np.diff(at)
    wrapped = uptime[:-1] + ran - _UPTIME_WRAPS
    by_itself = np.abs(uptime[1:] - wrapped) <= ran // 2 + _LOOSE_CS
    fell: NDArray[np.bool_] = (uptime[1:] < uptime[:-1]) & ~by_itself
    return fell
