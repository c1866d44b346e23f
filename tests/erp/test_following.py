"""An ERP that follows while others write: it misses nothing, and nothing comes twice or out of order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netwb.roles import ALL_TENANTS
from netwb.store.models import DeviceRow
from tests.benches import Rig, rig
from tests.erp.following import Follower
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
WRITERS, ROUNDS = 4, 25
HOSTS = tuple(f"edge{n}" for n in range(WRITERS))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": HOSTS, "umbra": ("core1",)}) as one:
        yield one


def write(made: Rig, hostname: str, begin: threading.Barrier, heard: threading.Event) -> None:
    """Two devices a transaction: its own, which nobody else writes, and the one that all do.

    It goes on once some of it was heard, so that it is followed while it writes.
    """
    ids = sorted((made.devices[f"acme/{hostname}"].id, made.devices["umbra/core1"].id))
    begin.wait()
    for n in range(ROUNDS):
        if n == ROUNDS // 5:
            assert heard.wait(60)
        with made.bench._parts.database.writing(ALL_TENANTS) as session:
            for device_id in ids:
                row = session.get_one(DeviceRow, device_id, with_for_update=True)
                row.contract_ref = f"{hostname}-{n}"


@pytest.mark.parametrize("limit", [7, 1000])
def test_four_write_and_one_follows(made: Rig, limit: int) -> None:
    acme, umbra = Follower(made.bench, "acme"), Follower(made.bench, "umbra")
    start = int(acme.after.partition(".")[2])
    begin, heard = threading.Barrier(WRITERS + 1), threading.Event()

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, made, hostname, begin, heard) for hostname in HOSTS]
        begin.wait()
        while not all(one.done() for one in writers):
            if acme.news(limit=limit):
                heard.set()
        for one in writers:
            one.result()
    acme.news(limit=limit)
    umbra.news()

    numbers = [one.number for one in acme.heard]
    assert numbers == list(range(start + 1, start + 1 + WRITERS * ROUNDS))
    assert len({one.id for one in acme.heard}) == WRITERS * ROUNDS
    for hostname in HOSTS:
        own = [one.detail["new"]["contract_ref"] for one in acme.heard if one.subject == hostname]
        assert own == [f"{hostname}-{n}" for n in range(ROUNDS)]
    befores = [one.detail["old"]["contract_ref"] for one in umbra.heard]
    afters = [one.detail["new"]["contract_ref"] for one in umbra.heard]
    assert befores == [None, *afters[:-1]], "each change begins where the one before ended"
    assert len(afters) == WRITERS * ROUNDS
