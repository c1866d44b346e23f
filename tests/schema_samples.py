"""A small netwb of each earlier migration, with data: exports that the code of that time wrote.

Before a new migration is added, `python -m tests.schema_samples` writes the sample of the newest one
there is, by the code that made it; it is committed together with the new migration, and never
written again. Each was made so from the commit before the next.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from netwb.access.records import NewUser, NewWall
from netwb.collect.replay import recorded
from netwb.health.exporting.writing import write_export
from netwb.roles import Role
from netwb.store.passphrase import Costs
from netwb.store.schema import MIGRATIONS
from tests.benches import Rig, ios, ios_text, rig

SAMPLES = Path(__file__).parent / "data" / "schemas"
PASSPHRASE = "the samples' own passphrase"
PASSWORD = "a long enough sentence"
TENANTS = {"acme": ("edge1", "edge2"), "umbra": ("core1",)}
QUICK = Costs(memory_kib=64, passes=1, lanes=1)


def fill(made: Rig) -> None:
    """Three nights with changes, a text that waits, a person, own space, a job that nobody took."""
    for night, ntp in enumerate(("192.0.2.53", "192.0.2.54", "192.0.2.55")):
        made.answer("acme/edge1", ios("edge1", ntp=ntp))
        made.answer("umbra/core1", ios("core1", ntp=ntp, community=f"Secret{night}Word"))
        made.back_up(note=f"night {night}")
        made.clock.advance(days=1)
    made.answer("acme/edge2", recorded(ios_text("edge2")[:300], prompt=b"edge2#"))
    made.back_up("acme/edge2")
    ana = NewUser(name="ana", role=Role.ENGINEER, tenants=("acme",), password=PASSWORD)
    made.bench.add_user(ana)
    bill(made)
    made.bench.add_wall(NewWall(name="noc", tenants=("acme",)))
    made.bench.add_prefix("acme", "203.0.113.0/24", mode="approve", site="fra1")
    made.bench.add_trigger("acme/edge1", max_routes=7)
    made.bench.add_sender("fnm1", networks=["192.0.2.7"])
    made.bench.start_backup(note="queued before the upgrade")


def bill(made: Rig) -> None:
    """A port of a device, in a group with a commit, and an hour that is not billed."""
    port = ("acme/edge1", "GigabitEthernet0/0")
    made.bench.apply_port_import(f"device,name,circuit_ref\n{','.join(port)},C-1001\n")
    made.bench.add_port_group("acme", "transit", commit_bps="100M", add_ports=[port])
    since = made.clock() - timedelta(hours=2)
    until = since + timedelta(hours=1)
    made.bench.exclude_from_bill("acme", since=since, until=until, reason="our own maintenance")


def main() -> None:
    """Write the newest one."""
    target = SAMPLES / f"{MIGRATIONS.revisions[-1]}.netwb"
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder), TENANTS) as made:
        fill(made)
        write_export(made.bench._sources(), target, PASSPHRASE, costs=QUICK)
    print(target)  # noqa: T201 - a tool


if __name__ == "__main__":
    main()
