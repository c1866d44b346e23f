"""Play a fleet from the command line: `python -m netwb.lab --devices 10 --platform cisco_ios`.

Prints one JSON document with the address, port, account and host key of each device, and plays
until it is interrupted or terminated.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from netwb.lab.device import LabDevice
from netwb.lab.dialects import DIALECTS
from netwb.lab.faults import FAULTS
from netwb.lab.fleet import FIRST_ADDRESS, Fleet
from netwb.lab.world import World

_FIRST_NIGHT = "2026-11-01T02:00:00+00:00"


def main(arguments: list[str] | None = None) -> int:
    """Play until told to stop."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        password = _secret(asked.password)
    except (LookupError, OSError, ValueError) as error:
        parser.error(f"--password: {error}")
    devices = [
        LabDevice(
            key=f"{asked.name}{number}",
            hostname=f"{asked.name}{number}",
            platform=asked.platform,
            username=asked.username,
            password=password,
            lines=asked.lines,
        )
        for number in range(1, asked.devices + 1)
    ]
    world = World(devices, seed=asked.seed, first_night=datetime.fromisoformat(asked.first_night))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Fleet(
        world,
        first_address=asked.first_address,
        port=asked.port,
        think_s=asked.think,
        seed=asked.seed,
    ) as fleet:
        fleet.set_night(asked.night)
        if asked.fault:
            fleet.set_faults(dict.fromkeys(fleet.keys, asked.fault))
        sys.stdout.write(json.dumps(_shown(fleet), indent=2) + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _secret(source: str | None) -> str:
    """The password that `env:NAME` or `file:PATH` gives, read as netwb's own commands read one."""
    if source is None:
        return "lab"
    scheme, _, place = source.partition(":")
    if scheme == "env":
        if not os.environ.get(place):
            msg = f"environment variable {place} is not set; export it, then try again"
            raise LookupError(msg)
        return os.environ[place]
    if scheme == "file":
        return Path(place).expanduser().read_text(encoding="utf-8").rstrip("\n")
    msg = "give env:NAME or file:PATH (and change it, if this was the secret)"
    raise ValueError(msg)


def _shown(fleet: Fleet) -> dict[str, object]:
    return {
        "items": [
            {
                "hostname": device.hostname,
                "platform": device.platform,
                "address": fleet.address(device.key),
                "port": fleet.port,
                "username": device.username,
                "host_key": fleet.host_key(device.key),
            }
            for device in fleet.world.devices
        ]
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m netwb.lab", description=__doc__)
    parser.add_argument("--platform", choices=sorted(DIALECTS), default="cisco_ios")
    parser.add_argument("--devices", type=int, default=1)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--name", default="lab", help="hostnames are this and a number")
    parser.add_argument("--username", default="netwb")
    parser.add_argument(
        "--password",
        metavar="SOURCE",
        help="env:NAME or file:PATH, for arguments show in the process table; by default lab",
    )
    parser.add_argument("--first-address", default=FIRST_ADDRESS)
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--think", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--seed", default="lab")
    parser.add_argument("--night", type=int, default=0)
    parser.add_argument("--first-night", default=_FIRST_NIGHT, metavar="TIME")
    return parser


if __name__ == "__main__":
    sys.exit(main())
