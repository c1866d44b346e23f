"""What opens a remote, as the environment of one Git child: never an argument, never a prompt.

Over https the name and password go as a header that only that host is sent; over ssh the key is a
file of the home's that lasts as long as the push. A host's key is trusted at first sight, and in a
file of netwb's own, so that no other program's trust counts and a changed key is refused.
Source: git-config(1) `http.<url>.extraHeader`, GIT_CONFIG_COUNT; ssh_config(5).
"""

from __future__ import annotations

import base64
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from netwb.archive.faults import file_error
from netwb.archive.remote.url import PROTOCOLS, RemoteUrl
from netwb.settings import RemoteSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a remote is opened with; empty: what the login's own ssh has, or nothing."""

    username: str = ""
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


class Opener:
    """Opens one tenant's remote.

    folder   0700; holds `<tenant>.hosts`, and `<tenant>.ssh` while a key is in use
    """

    def __init__(self, tenant: str, url: RemoteUrl, folder: Path, settings: RemoteSettings) -> None:
        self._url = url
        self._hosts = folder / f"{tenant}.hosts"
        self._keys = folder / f"{tenant}.ssh"
        self._settings = settings

    def forget_host(self) -> None:
        """Trust the host anew: its key is taken at the next sight."""
        self._hosts.unlink(missing_ok=True)

    def forget(self) -> None:
        """Nothing of it stays here, nor the key that a killed push left."""
        self.forget_host()
        shutil.rmtree(self._keys, ignore_errors=True)

    @contextmanager
    def environment(self, credentials: Credentials) -> Iterator[dict[str, str]]:
        """Variables for Git, as long as the block lasts."""
        with self._key_file(credentials.key) as key:
            yield {
                "GIT_ALLOW_PROTOCOL": PROTOCOLS,
                "GIT_ASKPASS": "false",  # ends with 1: no answer, and no window
                "SSH_ASKPASS": "false",
                "SSH_ASKPASS_REQUIRE": "never",
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_SSH_VARIANT": "ssh",
                "GIT_SSH_COMMAND": self._ssh(key),
                **self._trusted(),
                **_settings(self._git_settings(credentials)),
            }

    @contextmanager
    def _key_file(self, key: str) -> Iterator[Path | None]:
        if not key:
            yield None
            return
        try:
            shutil.rmtree(self._keys, ignore_errors=True)  # of a push that was killed
            self._keys.mkdir(mode=0o700)
            path = self._keys / "key"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key)
        except OSError as error:
            raise file_error(self._keys, error) from error
        try:
            yield path
        finally:
            shutil.rmtree(self._keys, ignore_errors=True)

    def _ssh(self, key: Path | None) -> str:
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(max(1, int(self._settings.answer_timeout_s))),
            "ServerAliveInterval": str(max(1, int(self._settings.answer_timeout_s / 2))),
            "ServerAliveCountMax": "2",
            "StrictHostKeyChecking": "accept-new",
            "UserKnownHostsFile": _ssh_quoted(self._hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "HashKnownHosts": "no",
            "UpdateHostKeys": "no",
            "ForwardAgent": "no",
            "ClearAllForwardings": "yes",
            "PermitLocalCommand": "no",
        }
        if key is not None:
            own = {"IdentityFile": _ssh_quoted(key), "IdentitiesOnly": "yes"}
            options |= {**own, "IdentityAgent": "none"}
        words = ["ssh", "-F", "/dev/null", "-T"]
        for name, value in options.items():
            words += ["-o", f"{name}={value}"]
        return shlex.join(words)

    def _trusted(self) -> dict[str, str]:
        """By a variable, as one of the caller's would win over a setting."""
        file = self._settings.ca_file
        return {"GIT_SSL_CAINFO": str(Path(file).expanduser())} if file else {}

    def _git_settings(self, credentials: Credentials) -> Iterator[tuple[str, str]]:
        yield "credential.helper", ""
        yield "fetch.fsckObjects", "true"
        yield "http.followRedirects", "false"
        yield "http.lowSpeedLimit", "1"
        yield "http.lowSpeedTime", str(max(1, int(self._settings.answer_timeout_s)))
        if self._url.scheme == "https" and credentials.password:
            pair = f"{credentials.username}:{credentials.password}".encode()
            header = f"Authorization: Basic {base64.b64encode(pair).decode()}"
            yield f"http.{self._url.text}.extraHeader", header


def _settings(pairs: Iterator[tuple[str, str]]) -> Mapping[str, str]:
    """Git's settings by variables: arguments are for all of the machine to see."""
    variables: dict[str, str] = {}
    for key, value in pairs:
        number = len(variables) // 2
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return {**variables, "GIT_CONFIG_COUNT": str(len(variables) // 2)}


def _ssh_quoted(path: Path) -> str:
    """A path in an option of ssh's, where blanks part and `%` begins a word of its own."""
    return '"' + str(path).replace("%", "%%") + '"'
