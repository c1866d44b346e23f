"""What all tests share: random points that differ by commit and can be repeated."""

from __future__ import annotations

import os
import random

import hypothesis
import pytest

FULL = os.environ.get("NETWB_TESTS_FULL") == "1"

# No deadline an example: the gate shares two cores, and a slow machine is not a broken law.
hypothesis.settings.register_profile("gate", deadline=None, database=None)
hypothesis.settings.register_profile("full", deadline=None, database=None, max_examples=2000)
hypothesis.settings.load_profile("full" if FULL else "gate")


@pytest.fixture
def dice() -> random.Random:
    """Random points of this commit; `tests/run` prints the seed."""
    return random.Random(int(os.environ.get("NETWB_TESTS_SEED", "0")))
