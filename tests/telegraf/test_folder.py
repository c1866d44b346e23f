"""A shard's folder: only what changed is written, operators' files stay, secrets are the owner's."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.errors import HomeError
from netwb.telegraf.environment import parse_environment
from netwb.telegraf.folder import ShardFolder, write_shard
from tests.telegraf.ground import INFLUX, rendered, target

NO_SECRET = replace(INFLUX, secret="", username="")
FRA, BER = "telegraf.d/netwb-acme.fra1.conf", "telegraf.d/netwb-acme.ber1.conf"


def stamps(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_shard_is_written_with_its_secrets_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "main"

    written = write_shard(folder, rendered(target(), target("b", site="ber1")))

    assert written == 4
    assert set(stamps(folder)) == {"telegraf.conf", "environment", FRA, BER}
    environment = parse_environment((folder / "environment").read_text())
    assert environment["SNMP_ACME__SNMP_COMMUNITY"] == "Pub1icRead"


def test_files_are_the_owner_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_shard(tmp_path / "main", rendered(target()))
    finally:
        os.umask(before)

    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "main").rglob("*.*")}
    assert (tmp_path / "main" / "environment").stat().st_mode & 0o777 == 0o600
    assert modes == {0o600, 0o700}


def test_nothing_changed_writes_nothing(tmp_path: Path) -> None:
    files = rendered(target(), target("b", site="ber1"))
    write_shard(tmp_path, files)
    before = stamps(tmp_path)

    assert write_shard(tmp_path, files) == 0
    assert stamps(tmp_path) == before


def test_one_changed_device_writes_one_file(tmp_path: Path) -> None:
    write_shard(tmp_path, rendered(target(), target("b", site="ber1")))
    before = stamps(tmp_path)

    write_shard(tmp_path, rendered(target(address="192.0.2.9"), target("b", site="ber1")))

    after = stamps(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {FRA}


def test_a_site_without_devices_loses_its_file_and_operators_keep_theirs(tmp_path: Path) -> None:
    write_shard(tmp_path, rendered(target(), target("b", site="ber1")))
    own = tmp_path / "telegraf.d" / "cpu.conf"
    own.write_text("[[inputs.cpu]]\n")

    write_shard(tmp_path, rendered(target()))

    assert not (tmp_path / BER).exists()
    assert ShardFolder(tmp_path).snippets() == {"telegraf.d/cpu.conf": "[[inputs.cpu]]\n"}


def test_what_a_process_left_that_died_is_cleared_and_was_never_read(tmp_path: Path) -> None:
    write_shard(tmp_path, rendered(target()))
    left = tmp_path / f".{FRA.replace('/', '_')}.new"
    left.write_text("half a te")

    assert ShardFolder(tmp_path).snippets() == {}
    write_shard(tmp_path, rendered(target()))

    assert not left.exists()


def test_the_last_secret_that_goes_takes_its_file_along(tmp_path: Path) -> None:
    write_shard(tmp_path, rendered(target()))

    write_shard(tmp_path, rendered(target(login=None, no_login="none"), output=NO_SECRET))

    assert not (tmp_path / "environment").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "main").write_text("a file")

    with pytest.raises(HomeError, match="main cannot be used"):
        write_shard(tmp_path / "main", rendered(target()))


def test_a_place_that_is_taken_by_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / FRA).mkdir(parents=True)

    with pytest.raises(HomeError, match=r"netwb-acme\.fra1\.conf cannot be used"):
        write_shard(tmp_path, rendered(target()))
