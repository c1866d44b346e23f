"""Windows as bytes, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import StoreError
from netwb.metrics.billing.packing import pack, unpack
from netwb.metrics.series.windows import NONE
from tests.metrics.billing.counted import counted

octets = st.one_of(st.none(), st.integers(0, 2**62))


@given(
    st.integers(0, 4).flatmap(
        lambda width: st.lists(
            st.lists(octets, min_size=width, max_size=width), min_size=1, max_size=3
        )
    )
)
def test_what_was_packed_comes_back(rows: list[list[int | None]]) -> None:
    made = counted(*rows).volumes
    back = unpack(pack(made))

    assert back.received.tolist() == made.received.tolist()
    assert back.sent.tolist() == made.sent.tolist()
    assert back.begin.tolist() == made.begin.tolist()


def test_no_ports_come_back_with_their_windows() -> None:
    assert unpack(pack(counted().volumes)).received.shape == (0, 8640)


def test_a_month_of_a_port_takes_few_bytes() -> None:
    rng = np.random.default_rng(7)
    month: list[int | None] = rng.integers(0, 2**26, 8640).tolist()  # noise, up to 2 Mbit/s

    assert len(pack(counted(month).volumes)) < 4.2 * 2 * 8640


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: good[:0],
        lambda good: good[:30],
        lambda good: b"xxxx" + good[4:],
        lambda good: good[:4] + b"\x09" + good[5:],
        lambda good: good[:25] + b"\x00\x00\x00" + good[28:],
    ],
    ids=["nothing", "cut", "another form", "another number of ports", "overwritten"],
)
def test_damaged_bytes_are_said_and_never_read(damage: object) -> None:
    good = pack(counted([1, NONE, 3]).volumes)

    with pytest.raises(StoreError, match="damaged"):
        unpack(damage(good))  # type: ignore[operator] # a function
