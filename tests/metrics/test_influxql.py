"""InfluxDB asked by InfluxQL: the contract on a real 1.x, and what it can answer amiss."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from netwb.metrics.influxql.http import Server
from netwb.metrics.influxql.store import InfluxqlStore
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.metrics.contract import StoreContract


@pytest.fixture
def store(influx: Influx) -> InfluxqlStore:
    server = Server(url=urlsplit(influx.url), username=ADMIN, secret=ADMIN_PASSWORD)
    return InfluxqlStore(server, database=influx.new_database())


@pytest.mark.real
class TestInfluxqlStore(StoreContract):
    """The contract."""
