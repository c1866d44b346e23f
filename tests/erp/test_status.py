"""What a kept status says later on: what is old is never up, and it says itself until when it holds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netwb.erp.status import NOT_JUDGED_YET, STATES, followed, limit_s, shown, with_what_is_there
from netwb.erp.status_records import KeptDevice, KeptPort, Status, Summary

AS_OF = 1_800_000_000
LIMIT = 180

times = st.none() | st.integers(AS_OF - 500, AS_OF + 500)
ports = st.builds(
    KeptPort,
    id=st.sampled_from("pq"),
    name=st.just("xe-0/0/0"),
    watched=st.booleans(),
    state=st.sampled_from(["up", "down", "off", "unknown"]),
    host=st.sampled_from(["", "down", "maintenance"]),
    observed_at=times,
).map(lambda one: one if one.host != "down" else one._replace(state="down"))
devices = st.builds(
    KeptDevice,
    id=st.sampled_from("abc"),
    hostname=st.just("edge1"),
    site=st.just("fra1"),
    status=st.sampled_from(STATES),
    observed_at=times,
    told=st.sampled_from(STATES),
    ports=st.lists(ports, max_size=2, unique_by=lambda one: one.id).map(tuple),
)
summaries = st.builds(
    Summary,
    tenant_id=st.just("t"),
    tenant=st.just("acme"),
    as_of=st.integers(AS_OF - 300, AS_OF + 300),
    interval_s=st.just(60),
    resumed_at=st.just(AS_OF - 9_000),
    version=st.just(1),
    devices=st.lists(devices, max_size=3, unique_by=lambda one: one.id).map(tuple),
    ports=st.lists(ports, max_size=2, unique_by=lambda one: one.id).map(tuple),
)
moments = st.integers(AS_OF - 400, AS_OF + 900)


def at(summary: Summary, now: int) -> Status:
    return shown(summary, now, blackholes=None, percentiles=None)


@given(summaries, moments)
def test_nothing_is_up_that_is_old(summary: Summary, now: int) -> None:
    found = at(summary, now)

    for one in found.devices:
        if one.status in {"up", "degraded"}:
            assert not found.stale
            assert not found.is_old(one.observed_at)
    for port in (*found.ports, *(port for one in found.devices for port in one.ports)):
        if port.state != "unknown" and port.host != "down":
            assert not found.is_old(port.observed_at)
    if found.overall == "up":
        assert {one.status for one in found.devices} <= {"up", "maintenance"}
    if found.stale:
        assert {one.status for one in found.devices} <= {"unknown", "maintenance"}
        assert found.overall == "unknown"


@given(summaries, moments, st.integers(0, 400))
def test_until_it_ends_by_itself_nothing_of_it_is_other(
    summary: Summary, now: int, later: int
) -> None:
    found = at(summary, now)
    moment = now + later % (found.holds_until - now)

    again = at(summary, moment)

    assert found.holds_until > now
    assert again.is_old(summary.as_of) == found.is_old(summary.as_of)
    for one, other in zip(found.devices, again.devices, strict=True):
        assert found.is_old(one.observed_at) == again.is_old(other.observed_at)
    assert replace(again, now=0, holds_until=0) == replace(found, now=0, holds_until=0)


@given(summaries, summaries)
def test_a_change_is_told_of_what_is_other_than_was_told(former: Summary, found: Summary) -> None:
    done = followed(former, found)

    told = {one.id: one.told for one in former.devices}
    changed = {one.device_id: one for one in done.changes}
    for one in done.summary.devices:
        if one.id in changed:
            assert (changed[one.id].old, changed[one.id].new) == (told[one.id], one.status)
            assert one.told == one.status != told[one.id]
        elif one.id in told:
            assert one.told == told[one.id]
            assert one.status in {one.told, "unknown"}
        else:
            assert one.told == one.status


@given(summaries)
def test_the_same_again_changes_nothing(summary: Summary) -> None:
    first = followed(None, summary)
    again = followed(first.summary, summary)

    assert first.changes == again.changes == ()
    assert again.summary.devices == first.summary.devices


@given(summaries, summaries)
def test_what_is_shown_is_what_the_inventory_says_now(kept: Summary, now: Summary) -> None:
    there = replace(
        now,
        devices=tuple(
            one._replace(
                status="maintenance" if quiet else "unknown",
                maintenance=quiet,
                reason=NOT_JUDGED_YET,
            )
            for one in now.devices
            for quiet in [one.status == "maintenance"]
        ),
        ports=tuple(
            one._replace(state="unknown", reason=NOT_JUDGED_YET, host="") for one in now.ports
        ),
    )
    found = with_what_is_there(kept, there, {})
    before = {one.id: one for one in kept.devices}

    def places(one: Summary) -> list[object]:
        own = [
            (one.id, one.hostname, one.maintenance, [(p.id, p.watched) for p in one.ports])
            for one in one.devices
        ]
        return [*own, *((port.id, port.watched) for port in one.ports)]

    assert places(found) == places(there)
    for one in found.devices:
        assert (one.status == "maintenance") == one.maintenance
        if one.status not in {"unknown", "maintenance"}:
            was = before[one.id].status
            assert one.status == was or (was, one.status) == ("degraded", "up")


def test_a_status_is_old_after_three_of_the_longer_intervals() -> None:
    assert (limit_s(10), limit_s(60), limit_s(300)) == (180, 180, 900)
