"""`netwb scheduler`, `schedule` and `blackout` as a person types them: shapes, sentences, statuses."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.loading import shared
from netwb.roles import Role
from netwb.schedules.triggers import parse_trigger
from netwb.workbench import Workbench
from tests.cli.commands import Commands

JOBS = [job.name for job in shared("scheduler.jobs").JOBS]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two tenants with a site each, and engineers of one and of all; made once."""
    home = tmp_path_factory.mktemp("filled") / "home"
    with closing(Workbench.create(home, environment={})) as bench:
        for tenant in ("acme", "umbra"):
            bench.add_tenant(tenant, name=tenant)
            bench.add_site(f"{tenant}/fra1")
        for name, tenants in (("ana", ("acme",)), ("eva", None)):
            bench.add_user(NewUser(name=name, role=Role.ENGINEER, tenants=tenants))
        bench.add_user(NewUser(name="cat", role=Role.CUSTOMER, tenants=("acme",)))
    return home


@pytest.fixture
def netwb(
    filled: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    """On a copy of that home."""
    monkeypatch.setenv("PW", "words in a long row")
    shutil.copytree(filled, tmp_path / "home")
    return Commands(tmp_path / "home", capsys)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "home" / "netwb.db")
    yield connection
    connection.close()


def rows(stored: sqlite3.Connection) -> int:
    tables = ("schedule", "blackout")
    return sum(stored.execute(f"select count(*) from {one}").fetchone()[0] for one in tables)


def test_the_list_has_every_job_in_the_shape_that_scripts_rely_on(netwb: Commands) -> None:
    items = netwb("scheduler", "--list", "--json").json["items"]

    assert [item["name"] for item in items] == JOBS
    assert {"name", "trigger", "next_at", "last_at", "last_status"} <= items[0].keys()
    nightly = next(item for item in items if item["name"] == "nightly")
    assert (nightly["trigger"], nightly["time_zone"]) == ("02:00", "UTC")
    assert nightly["next_at"].endswith("T02:00:00Z")
    assert (nightly["last_at"], nightly["last_status"]) == (None, "")


def test_a_job_that_is_run_says_what_came_of_it_and_stands_in_the_list(netwb: Commands) -> None:
    ran = netwb("scheduler", "--run", "nightly")

    assert (ran.status, ran.out, ran.err) == (0, "", "nightly is done: nothing was to do\n")
    listed = netwb("scheduler", "--list", "--json").json["items"]
    nightly = next(item for item in listed if item["name"] == "nightly")
    assert nightly["last_status"] == "done"
    assert nightly["last_at"] is not None
    assert netwb("scheduler", "--run", "nightly", "--json").json["status"] == "done"


def test_a_night_in_which_devices_fail_ends_with_1(netwb: Commands) -> None:
    netwb("credential", "add", "lab", "--tenant", "acme", "--username", "n", "--password", "env:PW")
    added = netwb(
        *("device", "add", "acme/edge1", "--site", "fra1", "--address", "127.0.0.1", "--port", "1"),
        *("--platform", "cisco_ios", "--credential", "lab"),
    )
    assert added.status == 0, added.err

    ran = netwb("scheduler", "--run", "nightly")

    assert (ran.status, ran.err) == (1, "nightly is done: 1 device, 1 failed, 1 again\n")


