"""Notices: an event is told each time, a state once when it changes, and each to its own scope."""

from __future__ import annotations

import pytest

from netwb.errors import InputError
from netwb.notify.records import Happening, Notice, Observed, Severity
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.notices import LONGEST, Notices
from tests.store.conftest import NOON, Clock
from tests.store.processes import at_once, see_wrong

OURS = Scope(frozenset({"t-a"}))
KIND = "backup.failed"


@pytest.fixture
def notices(database: Database, clock: Clock) -> Notices:
    return Notices(database, clock)


def edge1(
    *, is_wrong: bool, severity: Severity = "warning", message: str = "no answer"
) -> Observed:
    return Observed(
        tenant_id="t-a",
        subject="d-1",
        label="acme/edge1",
        is_wrong=is_wrong,
        severity=severity,
        message=message,
    )


def told(notices: Notices, scope: Scope = ALL_TENANTS) -> list[tuple[str, str]]:
    return [(notice.subject, notice.state) for notice in notices.list(scope, since=NOON)]


def test_an_event_is_told_each_time(notices: Notices) -> None:
    for author in ("ana", "ben"):
        notices.happened(
            "config.changed",
            tenant_id="t-a",
            subject="d-1",
            label="acme/edge1",
            message=f"{author} changed it",
            detail={"author": author},
        )

    first, second = notices.list(OURS, since=NOON)

    assert first.id < second.id
    assert first == Notice(
        id=first.id,
        at=NOON,
        kind="config.changed",
        tenant_id="t-a",
        subject="d-1",
        label="acme/edge1",
        severity="info",
        state="event",
        message="ana changed it",
        detail={"author": "ana"},
        since=None,
    )


def test_many_events_keep_their_order(notices: Notices) -> None:
    many = [Happening(subject=f"d-{n}", label=f"edge{n}", message="x") for n in range(1200)]
    notices.happened_many("config.changed", many)

    assert [subject for subject, _ in told(notices)] == [one.subject for one in many]


def test_a_state_is_told_when_it_goes_wrong_and_when_it_comes_right(
    notices: Notices, clock: Clock
) -> None:
    changed = []
    for is_wrong in (False, True, True, True, False, False):
        changed.append(notices.stands_many(KIND, [edge1(is_wrong=is_wrong)]))
        clock.pass_s(3600)

    wrong, recovered = notices.list(ALL_TENANTS, since=NOON)

    assert changed == [0, 1, 0, 0, 1, 0]
    assert (wrong.state, wrong.at, wrong.since) == ("wrong", NOON.replace(hour=13), wrong.at)
    assert (recovered.state, recovered.since) == ("recovered", wrong.at)
    assert recovered.at == NOON.replace(hour=16)
    assert notices.standing(ALL_TENANTS) == ()


def test_what_stands_is_as_it_was_seen_last_since_it_was_seen_first(
    notices: Notices, clock: Clock
) -> None:
    notices.stands_many(KIND, [edge1(is_wrong=True)])
    clock.pass_s(60)
    notices.stands_many(KIND, [edge1(is_wrong=True, message="login refused")])

    (standing,) = notices.standing(OURS)

    assert (standing.kind, standing.label, standing.message) == (
        KIND,
        "acme/edge1",
        "login refused",
    )
    assert (standing.since, standing.seen_at) == (NOON, clock.now)


def test_what_gets_worse_is_told_once_more_and_ends_as_grave_as_it_was(notices: Notices) -> None:
    degrees: tuple[Severity, ...] = ("warning", "critical", "warning", "critical")
    for severity in degrees:
        notices.stands_many("disk.space", [edge1(is_wrong=True, severity=severity)])
    notices.stands_many("disk.space", [edge1(is_wrong=False)])

    assert [(n.state, n.severity) for n in notices.list(ALL_TENANTS, since=NOON)] == [
        ("wrong", "warning"),
        ("wrong", "critical"),
        ("recovered", "critical"),
    ]


