"""The auditor's reports over a home that lived for a month, on each database, counted by hand."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import update

from netwb.access.records import NewToken, NewUser
from netwb.collect.replay import recorded
from netwb.errors import InputError, NotPermittedError, UnreachableError
from netwb.reports.records import SAVED
from netwb.roles import ALL_TENANTS, Permission, Role
from netwb.store.models import AuditRow
from tests.benches import Rig, ios, ios_long, rig
from tests.stores import EACH_STORE
from tests.web.statements import statements

pytestmark = EACH_STORE
BEGIN = datetime(2026, 11, 20, 2, 5, tzinfo=UTC)
BOTH = {"acme": ("edge1", "edge2"), "borealis": ("edge1",)}


def ten_nights(made: Rig) -> None:
    """20 to 29 November, five past two, when `nightly` is due; edge2 of acme fails on 23, 24, 25."""
    for number in range(20, 30):
        made.clock.now = BEGIN + timedelta(days=number - 20)
        fails = number in {23, 24, 25}
        gone = UnreachableError("no answer on 127.0.0.1:22")
        made.answer("acme/edge2", gone if fails else ios("edge2", ntp=f"192.0.2.{number // 2}"))
        made.back_up()
    made.clock.now = datetime(2026, 12, 4, 12, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, BOTH, past=ten_nights) as one:
        yield one


def test_coverage_is_what_was_counted_by_hand(made: Rig) -> None:
    report = made.bench.coverage_report("2026-11")

    by_name = {one.name: one for one in report.devices}
    edge2 = by_name["acme/edge2"]
    assert list(by_name) == ["acme/edge1", "acme/edge2", "borealis/edge1"]
    assert (edge2.due, edge2.count(*SAVED), edge2.count("failed"), edge2.count("untried")) == (
        *(11, 7, 3, 1),  # due 20 to 30, as it was added on the 20th at two; nothing ran on the 30th
    )
    assert {night.cause for night in edge2.nights if night.state == "failed"} == {
        "No answer (UnreachableError)"
    }
    assert edge2.added_on is not None
    assert (edge2.added_on.day, edge2.days, edge2.days_without) == (20, 10, 4)
    assert edge2.gap is not None
    assert (edge2.gap.since.day, edge2.gap.until.day, edge2.gap.hours) == (22, 26, 96)
    assert edge2.copy_at == BEGIN + timedelta(days=9)
    assert edge2.revisions == 4, (
        "192.0.2.10 on the 20th, .11 on the 22nd, .13 on the 26th, .14 on the 28th"
    )
    assert (report.sums.devices, report.sums.due, report.sums.saved) == (3, 33, 27)
    assert (report.sums.failed, report.sums.untried, report.sums.revisions) == (3, 3, 6)


def test_month_that_is_not_over_says_so_and_owes_no_night_that_is_to_come(made: Rig) -> None:
    made.back_up("acme/edge1")

    report = made.bench.coverage_report("2026-12")

    assert "The month is not over" in report.notes[0]
    edge1, edge2, _ = report.devices
    assert [(night.at.day, night.state) for night in edge1.nights] == [
        *((1, "untried"), (2, "untried"), (3, "untried"), (4, "unchanged")),
    ]
    assert [night.at.day for night in edge2.nights] == [1, 2, 3], "its fourth is not over"


def test_text_that_was_quarantined_names_who_accepted_it(made: Rig) -> None:
    made.answer("acme/edge1", recorded(ios_long("edge1"), prompt=b"edge1#"))
    made.back_up("acme/edge1")
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1"))
    made.back_up("acme/edge1")
    made.bench.add_user(NewUser(name="emil", role=Role.ENGINEER, tenants=None))
    made.bench.add_user(NewUser(name="ada", role=Role.ADMIN, tenants=None))
    made.clock.advance(hours=2)
    made.bench.acting_as("emil").accept_quarantined(
        "acme/edge1", reason="interfaces were taken out"
    )

    (text,) = made.bench.coverage_report("2026-12").devices[0].held
    entry = made.bench.acting_as("ada").access_report("2026-12").quarantine[0]

    assert (text.cause, text.status, text.settled_by) == (
        "Far shorter than the last good copy (ShrunkConfigError)",
        "accepted",
        "emil",
    )
    assert (entry.action, entry.actor, entry.detail["reason"]) == (
        *("quarantine.accept", "emil", "interfaces were taken out"),
    )
    assert made.bench.coverage_report("2026-12").devices[0].count("accepted") == 1


def test_a_tenant_is_told_of_its_own_devices_alone(made: Rig) -> None:
    of_acme = made.bench.where(tenant="acme").coverage_report("2026-11")
    made.bench.add_user(NewUser(name="olga", role=Role.OPERATOR, tenants=("borealis",)))
    as_olga = made.bench.acting_as("olga").coverage_report("2026-11")

    assert {one.tenant for one in of_acme.devices} == {"acme"}
    assert of_acme.of == "acme"
    assert {one.tenant for one in as_olga.devices} == {"borealis"}
    assert as_olga.of == "borealis", "its title promises no more"
    assert as_olga.sums.due == 11


def test_who_may_not_see_how_netwb_does_gets_no_report(made: Rig) -> None:
    made.bench.add_user(NewUser(name="vera", role=Role.VIEWER, tenants=None))
    made.bench.add_user(NewUser(name="emil", role=Role.ENGINEER, tenants=None))

    with pytest.raises(NotPermittedError, match=r"health\.view"):
        made.bench.acting_as("vera").coverage_report("2026-11")
    with pytest.raises(NotPermittedError, match=r"access\.manage"):
        made.bench.acting_as("emil").access_report("2026-11")


def test_month_that_has_not_begun_is_refused(made: Rig) -> None:
    with pytest.raises(InputError, match="2027-01 has not begun"):
        made.bench.coverage_report("2027-01")
    with pytest.raises(InputError, match="is no month"):
        made.bench.coverage_report("November")


def test_month_is_the_one_before_unless_it_is_named(made: Rig) -> None:
    assert made.bench.coverage_report().month.name == "2026-11"


def test_runs_that_retention_took_are_no_record_and_no_failure(made: Rig) -> None:
    made.clock.now = datetime(2028, 2, 1, tzinfo=UTC)  # 400 days are over
    made.bench.sweep()

    report = made.bench.coverage_report("2026-11")

    assert report.sums.not_saved == 0
    assert report.sums.no_record == report.sums.due - report.sums.saved
    assert report.sums.days_without is None
    assert any("retention.runs_days" in note for note in report.notes)
    assert all(one.copy_at is not None for one in report.devices)


def test_runs_that_went_by_a_shorter_time_than_todays_are_known_to_be_gone(tmp_path: Path) -> None:
    short = {"NETWB_RETENTION__RUNS_DAYS": "1"}
    with rig(tmp_path, BOTH, past=ten_nights, settings=short) as swept:
        swept.bench.sweep()
        home, variables = swept.bench.home, dict(swept.variables)
        reopened = type(swept.bench).open(home, environment=variables, clock=swept.clock)
        report = reopened.coverage_report("2026-11")
        reopened.close()

    assert report.sums.not_saved == 0
    assert report.sums.no_record > 20


def test_schedule_of_a_place_says_which_nights_are_due_there(made: Rig) -> None:
    made.clock.now = datetime(2026, 12, 8, tzinfo=UTC)
    made.bench.where(tenant="borealis").set_schedule("nightly", "sun 03:00")

    report = made.bench.coverage_report("2026-11")

    borealis = report.devices[-1]
    assert [night.at.day for night in borealis.nights] == [22, 29]
    assert [night.state for night in borealis.nights] == ["unchanged", "untried"]
    assert any("Schedules were changed once" in note for note in report.notes)


def test_a_month_in_which_clocks_are_put_back_is_the_zones_own(tmp_path: Path) -> None:
    berlin = {"NETWB_SCHEDULER__TIME_ZONE": "Europe/Berlin"}
    with rig(tmp_path, {"acme": ("edge1",)}, settings=berlin) as made:
        made.clock.now = datetime(2027, 10, 31, 23, 0, tzinfo=UTC)

        report = made.bench.coverage_report("2027-10")

    (edge1,) = report.devices
    assert (report.month.since, report.month.until) == (
        datetime(2027, 9, 30, 22, tzinfo=UTC),
        datetime(2027, 10, 31, 23, tzinfo=UTC),
    )
    dues = {night.at.hour for night in edge1.nights[:30]}
    assert (dues, edge1.nights[-1].at.hour) == ({0}, 0), "two by summer time, also on the 31st"
    assert (edge1.due, edge1.count("untried"), edge1.days) == (30, 30, 31), "its last is not over"


def test_access_is_what_was_done(made: Rig) -> None:
    made.clock.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    bench = made.bench
    bench.add_user(NewUser(name="ada", role=Role.ADMIN, tenants=None))
    bench.add_user(NewUser(name="vera", role=Role.VIEWER, tenants=("acme",)))
    token = bench.issue_token(
        NewToken(user="ada", days=30, allow=(Permission.CONFIG_VIEW,), networks=("192.0.2.0/24",))
    )
    bench.acting_as("ada").restore("acme/edge1", reason="CHG7 put back")
    for _ in range(3):
        with pytest.raises(NotPermittedError):
            bench.acting_as("vera").sweep()
    made.clock.advance(minutes=11)
    bench.settle_denials()
    made.clock.now = datetime(2027, 1, 5, 9, tzinfo=UTC)
    bench.retire_user("vera")

    report = bench.access_report("2026-12")

    assert [one.name for one in report.people] == ["ada", "vera"]
    assert [(one.status, one.changed_since) for one in report.people] == [
        ("active", 0),
        ("retired", 1),
    ]
    assert [(one.id, one.rights, one.networks) for one in report.tokens] == [
        (token.token.id, ("config.view",), ("192.0.2.0/24",))
    ]
    assert [one.action for one in report.changes] == ["user.add", "user.add", "token.issue"]
    assert [one.action for one in report.later] == ["user.retire"]
    (revealed,) = report.reveals
    assert (revealed.actor, revealed.detail["reason"]) == ("ada", "CHG7 put back")
    assert [(one.actor, one.action, one.times) for one in report.denied] == [
        ("vera", "denied.system.manage", 3)
    ]
    assert report.machine[0].actor.endswith("acted as by a login of the machine")
    assert any(one.actor.startswith("local:") for one in report.machine)
    assert report.chain.whole is True
    assert any("are as of 2027-01-05 09:00" in note for note in report.notes)


def test_admin_of_a_tenant_sees_its_people_and_no_verdict_on_the_chain(made: Rig) -> None:
    made.bench.add_user(NewUser(name="ada", role=Role.ADMIN, tenants=None))
    made.bench.add_user(NewUser(name="abe", role=Role.ADMIN, tenants=("acme",)))

    report = made.bench.acting_as("abe").access_report("2026-12")

    assert [one.name for one in report.people] == ["abe"]
    assert report.chain.whole is None
    assert {one.tenant for one in report.changes} == {"acme"}
    assert any("wider than yours" in note for note in report.notes)


def test_broken_chain_is_said_first(made: Rig) -> None:
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        session.execute(update(AuditRow).where(AuditRow.seq == 2).values(actor="mallory"))

    report = made.bench.access_report("2026-11")

    assert report.chain.whole is False
    assert "DOES NOT VERIFY" in report.chain.says


def test_no_device_and_no_event_costs_a_statement_of_its_own(made: Rig) -> None:
    made.bench.coverage_report("2026-11")
    made.bench.access_report("2026-11")
    asked = statements(made)
    made.bench.where(tenant="borealis").coverage_report("2026-11")
    one_device = len(asked)
    asked.clear()
    made.bench.where(tenant="acme").coverage_report("2026-11")
    two_devices = len(asked)
    asked.clear()
    made.bench.access_report("2026-10")
    no_event = len(asked)
    asked.clear()
    made.bench.access_report("2026-11")

    assert two_devices == one_device
    assert len(asked) == no_event


def test_reports_are_printed_and_written_as_rows(made: Rig) -> None:
    bench = made.bench
    coverage, access = bench.coverage_report("2026-11"), bench.access_report("2026-11")

    paper = " ".join(
        page.extract_text()
        for page in pypdf.PdfReader(io.BytesIO(bench.report_pdf(coverage))).pages
    )
    rows = bench.report_csv(coverage).split("\r\n")

    assert "Backups of all tenants in 2026-11" in paper
    assert "3 devices: 33 nights due, 27 saved" in " ".join(paper.split())
    assert "acme/edge2" in paper
    assert len(rows) == 1 + 3 + 1 + 1
    assert rows[-2].startswith("sum,,3 devices,")
    assert "audit trail" in bench.report_csv(access)
    assert bench.report_pdf(access).startswith(b"%PDF")
    assert len(coverage.frame()) == 3
    assert json.dumps(coverage._repr_html_())
