"""The platforms' records: ours parsed when asked for, a home's own at once and in place of ours."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from netwb.errors import SettingsError
from netwb.platforms import parse
from netwb.workbench.platform_files import load_platforms


def test_a_record_of_ours_has_the_name_of_its_file(tmp_path: Path) -> None:
    platforms = load_platforms(tmp_path)

    assert len(platforms) >= 6
    assert {name: record.name for name, record in platforms.items()} == {n: n for n in platforms}


def test_none_of_ours_is_parsed_before_it_is_asked_for(tmp_path: Path) -> None:
    parse.parse_platform.cache_clear()

    platforms = load_platforms(tmp_path)
    names = list(platforms)

    assert "frr" in platforms
    assert "cisco_ios" in names
    assert parse.parse_platform.cache_info().misses == 0
    assert platforms["frr"] is platforms["frr"]
    assert parse.parse_platform.cache_info().misses == 1


def test_what_nobody_has_a_record_of_is_not_there(tmp_path: Path) -> None:
    platforms = load_platforms(tmp_path)

    assert "acme_os" not in platforms
    assert platforms.get("acme_os") is None
    assert platforms.get("") is None


def test_a_homes_own_record_is_in_the_place_of_ours(tmp_path: Path) -> None:
    ours = (files("netwb.platforms") / "frr.toml").read_text()
    own = ours.replace("enable password", "our own password", 1)
    (tmp_path / "any_name.toml").write_text(own)
    (tmp_path / "another.toml").write_text(ours.replace('name = "frr"', 'name = "acme_os"', 1))

    platforms = load_platforms(tmp_path)

    assert "our own password" in {rule.name for rule in platforms["frr"].secrets}
    assert platforms["acme_os"].name == "acme_os"
    assert sorted(platforms) == sorted({*load_platforms(tmp_path / "none"), "acme_os"})
    assert len(platforms) == len(list(platforms))


def test_a_homes_own_record_that_is_broken_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "acme_os.toml").write_text('name = "acme_os"\n')

    with pytest.raises(SettingsError, match=r"acme_os\.toml is not usable"):
        load_platforms(tmp_path)
