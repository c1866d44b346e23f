"""A process that listens for a home until it is killed. Arguments: home, UDP port, wait in seconds."""

from __future__ import annotations

import sys
import threading

from netwb.workbench import Workbench

home, port, wait_s = sys.argv[1:]
settings = {
    "NETWB_SYSLOG__ADDRESS": "127.0.0.1",
    "NETWB_SYSLOG__UDP_PORT": port,
    "NETWB_SYSLOG__TCP_PORT": "0",
    "NETWB_SYSLOG__WAIT_S": wait_s,
}
Workbench.open(home, environment=settings).listen_syslog(threading.Event())
