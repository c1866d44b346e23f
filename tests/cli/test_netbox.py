"""`netwb netbox`: set, plan, sync; what waits is said, and an answer is one document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.workbench import Workbench
from tests.cli.commands import Commands
from tests.inventory.netbox_server import TOKEN, Netbox, device, serving


@pytest.fixture
def netbox() -> Iterator[Netbox]:
    with serving(*(device(n, f"edge{n}") for n in range(1, 5))) as found:
        yield found


@pytest.fixture
def netwb(
    tmp_path: Path,
    netbox: Netbox,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    """The command over a home with one tenant, whose NetBox is set."""
    made = Workbench.create(tmp_path / "home", environment={})
    made.add_tenant("acme", name="Acme Ltd")
    made.add_site("acme/fra1")
    made.close()
    monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
    netwb = Commands(tmp_path / "home", capsys)
    ran = netwb("netbox", "set", "acme", netbox.url, "--token", "env:NETBOX_TOKEN", "--reference")
    assert ran.status == 0, ran.err
    return netwb


def test_a_plan_is_shown_and_then_done(netwb: Commands) -> None:
    plan = netwb("netbox", "plan", "acme")
    assert plan.status == 0, plan.err
    assert "edge4" in plan.out
    assert "4 added, 0 changed, 0 retired, 0 unchanged, 0 renamed" in plan.err

    done = netwb("netbox", "sync")
    assert done.status == 0, done.err
    assert "4 added" in done.err
    assert "nothing to change" in netwb("netbox", "plan", "acme").out


def test_a_plan_that_waits_is_said_and_taken(netwb: Commands, netbox: Netbox) -> None:
    netwb("netbox", "sync", "acme")
    netbox.devices = netbox.devices[:2]

    waiting = netwb("netbox", "sync", "acme", "--json")
    assert waiting.status == 1
    assert waiting.json["waiting"] == ["acme"]
    (listed,) = netwb("netbox", "list", "--json").json["items"]
    plan = netwb("netbox", "plan", "acme", "--json").json
    assert plan["waits"] is True
    assert plan["plan"] == listed["waiting"]
    assert f"--accept {plan['plan']}" in listed["waiting_says"]

    wrong = netwb("netbox", "sync", "acme", "--accept", "0" * 12)
    assert wrong.status == 2
    assert "is not what NetBox" in wrong.err
    taken = netwb("netbox", "sync", "acme", "--accept", plan["plan"])
    assert taken.status == 0, taken.err
    assert "2 retired" in taken.err
    assert len(netwb("device", "list", "--json").json["items"]) == 2


def test_a_netbox_that_is_down_is_one_sentence_and_status_5(
    netwb: Commands, netbox: Netbox
) -> None:
    netbox.answer = lambda handler, _: handler.send(500, b"")

    ran = netwb("netbox", "plan", "acme")

    assert ran.status == 5
    assert f"NetBox {netbox.url} answers 500" in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("set", "acme", "http://netbox.example.net", "--token", "env:NETBOX_TOKEN"), 2, "https"),
        (("set", "acme", "https://n.example.net", "--token", "s3cret"), 2, "never taken from"),
        (("set", "acme", "https://n.example.net"), 2, "--token"),
        (("sync", "--accept", "x"), 2, "name the TENANT"),
        (("plan", "nobody"), 4, "nobody"),
        (("unset", "nobody"), 4, "nobody"),
    ],
)
def test_what_is_wrong_is_said(
    netwb: Commands, arguments: tuple[str, ...], status: int, said: str
) -> None:
    ran = netwb("netbox", *arguments)

    assert ran.status == status
    assert said in ran.err
    assert "s3cret" not in ran.err


def test_without_one_there_is_nothing_to_do(netwb: Commands) -> None:
    assert netwb("netbox", "unset", "acme").status == 0

    assert "no tenant meant has a NetBox" in netwb("netbox", "sync").err
    assert "no tenant has a NetBox" in netwb("netbox", "list").out
