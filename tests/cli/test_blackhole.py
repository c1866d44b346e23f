"""`netwb blackhole`: one document, one sentence, and the contract's exits; without any router."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.inventory.records import NewDevice
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.cli.commands import Commands

ADDRESS = "203.0.113.10"
WHY = ("--reason", "CHG1")


@pytest.fixture
def netwb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """A home with a prefix, a trigger, and nobody alive that would end a blackhole."""
    made = Workbench.create(tmp_path / "home", environment={})
    made.add_tenant("acme", name="Acme")
    made.add_site("acme/fra1")
    made.add_device(
        NewDevice(tenant="acme", site="fra1", hostname="trg1", address="127.0.0.1", platform="frr")
    )
    made.add_prefix("acme", "203.0.113.0/24", mode="auto")
    made.add_trigger("trg1")
    made.add_user(NewUser(name="ana", role=Role.ENGINEER, tenants=None))
    made.add_user(NewUser(name="eva", role=Role.VIEWER, tenants=None))
    made.close()
    return Commands(tmp_path / "home", capsys)


def test_a_dry_run_has_the_shape_that_scripts_rely_on(netwb: Commands) -> None:
    held = netwb("blackhole", "add", ADDRESS, "--minutes", "30", *WHY, "--dry-run", "--json")
    denied = netwb("blackhole", "add", "8.8.8.8", *WHY, "--dry-run", "--json")

    assert {"id", "prefix", "state", "reasons", "commands"} <= set(held.json)
    assert (held.status, held.json["state"], held.json["prefix"]) == (0, "held", f"{ADDRESS}/32")
    assert "ip route 203.0.113.10/32 Null0 tag 666" in held.json["commands"]
    assert (denied.status, denied.json["state"]) == (1, "denied")
    assert netwb("blackhole", "list", "--json").json["items"] == []


@pytest.mark.parametrize("prefix", ["edge1", "203.0.113.10/33", "010.0.0.1", ""])
def test_a_malformed_prefix_is_bad_input(netwb: Commands, prefix: str) -> None:
    done = netwb("blackhole", "add", prefix, *WHY)

    assert done.status == 2
    assert done.out == ""


def test_one_that_is_held_is_listed_shown_and_answered(netwb: Commands) -> None:
    held = netwb("blackhole", "add", ADDRESS, *WHY, "--as", "ana", "--json").json
    listed = netwb("blackhole", "list", "--state", "held", "--json").json["items"]
    shown = netwb("blackhole", "show", ADDRESS, "--json").json["blackhole"]
    own = netwb("blackhole", "approve", held["id"], "--as", "ana")
    gone = netwb("blackhole", "deny", held["id"], *WHY, "--as", "ana")
    again = netwb("blackhole", "withdraw", held["id"], *WHY)

    assert held["state"] == "held"
    assert [one["id"] for one in listed] == [held["id"]]
    assert shown["reasons"]
    assert (own.status, "another person" in own.err) == (3, True)
    assert gone.status == 0
    assert "denied" in gone.err
    assert again.status == 2
    assert netwb("blackhole", "show", "no-such-id").status == 4


def test_a_pause_is_said_and_ends(netwb: Commands) -> None:
    paused = netwb("blackhole", "pause", *WHY, "--as", "ana")
    listed = netwb("blackhole", "list")
    resumed = netwb("blackhole", "resume")
    again = netwb("blackhole", "resume")

    assert (paused.status, resumed.status, again.status) == (0, 0, 2)
    assert "paused since" in listed.err
    assert "by ana: CHG1" in listed.err
    assert "start `netwb scheduler`" in listed.err


def test_who_may_not_is_told_which_right_is_missing(netwb: Commands) -> None:
    done = netwb("blackhole", "add", ADDRESS, *WHY, "--as", "eva")

    assert done.status == 3
    assert "blackhole.request" in done.err


def test_without_a_reason_nothing_is_done(netwb: Commands) -> None:
    for words in (("add", ADDRESS), ("withdraw-all",), ("pause",)):
        assert netwb("blackhole", *words).status == 2
    assert netwb("blackhole", "withdraw-all", *WHY, "--json").json["items"] == []


def test_the_chain_names_every_step_and_ends_with_one_where_it_breaks(netwb: Commands) -> None:
    done = netwb("blackhole", "test", ADDRESS, "--json")

    steps = {one["step"]: one["is_good"] for one in done.json["steps"]}
    assert done.status == 1
    assert steps == {
        "guard": False,
        "expiry": False,
        "detectors": False,
        "trigger acme/trg1": False,
        "edge": False,
    }


def test_an_unreachable_router_is_named_by_a_comparison(netwb: Commands) -> None:
    done = netwb("blackhole", "reconcile", "--json")

    (router,) = done.json["routers"]
    assert done.status == 1
    assert router["hostname"] == "trg1"
    assert router["fault"]


def test_one_that_nobody_sends_yet_says_who_would(netwb: Commands, tmp_path: Path) -> None:
    """The daemon was alive a moment ago, and is not any more."""
    with closing(Workbench.open(tmp_path / "home", environment={})) as bench:
        bench._parts.attacks.heads.beat("host|1|gone")

    done = netwb("blackhole", "add", ADDRESS, *WHY)

    assert done.status == 1
    assert "is intended until" in done.err
    assert "no router has it yet" in done.err
    assert "`netwb scheduler`" in done.err


def test_an_ipv4_address_within_ipv6_is_written_by_its_dots_everywhere(netwb: Commands) -> None:
    denied = netwb("blackhole", "add", "::ffff:203.0.113.7", *WHY, "--json")
    listed, shown = netwb("blackhole", "list"), netwb("blackhole", "show", "::ffff:203.0.113.7")
    (item,) = netwb("blackhole", "list", "--json").json["items"]

    assert (denied.json["state"], denied.json["prefix"]) == ("denied", "::ffff:203.0.113.7/128")
    assert item["network"] == "::ffff:203.0.113.7/128"
    assert "::ffff:203.0.113.7/128" in listed.out
    assert "::ffff:203.0.113.7/128" in shown.out
    assert "cb00:7107" not in listed.out + shown.out + denied.out