def test_one_subject_under_two_kinds_and_two_tenants_is_four_things(notices: Notices) -> None:
    for kind in ("backup.failed", "backup.rejected"):
        for tenant_id in ("t-a", "t-b"):
            assert notices.stands(
                kind, tenant_id=tenant_id, subject="d-1", label="edge1", is_wrong=True
            )

    assert len(notices.standing(ALL_TENANTS)) == 4
    assert len(notices.standing(ALL_TENANTS, ["backup.failed"])) == 2


def test_thousands_of_states_are_one_transaction(notices: Notices) -> None:
    def seen(*, is_wrong: bool) -> list[Observed]:
        return [
            Observed(tenant_id="t-a", subject=f"d-{n:04}", label=f"edge{n}", is_wrong=is_wrong)
            for n in range(2000)
        ]

    assert notices.stands_many(KIND, seen(is_wrong=True)) == 2000
    assert notices.stands_many(KIND, seen(is_wrong=True)) == 0
    assert notices.stands_many(KIND, seen(is_wrong=False)) == 2000


def test_a_notice_happens_with_the_callers_transaction_or_not_at_all(
    notices: Notices, database: Database
) -> None:
    def told_within(error: type[Exception] | None) -> None:
        with database.writing(NO_TENANT) as session:
            notices.stands_many(KIND, [edge1(is_wrong=True)], session=session)
            notices.happened("run.ended", subject="r", label="run", message="x", session=session)
            if error:
                raise error

    with pytest.raises(RuntimeError):
        told_within(RuntimeError)

    assert (told(notices), notices.standing(ALL_TENANTS)) == ([], ())
    told_within(None)
    assert told(notices) == [("d-1", "wrong"), ("r", "event")]


def test_a_tenant_sees_its_own_and_nothing_of_no_tenant(notices: Notices) -> None:
    for tenant_id in ("t-a", "t-b", ""):
        subject = tenant_id or "daemon"
        notices.stands(
            "daemon.late", tenant_id=tenant_id, subject=subject, label=subject, is_wrong=True
        )

    assert told(notices, OURS) == [("t-a", "wrong")]
    assert [one.subject for one in notices.standing(OURS)] == ["t-a"]
    assert told(notices, NO_TENANT) == []
    assert told(notices, Scope(frozenset({""}))) == []
    assert len(told(notices)) == 3


def test_what_is_wrong_with_something_that_is_gone_is_forgotten_silently(notices: Notices) -> None:
    notices.stands_many(KIND, [edge1(is_wrong=True)])

    notices.forget("t-b", ["d-1"])
    assert len(notices.standing(ALL_TENANTS)) == 1
    notices.forget("t-a", ["d-1"])

    assert (notices.standing(ALL_TENANTS), told(notices)) == ((), [("d-1", "wrong")])


def test_a_message_is_cut_and_holds_nothing_that_a_database_refuses(notices: Notices) -> None:
    notices.happened("run.ended", subject="r", label="a\x00b", message="\udcff" + "x" * 9999)

    (notice,) = notices.list(ALL_TENANTS, since=NOON)

    assert (notice.label, len(notice.message)) == ("a\\x00b", LONGEST)


@pytest.mark.parametrize("kind", ["", "backup.fail", "Backup.failed"])
def test_an_unknown_kind_is_refused(notices: Notices, kind: str) -> None:
    with pytest.raises(InputError, match="no kind of notice"):
        notices.happened(kind, subject="s", label="s", message="m")
    with pytest.raises(InputError, match="no kind of notice"):
        notices.stands(kind, subject="s", label="s", is_wrong=True)


def test_of_many_processes_that_see_one_thing_wrong_one_tells(url: str, notices: Notices) -> None:
    changed = at_once(4, see_wrong, url, KIND, 50)

    assert sum(changed) == 50
    assert len(told(notices, ALL_TENANTS)) == len(notices.standing(ALL_TENANTS)) == 50
