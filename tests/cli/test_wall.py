"""`netwb wall`: a code on stdout this once, the list, and the end of a wall."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwb.access.records import Origin
from netwb.errors import NotAuthenticatedError
from netwb.workbench import Workbench
from tests.cli.commands import Commands

SCREEN = Origin(address="192.0.2.7", browser="Chrome")


@pytest.fixture
def netwb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    commands = Commands(tmp_path / "home", capsys)
    commands("init")
    commands("tenant", "add", "acme")
    return commands


def bench(tmp_path: Path) -> Workbench:
    return Workbench.open(tmp_path / "home", environment={})


def test_the_code_alone_stands_on_stdout_and_opens_the_wall(
    netwb: Commands, tmp_path: Path
) -> None:
    ran = netwb(
        "wall", "add", "noc, ground floor", "--tenant", "acme", "--networks", "192.0.2.0/24"
    )

    assert ran.status == 0
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}\n", ran.out)
    assert re.fullmatch(
        r"wall noc, ground floor: type it at /wall until \d\d:\d\d UTC; it opens once\n", ran.err
    )
    issued = bench(tmp_path).enroll_wall(ran.out.strip(), origin=SCREEN)
    assert (issued.wall.tenants, issued.wall.networks) == (("acme",), ("192.0.2.0/24",))
    assert ran.out.strip() not in netwb("wall", "list", "--json").out


def test_the_code_is_a_field_for_a_script(netwb: Commands) -> None:
    told = netwb("wall", "add", "noc", "--json").json

    assert set(told) == {"id", "code", "until"}
    assert told["until"].endswith("Z")


def test_the_list_says_where_each_may_stand_and_whether_it_does(
    netwb: Commands, tmp_path: Path
) -> None:
    assert "netwb wall add NAME" in netwb("wall", "list").out
    code = netwb("wall", "add", "noc", "--time-zone", "Europe/Berlin").out.strip()
    bench(tmp_path).enroll_wall(code, origin=SCREEN)

    (row,) = netwb("wall", "list", "--json").json["items"]
    table = netwb("wall", "list").out

    assert (row["name"], row["tenants"], row["address"]) == ("noc", None, "192.0.2.7")
    assert row["time_zone"] == "Europe/Berlin"
    assert "anywhere" in table
    assert "all" in table


def test_a_revoked_wall_shows_nothing_any_more(netwb: Commands, tmp_path: Path) -> None:
    made = netwb("wall", "add", "noc", "--json").json
    opened = bench(tmp_path)
    secret = opened.enroll_wall(made["code"], origin=SCREEN).secret

    assert netwb("wall", "revoke", made["id"]).err == "wall noc is revoked\n"

    assert netwb("wall", "list", "--json").json["items"][0]["revoked_at"]
    with pytest.raises(NotAuthenticatedError):
        opened.at_wall(secret, origin=SCREEN)


def test_a_wall_is_revoked_by_its_name_where_one_alone_has_it(netwb: Commands) -> None:
    first = netwb("wall", "add", "noc", "--json").json
    netwb("wall", "add", "noc")

    refused = netwb("wall", "revoke", "noc")
    netwb("wall", "revoke", first["id"])
    done = netwb("wall", "revoke", "noc")

    assert "2 walls are called 'noc'" in refused.err
    assert done.err == "wall noc is revoked\n"
    assert all(row["revoked_at"] for row in netwb("wall", "list", "--json").json["items"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", " "), "a wall needs a name"),
        (("add", "x" * 201), "name"),
        (("add", "noc", "--tenant", "nowhere"), "nowhere"),
        (("add", "noc", "--networks", "192.0.2.0/99"), "192.0.2.0/99"),
        (("add", "noc", "--time-zone", "Mars/Base"), "Mars/Base"),
        (("revoke", "nothing"), "no wall 'nothing'"),
    ],
    ids=["no-name", "long-name", "no-tenant", "no-network", "no-zone", "no-wall"],
)
def test_what_is_no_wall_is_refused_in_words(
    netwb: Commands, arguments: tuple[str, ...], words: str
) -> None:
    ran = netwb("wall", *arguments)

    assert ran.status != 0
    assert words in ran.err
    assert ran.out == ""
    assert netwb("wall", "list", "--json").json["items"] == []


def test_it_is_for_who_manages_people(netwb: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "words in a long row")
    netwb("user", "add", "eng", "--role", "engineer", "--all-tenants", "--password", "env:PW")

    for arguments in (("add", "noc"), ("list",), ("revoke", "x")):
        assert "lacks access.manage" in netwb("wall", *arguments, "--as", "eng").err
