"""The page `/traffic` without a chosen port, of a person: whose ports, found, ordered, drawn, filed."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from netwb.inventory.ports.records import WherePort
from netwb.roles import Role
from netwb.views.traffic.overview.bar import Reading
from netwb.views.traffic.overview.part import Overtaken
from netwb.views.traffic.page import TrafficView
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.counted import count, give_ports
from tests.views.people import log_in
from tests.views.visits import Visit, run

HOURS = 3
MANY = 130  # ports without data: more than are drawn at once


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Two tenants; on the device of umbra one port is acme's."""
    hosts = {"acme": ("edge1",), "umbra": ("pe1", "pe2")}
    with rig(tmp_path_factory.mktemp("traffic"), hosts) as one:
        for name in ("acme/edge1", "umbra/pe1"):
            give_ports(one.bench, one.devices[name], "xe-0", "xe-1", alias=f"To {name}")
        one.bench.set_port("umbra/pe1", "xe-1", tenant="acme", circuit_ref="C-20931")
        one.clock.advance(hours=HOURS)
        for place, port in enumerate(one.bench.ports(), start=1):
            bps = place * 50e6
            count(one.bench, port, until=one.clock.now, minutes=60 * HOURS, bps=bps)
        names = [f"ge-{number}" for number in range(MANY)]
        give_ports(one.bench, one.devices["umbra/pe2"], *names)
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER, zone="Europe/Berlin")


@pytest.fixture(scope="module")
def customer(made: Rig) -> Workbench:
    return log_in(made, "cora", Role.CUSTOMER, ("acme",))


async def loaded(made: Rig, bench: Workbench, search: str = "") -> Visit:
    """With what is read beside it."""
    page = await Visit(TrafficView, bench, made, f"?range=6h{search}").load()
    beside = page.view.list.beside
    if beside is not None:
        await beside
    return page


def names(page: Visit) -> list[str]:
    return [f"{one.port.hostname} {one.port.name}" for one in page.view.list.rows]


def test_all_ports_stand_in_a_table_and_of_many_those_near_the_window(
    made: Rig, engineer: Workbench
) -> None:
    page = run(loaded(made, engineer))

    assert names(page)[:4] == ["pe1 xe-1", "pe1 xe-0", "edge1 xe-1", "edge1 xe-0"]
    assert len(names(page)) == MANY + 4
    assert page.html.count('class="row"') == 90
    assert "Sum of 4 of 134 ports" in page.text
    assert "no trend: 0 days have data, 28 are needed" in page.html
    bands = page.view.list.stack.bands["in"]
    assert sum(bool(source.data["x"]) for source in bands) == 4


def test_pictures_are_made_when_they_are_looked_at_and_in_the_theme_that_is_on(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer)
        page.view.list._scheme("light")
        assert not {"port", "grafana"} & set(vars(page.view))
        assert "heat" not in vars(page.view.list)
        await page.act("picture", look="heat")
        return page

    view = run(story()).view

    assert (view.list.stack.scheme, view.list.heat.scheme) == ("light", "light")
    assert view.list.heat.cells[2].data["port"]
    assert "port" not in vars(view)


@pytest.mark.parametrize("look", ["busiest", "sum", "heat"])
def test_a_customer_sees_its_ports_on_whosever_device_in_each_picture_and_no_other(
    made: Rig, customer: Workbench, look: str
) -> None:
    page = run(loaded(made, customer, f"&look={look}"))

    part = page.view.list
    assert names(page) == ["pe1 xe-1", "edge1 xe-1", "edge1 xe-0"]
    assert "Sum of 3 ports" in page.text
    assert {line.port.name for line in part.shown.shares.lines} == {"xe-0", "xe-1"}
    assert len(part.shown.heat.rows) == 3
    assert "pe2" not in page.html
    assert "All sites acme/fra1 umbra/fra1" in page.text, "where its ports are"
    (foreign,) = made.bench.ports(WherePort(device="umbra/pe1", name="xe-0"))
    assert foreign.id not in page.html


