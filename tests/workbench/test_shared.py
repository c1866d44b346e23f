"""One reading for all who may see the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from threading import Barrier

import pytest

from netwb.workbench.shared import Shared

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    number: int
    as_of: datetime

    @property
    def next_at(self) -> datetime:
        return self.as_of + timedelta(seconds=60)


def _numbered(numbers: count[int], at: datetime) -> Read:
    return Read(next(numbers), at)


@pytest.fixture
def numbers() -> count[int]:
    return count(1)


def test_what_one_key_read_is_not_what_another_gets(numbers: count[int]) -> None:
    shared = Shared[Read]()

    first = shared.get("acme", NOON, lambda: Read(next(numbers), NOON))
    second = shared.get("borealis", NOON, lambda: Read(next(numbers), NOON))

    assert (first.number, second.number) == (1, 2)
    assert shared.get("acme", NOON, lambda: Read(next(numbers), NOON)) is first


@pytest.mark.parametrize("seconds", [60, -1], ids=["an-interval-later", "the-clock-was-set-back"])
def test_a_reading_that_is_over_is_made_anew(numbers: count[int], seconds: int) -> None:
    shared, later = Shared[Read](), NOON + timedelta(seconds=seconds)

    shared.get("acme", NOON, lambda: Read(next(numbers), NOON))

    assert shared.get("acme", later, lambda: Read(next(numbers), later)).number == 2


def test_fifty_who_ask_at_once_read_once(numbers: count[int]) -> None:
    shared, barrier = Shared[Read](), Barrier(50)

    def ask() -> Read:
        barrier.wait()
        return shared.get("acme", NOON, lambda: Read(next(numbers), NOON))

    with ThreadPoolExecutor(50) as pool:
        found = {one.result().number for one in [pool.submit(ask) for _ in range(50)]}

    assert found == {1}


def test_a_failed_reading_is_not_kept(numbers: count[int]) -> None:
    shared = Shared[Read]()

    def fails() -> Read:
        msg = "no"
        raise OSError(msg)

    with pytest.raises(OSError, match="no"):
        shared.get("acme", NOON, fails)
    assert shared.get("acme", NOON, lambda: Read(next(numbers), NOON)).number == 1


def test_what_nobody_asks_for_any_more_is_forgotten(numbers: count[int]) -> None:
    shared = Shared[Read]()
    for number in range(1_000):
        at = NOON + timedelta(seconds=number)
        shared.get(number, at, partial(_numbered, numbers, at))

    assert len(shared._kept) <= 61
    assert len(shared._locks) == len(shared._kept)
