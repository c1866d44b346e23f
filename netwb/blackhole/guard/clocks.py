"""How far clocks may be apart. Pure."""

from __future__ import annotations

from datetime import timedelta

SKEW = timedelta(minutes=5)  # of two machines that both still serve
ALIVE = timedelta(seconds=60)  # of whoever takes blackholes back, who shows itself every 5 s
