"""Devices' messages on the facade: listen to them, see what was heard, ask what they would start."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.errors import UnknownPlatformError
from netwb.inventory.records import EVERYWHERE, NamedDevice
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.home import find_home

if TYPE_CHECKING:
    from netwb.health.syslog import desk as _desk
    from netwb.health.syslog import judged as _judged
    from netwb.health.syslog.judged import JudgedMessage
    from netwb.store import firing_records as _firings
    from netwb.store.bursts import Filed
    from netwb.workbench import platform_files as _platform_files
else:
    _desk = lazy("netwb.health.syslog.desk")
    _judged = lazy("netwb.health.syslog.judged")
    _firings = lazy("netwb.store.firing_records")
    _platform_files = lazy("netwb.workbench.platform_files")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingChange:
    """A device that was changed, and is not backed up yet.

    by      whom its messages named, the last one last
    tries   jobs that were filed for it
    """

    device: str
    since: datetime
    until: datetime
    by: tuple[str, ...]
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogState:
    """Where messages are heard by the settings ("" nowhere), what became of them, what waits.

    led   a scheduler leads now: without one nothing listens
    """

    address: str
    udp_port: int
    tcp_port: int
    led: bool
    counts: Mapping[str, int]
    waiting: tuple[WaitingChange, ...]


class SyslogFace(Face):
    """`listen_syslog`, `syslog_counts`, `syslog_state`."""

    def listen_syslog(self, stop: threading.Event) -> None:
        """Hear devices' messages until `stop` is set, and file a backup of each that was changed.

        Returns at once where the setting `syslog.address` is empty. One process at a time: whoever
        leads; it files as `system:scheduler`. A port that is not free is tried again and again.
        """
        self._require_local("the syslog listener")
        settings = self._parts.settings.syslog
        if not settings.address:
            return
        parts = _desk.DeskParts(
            database=self._parts.database,
            bursts=self._parts.bursts,
            notices=self._parts.notices,
            rules=self._parts.messages,
            clock=self._parts.clock,
            settings=settings,
            blackouts=self._parts.scheduling.blackouts,
            zone=self._parts.scheduling.zone,
            actor=_firings.ACTOR,
            on_filed=self._named(_firings.ACTOR)._audit_filed,  # noqa: SLF001 - the same face
        )
        _desk.Desk(parts).listen(stop)

    def syslog_counts(self) -> Mapping[str, int]:
        """Messages by what became of them, since the home was made."""
        self._require(Permission.HEALTH_VIEW)
        self._require_everywhere("the syslog listener")
        return self._parts.bursts.counts()

    def syslog_state(self) -> SyslogState:
        """The same with what waits, the longest first."""
        settings, counts = self._parts.settings.syslog, self.syslog_counts()
        names = {d.id: f"{d.tenant}/{d.hostname}" for d in self._named_devices()}
        waiting = [
            WaitingChange(
                device=names.get(kept.burst.device_id, kept.burst.device_id),
                since=kept.burst.first_at,
                until=kept.burst.last_at,
                by=tuple(one.by for one in kept.burst.said if one.by),
                tries=kept.tries,
            )
            for kept in self._parts.bursts.unanswered()
        ]
        return SyslogState(
            address=settings.address,
            udp_port=settings.udp_port,
            tcp_port=settings.tcp_port,
            led=any(one.leads_since for one in self._parts.scheduling.daemons.list()),
            counts=counts,
            waiting=tuple(waiting),
        )

    def _named_devices(self) -> tuple[NamedDevice, ...]:
        return self._parts.devices.named(self._scope, EVERYWHERE)

    def _audit_filed(self, filed: Filed) -> None:
        detail = {"devices": len(filed.devices), "cause": "syslog"}
        self._audit("job.file", filed.job.id, tenant_id=filed.tenant_id, detail=detail)


def judge_messages(
    data: bytes, *, platform: str, home: str | Path | None, environment: Mapping[str, str]
) -> tuple[JudgedMessage, ...]:
    """What each line would start on that platform, by netwb's records and the home's own."""
    known = _platform_files.load_messages(
        _platform_files.load_platforms(find_home(home, environment).folder("platforms.d"))
    )
    if platform not in known:
        msg = f"of platform {platform} no messages are known; known are {', '.join(sorted(known))}"
        raise UnknownPlatformError(msg)
    return _judged.judge_messages(data, known[platform])
