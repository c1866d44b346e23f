"""Announce, withdraw and verify blackholes on routers, over kept sessions.

Floor 4: it types what `blackhole.commands` says over `collect.ssh`, and knows neither database nor
guard. Who may, whether, and how long is decided elsewhere. What stands is read before anything is
typed and after it: a router's silence proves nothing, and a route that is not exactly of netwb's
kind is left alone.
"""

from netwb.blackhole.trigger.announcer import Announcer
from netwb.blackhole.trigger.keeping import Keeper, Patience
from netwb.blackhole.trigger.triggers import Triggers

__all__ = ["Announcer", "Keeper", "Patience", "Triggers"]
