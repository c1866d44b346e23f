"""Last night's backup on the facade, as the foot of every page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.collect import nights as _nights
    from netwb.collect.nights import LastNight
else:
    _nights = lazy("netwb.collect.nights")


class NightsFace(Face):
    """`last_night`."""

    def last_night(self) -> LastNight | None:
        """The backups of the last 24 h over the devices that this Workbench means, as one.

        Where none of all devices began in that time, the newest one; None: there was none yet.
        Narrowed to a tenant it is that tenant's; other narrowings do not change it.
        """
        self._require(Permission.CONFIG_VIEW)
        now = self._parts.clock()
        return _nights.find_last_night(self._parts.database, self._meant_scope, now=now)
