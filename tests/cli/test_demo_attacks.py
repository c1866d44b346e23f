"""The demo's attacks: one from its report to its end at each start, and one every few minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.cli.demo.attacks import Detector, attack_once
from netwb.cli.demo.playing import play
from netwb.cli.demo.state import new_state
from tests.blackhole.engine.network import World, world
from tests.cli.commands import Commands


def test_a_demo_shows_an_attack_from_its_report_to_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    netwb = Commands(tmp_path / "demo", capsys)

    attack = netwb("demo", "--once", "--devices", "6", "--json").json["attack"]

    assert (attack["prefix"], attack["tenant"]) == ("203.0.113.20/32", "acme")
    assert (attack["state"], attack["routers"], attack["of"]) == ("announced", 2, 2)
    assert attack["withdrawn_s"] is not None
    states = {
        one["network"]: one["state"] for one in netwb("blackhole", "list", "--json").json["items"]
    }
    assert states == {"203.0.113.20/32": "withdrawn", "203.0.113.53/32": "held"}
    (site,) = [one for one in netwb("site", "list", "--json").json["items"] if one["shadow"]]
    assert (site["tenant"], site["slug"]) == ("umbra", "osl1")

    again = netwb("demo", "--once")  # it goes on, and its detector has another key
    assert "203.0.113.20/32, of acme: fnm1 reports udp_flood" in again.out
    assert "dropped on 2 of 2 routers" in again.out


def test_a_demo_without_a_provider_shows_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    short = replace(new_state(datetime.now(UTC), devices=1), nights=2)

    play(home, short, once=True, port=None, as_json=True)

    assert json.loads(capsys.readouterr().out)["attack"] is None


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.clock.now = datetime.now(UTC)
        made.turn()
        yield made


def test_an_attack_comes_and_one_waits_for_a_person_but_never_two(there: World) -> None:
    bench = there.made.bench
    bench.add_prefix("acme", "203.0.113.48/28", mode="approve")
    detector = Detector(bench, bench.add_sender("fnm1").key)

    for number in range(2):
        attack_once(bench, detector, number * 5)
        there.turn()

    states = [(str(one.network), one.state) for one in there.blackholes()]
    assert sorted(states) == [
        ("203.0.113.21/32", "announced"),
        ("203.0.113.22/32", "announced"),
        ("203.0.113.53/32", "held"),
    ]
