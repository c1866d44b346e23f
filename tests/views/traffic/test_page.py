"""The page `/traffic` of a person: whose ports it shows, zoom and the way back, files, errors."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest

from netwb.errors import (
    MetricsRefusedError,
    MetricsTooMuchError,
    MetricsUnavailableError,
    NetwbError,
)
from netwb.inventory.ports.records import Port
from netwb.roles import Role
from netwb.views.navigation import navigation
from netwb.views.traffic.page import TrafficView
from netwb.workbench import Workbench
from netwb.workbench.port_state_records import CountersSeen
from netwb.workbench.ports import CountedPorts
from tests.benches import Rig, ios, rig, with_parts
from tests.counted import count, give_ports
from tests.views.people import log_in
from tests.views.slow import SlowStore, until_said
from tests.views.visits import Visit, run

HOURS = 26
CHANGED = timedelta(hours=1)  # before now


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Two tenants; on the device of umbra one port is acme's. Both devices were changed an hour ago."""
    hosts = {"acme": ("edge1",), "umbra": ("pe1",)}
    with rig(tmp_path_factory.mktemp("traffic"), hosts) as one:
        for name, device in one.devices.items():
            give_ports(one.bench, device, "xe-0/0/0", "xe-0/0/1", alias=f"To {name}")
        one.bench.set_port("umbra/pe1", "xe-0/0/1", tenant="acme")
        one.back_up()
        one.clock.advance(hours=25)
        for name in one.devices:
            answer = ios(name.partition("/")[2], by="ben", at=one.clock.now, ntp="192.0.2.9")
            one.answer(name, answer)
        assert one.back_up().counts() == {"changed": 2}
        one.clock.now += CHANGED
        for port in one.bench.ports():
            count(one.bench, port, until=one.clock.now, minutes=60 * HOURS)
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER, zone="Europe/Berlin")


@pytest.fixture(scope="module")
def customer(made: Rig) -> Workbench:
    return log_in(made, "cora", Role.CUSTOMER, ("acme",))


def port_of(made: Rig, device: str, name: str = "xe-0/0/0") -> Port:
    return next(
        one
        for one in made.bench.ports()
        if (f"{one.device_tenant}/{one.hostname}", one.name) == (device, name)
    )


def visit(made: Rig, bench: Workbench, port: Port | None, more: str = "") -> Visit:
    search = f"?port={port.id}{more}" if port is not None else f"?{more}"
    return Visit(TrafficView, bench, made, search)


def loaded(made: Rig, bench: Workbench, port: Port | None, more: str = "") -> Visit:
    return run(visit(made, bench, port, more).load())


def test_a_port_has_its_chart_its_numbers_and_the_change_of_its_device(
    made: Rig, engineer: Workbench
) -> None:
    page = loaded(made, engineer, port_of(made, "acme/edge1"))

    assert "To acme/edge1" in page.text
    assert "In 100 Mbit/s" in page.text
    assert "ben" in page.text
    assert 'title="in: no trend: 1 days have data, 28 are needed"' in page.html
    figure = page.view.port.chart.figure
    assert len(figure.lines.data["at"]) > 250
    assert figure.flags.data["said"] == ["ben +1 \N{MINUS SIGN}1"]


def test_a_customer_sees_the_traffic_of_an_own_port_on_a_providers_device_and_nothing_else_of_it(
    made: Rig, customer: Workbench
) -> None:
    own, foreign = (port_of(made, "umbra/pe1", name) for name in ("xe-0/0/1", "xe-0/0/0"))

    page, other = loaded(made, customer, own), loaded(made, customer, foreign)

    assert "In 100 Mbit/s" in page.text
    assert page.view.port.chart.figure.flags.data["said"] == []
    assert "ben" not in page.text
    assert foreign.id not in page.html
    assert "To umbra/pe1" not in other.text
    assert "In 100 Mbit/s" not in other.text
    missing = loaded(made, customer, None, "port=nothing")
    said = [
        re.sub(f"{foreign.id}|nothing|[0-9a-f]{{8}}\\b", "", one.text) for one in (other, missing)
    ]
    assert said[0] == said[1], "a foreign port and a missing one are the same words"


