"""FastNetMon 1.2.4 in a namespace of its own: it hears flow records from itself alone.

What it says leaves by its notify script, which reaches the office. Source: its example
configuration, and what was measured with it; /var/log of the namespace is its own.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.real.blackhole.addresses import BYSTANDER, VICTIM
from tests.real.blackhole.flows import NETFLOW_PORT, SFLOW_PORT
from tests.real.blackhole.helper import Helper
from tests.real.blackhole.network import Network
from tests.real.namespaces import Namespaces
from tests.real.waiting import until

PROGRAM = "/usr/sbin/fastnetmon"
CLIENT = "fastnetmon_api_client"
THRESHOLD_PPS = 2000
_API_PORT = 50052
_QUIET_PPS = 100
_READY_S = 10

_BOOT = """
mount -t tmpfs tmpfs /var/log
mkdir /var/log/fastnetmon_attacks
"""
_START = 'setsid "$0" "$@" </dev/null >/dev/null 2>&1 &'

# Its usage report stays off: it would call home.
_CONFIG = """\
logging_level = info
disable_usage_report = on
enable_ban = on
enable_ban_ipv6 = on
process_incoming_traffic = on
process_outgoing_traffic = on
ban_details_records_count = 20
ban_time = {ban_time_s}
unban_only_if_attack_finished = on
networks_list_path = {folder}/networks_list
white_list_path = {folder}/networks_whitelist
check_period = 1
average_calculation_time = 5
speed_calculation_delay = 1
enable_connection_tracking = on
ban_for_pps = on
threshold_pps = {threshold_pps}
ban_for_bandwidth = off
ban_for_flows = off
mirror_afpacket = off
pcap = off
sflow = on
sflow_host = 127.0.0.1
sflow_port = {sflow}
netflow = on
netflow_host = 127.0.0.1
netflow_port = {netflow}
netflow_sampling_ratio = 1
notify_script_path = {notify}
monitor_local_ip_addresses = off
pid_path = {folder}/pid
cli_stats_file_path = {folder}/stats
cli_stats_ipv6_file_path = {folder}/stats6
enable_api = on
prometheus = off
exabgp = off
gobgp = off
influxdb = off
graphite = off
redis_enabled = off
mongodb_enabled = off
sort_parameter = packets
max_ips_in_list = 7
"""


_PORTS = {("udp", NETFLOW_PORT), ("udp", SFLOW_PORT), ("tcp", _API_PORT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How FastNetMon called its script; `called_at` is of the monotonic clock."""

    called_at: float
    address: str
    direction: str
    pps: int
    action: str
    given: str


