"""InfluxDB asked by InfluxQL: the contract on a real 1.x, and what it can answer amiss.

What a 2.x answers stands here as facts-telegraf recorded it of one: none runs here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from netwb.errors import MetricsError, MetricsRefusedError, MetricsUnavailableError, SettingsError
from netwb.metrics.influx.server import Server, parse_url
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import CHUNK, InfluxqlStore
from netwb.metrics.samples import MISSING
from tests.influx import ADMIN, ADMIN_PASSWORD, Influx
from tests.metrics.contract import StoreContract, rows
from tests.metrics.influx_server import Recorded, RecordedInflux, recorded_influx
from tests.metrics.points import NOON, key, octets, point, question

SECRET = "t0p-s3cret"
HOUR = question(NOON, NOON + 3600)


@pytest.fixture
def store(influx: Influx) -> InfluxqlStore:
    return on(influx, influx.new_database())


def on(
    influx: Influx, database: str, username: str = ADMIN, secret: str = ADMIN_PASSWORD
) -> InfluxqlStore:
    server = Server(url=urlsplit(influx.url), username=username, secret=secret)
    return InfluxqlStore(Source(server=server, database=database))


@pytest.fixture
def recorded() -> Iterator[RecordedInflux]:
    with recorded_influx({}) as server:
        yield server


def asking(
    recorded: RecordedInflux, *, organization: str = "", answer_s: float = 10.0
) -> InfluxqlStore:
    """A store of a 2.x by its token."""
    server = Server(url=urlsplit(recorded.url), secret=SECRET, answer_s=answer_s)
    return InfluxqlStore(Source(server=server, database="netwb", organization=organization))


def answer(*results: object) -> Recorded:
    """A document a line, as an InfluxDB gives them."""
    return Recorded(body=b"".join(json.dumps(one).encode() + b"\n" for one in results))


def series(values: list[list[int | None]], *, partial: bool = False, **tags: str) -> object:
    own = {"tenant": "acme", "device_id": "d1", "ifName": "eth0", **tags}
    columns = ["time", "ifHCInOctets"]
    found = {"name": "interface", "tags": own, "columns": columns, "values": values}
    more = {"partial": True} if partial else {}
    return {"results": [{"statement_id": 0, "series": [{**found, **more}], **more}]}


@pytest.mark.real
class TestInfluxqlStore(StoreContract):
    """The contract."""


@pytest.mark.real
@pytest.mark.parametrize("samples", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_long_answer_comes_in_pieces_and_whole(store: InfluxqlStore, samples: int) -> None:
    store.write(octets(NOON + n, n) for n in range(samples))

    found = store.read([key()], question(NOON, NOON + samples))

    assert len(found[key()]) == samples


@pytest.mark.real
def test_many_series_of_many_devices_are_asked_for_in_several_statements(
    store: InfluxqlStore,
) -> None:
    keys = [key(f"eth{n}", device_id=f"d{n % 40}") for n in range(2000)]
    store.write(octets(NOON, n, of=own) for n, own in enumerate(keys))
    store.write(octets(NOON, 9, of=key(own.name, tenant="bravo")) for own in keys)

    assert store.read(keys, HOUR).keys() == set(keys)
    assert store.newest(keys, "interface", ["ifHCInOctets"], NOON).keys() == set(keys)
    assert store.read(keys[::7], HOUR).keys() == set(keys[::7])


@pytest.mark.real
@pytest.mark.parametrize("username", [ADMIN, "nobody"])
def test_a_wrong_login_is_refused_in_words(influx: Influx, username: str) -> None:
    wrong = on(influx, influx.new_database(), username=username, secret=SECRET)

    for use in (
        lambda: wrong.read([key()], HOUR),
        lambda: wrong.write([octets(NOON, 1)]),
        lambda: wrong.newest([key()], "interface", ["ifHCInOctets"], NOON),
        wrong.health,
    ):
        with pytest.raises(MetricsRefusedError, match="refuses the login; correct") as caught:
            use()
        assert SECRET not in str(caught.value)
    assert SECRET not in repr(vars(wrong))


@pytest.mark.real
def test_a_login_without_rights_is_refused_in_words(influx: Influx) -> None:
    database = influx.new_database()
    influx.order("CREATE USER reader WITH PASSWORD 'Read-0nly'")
    reader = on(influx, database, "reader", "Read-0nly")

    with pytest.raises(MetricsError, match=r"not authorized|refuses the login"):
        reader.read([key()], HOUR)
    influx.order(f'GRANT READ ON "{database}" TO reader')
    assert reader.read([key()], HOUR) == {}
    with pytest.raises(MetricsRefusedError, match="refuses the login; give it the right"):
        reader.write([octets(NOON, 1)])
    with pytest.raises(MetricsRefusedError, match="refuses the login; give it the right"):
        reader.delete([key()])


@pytest.mark.real
def test_a_database_that_is_not_there_is_named(influx: Influx) -> None:
    store = on(influx, "nowhere")

    for use in (lambda: store.read([key()], HOUR), lambda: store.write([octets(NOON, 1)])):
        with pytest.raises(MetricsRefusedError, match="database not found"):
            use()


@pytest.mark.real
def test_a_field_of_another_kind_is_refused_in_words(influx: Influx) -> None:
    database = influx.new_database()
    store = on(influx, database)
    store.write([octets(NOON, 1)])
    influx.write(database, f"interface,tenant=acme,device_id=d1,ifName=e9 ifInErrors=1.5 {NOON}")

    with pytest.raises(MetricsRefusedError, match=r"does not take that.*field type conflict"):
        store.write([point(NOON, ifInErrors=1)])


@pytest.mark.real
def test_counters_that_others_wrote_as_real_numbers_are_whole(influx: Influx) -> None:
    database = influx.new_database()
    tags = "interface,tenant=acme,device_id=d1,ifName=eth0"
    influx.write(
        database, f"{tags} ifHCInOctets=1e9,ifHCOutOctets=3 {NOON}\n{tags} x=1i {NOON + 1}"
    )

    found = on(influx, database).read([key()], question(NOON, NOON + 60, "ifHCInOctets"))

    assert rows(found[key()]) == [(NOON, 10**9)]
    assert str(found[key()].values["ifHCInOctets"].dtype) == "int64"


def test_a_server_that_is_not_there_is_an_error_in_words() -> None:
    store = InfluxqlStore(
        Source(server=Server(url=urlsplit("http://127.0.0.1:9")), database="netwb")
    )

    for use in (lambda: store.read([key()], HOUR), lambda: store.write([octets(NOON, 1)])):
        with pytest.raises(MetricsUnavailableError, match=r"127\.0\.0\.1:9 cannot be reached .*st"):
            use()


def test_ten_million_samples_are_refused_before_anybody_is_asked() -> None:
    store = InfluxqlStore(
        Source(server=Server(url=urlsplit("http://127.0.0.1:9")), database="netwb")
    )
    keys = [key(f"eth{n}") for n in range(1000)]

    with pytest.raises(MetricsRefusedError, match="for 43 million samples at once; ask for fewer"):
        store.read(keys, question(NOON, NOON + 30 * 86_400))


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        (
            answer({"results": [{"statement_id": 0, "error": "database not found: netwb"}]}),
            MetricsRefusedError,
            "has no such database, .*; create it: `CREATE DATABASE netwb` in influx, correct metrics.d",
        ),
        (
            answer(
                series([[NOON, 1]], partial=True),
                {"results": [{"error": "query timeout reached"}]},
            ),
            MetricsUnavailableError,
            "gives up .query timeout reached.; ask for less, or try again",
        ),
        (
            answer({"results": [{"error": "max-select-series limit exceeded: (9/5)"}]}),
            MetricsRefusedError,
            "does not answer that .max-select-series limit exceeded",
        ),
        (
            answer({"error": "unauthorized access"}),
            MetricsRefusedError,
            "does not answer that .unauthorized access",
        ),
        (answer(series([[NOON, 1]], partial=True)), MetricsUnavailableError, "breaks off"),
        (Recorded(body=b""), MetricsUnavailableError, "breaks off"),
        (Recorded(body=b"\n\n"), MetricsUnavailableError, "breaks off"),
        (
            Recorded(body=answer(series([[NOON, 1]])).body, cut=30),
            MetricsUnavailableError,
            "breaks off in the middle of its answer",
        ),
        (Recorded(body=b"<html>Welcome</html>"), MetricsUnavailableError, "no answer of an Inf"),
        (Recorded(body=b'{"status": "ok"}'), MetricsUnavailableError, "no answer of an InfluxDB"),
        (Recorded(body=b"[1, 2]"), MetricsUnavailableError, "no answer of an InfluxDB"),
        (
            Recorded(status=400, body=b'{"error": "error parsing query: found X"}'),
            MetricsRefusedError,
            "does not take that; look at its log .error parsing query: found X.",
        ),
        (
            Recorded(status=401, body=b'{"code": "unauthorized", "message": "Unauthorized"}'),
            MetricsRefusedError,
            "refuses the login; correct metrics.username and metrics.secret .Unauthorized.",
        ),
        (Recorded(status=302, headers={"Location": "/x"}), MetricsRefusedError, "sends elsewhere"),
        (
            Recorded(status=404, body=b'{"error": "database not found: \\"ops-1\\""}'),
            MetricsRefusedError,
            "create it: `CREATE DATABASE ops-1` in influx, correct metrics.database, or give",
        ),
        (Recorded(status=404), MetricsRefusedError, "knows no such place or database"),
        (
            Recorded(status=503, body=b'{"error": "two\\nlines \\u0007"}'),
            MetricsUnavailableError,
            "answers 503 .two lines.; look at its log",
        ),
    ],
)
def test_an_error_is_never_an_empty_answer(
    recorded: RecordedInflux, given: Recorded, kind: type[MetricsError], said: str
) -> None:
    recorded.answers["/query"] = given
    store = asking(recorded)

    with pytest.raises(kind, match=said):
        store.read([key()], HOUR)
    if b'series": [' not in given.body:
        with pytest.raises(kind, match=said):
            store.newest([key()], "interface", ["ifHCInOctets"], NOON)


def test_a_secret_that_the_server_repeats_is_hidden(recorded: RecordedInflux) -> None:
    echo = json.dumps({"error": f"Token {SECRET} is unknown"}).encode()
    recorded.answers |= {"/query": Recorded(status=401, body=echo), "/write": Recorded(status=500)}

    with pytest.raises(MetricsRefusedError, match=r"Token \(hidden\) is unknown"):
        asking(recorded).read([key()], HOUR)
    assert SECRET not in repr(Server(url=urlsplit(recorded.url), secret=SECRET))


def test_no_measurement_of_that_name_means_that_nothing_was_measured(
    recorded: RecordedInflux,
) -> None:
    recorded.answers["/query"] = answer({"results": [{"statement_id": 0}]})

    assert asking(recorded).read([key()], HOUR) == {}


def test_an_answer_without_what_was_asked_for_is_none(recorded: RecordedInflux) -> None:
    recorded.answers["/query"] = answer(series([[NOON, 1]]))

    with pytest.raises(MetricsUnavailableError, match="gives no answer of an InfluxDB; correct"):
        asking(recorded).newest([key()], "interface", ["ifHCInOctets"], NOON)


def test_a_series_goes_on_in_the_next_piece(recorded: RecordedInflux) -> None:
    recorded.answers["/query"] = answer(
        series([[NOON, 1], [NOON + 60, None]], partial=True),
        series([[NOON + 60, 2], [NOON + 120, 3]], partial=True),
        series([[NOON, 9]], ifName="eth1"),
    )

    found = asking(recorded).read([key(), key("eth1")], HOUR)

    # Of two rows of one second the later one counts; there, none was answered in the earlier one.
    assert rows(found[key()]) == [(NOON, 1), (NOON + 60, 2), (NOON + 120, 3)]
    assert rows(found[key("eth1")]) == [(NOON, 9)]
    assert MISSING not in found[key()].values["ifHCInOctets"]


@pytest.mark.parametrize("rows", ["[[1,2],[3]]", "[[1,2,3]]", "[[1]]"])
def test_rows_that_do_not_fit_their_columns_are_no_answer(
    recorded: RecordedInflux, rows: str
) -> None:
    body = json.dumps(series([]), separators=(",", ":")).replace("[]", rows)
    recorded.answers["/query"] = Recorded(body=body.encode())

    with pytest.raises(MetricsUnavailableError, match="gives no answer of an InfluxDB"):
        asking(recorded).read([key()], HOUR)


@pytest.mark.real
def test_much_is_asked_for_in_several_statements(
    store: InfluxqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwb.metrics.influxql.store.AT_ONCE", 300)
    keys = [key(f"eth{n}", device_id=f"d{n // 7}") for n in range(40)]
    store.write(octets(NOON + n, n, of=own) for n, own in enumerate(keys))

    found = store.read(keys, HOUR)

    assert {own: rows(samples) for own, samples in found.items()} == {
        own: [(NOON + n, n)] for n, own in enumerate(keys)
    }


def test_a_token_is_asked_by_its_scheme_and_all_else_is_bound(recorded: RecordedInflux) -> None:
    recorded.answers["/query"] = answer({"results": [{"statement_id": 0}]})
    evil = "x' OR 1=1 --"

    asking(recorded).read([key(evil)], question(NOON, NOON + 60, edge_s=30))

    (request,) = recorded.asked
    assert request.headers["Authorization"] == f"Token {SECRET}"
    assert request.form["db"] == "netwb"
    assert request.form["epoch"] == "s"
    assert evil not in request.form["q"]
    assert sorted(json.loads(request.form["params"]).values()) == ["acme", "d1", evil]
    assert request.form["q"].startswith('SELECT "ifHCInOctets" FROM "interface" WHERE "tenant" = $')
    assert f"time >= {NOON - 30}s AND time < {NOON + 90}s" in request.form["q"]


@pytest.mark.parametrize(
    ("version", "organization", "path"),
    [
        ("1.8.10", "", "/write"),
        ("1.8.10", "netwb", "/write"),
        ("v2.9.1", "netwb", "/api/v2/write"),
        ("v2.9.1", "", "/write"),
        ("3.2.0", "netwb", "/api/v2/write"),
    ],
)
def test_points_go_where_that_version_takes_them(
    recorded: RecordedInflux, version: str, organization: str, path: str
) -> None:
    recorded.answers |= {
        "/ping": Recorded(status=204, headers={"X-Influxdb-Version": version}),
        path: Recorded(status=204),
    }

    asking(recorded, organization=organization).write([octets(NOON, 7)])

    request = recorded.asked[-1]
    assert request.path == path
    assert request.form["precision"] == "s"
    assert request.form.get("bucket") == ("netwb" if path == "/api/v2/write" else None)
    line = f"interface,device_id=d1,device=edge1,ifName=eth0,site=fra1,tenant=acme ifHCInOctets=7i {NOON}"
    assert request.body.decode() == line


def test_points_that_a_2x_refuses_are_told(recorded: RecordedInflux) -> None:
    conflict = b'{"code": "unprocessable entity", "message": "field type conflict: input field"}'
    recorded.answers["/write"] = Recorded(status=422, body=conflict)

    with pytest.raises(MetricsRefusedError, match=r"does not take the points.*field type conflict"):
        asking(recorded).write([octets(NOON, 7)])


def test_a_server_that_does_not_answer_in_its_time_is_told(recorded: RecordedInflux) -> None:
    recorded.answers["/query"] = None

    with pytest.raises(MetricsUnavailableError, match=r"within 0 s; look whether it hangs and"):
        asking(recorded, answer_s=0.3).read([key()], HOUR)


def test_another_server_is_no_influxdb(recorded: RecordedInflux) -> None:
    recorded.answers["/ping"] = Recorded(status=200, body=b"pong")
    recorded.answers["/query"] = answer({"results": [{}]})

    with pytest.raises(MetricsUnavailableError, match="gives no answer of an InfluxDB; correct"):
        asking(recorded).health()


@pytest.mark.parametrize(
    "url",
    [
        "influxdb.example.net:8086",
        "ftp://influxdb.example.net",
        "http://",
        "http://root:Adm1n@127.0.0.1:8086",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:8086/?db=x",
        "http://[::1",
        "http://a b",
    ],
)
def test_a_url_that_cannot_be_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match=r"setting metrics\.url .*; write http") as caught:
        parse_url(url)

    assert "Adm1n" not in str(caught.value)


def test_a_url_may_have_a_path_before_it(recorded: RecordedInflux) -> None:
    recorded.answers["/influx/query"] = answer({"results": [{}]})
    server = Server(url=parse_url(f"{recorded.url}/influx/"))

    assert InfluxqlStore(Source(server=server, database="netwb")).read([key()], HOUR) == {}
    assert "Authorization" not in recorded.asked[0].headers


def test_a_3x_that_deletes_nothing_says_so(recorded: RecordedInflux) -> None:
    words = "DELETE not supported"
    recorded.answers["/query"] = answer({"results": [{"statement_id": 0, "error": words}]})

    with pytest.raises(MetricsRefusedError, match=f"does not answer that .{words}"):
        asking(recorded).delete([key()])
