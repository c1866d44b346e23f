"""Who loads pages without an end waits, and nobody else does; pages are built one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from netwb.loading import share
from netwb.web.buckets import MOST_KEPT, Allowed, Buckets
from netwb.web.pace import A_PERSON, AN_ADDRESS, Pace
from tests.web.browsing import Browser
from tests.web.servers import PASSWORDS, Server, netwb_serve, two_tenants


class Clock:
    """Stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> Buckets:
    return Buckets(Allowed(burst=3, a_second=0.5), clock=clock)


def test_after_so_many_at_once_one_waits(buckets: Buckets) -> None:
    assert [buckets.take("ana") for _ in range(5)] == [0, 0, 0, 2, 2]


def test_another_one_does_not_wait(buckets: Buckets) -> None:
    for _ in range(5):
        buckets.take("ana")

    assert buckets.take("ben") == 0


def test_who_waited_goes_on_and_who_waited_long_has_no_more_than_the_burst(
    buckets: Buckets, clock: Clock
) -> None:
    for _ in range(4):
        buckets.take("ana")

    clock.now += 2
    one = [buckets.take("ana") for _ in range(2)]
    clock.now += 10_000
    many = [buckets.take("ana") for _ in range(4)]

    assert one == [0, 2]
    assert many == [0, 0, 0, 2]


def test_a_refusal_does_not_make_the_wait_longer(buckets: Buckets, clock: Clock) -> None:
    for _ in range(100):
        buckets.take("ana")
    clock.now += 2

    assert buckets.take("ana") == 0


def test_it_does_not_remember_without_an_end(buckets: Buckets) -> None:
    for number in range(MOST_KEPT + 10):
        buckets.take(f"somebody {number}")

    assert len(buckets._left) == MOST_KEPT


def test_one_address_of_many_people_has_a_bound_of_its_own(clock: Clock) -> None:
    pace = Pace(clock=clock)

    waits = [pace.wait_s(f"person {n}", "198.51.100.7") for n in range(AN_ADDRESS.burst + 1)]

    assert waits[:-1] == [0] * AN_ADDRESS.burst
    assert waits[-1] > 0
    assert pace.wait_s("person 0", "198.51.100.8") == 0


def test_pages_are_built_one_after_the_other_and_others_are_served_between() -> None:
    async def story() -> list[str]:
        pace, said = Pace(), []

        async def build(name: str) -> None:
            async with pace.turn():
                said.append(f"{name} begins")
                await asyncio.sleep(0)
                said.append(f"{name} ends")

        async def other() -> None:
            for _ in range(3):  # turns of the loop that an answer takes
                await asyncio.sleep(0)
            said.append("other")

        await asyncio.gather(build("one"), build("two"), build("three"), other())
        return said

    said = asyncio.run(story())

    builds = [word for word in said if word != "other"]
    names = ("one", "two", "three")
    assert builds == [f"{name} {what}" for name in names for what in ("begins", "ends")]
    assert said.index("other") < said.index("two begins")


def test_a_page_that_breaks_lets_the_next_one_in() -> None:
    async def story() -> bool:
        pace = Pace()
        with pytest.raises(ValueError, match="broke"):
            async with pace.turn():
                raise ValueError("broke")
        async with asyncio.timeout(5), pace.turn():
            return True

    assert asyncio.run(story())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with (
        two_tenants(tmp_path) as made,
        netwb_serve(made.bench.home, pages=share() / "dashboards") as one,
    ):
        yield one


def test_who_reloads_without_an_end_is_told_to_wait_and_how_long(server: Server) -> None:
    ada, oli = Browser(server.port), Browser(server.port)
    for name, browser in (("ada", ada), ("oli", oli)):
        browser.log_in(name, PASSWORDS[name])

    with ThreadPoolExecutor(3 * A_PERSON.burst) as tabs:
        answers = list(tabs.map(ada.get, ["/account"] * 3 * A_PERSON.burst))

    refused = [answer for answer in answers if answer.status != 200]
    assert {answer.status for answer in refused} == {429}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert "wait 1 s, then load this one again" in refused[0].text
    assert len(answers) - len(refused) >= A_PERSON.burst
    assert oli.get("/account").status == 200
    assert oli.get("/healthz").status == 200
