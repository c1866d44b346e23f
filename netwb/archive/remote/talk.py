"""Git that talks with a remote: a limit for each talk, and the whole family of processes ends with it.

Nothing is ever forced: a ref there moves forward, or stays, and the person is told.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netwb.archive.remote.family import family
from netwb.archive.remote.said import (
    RefAnswer,
    parse_porcelain,
    quoted,
    remote_error,
    too_slow,
)
from netwb.archive.remote.url import RemoteUrl
from netwb.errors import RemoteAheadError, RemoteError
from netwb.settings import RemoteSettings

MAIN = "refs/heads/main"
VAULT = "refs/netwb/vault"
_BEAT_S = 10.0
_AHEAD = ("fetch first", "non-fast-forward", "stale info")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    status: int
    out: str
    err: str


class Talk:
    """One tenant's remote, seen from one repository, while what opens it is at hand.

    name   how messages call it
    beat   called all the while; its error ends the talk
    """

    def __init__(  # noqa: PLR0913 - who talks, with whom, by what
        self,
        path: Path,
        *,
        name: str,
        url: RemoteUrl,
        environment: Mapping[str, str],
        settings: RemoteSettings,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._path = path
        self._name = name
        self._url = url
        self._environment = environment
        self._settings = settings
        self._beat = beat

    def heads(self) -> dict[str, str]:
        """The commits of `main` and of the vault there; what is not there is left out.

        Raises RemoteError.
        """
        said = self._told("ls-remote", "--quiet", "--", self._url.text, MAIN, VAULT, quick=True)
        pairs = (line.split("\t") for line in said.out.splitlines())
        return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}

    def push(self, commit: str, ref: str) -> None:
        """Let that ref there point to our commit, if it follows what it points to.

        Where that is refused because it points there meanwhile, all is well: the far end of a push
        that was killed may go on for a while. Raises RemoteAheadError when it does not, RemoteError.
        """
        command = ("push", "--porcelain", "--no-verify", "--no-follow-tags")
        said = self._said(*command, "--", self._url.text, f"{commit}:{ref}")
        for answer in parse_porcelain(said.out):
            if answer.ref == ref:
                if answer.status == "rejected" and self.heads().get(ref) != commit:
                    raise self._refused(answer, said)
                return
        raise remote_error(self._name, said.err)

    def fetch(self, *pairs: tuple[str, str]) -> None:
        """Bring refs from there, each to a ref of our own. Raises RemoteError."""
        wanted = [f"+{there}:{here}" for there, here in pairs]
        command = (
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
        )
        self._told(*command, "--", self._url.text, *wanted)

    def _refused(self, answer: RefAnswer, said: _Said) -> RemoteError:
        if answer.reason in _AHEAD:
            return RemoteAheadError(
                f"{self._name} was pushed to by somebody else ({answer.ref}), so nothing is"
                " pushed over it; take that off there, or set an empty one"
            )
        why = _of_remote(said.err) or answer.reason
        return RemoteError(
            f"{self._name} does not take {answer.ref}: {quoted(why)};"
            " correct that there; netwb tries again by itself"
        )

    def _told(self, *arguments: str, quick: bool = False) -> _Said:
        said = self._said(*arguments, quick=quick)
        if said.status != 0:
            raise remote_error(self._name, said.err)
        return said

    def _said(self, *arguments: str, quick: bool = False) -> _Said:
        setting = "answer_timeout_s" if quick else "timeout_s"
        limit_s: float = getattr(self._settings, setting)
        with family(self._path, *arguments, env=self._environment) as process:
            heard = self._heard(process, time.monotonic() + limit_s)
        if heard is None:
            raise too_slow(self._name, limit_s, f"remote.{setting}")
        out, err = heard
        return _Said(
            status=process.returncode,
            out=out.decode(errors="replace"),
            err=err.decode(errors="replace"),
        )

    def _heard(self, process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes] | None:
        """What it printed on both outputs; None when it did not end in time."""
        while True:
            rest_s = until - time.monotonic()
            try:
                return process.communicate(timeout=max(0.0, min(_BEAT_S, rest_s)))
            except subprocess.TimeoutExpired:
                if rest_s <= _BEAT_S:
                    return None
                self._beat()


def _of_remote(err: str) -> str:
    """What the other side's hooks said, if anything."""
    lines = (line.removeprefix("remote:").strip() for line in err.splitlines() if "remote:" in line)
    return next((line for line in lines if line), "")
