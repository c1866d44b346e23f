"""Devices' messages on the facade: listen to them, and ask what they would start."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from netwb.health.syslog.desk import Desk, DeskParts
from netwb.roles import Permission
from netwb.store.bursts import Filed
from netwb.workbench.face import Face


class SyslogFace(Face):
    """`listen_syslog`, `syslog_counts`."""

    def listen_syslog(self, stop: threading.Event) -> None:
        """Hear devices' messages until `stop` is set, and file a backup of each that was changed.

        Returns at once where the setting `syslog.address` is empty. One process at a time: whoever
        leads. A port that is not free is tried again and again.
        """
        self._require_local("the syslog listener")
        settings = self._parts.settings.syslog
        if not settings.address:
            return
        parts = DeskParts(
            database=self._parts.database,
            bursts=self._parts.bursts,
            notices=self._parts.notices,
            rules=self._parts.messages,
            clock=self._parts.clock,
            settings=settings,
            actor=self._actor.name,
            on_filed=self._audit_filed,
        )
        Desk(parts).listen(stop)

    def syslog_counts(self) -> Mapping[str, int]:
        """Messages by what became of them, since the home was made."""
        self._require(Permission.HEALTH_VIEW)
        self._require_everywhere("the syslog listener")
        return self._parts.bursts.counts()

    def _audit_filed(self, filed: Filed) -> None:
        detail = {"devices": len(filed.devices), "cause": "syslog"}
        self._audit("job.file", filed.job.id, tenant_id=filed.tenant_id, detail=detail)
