"""`netwb report` as a person types it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.cli.exits import BAD_INPUT, NOT_FOUND, NOT_PERMITTED
from netwb.errors import UnreachableError
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.cli.commands import Commands

MONTH = ("--month", "2026-01")  # the command reads the machine's clock: it is over


def a_night(made: Rig) -> None:
    made.clock.now = datetime(2026, 1, 30, 2, 5, tzinfo=UTC)
    made.answer("acme/edge1", UnreachableError("no answer on 127.0.0.1:22"))
    made.back_up("acme/edge1")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("edge1",)}, past=a_night) as made:
        made.bench.add_user(NewUser(name="vera", role=Role.VIEWER, tenants=("acme",)))
        yield made


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def test_tables_are_for_stdout_and_sentences_for_stderr(netwb: Commands) -> None:
    ran = netwb("report", "coverage", "--month", "2026-11")

    assert ran.status == 0
    assert ran.err.startswith("Backups of all tenants in 2026-11\n")
    assert "acme/edge1" in ran.out


def test_json_has_what_a_program_would_have_to_count(netwb: Commands) -> None:
    coverage = netwb("report", "coverage", "--month", "2026-11", "--json").json
    access = netwb("report", "access", "--month", "2026-11", "--json").json

    assert {one["tenant"] for one in coverage["devices"]} == {"acme", "umbra"}
    assert {"due", "saved", "nights", "gap", "copy_known"} <= set(coverage["devices"][0])
    assert {slug: one["devices"] for slug, one in coverage["tenants"].items()} == {
        "acme": 1,
        "umbra": 1,
    }
    assert coverage["summary"].startswith("2 devices:")
    assert access["chain"]["whole"] is True
    assert "tenant.add" not in {one["action"] for one in access["changes"]}


def test_files_are_written_and_never_written_over(netwb: Commands, tmp_path: Path) -> None:
    paper, table = tmp_path / "nights.pdf", tmp_path / "nights.csv"
    words = ("report", "coverage", "--month", "2026-11", "--pdf", str(paper), "--csv", str(table))

    first, again = netwb(*words), netwb(*words)

    assert first.status == 0, first.err
    assert first.out == ""
    assert paper.read_bytes().startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert [row["tenant"] for row in rows] == ["acme", "umbra", "sum"]
    assert again.status == BAD_INPUT
    assert "is there already; name a new file" in again.err


def test_a_tenant_that_is_not_there_and_a_month_that_is_none_are_refused(netwb: Commands) -> None:
    assert netwb("report", "access", "--tenant", "nobody").status == NOT_FOUND
    refused = netwb("report", "coverage", "--month", "Nov")
    assert (refused.status, "write it as 2026-11" in refused.err) == (BAD_INPUT, True)


def test_who_lacks_the_right_is_told_which(netwb: Commands) -> None:
    ran = netwb("report", "access", *MONTH, "--as", "vera")

    assert ran.status == NOT_PERMITTED
    assert "audit.view" in ran.err
