"""An open wall on a real Workbench: what it says at first, afterwards, and when it may say nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewWall, Origin
from netwb.errors import MetricsUnavailableError
from netwb.inventory.records import EVERYWHERE
from netwb.views.theme import tokens
from netwb.views.wall.boards import HEADS, PARTS
from netwb.views.wall.page import AGAIN_S, SPREAD_S, WallView
from netwb.workbench import Workbench
from netwb.workbench.seats import Seat
from tests.benches import Rig, rig, with_parts
from tests.blackhole.ledger.ground import begin
from tests.counted import count, give_ports

SCREEN = Origin(address="192.0.2.7", browser="Chrome")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}) as one:
        one.clock.now = datetime.now(UTC)
        (port,) = give_ports(one.bench, one.devices["acme/edge1"], "xe-0/0/0")
        count(one.bench, port, until=one.clock.now, minutes=60)
        yield one


def opened(made: Rig, bench: Workbench, **given: Any) -> WallView:
    return WallView(Seat(bench=bench, person=bench.me()), clock=made.clock, **given)


def a_wall(made: Rig) -> tuple[str, Workbench]:
    """Its id, and what acts for it."""
    issued = made.bench.add_wall(NewWall(name="noc", time_zone="Europe/Berlin"))
    secret = made.bench.enroll_wall(issued.secret, origin=SCREEN).secret
    return issued.wall.id, made.bench.at_wall(secret, origin=SCREEN)


def told(view: WallView) -> dict[str, str]:
    """What the model brings to the browser, by part."""
    data = view.boards.model.data
    return dict(zip(data["part"], data["html"], strict=True))


def test_what_was_read_ahead_is_drawn_at_once_and_asked_again_after_an_interval(made: Rig) -> None:
    _, bench = a_wall(made)

    view = opened(made, bench, news=bench.wall())

    assert set(told(view)) == set(PARTS)
    assert "fra1" in told(view)["sites"]
    assert 'data-clock="Europe/Berlin"' in told(view)["top"]
    assert [bool(told(view)[head]) for head in HEADS] == [True, False, False]
    assert len(view.figures[0].lines.data["x"]) == 4  # zero, the port's speed, in and out
    assert 59 <= view._wait_s <= 60 + SPREAD_S


def test_where_nothing_was_read_ahead_it_says_so_and_reads_at_once(made: Rig) -> None:
    view = opened(made, a_wall(made)[1])
    assert "reading" in told(view)["top"]
    assert view._wait_s == 0

    left_s = asyncio.run(view.refresh())

    assert "fra1" in told(view)["sites"]
    assert left_s is not None
    assert left_s > 59


def test_a_revoked_wall_says_so_and_asks_no_more(made: Rig) -> None:
    wall_id, bench = a_wall(made)
    view = opened(made, bench, news=bench.wall())
    made.bench.revoke_wall(wall_id)

    assert asyncio.run(view.refresh()) is None

    assert "no wall of netwb any more" in told(view)["sites"]
    assert "fra1" not in "".join(told(view).values())


@pytest.mark.parametrize(
    ("error", "words"),
    [(MetricsUnavailableError("InfluxDB is silent; start it"), "InfluxDB is silent"), (OSError("x"), "cannot be drawn")],
    ids=["known", "unknown"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_tried_again(
    made: Rig, error: Exception, words: str
) -> None:
    class Broken:
        def newest(self, *_: object) -> object:
            raise error

    bench = Workbench(with_parts(made.bench._parts, metrics=Broken()), made.bench._who, EVERYWHERE)
    view = opened(made, bench)

    left_s = asyncio.run(view.refresh())

    assert words in told(view)["sites"]
    assert left_s is not None
    assert left_s == AGAIN_S or left_s > 59
    assert not any(told(view)[head] for head in HEADS)


def test_a_wall_without_any_sample_yet_says_when_the_first_chart_comes(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}) as one:
        one.clock.now = datetime(2026, 11, 29, 12, 2, 30, tzinfo=UTC)
        (port,) = give_ports(one.bench, one.devices["acme/edge1"], "xe-0/0/0")
        bench = a_wall(one)[1]
        silent = told(opened(one, bench, news=bench.wall()))
        one.clock.advance(minutes=1)
        count(one.bench, port, until=one.clock.now, minutes=0)
        view = opened(one, bench, news=bench.wall())
        waiting = told(view)
        one.clock.advance(minutes=2)
        count(one.bench, port, until=one.clock.now, minutes=2)
        asyncio.run(view.refresh())

    first_at = int(datetime(2026, 11, 29, 12, 5, tzinfo=UTC).timestamp())
    assert "No sample of traffic yet<" in silent["none"]
    assert f'yet, first in <span data-until="{first_at}">01:30</span>' in waiting["none"]
    assert not any(waiting[head] for head in HEADS)
    assert told(view)["none"] == ""
    assert "xe-0/0/0" in told(view)[HEADS[0]]


def test_a_port_whose_tenant_is_attacked_says_so_and_has_a_red_band(made: Rig) -> None:
    bench = made.bench
    asked = begin(made, "203.0.113.10/32")
    bench._parts.attacks.ledger.move(asked, "announced")
    made.clock.advance(minutes=2)
    wall = a_wall(made)[1]

    view = opened(made, wall, news=wall.wall())

    assert "attack now" in told(view)[HEADS[0]]
    assert view.figures[0].areas.data["color"][0] == tokens("dark")["bad"]
