"""Messages to services, by a child process a target (`netwb.notify.child`): its start, its end, its time.

A child lives for one round of one target. It is given no more of our environment than it needs: no
variable of netwb's, for a tenant's target no proxy either, and no home with its .netrc.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from time import monotonic
from typing import Any, Self

from netwb.errors import DeliveryError, InputError
from netwb.notify.records import Message
from netwb.notify.webhooks import Reach

SEND_LIMIT_S = 30.0  # one message, however many recipients
OPEN_LIMIT_S = 30.0  # the start of a process on a machine that is busy
_LONGEST = 64 * 1024  # bytes of an answer
# The package without its face: `import netwb` makes the whole workbench known, which takes a second.
_START = """
import sys, types
netwb = sys.modules["netwb"] = types.ModuleType("netwb")
netwb.__path__ = [sys.argv[1]]
from netwb.notify.child import main
main()
"""
_KEPT = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class Service:
    """One target's service, opened: a context. Its process ends with it.

    limit_s    how long one message may take; then the process is killed
    shown      the URL without its secrets; `hosts`: where it goes, as far as the URL says so
    """

    def __init__(
        self,
        url: str,
        reach: Reach,
        environment: Mapping[str, str],
        *,
        limit_s: float = SEND_LIMIT_S,
    ) -> None:
        self._url = url
        self._reach = reach
        self._environment = _child_environment(environment, reach)
        self._limit_s = limit_s
        self._child: subprocess.Popen[bytes] | None = None
        self._rest = b""
        self.shown = ""
        self.hosts: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        self._child = self._begun()
        try:
            opened = self._ask({"url": self._url, "reach": self._reach}, OPEN_LIMIT_S)
        except BaseException:
            self._end()
            raise
        self.shown, self.hosts = str(opened["shown"]), tuple(opened["hosts"])
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def send(self, message: Message, message_id: str) -> None:
        """Send one; DeliveryError says why it did not arrive."""
        words = {
            "id": message_id,
            "title": message.title,
            "text": message.text,
            "brief": message.brief,
            "html": message.html,
        }
        self._ask(words, self._limit_s)

    def _begun(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - this interpreter, with words of our own
                [sys.executable, "-c", _START, str(files("netwb"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a trace would show the URL
                env=self._environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:  # no memory, no descriptors: other targets are served all the same
            msg = f"the service's process cannot be started: {error.strerror}; look at this machine"
            raise DeliveryError(msg) from error

    def _ask(self, question: Mapping[str, Any], limit_s: float) -> Mapping[str, Any]:
        child = self._child
        assert child is not None
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(question).encode() + b"\n")
            child.stdin.flush()
            answer: Mapping[str, Any] = json.loads(self._line(monotonic() + limit_s))
        except (OSError, ValueError) as error:
            self._end()
            msg = "the service's process ended in the middle"
            raise DeliveryError(msg) from error
        if answer["ok"]:
            return answer
        kind = InputError if answer.get("kind") == "InputError" else DeliveryError
        raise kind(str(answer["error"]))

    def _line(self, end: float) -> bytes:
        """The next line; the child is killed where it does not come in time."""
        child = self._child
        assert child is not None
        assert child.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(child.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not waiting.select(max(0.0, end - monotonic())):
                    self._end()
                    msg = f"the service did not take the message within {self._limit_s:.0f} s"
                    raise DeliveryError(msg)
                piece = os.read(child.stdout.fileno(), _LONGEST)
                if not piece or len(self._rest) > _LONGEST:
                    raise ValueError
                self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        child.wait()


def _child_environment(environment: Mapping[str, str], reach: Reach) -> dict[str, str]:
    kept = _KEPT if reach == "public" else _KEPT + _PROXIES
    found = {name: environment[name] for name in kept if name in environment}
    return {**found, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"}
