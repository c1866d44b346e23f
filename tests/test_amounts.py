"""Rates and amounts as people read them."""

from __future__ import annotations

import pytest

from netwb.amounts import amount, change, octets, speed


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 bit/s"),
        (1, "1.00 bit/s"),
        (999.7, "1.00 kbit/s"),
        (426_000_000, "426 Mbit/s"),
        (4_810_000_000, "4.81 Gbit/s"),
        (11_800_000_000, "11.8 Gbit/s"),
        (999_960_000, "1.00 Gbit/s"),
        (400e12, "400 Tbit/s"),
        (None, "no data"),
        (float("nan"), "no data"),
    ],
)
def test_a_rate_has_three_digits_and_its_unit(value: float | None, said: str) -> None:
    assert amount(value, "bits") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(43.2, "43 %"), (9.96, "10 %"), (0.34, "0.3 %"), (0, "0 %"), (104.4, "104 %")],
)
def test_a_share_has_one_digit_below_ten(value: float, said: str) -> None:
    assert amount(value, "percent") == said


def test_packets_are_named_as_such() -> None:
    assert amount(1_234, "packets") == "1.23 kpackets/s"


def test_octets_are_bytes_of_powers_of_ten() -> None:
    assert octets(2_710_000_000_000) == "2.71 TB"


@pytest.mark.parametrize(
    ("bps", "said"),
    [(10_000_000_000, "10 Gbit/s"), (1_544_000, "1.544 Mbit/s"), (0, ""), (None, "")],
)
def test_a_speed_is_said_whole(bps: int | None, said: str) -> None:
    assert speed(bps) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (111, 100, "+11 %"),
        (89, 100, "\N{MINUS SIGN}11 %"),
        (100, 100, "0 %"),
        (99.8, 100, "0 %"),
        (5, 0, "no data"),
    ],
)
def test_a_change_has_its_sign(now: float, before: float, said: str) -> None:
    assert change(now, before) == said
