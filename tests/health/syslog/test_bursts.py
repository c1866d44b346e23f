"""When a device is backed up after it was changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.health.syslog.bursts import Bursts
from netwb.health.syslog.records import MOST_NAMES, Burst, Said

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Play:
    """Bursts, and what was filed of them when."""

    def __init__(self, *, wait_s: float = 90, most_s: float = 600) -> None:
        numbers = count(1)
        self.bursts = Bursts(wait_s=wait_s, most_s=most_s, new_id=lambda: f"b{next(numbers)}")
        self.filed: list[tuple[float, Burst]] = []
        self.at_s = 0.0

    def hear(self, at_s: float, by: str = "ana", *, device: str = "d1", **more: object) -> bool:
        self.go(at_s)
        now = NOON + timedelta(seconds=at_s)
        said = Said(by=by, at=now, note=str(more.get("note", "")))
        return self.bursts.hear(device, "t1", said, now=now, complete=bool(more.get("complete")))

    def go(self, to_s: float) -> None:
        """Time passes; what is due is filed, a quarter of a second later at most."""
        while self.at_s <= to_s:
            due = self.bursts.due(NOON + timedelta(seconds=self.at_s))
            self.filed += [(self.at_s, burst) for burst in due]
            self.bursts.done(due)
            self.at_s += 0.25

    @property
    def times(self) -> list[tuple[float, list[str]]]:
        return [(at_s, [said.by for said in burst.said]) for at_s, burst in self.filed]


def test_a_device_is_backed_up_a_wait_after_the_last_message() -> None:
    play = Play()

    for at_s in (0, 30, 100, 170):
        play.hear(at_s)
    play.go(1_000)

    assert play.times == [(260, ["ana"])]


def test_who_never_stops_is_backed_up_every_so_often() -> None:
    play = Play()

    for at_s in range(0, 1_500, 10):
        play.hear(at_s)
    play.go(2_000)

    assert [at_s for at_s, _ in play.times] == [600, 1_200, 1_580]


def test_what_comes_after_the_end_is_another_burst() -> None:
    play = Play()

    play.hear(0, "ana")
    play.hear(91, "bo")
    play.go(1_000)

    assert play.times == [(90, ["ana"]), (181, ["bo"])]


def test_a_burst_that_nobody_filed_in_time_takes_no_later_message_in() -> None:
    bursts = Bursts(wait_s=90, most_s=600, new_id=iter(("b1", "b2")).__next__)
    later = NOON + timedelta(seconds=200)

    bursts.hear("d1", "t1", Said(by="ana", at=NOON), now=NOON, complete=False)
    bursts.hear("d1", "t1", Said(by="bo", at=later), now=later, complete=False)

    due = bursts.due(later)
    assert [burst.id for burst in due] == ["b1"]
    bursts.done(due)
    assert [burst.id for burst in bursts.due(later + timedelta(seconds=90))] == ["b2"]


def test_devices_do_not_wait_for_each_other() -> None:
    play = Play()

    play.hear(0, "ana", device="d1")
    play.hear(60, "bo", device="d2")
    play.go(1_000)

    assert play.times == [(90, ["ana"]), (150, ["bo"])]


def test_all_people_of_a_burst_are_told_the_last_one_last() -> None:
    play = Play()

    for at_s, by in enumerate(("ana", "bo", "", "ana", "")):
        play.hear(at_s, by)
    play.go(1_000)

    assert play.times == [(94, ["bo", "ana", ""])]


def test_a_burst_tells_so_many_people_and_not_more() -> None:
    play = Play()

    for number in range(100):
        play.hear(number / 10, f"p{number}")
    play.go(1_000)

    assert play.times[0][1] == [f"p{number}" for number in range(100 - MOST_NAMES, 100)]


def test_a_complete_commit_is_backed_up_at_once() -> None:
    play = Play()

    play.hear(0, "ana")
    play.hear(2, "", complete=True)
    play.go(1_000)

    assert play.times == [(2.25, ["ana", ""])]


def test_a_commit_and_its_rollback_are_two() -> None:
    play = Play()

    play.hear(0, "ana")
    play.hear(2, "", complete=True)
    play.hear(602, "", complete=True, note="rolled back")
    play.go(1_000)

    assert [(at_s, burst.said[-1].note) for at_s, burst in play.filed] == [
        (2.25, ""),
        (602.25, "rolled back"),
    ]


def test_however_much_is_heard_of_a_device_two_bursts_of_it_wait_at_most() -> None:
    """What nobody could file yet is answered by the backup of the first, all later by the second."""
    play = Play()
    bursts = play.bursts

    for number in range(1_000):
        said = Said(by=f"p{number}", at=NOON)
        bursts.hear("d1", "t1", said, now=NOON, complete=False)
        bursts.hear("d1", "t1", Said(by="", at=NOON), now=NOON, complete=True)

    assert len(bursts) == 2
    first = bursts.due(NOON)
    assert [[one.by for one in burst.said] for burst in first] == [["p0", ""]]
    bursts.done(first)
    (second,) = bursts.due(NOON)
    assert [one.by for one in second.said][-2:] == ["p999", ""]
    bursts.done([second])
    bursts.done([second])
    assert bursts.due(NOON) == ()


def test_a_failed_commit_is_looked_at_after_the_wait() -> None:
    play = Play()

    play.hear(0, "ana")
    play.go(1_000)

    assert play.times == [(90, ["ana"])]


def test_the_end_of_netwbs_own_commit_starts_nothing() -> None:
    play = Play()

    play.bursts.hear_own("d1", now=NOON)
    assert not play.hear(2, "", complete=True)
    assert play.hear(4, "", complete=True)  # somebody else's: the own one had its end
    play.go(1_000)

    assert len(play.filed) == 1


@pytest.mark.parametrize("by", ["bo", ""])
def test_another_ones_change_beside_netwbs_own_counts(by: str) -> None:
    play = Play()

    play.bursts.hear_own("d1", now=NOON)
    play.hear(1, by)
    play.hear(2, "", complete=True)
    play.go(1_000)

    assert len(play.filed) == 1


def test_an_own_change_long_ago_hides_no_commit() -> None:
    play = Play()

    play.bursts.hear_own("d1", now=NOON)
    play.hear(91, "", complete=True)
    play.go(1_000)

    assert len(play.filed) == 1


def test_what_was_kept_goes_on_where_it_was() -> None:
    play, after = Play(), Play()
    play.hear(0, "ana", device="d1")
    play.hear(0, "bo", device="d2")
    play.hear(1, "", device="d2", complete=True)

    after.bursts.restore(play.bursts.unkept())
    after.hear(50, "cy", device="d1")
    after.go(1_000)

    assert after.times == [(1, ["bo", ""]), (140, ["ana", "cy"])]


def test_two_kept_bursts_of_one_device_are_both_answered() -> None:
    play = Play()
    kept = [
        Burst(
            id=f"k{number}",
            device_id="d1",
            tenant_id="t1",
            first_at=NOON + timedelta(seconds=number),
            last_at=NOON + timedelta(seconds=number),
            said=(Said(by=f"p{number}", at=NOON),),
        )
        for number in (1, 0)
    ]

    play.bursts.restore(kept)
    play.go(1_000)

    assert [by for _, (by,) in play.times] == ["p0", "p1"]


def test_what_changed_is_told_once_to_whoever_keeps_it() -> None:
    play = Play()
    play.hear(0, "ana")

    first = play.bursts.unkept()
    assert [burst.said[-1].by for burst in first] == ["ana"]
    assert play.bursts.unkept() == ()

    play.bursts.keep_again(first)
    play.hear(1, "bo")
    assert [burst.said[-1].by for burst in play.bursts.unkept()] == ["bo"]

    play.go(1_000)
    play.bursts.keep_again(first)
    assert play.bursts.unkept() == ()  # it is answered


heard = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["d1", "d2"]), st.booleans()), max_size=40
)


@given(heard)
def test_every_message_is_answered_by_one_backup_after_it_in_time(
    steps: list[tuple[int, str, bool]],
) -> None:
    play, at_s, said = Play(wait_s=30, most_s=100), 0, []
    for number, (pause_s, device, complete) in enumerate(steps):
        at_s += pause_s
        said.append((device, at_s, f"p{number}"))
        play.hear(at_s, f"p{number}", device=device, complete=complete)
    play.go(at_s + 200)

    for device, heard_s, by in said[-1:]:  # the newest name of a burst is never left out
        answers = [
            filed_s
            for filed_s, burst in play.filed
            if burst.device_id == device and by in [one.by for one in burst.said]
        ]
        assert len(answers) == 1
        assert heard_s <= answers[0] <= heard_s + 30.25
    for filed_s, burst in play.filed:
        assert filed_s <= (burst.first_at - NOON).total_seconds() + 100.25
    assert len(play.bursts) == 0
