"""Rigs on each database: a module that says `pytestmark = EACH_STORE` is run on both.

So is a fixture that takes `each_store` before it makes a rig.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.postgresql import Cluster

EACH_STORE = pytest.mark.usefixtures("each_store")
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]
# Of what asks a database nothing that others do not: the other one is asked in the long form alone.
KINDS_IN_FULL = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.real, pytest.mark.full]),
]


@dataclass(slots=True)
class Stores:
    """Where the next rig's state goes.

    cluster   gets a database for it; None: the home's own SQLite
    """

    cluster: Cluster | None = None


STORES = Stores()


def cluster_of(request: pytest.FixtureRequest) -> Cluster | None:
    """Of a fixture that has `KINDS` as its parameters: where its rig's state goes."""
    if request.param == "sqlite":
        return None
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster
