"""The embedded store over weeks: what is packed reads as before, and what is thinned keeps its peaks."""

from __future__ import annotations

import logging
import random
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from netwb.errors import MetricsUnavailableError
from netwb.metrics.records import Point, Question, SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.sqlite.chunks import COARSE_S, DAY_S, HOUR_S
from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping
from tests.metrics.contract import rows, said
from tests.metrics.files import LONG_AGO, opened
from tests.metrics.points import key, octets, point, question
from tests.metrics.writing_hours import HOURS, MIDNIGHT, writing

Answers = Mapping[SeriesKey, dict[str, list[Any]]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = opened(tmp_path, raw_days=2, rollup_days=8)
    yield made
    made.close()


def life(since: int, until: int, dice: random.Random, every_s: int = 60) -> Iterator[Point]:
    """Of a device: polls that come a little late, ports that come and go, fields without an answer."""
    received = dice.randrange(2**40)
    for planned in range(since, until, every_s):
        at = planned + dice.randrange(4)
        received += dice.randrange(10**9)
        if dice.random() < 0.05:
            continue
        yield octets(at, received)
        yield point(at, of=key("eth1"), ifHCInOctets=received // 3, ifHCOutOctets=2**64 - received)
        if at % 10_800 < HOUR_S:
            yield point(at, of=key("eth2"), ifOperStatus=1 + at % 2)
        yield point(at, of=key(""), measurement="ping", average_response_ms=dice.random())


def later(store: SqliteStore, at: int) -> None:
    """Let that moment be the newest one, and all grow as old as it is by then."""
    store.write([octets(at, 1, of=key(device_id="d9"))])
    assert store.keep_up()


def answers(store: SqliteStore, *asked: Question) -> list[Answers]:
    """Everything that is read, to be compared."""
    keys = [key(), key("eth1"), key("eth2"), key("")]
    return [{k: flat(s) for k, s in store.read(keys, one).items()} for one in asked]


def flat(samples: Samples) -> dict[str, list[Any]]:
    columns = {field: list(map(repr, column.tolist())) for field, column in samples.values.items()}
    return {"at": samples.at.tolist(), **columns}


def tables(folder: Path) -> dict[str, int]:
    """How many rows of that device stand in each."""
    with closing(sqlite3.connect(folder / "metrics.db")) as file:
        return {
            name: file.execute(
                f"SELECT count(*) FROM {name} JOIN device ON device.id = device"
                " WHERE device_id = 'd1' AND measurement = 'interface'"
            ).fetchone()[0]
            for name in ("poll", "hour", "day", "coarse")
        }


QUESTIONS = (
    question(MIDNIGHT, MIDNIGHT + 3 * DAY_S, "ifHCInOctets", "ifHCOutOctets", "ifOperStatus"),
    question(MIDNIGHT + 5000, MIDNIGHT + 5001 + HOUR_S, edge_s=300),
    question(MIDNIGHT + DAY_S - 90, MIDNIGHT + DAY_S + 90, edge_s=300),
    question(MIDNIGHT + 100, MIDNIGHT + 2 * DAY_S, every_s=300, edge_s=900),
    question(MIDNIGHT, MIDNIGHT + 3 * DAY_S, "ifOperStatus", every_s=HOUR_S),
    question(MIDNIGHT - DAY_S, MIDNIGHT + DAY_S, "average_response_ms", measurement="ping"),
)


def test_what_is_packed_reads_as_before(
    store: SqliteStore, tmp_path: Path, dice: random.Random
) -> None:
    with closing(opened(tmp_path, now=LONG_AGO)) as unpacked:
        unpacked.write(life(MIDNIGHT, MIDNIGHT + 2 * DAY_S, dice))
    before = answers(store, *QUESTIONS)
    assert tables(tmp_path)["poll"] > 2000

    assert store.keep_up()
    assert tables(tmp_path)["hour"] == 46  # all but the last one and the hour under way
    assert answers(store, *QUESTIONS) == before

    later(store, MIDNIGHT + 2 * DAY_S + 27 * HOUR_S)
    assert tables(tmp_path) == {"poll": 0, "hour": 0, "day": 6, "coarse": 0}
    assert answers(store, *QUESTIONS) == before


def test_what_comes_late_is_packed_with_the_rest(
    store: SqliteStore, tmp_path: Path, dice: random.Random
) -> None:
    points = list(life(MIDNIGHT, MIDNIGHT + DAY_S, dice))
    (tmp_path / "other").mkdir()
    with closing(opened(tmp_path / "other", now=LONG_AGO)) as other:
        other.write(points)
        wanted = answers(other, *QUESTIONS)
    late = dice.sample(points, len(points) // 3)
    store.write(one for one in points if one not in late)
    later(store, MIDNIGHT + DAY_S + 2 * HOUR_S)
    store.write(late[::2])

    assert tables(tmp_path)["poll"] > 0
    for stage in (DAY_S + 3 * HOUR_S, 2 * DAY_S + 2 * HOUR_S):
        later(store, MIDNIGHT + stage)
    store.write(late)  # the first half once more: it is not there twice
    assert answers(store, *QUESTIONS) == wanted
    later(store, MIDNIGHT + 2 * DAY_S + 4 * HOUR_S)

    assert tables(tmp_path) == {"poll": 0, "hour": 0, "day": 3, "coarse": 0}
    assert answers(store, *QUESTIONS) == wanted


def test_after_its_time_one_sample_of_five_minutes_stays(
    store: SqliteStore, tmp_path: Path, dice: random.Random
) -> None:
    with closing(opened(tmp_path, now=LONG_AGO)) as unpacked:
        unpacked.write(life(MIDNIGHT, MIDNIGHT + COARSE_S, dice))
    coarse = question(MIDNIGHT, MIDNIGHT + COARSE_S, "ifHCInOctets", "ifHCOutOctets", every_s=300)
    ping = question(
        MIDNIGHT, MIDNIGHT + COARSE_S, "average_response_ms", measurement="ping", every_s=300
    )
    daily = question(MIDNIGHT, MIDNIGHT + COARSE_S, every_s=DAY_S)
    before = answers(store, coarse, ping, daily)
    peaks = {q: store.read([key()], q)[key()].highest for q in (coarse, daily)}

    later(store, MIDNIGHT + COARSE_S + 2 * DAY_S)

    assert tables(tmp_path) == {"poll": 0, "hour": 0, "day": 0, "coarse": 3}
    assert answers(store, coarse, ping, daily) == before
    for asked, peak in peaks.items():
        found = store.read([key()], asked)[key()].highest
        assert peak is not None
        assert found is not None
        assert found["ifHCInOctets"].tolist()[1:] == pytest.approx(
            peak["ifHCInOctets"].tolist()[1:], rel=1 / 4000
        )
    whole = store.read([key()], question(MIDNIGHT, MIDNIGHT + COARSE_S))[key()]
    assert len(whole) == len(before[0][key()]["at"])
    assert whole.highest is not None


def test_a_peak_of_one_poll_survives_and_a_reset_makes_none(store: SqliteStore) -> None:
    steady = [octets(MIDNIGHT + 60 * n, 6_000 * n) for n in range(10)]
    burst = [octets(MIDNIGHT + 60 * n, 6_000 * n + 600_000) for n in range(10, 20)]
    reset = [octets(MIDNIGHT + 60 * n, 6_000 * (n - 20)) for n in range(20, 30)]
    store.write([*steady, *burst, *reset])
    later(store, MIDNIGHT + COARSE_S + 2 * DAY_S)

    found = store.read([key()], question(MIDNIGHT, MIDNIGHT + HOUR_S))[key()]

    assert (found.at - MIDNIGHT).tolist() == [240, 540, 840, 1140, 1440, 1740]
    assert found.highest is not None
    peaks = found.highest["ifHCInOctets"].tolist()
    assert peaks == pytest.approx([100, 100, 10_100, 100, 100, 100], rel=1 / 4000)


def test_what_comes_late_into_thinned_days_takes_its_place(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.write(octets(MIDNIGHT + 300 * n, 1000 * n) for n in range(12))
    later(store, MIDNIGHT + COARSE_S + 2 * DAY_S)
    store.write([octets(MIDNIGHT + 430, 2000), octets(MIDNIGHT + 4000, 20_000)])
    asked = question(MIDNIGHT, MIDNIGHT + DAY_S, every_s=300)
    wanted = answers(store, asked)
    later(store, MIDNIGHT + COARSE_S + 2 * DAY_S + 1)

    assert tables(tmp_path) == {"poll": 0, "hour": 0, "day": 0, "coarse": 1}
    assert answers(store, asked) == wanted
    assert (MIDNIGHT + 430, 2000) in rows(store.read([key()], asked)[key()])


@pytest.mark.parametrize(
    ("written", "late", "wanted"),
    [
        ({}, octets(MIDNIGHT + 435, 600), [100, 100, 100, 100]),
        ({}, octets(MIDNIGHT + 595, 600), [100, 100, 100, 100]),
        ({540: 59_400}, octets(MIDNIGHT + 540, 54_000), [100, 100, 100, 100]),
        ({}, octets(MIDNIGHT + 435, 47_900), [100, 122.6, 100, 100]),
    ],
    ids=["stamped-late", "last-of-its-window", "put-right", "a-rise-that-was-not-seen"],
)
def test_what_comes_after_days_were_thinned_corrects_their_highest(
    store: SqliteStore, written: Mapping[int, int], late: Point, wanted: list[float]
) -> None:
    """Of a port with a steady 100 octets a second."""
    counters = {**{60 * n: 6_000 * n for n in range(20)}, **written}
    store.write(octets(MIDNIGHT + at, counter) for at, counter in counters.items())
    later(store, MIDNIGHT + COARSE_S + 2 * DAY_S)
    asked = question(MIDNIGHT, MIDNIGHT + HOUR_S, every_s=300)
    store.write([late])

    for stage in (0, 1):  # read before it is packed, and after
        later(store, MIDNIGHT + COARSE_S + 2 * DAY_S + stage)
        highest = store.read([key()], asked)[key()].highest
        assert highest is not None
        assert highest["ifHCInOctets"].tolist() == pytest.approx(wanted, rel=1 / 1000)


@pytest.mark.parametrize("going", [[key("")], [key("eth1"), key("eth2")]], ids=["device", "ports"])
def test_of_what_is_deleted_nothing_is_left_in_the_file(
    store: SqliteStore, tmp_path: Path, dice: random.Random, going: list[SeriesKey]
) -> None:
    """Wherever it is by then: polls, hours, days, coarser ones."""
    with closing(opened(tmp_path, now=LONG_AGO)) as unpacked:
        unpacked.write(octets(MIDNIGHT, 1, of=key(device_id="d2")) for _ in range(1))
        for since in (0, COARSE_S, COARSE_S + DAY_S, COARSE_S + 3 * DAY_S):
            unpacked.write(life(MIDNIGHT + since, MIDNIGHT + since + 5 * HOUR_S, dice))
    assert store.keep_up()
    assert min(tables(tmp_path).values()) > 0
    asked = [question(MIDNIGHT, MIDNIGHT + COARSE_S + 4 * DAY_S, *QUESTIONS[0].fields)]
    before = answers(store, *asked)[0]
    assert before.keys() == {key(), key("eth1"), key("eth2")}

    store.delete(going)

    left = {key(): before[key()]} if key("eth1") in going else {}
    assert answers(store, *asked) == [left]
    later(store, MIDNIGHT + 3 * COARSE_S)  # and packed, it comes to no more
    assert answers(store, *asked)[0].keys() == left.keys()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("metrics.db*"))
    assert b"eth2" not in content
    assert (b"acmed1" in content) == bool(left)


def test_a_time_is_cut_out_of_what_is_packed(
    store: SqliteStore, tmp_path: Path, dice: random.Random
) -> None:
    with closing(opened(tmp_path, now=LONG_AGO)) as unpacked:
        unpacked.write([octets(MIDNIGHT, 1, of=key(device_id="d2"))])
        for since in (0, COARSE_S, COARSE_S + DAY_S, COARSE_S + 3 * DAY_S):
            unpacked.write(life(MIDNIGHT + since, MIDNIGHT + since + 5 * HOUR_S, dice))
    assert store.keep_up()
    asked = question(MIDNIGHT, MIDNIGHT + COARSE_S + 4 * DAY_S)
    before = {own: rows(found) for own, found in store.read([key(), key("eth1")], asked).items()}
    since, until = MIDNIGHT + 2 * HOUR_S + 77, MIDNIGHT + COARSE_S + 3 * DAY_S + 3 * HOUR_S + 50

    store.delete([key()], since, until)

    found = {own: rows(samples) for own, samples in store.read(list(before), asked).items()}
    assert found == {
        key(): [row for row in before[key()] if not since <= row[0] < until],
        key("eth1"): before[key("eth1")],
    }
    assert min(at for at, _ in found[key()]) < since < until <= max(at for at, _ in found[key()])


def test_what_is_too_old_goes(store: SqliteStore, tmp_path: Path) -> None:
    store.write([octets(MIDNIGHT, 5), octets(MIDNIGHT + COARSE_S, 6)])
    later(store, MIDNIGHT + COARSE_S + 10 * DAY_S - 60)
    assert store.health().oldest == MIDNIGHT

    later(store, MIDNIGHT + COARSE_S + 10 * DAY_S)

    assert store.health().oldest == MIDNIGHT + COARSE_S
    assert tables(tmp_path)["coarse"] == 1


def test_health_knows_the_oldest_sample_wherever_it_is(store: SqliteStore) -> None:
    store.write([octets(MIDNIGHT + 77, 5), octets(MIDNIGHT + 77, 6, of=key("eth1"))])

    for at in (77, 3 * HOUR_S, 3 * DAY_S, COARSE_S + 3 * DAY_S):
        later(store, MIDNIGHT + at)
        health = store.health()
        assert health.oldest is not None
        assert MIDNIGHT + 77 - HOUR_S < health.oldest <= MIDNIGHT + 77
        assert health.newest == MIDNIGHT + at


def test_the_newest_sample_is_found_wherever_it_is(store: SqliteStore) -> None:
    store.write(
        [octets(MIDNIGHT, 5), octets(MIDNIGHT + 60, 6), octets(MIDNIGHT, 1, of=key("eth1"))]
    )
    store.write([point(MIDNIGHT + 90, ifOperStatus=1)])

    for at in (90, 3 * HOUR_S, 3 * DAY_S, COARSE_S + 3 * DAY_S):
        later(store, MIDNIGHT + at)
        keys = [key(), key("eth1"), key("eth7")]
        found = store.newest(keys, "interface", ["ifHCInOctets"], MIDNIGHT)
        assert {k.name: said(one) for k, one in found.items()} == {
            "eth0": (MIDNIGHT + 60, 6),
            "eth1": (MIDNIGHT, 1),
        }
        late = store.newest(keys, "interface", ["ifHCInOctets"], MIDNIGHT + 1)
        assert late.keys() == {key()}


def test_a_clock_that_is_behind_the_samples_keeps_them(tmp_path: Path) -> None:
    early = datetime.fromtimestamp(MIDNIGHT + HOUR_S, UTC)
    store = SqliteStore(
        tmp_path / "metrics.db",
        keeping=Keeping(raw_days=2, rollup_days=8),
        clock=lambda: early,
    )
    with closing(store):
        store.write([octets(MIDNIGHT, 5), octets(MIDNIGHT + 100 * DAY_S, 6)])
        assert store.keep_up()

    assert tables(tmp_path)["poll"] == 2


def test_layouts_that_nobody_needs_go(store: SqliteStore, tmp_path: Path) -> None:
    for n in range(5):
        store.write([octets(MIDNIGHT + n, 5, of=key(f"eth{n}"))])
    later(store, MIDNIGHT + 3 * DAY_S)

    with closing(sqlite3.connect(tmp_path / "metrics.db")) as file:
        assert file.execute("SELECT count(*) FROM layout").fetchone() == (1,)  # of the newest one


def test_a_reader_sees_all_while_another_one_packs(tmp_path: Path, dice: random.Random) -> None:
    with closing(opened(tmp_path, now=LONG_AGO)) as unpacked:
        unpacked.write(life(MIDNIGHT, MIDNIGHT + 2 * DAY_S, dice))
    with closing(opened(tmp_path)) as reader, closing(opened(tmp_path)) as packer:
        wanted = answers(reader, QUESTIONS[1], QUESTIONS[3])
        with ThreadPoolExecutor(1) as pool:
            packing = pool.submit(later, packer, MIDNIGHT + 2 * DAY_S + 27 * HOUR_S)
            looks = 0
            while looks == 0 or not packing.done():
                assert answers(reader, QUESTIONS[1], QUESTIONS[3]) == wanted
                looks += 1
            packing.result()
        assert answers(reader, QUESTIONS[1], QUESTIONS[3]) == wanted
    assert tables(tmp_path)["day"] == 6


def test_whoever_writes_packs_some_of_what_is_old(store: SqliteStore, tmp_path: Path) -> None:
    store.write(octets(MIDNIGHT + 60 * n, n) for n in range(600))

    assert tables(tmp_path)["hour"] == 8


def test_what_cannot_be_packed_is_told_and_the_write_stands(
    store: SqliteStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write([octets(MIDNIGHT, 1)])
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as file, file:
        file.execute("UPDATE poll SET sample = x'00'")
    store.close()
    with closing(opened(tmp_path)) as again, caplog.at_level(logging.WARNING):
        again.write([octets(MIDNIGHT + DAY_S, 2)])

        assert "old samples wait to be packed" in caplog.text
        assert again.health().newest == MIDNIGHT + DAY_S


def test_the_disk_that_it_will_take_is_foretold_by_what_is_there(
    store: SqliteStore, tmp_path: Path, dice: random.Random
) -> None:
    assert store.forecast().whole_bytes == 0
    store.write([octets(MIDNIGHT, 1), octets(MIDNIGHT, 1, of=key("eth1"))])
    at_first = store.forecast()
    assert at_first.series == 2
    with closing(opened(tmp_path, interval_s=600)) as seldom:
        assert seldom.forecast().raw_a_day == at_first.raw_a_day // 10

    store.write(life(MIDNIGHT, MIDNIGHT + 2 * COARSE_S, dice))
    later(store, MIDNIGHT + 2 * COARSE_S + DAY_S)
    found = store.forecast()

    assert found.series == 1  # that of the newest moment
    assert 0 < found.coarse_a_day < found.raw_a_day < at_first.raw_a_day
    assert found.whole_bytes > 10 * found.raw_a_day


@pytest.mark.parametrize("table", ["hour", "day", "coarse"])
@pytest.mark.parametrize("data", ["x''", "x'00'", "zeroblob(200)", "'text'", "substr(data, 1, 90)"])
def test_packed_rows_that_nobody_can_read_are_damage(
    store: SqliteStore, tmp_path: Path, table: str, data: str
) -> None:
    store.write(octets(MIDNIGHT + 60 * n, n * 1_000_003 % 2**40) for n in range(60))
    later(
        store,
        MIDNIGHT + {"hour": 3 * HOUR_S, "day": 3 * DAY_S, "coarse": COARSE_S + 3 * DAY_S}[table],
    )
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as file, file:
        file.execute(f"UPDATE {table} SET data = {data}")

    with pytest.raises(MetricsUnavailableError, match="is damaged; put back a copy of it"):
        store.read([key()], question(MIDNIGHT, MIDNIGHT + DAY_S))


@pytest.mark.parametrize("seed", range(2))
def test_a_writer_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    told = 0
    while told < HOURS:
        with writing(tmp_path, told) as (writer, hours):
            for hour in hours:
                told = hour
                if dice.random() < 0.04:
                    killed_after(writer, dice.random() / 50)
                    break
        assert writer.exitcode in {0, -signal.SIGKILL}

    with closing(opened(tmp_path, raw_days=1)) as store:
        asked = question(MIDNIGHT, MIDNIGHT + HOURS * HOUR_S, every_s=300)
        found = store.read([key()], asked)[key()]
        assert store.keep_up()
        again = store.read([key()], asked)[key()]
        newest = question(MIDNIGHT + (HOURS - 24) * HOUR_S, MIDNIGHT + HOURS * HOUR_S)
        raw = store.read([key()], newest)[key()]
    wanted = [(at, at) for at in range(MIDNIGHT + 240, MIDNIGHT + HOURS * HOUR_S, 300)]
    assert rows(found) == wanted
    assert rows(again) == wanted
    assert rows(raw) == [(at, at) for at in range(newest.since, newest.until, 60)]


def killed_after(process: BaseProcess, seconds: float) -> None:
    """In the middle of what it does by then."""
    process.join(seconds)
    process.kill()
