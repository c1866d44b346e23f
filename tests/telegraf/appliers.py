"""An applier over a real folder, database and metrics store; Telegraf and its commands stand in."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from netwb.metrics.records import Point, SeriesKey
from netwb.metrics.sqlite.store import SqliteStore
from netwb.store.database import Database
from netwb.store.leases import Leases
from netwb.telegraf.apply import Applier
from netwb.telegraf.parts import ApplyParts
from netwb.telegraf.program import Telegraf
from netwb.telegraf.proof import Proof
from netwb.telegraf.records import Asking, Shard, ShardFiles
from tests.benches import TestClock
from tests.metrics.files import opened
from tests.store.rows import ready_on_sqlite
from tests.telegraf import stand_in
from tests.telegraf.ground import ASKING, rendered, target

FRA, BER = "telegraf.d/netwb-acme.fra1.conf", "telegraf.d/netwb-acme.ber1.conf"


class SleepyClock(TestClock):
    """The process sleeps so long before each look at it, once that is set."""

    sleeps_s = 0.0

    def __call__(self) -> datetime:
        self.advance(seconds=self.sleeps_s)
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One home's `telegraf.d`, and what was called."""

    parts: ApplyParts
    clock: SleepyClock
    store: SqliteStore
    shard: Shard
    tools: Path

    @property
    def applier(self) -> Applier:
        return Applier(self.parts)

    @property
    def live(self) -> Path:
        return self.parts.folder / self.shard.name

    def text(self, name: str = FRA) -> str:
        return (self.live / name).read_text()

    def files(self, *addresses: str, asking: Asking = ASKING) -> ShardFiles:
        """Devices edge1, edge2 ... of site fra1 at those addresses."""
        names = enumerate(addresses or ("127.0.0.1",), start=1)
        devices = [target(f"edge{number}", address=address) for number, address in names]
        return rendered(*devices, shard=self.shard, asking=asking)

    def told(self) -> list[str]:
        """What the operator's command was called with, oldest first."""
        file = self.tools / "told"
        return file.read_text().split() if file.exists() else []

    def calls(self) -> list[dict[str, Any]]:
        """How Telegraf's program was called."""
        file = self.tools / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def fail_when_told(self, word: str) -> None:
        """From now on that command fails."""
        (self.tools / f"fails-{word}").touch()

    def answer(self, *hostnames: str) -> None:
        """These devices' samples of now come into the store."""
        at = int(self.clock().timestamp())
        for hostname in hostnames:
            key = SeriesKey(tenant="acme", device_id=f"id-acme-{hostname}")
            self.store.write(
                [
                    Point(
                        measurement="device",
                        key=key,
                        site="fra1",
                        device=hostname,
                        at=at,
                        values={"sysUpTime": at},
                    )
                ]
            )

    def other_holder(self) -> Leases:
        return Leases(self.parts.leases._database, "elsewhere:1:x", self.clock)


KILL = "kill -9 $PPID"
TOLD = """\
#!/bin/sh
{kill}
echo "$1" >> {tools}/told
if [ -f {tools}/fails-$1 ]; then echo "cannot $1: no such unit" >&2; exit 3; fi
"""


@contextmanager
def ground(
    folder: Path,
    *,
    program: str = "telegraf",
    silent: str = "",
    stumbles: str = "",
    kills: bool = False,
) -> Iterator[Ground]:
    """In that folder, also in one that was left before.

    program    looked for where the stand-in is the only one there is
    silent     aliases of devices that do not answer; `stumbles`: that Telegraf cannot ask
    kills      the operator's command kills the process that called it
    """
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    script(tools / "telegraf", f'#!/bin/sh\nexec {sys.executable} -SE {stand_in.__file__} "$@"\n')
    script(tools / "tell", TOLD.format(tools=tools, kill=KILL if kills else ""))
    environment = {
        "PATH": str(tools),
        "CALLS": str(tools / "calls"),
        "SILENT": silent,
        "STUMBLES": stumbles,
        "NETWB_HOME": "/nowhere",
    }
    clock = SleepyClock()
    new = not (folder / "netwb.db").exists()
    database = ready_on_sqlite(folder) if new else Database(f"sqlite:///{folder}/netwb.db")
    store = opened(folder)
    with closing(database), closing(store):
        yield Ground(
            parts=ApplyParts(
                folder=folder / "telegraf.d",
                telegraf=Telegraf(program, environment),
                leases=Leases(database, "here:1:x", clock),
                proof=Proof(store=lambda: store, clock=clock, interval_s=60),
                fingerprint=lambda secret: sha256(secret.encode()).hexdigest()[:8],
                clock=clock,
                environment=environment,
            ),
            clock=clock,
            store=store,
            shard=Shard(
                name="main",
                reload=(str(tools / "tell"), "reload"),
                restart=(str(tools / "tell"), "restart"),
            ),
            tools=tools,
        )


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def without_commands(found: Ground) -> Ground:
    return replace(found, shard=replace(found.shard, reload=(), restart=()))
