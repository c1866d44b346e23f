"""Databases of tests do not pile up: each goes with the test, or with the wider fixture, that made it."""

from __future__ import annotations

import pytest

from tests.postgresql import Cluster

pytestmark = pytest.mark.real
MADE: list[str] = []  # by this process: another one may have its share of the tests


def databases(cluster: Cluster) -> set[str]:
    return set(cluster.sql("postgres", "select datname from pg_database").split())


@pytest.fixture(scope="module")
def of_the_module(postgresql: Cluster) -> str:
    return name_of(postgresql.new_database())


@pytest.fixture
def of_the_test(postgresql: Cluster) -> str:
    return name_of(postgresql.new_database())


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    """So often, so that some are dropped meanwhile."""
    return int(request.param)


def name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@pytest.mark.usefixtures("number")
@pytest.mark.parametrize("number", range(25), indirect=True)
def test_each_makes_two(postgresql: Cluster, of_the_module: str, of_the_test: str) -> None:
    made = [of_the_test, name_of(postgresql.new_database())]
    MADE.extend(made)

    assert databases(postgresql) >= {of_the_module, *made}


def test_those_of_earlier_tests_are_gone(postgresql: Cluster, of_the_module: str) -> None:
    left = databases(postgresql) & set(MADE)

    assert of_the_module in databases(postgresql), "its module goes on"
    assert left <= set(postgresql.left), "the newest wait to be dropped together"
    assert len(left) < 20
