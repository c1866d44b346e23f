"""Where everything is in the lab. All of it lives in namespaces; nothing here is reachable outside.

outside AS64501          edge AS64500                       customer
198.51.100.2 ----------- 198.51.100.1    203.0.113.1 ------ .10 victim  .20 bystander
2001:db8:ffff::2         2001:db8:ffff::1  2001:db8:cafe::1 2001:db8:cafe::10
                         10.255.0.1 --- 10.255.0.2 trg1
                         10.255.0.5 --- 10.255.0.6 trg2
office 10.255.255.1: edge .2, trg1 .11, trg2 .12, fastnetmon .13
"""

from __future__ import annotations

from typing import Literal, get_args

Trigger = Literal["trg1", "trg2"]
Router = Literal["outside", "edge", "trg1", "trg2"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
ROUTERS: tuple[Router, ...] = get_args(Router)

VICTIM = "203.0.113.10"
BYSTANDER = "203.0.113.20"
VICTIM6 = "2001:db8:cafe::10"
OWN, OWN6 = "203.0.113.0/24", "2001:db8:cafe::/64"  # what the upstream hears of the edge
DISCARD, DISCARD6 = "192.0.2.1/32", "100::1/128"

OFFICE = "10.255.255.1"  # where netwb is, in the namespace `office`
MANAGEMENT: dict[str, str] = {
    "edge": "10.255.255.2",
    "trg1": "10.255.255.11",
    "trg2": "10.255.255.12",
    "fastnetmon": "10.255.255.13",
}
PEERS = {"10.255.0.2": "trg1", "10.255.0.6": "trg2", "198.51.100.2": "outside"}  # of the edge
PASSWORD = "r1g-Passw0rd"  # of every router's login `netwb`; its key logs in too

BLACKHOLE = "65535:666"
NO_EXPORT = "no-export"
TRANSIT_BLACKHOLE = "64501:666"
