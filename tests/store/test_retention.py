"""What is too old goes, in batches; what a device gave last stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, inspect, select

from netwb.roles import ALL_TENANTS
from netwb.store import retention
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import (
    AttackEventRow,
    BackupOutcomeRow,
    BackupRunRow,
    BlackholeRow,
    DeviceRow,
    JobRow,
    SiteRow,
)
from netwb.store.retention import sweep_attacks, sweep_jobs, sweep_runs
from tests.store.conftest import NOON
from tests.store.rows import new_tenant
from tests.store.test_dump import add_a_row_of_every_table

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)


def add_devices(database: Database, *ids: str) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.add(new_tenant("t-a"))
        session.flush()
        session.add(
            SiteRow(id="s", tenant_id="t-a", slug="s", name="s", status="active", created_at=NOON)
        )
        session.flush()
        session.add_all(
            DeviceRow(
                id=id_,
                tenant_id="t-a",
                site_id="s",
                hostname=id_,
                address="192.0.2.1",
                port=22,
                platform="cisco_ios",
                status="active",
                transport="fast",
                labels={},
                created_at=NOON,
                updated_at=NOON,
            )
            for id_ in ids
        )


def add_run(database: Database, at: datetime, *ids: str, ended: bool = True) -> str:
    run = new_id()
    end = at + timedelta(minutes=5) if ended else None
    with database.writing(ALL_TENANTS) as session:
        session.add(
            BackupRunRow(
                id=run, started_at=at, ended_at=end, actor="ana", note="", planned=len(ids)
            )
        )
        session.flush()
        session.add_all(
            BackupOutcomeRow(
                tenant_id="t-a",
                run_id=run,
                device_id=id_,
                status="changed" if ended else "running",
                ended_at=end,
            )
            for id_ in ids
        )
    return run


def outcomes(database: Database) -> set[tuple[str, str]]:
    with database.reading(ALL_TENANTS) as session:
        rows = session.execute(select(BackupOutcomeRow.run_id, BackupOutcomeRow.device_id))
        return {(run, device) for run, device in rows}


def runs(database: Database) -> set[str]:
    with database.reading(ALL_TENANTS) as session:
        return set(session.scalars(select(BackupRunRow.id)))


def test_old_nights_go_and_young_ones_stay(database: Database) -> None:
    names = [f"d{n}" for n in range(7)]
    add_devices(database, *names)
    made = [add_run(database, NOON - night * DAY, *names) for night in range(10)]

    counted = sweep_runs(database, NOON - 4 * DAY, "count")
    removed = sweep_runs(database, NOON - 4 * DAY, "remove")

    assert counted == removed == (5 * 7, 5)
    assert runs(database) == set(made[:5])
    assert outcomes(database) == {(run, name) for run in made[:5] for name in names}
    assert sweep_runs(database, NOON - 4 * DAY, "remove") == (0, 0)


def test_what_a_device_gave_last_stays_with_its_run(database: Database) -> None:
    add_devices(database, "gone", "here")
    first = add_run(database, NOON - 30 * DAY, "gone", "here")
    last = add_run(database, NOON - 20 * DAY, "gone", "here")
    new = add_run(database, NOON, "here")

    removed = sweep_runs(database, NOON - 10 * DAY, "remove")

    assert removed == (3, 1)
    assert first not in runs(database)
    assert outcomes(database) == {(last, "gone"), (new, "here")}


def test_a_run_that_never_ended_is_not_judged(database: Database) -> None:
    add_devices(database, "d")
    run = add_run(database, NOON - 30 * DAY, "d", ended=False)
    add_run(database, NOON, "d")

    assert sweep_runs(database, NOON - 10 * DAY, "remove") == (0, 0)
    assert run in runs(database)


def test_ended_jobs_go_and_waiting_ones_stay(database: Database) -> None:
    with database.writing(ALL_TENANTS) as session:
        for status, days in [
            *[("done", 100)] * 4,
            *[("failed", 100)] * 4,
            ("interrupted", 100),
            ("queued", 100),
            ("running", 100),
            ("done", 5),
        ]:
            at = NOON - days * DAY
            session.add(
                JobRow(
                    id=new_id(),
                    kind="backup",
                    tenant_id="t-a",
                    actor="ana",
                    status=status,
                    created_at=at,
                    ended_at=None if status in {"queued", "running"} else at,
                    progress={},
                    result={},
                    params={},
                    holder="",
                    epoch=0,
                )
            )

    counted = sweep_jobs(database, NOON - 90 * DAY, "count")
    removed = sweep_jobs(database, NOON - 90 * DAY, "remove")

    assert counted == removed == 9
    with database.reading(ALL_TENANTS) as session:
        assert session.scalar(select(func.count(JobRow.id))) == 3


def test_what_detectors_said_goes_once_something_came_of_it(database: Database) -> None:
    with database.writing(ALL_TENANTS) as session:
        add_a_row_of_every_table(session, "t-a")
        event = session.scalars(select(AttackEventRow)).one()
        values = {
            column.key: getattr(event, column.key) for column in inspect(AttackEventRow).columns
        }
        session.delete(event)
        for number, (state, age) in enumerate(
            (("settled", 91), ("settled", 89), ("received", 91), ("taken", 91)), start=1
        ):
            session.add(
                AttackEventRow(
                    **{
                        **values,
                        "id": number,
                        "message_id": f"m-{number}",
                        "state": state,
                        "received_at": NOON - age * DAY,
                    }
                )
            )

    counted = sweep_attacks(database, NOON - 90 * DAY, "count")
    removed = sweep_attacks(database, NOON - 90 * DAY, "remove")

    assert counted == removed == 1
    with database.reading(ALL_TENANTS) as session:
        assert sorted(session.scalars(select(AttackEventRow.id))) == [2, 3, 4]
        assert session.scalar(select(func.count(BlackholeRow.id))) == 1


def test_no_transaction_holds_more_than_a_batch(database: Database) -> None:
    names = [f"d{n}" for n in range(10)]
    add_devices(database, *names)
    add_run(database, NOON - DAY, *names)
    add_run(database, NOON, *names)
    before = database.writes

    sweep_runs(database, NOON - DAY / 2, "remove")

    assert database.writes - before >= 10 / 3
