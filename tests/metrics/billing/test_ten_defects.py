"""The ten defects that bills of this field have, each a test: what was wrong somewhere is right here.

Source: facts of the field, "Traffic and billing" 1 to 7. From counters to the figure, no store between.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

import numpy as np
import pytest

from netwb.metrics.billing.months import parse_month
from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import GroupBill, Method, Month, Terms, many
from netwb.metrics.billing.table import csv_of
from netwb.metrics.samples import Samples
from netwb.metrics.series.carried import Limits
from netwb.metrics.series.rates import PortSamples
from netwb.metrics.series.windows import IN, OUT, volumes
from tests.metrics.billing.counted import NOVEMBER, ports

MINUTE_S, GAP_S = 60, 150
HOUR = Month(name="2026-11", time_zone="UTC", since=NOVEMBER.since, until=NOVEMBER.since + 3600)
ANEW, SPEED = "ifCounterDiscontinuityTime", "ifHighSpeed"


def measured(
    octets: Iterable[int],
    more: Mapping[str, list[int]] | None = None,
    *,
    since: int = HOUR.since,
    limits: Limits | None = None,
) -> PortSamples:
    """A port that showed those octets in and out, a minute apart."""
    shown = np.array(list(octets), np.int64)
    at = since + MINUTE_S * np.arange(len(shown), dtype=np.int64)
    columns = {name: np.array(each, np.int64) for name, each in (more or {}).items()}
    samples = Samples(at=at, values={IN: shown, OUT: shown, **columns})
    return PortSamples(samples=samples, limits=limits or Limits())


def steady(per_minute: int, minutes: int = 60, first: int = 0) -> list[int]:
    return [first + per_minute * minute for minute in range(minutes + 1)]


def counted(*given: PortSamples, method: Method = "in", month: Month = HOUR) -> Counted:
    return Counted(
        terms=Terms(group="transit", method=method, commit_bps=None),
        month=month,
        ports=ports(len(given)),
        volumes=volumes(given, month.since, month.until, gap_s=GAP_S),
    )


def bill(*given: PortSamples, method: Method = "in", month: Month = HOUR) -> GroupBill:
    return reckon(counted(*given, method=method, month=month))


def bps(found: GroupBill) -> int:
    assert found.billed is not None
    return found.billed.bps


def without(given: PortSamples, *places: int) -> PortSamples:
    """Those polls were missed."""
    kept = np.delete(np.arange(len(given.samples)), places)
    values = {name: column[kept] for name, column in given.samples.values.items()}
    return PortSamples(samples=Samples(at=given.samples.at[kept], values=values))


def test_1_ports_are_summed_before_they_are_ranked() -> None:
    first_half = [min(minute, 30) * 7_500 for minute in range(61)]
    second_half = [max(minute - 30, 0) * 7_500 for minute in range(61)]

    assert bps(bill(measured(first_half), measured(second_half))) == 1_000  # and not 2,000


def test_2_the_rank_is_the_nearest_and_nothing_is_interpolated() -> None:
    rises = [0, *(window * 7_500 for window in range(1, 13) for _ in range(5))]
    found = bill(measured(np.cumsum(rises)))

    assert found.billed is not None
    assert (found.billed.rank, found.billed.windows) == (12, 12)  # ceil(11.4)
    assert found.billed.bps == 12_000  # a spreadsheet's PERCENTILE says 11,450


def test_3_one_sample_of_five_minutes_is_a_window_where_no_more_of_them_come() -> None:
    """A counter at each end of it says all that went through; a poll that is missed among minutes does not."""
    sparse = measured(steady(7_500))
    seldom = without(sparse, *(place for place in range(61) if place % 5))
    twice = without(sparse, *(place for place in range(21, 30) if place % 5))

    assert (bill(seldom).present, bill(twice).present) == (12, 10)


@pytest.mark.parametrize(
    ("name", "windows"), [("2026-10", 8_940), ("2026-03", 8_916), ("2016-12", 8_928)]
)
def test_4_months_are_of_the_contracts_zone_with_its_clocks_and_without_leap_seconds(
    name: str, windows: int
) -> None:
    month = parse_month(name, "Europe/Berlin")
    whole = measured(steady(7_500, windows * 5), since=month.since)

    found = bill(whole, month=month)

    assert (found.windows, found.present, bps(found)) == (windows, windows, 1_000)
    assert month.since % 300 == 0


def test_5_a_missed_poll_is_no_sample_of_double_size() -> None:
    one, two = without(measured(steady(7_500)), 7), without(measured(steady(7_500)), 7, 8)

    assert (bill(one).present, bps(bill(one))) == (12, 1_000)  # bridged: the counter went on
    assert (bill(two).present, bps(bill(two))) == (11, 1_000)
    assert many(bill(two).missing) == 1


def test_6_zeros_and_duplicates_do_not_count_twice() -> None:
    idle = measured([0] * 61)
    busy = measured(steady(7_500))

    found = bill(busy, idle)

    assert (found.present, bps(found)) == (12, 1_000)
    assert bps(bill(idle)) == 0


def test_7_a_wrong_speed_clips_nothing() -> None:
    fast = measured(steady(75_000_000), {SPEED: [1] * 61})  # 10 Mbit/s of a port that says 1
    known = measured(steady(75_000_000), limits=Limits(physical_bps=1_000_000))

    assert bps(bill(fast)) == 10_000_000
    assert bill(known).state == "no_data"  # the contract's own speed: the port cannot have done it


def test_8_what_is_frozen_is_reckoned_again_from_its_csv() -> None:
    given = counted(measured(steady(7_500)), measured(steady(15_000)), method="sum")

    rows = csv.DictReader(io.StringIO(csv_of(given)))

    rates = sorted(int(row["sum bit/s"]) for row in rows if row["sum bit/s"])
    assert rates[-(-95 * len(rates) // 100) - 1] == bps(reckon(given))


def test_9_a_reset_is_a_missing_window_and_never_a_spike() -> None:
    restarted = [*steady(7_500, 29), *steady(7_500, 30)]
    told = [0] * 30 + [9] * 31
    found = bill(measured(restarted, {ANEW: told}))

    assert (found.present, bps(found)) == (11, 1_000)
    upper_half = [value - 2**64 for value in steady(7_500, first=2**64 - 200_000)]  # and wraps
    assert bps(bill(measured(upper_half))) == 1_000


def test_10_a_month_that_is_not_over_and_a_group_without_ports_say_so() -> None:
    month = Month(name="2026-11", time_zone="UTC", since=HOUR.since, until=HOUR.until + 3600)
    half = Counted(
        terms=Terms(group="transit", method="in", commit_bps=None),
        month=month,
        ports=ports(1),
        volumes=volumes([measured(steady(7_500))], HOUR.since, HOUR.until, gap_s=GAP_S),
    )

    found = reckon(half)

    assert (found.is_over, found.due, found.windows, bps(found)) == (False, 12, 24, 1_000)
    assert found.forecast is not None
    assert bill().state == "no_ports"
    assert bill().billed is None
