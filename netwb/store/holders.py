"""Who holds a lease: a name that tells, on the same machine, whether its process still lives.

A process that was killed cannot give its lease back. Where the asker stands on the same kernel and
in the same PID namespace it need not wait for the lease to end: the process is there or it is not,
and its start time tells it from a later one with the same number. Elsewhere only time tells.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_START_FIELD = 19  # starttime in /proc/PID/stat, counted after the command's name (proc(5): 22)


def holder_name(nonce: str) -> str:
    """This process's name in leases; `nonce` tells its holders apart."""
    pid = os.getpid()
    return f"{socket.gethostname()}|{_place()}|{pid}|{_started(pid) or ''}|{nonce}"


def in_words(holder: str) -> str:
    """A holder for a sentence: `process 4711 on collector1`."""
    host, _, rest = holder.partition("|")
    _, _, rest = rest.partition("|")
    pid, _, _ = rest.partition("|")
    return f"process {pid} on {host}" if pid else holder


def is_dead(holder: str) -> bool:
    """Whether that holder's process is surely gone; False where it cannot be known."""
    _, _, rest = holder.partition("|")
    place, _, rest = rest.partition("|")
    pid, _, rest = rest.partition("|")
    started, _, _ = rest.partition("|")
    if not place or place != _place() or not pid.isdigit() or not started:
        return False
    found = _started(int(pid))
    return found != started and not (found is None and _is_hidden(int(pid)))


@cache
def _place() -> str:
    """Boot and PID namespace; empty where there is no /proc."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_hidden(pid: int) -> bool:
    """Whether there is such a process of another user: /proc may show a user its own alone (hidepid)."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _started(pid: int) -> str | None:
    """When the process started, in ticks since boot; None where there is none, or only its rest."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    after_name = fields.rpartition(")")[2].split()
    return None if after_name[0] in "ZX" else after_name[_START_FIELD]
