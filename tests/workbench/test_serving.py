"""What a server process asks of its home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benches import Rig, rig


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {}) as opened:
        yield opened


def test_every_process_of_a_home_has_the_same_keys(made: Rig) -> None:
    keys = made.bench.server_keys()

    assert keys == type(made.bench).open(made.bench.home, environment={}).server_keys()
    assert len({keys.cookie, keys.pages}) == 2
    assert keys.cookie.hex() not in repr(keys)


def test_a_held_step_comes_back_for_five_minutes(made: Rig) -> None:
    held = made.bench.hold_step("ana", "S3cret-Password")

    made.clock.advance(minutes=4)
    assert made.bench.held_step(held) == ("ana", "S3cret-Password")
    made.clock.advance(minutes=2)
    assert made.bench.held_step(held) is None
    assert "S3cret" not in held


@pytest.mark.parametrize("text", ["", "AAAA", "é", "AQ==" * 20], ids=["none", "short", "é", "long"])
def test_an_edited_step_is_none(made: Rig, text: str) -> None:
    assert made.bench.held_step(text) is None


def test_a_step_with_one_letter_changed_is_none(made: Rig) -> None:
    held = made.bench.hold_step("ana", "S3cret-Password")

    swapped = "A" if held[30] != "A" else "B"
    assert made.bench.held_step(held[:30] + swapped + held[31:]) is None
