"""When a device is down, and when nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.status import (
    NO_INTERFACE,
    Heard,
    HeardPort,
    Monitored,
    counts,
    monitored,
    overall,
)

NOW, EVERY = 1_000_000, 60
LATELY, LONG_AGO = NOW - 50, NOW - 600


def one(device_id: str = "d1", **changes: object) -> Heard:
    answering = Heard(
        device_id=device_id, collector="main", snmp_at=LATELY, ping_at=LATELY, pinged_at=LATELY
    )
    return replace(answering, **changes)  # type: ignore[arg-type]  # each by its name


OTHERS = [one(f"o{number}") for number in range(4)]
DEAD = one(snmp_at=LONG_AGO, ping_at=LONG_AGO)


def status(*heard: Heard) -> Monitored:
    return monitored(heard, now=NOW, interval_s=EVERY)[0]


def port(**changes: object) -> HeardPort:
    made = HeardPort(name="xe-0/0/0", at=LATELY, oper=1, admin=1, watched=True)
    return replace(made, **changes)  # type: ignore[arg-type]  # each by its name


def test_a_device_that_answers_is_up() -> None:
    found = status(one(), *OTHERS)

    assert (found.status, found.reason, found.observed_at, found.stale) == ("up", "", LATELY, False)


def test_one_that_answers_and_shows_no_interface_is_up_with_a_word_on_it() -> None:
    found = status(one(bare=True), *OTHERS)

    assert (found.status, found.reason) == ("up", NO_INTERFACE)
    assert status(replace(DEAD, bare=True), *OTHERS).reason == "answers neither SNMP nor ICMP"


def test_one_that_answers_nothing_for_three_intervals_is_down_while_most_others_answer() -> None:
    assert status(DEAD, *OTHERS).status == "down"
    assert status(DEAD, *OTHERS).reason == "answers neither SNMP nor ICMP"


def test_one_missed_poll_is_no_alarm() -> None:
    missed = NOW - 2 * EVERY - 5

    assert status(one(snmp_at=missed, ping_at=missed), *OTHERS).status == "up"
    assert status(one(snmp_at=missed, ping_at=missed), *OTHERS).stale


def test_silence_of_half_a_collector_is_the_collectors_and_unknown() -> None:
    silent = [replace(other, snmp_at=LONG_AGO, ping_at=LONG_AGO) for other in OTHERS[:2]]

    assert status(DEAD, *silent, *OTHERS[2:]).status == "unknown"


def test_others_of_another_collector_prove_nothing() -> None:
    elsewhere = [replace(other, collector="fra") for other in OTHERS]

    assert status(DEAD, *elsewhere).status == "unknown"


def test_one_that_nobody_pings_is_unknown_and_not_down() -> None:
    found = status(one(snmp_at=LONG_AGO, ping_at=None, pinged_at=None), *OTHERS)

    assert found.status == "unknown"
    assert "not pinged" in found.reason


def test_one_that_answers_icmp_alone_is_not_up() -> None:
    found = status(one(snmp_at=LONG_AGO), *OTHERS)

    assert (found.status, found.reason) == ("unknown", "answers ICMP and not SNMP")


def test_one_that_was_never_heard_of_is_unknown() -> None:
    found = status(one(snmp_at=None, ping_at=None), *OTHERS)

    assert (found.status, found.observed_at, found.stale) == ("unknown", None, True)


def test_maintenance_is_said_as_such() -> None:
    assert status(replace(DEAD, quiet=True), *OTHERS).status == "maintenance"


def test_a_watched_port_that_is_down_degrades_its_device() -> None:
    found = status(one(ports=[port(oper=2), port(name="xe-0/0/1")]), *OTHERS)

    assert (found.status, found.bad_ports) == ("degraded", ("xe-0/0/0",))
    assert found.reason == "xe-0/0/0 down"


@pytest.mark.parametrize(
    "fine",
    [
        port(oper=2, admin=2),
        port(oper=2, watched=False),
        port(oper=2, at=LONG_AGO),
        port(oper=None),
    ],
    ids=["switched off", "not watched", "not heard of", "without an answer"],
)
def test_a_port_that_should_not_carry_anything_degrades_nothing(fine: HeardPort) -> None:
    assert status(one(ports=[fine]), *OTHERS).status == "up"


def test_many_bad_ports_are_told_by_three_of_them() -> None:
    ports = [port(name=f"e{number}", oper=7) for number in range(5)]

    assert status(one(ports=ports), *OTHERS).reason == "e0, e1, e2 and 2 more down"


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        (["up", "up"], "up"),
        (["up", "maintenance"], "up"),
        (["up", "unknown"], "unknown"),
        (["unknown", "degraded", "up"], "degraded"),
        (["down", "degraded", "unknown"], "down"),
        (["maintenance"], "unknown"),
        ([], "unknown"),
    ],
)
def test_all_of_them_are_as_the_worst(statuses: list[str], word: str) -> None:
    assert overall(statuses) == word  # type: ignore[arg-type]  # plain words here


def test_counts_have_every_status_worst_first() -> None:
    assert counts(["up", "down", "up"]) == {
        "down": 1,
        "degraded": 0,
        "unknown": 0,
        "maintenance": 0,
        "up": 2,
    }


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.none() | st.integers(NOW - 1_000, NOW),
            st.none() | st.integers(NOW - 1_000, NOW),
            st.none() | st.integers(NOW - 1_000, NOW),
        ),
        max_size=8,
    )
)
def test_what_is_old_is_never_up(
    rows: list[tuple[str, int | None, int | None, int | None]],
) -> None:
    heard = [
        Heard(device_id=str(n), collector=c, snmp_at=snmp, ping_at=ping, pinged_at=pinged)
        for n, (c, snmp, ping, pinged) in enumerate(rows)
    ]

    for row, found in zip(heard, monitored(heard, now=NOW, interval_s=EVERY), strict=True):
        if found.status in {"up", "degraded"}:
            assert row.snmp_at is not None
            assert NOW - row.snmp_at < 3 * EVERY
