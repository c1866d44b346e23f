"""The process that rules in Python run in: its start, its end, its time (`netwb.compliance.python_child`).

It is given nothing of our environment but the path and the language, and is killed when an answer
does not come in time.
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
from typing import Any

from netwb.errors import RuleError

START_S = 30.0  # the start of a process on a machine that is busy
_LONGEST = 4 << 20  # bytes of an answer
_PIECE = 64 << 10
# The package without its face: `import netwb` makes the whole workbench known, which takes a second.
_START = """
import sys, types
netwb = sys.modules["netwb"] = types.ModuleType("netwb")
netwb.__path__ = [sys.argv[1]]
from netwb.compliance.python_child import main
main()
"""


class PythonProcess:
    """Started when it is first asked, and again after it had to be killed; `close` ends it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def ask(self, question: Mapping[str, Any], limit_s: float) -> Mapping[str, Any]:
        """The answer. Raises RuleError where the process hangs, ends or cannot be started."""
        try:
            child = self._child or self._opened()
            assert child.stdin is not None
            child.stdin.write(json.dumps(question).encode() + b"\n")
            child.stdin.flush()
            answer = json.loads(self._line(child, monotonic() + limit_s))
        except (OSError, ValueError) as error:
            self.close()
            msg = "it took down the process that it ran in; look for what ends it"
            raise RuleError(msg) from error
        except BaseException:
            self.close()
            raise
        return dict(answer)

    def close(self) -> None:
        """End the process, if there is one."""
        child, self._child, self._rest = self._child, None, b""
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        child.wait()

    def _opened(self) -> subprocess.Popen[bytes]:
        """A new one, once it is ready for questions."""
        self._child = _started()
        self._line(self._child, monotonic() + START_S)
        return self._child

    def _line(self, child: subprocess.Popen[bytes], end: float) -> bytes:
        assert child.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(child.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not waiting.select(max(0.0, end - monotonic())):
                    msg = "it did not end in time and was stopped; look for what it waits for"
                    raise RuleError(msg)
                piece = os.read(child.stdout.fileno(), _PIECE)
                if not piece or len(self._rest) > _LONGEST:
                    raise ValueError
                self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _started() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, with words of our own
            [sys.executable, "-c", _START, str(files("netwb"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        msg = f"the process for rules in Python cannot be started: {error.strerror}; look at this machine"
        raise RuleError(msg) from error
