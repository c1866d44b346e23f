"""Grafana's dashboards: sound, and each query answered by a real database that our store filled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from netwb.metrics.influx.server import Server, parse_url
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.records import FIELDS, Point, SeriesKey
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.stack.folders import STACK

BOARDS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((STACK / "grafana" / "dashboards").glob("*.json"))
}
NOW = 1_795_000_000
CHOSEN = {"tenant": "acme", "device": "edge1", "port": r"Gi0\/0"}  # as Grafana escapes a choice


def queries() -> Iterator[tuple[str, str]]:
    """Each query of each panel and variable, with what it belongs to."""
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{name}: {panel['title']} {target['refId']}", target["query"]
        for variable in board["templating"]["list"]:
            yield f"{name}: ${variable['name']}", variable["query"]


QUERIES = dict(queries())


def filled(query: str) -> str:
    """As Grafana asks it."""
    for name, value in CHOSEN.items():
        query = query.replace(f"${name}", value)
    span = f"time >= {NOW - 3_600}s AND time <= {NOW}s"
    return query.replace("$timeFilter", span).replace("$__interval", "5m")


@pytest.fixture(scope="module")
def database(influx: Influx) -> str:
    """An hour of two tenants' counters, as netwb's own store writes them."""
    name = influx.new_database()
    server = Server(url=parse_url(influx.url), username=ADMIN, secret=ADMIN_PASSWORD)
    store = InfluxqlStore(Source(server=server, database=name, interval_s=60))
    store.write(points())
    store.close()
    return name


def points() -> Iterator[Point]:
    for tenant, device in (("acme", "edge1"), ("umbra", "edge1")):
        own = {"site": "fra1", "device": device}
        for minute in range(60):
            at = NOW - 60 * minute
            device_key = SeriesKey(tenant=tenant, device_id=f"id-{tenant}")
            port = SeriesKey(tenant=tenant, device_id=f"id-{tenant}", name="Gi0/0")
            counter = 10**9 - 7_500 * minute
            of_port: dict[str, int | float] = dict.fromkeys(FIELDS["interface"], counter)
            yield Point(measurement="interface", key=port, at=at, values=of_port, **own)
            uptime = {"sysUpTime": 100 * (at - NOW + 10_000)}
            yield Point(measurement="device", key=device_key, at=at, values=uptime, **own)
            ping = {"percent_packet_loss": 0.0, "average_response_ms": 1.5}
            yield Point(measurement="ping", key=device_key, at=at, values=ping, **own)


@pytest.mark.real
@pytest.mark.parametrize("name", QUERIES)
def test_each_query_is_answered_and_by_what_was_chosen_alone(
    influx: Influx, database: str, name: str
) -> None:
    answer = influx.order(f"{on(database, filled(QUERIES[name]))}")

    text = json.dumps(answer)
    (result,) = answer["results"]
    assert result.get("series"), name
    if "SELECT" in QUERIES[name]:
        values = [row[1] for series in result["series"] for row in series["values"]]
        assert all(value is not None and value >= 0 for value in values)
        assert len(result["series"]) == 1
        assert "umbra" not in text


@pytest.mark.real
def test_a_rate_in_a_dashboard_is_the_rate_that_was_written(influx: Influx, database: str) -> None:
    query = QUERIES["ports: Traffic, in above zero, out below A"]

    answer = influx.order(on(database, filled(query)))

    (series,) = answer["results"][0]["series"]
    assert [round(value) for _, value in series["values"][1:-1]] == [1_000] * len(
        series["values"][1:-1]
    )


def on(database: str, query: str) -> str:
    """The same statement, of that database: our administrator has none of its own."""
    return (
        re.sub(r' FROM "(\w+)"', rf' FROM "{database}".."\1"', query)
        if ("SHOW" not in query)
        else query.replace("SHOW TAG VALUES", f'SHOW TAG VALUES ON "{database}"')
    )


def test_no_two_dashboards_and_no_two_panels_are_one() -> None:
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS) == 2
    for board in BOARDS.values():
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)


def test_each_panel_asks_the_source_that_is_provisioned() -> None:
    provisioned = yaml.safe_load(
        (STACK / "grafana/provisioning/datasources/netwb.yaml").read_text()
    )
    (source,) = provisioned["datasources"]
    asked: set[Any] = {
        thing["datasource"]["uid"]
        for board in BOARDS.values()
        for panel in board["panels"]
        for thing in (panel, *panel["targets"])
    }

    marks = [one for board in BOARDS.values() for one in board["annotations"]["list"]]

    assert asked == {source["uid"]}
    assert {one["datasource"]["uid"] for one in marks} == {"netwb"}, (
        "as telegraf/organizations makes it"
    )
    assert len(marks) == len(BOARDS)
    assert source["user"] == "grafana"
    assert source["secureJsonData"]["password"] == "$INFLUXDB_GRAFANA_PASSWORD"


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_names_measurements_and_fields_that_there_are(name: str) -> None:
    query = QUERIES[name]
    (measurement,) = re.findall(r'FROM "(\w+)"', query)
    fields = re.findall(r'(?:last|mean)\("(\w+)"\)', query)

    assert set(fields) <= set(FIELDS[measurement])
    assert ("SELECT" in query) == bool(fields)


def test_a_dashboard_draws_nothing_over_a_gap() -> None:
    for board in BOARDS.values():
        for panel in board["panels"]:
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False