class FastNetMon:
    """Its namespace for as long as the lab is there; in it the program, from `start` to `stop`."""

    def __init__(self, folder: Path, network: Network) -> None:
        folder.mkdir()
        self.folder = folder
        self.node = Namespaces(folder / "boot.log", _BOOT)
        network.join("fastnetmon", self.node)
        (folder / "networks_list").write_text("203.0.113.0/24\n2001:db8:cafe::/48\n")
        (folder / "networks_whitelist").write_text("")
        self.notify = self._lay_script()
        self._floods: list[Helper] = []

    def start(
        self,
        *,
        notify: Path | None = None,
        threshold_pps: int = THRESHOLD_PPS,
        ban_time_s: int = 10,
    ) -> None:
        """Run it until `stop`, and return once it listens.

        notify    its script, executable; None: one that writes its `calls` down
        """
        values = {"notify": notify or self.notify, "folder": self.folder}
        figures = {"threshold_pps": threshold_pps, "ban_time_s": ban_time_s}
        ports = {"netflow": NETFLOW_PORT, "sflow": SFLOW_PORT}
        config = self.folder / "fastnetmon.conf"
        config.write_text(_CONFIG.format(**values, **figures, **ports))
        log = self.folder / "log"
        files = ["--configuration_file", str(config), "--log_file", str(log)]
        # a script that an ended one has called holds its sockets until it ends as well
        until(lambda: not self._open_ports(), within_s=_READY_S, what="its ports are free")
        self.node.run("sh", "-c", _START, PROGRAM, *files, "--disable_pid_logic")
        until(self._listens, within_s=_READY_S, what=f"FastNetMon listens, its log is {log}")

    def stop(self) -> None:
        """As its service is stopped; what it has banned is forgotten."""
        self.node.end(PROGRAM, signal.SIGTERM)

    def kill(self) -> None:
        """As a crash ends it."""
        self.node.end(PROGRAM, signal.SIGKILL)

    def runs(self) -> bool:
        """Whether it does at this moment."""
        return bool(self.node.find(PROGRAM))

    def ban(self, address: str) -> None:
        """What an operator bans by hand, whatever its networks and thresholds say."""
        self.node.run(CLIENT, "ban", address)

    def unban(self, address: str) -> None:
        """Take an operator's or its own ban back."""
        self.node.run(CLIENT, "unban", address)

    def banned(self) -> list[str]:
        """Its ban list, in its own spelling."""
        return self.node.run(CLIENT, "get_banlist").split()

    def flood(
        self,
        *targets: str,
        times: float = 10,
        seconds: float = 30,
        by: Literal["netflow5", "sflow5"] = "netflow5",
        outgoing: bool = False,
        quiet: Sequence[str] = (BYSTANDER,),
    ) -> Helper:
        """Have it told of floods to each target (else the victim); `stop` ends them earlier.

        times     packets a second, as a multiple of THRESHOLD_PPS
        outgoing  the targets are where the flood comes from
        quiet     addresses with so little traffic that nothing is wrong with it
        NetFlow v5 knows IPv4 alone.
        """
        given = {
            "kind": by,
            "targets": targets or (VICTIM,),
            "pps": times * THRESHOLD_PPS,
            "seconds": seconds,
            "outgoing": outgoing,
            "quiet": quiet,
            "quiet_pps": _QUIET_PPS,
        }
        flood = Helper(self.node, "flows.py", given)
        self._floods.append(flood)
        return flood

    def end_floods(self) -> None:
        """No record comes after this."""
        while self._floods:
            self._floods.pop().stop()

    def calls(self, action: str | None = None, *, address: str | None = None) -> list[Call]:
        """How it has called the script of the rig since it was last forgotten, earliest first."""
        found = sorted(
            (_read(file) for file in self.notify.parent.glob("*.json")),
            key=lambda call: call.called_at,
        )
        return [
            call
            for call in found
            if action in {None, call.action} and address in {None, call.address}
        ]

    def await_call(self, action: str, *, address: str, within_s: float) -> Call:
        """The first such call, now or later."""
        what = f"FastNetMon calls {action} for {address}"
        found = until(lambda: self.calls(action, address=address), within_s=within_s, what=what)
        return found[0]

    def restore(self) -> None:
        """Neither program nor floods nor calls, as at first."""
        self.end_floods()
        if self.runs():
            self.kill()
        for call in self.notify.parent.glob("*.json"):
            call.unlink()

    def _lay_script(self) -> Path:
        """An executable with this Python in its first line."""
        folder = self.folder / "calls"
        folder.mkdir()
        script = folder / "notify"
        text = Path(__file__).with_name("notified.py").read_text()
        script.write_text(f"#!{sys.executable} -IS\n{text}")
        script.chmod(0o755)
        return script

    def _listens(self) -> bool:
        return self.runs() and self._open_ports() == _PORTS

    def _open_ports(self) -> set[tuple[str, int]]:
        """Those of its ports that stand in /proc/net of its namespace."""
        for pid, _ in self.node.processes():
            with contextlib.suppress(OSError):  # it has ended by now
                return _PORTS & _ports(pid)
        return set()


def _ports(pid: int) -> set[tuple[str, int]]:
    """proc(5): the second column of each line is address and port in hexadecimal."""
    return {
        (kind[:3], int(line.split()[1].rpartition(":")[2], 16))
        for kind in ("udp", "udp6", "tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
    }


def _read(file: Path) -> Call:
    call = json.loads(file.read_text())
    address, direction, pps, action = call["words"]
    return Call(
        called_at=call["called_at"],
        address=address,
        direction=direction,
        pps=int(pps),
        action=action,
        given=call["given"],
    )
