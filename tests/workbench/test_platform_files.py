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


def test_a_startup_configuration_is_asked_for_where_the_record_or_the_setting_says_so(
    tmp_path: Path,
) -> None:
    platforms = load_platforms(tmp_path, startup="cisco_ios , arista_eos,")

    asked = {name for name, record in platforms.items() if record.startup_asked}

    assert asked == {"arista_eos", "cisco_ios"}
    assert {n for n, record in load_platforms(tmp_path).items() if record.startup_asked} == {
        "arista_eos"
    }


def test_what_is_made_from_a_record_is_kept_where_its_startup_is_asked_for(tmp_path: Path) -> None:
    first, second = (load_platforms(tmp_path, startup="cisco_ios") for _ in range(2))

    assert first["cisco_ios"] is second["cisco_ios"]


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        ("cisco_iso", "'cisco_iso', unknown;"),
        (
            "cisco_ios, juniper_junos",
            "'juniper_junos', whose startup configuration cannot be asked for;",
        ),
        ("frr", "'frr', whose startup configuration cannot be asked for;"),
    ],
)
def test_a_startup_configuration_that_cannot_be_asked_for_is_said_at_once(
    tmp_path: Path, named: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_platforms(tmp_path, startup=named)

    able = "arista_eos, cisco_ios, cisco_nxos"
    assert str(refused.value) == (
        f"setting collect.startup names {fault} take it out, or name one of {able}"
    )


def test_a_record_says_by_itself_whether_its_startup_is_asked_for_by_true_or_false(
    tmp_path: Path,
) -> None:
    ours = (files("netwb.platforms") / "cisco_ios.toml").read_text()
    (tmp_path / "own.toml").write_text(ours.replace("unasked = false", 'unasked = "no"'))

    with pytest.raises(SettingsError, match="`startup_unasked` is true or false"):
        load_platforms(tmp_path)
