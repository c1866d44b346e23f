"""A digest of all that a bill was reckoned from. Pure.

SHA-256 over a line of JSON (keys in order, no blanks, ASCII) and the octets of each port and window,
received and then sent, as 64-bit whole numbers, lowest byte first. Two bills with one digest were
reckoned from the same; a stored bill whose windows give another one was altered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from netwb.metrics.billing.records import BilledPort, Exclusion, Month, Terms
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.windows import Volumes

_FORM = 1  # of what is digested; another form gives other digests


def digest_of(
    *,
    terms: Terms,
    month: Month,
    ports: Sequence[BilledPort],
    exclusions: Sequence[Exclusion],
    volumes: Volumes,
) -> str:
    """In hexadecimal digits."""
    said = {
        "form": _FORM,
        "group": terms.group,
        "method": terms.method,
        "commit_bps": terms.commit_bps,
        "month": month.name,
        "time_zone": month.time_zone,
        "since": month.since,
        "until": month.until,
        "window_s": WINDOW_S,
        "windows": len(volumes.begin),
        "ports": [[port.id, port.device, port.name] for port in ports],
        "exclusions": [
            [one.since.timestamp(), one.until.timestamp(), one.reason] for one in sorted(exclusions)
        ],
    }
    made = sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    made.update(b"\n")
    for octets in (volumes.received, volumes.sent):
        made.update(np.ascontiguousarray(octets, "<i8").data)
    return made.hexdigest()
