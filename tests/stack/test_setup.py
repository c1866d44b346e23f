"""`telegraf/setup`: passwords that nobody else has, made once."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.stack.folders import copied, ran

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
