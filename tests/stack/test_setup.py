"""`telegraf/setup`: passwords that nobody else has, made once."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from netwb.notify.signing import parse_key
from tests.stack.folders import copied, ran

NETWB = 10001  # in its container
pytestmark = pytest.mark.real  # openssl makes the certificate


def variables(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_passwords_are_random_and_the_files_are_the_owners(tmp_path: Path) -> None:
    folder, other = copied(tmp_path / "one"), copied(tmp_path / "two")

    done = ran(folder / "setup", "netwb.example.net")
    ran(other / "setup", "netwb.example.net")

    made = variables(folder)
    passwords = [value for name, value in made.items() if name.endswith("_PASSWORD")]
    assert done.returncode == 0, done.stderr
    assert len(set(passwords)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{48}", one) for one in passwords)
    assert not set(passwords) & set(variables(other).values())
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert not any(one in done.stdout + done.stderr for one in passwords)
    key = made["FASTNETMON_SENDER_KEY"]
    assert len(parse_key(key)) == 32
    assert key != variables(other)["FASTNETMON_SENDER_KEY"]
    assert key not in done.stdout + done.stderr


def test_a_stack_from_before_there_were_senders_gets_a_key_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    folder = copied(tmp_path)
    ran(folder / "setup", "netwb.example.net")
    lines = (folder / ".env").read_text().splitlines()
    before = "".join(f"{line}\n" for line in lines if "SENDER_KEY" not in line)
    (folder / ".env").write_text(before)

    done = ran(folder / "setup", "netwb.example.net")

    after = (folder / ".env").read_text()
    assert "has a key for FastNetMon's script now" in done.stdout
    assert after.startswith(before)
    assert len(parse_key(variables(folder)["FASTNETMON_SENDER_KEY"])) == 32
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    ran(folder / "setup", "netwb.example.net")
    before = {path: path.read_bytes() for path in (folder / ".env", *(folder / "tls").iterdir())}

    again = ran(folder / "setup", "other.example.net")

    assert again.returncode == 0
    assert again.stdout.count("left alone") == 2
    assert {path: path.read_bytes() for path in before} == before


def test_the_certificate_is_for_the_host(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    ran(folder / "setup", "netwb.example.net")

    show = ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in"]
    shown = subprocess.run(
        [*show, str(folder / "tls/certificate.pem")], capture_output=True, text=True, check=True
    ).stdout

    assert "DNS:netwb.example.net" in shown
    assert "IP Address:127.0.0.1" in shown


@pytest.mark.parametrize("name", ["a b", "x;id", "-x", "$(id)", "a\nb", "a/b"])
def test_what_is_no_host_name_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)

    done = ran(folder / "setup", name)

    assert done.returncode == 2
    assert not (folder / ".env").exists()


def test_the_key_of_the_certificate_is_netwbs_alone_where_root_made_it(tmp_path: Path) -> None:
    folder = copied(tmp_path)

    done = ran(folder / "setup", "netwb.example.net")

    key = (folder / "tls" / "key.pem").stat()
    if os.geteuid() == 0:
        assert (key.st_uid, key.st_mode & 0o777) == (NETWB, 0o400)
    else:
        assert "readable by everybody" in done.stdout
    assert f"useradd --uid {NETWB} " in (folder / "netwb.Dockerfile").read_text()