def test_a_job_that_fails_for_a_person_is_told_once(
    netwb: Commands, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = tmp_path / "home" / "netwb.toml"
    head = "[self_backup]\n"
    settings.write_text(
        settings.read_text().replace(head, f'{head}folder = "{tmp_path}/nowhere"\n')
    )

    ran = netwb("scheduler", "--run", "self-backup")

    assert ran.status == 1
    assert ran.err.count("self_backup.passphrase is empty") == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_time_is_set_for_all_and_for_a_tenant_and_taken_back(netwb: Commands) -> None:
    assert netwb("schedule", "set", "nightly", "mon-fri", "02:30").status == 0
    own = netwb("schedule", "set", "nightly", "23:00", "--tenant", "acme", "--jitter", "0")
    assert own.status == 0
    assert "nightly of acme: 23:00 (UTC), next at " in own.err

    listed = netwb("schedule", "list", "--json").json["items"]
    found = {one["place"]: one["trigger"] for one in listed if one["name"] == "nightly"}
    assert found == {"": "mon-fri 02:30", "acme": "23:00"}

    back = netwb("schedule", "set", "nightly", "default", "--tenant", "acme")
    assert (back.status, back.err) == (0, "nightly of acme comes with that of all again\n")
    assert "1,440 times a day" in netwb("schedule", "set", "nightly", "* * * * *").err
    again = netwb("schedule", "set", "nightly", "default", "--tenant", "acme")
    assert (again.status, "has no time of its own" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("schedule", "set", "nightly", "0 2 30 2 *"), 2, "never comes"),
        (("schedule", "set", "nightly", "26:00"), 2, "no time that comes again"),
        (("schedule", "set", "nightly", "02:00", "--time-zone", "Mars/Base"), 2, "no time zone"),
        (
            ("schedule", "set", "nightly", "02:00", "--time-zone", "../etc/passwd"),
            2,
            "no time zone",
        ),
        (("schedule", "set", "nightly", "02:00", "--jitter", "10h"), 2, "cannot be spread"),
        (("schedule", "set", "nightly", "after", "retry", "1h"), 2, "cannot follow"),
        (("schedule", "set", "nightly", "after", "nightly", "1h"), 2, "cannot follow"),
        (("schedule", "set", "retry", "after", "lunch", "1h"), 4, "no job 'lunch'"),
        (("schedule", "set", "nigthly", "02:00"), 4, "no job 'nigthly'"),
        (("schedule", "set", "nightly", "02:00", "--tenant", "nobody"), 4, "nobody"),
        (("schedule", "set", "netbox", "02:00", "--tenant", "acme"), 2, "for all at once"),
        (("schedule", "set", "nightly"), 2, "TRIGGER"),
        (("scheduler", "--run", "nigthly"), 4, "no job 'nigthly'"),
        (("scheduler", "--run", "nightly", "--list"), 2, "give one of them"),
        (("scheduler", "--tenant", "acme"), 2, "go with --list or --run"),
        (("scheduler", "--as", "ana"), 2, "leave --as out"),
        (("blackout", "add", "--until", "2d"), 2, "--reason"),
        (("blackout", "add", "--reason", "x"), 2, "has an end"),
        (("blackout", "add", "--reason", "x", "--until", "yesterday"), 2, "over before it begins"),
        (("blackout", "add", "--reason", "x", "--until", "soon"), 2, "is no time"),
        (("blackout", "add", "--reason", "x", "--each", "sat 22:00"), 2, "add `--for 6h`"),
        (("blackout", "add", "--reason", "x", "--until", "900d"), 2, "more than a year"),
        (("blackout", "add", "--reason", "x", "--each", "02:00", "--for", "24h"), 2, "never ends"),
        (("blackout", "add", "--reason", "x", "--each", "01:00", "--for", "3h"), 2, "never begin"),
        (
            ("blackout", "add", "--reason", "x", "--each", "0 2 30 2 *", "--for", "1h"),
            2,
            "never comes",
        ),
        (("blackout", "add", "--reason", "\x1b[2J", "--until", "2d"), 2, "wants a reason"),
        (("blackout", "end", "zzz"), 4, "no black-out 'zzz'"),
        (("blackout", "remove", ""), 4, "no black-out ''"),
    ],
)
def test_what_cannot_come_true_is_refused_by_one_sentence_and_nothing_is_written(
    netwb: Commands, stored: sqlite3.Connection, words: tuple[str, ...], status: int, says: str
) -> None:
    ran = netwb(*words)

    assert (ran.status, ran.out) == (status, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert rows(stored) == 0


def test_a_schedule_is_refused_whose_times_all_lie_in_a_blackout(
    netwb: Commands, stored: sqlite3.Connection
) -> None:
    added = netwb("blackout", "add", "--each", "sun 01:00", "--for", "3h", "--reason", "window")
    assert added.status == 0

    refused = netwb("schedule", "set", "nightly", "sun", "02:00", "--tenant", "acme")

    assert refused.status == 2
    assert "each time lies in a black-out" in refused.err
    assert rows(stored) == 1


def test_a_blackout_is_added_listed_ended_and_removed(netwb: Commands) -> None:
    added = netwb(
        *("blackout", "add", "--tenant", "acme", "--until", "6h", "--reason", "CHG1", "--json")
    ).json
    assert (added["place"], added["state"], added["reason"]) == ("acme", "holds", "CHG1")
    overlapping = netwb("blackout", "add", "--tenant", "acme", "--until", "2d", "--reason", "CHG2")
    assert (overlapping.status, added["id"] in overlapping.err) == (2, True)

    netwb("blackout", "add", "--each", "sat 22:00", "--for", "6h", "--reason", "window")
    items = netwb("blackout", "list", "--json").json["items"]
    assert [(one["place"], one["when"]) for one in items][1] == ("", "sat 22:00 for 6h")
    assert netwb("blackout", "end", added["id"][:8]).status == 0
    states = {one["id"]: one["state"] for one in netwb("blackout", "list", "--json").json["items"]}
    assert states[added["id"]] == "over"
    assert netwb("blackout", "remove", added["id"]).status == 0
    assert len(netwb("blackout", "list", "--json").json["items"]) == 1


def test_an_end_that_is_a_length_counts_from_the_beginning(netwb: Commands) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)

    ran = netwb(
        *("blackout", "add", "--reason", "x", "--from", start.isoformat(), "--until", "3h"),
        "--json",
    )

    assert ran.status == 0
    assert datetime.fromisoformat(ran.json["until_at"]) == start + timedelta(hours=3)


