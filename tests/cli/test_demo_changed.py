"""A demo goes on whatever a person did to its inventory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.cli.conftest import BuiltDemo


@pytest.fixture
def demo(built_demo: BuiltDemo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(built_demo.copied(tmp_path / "demo"), capsys)


def shown_device(demo: Commands) -> str:
    """The device whose last change a start shows."""
    head = next(line for line in demo("demo", "--once").out.splitlines() if "last change" in line)
    return head.partition("last change of ")[2].split()[0]


def test_a_demo_whose_device_got_another_name_goes_on_with_it(demo: Commands) -> None:
    before = shown_device(demo)
    assert demo("device", "rename", before, "renamed").status == 0

    again = demo("demo", "--once")

    assert again.status == 0, again.err
    assert "3 unchanged" in again.out
    assert f"The last change of {before} " not in again.out
    assert "The last change of " in again.out


def test_a_demo_whose_device_was_retired_goes_on_without_it(demo: Commands) -> None:
    assert demo("device", "retire", shown_device(demo)).status == 0

    again = demo("demo", "--once")

    assert again.status == 0, again.err
    assert "2 unchanged" in again.out


def test_a_demo_whose_space_was_taken_away_defends_what_is_left(demo: Commands) -> None:
    for prefix in demo("prefix", "list", "--json").json["items"]:
        assert demo("prefix", "retire", prefix["network"]).status == 0
    for router in demo("trigger", "list", "--json").json["items"]:
        name = f"{router['tenant']}/{router['hostname']}"
        assert demo("trigger", "retire", name).status == 0
        assert demo("device", "rename", name, "elsewhere").status == 0

    assert demo("demo", "--once").status == 0
