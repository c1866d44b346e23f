"""A key that asks for a passphrase is refused when it is given, not at the first push."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from netwb.archive.remote.login_key import require_unlocked
from netwb.errors import InputError


def made_key(folder: Path, words: str, *options: str) -> str:
    file = folder / "key"
    command = ["ssh-keygen", "-q", *options, "-N", words, "-f", str(file)]
    subprocess.run(command, check=True)
    return file.read_text()


@pytest.mark.parametrize(
    "options",
    [("-t", "ed25519"), ("-t", "rsa", "-m", "PEM"), ("-t", "rsa", "-m", "PKCS8")],
    ids=["openssh", "pem", "pkcs8"],
)
def test_a_key_with_a_passphrase_is_refused_and_one_without_is_taken(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "locked").mkdir()
    locked = made_key(tmp_path / "locked", "seven horses", *options)

    with pytest.raises(InputError, match="has a passphrase") as refused:
        require_unlocked(locked)

    assert locked.splitlines()[-2] not in str(refused.value)
    require_unlocked(made_key(tmp_path, "", *options))


@pytest.mark.parametrize(
    "text",
    ["", "no key", "-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END OPENSSH PRIVATE KEY-----"],
)
def test_what_is_no_key_is_for_ssh_to_judge(text: str) -> None:
    require_unlocked(text)
