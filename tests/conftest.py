"""What all folders share: random points of a commit, and a real PostgreSQL, made once a session."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest

from tests import owners
from tests.compiled import share_statements
from tests.order import long_files_first
from tests.postgresql import Cluster, programs, running_cluster
from tests.real_components import require_real
from tests.reports import sendable
from tests.stores import KINDS, STORES, cluster_of

FULL = os.environ.get("NETWB_TESTS_FULL") == "1"

# No deadline an example: the gate shares two cores, and a slow machine is not a broken law.
hypothesis.settings.register_profile("gate", deadline=None, database=None)
hypothesis.settings.register_profile("full", deadline=None, database=None, max_examples=2000)
hypothesis.settings.load_profile("full" if FULL else "gate")

share_statements()
gc.set_threshold(
    10_000, 10, 10
)  # with all that is collected alive, a look at it costs more than it frees


def pytest_collection_finish() -> None:
    """Some 18,000 tests and all that they import live to the end: they need no looking at in a run."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever shares the tests among processes takes them in this order."""
    long_files_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """Tell whose it is what is made now."""
    with owners.setting_up(request):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, Any, Any]:
    """The same, of a test from its setup to its end."""
    with owners.running_a_test():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Whatever a test logged, its process can say what became of it."""
    return sendable((yield))


@pytest.fixture(autouse=True)
def _umask_given_back() -> Iterator[None]:
    """A command closes whatever its process writes; the next test starts as the first one did."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def dice() -> random.Random:
    """Random points of this commit; `tests/run` prints the seed."""
    return random.Random(int(os.environ.get("NETWB_TESTS_SEED", "0")))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A running cluster; tests that take it are marked `real`."""
    found = programs()
    require_real("PostgreSQL", found is not None)
    assert found is not None
    with running_cluster(found) as cluster:
        yield cluster


@pytest.fixture(params=KINDS)
def each_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rigs of this test have their state in one database, and then in the other."""
    kind: str = request.param
    monkeypatch.setattr(STORES, "cluster", cluster_of(request))
    return kind