def test_a_zoom_asks_for_finer_data_and_a_double_click_leads_back(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await visit(made, engineer, port_of(made, "acme/edge1")).load()
        now, wide = made.clock.now, len(page.view.port.chart.figure.lines.data["at"])
        await page.view._zoomed(now - timedelta(hours=2), now - timedelta(hours=1))
        assert page.frame.address["range"] == "between"
        assert page.view.port.shown.traffic.step_s == 60
        await page.view._zoomed(now - timedelta(minutes=90), now - timedelta(minutes=70))
        await page.view._back()
        assert page.frame.address["since"] == f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
        await page.view._back()
        assert "range" not in page.frame.address
        assert len(page.view.port.chart.figure.lines.data["at"]) == wide
        await page.view._back()
        return page

    page = run(story())

    assert dict(page.frame.address).keys() == {"port"}


def test_a_zoom_by_less_than_a_bucket_asks_nothing(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        page = await visit(made, engineer, port_of(made, "acme/edge1")).load()
        now = made.clock.now
        await page.view._zoomed(now - timedelta(hours=24, seconds=9), now + timedelta(seconds=9))
        return page

    assert "range" not in run(story()).frame.address


def test_an_answer_that_a_later_question_has_overtaken_is_not_drawn(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await visit(made, engineer, port_of(made, "acme/edge1")).load()
        part, early = page.view.port, page.view.look.zoomed(0.25)
        late = page.view.look.zoomed(0.5)
        first = asyncio.create_task(part.load(early))
        await asyncio.sleep(0)  # it has asked, and its answer is on its way
        await part.load(late)
        await first
        assert part.shown.look == late
        return page

    span = run(story()).view.port.chart.figure.model.x_range

    assert span.end - span.start >= 12 * 3_600_000


def test_dates_by_keyboard_are_of_the_persons_zone(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        page = await visit(made, engineer, port_of(made, "acme/edge1")).load()
        await page.act("range", range="between")
        assert 'type="datetime-local"' in page.html
        return await page.send("between", since="2026-11-21T03:00", until="2026-11-21T05:00")

    page = run(story())

    assert page.view.look.since == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert page.view.port.shown.traffic.step_s == 60


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("range=9y", "is no range"),
        ("unit=furlongs", "is no unit"),
        ("range=between&since=2026-11-20T05:00&until=2026-11-20T03:00", "swap the two times"),
        ("range=between&since=2020-01-01T00:00", "choose a shorter time"),
    ],
)
def test_an_address_that_means_nothing_is_told_so(
    made: Rig, engineer: Workbench, more: str, said: str
) -> None:
    page = visit(made, engineer, port_of(made, "acme/edge1"), f"&{more}")

    with pytest.raises(Exception, match=said):
        run(page.load())


def test_the_table_of_a_chart_has_each_bucket_of_both_directions(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await visit(made, engineer, port_of(made, "acme/edge1")).load()
        return await page.act("csv")

    ((name, content),) = run(story()).frame.saved

    assert name.startswith("traffic-edge1-xe-0-0-0-")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) > 250
    assert float(rows[100]["out_mean_bps"]) > 30e6


class Failing:
    """A store that fails so, whatever it is asked."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, *_: object) -> object:
        raise self._error


@pytest.mark.parametrize("shown", ["nothing", "another range"])
def test_a_reading_that_takes_its_time_is_said_while_it_lasts(
    made: Rig, engineer: Workbench, shown: str
) -> None:
    async def story() -> tuple[str, list[object], Visit]:
        page = visit(made, engineer, port_of(made, "acme/edge1"))
        if shown == "another range":
            await page.load()
        slow = SlowStore(page.frame.bench._parts.metrics)
        page.frame.bench = copy(page.frame.bench)
        page.frame.bench._parts = with_parts(page.frame.bench._parts, metrics=slow)
        port = page.view.port
        act = page.load() if shown == "nothing" else page.act("range", range="6h")
        try:
            reading = await until_said(port.head, "Reading", act)
        finally:
            slow.goes_on.set()
        waits, dim = page.text, [one.styles.get("opacity") for one in (port.room, port.foot)]
        await reading
        return waits, dim, page

    waits, dim, page = run(story())

    assert "Reading\N{HORIZONTAL ELLIPSIS} 1 s" in waits
    assert dim == ([".45", ".45"] if shown == "another range" else [None, None])
    assert "Reading" not in page.view.port.head.html
    assert {one.styles["opacity"] for one in (page.view.port.room, page.view.port.foot)} == {"1"}
    assert "In 100 Mbit/s" in page.text


@pytest.mark.parametrize(
    ("error", "said", "hidden"),
    [
        (
            MetricsUnavailableError(
                "InfluxDB at http://192.0.2.7:8086 cannot be reached; start it"
            ),
            "The counters cannot be read",
            "192.0.2.7",
        ),
        (
            MetricsRefusedError(
                "InfluxDB refuses the token (unauthorized); give it the right to read"
            ),
            "The counters cannot be read",
            "token",
        ),
        (
            MetricsTooMuchError("that asks InfluxDB for 12 million samples at once; ask for less"),
            "That is too much at once That asks InfluxDB for 12 million samples",
            "Traceback",
        ),
    ],
    ids=["silent", "no right", "too much"],
)
def test_a_store_that_does_not_answer_is_words_and_never_an_empty_chart(
    made: Rig, customer: Workbench, error: NetwbError, said: str, hidden: str
) -> None:
    own = port_of(made, "umbra/pe1", "xe-0/0/1")

    async def story() -> tuple[Visit, str]:
        page = await visit(made, customer, own).load()
        whole = page.frame.bench
        page.frame.bench = copy(whole)
        page.frame.bench._parts = with_parts(whole._parts, metrics=Failing(error))
        await page.act("range", range="6h")
        failed = page.text
        assert not len(page.view.port.room), "no chart stands there"
        for file in ("csv", "png"):
            assert "no figures are shown" in await page.refusal(file)
        page.frame.bench = whole
        return await page.act("again"), failed

    page, failed = run(story())

    assert said in failed
    assert "Try again" in failed
    assert hidden not in failed
    assert "In 100 Mbit/s" in page.text, "it is drawn again once the store answers"
    assert len(page.view.port.room) == 1


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (None, "Sources Counters 0 s"),
        (CountersSeen(newest=None, is_stale=True, answers=False), "Sources Counters: no answer"),
        (CountersSeen(newest=None, is_stale=False, answers=True), ""),
    ],
    ids=["fresh", "silent", "never"],
)
def test_the_foot_of_the_page_says_how_old_the_counters_are(
    made: Rig, customer: Workbench, seen: CountersSeen | None, said: str
) -> None:
    page = loaded(made, customer, port_of(made, "acme/edge1"))
    frame = page.frame

    run(frame.read_counters())
    foot = navigation(
        frame.person, frame.address, None, frame.moment(), seen or frame.counters
    ).partition('class="navfoot"')[2]

    assert "Counters" in frame.side.html
    assert ("Counters" in foot) == bool(said)
    assert said in " ".join(re.sub(r"<[^>]*>", " ", foot).split())


def test_an_attack_on_the_ports_tenant_is_on_its_chart_and_on_no_others(
    made: Rig, customer: Workbench
) -> None:
    bench, acme = made.bench, port_of(made, "acme/edge1")
    bench.add_prefix("acme", "203.0.113.0/25", mode="approve")
    bench.add_prefix("umbra", "203.0.113.128/25", mode="approve")
    bench.add_trigger("umbra/pe1", max_routes=20)
    bench.blackhole("203.0.113.10", reason="flood of acme", wait_s=0)
    bench.blackhole("203.0.113.200", reason="flood of umbra", wait_s=0)

    page = loaded(made, customer, acme)
    without = loaded(made, customer, acme, "&attacks=0")

    data = page.view.port.chart.figure.bands.data
    assert data["said"] == ["held"]
    assert "flood of acme" in data["told"][0]
    assert data["url"][0].startswith("security?held=")
    assert "flood of acme" in page.text
    assert "umbra" not in page.text
    assert without.view.port.chart.figure.bands.data["said"] == []
    assert "flood of acme" not in without.text


def test_the_highest_is_told_of_the_time_between_samples_as_they_come(
    made: Rig, engineer: Workbench
) -> None:
    now = made.clock.now
    give_ports(made.bench, made.devices["umbra/pe1"], "xe-0/0/9")
    counted = [
        CountedPorts(
            at=now - timedelta(minutes=5 * place),
            counters={"xe-0/0/9": {"ifHCInOctets": 10**9 * (100 - place)}},
        )
        for place in range(60)
    ]
    made.bench.keep_counters("umbra/pe1", counted)

    page = loaded(made, engineer, port_of(made, "umbra/pe1", "xe-0/0/9"), "&range=6h")

    assert "Max, 5 min" in page.text
