"""The home folder."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from netwb.errors import HomeError, SettingsError
from netwb.setting_layers import build_settings
from netwb.workbench.compose import read_settings
from netwb.workbench.home import (
    Home,
    create_home,
    find_home,
    read_settings_file,
    require_home,
    settings_template,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_option_wins_over_the_environment(tmp_path: Path) -> None:
    environment = {"NETWB_HOME": str(tmp_path / "b")}

    assert find_home(tmp_path / "a", environment).path == tmp_path / "a"
    assert find_home(None, environment).path == tmp_path / "b"
    assert find_home(None, {}).path.name == "netwb"


def test_a_new_home_is_its_owners_alone(home: Home) -> None:
    create_home(home)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.path.iterdir()}
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert modes["archive"] == modes["quarantine"] == 0o700
    assert modes["netwb.toml"] == 0o600


def test_setting_up_twice_keeps_what_is_there(home: Home) -> None:
    create_home(home)
    home.settings_file.write_text("[collect]\nsessions = 7\n")

    create_home(home)

    assert read_settings_file(home) == {"collect": {"sessions": 7}}


def test_the_template_is_toml_and_changes_nothing() -> None:
    assert build_settings(tomllib.loads(settings_template())) == build_settings()


def test_the_template_uncommented_is_every_default() -> None:
    lines = settings_template().splitlines()
    values = [line.removeprefix("# ") for line in lines if " = " in line or line.startswith("[")]

    assert build_settings(tomllib.loads("\n".join(values))) == build_settings()


def test_a_home_that_is_not_set_up_names_the_cure(home: Home) -> None:
    with pytest.raises(HomeError, match="netwb init"):
        require_home(home)


def test_a_home_open_to_others_is_refused(home: Home) -> None:
    create_home(home)
    home.path.chmod(0o750)

    with pytest.raises(HomeError, match="chmod 700"):
        require_home(home)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(HomeError, match="cannot be made"):
        create_home(Home(tmp_path / "file" / "home"))


def test_a_broken_settings_file_is_named(home: Home) -> None:
    create_home(home)
    home.settings_file.write_text("[collect\n")

    with pytest.raises(SettingsError, match=r"netwb\.toml is not TOML"):
        read_settings_file(home)


def test_a_section_that_is_pasted_below_the_one_that_is_there_is_named_with_both_lines(
    home: Home,
) -> None:
    create_home(home)
    text = home.settings_file.read_text()
    first = text.splitlines().index("[self_backup]") + 1
    home.settings_file.write_text(f"{text}[self_backup]\nfolder = '/backup'\n")
    second = len(text.splitlines()) + 1

    with pytest.raises(
        SettingsError, match=rf"\[self_backup\] in line {first} and again in line {second}"
    ):
        read_settings_file(home)


@pytest.mark.parametrize("name", ["web", "scheduler"])
def test_a_zone_that_is_not_known_is_named(home: Home, name: str) -> None:
    create_home(home)

    with pytest.raises(SettingsError, match=f"{name}.time_zone: 'Mars/Base' is no time zone"):
        read_settings(home, {f"NETWB_{name.upper()}__TIME_ZONE": "Mars/Base"})
