"""A real database for the dashboards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.influx import Influx, program, running_influx
from tests.real_components import require_real


@pytest.fixture(scope="session")
def influx() -> Iterator[Influx]:
    """A running InfluxDB 1.x; tests that take it are marked `real`."""
    found = program()
    require_real("InfluxDB", found is not None)
    assert found is not None
    with running_influx(found, auth=True) as server:
        yield server
