"""Nornir over exactly the devices meant, for tasks of one's own: napalm_get, netmiko, coroutines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from nornir.core import Nornir

    from netwb.collect import loop as _loop
    from netwb.collect import runner as _runner
    from netwb.collect import ssh as _ssh
    from netwb.collect.drivers import link as _link
    from netwb.inventory import nornir_plugin as _nornir_plugin
else:
    _link = lazy("netwb.collect.drivers.link")
    _loop = lazy("netwb.collect.loop")
    _runner = lazy("netwb.collect.runner")
    _ssh = lazy("netwb.collect.ssh")
    _nornir_plugin = lazy("netwb.inventory.nornir_plugin")


class AdhocFace(Face):
    """`nornir`."""

    def nornir(self) -> Nornir:
        """A Nornir on netwb's sessions, host keys, clocks and caps; a host's name is its device id.

        `host.data["hostname"]` is what people call it. Its connections close after each task. Each
        use is audited for each tenant; what the tasks do is theirs. Hosts hold their passwords, so
        it takes the right to reveal as well.
        """
        self._require(Permission.BACKUP_RUN)
        self._require(Permission.CONFIG_REVEAL)
        devices = self._parts.devices.list(self._scope, self._where)
        living = [device for device in devices if device.status != "retired"]
        targets = self._parts.credentials.targets(self._scope, living)
        settings, platforms = self._parts.settings.collect, self._parts.platforms
        sessions = _ssh.Sessions(
            settings,
            lambda _target, _key: None,  # trusted within this object; a backup or a probe stores it
            agent_path=self._agent_path,
        )
        link = _link.Link(
            loop=_loop.LoopThread(), sessions=sessions, platforms=platforms, settings=settings
        )
        for tenant_id, count in sorted(Counter(target.tenant_id for target in targets).items()):
            self._audit("nornir.open", f"{count} devices", tenant_id=tenant_id)
        return _runner.make_nornir(
            _nornir_plugin.make_inventory(targets, platforms), _runner.SessionRunner(link)
        )
