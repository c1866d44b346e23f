"""Telegraf's program and the operator's commands: run without a shell, in their time, judged.

Its exit status says little: `--test` is 0 where no device answers, and only its log says `E!`; `config
check` reads variables in another way than a run does unless it is told to (facts-telegraf sections 4
and 5). What it prints may hold a secret that it was given: those are taken out before anybody reads it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from netwb.errors import TelegrafError, TelegrafFailedError
from netwb.telegraf.records import AGENT_FILE, DEVICES_FOLDER

CHECK_S = 60.0  # 5,000 devices are checked in 1.2 s
TEST_S = 60.0
COMMAND_S = 60.0
_LONGEST = 300  # characters of what a program said
_OWN = "NETWB_"  # settings of netwb, some of them secret: none of a child's business
_ERROR = re.compile(r"\bE! (.*)")
_NO_ANSWER = re.compile(
    r"timeout|refused|unreachable|no route|not authentic|authoriz|unknown user|unknown engine"
    r"|wrong digest|decrypt|no such host",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What `--test` said in its log: devices that did not answer, and what is wrong with the files."""

    silent: tuple[str, ...]
    wrong: tuple[str, ...]


class Telegraf:
    """The program, where there is one. `environment` is that of netwb's own process."""

    def __init__(self, program: str, environment: Mapping[str, str]) -> None:
        self._program = shutil.which(program, path=environment.get("PATH", "")) if program else None
        self._environment = {
            name: value for name, value in environment.items() if not name.startswith(_OWN)
        }

    @property
    def is_there(self) -> bool:
        """Whether it can be asked at all."""
        return self._program is not None

    def check(self, folder: Path, secrets: Mapping[str, str]) -> None:
        """Raise TelegrafError with its own words where it would not start with that folder's files."""
        arguments = ("config", "check", "--strict-env-handling", *_files(folder))
        done = self._run(arguments, secrets, CHECK_S)
        if done.returncode:
            said = _last(done.stderr or done.stdout)
            msg = f"Telegraf does not take the new files: {said}; correct the file that it names"
            raise TelegrafError(msg)

    def test(self, file: Path, secrets: Mapping[str, str]) -> Tried:
        """Let it ask the devices of one file once; nothing is written anywhere."""
        arguments = ("--test", "--strict-env-handling", "--config", str(file))
        done = self._run(arguments, secrets, TEST_S)
        said = [found[1] for line in done.stderr.splitlines() if (found := _ERROR.search(line))]
        if done.returncode and not said:
            said = [_last(done.stderr)]
        return Tried(
            silent=tuple(one for one in said if _NO_ANSWER.search(one)),
            wrong=tuple(one for one in said if not _NO_ANSWER.search(one)),
        )

    def _run(
        self, arguments: Sequence[str], secrets: Mapping[str, str], time_s: float
    ) -> subprocess.CompletedProcess[str]:
        command = [self._program or "", *arguments]
        return _run(command, {**self._environment, **secrets}, secrets, time_s)


def tell(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run an operator's command. Raises TelegrafFailedError where it fails or does not end."""
    own = {name: value for name, value in environment.items() if not name.startswith(_OWN)}
    done = _run(command, own, {}, COMMAND_S)
    if done.returncode:
        said = _last(done.stderr or done.stdout)
        msg = f"command {' '.join(command)!r} ended with {done.returncode}: {said}; try it by hand"
        raise TelegrafFailedError(msg)


def _files(folder: Path) -> tuple[str, ...]:
    """A folder without a slash at its end is not read where it is a link."""
    return (
        *("--config", str(folder / AGENT_FILE)),
        *("--config-directory", f"{folder / DEVICES_FOLDER}/"),
    )


def _run(
    command: Sequence[str],
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
    time_s: float,
) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(  # noqa: S603 - what the operator named, and no shell
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=time_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"command {' '.join(command[:3])!r} did not end within {time_s:g} s; try it by hand"
        raise TelegrafFailedError(msg) from error
    except OSError as error:
        msg = f"command {command[0]!r} cannot be run: {error.strerror}; correct it"
        raise TelegrafFailedError(msg) from error
    done.stdout, done.stderr = _without(done.stdout, secrets), _without(done.stderr, secrets)
    return done


def _without(text: str, secrets: Mapping[str, str]) -> str:
    for secret in sorted(secrets.values(), key=len, reverse=True):
        text = text.replace(secret, "***") if secret else text
    return text


def _last(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:_LONGEST] if lines else "it said nothing"