def test_figures_of_another_time_are_dim_while_the_new_ones_are_read(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> tuple[list[str | None], Visit]:
        page = await loaded(made, engineer)
        seen: list[str | None] = []
        table = page.view.list.table
        table.param.watch(lambda change: seen.append(change.new.get("opacity")), "styles")
        await page.act("range", range="7d")
        return seen, page

    seen, page = run(story())

    assert seen == [".45", "1"]
    assert page.view.list.head.styles["opacity"] == "1"


def test_ports_are_found_by_circuit_alias_and_name_and_the_sum_is_theirs(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer)
        await page.act("find-ports", value="20931")
        assert names(page) == ["pe1 xe-1"]
        assert "Sum of 1 port " in page.text
        await page.act("find-ports", value="to ACME")
        assert names(page) == ["edge1 xe-1", "edge1 xe-0"]
        await page.act("place", of="tenants", value="umbra")
        assert names(page) == []
        assert "No port is found" in page.text
        await page.act("clear")
        return await page.act("place", of="site", value="acme/fra1")

    page = run(story())

    assert names(page) == ["edge1 xe-1", "edge1 xe-0"]
    assert dict(page.frame.address) == {"range": "6h", "site": "acme/fra1"}


def test_another_picture_or_order_asks_nothing_and_stands_in_the_address(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer)
        shown = page.view.list.shown
        await page.act("picture", look="heat")
        assert page.view.list.heat.cells[2].data["port"]
        await page.act("picture", look="sum")
        assert len(page.view.list.chart.figure.lines.data["at"]) > 100
        await page.act("sort", by="port")
        assert page.view.list.shown is shown
        return page

    page = run(story())

    assert names(page)[0] == "edge1 xe-0"
    assert dict(page.frame.address) == {"range": "6h", "look": "sum", "sort": "port"}


def test_scrolling_draws_the_rows_that_are_seen(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer, "&sort=port")
        assert "ge-99" not in page.html
        return await page.act("scrolled", value=5_000)

    assert "ge-99" in run(story()).html


def test_a_row_leads_to_its_port_and_back_to_what_was_looked_at(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer, "&q=20931")
        await page.act("port", port=page.view.list.rows[0].port.id)
        assert "Direction Min Mean" in page.text
        await page.frame.address.went("?range=6h&q=20931")
        return page

    assert names(run(story())) == ["pe1 xe-1"]


def test_a_cell_leads_to_its_port_at_that_time(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer, "&look=heat")
        cells = next(one for one in page.view.list.heat.cells if one.data["id"])
        cells.selected.indices = [0]
        await page.view.list.beside
        return page

    page = run(story())

    look = page.view.port.shown.look
    assert look.until - look.since == timedelta(hours=1)
    assert page.frame.address["range"] == "between"


def test_a_reading_that_something_else_has_overtaken_ends_and_is_not_drawn(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer)
        part, look = page.view.list, page.view.look
        first = asyncio.create_task(part.load(look.zoomed(0.5)))
        await asyncio.sleep(0)  # it has asked
        overtaken = part._asked
        await part.load(look)
        await first
        assert part._look == look
        told: list[Reading] = []
        part._tell(part._asked, told, 3, 4)
        assert told == [Reading(done=3, planned=4)]
        with pytest.raises(Overtaken):
            part._tell(overtaken, told, 4, 4)
        return page

    assert len(names(run(story()))) == MANY + 4


def test_too_much_at_once_is_a_sentence_in_the_place_of_the_table(
    made: Rig, engineer: Workbench
) -> None:
    since = made.clock.now - timedelta(days=1_000)
    search = f"?range=between&since={since:%Y-%m-%dT%H:%M:%SZ}"

    async def story() -> Visit:
        page = await Visit(TrafficView, engineer, made, search).load()
        for file in ("csv", "png"):
            assert "no figures are shown" in await page.refusal(file)
        return page

    page = run(story())

    assert re.search(r"134 ports over that time are 39 million samples at once", page.text)
    assert "Reading" not in page.text
    assert "choose a shorter time" in page.text
    assert list(page.view.list.room) == []


def test_the_file_has_every_port_that_is_found(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        return await (await loaded(made, engineer)).act("csv")

    ((name, content),) = run(story()).frame.saved

    assert name.startswith("traffic-ports-")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == MANY + 4
    assert float(rows[0]["in_p95_bps"]) > 200e6


def test_the_file_of_the_sum_and_of_the_hours_is_what_the_picture_shows(
    made: Rig, engineer: Workbench
) -> None:
    async def story() -> Visit:
        page = await loaded(made, engineer)
        for picture in ("sum", "heat"):
            await page.act("picture", look=picture)
            await page.act("csv")
        return page

    page = run(story())
    files = {
        name.split("-")[1]: list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        for name, content in page.frame.saved
    }

    shown = page.view.list.shown
    assert list(files) == ["sum", "heat"]
    assert list(files["sum"][0]) == [
        *("begin", "in_mean_bps", "in_max_bps", "out_mean_bps", "out_max_bps"),
        *("ports", "of_ports"),
    ]
    assert len(files["sum"]) == len(shown.sum.begin)
    assert {row["of_ports"] for row in files["sum"]} == {str(shown.sum.asked)}
    assert max(float(row["in_mean_bps"] or 0) for row in files["sum"]) > 200e6
    assert len(files["heat"]) == len(shown.heat.rows) * (len(shown.heat.edges) - 1)
    assert list(files["heat"][0])[-4:] == ["begin", "in_mean_bps", "out_mean_bps", "percent"]
    assert files["heat"][0]["port"] == shown.heat.rows[0].port.name


def test_a_picture_that_is_kept_says_what_it_is_of_and_of_which_time(
    made: Rig, engineer: Workbench
) -> None:
    sent: list[dict[str, Any]] = []

    async def story() -> Visit:
        page = await loaded(made, engineer)
        page.view.list.driver._send_msg = sent.append
        await page.act("picture", look="sum")
        return await page.act("png")

    page = run(story())

    (what, time), shown = sent[0]["said"], page.view.list.shown.sum
    assert what == f"Sum of ports, bit/s: {shown.known} of {shown.asked} ports"
    zone = page.frame.zone
    assert time.startswith(f"{shown.since.astimezone(zone):%Y-%m-%d %H:%M} to ")
    assert time.endswith(zone.key)
    assert [word for _, _, word in sent[0]["key"]][1] == "Out"
