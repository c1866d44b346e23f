from __future__ import annotations

import pytest

from netwb.errors import InventoryError
from netwb.inventory.ports.checks import check_name, check_speed, check_watched


@pytest.mark.parametrize(
    ("said", "bps"),
    [
        ("100M", 100_000_000),
        ("2.5G", 2_500_000_000),
        ("1g", 1_000_000_000),
        ("10 Gbit/s", 10_000_000_000),
        ("64kbps", 64_000),
        ("1000000", 1_000_000),
        (400_000_000_000, 400_000_000_000),
    ],
    ids=str,
)
def test_a_speed_is_written_as_people_do(said: str | int, bps: int) -> None:
    assert check_speed(said) == bps


@pytest.mark.parametrize(
    "said", ["", "0", "-1", "fast", "1e9", "1,5G", "1000T", "0.1", "9" * 400, "\uff11G"], ids=str
)
def test_a_speed_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(InventoryError, match="write bits per second"):
        check_speed(said)


@pytest.mark.parametrize(
    ("said", "yes"), [("Yes", True), (True, True), ("no", False), ("0", False)]
)
def test_watched_is_yes_or_no(said: str | bool, yes: bool) -> None:  # noqa: FBT001
    assert check_watched(said) is yes


@pytest.mark.parametrize("said", ["", "perhaps", "2"], ids=str)
def test_anything_between_is_refused(said: str) -> None:
    with pytest.raises(InventoryError, match="write yes or no"):
        check_watched(said)


@pytest.mark.parametrize("said", ["", "a\nb", "a\x00", " eth0", "x" * 256, "eth\u202e0"], ids=repr)
def test_a_name_that_no_device_can_have_here_is_refused(said: str) -> None:
    with pytest.raises(InventoryError, match="port name"):
        check_name(said)
