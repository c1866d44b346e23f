"""Databases of tests do not pile up: each goes with the test, or with the wider fixture, that made it."""

from __future__ import annotations

import pytest

from tests.postgresql import Cluster

pytestmark = pytest.mark.real
MADE: list[str] = []


def databases(cluster: Cluster) -> set[str]:
    return set(cluster.sql("postgres", "select datname from pg_database").split())


@pytest.fixture(scope="module")
def of_the_module(postgresql: Cluster) -> str:
    return name_of(postgresql.new_database())


@pytest.fixture
def of_the_test(postgresql: Cluster) -> str:
    return name_of(postgresql.new_database())


def name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@pytest.mark.parametrize("number", range(25))
def test_each_makes_two(
    postgresql: Cluster, of_the_module: str, of_the_test: str, number: int
) -> None:
    MADE.extend([of_the_test, name_of(postgresql.new_database())])

    assert databases(postgresql) >= {of_the_module, *MADE[-2:]}
    assert len(MADE) == 2 * (number + 1)


def test_those_of_earlier_tests_are_gone(postgresql: Cluster, of_the_module: str) -> None:
    left = databases(postgresql) & set(MADE)

    assert of_the_module in databases(postgresql), "its module goes on"
    assert left <= set(postgresql.left), "the newest wait to be dropped together"
    assert len(left) < 20
