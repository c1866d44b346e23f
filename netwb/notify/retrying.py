"""When a message that did not arrive is tried again, and when it is given up. Pure.

Per target, as its messages keep their order: seconds after the first failure, an hour apart at most
in the first day, so that a receiver that was down for a day is caught up within the hour; then the
longer it stays away the rarer it is tried, once a day in the end.
"""

from __future__ import annotations

from datetime import timedelta

FIRST_S = 5.0
HOUR_S = 3600.0
DAY_S = 86400.0
GIVE_UP_AFTER = timedelta(days=3)  # of waiting; it can be sent again by hand
REFUSED_TRIES = 5  # of a message that the receiver says is wrong: others wait behind it
COLLAPSE_FROM = 20  # messages that wait for a person's eyes are told as one from here on
_SHARE = 24  # of the time that it fails: an hour a day


def wait_s(tries: int, *, failing_s: float, jitter: float, asked_s: float = 0.0) -> float:
    """Seconds until the next try.

    tries      failed in a row, 1 or more
    failing_s  how long nothing arrived
    jitter     0 to 1, random: receivers that fell together are not tried together
    asked_s    what the receiver asked for (Retry-After)
    """
    most = min(max(HOUR_S, failing_s / _SHARE), DAY_S)
    wait = min(FIRST_S * 2.0 ** min(tries - 1, 20), most)
    return min(max(wait * (0.75 + 0.5 * jitter), asked_s), DAY_S)
