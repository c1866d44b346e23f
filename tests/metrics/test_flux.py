"""InfluxDB 2.x asked by Flux: what influxdb-client makes of answers as one gives them; none runs here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from netwb.errors import MetricsError, MetricsRefusedError, MetricsUnavailableError
from netwb.metrics.flux.asking import quoted
from netwb.metrics.flux.store import FluxStore
from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.samples import MISSING
from tests.metrics.contract import rows
from tests.metrics.influx_server import Recorded, RecordedInflux, recorded_influx
from tests.metrics.points import NOON, key, octets, question

SECRET = "t0p-s3cret"
PATH = "/api/v2/query"
HOUR = question(NOON, NOON + 3600, "ifHCInOctets", "ifHCOutOctets")
Row = tuple[int, str, str, str]  # time, number, field, ifName
ERROR = (
    b"#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,%b,897\r\n"
)


@pytest.fixture
def recorded() -> Iterator[RecordedInflux]:
    with recorded_influx({PATH: answer()}) as server:
        yield server


def asking(recorded: RecordedInflux, *, answer_s: float = 10.0) -> FluxStore:
    server = Server(url=urlsplit(recorded.url), secret=SECRET, answer_s=answer_s)
    return FluxStore(Source(server=server, database="netwb", organization="acme-net"))


def table(*values: Row, kind: str = "long") -> bytes:
    """One table of a measurement `interface`, in the columns that are kept."""
    lines = [
        f"#datatype,string,long,string,dateTime:RFC3339,{kind},string,string,string",
        ",result,table,_field,_time,_value,device_id,ifName,tenant",
        *(
            f",_result,0,{field},{iso(at)},{number},d1,{name},acme"
            for at, number, field, name in values
        ),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(*tables: bytes) -> Recorded:
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    return Recorded(body=b"".join(tables) or b"\r\n", headers=headers)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def asked(recorded: RecordedInflux) -> Any:
    return json.loads(recorded.asked[-1].body)


def test_fields_that_come_as_tables_of_their_own_become_samples(recorded: RecordedInflux) -> None:
    recorded.answers[PATH] = answer(
        table(
            (NOON, "5", "ifHCInOctets", "eth0"),
            (NOON + 60, "9223372036854775807", "ifHCInOctets", "eth0"),
        ),
        table(
            (NOON + 60, "-1", "ifHCOutOctets", "eth0"), (NOON + 120, "7", "ifHCOutOctets", "eth0")
        ),
        table((NOON, "1", "ifHCInOctets", "eth1")),
    )

    found = asking(recorded).read([key(), key("eth1")], HOUR)

    both = ("ifHCInOctets", "ifHCOutOctets")
    assert rows(found[key()], *both) == [
        (NOON, 5, MISSING),
        (NOON + 60, 2**63 - 1, -1),
        (NOON + 120, MISSING, 7),
    ]
    assert rows(found[key("eth1")], *both) == [(NOON, 1, MISSING)]


def test_windows_and_edges_are_as_of_any_store(recorded: RecordedInflux) -> None:
    recorded.answers[PATH] = answer(
        table(*((NOON + 60 * n, str(n + 3), "ifHCInOctets", "eth0") for n in range(-3, 15)))
    )

    whole = question(NOON, NOON + 600, every_s=300, edge_s=120)
    found = asking(recorded).read([key()], whole)

    assert rows(found[key()]) == [(NOON + 60 * n, n + 3) for n in (-1, 4, 9, 10)]
    assert f"range(start: {NOON - 120}, stop: {NOON + 720})" in asked(recorded)["query"]


def test_counters_written_as_real_numbers_are_whole_and_parts_of_seconds_go(
    recorded: RecordedInflux,
) -> None:
    recorded.answers[PATH] = answer(table((NOON, "1.5e+09", "ifHCInOctets", "eth0"), kind="double"))
    recorded.answers[PATH] = Recorded(
        body=recorded.answers[PATH].body.replace(b":00Z", b":00.987654321Z")  # type: ignore[union-attr]
    )

    found = asking(recorded).read([key()], HOUR)

    assert rows(found[key()], *HOUR.fields) == [(NOON, 1_500_000_000, MISSING)]


def test_the_newest_of_each_field_makes_the_newest_sample(recorded: RecordedInflux) -> None:
    recorded.answers[PATH] = answer(
        table((NOON + 60, "3", "ifHCInOctets", "eth0")), table((NOON, "2", "ifHCOutOctets", "eth0"))
    )

    found = asking(recorded).newest([key()], "interface", HOUR.fields, NOON)

    assert found == {key(): (NOON + 60, {"ifHCInOctets": 3})}
    assert asked(recorded)["query"].endswith("|> last()")


def test_nothing_of_a_person_is_in_the_script(recorded: RecordedInflux) -> None:
    evil = '" or true) //'

    assert asking(recorded).read([key(evil)], HOUR) == {}

    script = asked(recorded)
    assert evil not in script["query"]
    assert "acme" not in script["query"]
    bound = {
        one["assignment"]["id"]["name"]: one["assignment"]["init"]["value"]
        for one in script["extern"]["body"]
    }
    assert sorted(bound.values()) == [evil, "acme", "d1"]
    assert all(f"== {name}" in script["query"] for name in bound)
    (request,) = recorded.asked
    assert request.headers["Authorization"] == f"Token {SECRET}"
    assert request.form["org"] == "acme-net"


def test_names_of_the_database_are_quoted() -> None:
    assert quoted('net"wb') == '"net\\"wb"'
    assert quoted("${secret}") == '"\\${secret}"'


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        (
            answer(table((NOON, "5", "ifHCInOctets", "eth0")), ERROR % b"query timeout"),
            MetricsUnavailableError,
            r"gives up \(query timeout\)",
        ),
        (answer(ERROR % b"no such thing"), MetricsRefusedError, "does not answer that"),
        (
            Recorded(status=404, body=b'{"code":"not found","message":"could not find bucket"}'),
            MetricsRefusedError,
            "could not find bucket",
        ),
        (
            Recorded(status=401, body=b'{"code":"unauthorized","message":"t0p-s3cret is wrong"}'),
            MetricsRefusedError,
            r"refuses the login.*\(hidden\) is wrong",
        ),
        (
            Recorded(status=503, body=b"busy"),
            MetricsUnavailableError,
            "answers 503; look at its log",
        ),
        (
            Recorded(body=table((NOON, "5", "x", "e")), cut=120),
            MetricsUnavailableError,
            "breaks off",
        ),
        (Recorded(body=b"<html>hello</html>"), MetricsUnavailableError, "no answer of an InfluxDB"),
        (
            answer(table((NOON, "five", "ifHCInOctets", "eth0"))),
            MetricsUnavailableError,
            "no answer",
        ),
        (answer(table((NOON, "5", "other", "eth0"))), MetricsUnavailableError, "no answer"),
    ],
)
def test_an_error_is_never_an_empty_answer(
    recorded: RecordedInflux, given: Recorded, kind: type[MetricsError], said: str
) -> None:
    recorded.answers[PATH] = given

    with pytest.raises(kind, match=said) as caught:
        asking(recorded).read([key()], HOUR)
    assert SECRET not in str(caught.value)


def test_a_server_that_is_not_there_or_late_is_told(recorded: RecordedInflux) -> None:
    gone = FluxStore(
        Source(server=Server(url=urlsplit("http://127.0.0.1:9")), database="b", organization="o")
    )
    with pytest.raises(MetricsUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached"):
        gone.read([key()], HOUR)
    recorded.answers[PATH] = None
    with pytest.raises(MetricsUnavailableError, match="cannot be reached, or breaks off"):
        asking(recorded, answer_s=0.3).read([key()], HOUR)


def test_ten_million_samples_are_refused_before_anybody_is_asked(recorded: RecordedInflux) -> None:
    keys = [key(f"eth{n}") for n in range(1000)]

    with pytest.raises(MetricsRefusedError, match="for 43 million samples at once"):
        asking(recorded).read(keys, question(NOON, NOON + 30 * 86_400))
    assert recorded.asked == []


def test_points_are_written_in_lines(recorded: RecordedInflux) -> None:
    recorded.answers["/api/v2/write"] = Recorded(status=204)

    asking(recorded).write([octets(NOON, 7), octets(NOON + 60, 8)])

    (request,) = recorded.asked
    assert request.form == {"org": "acme-net", "bucket": "netwb", "precision": "s"}
    tags = "device_id=d1,device=edge1,ifName=eth0,site=fra1,tenant=acme"
    assert request.body.decode() == (
        f"interface,{tags} ifHCInOctets=7i {NOON}\ninterface,{tags} ifHCInOctets=8i {NOON + 60}"
    )


def test_it_says_what_it_is_and_what_it_has(recorded: RecordedInflux) -> None:
    head = b"#datatype,string,long,dateTime:RFC3339\r\n,result,table,_time\r\n"
    recorded.answers |= {
        "/ping": Recorded(status=204, headers={"X-Influxdb-Version": "v2.9.1"}),
        PATH: answer(
            head + f",first,0,{iso(NOON)}\r\n\r\n".encode(),
            head + f",last,0,{iso(NOON + 60)}\r\n\r\n".encode(),
        ),
    }

    health = asking(recorded).health()

    assert (health.name, health.version) == ("InfluxDB", "v2.9.1")
    assert (health.oldest, health.newest) == (NOON, NOON + 60)


def test_series_are_deleted_one_by_one(recorded: RecordedInflux) -> None:
    recorded.answers["/api/v2/delete"] = Recorded(status=204)
    name = 'say "so" \\ OR 1=1'

    asking(recorded).delete([key("", device_id="d2"), key(name), key("eth0", device_id="d2")])

    wanted = {
        f'"_measurement"="{measurement}" AND "tenant"="acme" AND "device_id"="d2"'
        for measurement in ("interface", "device", "ping")
    }
    port = r'"say \"so\" \\ OR 1=1"'
    wanted.add(
        f'"_measurement"="interface" AND "tenant"="acme" AND "device_id"="d1" AND "ifName"={port}'
    )
    bodies = [json.loads(request.body) for request in recorded.asked]
    assert {body["predicate"] for body in bodies} == wanted
    assert len(bodies) == len(wanted)
    assert {(body["start"][:4], body["stop"][:4]) for body in bodies} == {("1970", "2096")}
    assert {request.form["bucket"] for request in recorded.asked} == {"netwb"}


def test_a_token_that_may_not_delete_is_told(recorded: RecordedInflux) -> None:
    forbidden = b'{"code": "forbidden", "message": "insufficient permissions for delete"}'
    recorded.answers["/api/v2/delete"] = Recorded(status=403, body=forbidden)

    with pytest.raises(MetricsRefusedError, match=r"refuses the login; give it the right.*for del"):
        asking(recorded).delete([key()])


def test_points_of_another_kind_are_refused_in_words(recorded: RecordedInflux) -> None:
    conflict = (
        b'{"code": "unprocessable entity", "message": "failure writing: field type conflict"}'
    )
    recorded.answers["/api/v2/write"] = Recorded(status=422, body=conflict)

    with pytest.raises(MetricsRefusedError, match=r"does not take the points.*field type conflict"):
        asking(recorded).write([octets(NOON, 7)])
