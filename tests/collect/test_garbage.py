"""The cycle collector's measure during a run, and after it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from netwb.collect.garbage import RARELY, collected_rarely

PYTHONS = (700, 10, 10)
A_SERVERS = (5_000, 2, 60)


@pytest.fixture(autouse=True)
def own_collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_a_run_has_the_collector_rest_and_gives_its_measure_back() -> None:
    gc.set_threshold(*PYTHONS)

    with collected_rarely():
        during = gc.get_threshold()

    assert during == RARELY
    assert gc.get_threshold() == PYTHONS


def test_a_run_in_a_server_leaves_the_servers_own_measure() -> None:
    gc.set_threshold(*A_SERVERS)

    with collected_rarely():
        during = gc.get_threshold()

    assert during == gc.get_threshold() == A_SERVERS
