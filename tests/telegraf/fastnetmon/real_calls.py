"""FastNetMon itself calls the notify script. Run in a network namespace of its own; JSON on stdout.

unshare --net --fork --kill-child python -m tests.telegraf.fastnetmon.real_calls FOLDER
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.notify.receivers import GOOD, hang, receiving
from tests.telegraf.fastnetmon.caller import SCRIPT, Caller, arrived

CONFIG = """\
logging_level = info
disable_usage_report = on
enable_ban = on
enable_ban_ipv6 = on
process_incoming_traffic = on
process_outgoing_traffic = on
ban_time = 600
networks_list_path = {folder}/networks_list
white_list_path = {folder}/networks_whitelist
sflow = off
netflow = on
netflow_host = 127.0.0.1
netflow_port = 2055
notify_script_enabled = on
notify_script_path = {script}
monitor_local_ip_addresses = off
cli_stats_file_path = {folder}/stats.dat
cli_stats_ipv6_file_path = {folder}/stats6.dat
enable_api = on
prometheus = off
exabgp = off
gobgp = off
influxdb = off
graphite = off
redis_enabled = off
mongodb_enabled = off
"""
BAN, OTHER_BAN, UNBAN = (
    ("ban", "203.0.113.70"),
    ("ban", "2001:db8:cafe::70"),
    ("unban", "203.0.113.70"),
)


def until(true: Callable[[], bool], what: str) -> float:
    """Seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < 60, what
        time.sleep(0.02)
    return time.monotonic() - began


def api(*words: str) -> bool:
    done = subprocess.run(
        ["/usr/bin/fastnetmon_api_client", *words], capture_output=True, check=False, timeout=20
    )
    return done.returncode == 0 and b"failed" not in (done.stdout + done.stderr).lower()


@contextmanager
def fastnetmon(folder: Path, caller: Caller) -> Iterator[None]:
    """It runs, and answers its API."""
    config, log = str(folder / "fastnetmon.conf"), str(folder / "fnm.log")
    words = ["--configuration_file", config, "--log_file", log]
    process = subprocess.Popen(
        ["/usr/sbin/fastnetmon", *words, "--disable_pid_logic"],
        env=caller.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: api("get_banlist"), "FastNetMon does not answer its API")
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def listens_for_flows() -> bool:
    return any(":0807 " in line for line in Path("/proc/net/udp").read_text().splitlines())


def main(folder: Path) -> dict[str, object]:
    """What came of three calls, and of an end of FastNetMon while one of them was being sent."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (folder / "networks_list").write_text("203.0.113.0/24\n2001:db8:cafe::/48\n")
    (folder / "networks_whitelist").write_text("")
    (folder / "fastnetmon.conf").write_text(CONFIG.format(folder=folder, script=SCRIPT))
    with receiving() as receiver:
        settings = {"detach": "yes", "retry_s": "20", "try_s": "6"}
        caller = Caller(home=folder, url=receiver.url, settings=settings)
        with fastnetmon(folder, caller):
            took = []
            for place, words in enumerate((BAN, OTHER_BAN, UNBAN), 1):
                api(*words)
                took.append(until(lambda place=place: len(receiver.got) >= place, f"{words}"))  # type: ignore[misc]
            until(lambda: caller.waiting() == [], "an event stays in the spool")
            events = [arrived(one).event for one in receiver.got]
            receiver.answer = hang
            api("ban", "203.0.113.71")
            until(lambda: len(receiver.got) > 3, "the last ban")
            heard = listens_for_flows()
        freed = until(lambda: not listens_for_flows(), "the sender holds FastNetMon's socket")
        waiting = len(caller.waiting())
        receiver.answer = GOOD
        with fastnetmon(folder, caller):
            again = listens_for_flows()
        until(lambda: caller.waiting() == [], "the last ban stays in the spool")
    return {
        "events": [
            [one.action, str(one.address), one.direction, one.manual, one.report.count("\n") + 1]
            for one in events
            if one
        ],
        "took_s": took,
        "flows": {"before": heard, "again": again},
        "freed_s": freed,
        "waited": waiting,
        "ids": len(set(receiver.ids())),
        "umask": oct((folder / "log").stat().st_mode & 0o777),
    }


if __name__ == "__main__":
    os.umask(0o022)
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