def test_the_answer_says_what_a_blackout_holds_back_from_now_and_what_only_comes(
    netwb: Commands,
) -> None:
    words = ("blackout", "add", "--reason", "x", "--tenant")
    held = netwb(*words, "acme", "--from", "2 days ago", "--until", "4d")
    now = netwb(*words, "umbra", "--from", "now", "--until", "2d", "--json")
    in_three_days = f"{datetime.now(UTC) + timedelta(days=3):%a}".lower()
    comes = netwb("blackout", "add", "--each", f"{in_three_days} 22:00", "--for", "6h", *words[2:4])

    assert "; from now until 2" in held.err
    assert "UTC it holds back nightly, retry" in held.err
    assert now.json["state"] == "holds"
    assert "; it comes at 2" in comes.err


def test_a_tenants_engineer_sets_its_own_times_and_neither_sees_nor_sets_those_of_others(
    netwb: Commands,
) -> None:
    netwb("schedule", "set", "nightly", "03:00", "--tenant", "umbra")
    netwb("blackout", "add", "--tenant", "umbra", "--until", "6h", "--reason", "secret plan")

    assert (
        netwb("schedule", "set", "nightly", "04:00", "--tenant", "acme", "--as", "ana").status == 0
    )
    for words in (
        ("schedule", "set", "nightly", "04:00"),
        ("blackout", "add", "--until", "6h", "--reason", "x"),
        ("scheduler", "--run", "nightly"),
    ):
        assert netwb(*words, "--as", "ana").status == 3, words
    foreign = netwb("schedule", "set", "nightly", "04:00", "--tenant", "umbra", "--as", "ana")
    assert foreign.status == 4
    shown = netwb("scheduler", "--list", "--json", "--as", "ana").out
    shown += netwb("blackout", "list", "--json", "--as", "ana").out
    assert "umbra" not in shown
    assert "secret plan" not in shown
    assert "acme" in shown


def test_a_customer_sees_no_daemon(netwb: Commands) -> None:
    for words in (("scheduler", "--list"), ("schedule", "list"), ("blackout", "list")):
        assert netwb(*words, "--as", "cat").status == 3


def test_every_row_of_the_table_names_a_method_and_lanes_and_triggers_that_are_there() -> None:
    names = [job.name for job in shared("scheduler.jobs").JOBS]

    assert len(set(names)) == len(names)
    for job in shared("scheduler.jobs").JOBS:
        assert callable(getattr(Workbench, job.method)), job.name
        assert parse_trigger(job.trigger).text == job.trigger, job.name
